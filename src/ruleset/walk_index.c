#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/ranges.h"
#include "ruleset/walk_plan.h"

/* Most rows that one field of one chain may have, in bytes: where there would
 * be more, neighbouring pieces share one. */
enum { ROWS_MAX = 16 << 20 };

static uint64_t changed_by(const struct action *a)
{
	uint64_t ends = FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DADDR) |
			FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT);

	switch (a->kind) {
	case ACTION_SET:
		return FIELD_BIT(a->field);
	case ACTION_NOTRACK:
		return FIELD_BIT(FIELD_CT_STATE);
	case ACTION_NAT:
		/* nft's TPROXY goes on; the others end the chain. */
		return a->nat == NAT_TPROXY ? FIELD_BIT(FIELD_DADDR_TYPE) : 0;
	case ACTION_UNKNOWN:
		return ends;
	case ACTION_NONE:
	case ACTION_ACCEPT:
	case ACTION_DROP:
	case ACTION_REJECT:
	case ACTION_RETURN:
	case ACTION_CONTINUE:
	case ACTION_JUMP:
	case ACTION_GOTO:
	case ACTION_QUEUE:
	case ACTION_STEAL:
	case ACTION_VERDICT_MAP:
	case ACTION_KIND_COUNT:
		break;
	}

	return 0;
}

uint64_t walk_index_changing(const struct ruleset *r)
{
	uint64_t fields = 0;

	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *rule = c->first; rule;
			     rule = rule->next)
				for (size_t i = 0; i < rule->term_count; i++)
					if (rule->terms[i].is_action)
						fields |= changed_by(
							rule->terms[i].action);

	return fields;
}

static bool is_usable(const struct cond *c)
{
	return c->kind == COND_RANGES && !(~c->mask & field_last(c->field));
}

/* The conditions that stand before any action, and are told in one field. */
static const struct cond *next_cond(const struct rule *rule, size_t *at)
{
	while (*at < rule->term_count && !rule->terms[*at].is_action) {
		const struct term *t = &rule->terms[(*at)++];

		if (is_usable(&t->cond))
			return &t->cond;
	}

	return NULL;
}

/* How many rules ask for each field, and at most how often it is cut. */
static void count_fields(const struct plan_chain *c, size_t asked[FIELD_COUNT],
			 size_t cuts[FIELD_COUNT])
{
	for (size_t i = 0; i < c->count; i++) {
		const struct cond *cond;
		uint64_t seen = 0;

		for (size_t at = 0; (cond = next_cond(c->rules[i], &at));) {
			cuts[cond->field] += 2 * cond->ranges->count;
			if (!(seen & FIELD_BIT(cond->field)))
				asked[cond->field]++;
			seen |= FIELD_BIT(cond->field);
		}
	}
}

static int by_value(const void *x, const void *y)
{
	const u128 *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* Where the answer of any rule changes. */
static void cut(struct plan_index *x, const struct plan_chain *c)
{
	size_t n = 0, kept = 0;

	x->cuts[n++] = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct cond *cond;

		for (size_t at = 0; (cond = next_cond(c->rules[i], &at));) {
			if (cond->field != x->field)
				continue;
			for (size_t k = 0; k < cond->ranges->count; k++) {
				const struct range *r = &cond->ranges->range[k];

				x->cuts[n++] = r->first;
				if (r->last < field_last(x->field))
					x->cuts[n++] = r->last + 1;
			}
		}
	}

	qsort(x->cuts, n, sizeof(*x->cuts), by_value);
	for (size_t i = 0; i < n; i++)
		if (!kept || x->cuts[i] != x->cuts[kept - 1])
			x->cuts[kept++] = x->cuts[i];
	x->cut_count = kept;
}

static bool allows(const struct rule *rule, enum field f, u128 value)
{
	const struct cond *cond;

	for (size_t at = 0; (cond = next_cond(rule, &at));)
		if (cond->field == f &&
		    ranges_has(cond->ranges, value) == cond->inverted)
			return false;

	return true;
}

/* The rule's only condition on the field; NULL with *ret_many where there are
 * several. */
