/* firewall trace --json: design.md 4; doc/firewall-trace.schema.json. */
#include "base/json.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_trace.h"
#include "cli/firewall_words.h"

static void name_verdict(struct json *j, const struct walk_verdict *v)
{
	if (v->chain && v->decision != WALK_UNKNOWN)
		firewall_words_json(j, v->chain, v->rule);
	else
		json_null(j);
}

static void path_json(struct json *j, const struct walk_way *way)
{
	static const char *const matches[] = { [ANSWER_NO] = "no",
					       [ANSWER_YES] = "yes",
					       [ANSWER_UNKNOWN] = "unknown" };

	json_array(j);
	for (size_t i = 0; i < way->step_count; i++) {
		const struct walk_step *s = &way->steps[i];

		json_object(j);
		json_member(j, "hook", hook_names[s->hook]);
		firewall_words_members(j, s->chain, s->rule);
		json_member(j, "match", matches[s->match]);
		json_member_u64(j, "depth", s->depth);
		/* Not reached: what follows if the blocker is taken away. */
		json_name(j, "blocked");
		json_bool(j, s->is_blocked);
		json_object_end(j);
	}
	json_array_end(j);
}

static void value_json(struct json *j, const char *name, enum field f,
		       u128 value)
{
	struct text t = TEXT_NULL;

	packet_words_value(&t, f, value);
	json_member(j, name, text_string(&t));
	text_done(&t);
}

static void changes_json(struct json *j, const struct walk_way *way)
{
	json_array(j);
	for (size_t i = 0; i < way->change_count; i++) {
		const struct walk_change *c = &way->changes[i];

		json_object(j);
		json_member(j, "hook", hook_names[c->hook]);
		json_member(j, "field", field_info[c->field].id);
		value_json(j, "before", c->field, c->before);
		if (c->is_known)
			value_json(j, "after", c->field, c->after);
		else
			json_member(j, "after", NULL);
		json_name(j, "rule");
		if (c->rule)
			firewall_words_json(j, c->rule->chain, c->rule);
		else
			json_null(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void doubts_json(struct json *j, const struct walk_way *way)
{
	json_array(j);
	for (size_t i = 0; i < way->doubt_count; i++) {
		const struct walk_doubt *d = &way->doubts[i];
		struct text t = TEXT_NULL;

		json_object(j);
		json_name(j, "rule");
		if (d->rule)
			firewall_words_json(j, d->rule->chain, d->rule);
		else
			json_null(j);
		firewall_trace_doubt(&t, d);
		json_member(j, "what", text_string(&t));
		json_member(j, "kind", firewall_trace_doubt_kind(d));
		json_object_end(j);
		text_done(&t);
	}
	json_array_end(j);
}

static void outcomes_json(struct json *j, const struct walk_way *way)
{
	json_array(j);
	for (unsigned d = 0; d < WALK_DECISION_COUNT; d++)
		if (way->outcomes[d])
			json_string(j, walk_decision_names[d]);
	json_array_end(j);
}

/* The members that the packet's way and its answer's have in common. */
static void way_json(struct json *j, const struct walk_way *way, uint64_t shown)
{
	struct text t = TEXT_NULL;

	json_member(j, "decision", walk_decision_names[way->verdict.decision]);
	json_member(j, "reject_with", walk_reject_name(&way->verdict));
	json_name(j, "rule");
	name_verdict(j, &way->verdict);
	packet_words_text(&t, &way->packet, shown);
	json_member(j, "packet", text_string(&t));
	text_done(&t);
	json_name(j, "path");
	path_json(j, way);
	json_name(j, "changes");
	changes_json(j, way);
	json_name(j, "depends_on");
	doubts_json(j, way);
	json_name(j, "outcomes");
	outcomes_json(j, way);
}

static void blocker_json(struct json *j, const struct walk_blocker *b)
{
	json_object(j);
	json_member(j, "kind",
		    b->verdict.rule ? "firewall-rule" : "firewall-policy");
	firewall_words_members(j, b->verdict.chain, b->verdict.rule);
	json_member(j, "hook", hook_names[b->hook]);
	json_member(j, "decision", walk_decision_names[b->verdict.decision]);
	json_member(j, "reject_with", walk_reject_name(&b->verdict));
	json_name(j, "reply");
	json_bool(j, b->of_reply);
	json_name(j, "shadowed_accept");
	if (b->shadowed_accept)
		firewall_words_json(j, b->shadowed_accept->chain,
				    b->shadowed_accept);
	else
		json_null(j);
	json_name(j, "behind");
	json_array(j);
	for (size_t i = 0; i < b->behind_count; i++)
		firewall_words_json(j, b->behind[i].chain, b->behind[i].rule);
	json_array_end(j);
	json_object_end(j);
}

static void assumed_json(struct json *j, const struct firewall_traced *t)
{
	json_object(j);
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (t->assumed & FIELD_BIT(f))
			value_json(j, field_info[f].id, (enum field)f,
				   t->packet->point.value[f]);
	json_object_end(j);
}

void firewall_trace_json(const struct firewall *f,
			 const struct firewall_traced *t, struct text *out)
{
	struct json j = json_over(out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	way_json(&j, &t->result.way, t->shown);
	json_name(&j, "blockers");
	json_array(&j);
	for (size_t i = 0; i < t->result.blocker_count; i++)
		blocker_json(&j, &t->result.blockers[i]);
	json_array_end(&j);
	json_name(&j, "reply");
	if (t->result.has_reply) {
		json_object(&j);
		way_json(&j, &t->result.reply, t->shown);
		json_object_end(&j);
	} else {
		json_null(&j);
	}
	json_name(&j, "refusal");
	if (t->result.has_refusal) {
		json_object(&j);
		way_json(&j, &t->result.refusal, t->shown);
		json_object_end(&j);
	} else {
		json_null(&j);
	}
	json_name(&j, "assumed");
	assumed_json(&j, t);
	firewall_json_end(f, &j);
	json_object_end(&j);
	text_char(out, '\n');
}
