#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/keep.h"
#include "ruleset/option.h"
#include "ruleset/save.h"

const struct match *match_named(const char *name, size_t len)
{
	for (size_t i = 0; i < match_count; i++)
		if (match_list[i]->name[0] == name[0] &&
		    strncmp(match_list[i]->name, name, len) == 0 &&
		    !match_list[i]->name[len])
			return match_list[i];

	return NULL;
}

const struct target *target_named(const char *name, size_t len)
{
	for (size_t i = 0; i < target_count; i++)
		if (target_list[i]->name[0] == name[0] &&
		    strncmp(target_list[i]->name, name, len) == 0 &&
		    !target_list[i]->name[len])
			return target_list[i];

	return NULL;
}

const struct nft_key *match_key(const char *words, size_t len)
{
	for (size_t i = 0; i < match_count; i++) {
		const struct nft_key *k = match_list[i]->keys;

		for (; k && k->words; k++)
			if (strlen(k->words) == len &&
			    memcmp(k->words, words, len) == 0)
				return k;
	}

	return NULL;
}

static struct term *new_term(struct build *b)
{
	if (b->count == b->capacity) {
		size_t capacity = b->capacity ? 2 * b->capacity : 8;
		struct term *t = realloc(b->terms, capacity * sizeof(*t));

		if (!t) {
			b->failed = true;
			return NULL;
		}
		b->terms = t;
		b->capacity = capacity;
	}

	b->terms[b->count] = (struct term){ 0 };
	return &b->terms[b->count++];
}

void build_cond(struct build *b, const struct cond *c)
{
	struct term *t = new_term(b);

	if (t)
		t->cond = *c;
}

void build_masked(struct build *b, enum field f, u128 mask,
		  const struct ranges *r, bool inverted)
{
	if (!r)
		b->failed = true;
	else
		build_cond(b, &(struct cond){ .kind = COND_RANGES,
					      .field = f,
					      .mask = mask,
					      .ranges = r,
					      .inverted = inverted });
}

void build_ranges(struct build *b, enum field f, const struct ranges *r,
		  bool inverted)
{
	build_masked(b, f, ~(u128)0, r, inverted);
}

void build_argument(struct build *b, const struct argument *a)
{
	struct text out = TEXT_NULL;

	if (a->ranges) {
		build_masked(b, a->option->field, a->mask, a->ranges,
			     a->inverted);
		return;
	}
	if (a->option->type == VALUE_NONE)
		return;

	text_str(&out, a->option->name);
	text_char(&out, ' ');
	text_str(&out, a->text);
	if (text_ok(&out))
		build_variable(b, DOUBT_HOST, text_string(&out), a->inverted);
	else
		b->failed = true;
	text_done(&out);
}

void build_each(struct build *b, const struct use *u)
{
	for (size_t i = 0; i < u->count; i++)
		build_argument(b, &u->arguments[i]);
}

void build_value(struct build *b, enum field f, u128 value)
{
	build_ranges(b, f, ranges_one(build_arena(b), value, value), false);
}

void build_variable(struct build *b, enum doubt doubt, const char *text,
		    bool inverted)
{
	static const bool is_fresh[DOUBT_COUNT] = {
		[DOUBT_RATE] = true,   [DOUBT_RANDOM] = true,
		[DOUBT_RECENT] = true, [DOUBT_HIDDEN] = true,
		[DOUBT_MATCH] = true,
	};
	const struct variable *v =
		is_fresh[doubt]
			? ruleset_fresh_variable(b->ruleset, doubt, text)
			: ruleset_variable(b->ruleset, doubt, text);

	if (!v)
		b->failed = true;
	else
		build_cond(b, &(struct cond){ .kind = COND_VARIABLE,
					      .variable = v,
					      .inverted = inverted });
}

int build_use_variable(struct build *b, const struct use *u, enum doubt doubt)
{
	struct text out = TEXT_NULL;

	save_print_use(&out, u);
	if (text_ok(&out))
		build_variable(b, doubt, text_string(&out), false);
	else
		b->failed = true;
	text_done(&out);
	return b->failed ? -ENOMEM : 0;
}

void build_tracked(struct build *b)
{
	struct range none[] = { { CT_INVALID, CT_INVALID },
				{ CT_UNTRACKED, CT_UNTRACKED } };

	build_ranges(b, FIELD_CT_STATE, ranges_of(build_arena(b), none, 2),
		     true);
}

int build_hops(struct build *b, const struct use *u)
{
	struct arena *arena = build_arena(b);

	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];
		const char *name = a->option->name;
		u128 n = a->ranges->range[0].first;
		const struct ranges *r = a->ranges;

		if (strstr(name, "-lt"))
			r = n ? ranges_one(arena, 0, n - 1)
			      : ranges_none(arena);
		else if (strstr(name, "-gt"))
			r = n < 255 ? ranges_one(arena, n + 1, 255)
				    : ranges_none(arena);
		build_ranges(b, FIELD_TTL, r, a->inverted);
	}

	return b->failed ? -ENOMEM : 0;
}

int build_icmp(struct build *b, const struct use *u)
{
	struct arena *arena = build_arena(b);

	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];
		const struct range *given = &a->ranges->range[0];
		/* ICMP's 255 is any type, whatever the code
		 * (icmp_type_code_match() of net/ipv4/netfilter/ip_tables.c). */
		const struct range any = { 0, 0xffff };
		const struct range *r =
			!b->is_v6 && given->first >> 8 == 255 ? &any : given;
		struct cond *list = arena_alloc(arena, 2 * sizeof(*list));

		if (!list)
			return -ENOMEM;
		list[0] = (struct cond){
			.field = FIELD_ICMP_TYPE,
			.mask = ~(u128)0,
			.ranges =
				ranges_one(arena, r->first >> 8, r->last >> 8),
		};
		list[1] = (struct cond){
			.field = FIELD_ICMP_CODE,
			.mask = ~(u128)0,
			.ranges = ranges_one(arena, r->first & 255,
					     r->last & 255),
		};
		if (!list[0].ranges || !list[1].ranges)
			return -ENOMEM;
		if (!a->inverted) {
			build_cond(b, &list[0]);
			build_cond(b, &list[1]);
			continue;
		}
		build_cond(b, &(struct cond){ .kind = COND_ALL,
					      .inverted = true,
					      .list = list,
					      .count = 2 });
	}

	return 0;
}

void build_action(struct build *b, const struct action *a)
{
	struct term *t = new_term(b);
	struct action *copy = arena_alloc(build_arena(b), sizeof(*copy));

	if (!t || !copy) {
		b->failed = true;
		return;
	}

	*copy = *a;
	t->is_action = true;
	t->action = copy;
}

int build_rule_done(struct build *b)
{
	struct term *terms = NULL;
	size_t bytes = b->count * sizeof(*terms);

	if (!b->failed && b->count) {
		terms = arena_alloc(b->ruleset->arena, bytes);
		if (terms)
			memcpy(terms, b->terms, bytes);
		else
			b->failed = true;
	}

	if (terms && b->arena && keep_terms(b->ruleset, terms, b->count))
		b->failed = true;

	free(b->terms);
	b->terms = NULL;
	b->rule->terms = b->failed ? NULL : terms;
	b->rule->term_count = b->rule->terms ? (unsigned)b->count : 0;
	return b->failed ? -ENOMEM : 0;
}

const struct argument *use_argument(const struct use *u, const char *name)
{
	for (size_t i = 0; i < u->count; i++)
		if (strcmp(u->arguments[i].option->name, name) == 0)
			return &u->arguments[i];

	return NULL;
}
