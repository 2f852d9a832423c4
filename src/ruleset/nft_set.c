#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_build.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_value.h"

/* A type that is not ours, "integer" among them: numbers as they are. */
static const struct nft_key any_number = { .words = "integer",
					   .field = FIELD_COUNT,
					   .type = VALUE_NUMBER };

/* The boxes being made of one element. */
struct boxes {
	const struct ranges *part[SET_PARTS];
	unsigned count;
};

/* Ranges that one masked value may become. */
enum { MASKED_MOST = 1024 };

static const struct ranges *part_ranges(struct arena *a,
					const struct nft_question *q,
					const struct nft_expr *e,
					const struct nft_expr **ret_bad)
{
	const struct ranges *r;
	struct range one;
	u128 mask;

	*ret_bad = NULL;
	if (nft_tree_is(e, NFT_WORD, "*") && !e->is_quoted)
		return ranges_one(a, 0, ~(u128)0);
	if (!nft_value_range(q->key, e, &one)) {
		*ret_bad = e;
		return NULL;
	}

	r = ranges_one(a, one.first, one.last);
	if (!r || !nft_key_is_known(q->key))
		return r;

	r = nft_key_ranges(a, q, r, &mask);
	if (mask && mask != ~(u128)0)
		r = ranges_masked(a, r, mask, field_info[q->key->field].bits,
				  MASKED_MOST);
	if (!mask || !r)
		*ret_bad = e;
	return r;
}

static bool grow(struct nft_build *nb, struct set *s)
{
	size_t capacity = s->capacity ? 2 * s->capacity : 8;
	struct element *list;

	if (s->count < s->capacity)
		return true;

	list = arena_alloc(nb->ruleset->arena, capacity * sizeof(*list));
	if (!list) {
		nb->tree->failed = true;
		return false;
	}
	if (s->count)
		memcpy(list, s->elements, s->count * sizeof(*list));
	s->elements = list;
	s->capacity = capacity;
	return true;
}

/* Every combination of the parts' ranges, nearly always one. */
static void add_boxes(struct nft_build *nb, struct set *s,
		      const struct boxes *boxes, const struct element *like)
{
	size_t index[SET_PARTS] = { 0 };
	unsigned i;

	for (i = 0; i < boxes->count; i++)
		if (!boxes->part[i]->count)
			return;

	for (;;) {
		struct element *e;

		if (!grow(nb, s))
			return;
		e = &s->elements[s->count++];
		*e = *like;
		for (i = 0; i < boxes->count; i++)
			e->part[i] = boxes->part[i]->range[index[i]];

		for (i = 0; i < boxes->count; i++) {
			if (++index[i] < boxes->part[i]->count)
				break;
			index[i] = 0;
		}
		if (i == boxes->count)
			return;
	}
}

/* What a map's element holds. */
static bool read_data(struct nft_build *nb, const struct nft_set_shape *shape,
		      const struct nft_expr *e, struct element *to)
{
	struct arena *a = nb->ruleset->arena;
	const struct nft_expr *bad = NULL, *port = NULL;

	if (e->kind == NFT_VERDICT) {
		struct action *action = arena_alloc(a, sizeof(*action));

		if (action)
			*action = nft_action_verdict(nb, e);
		else
			nb->tree->failed = true;
		if (action && e->note && !action->chain)
			nft_tree_problem(nb->tree, e->at ? e->at : nb->at,
					 _("There is no chain %s in table %s."),
					 e->note, nb->table->name);
		to->action = action;
		return action;
	}
	if (!shape->data[0])
		return false;
	if (e->kind == NFT_CONCAT) {
		port = e->first->next;
		e = e->first;
	}

	to->data = nft_value_ranges(a, shape->data[0], e, &bad);
	if (port && shape->data[1] && !bad)
		to->data_port = nft_value_ranges(a, shape->data[1], port, &bad);
	/* Ports alone stand where "addr . port" has them. */
	if (shape->data[0]->type == VALUE_PORT) {
		to->data_port = to->data;
		to->data = NULL;
		return to->data_port && !bad && !port;
	}
	return to->data && !bad && (!port || to->data_port);
}

static bool add_element(struct nft_build *nb, struct set *s,
			const struct nft_set_shape *shape,
			const struct nft_expr *e)
{
	struct arena *a = nb->ruleset->arena;
	const struct nft_expr *key = e->kind == NFT_PAIR ? e->first : e;
	const struct nft_expr *part, *bad;
	struct boxes boxes = { .count = shape->count };
	struct element like = { 0 };
	struct text words = TEXT_NULL;

	part = key->kind == NFT_CONCAT ? key->first : key;
	for (unsigned i = 0; i < shape->count; i++) {
		bool is_all = nft_tree_is(key, NFT_WORD, "*");

		if (!part)
			return false;
		boxes.part[i] = part_ranges(a, &shape->part[i], part, &bad);
		if (bad)
			return false;
		if (!boxes.part[i]) {
			nb->tree->failed = true;
			return true;
		}
		if (!is_all)
			part = key->kind == NFT_CONCAT ? part->next : NULL;
	}
	if (e->kind == NFT_PAIR && !read_data(nb, shape, e->last, &like))
		return false;

	nft_print_expr(&words, key);
	like.text = nft_build_text(nb, &words);
	if (e->note)
		like.comment = arena_string(a, e->note);
	add_boxes(nb, s, &boxes, &like);
	return true;
}

static int by_first(const void *x, const void *y)
{
	const struct element *a = x, *b = y;

	for (unsigned i = 0; i < SET_PARTS; i++) {
		if (a->part[i].first != b->part[i].first)
			return a->part[i].first < b->part[i].first ? -1 : 1;
		if (a->part[i].last != b->part[i].last)
			return a->part[i].last < b->part[i].last ? -1 : 1;
	}

	return 0;
}

