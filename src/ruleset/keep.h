#pragma once

#include "ruleset/model.h"

/*
 * What stays of a rule when its line has been read.
 *
 * A line is taken apart in the ruleset's scratch arena, most of which nobody
 * needs again; what the rule's terms point to is copied into the ruleset's
 * own arena, and ranges and verdicts that other rules have, too, are shared
 * with them. What equals what is remembered until ruleset_link().
 */

/* Makes the terms point to copies. -ENOMEM or 0. */
int keep_terms(struct ruleset *r, struct term *terms, size_t count);

/* Forgets what is shared; the copies stay. */
void keep_done(struct ruleset *r);
