#pragma once

#include "fix/repair.h"

/*
 * The exact effect of a candidate's rules on traffic: every hook, both engines,
 * and the way back; computed, not tried (that is rehearse.h's).
 */

/* Fills c->effect: applies c's CHANGE_RULES (what is not of them changes no rule)
 * to a second reading of the rules, compares, walks the packet. Remaining
 * blockers, if any, go to ret_left (the walk's, in the plan's arena; may be NULL).
 * 0 or -errno. */
int fix_effect_compute(struct fix_planning *p, struct fix_candidate *c,
		       const struct walk_result **ret_left);

/* The same of rules that the caller has changed himself: an owner's command
 * stands for edits that rehearsals bear out. */
int fix_effect_of(struct fix_planning *p, struct fix_candidate *c,
		  const struct ruleset *after,
		  const struct walk_result **ret_left);
