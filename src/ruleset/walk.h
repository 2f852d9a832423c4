#pragma once

#include "ruleset/model.h"

/*
 * The way of one packet through a ruleset, as the kernel walks it: ingress,
 * prerouting, the routing decision, input or forward, or output, then
 * postrouting and egress; at each hook all base chains of all engines, by
 * priority; connection tracking at -200, address translation at -100 and 100.
 * (net/netfilter/core.c, nf_nat_core.c, nf_tables_core.c,
 * net/ipv4/netfilter/ip_tables.c.)
 *
 * The routing table is not asked: where a packet goes is what the packet says
 * (in=, out=) and, once its destination was translated, what the host's own
 * addresses say. What no packet shows (rates, sets that were not given) makes
 * the answer "unknown", with all outcomes that are possible and what they
 * depend on.
 */

enum walk_decision {
	WALK_ACCEPT,
	WALK_DROP,
	WALK_REJECT, /* the sender is told */
	WALK_UNKNOWN,
	WALK_DECISION_COUNT
};

extern const char *const walk_decision_names[WALK_DECISION_COUNT];

/* One of the host's own addresses, and the network reached through it; an
 * address without host bits is only the network's. */
struct walk_address {
	u128 interface;  /* as FIELD_IIF */
	u128 address;    /* as FIELD_SADDR */
	unsigned prefix; /* of 128 bits: IPv4 is 96 + the prefix's length */
};

/* What is known of the host; the caller's. Without it, dst is the host's own
 * unless out= is given, and a translated destination is what it is: loopback
 * and REDIRECT stay here, anything else goes on. */
struct walk_host {
	const struct walk_address *addresses;
	size_t count;
};

/* All fields of the packet are as the first hook sees them. Its state is what
 * connection tracking will say of it; the walk hides it before -200. FIELD_OIF
 * not empty and FIELD_IIF not empty: forwarded; OIF empty: for this host; IIF
 * empty: from this host. */
struct walk_question {
	struct point packet;
	const struct walk_host *host; /* or NULL */
};

struct walk_verdict {
	enum walk_decision decision;
	/* Who decided: a rule, or the policy of the chain (rule NULL), or
	 * nobody (chain NULL): no chain was met. Of an accepted packet it is the
	 * last that said accept. */
	const struct chain *chain;
	const struct rule *rule;
	const struct action *action; /* of the rule, or NULL */
	/* WALK_REJECT: what the sender gets; REJECT_ICMPX is resolved. A reject
	 * that the kernel answers with silence is WALK_DROP. */
	enum reject reject;
	uint8_t reject_code;
	/* WALK_UNKNOWN: the condition, NULL where it is the action. */
	const struct cond *why;
};

/* What the sender of a rejected packet gets, in iptables' words
 * ("icmp-host-prohibited", "tcp-reset"); NULL of any other decision. */
const char *walk_reject_name(const struct walk_verdict *v);

/*
 * The cheap way: millions of packets a second, no allocation while walking.
 * A plan is made once for a ruleset, which must outlive it.
 */
struct walk_plan;

struct walk_plan *walk_plan_new(const struct ruleset *r);
void walk_plan_free(struct walk_plan *plan);

/* Who is told on the way. Any of them may be NULL. */
struct walk_visitor {
	/* A base chain begins, of this hook. */
	void (*chain)(void *context, const struct chain *c);
	/* All conditions of the rule hold. */
	void (*rule)(void *context, const struct rule *rule);
	/* Whether all its conditions hold is not known; why is the first that
	 * is open. The walk goes on where the rule decides nothing. */
	void (*unsure)(void *context, const struct rule *rule,
		       const struct cond *why);
	/* An action of the rule is reached, counters and logs too (nft counts
	 * where the counter stands, whatever the conditions behind it say). */
	void (*action)(void *context, const struct rule *rule,
		       const struct action *a);
	/* Nobody in the base chain decided (or a rule of it returned). */
	void (*policy)(void *context, const struct chain *c);
	void *context;
};

/* packet ends as the last hook left it. The first rule whose answer is not
 * known ends the walk with WALK_UNKNOWN. */
struct walk_verdict walk_fast(const struct walk_plan *plan,
			      const struct walk_host *host,
			      struct point *packet,
			      const struct walk_visitor *visitor);

/* The whole story of one packet. All of it lives in the arena. */
struct walk_step {
	enum hook hook;
	const struct chain *chain;
	const struct rule *rule; /* NULL: the policy */
	enum answer match;
	unsigned depth;  /* of jumps */
	bool is_blocked; /* walked on behind a blocker, as if it were not */
};

/* A rule or policy that has to change before the packet gets through. */
struct walk_blocker {
	struct walk_verdict verdict;
	enum hook hook;
	bool of_reply;
	/* The rule below that would have let it pass, or NULL. */
	const struct rule *shadowed_accept;
	/* What would stop it in the same base chain, were the blocker only
	 * taken away. */
	const struct walk_verdict *behind;
	size_t behind_count;
};

/* A translation: field after field, from the packet before to after. */
struct walk_change {
	enum hook hook;
	const struct rule *rule; /* NULL: a translation undone */
	enum field field;
	u128 before, after;
	bool is_known; /* after is; else one of several */
	bool is_nat;
};

/* What the outcome depends on. */
struct walk_doubt {
	const struct rule *rule;
	const struct cond *cond;     /* or NULL: */
	const struct action *action; /* what it does is not known */
};

struct walk_way {
	struct point packet; /* as it set out */
	struct point last;   /* as it ended */
	struct walk_verdict verdict;
	struct walk_step *steps;
	size_t step_count;
	struct walk_change *changes;
	size_t change_count;
	bool outcomes[WALK_DECISION_COUNT]; /* possible ones */
	struct walk_verdict *ends; /* one for each rule that may decide */
	size_t end_count;
	struct walk_doubt *doubts;
	size_t doubt_count;
	bool is_capped; /* too many cases: there may be other outcomes */
};

struct walk_result {
	struct walk_way way;
	bool has_reply; /* an answer is expected at all */
	struct walk_way reply;
	/* Of a rejected packet: the ICMP error or reset, which has to pass, too,
	 * or the sender is told nothing. */
	bool has_refusal;
	struct walk_way refusal;
	struct walk_blocker *blockers; /* of both ways, first to last */
	size_t blocker_count;
};

/* 0 or -ENOMEM. */
int walk_packet(const struct ruleset *r, const struct walk_question *q,
		struct arena *a, struct walk_result *ret);
