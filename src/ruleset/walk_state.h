#pragma once

#include "ruleset/walk.h"
#include "ruleset/walk_plan.h"

/*
 * One packet on its way: what the files of the walk share, and nobody else.
 *
 * The same walk serves three askers. The cheap one is told through a visitor
 * and ends at the first thing that is not known. The story (walk_story.c)
 * records every step, takes what is not known for "no", and walks on behind a
 * blocker. The cases (walk_cases.c) answer what is not known by an assumption,
 * and are run once for each combination that matters.
 */
/* What a rule's terms lead to. */
enum walk_flow {
	FLOW_TERM, /* on to the next term */
	FLOW_NEXT, /* to the next rule */
	FLOW_RETURN,
	FLOW_JUMP, /* to walk->target */
	FLOW_GOTO,
	FLOW_ACCEPT, /* ends the base chain */
	FLOW_STOP    /* ends the walk; walk->verdict */
};

/* Answers for the cases. */
struct walk_guess {
	struct cond_oracle oracle;
	/* What an action that is not modelled does: ACTION_ACCEPT, DROP,
	 * CONTINUE; ACTION_UNKNOWN where that is not assumed yet. Gets the
	 * oracle's context. */
	enum action_kind (*choose)(void *context, const struct action *a);
};

/* The two halves of a translation; numbers of arrays. */
enum walk_manip { MANIP_SOURCE, MANIP_DESTINATION, MANIP_COUNT };

/* Connection tracking's fields stand side by side in enum field. */
enum { WALK_CT_FIELDS = FIELD_CT_MARK - FIELD_CT_STATE + 1 };

/* One end of a connection. */
struct walk_end {
	u128 address, port;
	bool has_address, has_port; /* known */
};

struct walk {
	const struct walk_plan *plan;
	const struct walk_host *host;
	const struct walk_visitor *visitor; /* or NULL */
	struct walk_story *story;           /* or NULL */
	const struct walk_guess *guess;     /* or NULL */
	struct point *packet;

	enum hook hook;
	/* Of the way; the packet's own change by hook. */
	u128 iif, oif;
	bool has_iif, has_oif; /* known */
	bool is_from_here;     /* a process of this host sent it */
	bool is_local;         /* dst is this host */

	/* What connection tracking will say, until it has. */
	struct point *tracking; /* NULL: nothing was hidden */
	bool is_tracked;
	bool is_done[MANIP_COUNT]; /* that half of the translation */
	/* A reply: each half is set back to this. */
	bool is_undoing[MANIP_COUNT];
	struct walk_end undo[MANIP_COUNT];

	const struct chain *target; /* of FLOW_JUMP and FLOW_GOTO */
	bool is_unsure;             /* the rule at hand was not decided */
	unsigned depth;
	size_t jumps;
	int accept_rank; /* of the verdict, while nobody stopped */
	struct walk_verdict verdict;
};

/* walk_hooks.c: the whole way; the verdict is in w. */
void walk_hooks_begin(struct walk *w, const struct walk_plan *plan,
		      const struct walk_host *host, struct point *packet);
void walk_hooks_run(struct walk *w, struct point *tracking);

/* walk_chain.c: a base chain. False: the walk ends there. */
bool walk_chain_run(struct walk *w, const struct plan_chain *base);

/* The rule depends on the condition, or, NULL, on what the action does. */
enum walk_flow walk_chain_doubt(struct walk *w, const struct rule *rule,
				const struct cond *why, const struct action *a);

/* walk_act.c */
enum walk_flow walk_act(struct walk *w, const struct rule *rule,
			const struct action *a);

/* It may do anything, or its map has something, but who knows what. */
enum walk_flow walk_act_unknown(struct walk *w, const struct rule *rule,
				const struct action *a);

/* A field gets a value, or, not known, one of several. */
void walk_act_change(struct walk *w, const struct rule *rule, enum field f,
		     u128 value, bool is_known);

/* walk_nat.c: the target, in a nat chain. */
enum walk_flow walk_nat_act(struct walk *w, const struct rule *rule,
			    const struct action *a);
/* A stop of PLAN_NAT. False: the walk ends there. */
bool walk_nat_stop(struct walk *w, const struct plan_hook *h);
bool walk_nat_is_local(const struct walk *w, u128 address);

/* walk_reject.c: what the sender gets; decides between WALK_REJECT and the
 * silence of WALK_DROP. */
void walk_reject_answer(const struct point *p, const struct action *a,
			struct walk_verdict *v);

/* walk_reply.c: the answer to a packet that set out as sent and was walked to
 * the end of w. False: none is expected. */
bool walk_reply_make(const struct point *sent, const struct walk *w,
		     struct walk *ret, struct point *ret_packet);

/* walk_refusal.c: what the kernel sends for a reject of the packet, which was
 * walked to the rule in w. */
void walk_refusal_make(const struct point *packet, const struct walk *w,
		       const struct walk_verdict *v, struct walk *ret,
		       struct point *ret_packet);

/* walk_nat.c: an address of the interface; false: not known. */
bool walk_nat_own_address(const struct walk *w, u128 interface, u128 *ret);

/* walk_story.c */
struct walk_story {
	struct arena *arena;
	struct walk_way *way;
	struct walk_blocker *blockers;
	size_t blocker_count;
	struct point blocked; /* as it was at the first of them */
	bool of_reply;
	bool is_here;    /* the last blocker is of the base chain at hand */
	bool is_blocked; /* of this way */
	bool has_doubt;  /* before it was blocked */
	bool failed;     /* no memory */
};

void walk_story_step(struct walk *w, const struct chain *c,
		     const struct rule *rule, enum answer match);
void walk_story_base(struct walk *w, const struct chain *c);
void walk_story_accepted(struct walk *w, const struct rule *rule);
/* The verdict is noted; the walk goes on behind it. */
void walk_story_blocked(struct walk *w);
void walk_story_doubt(struct walk *w, const struct rule *rule,
		      const struct cond *why, const struct action *a);
void walk_story_change(struct walk *w, const struct walk_change *c);

/* A list of the arena's gets room for one more; the list, or NULL. */
void *walk_story_grow(struct walk_story *s, void *list, size_t count,
		      size_t size);

/* walk_cases.c: all ways that a packet may go, from where start is; outcomes,
 * ends and doubts of the way. 0 or -ENOMEM. */
int walk_cases_run(struct walk_story *s, const struct walk *start,
		   const struct point *packet);
