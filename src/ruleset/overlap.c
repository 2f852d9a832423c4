#include "ruleset/overlap.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

enum {
	LEAF = 12,
	SAMPLE = 48, /* entries that are asked where to halve */
	DEPTH = 60
};

enum { BELOW, ACROSS, ABOVE, CHILDREN };

struct node {
	u128 split;
	unsigned dim; /* UINT_MAX: a leaf */
	uint32_t child[CHILDREN];
	uint32_t first, count; /* of items */
	uint32_t low, high;    /* least and greatest entry */
};

struct overlap {
	const struct program *program;
	struct node *nodes;
	uint32_t node_count, node_capacity;
	uint32_t *items;
	uint32_t count;
};

struct range32 {
	uint32_t from, to;
};

void overlap_done(struct numbers *n)
{
	free(n->at);
	*n = (struct numbers){ 0 };
}

int overlap_add(struct numbers *n, uint32_t value)
{
	if (n->count == n->capacity) {
		size_t capacity = n->capacity ? 2 * n->capacity : 64;
		uint32_t *at = realloc(n->at, capacity * sizeof(*at));

		if (!at)
			return -ENOMEM;
		n->at = at;
		n->capacity = capacity;
	}

	n->at[n->count++] = value;
	return 0;
}

static const struct box *box_at(const struct overlap *o, uint32_t item)
{
	return o->program->entries[o->items[item]].box;
}

/* The least range that holds all values along the dimension. */
static struct range hull(const struct box *x, unsigned dim)
{
	for (unsigned i = 0; i < x->count && x->side[i].dim <= dim; i++)
		if (x->side[i].dim == dim) {
			const struct ranges *r = x->side[i].set;

			return (struct range){ r->range[0].first,
					       r->range[r->count - 1].last };
		}

	return (struct range){ 0, ~(u128)0 };
}

static unsigned part_of(const struct box *x, unsigned dim, u128 split)
{
	struct range r = hull(x, dim);

	if (r.last < split)
		return BELOW;

	return r.first >= split ? ABOVE : ACROSS;
}

/* A few of a node's items, evenly. */
struct sample {
	const struct box *box[SAMPLE];
	unsigned count;
};

/* What a cut leaves, at worst, of the sample on the way of one packet. */
static unsigned cost(const struct sample *s, unsigned dim, u128 split)
{
	unsigned parts[CHILDREN] = { 0 };

	for (unsigned i = 0; i < s->count; i++)
		parts[part_of(s->box[i], dim, split)]++;

	return parts[ACROSS] +
	       (parts[BELOW] > parts[ABOVE] ? parts[BELOW] : parts[ABOVE]);
}

