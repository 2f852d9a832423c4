#include <netinet/in.h>

#include "base/clock.h"
#include "report/flow_json.h"
#include "report/ticket.h"

/* Whose attempt it was, seen from the server. */
static void client_json(struct json *j, const struct attempt *a)
{
	struct text address = TEXT_NULL;

	address_text(&address, &a->peer);
	json_name(j, "client");
	json_object(j);
	json_member(j, "address", text_string(&address));
	json_name(j, "port");
	if (a->peer_port)
		json_u64(j, a->peer_port);
	else
		json_null(j);
	json_object_end(j);
	text_done(&address);
}

static void addresses_json(struct json *j, const struct ticket *t)
{
	const struct case_record *c = t->record;
	struct text a = TEXT_NULL;

	json_name(j, "addresses");
	json_array(j);
	for (size_t i = 0; i < c->attempt_count; i++) {
		const struct verdict *v = t->verdict->parts[i].verdict;

		text_clear(&a);
		address_text(&a, &c->attempts[i].address);
		json_object(j);
		json_member(j, "address", text_string(&a));
		json_member(j, "result", symptom_id(v->symptom));
		if (c->attempts[i].has_peer)
			client_json(j, &c->attempts[i]);
		json_object_end(j);
	}
	json_array_end(j);
	text_done(&a);
}

static void target_json(struct json *j, const struct ticket *t)
{
	const struct target *target = &t->record->target;

	json_name(j, "target");
	json_object(j);
	json_member(j, "host", target->host);
	addresses_json(j, t);
	json_member(j, "transport", t->flow.transport);
	json_member_u64(j, "port", target->port);
	json_member(j, "service", target->service);
	json_object_end(j);
}

static void steps_json(struct json *j, const struct case_record *c)
{
	json_name(j, "steps");
	json_array(j);
	for (size_t i = 0; i < c->step_count; i++) {
		const struct step *s = &c->steps[i];

		json_object(j);
		json_member(j, "step", s->id);
		json_member(j, "vantage", vantage_name(s->vantage));
		json_member(j, "status", step_status_name(s->status));
		json_name(j, "ms");
		if (s->took_ns < 0)
			json_null(j);
		else
			json_double(j, (double)s->took_ns / 1e6, 1);
		json_member(j, "text", s->text);
		json_object_end(j);
	}
	json_array_end(j);
}

void ticket_json(struct text *out, const struct ticket *t)
{
	struct json j = json_over(out, true);
	struct text at = TEXT_NULL;

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	clock_iso(&at, t->record->at_ns);
	json_member(&j, "at", text_string(&at));
	text_done(&at);
	target_json(&j, t);
	steps_json(&j, t->record);
	flow_json_verdict(&j, &t->flow);
	json_member_u64(&j, "syns_sent", t->record->syns);
	flow_json_problems(&j, t->problems);
	json_object_end(&j);
	text_char(out, '\n');
}
