#pragma once

#include "ruleset/model.h"

struct arena;

/*
 * What is wrong with a ruleset by itself, without any traffic: rules that no
 * packet reaches, that change nothing, that stand in the wrong order.
 *
 * Every finding is proven for all packets, and its witness was tried by the
 * plain evaluator (linear.h), or it says that it is not sure, and why. A rule
 * gets the worst that can be said of it and nothing else.
 */
enum finding_kind {
	FINDING_CONTRADICTED,      /* a DROP or REJECT above an ACCEPT */
	FINDING_SHADOWED,          /* one rule takes every packet before */
	FINDING_SHADOWED_BY_UNION, /* several do together */
	FINDING_REDUNDANT,         /* without it the same happens */
	FINDING_UNREACHABLE,       /* a chain that nothing jumps to */
	FINDING_NEAR_MISS,         /* an ACCEPT that is nearly right */
	FINDING_FAMILIES_DIFFER,   /* IPv4 and IPv6 are treated differently */
	FINDING_BOTH_ENGINES,      /* legacy and nft rules are loaded */
	FINDING_SET_NOT_GIVEN,
	FINDING_NEVER_MATCHED, /* by its counter, when others counted */
	FINDING_KIND_COUNT
};

/* "contradicted", "shadowed", …: in JSON; never translated. */
extern const char *const finding_names[FINDING_KIND_COUNT];

struct finding {
	enum finding_kind kind;
	const struct rule *rule;   /* or NULL: */
	const struct chain *chain; /* the finding is about this chain */
	const struct rule **by;    /* the rules that cause it */
	size_t by_count;
	bool by_policy; /* the base chain's policy causes it, too */
	const struct finding_packet *witness; /* or NULL; see below */
	bool is_partial;  /* CONTRADICTED: for the most part, not for all */
	bool is_unsure;   /* the source hides what might save the rule, or it
			   * is a guess: NEAR_MISS */
	const char *text; /* whole sentences, translated */
	struct finding *next;
};

/* A packet that shows it. There may be as many as rules, so that only the fields
 * that are known and not 0 are kept, in their order. */
struct finding_packet {
	uint64_t known, given; /* FIELD_BIT()s */
	u128 value[];
};

/* The whole packet; of one without witness nothing is known. */
void audit_witness(const struct finding *f, struct point *ret);

struct audit {
	struct finding *first, *last;
	size_t count;
	uint64_t rules;     /* that were examined */
	uint64_t dead;      /* of them */
	uint64_t undecided; /* the search was given up */
	unsigned coarse;    /* conditions too wide to be exact: variables */
	bool is_cut;        /* a chain unfolds into too many entries */
	bool is_hasty;      /* too many rules to find every redundant one */
};

/* Findings live in the arena; the ruleset must be linked. 0 or -ENOMEM. */
int audit_ruleset(const struct ruleset *r, struct arena *a, struct audit *ret);
