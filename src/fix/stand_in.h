#pragma once

#include "fix/repair.h"

/*
 * What a manager's command does to the rules, by edits that come to the same:
 * its exact effect, before it is run.
 */

/* Computes c->effect with these edits in the command's stead. ret_passes:
 * whether the connection would get through. 0 or -errno. */
int stand_in_effect(struct fix_planning *p, struct fix_candidate *c,
		    const struct rules_change *edits, bool *ret_passes);

/* Only whether it would. */
int stand_in_passes(struct fix_planning *p, const struct rules_change *edits,
		    bool *ret);

/* One edit of that chain, in the plan's arena; NULL: no memory. */
struct rules_change *stand_in_edit(struct fix_planning *p,
				   const struct chain *c, struct rule_edit e);

/* The same of an address that is taken out of the set that the rule looks it up
 * in. -ENOENT: it is no element of its own there. */
int stand_in_element(struct fix_planning *p, struct fix_candidate *c,
		     const struct rule *rule, const struct address *address,
		     bool *ret_passes);
