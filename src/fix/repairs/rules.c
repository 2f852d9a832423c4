/* Rules that refuse: the smallest change that lets the connection through. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "fix/effect.h"
#include "fix/repairs/rules_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"

enum { EDITS_MOST = 12 };

const char *rules_name(struct fix_planning *p, const struct rule *rule)
{
	return fix_words(p, _("rule %u of %s"), rule->number,
			 rule->chain->name);
}

const struct cond *rules_cond(const struct rule *rule, enum field f)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct cond *c = &rule->terms[i].cond;

		if (!rule->terms[i].is_action && c->kind == COND_RANGES &&
		    c->field == f)
			return c;
	}

	return NULL;
}

void rules_risk(struct rules_mend *m, enum fix_risk risk, const char *text)
{
	if (risk < m->candidate.risk ||
	    (risk == m->candidate.risk && m->candidate.risk_text))
		return;

	m->candidate.risk = risk;
	m->candidate.risk_text = text;
}

const struct rule *rules_calling(const struct rules_mend *m,
				 const struct walk_blocker *b)
{
	const struct walk_way *way =
		b->of_reply ? &m->walked->reply : &m->walked->way;
	const struct rule *by = NULL;

	for (size_t i = 0; i < way->step_count; i++) {
		const struct walk_step *s = &way->steps[i];

		if (s->chain == b->verdict.chain && s->rule == b->verdict.rule)
			return by;
		if (!s->depth && s->match == ANSWER_YES)
			by = s->rule;
	}

	return NULL;
}

void rules_summary(struct rules_mend *m, unsigned cost, const char *summary)
{
	struct fix_candidate *c = &m->candidate;

	c->cost += cost;
	c->summary = c->summary ? fix_words(m->planning, "%s; %s", c->summary,
					    summary)
				: summary;
}

void rules_owner(struct rules_mend *m, const struct chain *c,
		 const struct rule *rule)
{
	if (!m->manager)
		m->manager = manager_of(m->planning, c, rule);
}

void rules_client_text(struct text *out, const struct fix_ask *ask)
{
	unsigned bits = address_is_v4(&ask->client) ? 32 : 128;

	address_text(out, &ask->client);
	if (ask->client_prefix < bits) {
		text_char(out, '/');
		text_u64(out, ask->client_prefix);
	}
}

struct range rules_client_range(const struct fix_ask *ask)
{
	enum { BITS = 128, V4_PREFIX = 96 };

	unsigned prefix = ask->client_prefix +
			  (address_is_v4(&ask->client) ? V4_PREFIX : 0);
	u128 rest = prefix >= BITS ? 0 : ~(u128)0 >> prefix;
	u128 first = field_from_address(&ask->client) & ~rest;

	return (struct range){ first, first | rest };
}

static struct rules_change *new_change(struct rules_mend *m,
				       const struct chain *c,
				       const struct rule_edit *e)
{
	struct arena *a = m->planning->plan->arena;
	struct rules_change *r = arena_alloc(a, sizeof(*r));
	struct rule_edit *copy = arena_alloc(a, sizeof(*copy));

	if (!r || !copy)
		return NULL;

	*copy = *e;
	copy->chain = arena_string(a, c->name);
	copy->words = e->words ? arena_string(a, e->words) : NULL;
	*r = (struct rules_change){ .engine = c->table->engine,
				    .family = c->table->family,
				    .table = arena_string(a, c->table->name),
				    .edits = copy,
				    .edit_count = 1 };
	return copy->chain && r->table && (copy->words || !e->words) ? r : NULL;
}

int rules_edit_now(struct rules_mend *m, const struct chain *c,
		   const struct rule_edit *e, const char *text,
		   const char *undo_text)
{
	struct fix_planning *p = m->planning;
	struct rules_change *r = new_change(m, c, e);
	struct fix_change *change;
	int err = r ? rules_edit_script(m->rules, p->plan->arena, r) : -ENOMEM;

	if (!err)
		err = rules_edit_apply(m->rules, r);
	if (err)
		return err;

	change = fix_change_now(p, &m->candidate, CHANGE_RULES);
	if (!change)
		return -ENOMEM;
	change->text = text;
	change->undo_text = undo_text;
	change->rules = *r;
	return 0;
}

static int begin(struct rules_mend *m, struct fix_planning *p, const char *id)
{
	*m = (struct rules_mend){ .planning = p };
	m->candidate.id = id;
	m->problems = problems_new();
	return m->problems ? fix_rules_read(p->source, m->problems, &m->rules)
			   : -ENOMEM;
}

static void end(struct rules_mend *m)
{
	ruleset_free(m->rules);
	problems_free(m->problems);
}

/* Where on the way that was met; behind all, where it was not. */
static size_t step_of(const struct walk_way *way, const struct walk_verdict *v)
{
	size_t i = 0;

	while (i < way->step_count && (way->steps[i].chain != v->chain ||
				       way->steps[i].rule != v->rule))
		i++;
	return i;
}

