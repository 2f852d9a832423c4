#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/ranges.h"
#include "ruleset/walk_plan.h"

/* Most rows that one field of one chain may have, in bytes. */
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

/* How many rules ask for each field; those that rows would take too much room
 * for do not count. */
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

static bool asks(const struct rule *rule, enum field f)
{
	const struct cond *cond;

	for (size_t at = 0; (cond = next_cond(rule, &at));)
		if (cond->field == f)
			return true;

	return false;
}

/* A rule that does not ask for the field is possible in every piece. */
static void fill_rows(struct plan_index *x, const struct plan_chain *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!asks(c->rules[i], x->field))
			x->rows[i / 64] |= UINT64_C(1) << (i % 64);
	for (size_t piece = 1; piece < x->cut_count; piece++)
		memcpy(x->rows + piece * c->words, x->rows,
		       c->words * sizeof(*x->rows));

	for (size_t i = 0; i < c->count; i++) {
		if (!asks(c->rules[i], x->field))
			continue;
		for (size_t piece = 0; piece < x->cut_count; piece++)
			if (allows(c->rules[i], x->field, x->cuts[piece]))
				x->rows[piece * c->words + i / 64] |=
					UINT64_C(1) << (i % 64);
	}
}

static int add_field(struct arena *a, struct plan_chain *c, enum field f,
		     size_t cuts)
{
	struct plan_index *x = &c->index[c->index_count];

	x->field = f;
	x->cuts = arena_alloc(a, (cuts + 1) * sizeof(*x->cuts));
	if (!x->cuts)
		return -ENOMEM;

	cut(x, c);
	x->rows = arena_alloc(a, x->cut_count * c->words * sizeof(*x->rows));
	if (!x->rows)
		return -ENOMEM;

	fill_rows(x, c);
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
			    cuts[f] * c->words * 8 <= ROWS_MAX &&
			    (best == FIELD_COUNT || asked[f] > asked[best]))
				best = f;
		if (best == FIELD_COUNT)
			break;
		err = add_field(a, c, (enum field)best, cuts[best]);
		asked[best] = 0;
	}

	return err;
}
