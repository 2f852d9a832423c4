#include "ruleset/diagram.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/box.h"

/* A reference is a node's number, or with this bit a fate. */
#define LEAF UINT32_C(0x80000000)

enum { MEMO = 1 << 15, TABLE = 1 << 10 };

/* All values up to last, from where the arc before ends, lead there. */
struct arc {
	u128 last;
	uint32_t to;
};

struct node {
	unsigned dim;
	uint32_t count;
	struct arc *arcs;
	uint32_t next; /* of the same hash; 0: none */
};

/* What painting gave for the same question within one box. */
struct memo {
	uint64_t stamp;
	unsigned side;
	uint32_t yes, no, result;
};

struct diagram {
	const struct space *space;
	struct arena *arena;
	struct node *nodes; /* from 1 */
	size_t count, capacity, max;
	uint32_t *table;
	size_t table_size; /* a power of two */
	struct memo *memo;
	uint64_t stamp;
};

struct diagram *diagram_new(const struct space *s, size_t max_nodes)
{
	struct diagram *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;

	d->space = s;
	d->max = max_nodes;
	d->count = 1;
	d->table_size = TABLE;
	d->arena = arena_new();
	d->table = calloc(d->table_size, sizeof(*d->table));
	d->memo = calloc(MEMO, sizeof(*d->memo));
	if (!d->arena || !d->table || !d->memo) {
		diagram_free(d);
		return NULL;
	}

	return d;
}

void diagram_free(struct diagram *d)
{
	if (!d)
		return;

	arena_free(d->arena);
	free(d->nodes);
	free(d->table);
	free(d->memo);
	free(d);
}

static uint64_t mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t hash_arcs(unsigned dim, const struct arc *arcs, uint32_t count)
{
	uint64_t h = mix(count, dim);

	for (uint32_t i = 0; i < count; i++) {
		h = mix(h, (uint64_t)arcs[i].last);
		h = mix(h, (uint64_t)(arcs[i].last >> 64));
		h = mix(h, arcs[i].to);
	}

	return h;
}

static bool same_arcs(const struct node *n, unsigned dim,
		      const struct arc *arcs, uint32_t count)
{
	if (n->dim != dim || n->count != count)
		return false;

	for (uint32_t i = 0; i < count; i++)
		if (n->arcs[i].last != arcs[i].last ||
		    n->arcs[i].to != arcs[i].to)
			return false;

	return true;
}

static int grow_table(struct diagram *d)
{
	size_t size = 4 * d->table_size;
	uint32_t *table = calloc(size, sizeof(*table));

	if (!table)
		return -ENOMEM;

	for (uint32_t i = 1; i < d->count; i++) {
		struct node *n = &d->nodes[i];
		uint32_t *slot = &table[hash_arcs(n->dim, n->arcs, n->count) &
					(size - 1)];

		n->next = *slot;
		*slot = i;
	}
	free(d->table);
	d->table = table;
	d->table_size = size;
	return 0;
}

static int grow_nodes(struct diagram *d)
{
	size_t capacity = d->capacity ? 2 * d->capacity : 256;
	struct node *nodes = realloc(d->nodes, capacity * sizeof(*nodes));

	if (!nodes)
		return -ENOMEM;

	d->nodes = nodes;
	d->capacity = capacity;
	return 0;
}

/* Arcs while they are made. */
struct making {
	struct arc *arcs;
	uint32_t count, capacity;
};

static int add_arc(struct making *m, u128 last, uint32_t to)
{
	if (m->count && m->arcs[m->count - 1].to == to) {
		m->arcs[m->count - 1].last = last;
		return 0;
	}
	if (m->count == m->capacity) {
		uint32_t capacity = m->capacity ? 2 * m->capacity : 8;
		struct arc *arcs = realloc(m->arcs, capacity * sizeof(*arcs));

		if (!arcs)
			return -ENOMEM;
		m->arcs = arcs;
		m->capacity = capacity;
	}

	m->arcs[m->count++] = (struct arc){ last, to };
	return 0;
}

/* The node of these arcs, the old one if there is one. */
static int intern(struct diagram *d, unsigned dim, const struct making *m,
		  uint32_t *ret)
{
	uint64_t h = hash_arcs(dim, m->arcs, m->count);
	uint32_t at = d->table[h & (d->table_size - 1)];
	struct node n = { .dim = dim, .count = m->count };

	for (; at; at = d->nodes[at].next)
		if (same_arcs(&d->nodes[at], dim, m->arcs, m->count)) {
			*ret = at;
			return 0;
		}

	if (d->count >= d->max)
		return DIAGRAM_TOO_BIG;
	if ((d->count >= d->capacity && grow_nodes(d)) ||
	    (d->count > d->table_size && grow_table(d)))
		return -ENOMEM;

	n.arcs = arena_alloc(d->arena, m->count * sizeof(*n.arcs));
	if (!n.arcs)
		return -ENOMEM;
	memcpy(n.arcs, m->arcs, m->count * sizeof(*n.arcs));
	n.next = d->table[h & (d->table_size - 1)];
	d->table[h & (d->table_size - 1)] = (uint32_t)d->count;
	d->nodes[d->count] = n;
	*ret = (uint32_t)d->count++;
	return 0;
}