/* Where not all is known, whoever may refuse some of the packets stands in the
 * way as well: the first of all. ret holds who does for sure, or has no chain. */
static bool first_refusal(const struct walk_way *way, bool of_reply,
			  struct walk_blocker *ret)
{
	size_t first =
		ret->verdict.chain ? step_of(way, &ret->verdict) : SIZE_MAX;

	for (size_t i = 0; i < way->end_count; i++) {
		const struct walk_verdict *v = &way->ends[i];
		size_t at = step_of(way, v);

		if ((v->decision != WALK_DROP && v->decision != WALK_REJECT) ||
		    !v->chain || at >= first)
			continue;
		first = at;
		*ret = (struct walk_blocker){ .verdict = *v,
					      .hook = v->chain->hook,
					      .of_reply = of_reply };
		if (at < way->step_count)
			ret->hook = way->steps[at].hook;
	}

	return ret->verdict.chain != NULL;
}

/* The next that stands in the way of the packets; false: none does, or nobody
 * knows who. */
static bool next_blocker(struct rules_mend *m, const struct walk_result *w,
			 struct walk_blocker *ret, bool *ret_unsure)
{
	m->walked = w;
	*ret_unsure = w->way.doubt_count || w->reply.doubt_count;
	*ret = (struct walk_blocker){ 0 };
	if (w->blocker_count)
		*ret = w->blockers[0];
	if (!ret->of_reply && first_refusal(&w->way, false, ret))
		return true;

	return w->has_reply && first_refusal(&w->reply, true, ret);
}

/* One blocker by the ways given, up to a NULL: the first that fits. */
static int mend_one(struct rules_mend *m, const struct walk_blocker *b,
		    rules_mend_way *const *ways)
{
	int err = -ENOENT;

	for (size_t i = 0; ways[i] && err == -ENOENT; i++)
		err = ways[i](m, b);

	return err;
}

static void tell_unsure(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct action *a = b->verdict.action;

	if (a && a->kind == ACTION_QUEUE)
		rules_risk(m, FIX_RISK_SOME,
			   _("The program that reads the queue no longer sees "
			     "these packets."));
	else
		rules_risk(m, FIX_RISK_SOME,
			   _("A limit, a list or a time that the rules ask for "
			     "no longer counts for these packets."));
}

static int walk(struct rules_mend *m, struct walk_blocker *ret,
		bool *ret_through, bool *ret_unsure)
{
	struct walk_result *first, *next;
	int err = effect_walk(m->planning, m->rules, &first, &next);

	*ret_through =
		!err && effect_gets_through(first) && effect_gets_through(next);
	/* A bridge's rules are mended where nothing else is in the way. */
	if (!err)
		m->walked = first;
	if (err || *ret_through)
		return err;

	/* The first packet first; an answer that begins with one that does not
	 * get through is another's. */
	if (next_blocker(m, first, ret, ret_unsure) ||
	    next_blocker(m, next, ret, ret_unsure))
		return 0;

	return -ENOENT;
}

/* Rules of a bridge are not on the packet's way as it is walked: who looked told
 * of them. */
static const struct chain *bridge_chain(const struct ruleset *r,
					const struct fix_fault *f)
{
	const char *family = fix_culprit_text(f->culprit, "family");
	const char *table = fix_culprit_text(f->culprit, "table");
	const char *chain = fix_culprit_text(f->culprit, "chain");
	const struct table *t;

	if (!family || strcmp(family, "bridge") != 0 || !table || !chain)
		return NULL;

	t = ruleset_find_table(r, ENGINE_NFT, TABLE_BRIDGE, table);
	return t ? ruleset_find_chain(t, chain) : NULL;
}

static bool has_bridge(const struct fix_planning *p)
{
	for (size_t i = 0; i < p->plan->fault_count; i++)
		if (bridge_chain(p->ruleset, &p->plan->faults[i]))
			return true;

	return false;
}

static int mend_bridges(struct rules_mend *m)
{
	const struct fix_plan *plan = m->planning->plan;
	int err = 0;

	for (size_t i = 0; i < plan->fault_count && !err; i++) {
		const struct fix_fault *f = &plan->faults[i];
		const struct chain *c = bridge_chain(m->rules, f);
		int64_t number = fix_culprit_number(f->culprit, "rule", 0);
		const struct rule *rule = c ? c->first : NULL;
		struct walk_blocker b = { .verdict = { .chain = c } };

		if (!c)
			continue;
		while (rule && rule->number != number)
			rule = rule->next;
		b.verdict.rule = rule;
		b.hook = c->hook;
		err = rules_insert_here(m, &b);
	}

	return err;
}

