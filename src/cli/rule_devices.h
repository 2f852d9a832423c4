#pragma once

#include "ruleset/walk.h"

/*
 * The interface that a packet comes in by, where nobody says it: each that the
 * rules name is tried, and one that they do not. Where all lead to the same end,
 * it is no question.
 */
enum { RULE_DEVICES = 64 };

struct rule_devices {
	u128 name[RULE_DEVICES]; /* as FIELD_IIF */
	size_t count;
};

void rule_devices_find(const struct ruleset *r, struct rule_devices *ret);

/* Sets the packet's; false: it makes a difference, and it stays as it was. */
bool rule_devices_choose(const struct rule_devices *d,
			 const struct walk_plan *plan, struct point *packet);
