#include "report/flow_json.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "diag/next.h"
#include "report/words.h"

/* Strings are built here and copied once; each writer empties it again. */
static void member_text(struct json *j, const char *name, struct text *t)
{
	json_member(j, name, text_string(t));
	text_clear(t);
}

static void time_member(struct json *j, const char *name, int64_t ns,
			struct text *t)
{
	clock_iso(t, ns);
	member_text(j, name, t);
}

static void end_json(struct json *j, const struct report_flow *f,
		     bool is_server, struct text *t)
{
	json_name(j, is_server ? "server" : "client");
	json_object(j);
	words_host(t, f, is_server);
	member_text(j, "address", t);
	json_name(j, "port");
	if (f->has_ports)
		json_u64(j, is_server ? f->server_port : f->client_port);
	else
		json_null(j);
	json_object_end(j);
}

static void identity_json(struct json *j, const struct report_flow *f,
			  struct text *t)
{
	json_name(j, "flow");
	json_object(j);
	json_member(j, "transport", f->transport);
	end_json(j, f, false, t);
	end_json(j, f, true, t);
	json_name(j, "isn");
	if (f->has_isn)
		json_u64(j, f->isn);
	else
		json_null(j);
	json_member(j, "vantage", vantage_name(f->vantage));
	time_member(j, "first", f->first_ns, t);
	time_member(j, "last", f->last_ns, t);
	json_member_u64(j, "packets", f->packets[0] + f->packets[1]);
	json_member_u64(j, "bytes", f->bytes[0] + f->bytes[1]);
	json_member(j, "opening", f->opening);
	json_member(j, "ending", f->ending);
	json_object_end(j);
}

static void rule_json(struct json *j, const struct report_rule *r)
{
	json_member(j, "engine", r->engine);
	json_member(j, "family", r->family);
	json_member(j, "table", r->table);
	json_member(j, "chain", r->chain);
	if (r->number)
		json_member_u64(j, "rule", r->number);
	else
		json_member(j, "rule", "policy");
	if (r->handle)
		json_member_u64(j, "handle", r->handle);
	json_member(j, "text", r->text);
	if (r->comment)
		json_member(j, "comment", r->comment);
	json_member(j, "owner", r->owner);
	if (!r->accept_number)
		return;

	json_name(j, "shadowed_accept");
	json_object(j);
	json_member_u64(j, "rule", r->accept_number);
	json_member(j, "text", r->accept_text);
	json_object_end(j);
}

static void field_json(struct json *j, const char *name,
		       const struct culprit_field *f)
{
	json_name(j, name);
	if (f->text)
		json_string(j, f->text);
	else
		json_i64(j, f->number);
}

/* The fields "shadowed_accept.rule" and "shadowed_accept.text" are one object
 * of two members. */
static void fields_json(struct json *j, const struct culprit *c)
{
	static const char nested[] = "shadowed_accept.";
	const size_t len = sizeof(nested) - 1;
	bool is_inside = false;

	for (size_t i = 0; i < c->count; i++) {
		const char *name = c->fields[i].name;

		if (strncmp(name, nested, len) != 0) {
			field_json(j, name, &c->fields[i]);
			continue;
		}
		if (!is_inside) {
			json_name(j, "shadowed_accept");
			json_object(j);
		}
		is_inside = true;
		field_json(j, name + len, &c->fields[i]);
	}
	if (is_inside)
		json_object_end(j);
}

void flow_json_culprit(struct json *j, const struct culprit *c)
{
	json_object(j);
	json_member(j, "kind", culprit_name(c->kind));
	json_member(j, "vantage", vantage_name(c->vantage));
	fields_json(j, c);
	json_member(j, "text", c->text);
	json_object_end(j);
}

static void culprit_json(struct json *j, const struct report_flow *f,
			 struct text *t)
{
	const struct verdict *v = f->verdict;

	if (f->culprit) {
		json_name(j, "culprit");
		flow_json_culprit(j, f->culprit);
		return;
	}

	json_name(j, "culprit");
	json_object(j);
	json_member(j, "kind",
		    words_has_rule(f) ? (f->rule->number ? "firewall-rule"
							 : "firewall-policy")
				      : culprit_name(v->culprit));
	if (words_has_rule(f)) {
		json_member(j, "vantage", vantage_name(VANTAGE_SERVER));
		rule_json(j, f->rule);
	} else if (v->culprit != CULPRIT_NONE) {
		words_culprit(t, f);
		json_member(j, "vantage", vantage_name(f->vantage));
		member_text(j, "text", t);
	}
	if (v->culprit == CULPRIT_ROUTER && f->icmp_version) {
		address_text(t, &f->icmp_sender);
		member_text(j, "address", t);
	}
	json_object_end(j);
}

