#include "ruleset/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/range_pool.h"

/* Rulesets end in few ways: -j ACCEPT, -j DROP, some kinds of REJECT. */
enum { VERDICTS = 16 };

struct keep {
	struct range_pool ranges;
	struct action *verdicts[VERDICTS];
	size_t verdict_count;
};

void keep_done(struct ruleset *r)
{
	if (r->keep)
		range_pool_done(&r->keep->ranges);
	free(r->keep);
	r->keep = NULL;
}

static int keep_ranges(struct ruleset *r, const struct ranges **x)
{
	if (!*x)
		return 0;

	*x = range_pool_keep(&r->keep->ranges, r->arena, *x);
	return *x ? 0 : -ENOMEM;
}

static int keep_string(struct ruleset *r, const char **s)
{
	if (!*s)
		return 0;

	*s = arena_string(r->arena, *s);
	return *s ? 0 : -ENOMEM;
}

static int keep_cond(struct ruleset *r, struct cond *c)
{
	struct cond *list;
	int err = 0;

	if (c->kind == COND_RANGES)
		return keep_ranges(r, &c->ranges);
	if (c->kind == COND_LOOKUP)
		return keep_string(r, &c->set_name);
	if (!cond_count(c))
		return 0;

	list = arena_alloc(r->arena, c->count * sizeof(*list));
	if (!list)
		return -ENOMEM;

	memcpy(list, c->list, c->count * sizeof(*list));
	c->list = list;
	for (size_t i = 0; i < c->count && !err; i++)
		err = keep_cond(r, &list[i]);
	return err;
}

/* Whether nothing but its kind and its text tells it from another: linking
 * changes jumps, and of the others the place in the rules counts. */
static bool is_plain(const struct action *a)
{
	return (a->kind == ACTION_ACCEPT || a->kind == ACTION_DROP ||
		a->kind == ACTION_RETURN || a->kind == ACTION_REJECT) &&
	       a->text && !a->chain_name && !a->address && !a->port && !a->map;
}

static bool is_same(const struct action *a, const struct action *b)
{
	return a->kind == b->kind && a->reject == b->reject &&
	       a->reject_code == b->reject_code &&
	       strcmp(a->text, b->text) == 0;
}

static int copy_action(struct ruleset *r, struct action **a)
{
	struct action *copy = arena_alloc(r->arena, sizeof(*copy));

	if (!copy)
		return -ENOMEM;

	*copy = **a;
	*a = copy;
	if (keep_string(r, &copy->chain_name) || keep_string(r, &copy->text) ||
	    keep_ranges(r, &copy->address) || keep_ranges(r, &copy->port))
		return -ENOMEM;
	return 0;
}

static int keep_action(struct ruleset *r, struct action **a)
{
	struct keep *k = r->keep;
	int err;

	if (!is_plain(*a))
		return copy_action(r, a);

	for (size_t i = 0; i < k->verdict_count; i++)
		if (is_same(k->verdicts[i], *a)) {
			*a = k->verdicts[i];
			return 0;
		}

	err = copy_action(r, a);
	if (!err && k->verdict_count < VERDICTS)
		k->verdicts[k->verdict_count++] = *a;
	return err;
}

int keep_terms(struct ruleset *r, struct term *terms, size_t count)
{
	int err = 0;

	if (!r->keep)
		r->keep = calloc(1, sizeof(*r->keep));
	if (!r->keep)
		return -ENOMEM;

	for (size_t i = 0; i < count && !err; i++)
		err = terms[i].is_action ? keep_action(r, &terms[i].action)
					 : keep_cond(r, &terms[i].cond);
	return err;
}
