#pragma once

#include "fix/effect_parts.h"
#include "fix/manager.h"
#include "fix/repair.h"

/*
 * What the files of the repair `rules' share: a candidate while it is made. Only
 * repairs/rules*.c include this.
 *
 * A candidate begins with one way to mend the first blocker; then the packet is
 * walked again, and every blocker that is left is mended by the usual ways, until
 * it gets through. Edits are made one by one, each on the rules that the one
 * before left.
 */
struct rules_mend {
	struct fix_planning *planning;
	struct fix_candidate candidate;
	struct problems *problems;
	struct ruleset *rules;            /* with the edits so far */
	const struct walk_result *walked; /* through these; the plan's arena */
	const struct manager *manager;    /* of the first owned chain */
};

/* Walks the packet, and proposes every way in which rules that refuse it let it
 * through. As a repair's. */
int rules_propose(struct fix_planning *p, const struct fix_fault *f);

/* Mends one blocker. 0; -ENOENT: not in this way; or -errno. */
typedef int rules_mend_way(struct rules_mend *m, const struct walk_blocker *b);

rules_mend_way rules_move_accept;   /* the ACCEPT below goes above it */
rules_mend_way rules_insert_here;   /* an ACCEPT, just above it */
rules_mend_way rules_insert_base;   /* the same, in the base chain */
rules_mend_way rules_other_delete;  /* it names this client alone */
rules_mend_way rules_other_narrow;  /* it names everybody but him */
rules_mend_way rules_other_tracked; /* he is tracked again */
rules_mend_way rules_set_element;   /* a set that the rules ask */

/* Applies the edit, adds it to the candidate. e's strings must last; the
 * sentences are the plan's. 0 or -errno. */
int rules_edit_now(struct rules_mend *m, const struct chain *c,
		   const struct rule_edit *e, const char *text,
		   const char *undo_text);

/* Adds to the risk, which only grows. */
void rules_risk(struct rules_mend *m, enum fix_risk risk, const char *text);

/* What is done, in a few words, and what it costs. */
void rules_summary(struct rules_mend *m, unsigned cost, const char *summary);

/* Notes who keeps what is changed. */
void rules_owner(struct rules_mend *m, const struct chain *c,
		 const struct rule *rule);

/* The rule of the base chain that leads to the blocker; NULL. */
const struct rule *rules_calling(const struct rules_mend *m,
				 const struct walk_blocker *b);

/* Who is meant, as rules write it; and as a range. has_client holds. */
void rules_client_text(struct text *out, const struct fix_ask *ask);
struct range rules_client_range(const struct fix_ask *ask);

/* Whether all of the range is asked for. */
bool rules_other_is_client(const struct fix_ask *ask, const struct range *r);

/* "rule 5 of INPUT". */
const char *rules_name(struct fix_planning *p, const struct rule *rule);

/* Whether the rule, or one of its conditions, asks for the field; which values
 * it allows, if that is one plain condition; NULL. */
const struct cond *rules_cond(const struct rule *rule, enum field f);
