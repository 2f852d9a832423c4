#include "ruleset/witness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
	STABS = 64,  /* packets that are tried before entries are listed */
	DEPTH = 4000 /* pieces of pieces: the stack has an end */
};

/* Where a piece stands: entries before from[] no longer matter to it. */
struct stand {
	uint32_t from[WITNESS_GOALS];
	unsigned depth;
	/* The entries that meet it, ascending, once they are listed. */
	bool is_listed;
	struct numbers list[WITNESS_GOALS];
};

struct search {
	const struct space *space;
	const struct goal *goals;
	unsigned count;
	struct arena *arena;
	struct witness *found;
	uint64_t work, seed;
	unsigned stabs;
	double *size; /* count pieces rather than stop at the first */
	unsigned pieces, max_pieces;
};

/* The entry that does most against a piece. */
struct blocker {
	const struct box *box;
	uint32_t entry;
	unsigned goal;
	double share;
};

static int search_piece(struct search *x, const struct box *q,
			const struct stand *at);

void witness_done(struct witness *w)
{
	free(w->spot);
	w->spot = NULL;
	overlap_done(&w->by);
}

static const struct entry *entry_of(const struct search *x, unsigned goal,
				    uint32_t entry)
{
	return &x->goals[goal].program->entries[entry];
}

static int found(struct search *x, const struct spot *s)
{
	size_t bytes = sizeof(*s) + s->count * sizeof(*s->value);

	x->found->spot = malloc(bytes);
	if (!x->found->spot)
		return -ENOMEM;

	memcpy(x->found->spot, s, bytes);
	return WITNESS_FOUND;
}

static int remember(struct search *x, const struct blocker *b)
{
	struct numbers *by = &x->found->by;

	for (size_t i = 0; i < by->count; i++)
		if (by->at[i] == b->entry)
			return 0;

	return b->goal ? 0 : overlap_add(by, b->entry);
}

static void consider(const struct search *x, const struct box *q, unsigned goal,
		     uint32_t entry, struct blocker *best)
{
	struct blocker b = { entry_of(x, goal, entry)->box, entry, goal, 1 };

	if (best->share >= 1)
		return;
	if (!box_covers(b.box, q)) {
		/* Below 1 even where rounding says that it is all. */
		b.share = box_share(x->space, q, b.box);
		b.share = b.share > 0.999999 ? 0.999999 : b.share;
	}
	if (!best->box || b.share > best->share)
		*best = b;
}

struct peeled {
	struct search *search;
	const struct stand *at;
};

static int search_rest(void *context, const struct box *piece)
{
	const struct peeled *p = context;

	return search_piece(p->search, piece, p->at);
}

/* What is left of a piece without the blocker's box. */
static int go_on(struct search *x, const struct box *q, const struct stand *at,
		 const struct blocker *b)
{
	struct stand next = *at;
	struct peeled p = { x, &next };
	int err = remember(x, b);

	if (err || b->share >= 1)
		return err ? err : WITNESS_NONE;

	next.depth++;
	return box_peel(x->arena, x->space, q, b->box, search_rest, &p);
}

static bool is_left_out(const struct search *x, unsigned goal, uint32_t entry)
{
	const struct rule *without = x->goals[goal].without;

	return without && entry_of(x, goal, entry)->rule == without;
}

/* Tries one packet of the piece: FOUND, or what stands against it, into best. */
static int try(struct search *x, const struct box *q, const struct stand *at,
	       uint64_t *seed, struct blocker *best)
{
	struct spot *s = box_pick(x->arena, x->space, q, seed);
	size_t met = 0;

	if (!s)
		return -ENOMEM;

	for (unsigned g = 0; g < x->count; g++) {
		struct numbers hit = { 0 };
		int err = overlap_stab(x->goals[g].program->ends, s,
				       at->from[g], x->goals[g].entry, &hit);

		for (size_t i = 0; i < hit.count && !err; i++)
			if (!is_left_out(x, g, hit.at[i])) {
				consider(x, q, g, hit.at[i], best);
				met++;
			}
		x->work += 20 + hit.count;
		overlap_done(&hit);
		if (err)
			return err;
	}

	return met ? WITNESS_NONE : found(x, s);
}