static void alternatives_json(struct json *j, const struct report_flow *f,
			      struct text *t)
{
	const struct verdict *v = f->verdict;

	json_name(j, "alternatives");
	json_array(j);
	for (size_t i = 0; i < v->alternative_count; i++) {
		const struct cause *c = v->alternatives[i];

		json_object(j);
		json_member(j, "cause", c->id);
		json_member(j, "why", _(c->meaning));
		words_fill(t, _(c->separate_by), f);
		member_text(j, "separate_by", t);
		json_object_end(j);
	}
	json_array_end(j);
}

static void ruled_out_json(struct json *j, const struct verdict *v)
{
	json_name(j, "ruled_out");
	json_array(j);
	for (size_t i = 0; i < v->ruled_out_count; i++) {
		const struct exclusion *x = &v->ruled_out[i];

		json_object(j);
		json_member(j, "cause", x->cause->id);
		json_name(j, "by");
		if (x->is_missing) {
			struct text t = TEXT_NULL;

			text_format(&t, "no %s", fact_id(x->by));
			json_string(j, text_string(&t));
			text_done(&t);
		} else {
			json_string(j, fact_id(x->by));
		}
		json_object_end(j);
	}
	json_array_end(j);
}

static void packets_json(struct json *j, const struct packet_line *l)
{
	json_name(j, "packets");
	json_array(j);
	if (l) {
		json_object(j);
		json_member(j, "file", l->file);
		json_member_u64(j, "frame", l->frame);
		json_member(j, "line", l->line);
		json_object_end(j);
	}
	json_array_end(j);
}

static const char *source_of(const struct report_flow *f, enum fact_kind kind)
{
	const struct fact *found = f->found ? facts_get(f->found, kind) : NULL;

	if (found)
		return found->source;

	return kind >= FACT_RULES_ORDER && kind <= FACT_RULES_FIT_SERVER
		       ? "ruleset"
		       : "trace";
}

static int64_t time_of(const struct report_flow *f, enum fact_kind kind)
{
	const struct fact *found = f->found ? facts_get(f->found, kind) : NULL;

	return found ? found->at_ns : f->first_ns;
}

static void evidence_json(struct json *j, const struct report_flow *f,
			  struct text *t)
{
	json_name(j, "evidence");
	json_array(j);
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum fact_kind kind = (enum fact_kind)k;
		enum fact_shown shown = fact_shown(kind);
		const struct packet_line *l = NULL;

		if (!fact_has(f->facts, kind) || shown == SHOWN_CONTEXT)
			continue;
		if (shown < SHOWN_PACKETS && f->lines[shown].file)
			l = &f->lines[shown];
		json_object(j);
		json_member(j, "fact", fact_id(kind));
		json_member(j, "vantage", vantage_name(f->vantage));
		json_member(j, "source", source_of(f, kind));
		time_member(j, "at",
			    l && l->at_ns ? l->at_ns : time_of(f, kind), t);
		words_fact(t, f, kind);
		member_text(j, "text", t);
		packets_json(j, l);
		json_object_end(j);
	}
	json_array_end(j);
}

static void fix_json(struct json *j, const struct verdict *v)
{
	json_name(j, "fix");
	if (!v->cause || v->certainty == CERTAINTY_SUSPECTED) {
		json_null(j);
		return;
	}

	json_object(j);
	json_member(j, "summary", _(v->cause->fix));
	json_name(j, "commands");
	json_array(j);
	json_array_end(j);
	json_name(j, "effect");
	json_array(j);
	json_array_end(j);
	json_member(j, "owner", NULL);
	json_object_end(j);
}

static void next_json(struct json *j, const struct report_flow *f,
		      struct text *t)
{
	const struct next_step *n;

	json_name(j, "next");
	json_array(j);
	for (size_t i = 0; (n = next_at(f->verdict, f->facts, i)); i++) {
		json_object(j);
		json_member(j, "where", n->where);
		words_fill(t, n->command, f);
		member_text(j, "command", t);
		json_member(j, "why", _(n->why));
		json_object_end(j);
	}
	json_array_end(j);
}

