#include "fact/case_file.h"

#include <netinet/in.h>

#include "base/json.h"

static void put_address(struct json *j, const char *name,
			const struct address *a)
{
	struct text t = TEXT_NULL;

	address_text(&t, a);
	json_member(j, name, text_string(&t));
	text_done(&t);
}

static void put_number(struct json *j, const char *name, int64_t value)
{
	json_name(j, name);
	json_i64(j, value);
}

static void put_flag(struct json *j, const char *name, bool value)
{
	json_name(j, name);
	json_bool(j, value);
}

static void put_culprit(struct json *j, const struct culprit *c)
{
	json_name(j, "culprit");
	if (!c) {
		json_null(j);
		return;
	}

	json_object(j);
	json_member(j, "kind", culprit_name(c->kind));
	json_member(j, "vantage", vantage_name(c->vantage));
	json_member(j, "text", c->text);
	json_name(j, "fields");
	json_object(j);
	for (size_t i = 0; i < c->count; i++) {
		json_name(j, c->fields[i].name);
		if (c->fields[i].text)
			json_string(j, c->fields[i].text);
		else
			json_i64(j, c->fields[i].number);
	}
	json_object_end(j);
	json_object_end(j);
}

static void put_facts(struct json *j, const struct facts *f)
{
	json_name(j, "facts");
	json_array(j);
	for (size_t i = 0; i < f->count; i++) {
		json_object(j);
		json_member(j, "fact", fact_id(f->list[i].kind));
		json_member(j, "vantage", vantage_name(f->list[i].vantage));
		json_member(j, "source", f->list[i].source);
		put_number(j, "at_ns", f->list[i].at_ns);
		json_member(j, "text", f->list[i].text);
		put_culprit(j, f->list[i].culprit);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_target(struct json *j, const struct target *t)
{
	json_name(j, "target");
	json_object(j);
	json_member(j, "text", t->text);
	json_member(j, "host", t->host);
	json_member(j, "transport", t->protocol == IPPROTO_UDP ? "udp" : "tcp");
	put_number(j, "port", t->port);
	json_member(j, "scheme", t->scheme);
	json_member(j, "path", t->path);
	json_member(j, "service", t->service);
	put_flag(j, "is_service_sure", t->is_service_sure);
	put_flag(j, "is_verified", t->is_verified);
	json_object_end(j);
}

static void put_lines(struct json *j, const struct attempt *a)
{
	json_name(j, "packets");
	json_array(j);
	for (int i = 0; i < SHOWN_PACKETS; i++) {
		if (!a->lines[i].file)
			continue;
		json_object(j);
		put_number(j, "shows", i);
		json_member(j, "file", a->lines[i].file);
		put_number(j, "frame", a->lines[i].frame);
		put_number(j, "at_ns", a->lines[i].at_ns);
		json_member(j, "line", a->lines[i].line);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_attempt(struct json *j, const struct attempt *a)
{
	json_object(j);
	put_address(j, "address", &a->address);
	put_number(j, "port", a->port);
	put_number(j, "scope", a->scope);
	if (a->has_peer) {
		put_address(j, "peer", &a->peer);
		put_number(j, "peer_port", a->peer_port);
	}
	if (a->has_local)
		put_address(j, "local", &a->local);
	put_number(j, "local_port", a->local_port);
	put_address(j, "icmp_sender", &a->icmp_sender);
	put_number(j, "answered_after_ns", a->answered_after_ns);
	put_flag(j, "is_connected", a->is_connected);
	put_flag(j, "is_from_dns_only", a->is_from_dns_only);
	put_facts(j, &a->facts);
	put_lines(j, a);
	json_object_end(j);
}

static void put_steps(struct json *j, const struct case_record *c)
{
	json_name(j, "steps");
	json_array(j);
	for (size_t i = 0; i < c->step_count; i++) {
		json_object(j);
		json_member(j, "step", c->steps[i].id);
		json_member(j, "vantage", vantage_name(c->steps[i].vantage));
		json_member(j, "status", step_status_name(c->steps[i].status));
		put_number(j, "took_ns", c->steps[i].took_ns);
		json_member(j, "text", c->steps[i].text);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_not_looked(struct json *j, const struct case_record *c)
{
	json_name(j, "not_looked");
	json_array(j);
	for (size_t i = 0; i < c->not_looked_count; i++) {
		json_object(j);
		json_member(j, "source", c->not_looked[i].source);
		json_member(j, "vantage",
			    vantage_name(c->not_looked[i].vantage));
		json_member(j, "why", c->not_looked[i].why);
		json_object_end(j);
	}
	json_array_end(j);
}

void case_write(struct text *out, const struct case_record *c)
{
	struct json j = json_over(out, true);

	json_object(&j);
	put_number(&j, "kiriwake_case", CASE_FORMAT);
	put_number(&j, "at_ns", c->at_ns);
	put_number(&j, "syns", c->syns);
	json_member(&j, "vantage", vantage_name(c->vantage));
	put_target(&j, &c->target);
	put_facts(&j, &c->general);
	json_name(&j, "attempts");
	json_array(&j);
	for (size_t i = 0; i < c->attempt_count; i++)
		put_attempt(&j, &c->attempts[i]);
	json_array_end(&j);
	put_steps(&j, c);
	put_not_looked(&j, c);
	json_object_end(&j);
	text_char(out, '\n');
}
