/* Refusals that go, or are written narrower. */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/repairs/rules_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/packet_words.h"
#include "ruleset/ranges.h"

bool rules_other_is_client(const struct fix_ask *ask, const struct range *r)
{
	struct range client;

	if (!ask->has_client)
		return false;

	client = rules_client_range(ask);
	return r->first >= client.first && r->last <= client.last;
}

/* Whether the rule asks for nobody else. */
static bool names_client(const struct rules_mend *m,
			 const struct walk_blocker *b)
{
	enum field f = b->of_reply ? FIELD_DADDR : FIELD_SADDR;
	const struct cond *c = rules_cond(b->verdict.rule, f);

	if (!c || c->inverted || c->mask != ~(u128)0)
		return false;
	for (size_t i = 0; i < c->ranges->count; i++)
		if (!rules_other_is_client(&m->planning->plan->ask,
					   &c->ranges->range[i]))
			return false;

	return c->ranges->count > 0;
}

int rules_other_delete(struct rules_mend *m, const struct walk_blocker *b)
{
	struct fix_planning *p = m->planning;
	const struct rule *rule = b->verdict.rule;
	struct rule_edit e = { .kind = EDIT_DELETE };
	const char *name;

	if (!rule || !names_client(m, b))
		return -ENOENT;

	e.number = rule->number;
	e.handle = rule->handle;
	name = rules_name(p, rule);
	rules_owner(m, rule->chain, rule);
	rules_summary(m, 1, fix_words(p, _("delete %s"), name));
	rules_risk(m, FIX_RISK_SOME,
		   _("The rule names this client: somebody put it there, and "
		     "may have had a reason."));
	return rules_edit_now(
		m, rule->chain, &e,
		fix_words(p, _("Deletes %s: %s"), name, rules_edit_words(rule)),
		fix_words(p, _("Puts %s back."), name));
}

/* It asks for this one port. */
static bool names_port(const struct rules_mend *m, const struct walk_blocker *b)
{
	const struct cond *c = rules_cond(b->verdict.rule, FIELD_DPORT);
	const struct point *last = &m->walked->way.last;

	return c && !c->inverted && c->ranges->count == 1 &&
	       c->ranges->range[0].first == c->ranges->range[0].last &&
	       point_has(last, FIELD_DPORT) &&
	       c->ranges->range[0].first == last->value[FIELD_DPORT];
}

/* What it does depends on what no packet shows: written anew, it begins anew. */
static bool has_memory(const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++)
		if (!rule->terms[i].is_action &&
		    rule->terms[i].cond.kind == COND_VARIABLE)
			return true;

	return false;
}

/* "! -s 10.1.0.7": one negation says it, where the rule names nobody. */
int rules_other_narrow(struct rules_mend *m, const struct walk_blocker *b)
{
	struct fix_planning *p = m->planning;
	const struct fix_ask *ask = &p->plan->ask;
	const struct rule *rule = b->verdict.rule;
	const struct table *t = b->verdict.chain->table;
	bool is_nft = t->engine == ENGINE_NFT;
	struct rule_edit e = { .kind = EDIT_REPLACE };
	struct text client = TEXT_NULL;
	const char *name;

	/* In a table of both families it would open the other. */
	if (!rule || b->of_reply || !ask->has_client || !names_port(m, b) ||
	    rules_cond(rule, FIELD_SADDR) || has_memory(rule) ||
	    (is_nft && t->family != TABLE_IP && t->family != TABLE_IP6))
		return -ENOENT;

	rules_client_text(&client, ask);
	e.number = rule->number;
	e.handle = rule->handle;
	e.words =
		is_nft ? fix_words(p, "%s saddr != %s %s",
				   t->family == TABLE_IP6 ? "ip6" : "ip",
				   text_string(&client), rules_edit_words(rule))
		       : fix_words(p, "! -s %s %s", text_string(&client),
				   rules_edit_words(rule));
	name = rules_name(p, rule);
	rules_owner(m, rule->chain, rule);
	rules_summary(m, 3,
		      fix_words(p, _("leave %s out of %s"),
				text_string(&client), name));
	text_done(&client);
	return rules_edit_now(
		m, rule->chain, &e,
		fix_words(p, _("Replaces %s by: %s"), name, e.words),
		fix_words(p, _("Puts %s back as it was."), name));
}

/* The rule on the way that had the packet not tracked; NULL. */
static const struct rule *untracking(const struct walk_way *way)
{
	for (size_t i = 0; i < way->step_count; i++) {
		const struct rule *r = way->steps[i].rule;

		for (size_t j = 0; r && j < r->term_count; j++)
			if (way->steps[i].match == ANSWER_YES &&
			    r->terms[j].is_action &&
			    r->terms[j].action->kind == ACTION_NOTRACK)
				return r;
	}

	return NULL;
}

/* Rules that ask for a state refuse what is not tracked: it is tracked again,
 * for this client alone. */
int rules_other_tracked(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct walk_result *w = m->walked;
	const struct rule *rule = untracking(&w->way);
	struct walk_blocker at = *b;

	at.of_reply = !rule;
	if (!rule && w->has_reply)
		rule = untracking(&w->reply);
	if (!rule)
		return -ENOENT;

	at.verdict.chain = rule->chain;
	at.verdict.rule = rule;
	at.hook = rule->chain->hook;
	return rules_insert_here(m, &at);
}
