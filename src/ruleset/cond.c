#include "ruleset/cond.h"

#include <string.h>

#include "ruleset/ranges.h"

static enum answer yes_or_no(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

static enum answer answer_not(enum answer a)
{
	if (a == ANSWER_UNKNOWN)
		return a;

	return yes_or_no(a == ANSWER_NO);
}

/* The elements' parts of a packet, as many as the key has. */
struct sought {
	u128 part[SET_PARTS];
	unsigned count;
};

static bool in_part(const struct range *r, u128 value)
{
	return r->first <= value && value <= r->last;
}

static bool is_met(const struct element *e, const struct sought *s,
		   unsigned from)
{
	for (unsigned i = from; i < s->count; i++)
		if (!in_part(&e->part[i], s->part[i]))
			return false;

	return true;
}

/* Of a set that is sorted by its first part: at most one can be it. */
static const struct element *search(const struct set *set,
				    const struct sought *s)
{
	size_t from = 0, to = set->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (set->elements[middle].part[0].last < s->part[0])
			from = middle + 1;
		else
			to = middle;
	}

	if (from == set->count || !is_met(&set->elements[from], s, 0))
		return NULL;

	return &set->elements[from];
}

/* ipset looks for the longest prefix first, of the first part, then of the
 * second: what it finds first counts (ip_set_hash_gen.h, mtype_test_cidrs). */
static bool is_narrower(const struct element *a, const struct element *b,
			unsigned parts)
{
	for (unsigned i = 0; i < parts; i++) {
		u128 x = a->part[i].last - a->part[i].first;
		u128 y = b->part[i].last - b->part[i].first;

		if (x != y)
			return x < y;
	}

	return false;
}

static const struct element *search_all(const struct set *set,
					const struct sought *s)
{
	const struct element *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct element *e = &set->elements[i];

		if (is_met(e, s, 0) &&
		    (!found || is_narrower(e, found, s->count)))
			found = e;
	}

	return found;
}

/* hash:net,iface settles on the longest prefix before it looks at the
 * interface: what a shorter one holds is hidden by it
 * (hash_netiface4_data_equal() of ip_set_hash_netiface.c, its "multi"). */
static bool is_network_first(const struct set *s)
{
	return !s->table && s->part_count == 2 &&
	       s->parts[1] == VALUE_INTERFACE;
}

static const struct element *search_network_first(const struct set *set,
						  const struct sought *s)
{
	struct sought network = { { s->part[0] }, 1 };
	const struct element *longest = search_all(set, &network);

	for (size_t i = 0; longest && i < set->count; i++) {
		const struct element *e = &set->elements[i];

		if (e->part[0].first == longest->part[0].first &&
		    e->part[0].last == longest->part[0].last && is_met(e, s, 1))
			return e;
	}

	return NULL;
}

/* False when one of the key's fields is not known. */
static bool seek(struct sought *s, const struct set *set,
		 const enum field key[SET_PARTS], const struct point *p)
{
	s->count = 0;
	for (unsigned i = 0; i < SET_PARTS && i < set->part_count; i++) {
		if (key[i] == FIELD_COUNT)
			break;
		if (!point_has(p, key[i]))
			return false;
		s->part[s->count++] = p->value[key[i]];
	}

	return true;
}

static enum answer lookup_members(const struct set *s,
				  const enum field key[SET_PARTS],
				  const struct point *p,
				  const struct element **ret_found)
{
	enum answer best = ANSWER_NO;

	for (size_t i = 0; i < s->member_count; i++) {
		enum answer a = cond_lookup(s->members[i], key, p, ret_found);

		if (a == ANSWER_YES)
			return a;
		if (a == ANSWER_UNKNOWN)
			best = a;
	}

	return best;
}

enum answer cond_lookup(const struct set *s, const enum field key[SET_PARTS],
			const struct point *p, const struct element **ret_found)
{
	const struct element *e = NULL;
	struct sought sought = { 0 };

	*ret_found = NULL;
	if (s->member_count)
		return lookup_members(s, key, p, ret_found);
	if (!s->is_given || !seek(&sought, s, key, p))
		return ANSWER_UNKNOWN;

	if (sought.count && is_network_first(s))
		e = search_network_first(s, &sought);
	else if (sought.count)
		e = s->is_sorted ? search(s, &sought) : search_all(s, &sought);
	if (e && !e->is_exception) {
		*ret_found = e;
		return ANSWER_YES;
	}

	return s->is_dynamic && !e ? ANSWER_UNKNOWN : ANSWER_NO;
}

