/*
 * Through a base chain: rules from first to last, jumps and returns.
 *
 * What is common to iptables (ipt_do_table) and nft (nft_do_chain): a jump
 * remembers where it came from; a goto does not, so that the end of its chain
 * returns to the caller's caller; a return, or the end, of a base chain is its
 * policy. An accept ends the base chain, not the hook.
 */
#include "ruleset/walk_state.h"

/* Deeper than any kernel allows (nft: 16), and a bound for jumps in circles,
 * which only text that no kernel loaded can hold. */
enum { DEPTH_MAX = 64, JUMPS_MAX = 100000 };

struct frame {
	const struct plan_chain *chain;
	size_t next; /* the rule to try */
	const uint64_t *rows[PLAN_INDEX_FIELDS];
	unsigned row_count;
};

static size_t piece_of(const struct plan_index *x, u128 value)
{
	size_t from = 0, to = x->cut_count;

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (x->cuts[middle] <= value)
			from = middle;
		else
			to = middle;
	}

	return from;
}

static void enter(const struct walk *w, struct frame *f,
		  const struct plan_chain *c)
{
	f->chain = c;
	f->next = 0;
	f->row_count = 0;
	for (unsigned i = 0; i < c->index_count; i++) {
		const struct plan_index *x = &c->index[i];

		if (point_has(w->packet, x->field))
			f->rows[f->row_count++] =
				x->rows +
				piece_of(x, w->packet->value[x->field]) *
					c->words;
	}
}

/* From f->next on, the first rule that the index leaves possible. */
static const struct rule *next_possible(struct frame *f)
{
	size_t word = f->next / 64;
	uint64_t bits = ~UINT64_C(0) << (f->next % 64);

	for (; word < f->chain->words; word++, bits = ~UINT64_C(0)) {
		for (unsigned i = 0; i < f->row_count; i++)
			bits &= f->rows[i][word];
		if (bits) {
			f->next = word * 64 + (size_t)__builtin_ctzll(bits);
			if (f->next >= f->chain->count)
				return NULL;
			return f->chain->rules[f->next++];
		}
	}

	return NULL;
}

static const struct rule *next_rule(struct frame *f)
{
	if (f->row_count)
		return next_possible(f);

	return f->next < f->chain->count ? f->chain->rules[f->next++] : NULL;
}

enum walk_flow walk_chain_doubt(struct walk *w, const struct rule *rule,
				const struct cond *why, const struct action *a)
{
	w->is_unsure = true;
	if (w->story) {
		walk_story_doubt(w, rule, why, a);
		return FLOW_NEXT;
	}

	w->verdict = (struct walk_verdict){ .decision = WALK_UNKNOWN,
					    .chain = rule->chain,
					    .rule = rule,
					    .action = a,
					    .why = why };
	return FLOW_STOP;
}

static void tell_rule(struct walk *w, const struct rule *rule)
{
	enum answer match = w->is_unsure ? ANSWER_UNKNOWN : ANSWER_YES;

	if (w->story)
		walk_story_step(w, rule->chain, rule, match);
	if (w->visitor && w->visitor->rule && !w->is_unsure)
		w->visitor->rule(w->visitor->context, rule);
}

static enum walk_flow reach(struct walk *w, const struct rule *rule,
			    const struct action *a, const struct cond *why)
{
	if (why) {
		if (a->kind == ACTION_NONE || a->kind == ACTION_CONTINUE)
			return FLOW_TERM;
		return walk_chain_doubt(w, rule, why, a);
	}

	if (w->visitor && w->visitor->action)
		w->visitor->action(w->visitor->context, rule, a);
	return walk_act(w, rule, a);
}

static enum walk_flow run_rule(struct walk *w, const struct rule *rule)
{
	const struct cond_oracle *oracle = w->guess ? &w->guess->oracle : NULL;
	enum walk_flow flow = FLOW_TERM;
	const struct cond *why = NULL;

	w->is_unsure = false;
	for (size_t i = 0; i < rule->term_count && flow == FLOW_TERM; i++) {
		const struct term *t = &rule->terms[i];
		const struct cond *open = NULL;
		enum answer a = ANSWER_YES;

		if (t->is_action)
			flow = reach(w, rule, t->action, why);
		else
			a = cond_ask(&t->cond, w->packet, oracle, &open);
		if (a == ANSWER_NO) {
			if (w->story)
				walk_story_step(w, rule->chain, rule, a);
			return FLOW_NEXT;
		}
		if (!why)
			why = open;
	}

