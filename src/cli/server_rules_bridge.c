/*
 * Rules of a bridge, where the client's packets come in by one: nft's family
 * bridge, on its way in. Their packets are those of IP, and what they ask of
 * frames is not known. (net/bridge/br_input.c.)
 */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

enum { JUMPS_MOST = 16 };

/* How a chain or a rule ends. */
enum bridge_end { END_NEXT, END_RETURN, END_ACCEPT, END_DROP, END_OPEN };

static enum bridge_end run_rules(const struct chain *c, const struct point *p,
				 unsigned depth, const struct rule **ret);

static enum bridge_end call(const struct action *a, const struct point *p,
			    unsigned depth, const struct rule **ret)
{
	enum bridge_end end = END_OPEN;

	if (a->chain && depth < JUMPS_MOST)
		end = run_rules(a->chain, p, depth + 1, ret);
	if (end != END_RETURN && end != END_NEXT)
		return end;

	return a->kind == ACTION_GOTO ? END_RETURN : END_NEXT;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as JUMPS_MOST
static enum bridge_end act(const struct action *a, const struct point *p,
			   unsigned depth, const struct rule **ret)
{
	static const struct {
		enum action_kind kind;
		enum bridge_end end;
	} rows[] = {
		{ ACTION_NONE, END_NEXT },     { ACTION_SET, END_NEXT },
		{ ACTION_ACCEPT, END_ACCEPT }, { ACTION_DROP, END_DROP },
		{ ACTION_REJECT, END_DROP },   { ACTION_RETURN, END_RETURN },
	};

	if (a->kind == ACTION_JUMP || a->kind == ACTION_GOTO)
		return call(a, p, depth, ret);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].kind == a->kind)
			return rows[i].end;

	return END_OPEN;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as JUMPS_MOST
static enum bridge_end run_rule(const struct rule *r, const struct point *p,
				unsigned depth, const struct rule **ret)
{
	for (size_t i = 0; i < r->term_count; i++) {
		enum bridge_end end = END_NEXT;

		if (r->terms[i].is_action) {
			end = act(r->terms[i].action, p, depth, ret);
			if (end == END_DROP && !*ret)
				*ret = r;
		} else {
			enum answer a = cond_eval(&r->terms[i].cond, p, NULL);

			if (a == ANSWER_NO)
				return END_NEXT;
			if (a == ANSWER_UNKNOWN)
				end = END_OPEN;
		}
		if (end != END_NEXT)
			return end;
	}

	return END_NEXT;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as JUMPS_MOST
static enum bridge_end run_rules(const struct chain *c, const struct point *p,
				 unsigned depth, const struct rule **ret)
{
	for (const struct rule *r = c->first; r; r = r->next) {
		enum bridge_end end = run_rule(r, p, depth, ret);

		if (end != END_NEXT)
			return end;
	}

	return END_NEXT;
}

static bool is_dropped(const struct chain *c, const struct point *p,
		       const struct rule **ret)
{
	enum bridge_end end = run_rules(c, p, 0, ret);

	if (end == END_NEXT || end == END_RETURN)
		return c->policy == ACTION_DROP;

	return end == END_DROP;
}

static void tell(struct server_rules *s, const struct chain *c,
		 const struct rule *rule, struct facts *facts)
{
	const struct walk_blocker b = { .verdict = { .chain = c,
						     .rule = rule } };
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b.verdict);
	fact_tell(facts, FACT_BRIDGE_RULES_DROP, server_rules_source,
		  rule_told_culprit(&b, s->record->arena, VANTAGE_SERVER),
		  _("The bridge that the packets come in by drops them: %s."),
		  text_string(&place));
	text_done(&place);
}

void server_rules_bridge(struct server_rules *s, struct facts *facts)
{
	const struct links_link *l = links_by_index(&s->links, s->way.device);
	struct point p = s->way.packet;

	if (!l || strcmp(l->kind, "bridge") != 0)
		return;

	/* There it is a port of the bridge. */
	point_forget(&p, FIELD_IIF);
	point_forget(&p, FIELD_OIF);
	for (const struct table *t = s->ruleset->first; t; t = t->next) {
		if (t->family != TABLE_BRIDGE || t->is_dormant)
			continue;
		for (const struct chain *c = t->first; c; c = c->next) {
			const struct rule *rule = NULL;

			if ((c->hook == HOOK_PREROUTING ||
			     c->hook == (s->way.question.is_bridged
						 ? HOOK_FORWARD
						 : HOOK_INPUT)) &&
			    is_dropped(c, &p, &rule)) {
				tell(s, c, rule, facts);
				return;
			}
		}
	}
}
