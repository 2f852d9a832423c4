#pragma once

#include "fix/repair.h"

/*
 * Rules that a file keeps and a boot loads as it stands: what a candidate does
 * to the rules in force is done to the file's lines, in the file's own order
 * and only where needed. The rules in force are never saved over a file: those
 * that programs made would be loaded twice then.
 *
 * A rule in force is found in the file by its meaning. Where the file has
 * another order, so that the next boot would refuse what passes now, lines move
 * until it does not.
 */

/* Adds a CHANGE_FILE to lasting[] for each file that has to change; none where
 * the file gives what is wanted already. Fills lasts and lasts_text. 0; -ENOENT:
 * the file does not hold the chain, or cannot be edited (a remark says why); or
 * -errno. */
int kept_file_express(struct fix_planning *p, struct fix_candidate *c);

/* The chain as files hold it, in force's stead; NULL: no file does. */
struct image;
const struct chain *kept_file_chain(const struct image *i,
				    const struct chain *in_force);

/* Whether the plan's packet and its answer would pass; true where there is
 * none. ret (may be NULL): the walk, in the plan's arena. */
struct walk_result;
int kept_file_passes(struct fix_planning *p, const struct ruleset *r,
		     bool *ret_passes, struct walk_result *ret);