	if (why) {
		w->is_unsure = true;
		if (w->visitor && w->visitor->unsure)
			w->visitor->unsure(w->visitor->context, rule, why);
	}
	tell_rule(w, rule);
	return flow == FLOW_TERM ? FLOW_NEXT : flow;
}

/* Who is named as the one who let a packet pass: a rule at the hook that
 * decides (input, forward, output) rather than its policy, that rather than
 * another hook's rule. Of equals the last. */
static void accepted(struct walk *w, const struct chain *base,
		     const struct rule *rule, const struct action *a)
{
	bool decides = base->hook == HOOK_INPUT || base->hook == HOOK_FORWARD ||
		       base->hook == HOOK_OUTPUT;
	bool is_nat = base->type && base->type[0] == 'n';
	int rank = 1 + (rule != NULL) + 2 * (decides && !is_nat);

	if (w->story)
		walk_story_accepted(w, rule);
	if (rank < w->accept_rank)
		return;

	w->accept_rank = rank;
	w->verdict = (struct walk_verdict){ .decision = WALK_ACCEPT,
					    .chain = rule ? rule->chain : base,
					    .rule = rule,
					    .action = a };
}

static bool run_policy(struct walk *w, const struct chain *base)
{
	if (w->visitor && w->visitor->policy)
		w->visitor->policy(w->visitor->context, base);
	if (w->story)
		walk_story_step(w, base, NULL, ANSWER_YES);
	if (base->policy != ACTION_DROP) {
		accepted(w, base, NULL, NULL);
		return true;
	}

	if (w->story) {
		w->verdict = (struct walk_verdict){ .decision = WALK_DROP,
						    .chain = base };
		walk_story_blocked(w);
		return true;
	}

	w->verdict =
		(struct walk_verdict){ .decision = WALK_DROP, .chain = base };
	return false;
}

static bool too_deep(struct walk *w, const struct rule *rule)
{
	if (w->depth + 1 < DEPTH_MAX && w->jumps++ < JUMPS_MAX)
		return false;

	w->verdict = (struct walk_verdict){ .decision = WALK_UNKNOWN,
					    .chain = rule->chain,
					    .rule = rule };
	return true;
}

/* What a rule led to, at the top of the frames. */
enum end { END_NOT, END_POLICY, END_ACCEPT, END_STOP };

static enum end go_back(struct walk *w)
{
	if (!w->depth)
		return END_POLICY;

	w->depth--;
	return END_NOT;
}

static enum end follow(struct walk *w, struct frame *frames,
		       const struct rule *rule, enum walk_flow flow)
{
	switch (flow) {
	case FLOW_TERM:
	case FLOW_NEXT:
		return END_NOT;
	case FLOW_RETURN:
		return go_back(w);
	case FLOW_JUMP:
	case FLOW_GOTO:
		if (too_deep(w, rule))
			return END_STOP;
		if (flow == FLOW_JUMP)
			w->depth++;
		enter(w, &frames[w->depth], &w->plan->chains[w->target->index]);
		return END_NOT;
	case FLOW_ACCEPT:
		return END_ACCEPT;
	case FLOW_STOP:
		break;
	}

	if (!w->story || w->verdict.decision == WALK_UNKNOWN)
		return END_STOP;

	walk_story_blocked(w);
	return END_NOT;
}

bool walk_chain_run(struct walk *w, const struct plan_chain *base)
{
	struct frame frames[DEPTH_MAX];
	enum end end = END_NOT;

	if (w->visitor && w->visitor->chain)
		w->visitor->chain(w->visitor->context, base->chain);
	if (w->story)
		walk_story_base(w, base->chain);
	w->depth = 0;
	enter(w, &frames[0], base);
	while (end == END_NOT) {
		const struct rule *rule = next_rule(&frames[w->depth]);
		enum walk_flow flow = FLOW_RETURN;

		if (rule)
			flow = run_rule(w, rule);
		end = follow(w, frames, rule, flow);
		if (end == END_ACCEPT)
			accepted(w, base->chain, rule, NULL);
	}

	w->depth = 0;
	return end == END_POLICY ? run_policy(w, base->chain)
				 : end == END_ACCEPT;
}