static const struct cond *only_cond(const struct rule *rule, enum field f,
				    bool *ret_many)
{
	const struct cond *cond, *found = NULL;

	*ret_many = false;
	for (size_t at = 0; (cond = next_cond(rule, &at));) {
		if (cond->field != f)
			continue;
		if (found) {
			*ret_many = true;
			return NULL;
		}
		found = cond;
	}

	return found;
}

/* Where value's piece begins among the cuts. */
static size_t piece_of(const struct plan_index *x, size_t count, u128 value)
{
	size_t from = 0, to = count;

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (x->cuts[middle] <= value)
			from = middle;
		else
			to = middle;
	}

	return from;
}

/* Rows while they are filled: so many cuts share one. */
struct filling {
	struct plan_index *index;
	size_t cuts, shared, words;
};

static void mark(const struct filling *f, size_t cut, size_t rule)
{
	f->index->rows[cut / f->shared * f->words + rule / 64] |=
		UINT64_C(1) << (rule % 64);
}

/* A rule that asks once, plainly, is marked where its ranges are. */
static void mark_ranges(const struct filling *f, const struct cond *c,
			size_t rule)
{
	const struct plan_index *x = f->index;

	for (size_t k = 0; k < c->ranges->count; k++) {
		const struct range *r = &c->ranges->range[k];
		size_t cut = piece_of(x, f->cuts, r->first);

		for (; cut < f->cuts && x->cuts[cut] <= r->last; cut++)
			mark(f, cut, rule);
	}
}

static void mark_rule(const struct filling *f, const struct rule *rule,
		      size_t number)
{
	enum field field = f->index->field;
	bool many;
	const struct cond *c = only_cond(rule, field, &many);

	if (c && !c->inverted) {
		mark_ranges(f, c, number);
		return;
	}
	for (size_t cut = 0; cut < f->cuts; cut++)
		if ((!c && !many) || allows(rule, field, f->index->cuts[cut]))
			mark(f, cut, number);
}

/* Pieces that share a row keep the first one's beginning. */
static void thin(struct plan_index *x, size_t cuts, size_t shared)
{
	x->cut_count = 0;
	for (size_t i = 0; i < cuts; i += shared)
		x->cuts[x->cut_count++] = x->cuts[i];
}

static int add_field(struct arena *a, struct plan_chain *c, enum field f,
		     size_t cuts)
{
	struct plan_index *x = &c->index[c->index_count];
	struct filling fill = { .index = x, .words = c->words };
	size_t most = ROWS_MAX / sizeof(*x->rows) / c->words;

	x->field = f;
	x->cuts = arena_alloc(a, (cuts + 1) * sizeof(*x->cuts));
	if (!x->cuts)
		return -ENOMEM;

	cut(x, c);
	fill.cuts = x->cut_count;
	fill.shared = most ? (fill.cuts + most - 1) / most : fill.cuts;
	x->rows = arena_alloc(a, (fill.cuts / fill.shared + 1) * c->words *
					 sizeof(*x->rows));
	if (!x->rows)
		return -ENOMEM;

	for (size_t i = 0; i < c->count; i++)
		mark_rule(&fill, c->rules[i], i);
	thin(x, fill.cuts, fill.shared);
	c->index_count++;
	return 0;
}

int walk_index_chain(struct arena *a, struct plan_chain *c, uint64_t changing)
{
	size_t asked[FIELD_COUNT] = { 0 }, cuts[FIELD_COUNT] = { 0 };
	int err = 0;

	c->index = arena_alloc(a, PLAN_INDEX_FIELDS * sizeof(*c->index));
	if (!c->index)
		return -ENOMEM;

	count_fields(c, asked, cuts);
	for (unsigned n = 0; n < PLAN_INDEX_FIELDS && !err; n++) {
		unsigned best = FIELD_COUNT;

		for (unsigned f = 0; f < FIELD_COUNT; f++)
			if (asked[f] && !(changing & FIELD_BIT(f)) &&
			    (best == FIELD_COUNT || asked[f] > asked[best]))
				best = f;
		if (best == FIELD_COUNT)
			break;
		err = add_field(a, c, (enum field)best, cuts[best]);
		asked[best] = 0;
	}

	return err;
}
