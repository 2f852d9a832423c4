#include <string.h>

#include "base/text.h"
#include "ruleset/compare_parts.h"
#include "ruleset/program.h"

/* Which base chain of the one ruleset stands for which of the other. */

bool compare_meets(const struct table *t, enum table_family family)
{
	if (t->is_dormant || t->family == TABLE_ARP)
		return false;
	if (t->family == TABLE_IP || t->family == TABLE_IP6)
		return t->family == family;

	return true;
}

/* ip, ip6 and inet see the same packets at the same place. */
static bool is_same_kind(const struct table *x, const struct table *y)
{
	return (x->family <= TABLE_INET && y->family <= TABLE_INET) ||
	       x->family == y->family;
}

/* How well two base chains fit by where they stand: 0 not at all. */
static unsigned likeness(const struct chain *x, const struct chain *y)
{
	if (x->hook != y->hook || !is_same_kind(x->table, y->table) ||
	    !text_same(x->device, y->device) || !text_same(x->type, y->type))
		return 0;

	return (x->priority == y->priority ? 4U : 0U) +
	       (strcmp(x->table->name, y->table->name) == 0 ? 2U : 0U) +
	       (strcmp(x->name, y->name) == 0 ? 1U : 0U);
}

static bool is_same_rule(const struct rule *x, const struct rule *y)
{
	if (x->term_count != y->term_count)
		return false;

	for (size_t i = 0; i < x->term_count; i++) {
		const struct term *a = &x->terms[i], *b = &y->terms[i];

		if (a->is_action != b->is_action)
			return false;
		if (a->is_action
			    ? !program_same_action(a->action, b->action, false)
			    : !cond_equal(&a->cond, &b->cond))
			return false;
	}

	return true;
}

/* How many rules they begin with in common. */
static unsigned shared(const struct chain *x, const struct chain *y)
{
	const struct rule *a = x->first, *b = y->first;
	unsigned count = 0;

	for (; a && b && is_same_rule(a, b); a = a->next, b = b->next)
		count++;

	return count;
}

/* 0: not at all. */
static uint64_t fitness(const struct compare_among *among,
			const struct chain *x, const struct chain *y)
{
	enum { LEAST = 3 }; /* the priority, or the table's name and its own */

	unsigned like, rules;

	if (y->hook == HOOK_NONE || among->is_taken[y->index])
		return 0;

	like = likeness(x, y);
	if (like < LEAST)
		return 0;

	rules = shared(x, y);
	return among->by_rules && !rules ? 0 : (uint64_t)like << 32 | rules;
}

const struct chain *compare_partner(const struct compare_among *among,
				    const struct chain *x)
{
	const struct chain *best = NULL;
	uint64_t most = 0;

	for (const struct table *t = among->after->first; t; t = t->next)
		for (const struct chain *y = t->first; y; y = y->next) {
			uint64_t fit = compare_meets(t, among->family)
					       ? fitness(among, x, y)
					       : 0;

			if (fit > most) {
				best = y;
				most = fit;
			}
		}

	return best;
}