static unsigned dim_of(const struct diagram *d, uint32_t ref)
{
	return ref & LEAF ? UINT_MAX : d->nodes[ref].dim;
}

/* Where a reference leads for the values from a point on, and how far. */
struct reader {
	const struct node *node; /* NULL: it does not ask for the dimension */
	uint32_t arc;
	uint32_t ref;
};

static struct reader reader_of(const struct diagram *d, uint32_t ref,
			       unsigned dim)
{
	struct reader r = { .ref = ref };

	if (dim_of(d, ref) == dim)
		r.node = &d->nodes[ref];

	return r;
}

static uint32_t reader_to(const struct reader *r)
{
	return r->node ? r->node->arcs[r->arc].to : r->ref;
}

static u128 reader_last(const struct reader *r)
{
	return r->node ? r->node->arcs[r->arc].last : ~(u128)0;
}

static void reader_pass(struct reader *r, u128 last)
{
	if (r->node && r->node->arcs[r->arc].last == last)
		r->arc++;
}

/* A box that is painted over a diagram: inside yes, outside no. */
struct painting {
	struct diagram *diagram;
	const struct box *box;
};

static int paint(const struct painting *p, unsigned side, uint32_t yes,
		 uint32_t no, uint32_t *ret);

/* The last value up to which all values are in the set, or all are not; i is
 * moved to the range that ends there or later. */
static u128 set_last(const struct ranges *set, size_t *i, u128 from,
		     bool *is_in)
{
	while (*i < set->count && set->range[*i].last < from)
		(*i)++;
	*is_in = *i < set->count && set->range[*i].first <= from;
	if (*is_in)
		return set->range[*i].last;

	return *i < set->count ? set->range[*i].first - 1 : ~(u128)0;
}

static u128 least(u128 a, u128 b)
{
	return a < b ? a : b;
}

/* Along one dimension, range by range. Values that do not occur lead where
 * those before them do, and end no range: so that equal sets are one node. */
static int paint_along(const struct painting *p, unsigned side, unsigned dim,
		       struct reader *yes, struct reader *no, struct making *m)
{
	bool asks = side < p->box->count && p->box->side[side].dim == dim;
	const struct ranges *set = asks ? p->box->side[side].set : NULL;
	const struct ranges *all = p->diagram->space->dims[dim].all;
	size_t i = 0, j = 0;
	u128 from = 0;

	for (;;) {
		u128 last = least(reader_last(yes), reader_last(no));
		bool is_in = true, occurs;
		uint32_t to = reader_to(no);
		int err = 0;

		if (set)
			last = least(last, set_last(set, &i, from, &is_in));
		last = least(last, set_last(all, &j, from, &occurs));
		if (is_in && occurs)
			err = paint(p, side + asks, reader_to(yes), to, &to);
		if (!err && occurs)
			err = add_arc(m, last, to);
		if (err || last == ~(u128)0)
			return err;
		/* painting may have moved the nodes */
		if (yes->node)
			yes->node = &p->diagram->nodes[yes->ref];
		if (no->node)
			no->node = &p->diagram->nodes[no->ref];
		reader_pass(yes, last);
		reader_pass(no, last);
		from = last + 1;
	}
}

static int paint_node(const struct painting *p, unsigned side, uint32_t yes,
		      uint32_t no, uint32_t *ret)
{
	struct diagram *d = p->diagram;
	unsigned dim = p->box->side[side].dim;
	struct reader y, n;
	struct making m = { 0 };
	int err;

	dim = dim_of(d, yes) < dim ? dim_of(d, yes) : dim;
	dim = dim_of(d, no) < dim ? dim_of(d, no) : dim;
	y = reader_of(d, yes, dim);
	n = reader_of(d, no, dim);
	err = paint_along(p, side, dim, &y, &n, &m);
	if (!err && m.count) {
		m.arcs[m.count - 1].last = ~(u128)0;
		if (m.count == 1)
			*ret = m.arcs[0].to;
		else
			err = intern(d, dim, &m, ret);
	}
	free(m.arcs);
	return err;
}

/* side is the first of the box's that is not yet asked. */
static int paint(const struct painting *p, unsigned side, uint32_t yes,
		 uint32_t no, uint32_t *ret)
{
	struct memo *memo;
	int err;

	if (side == p->box->count) {
		*ret = yes;
		return 0;
	}
	if (yes == no) {
		*ret = no;
		return 0;
	}

	memo = &p->diagram->memo[mix(mix(side, yes), no) & (MEMO - 1)];
	if (memo->stamp == p->diagram->stamp && memo->side == side &&
	    memo->yes == yes && memo->no == no) {
		*ret = memo->result;
		return 0;
	}

	err = paint_node(p, side, yes, no, ret);
	if (!err)
		*memo = (struct memo){ p->diagram->stamp, side, yes, no, *ret };
	return err;
}