static int by_value(const void *x, const void *y)
{
	const u128 *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* The best of three quantiles of the borders along one dimension. */
static unsigned best_split(const struct sample *s, unsigned dim, u128 *ret)
{
	u128 borders[2 * SAMPLE];
	unsigned count = 0, best = UINT_MAX;

	for (unsigned i = 0; i < s->count; i++) {
		struct range r = hull(s->box[i], dim);

		if (r.first)
			borders[count++] = r.first;
		if (r.last != ~(u128)0)
			borders[count++] = r.last + 1;
	}
	if (!count)
		return best;

	qsort(borders, count, sizeof(*borders), by_value);
	for (unsigned i = 1; i < 4; i++) {
		u128 split = borders[count * i / 4];
		unsigned c = cost(s, dim, split);

		if (c < best) {
			best = c;
			*ret = split;
		}
	}

	return best;
}

/* Where to halve: false where nothing is gained. */
static bool choose(const struct overlap *o, struct node *n)
{
	struct sample s = { .count = 0 };
	unsigned best = UINT_MAX;
	uint64_t tried = 0;

	s.count = n->count < SAMPLE ? n->count : SAMPLE;
	for (unsigned i = 0; i < s.count; i++)
		s.box[i] = box_at(o, n->first + (uint32_t)((uint64_t)i *
							   n->count / s.count));

	for (unsigned i = 0; i < s.count; i++)
		for (unsigned j = 0; j < s.box[i]->count; j++) {
			unsigned dim = s.box[i]->side[j].dim, c;
			u128 split = 0;

			if (dim >= 64 || tried >> dim & 1)
				continue;
			tried |= UINT64_C(1) << dim;
			c = best_split(&s, dim, &split);
			if (c < best) {
				best = c;
				n->dim = dim;
				n->split = split;
			}
		}

	return best <= s.count - (s.count + 15) / 16;
}

static void swap_items(struct overlap *o, uint32_t i, uint32_t j)
{
	uint32_t item = o->items[i];

	o->items[i] = o->items[j];
	o->items[j] = item;
}

/* Moves the items of one part to the front; gives the first of the others. */
static uint32_t gather(struct overlap *o, const struct node *n, uint32_t from,
		       unsigned part)
{
	uint32_t next = from;

	for (uint32_t i = from; i < n->first + n->count; i++)
		if (part_of(box_at(o, i), n->dim, n->split) == part)
			swap_items(o, i, next++);

	return next;
}

static int add_node(struct overlap *o, uint32_t first, uint32_t count,
		    uint32_t *ret)
{
	struct node n = { .dim = UINT_MAX,
			  .first = first,
			  .count = count,
			  .low = UINT32_MAX };

	if (o->node_count == o->node_capacity) {
		uint32_t capacity =
			o->node_capacity ? 2 * o->node_capacity : 64;
		struct node *nodes =
			realloc(o->nodes, capacity * sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		o->nodes = nodes;
		o->node_capacity = capacity;
	}
	for (uint32_t i = first; i < first + count; i++) {
		uint32_t item = o->items[i];

		n.low = item < n.low ? item : n.low;
		n.high = item > n.high ? item : n.high;
	}

	*ret = o->node_count;
	o->nodes[o->node_count++] = n;
	return 0;
}

static int grow(struct overlap *o, uint32_t at, unsigned depth)
{
	struct node n = o->nodes[at];
	uint32_t border[CHILDREN + 1];
	int err = 0;

	if (n.count <= LEAF || depth == DEPTH || !choose(o, &n))
		return 0;

	border[0] = n.first;
	for (unsigned c = 0; c < CHILDREN; c++)
		border[c + 1] = gather(o, &n, border[c], c);
	for (unsigned c = 0; c < CHILDREN && !err; c++)
		err = add_node(o, border[c], border[c + 1] - border[c],
			       &n.child[c]);
	if (err)
		return err;

	o->nodes[at] = n;
	for (unsigned c = 0; c < CHILDREN && !err; c++)
		if (n.child[c])
			err = grow(o, n.child[c], depth + 1);

	return err;
}

static bool is_wanted(const struct entry *e, enum entry_kind kind)
{
	return e->kind == kind && (kind == ENTRY_SKIPS || !e->is_uncertain);
}

struct overlap *overlap_new(const struct program *p, enum entry_kind kind)
{
	struct overlap *o = calloc(1, sizeof(*o));
	uint32_t root;

	if (!o)
		return NULL;

	o->program = p;
	for (size_t i = 0; i < p->count; i++)
		o->count += is_wanted(&p->entries[i], kind);
	o->items = malloc((o->count + 1) * sizeof(*o->items));
	o->count = 0;
	for (size_t i = 0; o->items && i < p->count; i++)
		if (is_wanted(&p->entries[i], kind))
			o->items[o->count++] = (uint32_t)i;

	if (!o->items || add_node(o, 0, o->count, &root) || grow(o, root, 0)) {
		overlap_free(o);
		return NULL;
	}

	return o;
}

void overlap_free(struct overlap *o)
{
	if (!o)
		return;

	free(o->nodes);
	free(o->items);
	free(o);
}

/* What is sought: a spot or a box, among some entries. */
struct seeking {
	const struct overlap *in;
	const struct spot *spot;
	const struct box *box;
	uint32_t from, to;
	struct numbers *ret;
};

static int look(const struct seeking *s, const struct node *n)
{
	int err = 0;

	for (uint32_t i = n->first; i < n->first + n->count && !err; i++) {
		uint32_t entry = s->in->items[i];
		const struct box *x = box_at(s->in, i);

		if (entry < s->from || entry >= s->to)
			continue;
		if (s->spot ? box_has(x, s->spot) : box_meets(x, s->box))
			err = overlap_add(s->ret, entry);
	}

	return err;
}

static int seek(const struct seeking *s, uint32_t at)
{
	const struct node *n = &s->in->nodes[at];
	struct range r;
	int err = 0;

	if (!n->count || n->low >= s->to || n->high < s->from)
		return 0;
	if (n->dim == UINT_MAX)
		return look(s, n);

	if (s->spot)
		r.first = r.last = s->spot->value[n->dim];
	else
		r = hull(s->box, n->dim);
	if (r.first < n->split)
		err = seek(s, n->child[BELOW]);
	if (!err && r.last >= n->split)
		err = seek(s, n->child[ABOVE]);

	return err ? err : seek(s, n->child[ACROSS]);
}

int overlap_stab(const struct overlap *o, const struct spot *spot,
		 uint32_t from, uint32_t to, struct numbers *ret)
{
	const struct seeking s = {
		.in = o, .spot = spot, .from = from, .to = to, .ret = ret
	};

	return seek(&s, 0);
}

int overlap_query(const struct overlap *o, const struct box *x, uint32_t from,
		  uint32_t to, struct numbers *ret)
{
	const struct seeking s = {
		.in = o, .box = x, .from = from, .to = to, .ret = ret
	};

	return seek(&s, 0);
}

/* The lowest so far bounds what is still looked for. */
static void first(const struct overlap *o, uint32_t at, const struct spot *spot,
		  const struct rule *without, struct range32 *in)
{
	const struct node *n = &o->nodes[at];

	if (!n->count || n->low >= in->to || n->high < in->from)
		return;
	if (n->dim != UINT_MAX) {
		bool below = spot->value[n->dim] < n->split;

		first(o, n->child[ACROSS], spot, without, in);
		first(o, n->child[below ? BELOW : ABOVE], spot, without, in);
		return;
	}

	for (uint32_t i = n->first; i < n->first + n->count; i++) {
		uint32_t entry = o->items[i];

		if (entry >= in->from && entry < in->to &&
		    box_has(box_at(o, i), spot) &&
		    (!without || o->program->entries[entry].rule != without))
			in->to = entry;
	}
}

uint32_t overlap_first(const struct overlap *o, const struct spot *spot,
		       uint32_t from, const struct rule *without)
{
	struct range32 in = { from, (uint32_t)o->program->count };

	first(o, 0, spot, without, &in);
	return in.to;
}
