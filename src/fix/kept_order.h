#pragma once

#include "fix/image.h"
#include "fix/repair.h"

struct keeping;

/*
 * A file that has a chain's rules in another order than they are in force: made
 * the same with as few moves as can be, so that the next boot gives what is in
 * force; and how it is known that it does.
 */

/* What the rule does, as a number: equal where the meaning is. */
uint64_t kept_order_key(const struct rule *r);

/* The rules in force as they are with the candidate. They live as images do. */
int kept_order_after(struct fix_planning *p, const struct fix_candidate *c,
		     struct ruleset **ret);

/* Gives the chains that the candidate changes their order in `after'. What only
 * one side has stays where it is; but the candidate's own new rules are put in. 0
 * or -errno; -ENOENT: the lines cannot be moved. */
int kept_order_apply(struct keeping *k, const struct ruleset *after);

/* Whether the boot would give in the changed tables what is in force then, but
 * for what programs add themselves. */
int kept_order_same(struct fix_planning *p, const struct fix_candidate *c,
		    struct ruleset *after, const struct image *booted,
		    bool *ret);

/* Whether the change of the files is no wider than that of the rules in force. */
int kept_order_no_wider(struct fix_planning *p, const struct fix_candidate *c,
			const struct image *before, const struct image *after,
			bool *ret);