static int search_by_packets(struct search *x, const struct box *q,
			     const struct stand *at)
{
	struct blocker best = { 0 };
	int status = try(x, q, at, NULL, &best);

	x->stabs++;
	if (!status && best.share < 1)
		status = try(x, q, at, &x->seed, &best);

	return status ? status : go_on(x, q, at, &best);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int list_entries(const struct search *x, const struct box *q,
			struct stand *at, unsigned g)
{
	const struct goal *goal = &x->goals[g];
	struct numbers *list = &at->list[g];
	int err = overlap_query(goal->program->ends, q, at->from[g],
				goal->entry, list);
	size_t kept = 0;

	if (!err && goal->program->skips)
		err = overlap_query(goal->program->skips, q, at->from[g],
				    goal->entry, list);
	for (size_t i = 0; i < list->count; i++)
		if (!is_left_out(x, g, list->at[i]))
			list->at[kept++] = list->at[i];
	list->count = kept;
	if (kept)
		qsort(list->at, kept, sizeof(*list->at), by_number);

	return err;
}

/* Of the list that a larger piece has. */
static int filter_entries(const struct search *x, const struct box *q,
			  const struct stand *had, struct stand *at, unsigned g)
{
	const struct numbers *from = &had->list[g];
	int err = 0;

	at->list[g] = (struct numbers){ 0 };
	for (size_t i = 0; i < from->count && !err; i++)
		if (from->at[i] >= at->from[g] &&
		    box_meets(entry_of(x, g, from->at[i])->box, q))
			err = overlap_add(&at->list[g], from->at[i]);

	return err;
}

/* It may lead packets around entries before the goal, not around the goal. */
static bool is_detour(const struct search *x, unsigned g, uint32_t entry)
{
	const struct entry *e = entry_of(x, g, entry);

	return e->kind == ENTRY_SKIPS && e->skip_to <= x->goals[g].entry;
}

/* It stops every packet that comes to it. */
static bool is_blocker(const struct search *x, unsigned g, uint32_t entry)
{
	const struct entry *e = entry_of(x, g, entry);

	return !e->is_uncertain && !is_detour(x, g, entry);
}

/* Whether something before in the list may lead around the i-th of it. */
static bool is_hidden(const struct search *x, const struct stand *at,
		      unsigned g, size_t i)
{
	const struct numbers *list = &at->list[g];
	const struct box *box = entry_of(x, g, list->at[i])->box;

	for (size_t j = 0; j < i; j++) {
		const struct entry *e = entry_of(x, g, list->at[j]);

		if (is_detour(x, g, list->at[j]) && e->skip_to > list->at[i] &&
		    box_meets(e->box, box))
			return true;
	}

	return false;
}

/* Looks for the best blocker that nothing leads around. False: no blocker is
 * left at all. */
static bool weigh_entries(struct search *x, const struct box *q,
			  const struct stand *at, struct blocker *best)
{
	bool is_blocked = false;

	for (unsigned g = 0; g < x->count; g++) {
		size_t detours = 0;

		x->work += at->list[g].count;
		for (size_t i = 0; i < at->list[g].count; i++) {
			uint32_t entry = at->list[g].at[i];

			detours += is_detour(x, g, entry);
			if (!is_blocker(x, g, entry))
				continue;
			is_blocked = true;
			x->work += detours ? i : 0;
			if (!detours || !is_hidden(x, at, g, i))
				consider(x, q, g, entry, best);
		}
	}

	return is_blocked;
}

/* Whether the i-th leads around anything that is listed. */
static bool matters(const struct search *x, const struct stand *at, unsigned g,
		    size_t i)
{
	const struct numbers *list = &at->list[g];

	return is_detour(x, g, list->at[i]) && i + 1 < list->count &&
	       list->at[i + 1] < entry_of(x, g, list->at[i])->skip_to;
}

/* Nothing stops anybody before the first detour: some go on behind what it
 * leads around, the others behind it. */
static int part_at(struct search *x, const struct box *q,
		   const struct stand *at, unsigned g, uint32_t entry)
{
	const struct entry *e = entry_of(x, g, entry);
	struct stand next = *at;
	struct peeled p = { x, &next };
	const struct box *in;
	int status = box_cut(x->arena, q, e->box, &in);

	next.depth++;
	if (status > 0) {
		next.from[g] = e->skip_to;
		status = search_piece(x, in, &next);
	}
	next.from[g] = entry + 1;
	if (!status)
		status = e->is_uncertain ? search_piece(x, q, &next)
					 : box_peel(x->arena, x->space, q,
						    e->box, search_rest, &p);

	return status;
}

static int search_detours(struct search *x, const struct box *q,
			  const struct stand *at)
{
	for (unsigned g = 0; g < x->count; g++)
		for (size_t i = 0; i < at->list[g].count; i++)
			if (matters(x, at, g, i))
				return part_at(x, q, at, g, at->list[g].at[i]);

	return -EINVAL; /* a hidden blocker has a detour before it */
}

/* Nothing stops any packet of the piece. */
static int free_piece(struct search *x, const struct box *q)
{
	struct spot *s;

	if (x->size) {
		*x->size += box_size(x->space, q);
		return ++x->pieces > x->max_pieces ? WITNESS_GIVEN_UP
						   : WITNESS_NONE;
	}

	s = box_pick(x->arena, x->space, q, NULL);
	return s ? found(x, s) : -ENOMEM;
}

static int search_listed(struct search *x, const struct box *q,
			 const struct stand *at)
{
	struct blocker best = { 0 };

	if (!weigh_entries(x, q, at, &best))
		return free_piece(x, q);

	return best.box ? go_on(x, q, at, &best) : search_detours(x, q, at);
}

static int search_by_list(struct search *x, const struct box *q,
			  const struct stand *had)
{
	struct stand at = *had;
	int status = 0;

	memset(at.list, 0, sizeof(at.list));
	at.is_listed = true;
	for (unsigned g = 0; g < x->count && !status; g++) {
		status = had->is_listed ? filter_entries(x, q, had, &at, g)
					: list_entries(x, q, &at, g);
		x->work +=
			had->is_listed ? had->list[g].count : at.list[g].count;
	}
	if (!status)
		status = search_listed(x, q, &at);
	for (unsigned g = 0; g < x->count; g++)
		overlap_done(&at.list[g]);

	return status;
}

/* 1 when an entry that skips, before the goals, meets the piece. */
static int has_skips(struct search *x, const struct box *q,
		     const struct stand *at)
{
	for (unsigned g = 0; g < x->count; g++) {
		const struct program *p = x->goals[g].program;
		struct numbers skips = { 0 };
		int err = 0;
		size_t count;

		if (p->skips)
			err = overlap_query(p->skips, q, at->from[g],
					    x->goals[g].entry, &skips);
		count = skips.count;
		overlap_done(&skips);
		if (err || count)
			return err ? err : 1;
	}

	return 0;
}

static int search_piece(struct search *x, const struct box *q,
			const struct stand *at)
{
	int status;

	if (x->work++ > WITNESS_WORK || at->depth > DEPTH)
		return WITNESS_GIVEN_UP;
	if (at->is_listed || x->stabs >= STABS)
		return search_by_list(x, q, at);

	status = has_skips(x, q, at);
	if (status < 0)
		return status;

	return status ? search_by_list(x, q, at) : search_by_packets(x, q, at);
}

static int make_indexes(struct program *p)
{
	if (!p->ends)
		p->ends = overlap_new(p, ENTRY_ENDS);
	if (p->has_skips && !p->skips)
		p->skips = overlap_new(p, ENTRY_SKIPS);

	return p->ends && (p->skips || !p->has_skips) ? 0 : -ENOMEM;
}

static int run(struct search *x, const struct box *start)
{
	struct stand at = { 0 };
	int status = 0;

	for (unsigned g = 0; g < x->count && !status; g++)
		status = make_indexes(x->goals[g].program);
	x->arena = status ? NULL : arena_new();
	if (!x->arena)
		return -ENOMEM;

	status = search_piece(x, start, &at);
	arena_free(x->arena);
	return status;
}

int witness_search(const struct space *s, const struct box *start,
		   const struct goal *goals, unsigned count,
		   struct witness *ret)
{
	struct search x = { .space = s,
			    .goals = goals,
			    .count = count,
			    .found = ret,
			    .seed = goals[0].entry };
	int status;

	*ret = (struct witness){ 0 };
	status = run(&x, start);
	if (status != WITNESS_NONE)
		overlap_done(&ret->by);
	return status;
}

int witness_measure(const struct space *s, const struct box *start,
		    const struct goal *goals, unsigned count, unsigned max,
		    double *ret)
{
	struct witness w = { 0 };
	struct search x = { .space = s,
			    .goals = goals,
			    .count = count,
			    .found = &w,
			    .stabs = STABS,
			    .size = ret,
			    .max_pieces = max };
	int status;

	*ret = 0;
	status = run(&x, start);
	witness_done(&w);
	return status;
}

/* All that hold the packet, ascending. */
static int stab_all(struct program *p, const struct spot *s, uint32_t from,
		    struct numbers *hit)
{
	uint32_t last = (uint32_t)p->count;
	int err = make_indexes(p);

	if (!err)
		err = overlap_stab(p->ends, s, from, last, hit);
	if (!err && p->skips)
		err = overlap_stab(p->skips, s, from, last, hit);
	if (!err && hit->count)
		qsort(hit->at, hit->count, sizeof(*hit->at), by_number);

	return err;
}

int witness_fate(struct program *p, const struct spot *s, uint32_t from,
		 const struct rule *without, uint32_t *ret)
{
	struct numbers hit = { 0 };
	uint32_t at = from;
	int err = make_indexes(p);

	if (!err && !p->skips) {
		*ret = overlap_first(p->ends, s, from, without);
		return 0;
	}
	if (!err)
		err = stab_all(p, s, from, &hit);

	for (size_t i = 0; i < hit.count && !err; i++) {
		const struct entry *e = &p->entries[hit.at[i]];

		if (hit.at[i] < at || e->is_uncertain ||
		    (without && e->rule == without))
			continue;
		if (e->kind == ENTRY_SKIPS) {
			at = e->skip_to;
			continue;
		}
		*ret = hit.at[i];
		break;
	}

	overlap_done(&hit);
	return err;
}

int witness_lucky_fate(struct program *p, const struct spot *s, uint32_t *ret)
{
	struct numbers hit = { 0 };
	uint32_t at = 0;
	int err = make_indexes(p);

	if (!err && !p->skips) {
		*ret = overlap_first(p->ends, s, 0, NULL);
		return 0;
	}
	if (!err)
		err = stab_all(p, s, 0, &hit);

	for (size_t i = 0; i < hit.count && !err; i++) {
		const struct entry *e = &p->entries[hit.at[i]];

		if (hit.at[i] < at)
			continue;
		if (e->kind == ENTRY_SKIPS) {
			at = e->skip_to;
			continue;
		}
		*ret = hit.at[i];
		break;
	}

	overlap_done(&hit);
	return err;
}