static int add_entry(struct diagram *d, const struct program *p,
		     const struct diagram_fates *fates, uint32_t *at, size_t i)
{
	const struct entry *e = &p->entries[i];
	const struct painting painting = { d, e->box };
	uint32_t yes;

	at[i] = at[i + 1];
	if (e->kind == ENTRY_PASSES ||
	    (e->is_uncertain && !fates->uncertain_act))
		return 0;

	yes = e->kind == ENTRY_SKIPS ? at[e->skip_to]
				     : fates->of(fates->context, p, i) | LEAF;
	d->stamp++;
	return paint(&painting, 0, yes, at[i + 1], &at[i]);
}

int diagram_add(struct diagram *d, const struct program *p,
		const struct diagram_fates *fates, uint32_t *ret)
{
	uint32_t *at = malloc((p->count + 1) * sizeof(*at));
	size_t i = p->count - 1;
	int err = 0;

	if (!at)
		return -ENOMEM;

	at[i] = fates->of(fates->context, p, i) | LEAF;
	while (i-- > 0 && !err)
		err = add_entry(d, p, fates, at, i);
	if (!err)
		*ret = at[0];
	free(at);
	return err;
}

uint32_t diagram_fate(const struct diagram *d, uint32_t root,
		      const struct spot *s)
{
	while (!(root & LEAF)) {
		const struct node *n = &d->nodes[root];
		uint32_t i = 0;

		while (n->arcs[i].last < s->value[n->dim])
			i++;
		root = n->arcs[i].to;
	}

	return root & ~LEAF;
}

/* How many values of the set lie there. */
static double count_between(const struct ranges *all, u128 first, u128 last)
{
	double count = 0;

	for (size_t i = 0; i < all->count; i++) {
		u128 from = all->range[i].first > first ? all->range[i].first
							: first;
		u128 to = least(all->range[i].last, last);

		if (from <= to)
			count += (double)(to - from) + 1;
	}

	return count;
}

static double share_of(const struct diagram *d, uint32_t ref, uint32_t fate,
		       double *known)
{
	const struct node *n;
	const struct ranges *all;
	double share = 0;
	u128 from = 0;

	if (ref & LEAF)
		return (ref & ~LEAF) == fate;
	if (known[ref] >= 0)
		return known[ref];

	n = &d->nodes[ref];
	all = d->space->dims[n->dim].all;
	for (uint32_t i = 0; i < n->count; i++) {
		share += count_between(all, from, n->arcs[i].last) *
			 share_of(d, n->arcs[i].to, fate, known);
		from = n->arcs[i].last + 1;
	}
	share /= count_between(all, 0, ~(u128)0);
	known[ref] = share;
	return share;
}

double diagram_share(const struct diagram *d, uint32_t root, uint32_t fate)
{
	double *known = malloc(d->count * sizeof(*known));
	double share;

	if (!known)
		return -1;

	for (size_t i = 0; i < d->count; i++)
		known[i] = -1;
	share = share_of(d, root, fate, known);
	free(known);
	return share;
}

struct listing {
	const struct diagram *diagram;
	uint32_t fate;
	int (*each)(void *context, const struct box *x);
	void *context;
	struct arena *arena;
};

/* The values that lead to one place, or NULL. */
static const struct ranges *values_to(const struct listing *l,
				      const struct node *n, uint32_t to)
{
	const struct ranges *set = ranges_none(l->arena);
	u128 from = 0;

	for (uint32_t i = 0; i < n->count; i++) {
		if (n->arcs[i].to == to)
			set = ranges_union(
				l->arena, set,
				ranges_one(l->arena, from, n->arcs[i].last));
		from = n->arcs[i].last + 1;
	}

	return ranges_intersection(l->arena, set,
				   l->diagram->space->dims[n->dim].all);
}

static bool is_first_to(const struct node *n, uint32_t arc)
{
	for (uint32_t i = 0; i < arc; i++)
		if (n->arcs[i].to == n->arcs[arc].to)
			return false;

	return true;
}

static int list_boxes(const struct listing *l, uint32_t ref,
		      const struct box *so_far)
{
	const struct node *n;
	int status = 0;

	if (ref & LEAF)
		return (ref & ~LEAF) == l->fate ? l->each(l->context, so_far)
						: 0;

	n = &l->diagram->nodes[ref];
	for (uint32_t i = 0; i < n->count && !status; i++) {
		const struct ranges *set;
		const struct box *x;

		if (!is_first_to(n, i))
			continue;
		set = values_to(l, n, n->arcs[i].to);
		x = set ? box_with(l->arena, so_far, n->dim, set) : NULL;
		status = x ? list_boxes(l, n->arcs[i].to, x) : -ENOMEM;
	}

	return status;
}

int diagram_boxes(const struct diagram *d, uint32_t root, uint32_t fate,
		  int (*each)(void *context, const struct box *x),
		  void *context)
{
	struct listing l = { d, fate, each, context, arena_new() };
	int status = l.arena ? list_boxes(&l, root, &box_whole) : -ENOMEM;

	arena_free(l.arena);
	return status;
}
