/*
 * Which entries of two programs are the same.
 *
 * Equal entries are paired, the first with the first, the second with the
 * second, and of the pairs those are kept that stand in the same order on both
 * sides (a longest ascending subsequence). Which of the possible pairings is
 * found only decides how much is searched, never the answer.
 *
 * A packet that meets only kept entries meets the same ones in the same order. An
 * entry that skips is only the same if it skips the same kept ones.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/compare_parts.h"

struct key {
	uint64_t hash;
	uint32_t entry;
};

struct aligning {
	struct compare_pair *p;
	struct key *keys[2];
	uint32_t *partner; /* of each entry before: after, or NONE */
	uint32_t *tails, *back;
};

enum { NONE = UINT32_MAX };

/* FNV-1a, by words: equal entries hash alike; more is looked at anyway. */
static uint64_t mix(uint64_t h, u128 value)
{
	h = (h ^ (uint64_t)value) * UINT64_C(0x100000001b3);
	h = (h ^ (uint64_t)(value >> 64)) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static uint64_t hash_entry(const struct program *p, uint32_t i)
{
	const struct entry *e = &p->entries[i];
	uint64_t h = mix(UINT64_C(0xcbf29ce484222325), (u128)e->kind);

	if (e->kind == ENTRY_ENDS)
		h = mix(h, (u128)program_outcome(p, i));
	for (unsigned s = 0; s < e->box->count; s++) {
		const struct side *side = &e->box->side[s];

		h = mix(h, side->dim);
		for (size_t r = 0; r < side->set->count; r++) {
			h = mix(h, side->set->range[r].first);
			h = mix(h, side->set->range[r].last);
		}
	}

	return h;
}

static bool same_box(const struct box *x, const struct box *y)
{
	if (x->count != y->count)
		return false;

	for (unsigned i = 0; i < x->count; i++)
		if (x->side[i].dim != y->side[i].dim ||
		    !ranges_equal(x->side[i].set, y->side[i].set))
			return false;

	return true;
}

static bool same_passing(const struct compare_pair *p, const struct action *x,
			 const struct action *y)
{
	return x == y ||
	       (x && y &&
		program_same_action(x, y, p->space->family == TABLE_IP6));
}

static bool same_entry(const struct compare_pair *p, uint32_t i, uint32_t j)
{
	const struct entry *x = &p->of[0].entries[i];
	const struct entry *y = &p->of[1].entries[j];

	if (x->kind != y->kind || x->is_uncertain || y->is_uncertain ||
	    !same_box(x->box, y->box))
		return false;
	if (x->kind == ENTRY_ENDS)
		return program_same_fate(&p->of[0], i, &p->of[1], j);

	return x->kind == ENTRY_SKIPS || same_passing(p, x->action, y->action);
}

/* Entries that only pass change nothing, unless they set something. */
bool compare_matters(const struct entry *e)
{
	if (e->kind != ENTRY_PASSES)
		return true;

	return e->action && (e->action->kind == ACTION_SET ||
			     e->action->kind == ACTION_NOTRACK ||
			     e->action->kind == ACTION_UNKNOWN);
}

static int by_hash(const void *x, const void *y)
{
	const struct key *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;

	return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static struct key *sorted_keys(const struct program *p)
{
	struct key *keys = malloc((p->count + 1) * sizeof(*keys));

	for (uint32_t i = 0; keys && i < p->count; i++)
		keys[i] = (struct key){ hash_entry(p, i), i };
	if (keys)
		qsort(keys, p->count, sizeof(*keys), by_hash);

	return keys;
}

/* The first of the one with the first of the other, and so on. */
static void pair_up(struct aligning *a)
{
	size_t i = 0, j = 0;
	const struct program *of = a->p->of;

	while (i < of[0].count && j < of[1].count) {
		const struct key *x = &a->keys[0][i], *y = &a->keys[1][j];

		if (x->hash < y->hash) {
			i++;
		} else if (y->hash < x->hash) {
			j++;
		} else {
			if (same_entry(a->p, x->entry, y->entry))
				a->partner[x->entry] = y->entry;
			i++;
			j++;
		}
	}
}

/* Keeps a longest run of pairs that ascends on both sides. */
static void keep_order(struct aligning *a)
{
	uint32_t count = 0, at;
	size_t n = a->p->of[0].count;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = 0, to = count;

		if (a->partner[i] == NONE)
			continue;
		while (from < to) {
			uint32_t middle = (from + to) / 2;

			if (a->partner[a->tails[middle]] < a->partner[i])
				from = middle + 1;
			else
				to = middle;
		}
		a->back[i] = from ? a->tails[from - 1] : NONE;
		a->tails[from] = i;
		if (from == count)
			count++;
	}

	at = count ? a->tails[count - 1] : NONE;
	for (; at != NONE; at = a->back[at]) {
		a->p->is_common[0][at] = true;
		a->p->is_common[1][a->partner[at]] = true;
	}
}

/* How many of the kept entries stand before each. */
static void count_kept(const struct compare_pair *p, unsigned side,
		       uint32_t *ret)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->of[side].count; i++) {
		ret[i] = count;
		count += p->is_common[side][i];
	}
}

/* Takes out those that skip other entries than their partners do; true when
 * there was one. */
static bool part_skips(struct aligning *a, uint32_t *before, uint32_t *after)
{
	struct compare_pair *p = a->p;
	bool any = false;

	count_kept(p, 0, before);
	count_kept(p, 1, after);
	for (uint32_t i = 0; i < p->of[0].count; i++) {
		const struct entry *x = &p->of[0].entries[i], *y;

		if (!p->is_common[0][i] || x->kind != ENTRY_SKIPS)
			continue;
		y = &p->of[1].entries[a->partner[i]];
		if (before[x->skip_to] == after[y->skip_to])
			continue;
		p->is_common[0][i] = false;
		p->is_common[1][a->partner[i]] = false;
		any = true;
	}

	return any;
}

static int align(struct aligning *a)
{
	size_t n = a->p->of[0].count, m = a->p->of[1].count;
	uint32_t *before = malloc(n * sizeof(*before));
	uint32_t *after = malloc(m * sizeof(*after));
	int err = before && after ? 0 : -ENOMEM;

	if (!err) {
		memset(a->partner, 0xff, n * sizeof(*a->partner));
		pair_up(a);
		keep_order(a);
		while (part_skips(a, before, after))
			continue;
	}
	free(before);
	free(after);
	return err;
}

int compare_align(struct compare_pair *p)
{
	size_t n = p->of[0].count;
	struct aligning a = { .p = p };
	int err = -ENOMEM;

	p->is_common[0] = calloc(n, sizeof(bool));
	p->is_common[1] = calloc(p->of[1].count, sizeof(bool));
	a.keys[0] = sorted_keys(&p->of[0]);
	a.keys[1] = sorted_keys(&p->of[1]);
	a.partner = malloc(n * sizeof(*a.partner));
	a.tails = malloc(n * sizeof(*a.tails));
	a.back = malloc(n * sizeof(*a.back));
	if (p->is_common[0] && p->is_common[1] && a.keys[0] && a.keys[1] &&
	    a.partner && a.tails && a.back)
		err = align(&a);

	free(a.keys[0]);
	free(a.keys[1]);
	free(a.partner);
	free(a.tails);
	free(a.back);
	return err;
}