static bool is_disjoint(const struct set *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (s->elements[i].part[0].first <=
		    s->elements[i - 1].part[0].last)
			return false;

	return true;
}

static bool is_all(const struct element *e)
{
	return !e->part[0].first && e->part[0].last == ~(u128)0;
}

/* "*" catches what no other element does: the gaps between them. */
static void spread(struct nft_build *nb, struct set *s)
{
	const struct element rest = s->elements[0];
	size_t count = s->count;
	u128 next = 0;

	memmove(s->elements, s->elements + 1, (count - 1) * sizeof(rest));
	s->count = --count;
	for (size_t i = 0; i <= count; i++) {
		bool is_last = i == count;
		u128 end =
			is_last ? ~(u128)0 : s->elements[i].part[0].first - 1;

		if ((is_last || s->elements[i].part[0].first > next) &&
		    grow(nb, s)) {
			s->elements[s->count] = rest;
			s->elements[s->count].part[0].first = next;
			s->elements[s->count++].part[0].last = end;
		}
		if (is_last || s->elements[i].part[0].last == ~(u128)0)
			break;
		next = s->elements[i].part[0].last + 1;
	}
}

static void sort(struct nft_build *nb, struct set *s)
{
	if (!s->count)
		return;

	qsort(s->elements, s->count, sizeof(*s->elements), by_first);
	/* The smallest first, the widest: "*", if there is one. */
	if (s->part_count == 1)
		for (size_t i = 0; i < s->count; i++)
			if (is_all(&s->elements[i])) {
				struct element all = s->elements[i];

				memmove(s->elements + 1, s->elements,
					i * sizeof(all));
				s->elements[0] = all;
				spread(nb, s);
				qsort(s->elements, s->count,
				      sizeof(*s->elements), by_first);
				break;
			}
	s->is_sorted = is_disjoint(s);
}

static void fill(struct nft_build *nb, struct set *s,
		 const struct nft_set_shape *shape, const struct nft_expr *e)
{
	s->part_count = shape->count;
	for (unsigned i = 0; i < shape->count; i++)
		s->parts[i] = shape->part[i].key->type;
	s->is_given = true;
	for (const struct nft_expr *i = e->first; i && !nb->tree->failed;
	     i = i->next) {
		if (add_element(nb, s, shape, i))
			continue;

		if (s->is_given) {
			struct text words = TEXT_NULL;

			nft_print_expr(&words, i);
			nft_tree_problem(nb->tree, i->at ? i->at : nb->at,
					 _("The element \"%s\" is not "
					   "understood; what is looked up in "
					   "its set is unknown."),
					 text_string(&words));
			text_done(&words);
		}
		s->is_given = false;
	}
	sort(nb, s);
}

/* The keys that a type's words or questions stand for. False: too many. */
static bool read_types(const struct nft_expr *type, const struct nft_key **ret,
		       unsigned most, unsigned *ret_count)
{
	const struct nft_expr *i = type;

	if (type && type->kind == NFT_CONCAT)
		i = type->first;
	for (*ret_count = 0; i; i = i->next) {
		const struct nft_key *k = NULL;

		if (*ret_count == most)
			return false;
		if (i->kind == NFT_WORD)
			k = nft_key_of_type(i->text);
		else if (i->kind == NFT_KEY)
			k = nft_key_of(i->text);
		if (!k || !nft_key_is_known(k))
			k = &any_number;
		ret[(*ret_count)++] = k;
	}

	return *ret_count > 0;
}

void nft_set_add(struct nft_build *nb, const struct nft_set *from)
{
	struct set *s = ruleset_set(nb->ruleset, nb->table, from->name);
	const struct nft_key *keys[SET_PARTS];
	struct nft_set_shape shape = { 0 };
	struct text words = TEXT_NULL;
	unsigned count;

	if (!s) {
		nb->tree->failed = true;
		return;
	}

	nb->at = from->at;
	s->place = nft_tree_place(nb->tree, from->at, NULL);
	s->size = from->size;
	if (!from->type) {
		/* Elements for a set of an earlier file, or no type at all. */
		nft_tree_problem(nb->tree, from->at,
				 _("The type of set %s is not told here; what "
				   "is looked up in it is unknown."),
				 from->name);
		s->is_given = false;
		return;
	}

	nft_print_expr(&words, from->type);
	s->type = nft_build_text(nb, &words);
	if (!read_types(from->type, keys, SET_PARTS, &shape.count))
		return;
	for (unsigned i = 0; i < shape.count; i++)
		shape.part[i] = nft_key_question(keys[i]);
	if (from->data && !nft_tree_is(from->data->first, NFT_WORD, "verdict"))
		(void)read_types(from->data, shape.data, 2, &count);
	s->count = 0;
	fill(nb, s, &shape, from->elements);
}

struct set *nft_set_inline(struct nft_build *nb,
			   const struct nft_set_shape *shape,
			   const struct nft_expr *e)
{
	struct set *s = arena_alloc(nb->ruleset->arena, sizeof(*s));

	if (!s) {
		nb->b.failed = true;
		return NULL;
	}

	s->table = nb->table;
	s->place = nft_tree_place(nb->tree, e->at ? e->at : nb->at, NULL);
	if (e->kind == NFT_SET) {
		fill(nb, s, shape, e);
	} else {
		/* One element needs no braces. */
		struct nft_expr one = { .kind = NFT_SET };
		struct nft_expr copy = *e;

		copy.next = NULL;
		one.first = &copy;
		fill(nb, s, shape, &one);
	}
	return s;
}
