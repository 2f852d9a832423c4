/*
 * What of a change was not asked for: the boxes that were asked for are peeled
 * off, and in each rest a packet is searched that ends at both.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/box.h"
#include "ruleset/compare_parts.h"

enum { PIECES = 300 };

/* What an example tells even where no rule asks for it. */
static const uint64_t told_fields =
	FIELD_BIT(FIELD_FAMILY) | FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) |
	FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DADDR) |
	FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_SPORT) |
	FIELD_BIT(FIELD_DPORT) | FIELD_BIT(FIELD_TCP_FLAGS) |
	FIELD_BIT(FIELD_ICMP_TYPE) | FIELD_BIT(FIELD_CT_STATE);

void compare_asked_show(const struct space *s, struct point *example)
{
	example->known &= told_fields | s->used;
	if (!example->value[FIELD_FRAGMENT])
		point_forget(example, FIELD_FRAGMENT);
}

static int by_dim(const void *x, const void *y)
{
	const struct side *a = x, *b = y;

	return a->dim < b->dim ? -1 : a->dim > b->dim;
}

/* In the space: 1; 0: no such packet stands at the hook. */
static int box_asked(struct compare_pair *p, const struct compare_asked *asked,
		     const struct box **ret)
{
	struct space *s = p->space;
	struct side sides[FIELD_COUNT];
	unsigned count = 0;

	if (asked->family != s->family || !(asked->hooks & 1U << s->hook))
		return 0;

	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		struct side *side = &sides[count];

		if (!asked->set[f])
			continue;
		side->dim = space_field(s, (enum field)f, 0);
		if (side->dim == UINT32_MAX)
			return -ENOMEM;
		side->set = ranges_intersection(p->scratch, asked->set[f],
						s->dims[side->dim].all);
		if (!side->set)
			return -ENOMEM;
		if (!side->set->count)
			return 0;
		count++;
	}
	qsort(sides, count, sizeof(*sides), by_dim);
	*ret = box_of(p->scratch, sides, count);
	return *ret ? 1 : -ENOMEM;
}

int compare_asked_begin(struct compare_pair *p,
			const struct compare_scope *scope)
{
	if (!scope->asked)
		return 0;

	p->asked = arena_alloc(p->scratch,
			       (scope->asked_count + 1) * sizeof(*p->asked));
	if (!p->asked)
		return -ENOMEM;
	for (size_t i = 0; i < scope->asked_count; i++) {
		int status = box_asked(p, &scope->asked[i],
				       &p->asked[p->asked_count]);

		if (status < 0)
			return status;
		p->asked_count += (size_t)status;
	}

	return 0;
}

/* A piece of a change, less the first so many that were asked for. */
struct rest {
	struct compare_pair *p;
	struct change *change;
	const struct goal *goals;
	struct arena *arena;
	size_t at;
};

static int add_outside(struct rest *r, const struct box *piece)
{
	struct compare_pair *p = r->p;
	struct witness w = { 0 };
	double size = 0;
	int status = witness_search(p->space, piece, r->goals, 2, &w);

	if (status == WITNESS_GIVEN_UP)
		p->ret->is_complete = false;
	if (status == WITNESS_FOUND) {
		if (!r->change->outside) {
			box_point(p->space, w.spot, &r->change->stray);
			compare_asked_show(p->space, &r->change->stray);
		}
		if (witness_measure(p->space, piece, r->goals, 2, PIECES,
				    &size) ||
		    size < 1)
			size = box_size(p->space, piece);
		r->change->outside += size;
	}
	witness_done(&w);
	return status < 0 ? status : 0;
}

// NOLINTNEXTLINE(misc-no-recursion): one level for each that was asked for
static int add_rest(void *context, const struct box *piece)
{
	struct rest *r = context, next = *r;
	const struct box *asked;

	if (r->at == r->p->asked_count)
		return add_outside(r, piece);

	asked = r->p->asked[r->at];
	next.at++;
	if (!box_meets(piece, asked))
		return add_rest(&next, piece);

	return box_peel(r->arena, r->p->space, piece, asked, add_rest, &next);
}

int compare_asked_measure(struct compare_pair *p, struct change *c,
			  const struct box *both, const struct goal *goals)
{
	struct rest r = {
		.p = p, .change = c, .goals = goals, .arena = arena_new()
	};
	int err;

	if (!p->asked) {
		arena_free(r.arena);
		return 0;
	}
	if (!r.arena)
		return -ENOMEM;

	/* Nobody asked for a refusal. */
	r.at = c->after.kind == ACTION_ACCEPT ? 0 : p->asked_count;
	err = add_rest(&r, both);
	arena_free(r.arena);
	if (c->size >= 0 && c->outside > c->size)
		c->outside = c->size;
	return err;
}
