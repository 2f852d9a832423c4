#include "ruleset/compile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/box.h"
#include "ruleset/save.h"

/* What a mask may turn a range into. */
enum { MASKED_RANGES = 256 };

static int compile_as(struct compile *c, const struct cond *cond, bool inverted,
		      struct boxes *ret);

static int one_box(struct compile *c, const struct box *box, struct boxes *ret)
{
	const struct box **list =
		arena_alloc(c->arena, sizeof(const struct box *));

	if (!list || !box)
		return -ENOMEM;

	list[0] = box;
	*ret = (struct boxes){ list, 1 };
	return 0;
}

int compile_whole(struct compile *c, struct boxes *ret)
{
	return one_box(c, &box_whole, ret);
}

/* Those values along the dimension that occur. */
static int one_side(struct compile *c, unsigned dim, const struct ranges *set,
		    struct boxes *ret)
{
	struct arena *a = c->arena;
	const struct ranges *all, *in;

	if (dim == UINT_MAX || !set)
		return -ENOMEM;

	all = c->space->dims[dim].all;
	if (ranges_covers(set, all))
		return compile_whole(c, ret);

	in = ranges_covers(all, set) ? set : ranges_intersection(a, set, all);
	if (!in)
		return -ENOMEM;
	if (!in->count) {
		*ret = (struct boxes){ 0 };
		return 0;
	}

	return one_box(c, box_of(a, &(struct side){ dim, in }, 1), ret);
}

/* Doubts that are new at every rule: another bucket, another die, another
 * thing that is not shown. */
static bool is_fresh(enum doubt d)
{
	return d == DOUBT_RATE || d == DOUBT_RANDOM || d == DOUBT_RECENT ||
	       d == DOUBT_HIDDEN || d == DOUBT_MATCH;
}

/* The rule as iptables-save prints it: a file may write it in other words than
 * the kernel's dump. */
static const char *words_of(const struct compile *c)
{
	return c->rule->words ? c->rule->words : c->rule->text;
}

static int compile_variable(struct compile *c, const struct variable *v,
			    bool inverted, struct boxes *ret)
{
	struct space *s = c->space;
	struct dim d = { .text = v->text, .doubt = v->doubt };

	if (is_fresh(v->doubt)) {
		if (!s->has_doubts) {
			c->is_hidden = v->doubt == DOUBT_HIDDEN &&
				       (!c->is_uncertain || c->is_hidden);
			c->is_uncertain = true;
			return compile_whole(c, ret);
		}
		d.of = c->rule ? words_of(c) : NULL;
		d.user = c->user;
	}

	return one_side(c, space_variable(s, &d),
			ranges_one(c->arena, !inverted, !inverted), ret);
}

/* The versions of all fields that a condition asks for, added up: they only
 * grow, so the sum tells two questions apart. */
static unsigned version_of(const struct compile *c, const struct cond *cond)
{
	unsigned sum = 0;

	for (size_t i = 0; i < cond_count(cond); i++)
		sum += version_of(c, &cond->list[i]);
	if (cond->kind == COND_RANGES || cond->kind == COND_EQUAL)
		sum += c->version[cond->field];
	if (cond->kind == COND_EQUAL)
		sum += c->version[cond->other];
	for (unsigned i = 0; cond->kind == COND_LOOKUP && i < SET_PARTS; i++)
		if (cond->key[i] < FIELD_COUNT)
			sum += c->version[cond->key[i]];

	return sum;
}

/* Whether the answer is another at each rule. */
static bool is_doubtful(const struct cond *cond)
{
	for (size_t i = 0; i < cond_count(cond); i++)
		if (is_doubtful(&cond->list[i]))
			return true;

	if (cond->kind == COND_LOOKUP)
		return cond->set && cond->set->is_dynamic;

	return cond->kind == COND_VARIABLE && is_fresh(cond->variable->doubt);
}

