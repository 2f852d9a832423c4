#include "ruleset/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static struct ranges *room(struct arena *a, size_t count)
{
	return arena_alloc(a, sizeof(struct ranges) +
				      count * sizeof(struct range));
}

const struct ranges *ranges_none(struct arena *a)
{
	return room(a, 0);
}

const struct ranges *ranges_one(struct arena *a, u128 first, u128 last)
{
	struct ranges *r = room(a, 1);

	if (!r)
		return NULL;

	r->count = 1;
	r->range[0] = (struct range){ first, last };
	return r;
}

static int by_first(const void *x, const void *y)
{
	const struct range *a = x, *b = y;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* Adds a range that begins no earlier than those that r holds. */
static void append(struct ranges *r, struct range next)
{
	struct range *last = r->count ? &r->range[r->count - 1] : NULL;

	if (!last || (next.first > last->last && next.first - 1 > last->last))
		r->range[r->count++] = next;
	else if (next.last > last->last)
		last->last = next.last;
}

const struct ranges *ranges_of(struct arena *a, const struct range *list,
			       size_t count)
{
	struct ranges *r = room(a, count);
	struct range *sorted;

	if (!r || !count)
		return r;

	sorted = malloc(count * sizeof(*sorted));
	if (!sorted)
		return NULL;

	memcpy(sorted, list, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_first);
	for (size_t i = 0; i < count; i++)
		append(r, sorted[i]);
	free(sorted);
	return r;
}

const struct ranges *ranges_union(struct arena *a, const struct ranges *x,
				  const struct ranges *y)
{
	struct ranges *r;
	size_t i = 0, j = 0;

	if (!x || !y)
		return NULL;

	r = room(a, x->count + y->count);
	while (r && (i < x->count || j < y->count)) {
		bool left = j == y->count ||
			    (i < x->count &&
			     x->range[i].first <= y->range[j].first);

		append(r, left ? x->range[i++] : y->range[j++]);
	}

	return r;
}

const struct ranges *ranges_intersection(struct arena *a,
					 const struct ranges *x,
					 const struct ranges *y)
{
	struct ranges *r;
	size_t i = 0, j = 0;

	if (!x || !y)
		return NULL;

	r = room(a, x->count + y->count);
	while (r && i < x->count && j < y->count) {
		const struct range *p = &x->range[i], *q = &y->range[j];
		u128 first = p->first > q->first ? p->first : q->first;
		u128 last = p->last < q->last ? p->last : q->last;

		if (first <= last)
			r->range[r->count++] = (struct range){ first, last };
		if (p->last < q->last)
			i++;
		else
			j++;
	}

	return r;
}

const struct ranges *ranges_complement(struct arena *a, const struct ranges *x,
				       u128 last)
{
	struct ranges *r;
	u128 next = 0;

	if (!x)
		return NULL;

	r = room(a, x->count + 1);
	for (size_t i = 0; r && i < x->count; i++) {
		const struct range *gap_end = &x->range[i];

		if (gap_end->first > last)
			break;
		if (gap_end->first > next)
			r->range[r->count++] =
				(struct range){ next, gap_end->first - 1 };
		if (gap_end->last >= last)
			return r;
		next = gap_end->last + 1;
	}

	if (r)
		r->range[r->count++] = (struct range){ next, last };
	return r;
}

static size_t first_not_below(const struct ranges *x, u128 value)
{
	size_t from = 0, to = x->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (x->range[middle].last < value)
			from = middle + 1;
		else
			to = middle;
	}

	return from;
}

static bool meets(const struct ranges *x, const struct range *y)
{
	size_t i = first_not_below(x, y->first);

	return i < x->count && x->range[i].first <= y->last;
}

static bool holds(const struct ranges *x, const struct range *y)
{
	size_t i = first_not_below(x, y->first);

	return i < x->count && x->range[i].first <= y->first &&
	       x->range[i].last >= y->last;
}

/* What ranges_masked() is at: the bits of a number are decided from the left. */
struct masking {
	const struct ranges *wanted;
	u128 mask;
	struct range *list;
	size_t count, max;
	size_t steps; /* left: values that no mask lets through lead nowhere */
};

/* All numbers that begin with n, the bits below width being open; false when
 * there are too many ranges. */
static bool mask_below(struct masking *m, u128 n, unsigned width)
{
	u128 open = width >= 128 ? ~(u128)0 : ((u128)1 << width) - 1;
	struct range met = { n & m->mask, (n | open) & m->mask };

	if (!m->steps--)
		return false;
	if (!meets(m->wanted, &met))
		return true;
	if (holds(m->wanted, &met)) {
		if (m->count == m->max)
			return false;
		m->list[m->count++] = (struct range){ n, n | open };
		return true;
	}

	if (!width--)
		return true; /* one number: in, or out */

	return mask_below(m, n, width) &&
	       mask_below(m, n | (u128)1 << width, width);
}

const struct ranges *ranges_masked(struct arena *a, const struct ranges *x,
				   u128 mask, unsigned bits, size_t max)
{
	struct masking m = {
		.wanted = x, .mask = mask, .max = max, .steps = (max + 1) * 512
	};
	const struct ranges *all = NULL;

	if (!x)
		return NULL;

	m.list = malloc(max * sizeof(*m.list));
	if (m.list && mask_below(&m, 0, bits))
		all = ranges_of(a, m.list, m.count);
	free(m.list);
	return all;
}

bool ranges_has(const struct ranges *x, u128 value)
{
	return holds(x, &(struct range){ value, value });
}

bool ranges_covers(const struct ranges *x, const struct ranges *y)
{
	size_t i = 0;

	for (size_t j = 0; j < y->count; j++) {
		while (i < x->count && x->range[i].last < y->range[j].first)
			i++;
		if (i == x->count || x->range[i].first > y->range[j].first ||
		    x->range[i].last < y->range[j].last)
			return false;
	}

	return true;
}

bool ranges_overlap(const struct ranges *x, const struct ranges *y)
{
	size_t i = 0, j = 0;

	while (i < x->count && j < y->count) {
		if (x->range[i].last < y->range[j].first)
			i++;
		else if (y->range[j].last < x->range[i].first)
			j++;
		else
			return true;
	}

	return false;
}

bool ranges_equal(const struct ranges *x, const struct ranges *y)
{
	if (x->count != y->count)
		return false;

	for (size_t i = 0; i < x->count; i++)
		if (x->range[i].first != y->range[i].first ||
		    x->range[i].last != y->range[i].last)
			return false;

	return true;
}
