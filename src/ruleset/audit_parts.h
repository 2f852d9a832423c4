#pragma once

#include "ruleset/audit.h"
#include "ruleset/witness.h"

struct text;

/*
 * What the parts of the audit share: what is known of each rule, and how
 * findings are made and worded. Only audit*.c include this.
 */

/* What was found out about a rule, over all base chains and both families. */
struct audit_rule {
	const struct rule *rule;
	bool is_seen;      /* its conditions can hold */
	bool is_live;      /* a packet meets it */
	bool is_undecided; /* the search was given up */
	bool is_needed;    /* somewhere its removal would change something */
	bool is_told;      /* there is a finding */
	/* Should it be dead, why; the first that was found. */
	struct finding *why_dead;
	/* Its removal would change nothing, as these do the same. */
	struct finding *why_redundant;
	/* An opposite rule above takes the most of its packets. */
	struct finding *why_contradicted;
};

struct audit_state {
	const struct ruleset *ruleset;
	struct arena *arena; /* of findings */
	struct audit *audit;
	bool has_conntrack;
	size_t *first_rule; /* of each chain, by its index: into rules */
	struct audit_rule *rules;
	size_t rule_count;
};

struct audit_rule *audit_rule_of(const struct audit_state *s,
				 const struct rule *rule);

/* A finding, not told yet. NULL when there is no memory. */
struct finding *audit_new(struct audit_state *s, enum finding_kind kind,
			  const struct rule *rule);

/* Adds a cause, once; NULL is the policy. 0 or -ENOMEM. */
int audit_add_cause(struct audit_state *s, struct finding *f,
		    const struct rule *rule);

/* 0 or -ENOMEM. */
int audit_set_witness(struct audit_state *s, struct finding *f,
		      const struct space *space, const struct spot *spot);

/* Words it and appends it to the audit. 0 or -ENOMEM. */
int audit_tell(struct audit_state *s, struct finding *f);

/* The finding's sentence, its own where it has one. NULL when there is no
 * memory. */
const char *audit_words(struct arena *a, const struct finding *f);
void audit_words_rule(struct text *out, const struct rule *rule);
void audit_words_chain(struct text *out, const struct chain *c);

/* The parts. 0 or -ENOMEM each. */
int audit_dead_program(struct audit_state *s, struct program *p);
int audit_dead_tell(struct audit_state *s);
int audit_near_program(struct audit_state *s, struct program *p);
int audit_chains(struct audit_state *s);
int audit_families(struct audit_state *s);
