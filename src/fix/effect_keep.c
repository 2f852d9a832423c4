#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "fix/effect_parts.h"

/* What was copied so far; rules and chains are few, and told of often. */
struct kept {
	const void *from;
	void *copy;
	struct kept *next;
};

struct keeping {
	struct arena *arena;
	struct kept *first;
	bool failed;
};

/* A copy of the thing; true if it is new and has to be filled. */
static bool keep(struct keeping *k, const void *from, size_t size, void **ret)
{
	struct kept *one;

	for (one = k->first; one; one = one->next) {
		if (one->from == from) {
			*ret = one->copy;
			return false;
		}
	}

	one = arena_alloc(k->arena, sizeof(*one));
	*ret = arena_alloc(k->arena, size);
	if (!one || !*ret) {
		k->failed = true;
		*ret = NULL;
		return false;
	}
	memcpy(*ret, from, size);
	*one = (struct kept){ from, *ret, k->first };
	k->first = one;
	return true;
}

static void keep_string(struct keeping *k, const char **s)
{
	if (!*s)
		return;

	*s = arena_string(k->arena, *s);
	k->failed |= !*s;
}

static const struct table *keep_table(struct keeping *k, const struct table *t)
{
	struct table *copy;
	void *at;

	if (!t || !keep(k, t, sizeof(*t), &at))
		return t ? at : NULL;

	copy = at;
	keep_string(k, &copy->name);
	keep_string(k, &copy->place.file);
	copy->first = copy->last = NULL;
	copy->first_set = copy->last_set = NULL;
	copy->next = NULL;
	copy->chain_names = copy->set_names = (struct name_index){ 0 };
	return copy;
}

static const struct chain *keep_chain(struct keeping *k, const struct chain *c)
{
	struct chain *copy;
	void *at;

	if (!c || !keep(k, c, sizeof(*c), &at))
		return c ? at : NULL;

	copy = at;
	copy->table = keep_table(k, c->table);
	keep_string(k, &copy->name);
	keep_string(k, &copy->type);
	keep_string(k, &copy->device);
	keep_string(k, &copy->place.file);
	copy->first = copy->last = NULL;
	copy->rule_count = 0;
	copy->next = NULL;
	return copy;
}

static const struct rule *keep_rule(struct keeping *k, const struct rule *r)
{
	struct rule *copy;
	void *at;

	if (!r || !keep(k, r, sizeof(*r), &at))
		return r ? at : NULL;

	copy = at;
	copy->chain = keep_chain(k, r->chain);
	keep_string(k, &copy->text);
	keep_string(k, &copy->comment);
	keep_string(k, &copy->words);
	keep_string(k, &copy->listed);
	keep_string(k, &copy->place.file);
	copy->terms = NULL;
	copy->term_count = 0;
	copy->next = NULL;
	return copy;
}

static const struct action *keep_action(struct keeping *k,
					const struct action *a)
{
	struct action *copy;
	void *at;

	if (!a || !keep(k, a, sizeof(*a), &at))
		return a ? at : NULL;

	copy = at;
	copy->chain = keep_chain(k, a->chain);
	keep_string(k, &copy->chain_name);
	keep_string(k, &copy->text);
	copy->address = copy->port = NULL;
	copy->map = NULL;
	return copy;
}

int effect_keep_changes(struct arena *a, struct comparison *c)
{
	struct keeping k = { .arena = a };

	for (struct change *one = c->first; one && !k.failed; one = one->next) {
		struct fate *fates[] = { &one->before, &one->after };

		for (size_t i = 0; i < 2; i++) {
			fates[i]->chain = keep_chain(&k, fates[i]->chain);
			fates[i]->rule = keep_rule(&k, fates[i]->rule);
			fates[i]->action = keep_action(&k, fates[i]->action);
		}
	}

	return k.failed ? -ENOMEM : 0;
}

static void keep_verdict(struct keeping *k, struct walk_verdict *v)
{
	v->chain = keep_chain(k, v->chain);
	v->rule = keep_rule(k, v->rule);
	v->action = keep_action(k, v->action);
	v->why = NULL;
}

static void keep_way(struct keeping *k, struct walk_way *w)
{
	keep_verdict(k, &w->verdict);
	w->steps = NULL;
	w->changes = NULL;
	w->ends = NULL;
	w->doubts = NULL;
	w->step_count = w->change_count = w->end_count = w->doubt_count = 0;
}

static void keep_blocker(struct keeping *k, struct walk_blocker *b)
{
	struct walk_verdict *behind =
		arena_alloc(k->arena, (b->behind_count + 1) * sizeof(*behind));

	if (!behind) {
		k->failed = true;
		return;
	}
	for (size_t i = 0; i < b->behind_count; i++) {
		behind[i] = b->behind[i];
		keep_verdict(k, &behind[i]);
	}
	b->behind = behind;
	keep_verdict(k, &b->verdict);
	b->shadowed_accept = keep_rule(k, b->shadowed_accept);
}

int effect_keep_walk(struct arena *a, struct walk_result *w)
{
	struct keeping k = { .arena = a };

	keep_way(&k, &w->way);
	keep_way(&k, &w->reply);
	keep_way(&k, &w->refusal);
	for (size_t i = 0; i < w->blocker_count && !k.failed; i++)
		keep_blocker(&k, &w->blockers[i]);

	return k.failed ? -ENOMEM : 0;
}
