#pragma once

#include "fix/repair.h"

/*
 * Elements of sets that a file keeps: `ipset save' lines, and nft's "elements =
 * { … }". A candidate's `ipset add|del' and `nft add|delete element' are done to
 * the file, too.
 */

/* Adds a CHANGE_FILE to lasting[] for each, and fills lasts and lasts_text. 0 or
 * -errno. */
int kept_set_express(struct fix_planning *p, struct fix_candidate *c);
