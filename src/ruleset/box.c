#include "ruleset/box.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

const struct box box_whole = { 0 };

static struct box *room(struct arena *a, unsigned count)
{
	return arena_alloc(a, sizeof(struct box) + count * sizeof(struct side));
}

const struct box *box_of(struct arena *a, const struct side *sides,
			 unsigned count)
{
	struct box *x = room(a, count);

	if (!x)
		return NULL;

	x->count = count;
	if (count)
		memcpy(x->side, sides, count * sizeof(*sides));
	return x;
}

const struct ranges *box_along(const struct space *s, const struct box *x,
			       unsigned dim)
{
	for (unsigned i = 0; i < x->count && x->side[i].dim <= dim; i++)
		if (x->side[i].dim == dim)
			return x->side[i].set;

	return s->dims[dim].all;
}

/* Shares where one set holds the other, which is nearly always. */
static const struct ranges *cut_sets(struct arena *a, const struct ranges *x,
				     const struct ranges *y)
{
	if (x == y || ranges_covers(y, x))
		return x;
	if (ranges_covers(x, y))
		return y;

	return ranges_intersection(a, x, y);
}

int box_cut(struct arena *a, const struct box *x, const struct box *y,
	    const struct box **ret)
{
	struct box *cut;
	unsigned i = 0, j = 0;

	if (!x->count || !y->count) {
		*ret = x->count ? x : y;
		return 1;
	}

	cut = room(a, x->count + y->count);
	if (!cut)
		return -ENOMEM;

	while (i < x->count || j < y->count) {
		struct side *next = &cut->side[cut->count];

		if (j == y->count ||
		    (i < x->count && x->side[i].dim < y->side[j].dim)) {
			*next = x->side[i++];
		} else if (i == x->count || y->side[j].dim < x->side[i].dim) {
			*next = y->side[j++];
		} else {
			next->dim = x->side[i].dim;
			next->set =
				cut_sets(a, x->side[i++].set, y->side[j++].set);
			if (!next->set)
				return -ENOMEM;
			if (!next->set->count)
				return 0;
		}
		cut->count++;
	}

	*ret = cut;
	return 1;
}

const struct box *box_with(struct arena *a, const struct box *x, unsigned dim,
			   const struct ranges *set)
{
	struct box *with = room(a, x->count + 1);
	unsigned i = 0;

	if (!with || !set)
		return NULL;

	while (i < x->count && x->side[i].dim < dim)
		with->side[with->count++] = x->side[i++];
	with->side[with->count++] = (struct side){ dim, set };
	if (i < x->count && x->side[i].dim == dim)
		i++;
	while (i < x->count)
		with->side[with->count++] = x->side[i++];
	return with;
}

bool box_meets(const struct box *x, const struct box *y)
{
	unsigned i = 0, j = 0;

	while (i < x->count && j < y->count) {
		if (x->side[i].dim < y->side[j].dim)
			i++;
		else if (y->side[j].dim < x->side[i].dim)
			j++;
		else if (!ranges_overlap(x->side[i++].set, y->side[j++].set))
			return false;
	}

	return true;
}

bool box_covers(const struct box *x, const struct box *y)
{
	unsigned j = 0;

	for (unsigned i = 0; i < x->count; i++) {
		while (j < y->count && y->side[j].dim < x->side[i].dim)
			j++;
		if (j == y->count || y->side[j].dim != x->side[i].dim ||
		    !ranges_covers(x->side[i].set, y->side[j].set))
			return false;
	}

	return true;
}

bool box_has(const struct box *x, const struct spot *p)
{
	for (unsigned i = 0; i < x->count; i++)
		if (!ranges_has(x->side[i].set, p->value[x->side[i].dim]))
			return false;

	return true;
}

static const struct ranges *without(struct arena *a, const struct ranges *x,
				    const struct ranges *y)
{
	return ranges_intersection(a, x, ranges_complement(a, y, ~(u128)0));
}

int box_peel(struct arena *a, const struct space *s, const struct box *x,
	     const struct box *y,
	     int (*each)(void *context, const struct box *piece), void *context)
{
	const struct box *rest = x;
	int status = 0;

	for (unsigned i = 0; i < y->count && !status; i++) {
		unsigned dim = y->side[i].dim;
		const struct ranges *had = box_along(s, x, dim);
		const struct box *piece;
		const struct ranges *out;

		if (ranges_covers(y->side[i].set, had))
			continue;
		out = without(a, had, y->side[i].set);
		if (!out)
			return -ENOMEM;
		piece = box_with(a, rest, dim, out);
		rest = box_with(a, rest, dim, cut_sets(a, had, y->side[i].set));
		if (!piece || !rest)
			return -ENOMEM;
		status = each(context, piece);
	}

	return status;
}