/* Until the packets get through. */
static int mend_all(struct rules_mend *m, rules_mend_way *first)
{
	static rules_mend_way *const usual[] = {
		rules_move_accept,
		rules_insert_here,
		rules_insert_base,
		NULL,
	};
	rules_mend_way *const begin_with[] = { first, NULL };
	struct walk_blocker b;
	bool is_through, is_unsure;
	int err = 0;

	for (unsigned i = 0; i < EDITS_MOST && !err; i++) {
		err = walk(m, &b, &is_through, &is_unsure);
		if (err || is_through)
			return err ? err : mend_bridges(m);
		if (is_unsure)
			tell_unsure(m, &b);
		err = mend_one(m, &b, begin_with);
		if (err == -ENOENT && i)
			err = mend_one(m, &b, usual);
	}

	return err ? err : -ENOENT;
}

static bool is_there_already(const struct fix_plan *p,
			     const struct fix_candidate *c)
{
	for (const struct fix_candidate *x = p->first; x; x = x->next) {
		bool is_same = x->now_count == c->now_count;

		for (size_t i = 0; i < c->now_count && is_same; i++)
			is_same = x->now[i].kind == c->now[i].kind &&
				  text_same(x->now[i].text, c->now[i].text);
		if (is_same)
			return true;
	}

	return false;
}

/* In the manager's language; and into the plan. */
static int propose_made(struct rules_mend *m)
{
	struct fix_planning *p = m->planning;
	struct fix_candidate *c;
	int err;

	/* Whom the rule means and the ask does not, the next chain refuses, in
	 * its own way: that is not what its author meant. */
	if (m->candidate.now_count > 1)
		m->candidate.effect.as_written = NULL;
	err = fix_effect_of(p, &m->candidate, m->rules, NULL);
	if (err || is_there_already(p->plan, &m->candidate))
		return err;
	if (!m->candidate.risk_text)
		rules_risk(m, FIX_RISK_LOW,
			   _("Nothing is taken away, and the change is one "
			     "transaction."));
	err = manager_express(p, m->manager, &m->candidate);
	if (err)
		return err;

	c = fix_propose(p, m->candidate.id);
	if (!c)
		return -ENOMEM;
	m->candidate.next = c->next;
	*c = m->candidate;
	return 0;
}

static const struct variant {
	const char *id;
	rules_mend_way *first;
} variants[] = {
	{ "rule-insert", rules_insert_here },
	{ "rule-move", rules_move_accept },
	{ "rule-insert-base", rules_insert_base },
	{ "rule-delete", rules_other_delete },
	{ "rule-narrow", rules_other_narrow },
	{ "rule-track", rules_other_tracked },
	{ "set-element", rules_set_element },
};

static int try(struct fix_planning *p, const struct variant *v)
{
	struct rules_mend m;
	int err = begin(&m, p, v->id);

	if (!err)
		err = mend_all(&m, v->first);
	if (!err && m.candidate.now_count)
		err = propose_made(&m);
	end(&m);
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

/* Rules without the program that lists them are not read. */
static void tell_let_pass(struct fix_planning *p, const struct fix_fault *f)
{
	if (f->culprit && !p->ruleset->rule_count)
		fix_remark(
			p,
			_("A rule stops it, and no rule could be read here: is the program that lists them (nft, iptables) installed?"));
	else
		fix_remark(p, _("The rules in force let this packet and its "
				"answer through: no rule has to change."));
}

int rules_propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct walk_result *first, *next;
	int err;

	if (f->culprit && !fix_is_of_rules(f))
		return -ENOENT;
	if (!p->ruleset || !p->source || !p->has_packet) {
		fix_remark(p, _("The rules or the packet are not known, so no "
				"change of them is proposed."));
		return -ENOENT;
	}

	err = effect_walk(p, p->ruleset, &first, &next);
	if (err)
		return err;
	if (effect_gets_through(first) && effect_gets_through(next) &&
	    !has_bridge(p)) {
		tell_let_pass(p, f);
		return -ENOENT;
	}

	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants) && !err;
	     i++)
		err = try(p, &variants[i]);
	if (err)
		return err;
	if (p->plan->first)
		return 0;

	fix_remark(p, _("No single change of the rules was found that lets the "
			"connection through."));
	return -ENOENT;
}

const struct repair repair_rules = {
	.id = "rules",
	.culprits = { CULPRIT_FIREWALL_RULE, CULPRIT_FIREWALL_POLICY,
		      CULPRIT_SET_ELEMENT },
	.propose = rules_propose,
};