/* What comes next behind the first fault. */
static void also_json(struct json *j, const struct report_flow *f)
{
	json_name(j, "also");
	json_array(j);
	for (size_t i = 0; i < f->also_count; i++) {
		json_object(j);
		json_member(j, "cause", f->also[i].cause->id);
		json_member(j, "certainty",
			    certainty_name(f->also[i].certainty));
		json_name(j, "culprit");
		if (f->also[i].culprit)
			flow_json_culprit(j, f->also[i].culprit);
		else
			json_null(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void not_looked_json(struct json *j, const struct case_record *c)
{
	json_name(j, "not_looked");
	json_array(j);
	for (size_t i = 0; c && i < c->not_looked_count; i++) {
		json_object(j);
		json_member(j, "source", c->not_looked[i].source);
		json_member(j, "vantage",
			    vantage_name(c->not_looked[i].vantage));
		json_member(j, "why", c->not_looked[i].why);
		json_object_end(j);
	}
	json_array_end(j);
}

static void verdict_json(struct json *j, const struct report_flow *f,
			 struct text *t)
{
	const struct verdict *v = f->verdict;

	json_name(j, "verdict");
	json_object(j);
	json_member(j, "status", status_name(v->status));
	json_member(j, "symptom", symptom_id(v->symptom));
	json_member(j, "cause", v->cause ? v->cause->id : NULL);
	json_member(j, "certainty", certainty_name(v->certainty));
	json_member(j, "place", place_name(v->place));
	culprit_json(j, f, t);
	also_json(j, f);
	alternatives_json(j, f, t);
	ruled_out_json(j, v);
	evidence_json(j, f, t);
	not_looked_json(j, f->record);
	fix_json(j, v);
	next_json(j, f, t);
	words_verdict(t, f);
	member_text(j, "text", t);
	json_object_end(j);
}

void flow_json_verdict(struct json *j, const struct report_flow *f)
{
	struct text t = TEXT_NULL;

	verdict_json(j, f, &t);
	text_done(&t);
}

void flow_json(struct json *j, const struct report_flow *f)
{
	struct text t = TEXT_NULL;

	json_object(j);
	identity_json(j, f, &t);
	verdict_json(j, f, &t);
	json_object_end(j);
	text_done(&t);
}

bool flow_json_wants(struct report *r, const struct report_flow *f)
{
	if (r->options->summary)
		return false;

	return r->options->all || f->verdict->status == STATUS_FAILING ||
	       f->verdict->status == STATUS_DEGRADED;
}

static void number_or_null(struct json *j, const char *name, uint64_t value)
{
	json_name(j, name);
	if (value)
		json_u64(j, value);
	else
		json_null(j);
}

void flow_json_problems(struct json *j, const struct problems *problems)
{
	const struct problem *p;

	json_name(j, "problems");
	json_array(j);
	for (size_t i = 0; problems && (p = problems_at(problems, i)); i++) {
		json_object(j);
		json_member(j, "file", p->file);
		number_or_null(j, "line", p->line);
		number_or_null(j, "column", p->column);
		number_or_null(j, "packet", p->packet);
		json_member(j, "text", p->text);
		json_object_end(j);
	}
	json_array_end(j);
}

void flow_json_summary(struct json *j, const struct report_summary *s)
{
	json_name(j, "summary");
	json_object(j);
	json_member_u64(j, "packets", s->packets);
	json_member_u64(j, "flows", s->flows);
	for (int i = 0; i < STATUSES; i++)
		json_member_u64(j, status_name((enum status)i),
				s->by_status[i]);
	json_name(j, "symptoms");
	json_object(j);
	for (int i = 0; i < SYMPTOMS; i++)
		if (s->by_symptom[i])
			json_member_u64(j, symptom_id((enum symptom)i),
					s->by_symptom[i]);
	json_object_end(j);
	json_member_u64(j, "not_ip", s->not_ip);
	json_member_u64(j, "fragments", s->fragments);
	json_member_u64(j, "truncated", s->truncated);
	json_member_u64(j, "evicted", s->evicted);
	json_member_u64(j, "text_lines", s->text_lines);
	json_member_u64(j, "text_unread", s->text_unread);
	json_member_u64(j, "text_chatter", s->text_chatter);
	json_object_end(j);
}