/* The whole condition as one variable. */
static int compile_coarse(struct compile *c, const struct cond *cond,
			  bool inverted, struct boxes *ret)
{
	struct cond *plain = arena_alloc(c->space->arena, sizeof(*plain));
	struct dim d = { .cond = plain,
			 .doubt = DOUBT_COUNT,
			 .version = version_of(c, cond) };

	if (!plain)
		return -ENOMEM;

	*plain = *cond;
	plain->inverted = false;
	if (is_doubtful(cond)) {
		c->is_uncertain = true;
		c->is_hidden = false;
	}
	c->space->coarse_count++;
	return one_side(c, space_variable(c->space, &d),
			ranges_one(c->arena, !inverted, !inverted), ret);
}

static int compile_ranges(struct compile *c, const struct cond *cond,
			  bool inverted, struct boxes *ret)
{
	struct arena *a = c->arena;
	u128 last = field_last(cond->field);
	const struct ranges *set = cond->ranges;

	c->space->used |= FIELD_BIT(cond->field);
	if ((cond->mask & last) != last) {
		set = ranges_masked(a, set, cond->mask & last,
				    field_info[cond->field].bits,
				    MASKED_RANGES);
		if (!set)
			return compile_coarse(c, cond, inverted, ret);
	}
	if (inverted)
		set = ranges_complement(a, set, last);

	return one_side(
		c, space_field(c->space, cond->field, c->version[cond->field]),
		set, ret);
}

