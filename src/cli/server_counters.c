#include "cli/server_counters.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

static int add(struct server_counters *c, const struct chain *chain,
	       const struct rule *rule, const struct counters *before,
	       const struct counters *after)
{
	struct server_counter *list = c->list;

	/* One that was set to zero between tells nothing. */
	if (!before->known || !after->known ||
	    after->packets <= before->packets)
		return 0;

	if (!(c->count & (c->count - 1))) {
		list = realloc(list,
			       (c->count ? 2 * c->count : 1) * sizeof(*list));
		if (!list)
			return -ENOMEM;
		c->list = list;
	}
	list[c->count++] = (struct server_counter){
		.chain = chain,
		.rule = rule,
		.packets = after->packets - before->packets,
		.bytes = after->bytes - before->bytes,
	};
	return 0;
}

static bool is_same(const struct rule *a, const struct rule *b)
{
	return a->handle == b->handle && text_same(a->text, b->text);
}

static int compare_rules(const struct chain *before, const struct chain *after,
			 struct server_counters *ret)
{
	const struct rule *next = after->first;
	int err = 0;

	for (const struct rule *r = before->first; r && !err; r = r->next) {
		const struct rule *twin = next;

		while (twin && !is_same(r, twin))
			twin = twin->next;
		ret->has_changed = ret->has_changed || twin != next || !twin;
		if (!twin)
			continue;

		next = twin->next;
		err = add(ret, before, r, &r->counters, &twin->counters);
	}
	ret->has_changed = ret->has_changed || next;
	return err;
}

static int compare_chain(const struct table *after, const struct chain *c,
			 struct server_counters *ret)
{
	const struct chain *twin = ruleset_find_chain(after, c->name);
	int err;

	if (!twin || twin->policy != c->policy) {
		ret->has_changed = true;
		return 0;
	}

	err = compare_rules(c, twin, ret);
	if (!err)
		err = add(ret, c, NULL, &c->counters, &twin->counters);
	return err;
}

int server_counters_compare(const struct ruleset *before,
			    const struct ruleset *after,
			    struct server_counters *ret)
{
	int err = 0;

	*ret = (struct server_counters){ 0 };
	ret->has_changed = before->chain_count != after->chain_count;
	for (const struct table *t = before->first; t && !err; t = t->next) {
		const struct table *twin = ruleset_find_table(
			after, t->engine, t->family, t->name);

		if (!twin) {
			ret->has_changed = true;
			continue;
		}
		for (const struct chain *c = t->first; c && !err; c = c->next)
			err = compare_chain(twin, c, ret);
	}

	return err;
}

bool server_counters_is_new(const struct ruleset *before,
			    const struct rule *rule)
{
	const struct chain *c = rule->chain;
	const struct table *t = ruleset_find_table(
		before, c->table->engine, c->table->family, c->table->name);
	const struct chain *old = t ? ruleset_find_chain(t, c->name) : NULL;

	for (const struct rule *r = old ? old->first : NULL; r; r = r->next)
		if (text_same(r->text, rule->text))
			return false;

	return true;
}

void server_counters_done(struct server_counters *c)
{
	free(c->list);
	*c = (struct server_counters){ 0 };
}

const struct action *server_counters_refusal(const struct rule *r)
{
	for (size_t i = 0; i < r->term_count; i++) {
		const struct action *a =
			r->terms[i].is_action ? r->terms[i].action : NULL;

		if (a && (a->kind == ACTION_DROP || a->kind == ACTION_REJECT ||
			  a->kind == ACTION_QUEUE))
			return a;
	}

	return NULL;
}

bool server_counters_is_exact(const struct rule *r)
{
	bool is_behind = false;

	for (size_t i = 0; i < r->term_count; i++) {
		bool is_action = r->terms[i].is_action;

		if (is_action && r->terms[i].action->kind == ACTION_NONE)
			is_behind = true;
		if (!is_action && is_behind)
			return false;
	}

	return true;
}

bool server_counters_is_even(const struct server_counter *c)
{
	enum { SHORTEST = 28, LONGEST = 120 };

	return c->packets && c->bytes % c->packets == 0 &&
	       c->bytes / c->packets >= SHORTEST &&
	       c->bytes / c->packets <= LONGEST;
}
