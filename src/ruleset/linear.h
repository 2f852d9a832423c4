#pragma once

#include "ruleset/program.h"

struct spot;

/*
 * The plain evaluator of one base chain: rule after rule, condition after
 * condition, as the rules are written. It knows nothing of boxes, and every
 * packet that those who do hand out is tried here.
 *
 * A question that no packet answers is answered as supposed: as the spot says,
 * where its space has the variable; else yes for the rules on the way to the
 * entry that is meant to be reached, and no for all others.
 */
struct supposed {
	const struct program *program;
	const struct spot *spot;
	uint32_t entry;
};

struct linear_fate {
	const struct rule *rule;     /* NULL: the policy */
	const struct action *action; /* NULL: the policy's */
	enum action_kind kind;
};

/* What base (NULL: nothing there, which accepts) does with the packet. */
struct linear_fate linear_decide(const struct chain *base,
				 const struct point *packet,
				 const struct supposed *s);

/* Whether the packet comes to the entry's rule and meets its conditions. */
bool linear_reaches(const struct point *packet, const struct supposed *s);
