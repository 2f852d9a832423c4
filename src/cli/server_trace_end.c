/*
 * The step of the trace that ended the packet, in the rules that were read, and
 * told.
 */
#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/server_counters.h"
#include "cli/server_trace_parts.h"
#include "cli/trace_rule.h"
#include "ruleset/model.h"

/* Which of the model's it is. */

/* Whether a packet can end at that rule. */
static bool may_end(const struct rule *r)
{
	for (size_t i = 0; i < r->term_count; i++) {
		const struct action *a =
			r->terms[i].is_action ? r->terms[i].action : NULL;

		if (a && (a->kind == ACTION_DROP || a->kind == ACTION_REJECT ||
			  a->kind == ACTION_QUEUE || a->kind == ACTION_STEAL ||
			  a->kind == ACTION_VERDICT_MAP ||
			  a->kind == ACTION_UNKNOWN))
			return true;
	}

	return false;
}

bool server_trace_find(struct tracing *t)
{
	const struct ruleset *r = t->rules ? t->rules->ruleset : NULL;

	t->chain = r ? trace_rule_chain(r, t->end) : NULL;
	t->rule = NULL;
	if (!t->chain)
		return false;
	if (t->end->is_policy)
		return t->chain->policy == ACTION_DROP;

	t->rule = trace_rule(t->chain, t->end);
	if (t->rule && !may_end(t->rule))
		t->rule = NULL;
	return t->rule;
}

/* Numbers move when rules come and go: they are of the rules as they are now. A
 * handle is nobody else's. */
int server_trace_map(struct tracing *t, bool *ret)
{
	int err = 0;

	*ret = server_trace_find(t);
	if (!t->rules ||
	    (*ret && (t->end->is_policy || (t->rule && t->rule->handle))))
		return 0;

	err = server_rules_renew(t->rules, &t->attempt->facts);
	if (!err)
		*ret = server_trace_find(t);
	return err;
}

/* What is told of it. */

/* The base chain in which the packet was. */
static enum hook hook_of(const struct tracing *t)
{
	const struct nftrace_packet *p = t->packet;
	enum hook ret = t->chain->hook;

	for (size_t i = 0; i < p->count && ret == HOOK_NONE; i++) {
		const struct nftrace_step *step = &p->steps[p->count - 1 - i];
		const struct chain *c =
			trace_rule_chain(t->rules->ruleset, step);

		if (c)
			ret = c->hook;
	}

	return ret;
}

static struct walk_blocker blocker_of(const struct tracing *t)
{
	const struct walk_result *r = &t->rules->way.result;
	const struct action *a =
		t->rule ? server_counters_refusal(t->rule) : NULL;
	struct walk_blocker b = {
		.verdict = { .decision = WALK_DROP,
			     .chain = t->chain,
			     .rule = t->rule,
			     .action = a },
		.hook = hook_of(t),
		.of_reply = !server_trace_is_from_client(t, t->packet),
	};

	for (size_t i = 0; i < r->blocker_count; i++)
		if (r->blockers[i].verdict.rule == t->rule &&
		    r->blockers[i].verdict.chain == t->chain &&
		    r->blockers[i].of_reply == b.of_reply)
			return r->blockers[i];
	if (a && a->kind == ACTION_REJECT) {
		b.verdict.decision = WALK_REJECT;
		b.verdict.reject = a->reject;
		b.verdict.reject_code = a->reject_code;
	}

	return b;
}

/* What took the first packet and what took the next one were at the same hook,
 * as far as the kernel reported that. */
static bool is_same_hook(const struct tracing *t)
{
	const struct drop_event *e = server_trace_filtered(t);

	if (!e || e->hook == DROP_HOOK_NONE)
		return true;
	if (e->hook == DROP_HOOK_BRIDGE)
		return t->chain->table->family == TABLE_BRIDGE;

	return server_trace_is_hook(e->hook, hook_of(t));
}

/* The fact names the rule; words have a %s for where it stands. */
static void tell_place(const struct tracing *t, const struct walk_blocker *b,
		       enum fact_kind kind, const char *words)
{
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	fact_tell(
		&t->attempt->facts, kind, server_trace_source,
		rule_told_culprit(b, t->server->record->arena, VANTAGE_SERVER),
		words, text_string(&place));
	text_done(&place);
}

void server_trace_tell(struct tracing *t)
{
	struct facts *facts = &t->attempt->facts;
	const struct walk_blocker b = blocker_of(t);

	if (!is_same_hook(t))
		return;
	server_rules_tell_forget(facts);
	facts_forget(facts, FACT_BRIDGE_RULES_DROP);
	facts_forget(facts, FACT_RULES_BLURRED);
	facts_forget(facts, FACT_RULES_UNCOUNTED);
	if (t->chain->table->family == TABLE_BRIDGE)
		tell_place(
			t, &b, FACT_BRIDGE_RULES_DROP,
			_("The bridge that the packets come in by drops them: %s."));
	else
		server_rules_tell_kind(
			t->rules,
			b.of_reply ? FACT_RULES_REPLY
				   : server_rules_walk_why(t->rules, &b),
			&b, facts);
	if (!live_is_partial(&t->rules->live))
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	tell_place(
		t, &b, FACT_RULES_TRACED,
		_("The kernel traced the client's next packet through the rules, and named the one that took it: %s."));
}

/* "ip filter INPUT rule 5", where its text is not known. */
static void put_step(struct text *out, const struct nftrace_step *step)
{
	text_format(out, "%s %s", step->table, step->chain);
	if (step->is_policy)
		text_str(out, _(", its policy"));
	else if (step->number)
		text_format(out, _(", rule %u"), step->number);
	else if (step->handle)
		text_format(out, _(", the rule of handle %llu"),
			    (unsigned long long)step->handle);
}

void server_trace_step(const struct tracing *t, bool is_mapped)
{
	struct text words = TEXT_NULL, place = TEXT_NULL;
	const struct walk_verdict v = { .chain = t->chain, .rule = t->rule };
	enum step_status status = t->end ? STEP_FAIL : STEP_PASS;

	if (is_mapped)
		server_rules_tell_place(&place, &v);
	else if (t->end)
		put_step(&place, t->end);
	if (t->end) {
		text_format(&words, _("the kernel's trace names the rule: %s"),
			    text_string(&place));
	} else if (t->has_packets) {
		text_str(&words,
			 _("the client's packet met no rule that ends it"));
	} else {
		status = STEP_BLOCKED;
		text_str(
			&words,
			_("the client did not try again while it would have been traced"));
	}
	case_step(t->server->record, server_trace_source, status,
		  t->began_ns ? clock_now() - t->began_ns : -1,
		  text_string(&words));
	text_done(&words);
	text_done(&place);
}
