#pragma once

#include "fix/plan.h"

/*
 * Edits as steps: one rule comes, or one goes. Each step knows where that is by
 * the state of the chain at that time, so that the steps can be taken, and taken
 * back from the last to the first. Only rules_edit*.c include this.
 */

/* One rule of a chain while it is edited. */
struct rules_edit_slot {
	const struct rule *rule; /* NULL: a new one */
	const char *words;       /* NULL: there is none */
	unsigned fresh; /* the number of the add that brought it; 0: none */
};

struct rules_edit_step {
	bool is_add;
	const struct chain *chain;
	unsigned number; /* where it is, or was, or will be */
	struct rules_edit_slot slot, next, previous;
	bool is_unique; /* no other of the chain has the same words */
};

struct rules_edit_steps {
	struct rules_edit_step *list;
	size_t count;
	/* The chains as they are, and as they will be. */
	struct rules_edit_line *lines;
};

/* All rules of one chain, in order. */
struct rules_edit_line {
	const struct chain *chain;
	struct rules_edit_slot *before, *slots;
	size_t before_count, count, capacity;
	struct rules_edit_line *next;
};

/* In the arena. 0, -ENOENT, -EINVAL or -ENOMEM. */
int rules_edit_steps(const struct ruleset *r, struct arena *a,
		     const struct rules_change *c,
		     struct rules_edit_steps *ret);

/* The rule that is meant: by its handle, or by its number. NULL: none. */
const struct rule *rules_edit_steps_rule(const struct chain *c, uint64_t handle,
					 unsigned number);