int compile_product(struct arena *a, const struct boxes *x,
		    const struct boxes *y, size_t max, struct boxes *ret)
{
	const struct box **list;
	size_t count = 0;

	if (y->count == 1 && !y->box[0]->count) {
		*ret = *x;
		return 0;
	}
	if (x->count && y->count > SIZE_MAX / sizeof(*list) / x->count)
		return -E2BIG;

	/* Few of the pairs meet, where there are many. */
	list = malloc((x->count * y->count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;

	for (size_t i = 0; i < x->count * y->count; i++) {
		int status = box_cut(a, x->box[i / y->count],
				     y->box[i % y->count], &list[count]);

		if (status > 0 && ++count > max)
			status = -E2BIG;
		if (status < 0) {
			free(list);
			return status;
		}
	}

	*ret = (struct boxes){ arena_alloc(a, count * sizeof(*list)), count };
	if (ret->box && count)
		memcpy(ret->box, list, count * sizeof(*list));
	free(list);
	return ret->box ? 0 : -ENOMEM;
}

static int append(struct arena *a, struct boxes *to, const struct boxes *more)
{
	const struct box **list;

	if (!to->count) {
		*to = *more;
		return 0;
	}
	if (to->count + more->count > COMPILE_BOXES)
		return -E2BIG;

	list = arena_alloc(a, (to->count + more->count) * sizeof(*list));
	if (!list)
		return -ENOMEM;

	memcpy(list, to->box, to->count * sizeof(*list));
	if (more->count)
		memcpy(list + to->count, more->box,
		       more->count * sizeof(*list));
	*to = (struct boxes){ list, to->count + more->count };
	return 0;
}

/* Boxes that differ in one and the same dimension only are one. */
static int merge(struct compile *c, struct boxes *b)
{
	struct arena *a = c->arena;
	const struct ranges *set;

	for (size_t i = 0; i < b->count; i++)
		if (b->box[i]->count != 1 ||
		    b->box[i]->side[0].dim != b->box[0]->side[0].dim)
			return 0;
	if (b->count < 2)
		return 0;

	set = b->box[0]->side[0].set;
	for (size_t i = 1; i < b->count; i++)
		set = ranges_union(a, set, b->box[i]->side[0].set);

	return one_side(c, b->box[0]->side[0].dim, set, b);
}

/* Of a list: each of them holds, or any of them. */
static int compile_list(struct compile *c, const struct cond *cond,
			bool inverted, struct boxes *ret)
{
	bool is_any = (cond->kind == COND_ANY) != inverted;
	struct boxes all = { 0 };
	int err = is_any ? 0 : compile_whole(c, &all);

	for (size_t i = 0; i < cond->count && !err; i++) {
		struct boxes one;

		err = compile_as(c, &cond->list[i], inverted, &one);
		if (!err && is_any)
			err = append(c->arena, &all, &one);
		else if (!err)
			err = compile_product(c->arena, &all, &one,
					      COMPILE_BOXES, &all);
	}
	if (err == -E2BIG)
		return compile_coarse(c, cond, inverted, ret);
	if (!err && is_any)
		err = merge(c, &all);

	*ret = all;
	return err;
}

int compile_element(struct compile *c, const struct element *e,
		    const struct set *s, const enum field key[SET_PARTS],
		    struct boxes *ret)
{
	struct arena *a = c->arena;
	int err = compile_whole(c, ret);

	for (unsigned i = 0; i < SET_PARTS && i < s->part_count && !err; i++) {
		struct boxes part;

		if (key[i] == FIELD_COUNT)
			break;
		c->space->used |= FIELD_BIT(key[i]);
		err = one_side(
			c, space_field(c->space, key[i], c->version[key[i]]),
			ranges_one(a, e->part[i].first, e->part[i].last),
			&part);
		if (!err)
			err = compile_product(a, ret, &part, COMPILE_BOXES,
					      ret);
	}

	return err;
}

/* The first part's values of a set whose lookups ask for no other. The
 * narrower element counts (ipset's nomatch), so the wide ones come first. */
static int by_width(const void *x, const void *y)
{
	const struct element *const *p = x, *const *q = y;
	u128 a = (*p)->part[0].last - (*p)->part[0].first;
	u128 b = (*q)->part[0].last - (*q)->part[0].first;

	return a > b ? -1 : a < b;
}

static const struct ranges *carve(struct arena *a, const struct set *s)
{
	const struct element **order = malloc((s->count + 1) * sizeof(*order));
	const struct ranges *all = ranges_none(a);

	if (!order)
		return NULL;

	for (size_t i = 0; i < s->count; i++)
		order[i] = &s->elements[i];
	qsort(order, s->count, sizeof(*order), by_width);
	for (size_t i = 0; i < s->count; i++) {
		const struct ranges *one = ranges_one(
			a, order[i]->part[0].first, order[i]->part[0].last);

		all = order[i]->is_exception
			      ? ranges_intersection(
					a, all,
					one ? ranges_complement(a, one,
								~(u128)0)
					    : NULL)
			      : ranges_union(a, all, one);
	}
	free(order);
	return all;
}

static bool has_exceptions(const struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->elements[i].is_exception)
			return true;

	return false;
}

static const struct ranges *set_values(struct arena *a, const struct set *s)
{
	const struct ranges *all;
	struct range *list;

	if (has_exceptions(s))
		return carve(a, s);

	list = malloc((s->count + 1) * sizeof(*list));
	if (!list)
		return NULL;

	for (size_t i = 0; i < s->count; i++)
		list[i] = s->elements[i].part[0];
	all = ranges_of(a, list, s->count);
	free(list);
	return all;
}

static bool is_single(const struct set *s, const enum field key[SET_PARTS])
{
	return s->part_count == 1 || key[1] == FIELD_COUNT;
}

/* A set of which not all is known, or that packets change, is a variable. */
static int unknown_set(struct compile *c, const struct cond *cond,
		       bool inverted, struct boxes *ret)
{
	const struct variable v = {
		.text = cond->set->name ? cond->set->name : "set",
		.doubt = cond->set->is_dynamic ? DOUBT_RECENT : DOUBT_SET
	};

	return compile_variable(c, &v, inverted, ret);
}

static int compile_elements(struct compile *c, const struct cond *cond,
			    struct boxes *ret)
{
	const struct set *s = cond->set;
	int err = 0;

	*ret = (struct boxes){ 0 };
	for (size_t i = 0; i < s->count && !err; i++) {
		struct boxes one;

		err = s->elements[i].is_exception
			      ? -E2BIG
			      : compile_element(c, &s->elements[i], s,
						cond->key, &one);
		if (!err && one.count)
			err = append(c->arena, ret, &one);
	}

	return err;
}

struct peeling {
	struct compile *compile;
	struct boxes *to;
};

static int keep_piece(void *context, const struct box *piece)
{
	struct peeling *p = context;
	struct boxes one;
	int err = one_box(p->compile, piece, &one);

	return err ? err : append(p->compile->space->arena, p->to, &one);
}

/* Everything but these boxes, in pieces. */
static int invert(struct compile *c, const struct boxes *b, struct boxes *ret)
{
	int err = compile_whole(c, ret);

	for (size_t i = 0; b->box && i < b->count && !err; i++) {
		struct boxes had = *ret;
		struct peeling p = { c, ret };

		*ret = (struct boxes){ 0 };
		for (size_t j = 0; had.box && j < had.count && !err; j++)
			// NOLINTNEXTLINE(clang-analyzer-core.NullDereference): j < count
			err = box_meets(had.box[j], b->box[i])
				      ? box_peel(c->arena, c->space, had.box[j],
						 b->box[i], keep_piece, &p)
				      : keep_piece(&p, had.box[j]);
	}

	return err;
}

static int compile_lookup(struct compile *c, const struct cond *cond,
			  bool inverted, struct boxes *ret)
{
	const struct set *s = cond->set;
	struct boxes b;
	int err;

	b = (struct boxes){ 0 };
	if (s->is_dynamic || !s->is_given)
		return unknown_set(c, cond, inverted, ret);
	if (is_single(s, cond->key) && !s->member_count) {
		const struct ranges *values = set_values(c->space->arena, s);
		struct cond plain = { .kind = COND_RANGES,
				      .field = cond->key[0],
				      .mask = ~(u128)0,
				      .ranges = values };

		return values ? compile_ranges(c, &plain, inverted, ret)
			      : -ENOMEM;
	}

	err = s->member_count ? -E2BIG : compile_elements(c, cond, &b);
	if (!err && inverted) {
		struct boxes in = b;

		err = invert(c, &in, &b);
	}
	if (err == -E2BIG)
		return compile_coarse(c, cond, inverted, ret);

	*ret = b;
	return err;
}

/* A set of sets: any of them. */
static int compile_members(struct compile *c, const struct cond *cond,
			   bool inverted, struct boxes *ret)
{
	const struct set *s = cond->set;
	struct cond any = { .kind = COND_ANY, .count = s->member_count };

	/* compile_coarse() may keep it. */
	any.list = arena_alloc(c->space->arena, any.count * sizeof(any));
	if (!any.list)
		return -ENOMEM;

	for (size_t i = 0; i < any.count; i++) {
		any.list[i] = *cond;
		any.list[i].inverted = false;
		any.list[i].set = s->members[i];
	}

	return compile_list(c, &any, inverted, ret);
}

static int compile_as(struct compile *c, const struct cond *cond, bool inverted,
		      struct boxes *ret)
{
	inverted = inverted != cond->inverted;
	switch (cond->kind) {
	case COND_RANGES:
		return compile_ranges(c, cond, inverted, ret);
	case COND_LOOKUP:
		if (!cond->set)
			break;
		return cond->set->member_count
			       ? compile_members(c, cond, inverted, ret)
			       : compile_lookup(c, cond, inverted, ret);
	case COND_ALL:
	case COND_ANY:
		return compile_list(c, cond, inverted, ret);
	case COND_VARIABLE:
		return compile_variable(c, cond->variable, inverted, ret);
	case COND_EQUAL:
		break;
	}

	return compile_coarse(c, cond, inverted, ret);
}

int compile_cond(struct compile *c, const struct cond *cond, struct boxes *ret)
{
	return compile_as(c, cond, false, ret);
}
