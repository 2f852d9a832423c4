#pragma once

#include "ruleset/space.h"

/*
 * Conditions as boxes.
 *
 * A condition becomes a union of boxes, which may overlap. One that would take
 * more than COMPILE_BOXES, or that compares two fields, becomes a variable of
 * its own: then the boxes hold more packets than the condition does, and the
 * space counts it (coarse_count).
 */
enum { COMPILE_BOXES = 512 };

struct compile {
	struct space *space;
	struct arena *arena;     /* of the boxes, and what they are made of */
	const unsigned *version; /* of each field, as it is there */
	const struct rule *rule; /* that is compiled */
	const void *user;        /* the program, for its variables */
	/* Out: what space.h says of entries. */
	bool is_uncertain, is_hidden;
};

/* The boxes, none where no packet fits. They live in c->arena, and may point
 * into the rule. 0 or
 * -ENOMEM. */
int compile_cond(struct compile *c, const struct cond *cond, struct boxes *ret);

/* All pairs of x and y that have something in common; -E2BIG when that is more
 * than max. */
int compile_product(struct arena *a, const struct boxes *x,
		    const struct boxes *y, size_t max, struct boxes *ret);

/* The boxes of an element of a set, by the key's fields. */
int compile_element(struct compile *c, const struct element *e,
		    const struct set *s, const enum field key[SET_PARTS],
		    struct boxes *ret);

/* Everything. */
int compile_whole(struct compile *c, struct boxes *ret);