static enum answer eval_ranges(const struct cond *c, const struct point *p)
{
	if (!point_has(p, c->field))
		return ANSWER_UNKNOWN;

	return yes_or_no(ranges_has(c->ranges, p->value[c->field] & c->mask));
}

static enum answer eval_equal(const struct cond *c, const struct point *p)
{
	if (!point_has(p, c->field) || !point_has(p, c->other))
		return ANSWER_UNKNOWN;

	return yes_or_no((p->value[c->field] & c->mask) ==
			 (p->value[c->other] & c->mask));
}

/* All and any: one of them that is sure (no for all, yes for any) settles it,
 * else one that is not known leaves it open. */
static enum answer eval_list(const struct cond *c, const struct point *p,
			     const struct cond_oracle *oracle,
			     const struct cond **ret_why)
{
	enum answer sure = yes_or_no(c->kind == COND_ANY);
	const struct cond *open = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct cond *why = NULL;
		enum answer a = cond_ask(&c->list[i], p, oracle, &why);

		if (a == sure)
			return a;
		if (a == ANSWER_UNKNOWN && !open)
			open = why;
	}

	if (!open)
		return answer_not(sure);

	*ret_why = open;
	return ANSWER_UNKNOWN;
}

static enum answer eval_single(const struct cond *c, const struct point *p)
{
	const struct element *found;

	switch (c->kind) {
	case COND_RANGES:
		return eval_ranges(c, p);
	case COND_EQUAL:
		return eval_equal(c, p);
	case COND_LOOKUP:
		if (!c->set)
			return ANSWER_UNKNOWN;
		return cond_lookup(c->set, c->key, p, &found);
	case COND_ALL:
	case COND_ANY:
	case COND_VARIABLE:
		break;
	}

	return ANSWER_UNKNOWN;
}

enum answer cond_ask(const struct cond *c, const struct point *p,
		     const struct cond_oracle *oracle,
		     const struct cond **ret_why)
{
	const struct cond *why = c;
	enum answer a;

	if (c->kind == COND_ALL || c->kind == COND_ANY) {
		a = eval_list(c, p, oracle, &why);
	} else {
		a = eval_single(c, p);
		if (a == ANSWER_UNKNOWN && oracle)
			a = oracle->ask(oracle->context, c);
	}
	if (a == ANSWER_UNKNOWN && ret_why)
		*ret_why = why;

	return c->inverted ? answer_not(a) : a;
}

enum answer cond_eval(const struct cond *c, const struct point *p,
		      const struct cond **ret_why)
{
	return cond_ask(c, p, NULL, ret_why);
}

static bool is_same_set(const struct cond *a, const struct cond *b)
{
	if (a->set || b->set)
		return a->set == b->set;

	return a->set_name && b->set_name &&
	       strcmp(a->set_name, b->set_name) == 0;
}

static bool is_same_list(const struct cond *a, const struct cond *b)
{
	if (a->count != b->count)
		return false;

	for (size_t i = 0; i < a->count; i++)
		if (!cond_equal(&a->list[i], &b->list[i]))
			return false;

	return true;
}

bool cond_equal(const struct cond *a, const struct cond *b)
{
	if (a->kind != b->kind || a->inverted != b->inverted)
		return false;

	switch (a->kind) {
	case COND_RANGES:
		return a->field == b->field && a->mask == b->mask &&
		       ranges_equal(a->ranges, b->ranges);
	case COND_EQUAL:
		return a->field == b->field && a->other == b->other &&
		       a->mask == b->mask;
	case COND_LOOKUP:
		return is_same_set(a, b) &&
		       memcmp(a->key, b->key, sizeof(a->key)) == 0;
	case COND_ALL:
	case COND_ANY:
		return is_same_list(a, b);
	case COND_VARIABLE:
		break;
	}

	return a->variable == b->variable;
}
