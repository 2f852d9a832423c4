/*
 * What may become of a packet when not everything is known: it is walked once
 * for each combination of answers that matters.
 *
 * A walk ends at the first question without an answer. Then that question is
 * assumed to be answered no, and yes, and both are walked; a question that was
 * never reached is never asked. An assumption holds for the whole walk: the
 * same question has the same answer, and of a field that is not known the
 * answers must fit one another.
 */
#include <errno.h>

#include "ruleset/ranges.h"
#include "ruleset/walk_state.h"

enum { RUNS_MAX = 512, ASSUMPTIONS_MAX = 64 };

struct assumption {
	const struct cond *cond;     /* or NULL: */
	const struct action *action; /* does what kind says */
	bool yes;
	enum action_kind kind;
};

struct cases {
	struct walk_story *story;
	const struct walk *start;
	const struct point *packet;
	struct assumption assumed[ASSUMPTIONS_MAX];
	size_t count;
	unsigned runs;
};

static bool is_plain(const struct cond *c)
{
	return c->kind == COND_RANGES && !(~c->mask & field_last(c->field));
}

/* What the answer to one question about a field says about another. */
static enum answer follows(const struct assumption *a, const struct cond *c)
{
	if (a->yes && ranges_covers(c->ranges, a->cond->ranges))
		return ANSWER_YES;
	if (a->yes && !ranges_overlap(c->ranges, a->cond->ranges))
		return ANSWER_NO;
	if (!a->yes && ranges_covers(a->cond->ranges, c->ranges))
		return ANSWER_NO;

	return ANSWER_UNKNOWN;
}

static enum answer by_assumption(const struct assumption *a,
				 const struct cond *c)
{
	struct cond x = *a->cond, y = *c;

	x.inverted = y.inverted = false;
	if (cond_equal(&x, &y))
		return a->yes ? ANSWER_YES : ANSWER_NO;
	if (is_plain(&x) && is_plain(&y) && x.field == y.field)
		return follows(a, c);

	return ANSWER_UNKNOWN;
}

static enum answer ask(void *context, const struct cond *c)
{
	const struct cases *k = context;
	enum answer answer = ANSWER_UNKNOWN;

	for (size_t i = 0; i < k->count && answer == ANSWER_UNKNOWN; i++)
		if (k->assumed[i].cond)
			answer = by_assumption(&k->assumed[i], c);

	return answer;
}

static enum action_kind choose(void *context, const struct action *a)
{
	const struct cases *k = context;

	for (size_t i = 0; i < k->count; i++)
		if (k->assumed[i].action == a)
			return k->assumed[i].kind;

	return ACTION_UNKNOWN;
}

static unsigned bit(enum walk_decision d)
{
	return 1U << (unsigned)d;
}

static bool is_same_end(const struct walk_verdict *a,
			const struct walk_verdict *b)
{
	return a->decision == b->decision && a->chain == b->chain &&
	       a->rule == b->rule;
}

static void add_end(struct cases *k, const struct walk_verdict *v)
{
	struct walk_way *way = k->story->way;
	struct walk_verdict *list;

	for (size_t i = 0; i < way->end_count; i++)
		if (is_same_end(&way->ends[i], v))
			return;

	list = walk_story_grow(k->story, way->ends, way->end_count,
			       sizeof(*list));
	if (!list)
		return;

	way->ends = list;
	list[way->end_count++] = *v;
}

static void add_doubt(struct cases *k, const struct walk_verdict *v)
{
	struct walk_way *way = k->story->way;
	struct walk_doubt *list;

	for (size_t i = 0; i < way->doubt_count; i++)
		if (way->doubts[i].rule == v->rule &&
		    way->doubts[i].cond == v->why)
			return;

	list = walk_story_grow(k->story, way->doubts, way->doubt_count,
			       sizeof(*list));
	if (!list)
		return;

	way->doubts = list;
	list[way->doubt_count++] = (struct walk_doubt){
		.rule = v->rule,
		.cond = v->why,
		.action = v->why ? NULL : v->action,
	};
}

static struct walk_verdict run_once(struct cases *k)
{
	struct walk_guess guess = { .oracle = { ask, k }, .choose = choose };
	struct point packet = *k->packet, tracking;
	struct walk w = *k->start;

	w.packet = &packet;
	w.guess = &guess;
	w.story = NULL;
	walk_hooks_run(&w, &tracking);
	k->runs++;
	return w.verdict;
}

static unsigned explore(struct cases *k);

static unsigned assume(struct cases *k, const struct assumption *a)
{
	unsigned outcomes;

	k->assumed[k->count++] = *a;
	outcomes = explore(k);
	k->count--;
	return outcomes;
}

/* Both answers, or all that an action may do. Whatever leads to different
 * outcomes is a doubt. */
static unsigned fork_at(struct cases *k, const struct walk_verdict *v)
{
	static const enum action_kind kinds[] = { ACTION_CONTINUE,
						  ACTION_ACCEPT, ACTION_DROP };
	struct assumption a = { .cond = v->why, .action = v->action };
	unsigned all = 0;

	if (a.cond) {
		unsigned no, yes;

		a.action = NULL;
		no = assume(k, &a);
		a.yes = true;
		yes = assume(k, &a);
		if (no != yes)
			add_doubt(k, v);
		return no | yes;
	}

	for (size_t i = 0; i < 3; i++) {
		a.kind = kinds[i];
		if (a.kind == ACTION_CONTINUE && a.action->kind == ACTION_QUEUE)
			continue;
		all |= assume(k, &a);
	}
	add_doubt(k, v);
	return all;
}

// NOLINTNEXTLINE(misc-no-recursion): one level for each open question
static unsigned explore(struct cases *k)
{
	struct walk_verdict v;
	bool is_open;

	if (k->runs >= RUNS_MAX || k->count == ASSUMPTIONS_MAX) {
		k->story->way->is_capped = true;
		return bit(WALK_ACCEPT) | bit(WALK_DROP);
	}

	v = run_once(k);
	is_open = v.decision == WALK_UNKNOWN && (v.why || v.action);
	if (is_open)
		return fork_at(k, &v);

	add_end(k, &v);
	return bit(v.decision);
}

int walk_cases_run(struct walk_story *s, const struct walk *start,
		   const struct point *packet)
{
	struct cases k = { .story = s, .start = start, .packet = packet };
	struct walk_way *way = s->way;
	unsigned outcomes = explore(&k);

	for (unsigned d = 0; d < WALK_DECISION_COUNT; d++)
		way->outcomes[d] = outcomes & (1U << d);
	if (s->failed)
		return -ENOMEM;

	if (way->end_count && !(outcomes & (outcomes - 1))) {
		way->verdict = way->ends[0];
		return 0;
	}

	way->verdict = (struct walk_verdict){ .decision = WALK_UNKNOWN };
	if (way->doubt_count) {
		const struct walk_doubt *d = &way->doubts[0];

		way->verdict.rule = d->rule;
		way->verdict.chain = d->rule ? d->rule->chain : NULL;
		way->verdict.why = d->cond;
		way->verdict.action = d->action;
	}
	return 0;
}
