#include "ruleset/walk.h"

#include <errno.h>

#include "ruleset/walk_state.h"

const char *const walk_decision_names[WALK_DECISION_COUNT] = {
	[WALK_ACCEPT] = "accept",
	[WALK_DROP] = "drop",
	[WALK_REJECT] = "reject",
	[WALK_UNKNOWN] = "unknown",
};

struct walk_verdict walk_fast(const struct walk_plan *plan,
			      const struct walk_host *host,
			      struct point *packet,
			      const struct walk_visitor *visitor)
{
	struct point tracking;
	struct walk w;

	walk_hooks_begin(&w, plan, host, packet);
	w.visitor = visitor;
	walk_hooks_run(&w, &tracking);
	return w.verdict;
}

/* One way, from w on, and all that may become of it. */
static int tell(struct walk_story *s, struct walk *w, struct walk_way *way)
{
	struct point start = *w->packet, tracking;
	struct walk begun = *w;

	*way = (struct walk_way){ .packet = start };
	s->way = way;
	s->is_blocked = s->is_here = s->has_doubt = false;
	w->story = s;
	walk_hooks_run(w, &tracking);
	way->last = *w->packet;
	if (s->failed)
		return -ENOMEM;
	if (!s->is_blocked)
		way->verdict = w->verdict;
	if (s->has_doubt)
		return walk_cases_run(s, &begun, &start);

	way->outcomes[way->verdict.decision] = true;
	return 0;
}

/* Whoever stands in the way of an error is no blocker of the packet. */
static int tell_refusal(const struct walk_story *told, const struct walk *w,
			struct walk_result *ret)
{
	struct walk_story s = { .arena = told->arena };
	struct point packet;
	struct walk back;

	walk_refusal_make(&told->blocked, w, &ret->way.verdict, &back, &packet);
	ret->has_refusal = true;
	return tell(&s, &back, &ret->refusal);
}

static int tell_both(const struct walk_plan *plan,
		     const struct walk_question *q, struct walk_story *s,
		     struct walk_result *ret)
{
	struct point packet = q->packet, answer;
	struct walk w, back;
	int err;

	walk_hooks_begin(&w, plan, q->host, &packet);
	err = tell(s, &w, &ret->way);
	if (!err && s->is_blocked && ret->way.verdict.decision == WALK_REJECT)
		err = tell_refusal(s, &w, ret);
	if (!err && walk_reply_make(&q->packet, &w, &back, &answer)) {
		ret->has_reply = true;
		s->of_reply = true;
		err = tell(s, &back, &ret->reply);
	}

	ret->blockers = s->blockers;
	ret->blocker_count = s->blocker_count;
	return err;
}

int walk_packet(const struct ruleset *r, const struct walk_question *q,
		struct arena *a, struct walk_result *ret)
{
	struct walk_plan *plan = walk_plan_plain(r);
	struct walk_story s = { .arena = a };
	struct walk_result result = { 0 };
	int err;

	if (!plan)
		return -ENOMEM;

	err = tell_both(plan, q, &s, &result);
	walk_plan_free(plan);
	if (!err)
		*ret = result;
	return err;
}
