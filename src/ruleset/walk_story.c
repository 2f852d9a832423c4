/*
 * The record of one walk: every step, what was changed, who stands in the way.
 */
#include <string.h>

#include "base/arena.h"
#include "ruleset/walk_state.h"

/* Lists double when they are full: at the powers of two. */
void *walk_story_grow(struct walk_story *s, void *list, size_t count,
		      size_t size)
{
	void *more;

	if (count && (count & (count - 1)))
		return list;

	more = arena_alloc(s->arena, (count ? 2 * count : 1) * size);
	if (!more) {
		s->failed = true;
		return NULL;
	}
	if (count)
		memcpy(more, list, count * size);
	return more;
}

void walk_story_step(struct walk *w, const struct chain *c,
		     const struct rule *rule, enum answer match)
{
	struct walk_story *s = w->story;
	struct walk_way *way = s->way;
	struct walk_step *steps =
		walk_story_grow(s, way->steps, way->step_count, sizeof(*steps));

	if (!steps)
		return;

	way->steps = steps;
	steps[way->step_count++] = (struct walk_step){
		.hook = w->hook,
		.chain = c,
		.rule = rule,
		.match = match,
		.depth = w->depth,
		.is_blocked = s->is_blocked,
	};
}

void walk_story_base(struct walk *w, const struct chain *c)
{
	(void)c;
	w->story->is_here = false;
}

void walk_story_accepted(struct walk *w, const struct rule *rule)
{
	struct walk_story *s = w->story;

	if (s->is_here)
		s->blockers[s->blocker_count - 1].shadowed_accept = rule;
}

static void add_behind(struct walk *w)
{
	struct walk_story *s = w->story;
	struct walk_blocker *b = &s->blockers[s->blocker_count - 1];
	struct walk_verdict *list = walk_story_grow(
		s, (void *)b->behind, b->behind_count, sizeof(*list));

	if (!list)
		return;

	list[b->behind_count++] = w->verdict;
	b->behind = list;
}

void walk_story_blocked(struct walk *w)
{
	struct walk_story *s = w->story;
	struct walk_blocker *list;

	if (!s->is_blocked) {
		s->way->verdict = w->verdict;
		s->blocked = *w->packet;
	}
	s->is_blocked = true;
	if (s->is_here) {
		add_behind(w);
		return;
	}

	list = walk_story_grow(s, s->blockers, s->blocker_count, sizeof(*list));
	if (!list)
		return;

	s->blockers = list;
	list[s->blocker_count++] = (struct walk_blocker){
		.verdict = w->verdict, .hook = w->hook, .of_reply = s->of_reply
	};
	s->is_here = true;
}

void walk_story_doubt(struct walk *w, const struct rule *rule,
		      const struct cond *why, const struct action *a)
{
	(void)rule;
	(void)why;
	(void)a;
	if (!w->story->is_blocked)
		w->story->has_doubt = true;
}

void walk_story_change(struct walk *w, const struct walk_change *c)
{
	struct walk_story *s = w->story;
	struct walk_way *way = s->way;
	struct walk_change *list = walk_story_grow(
		s, way->changes, way->change_count, sizeof(*list));

	if (!list)
		return;

	way->changes = list;
	list[way->change_count++] = *c;
}
