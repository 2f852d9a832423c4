#pragma once

#include "fix/plan.h"

struct ruleset;

/*
 * Edits of rules: on the model, to see what they do; and as a transaction of
 * the tool, to have it done. A rule is named by its number and, in nft, by its
 * handle; a script fails rather than hit another rule.
 */

/* Applies the edits to the model. The ruleset is linked again. 0; -ENOENT: there
 * is no such rule or chain; -EINVAL: its words cannot be read; -ENOMEM. */
int rules_edit_apply(struct ruleset *r, const struct rules_change *c);

/* Fills script and undo. r: the rules as they are now. Counters of rules that
 * move are kept. In the arena. 0, -ENOENT or -ENOMEM. */
int rules_edit_script(const struct ruleset *r, struct arena *a,
		      struct rules_change *c);

/* The same for people: "iptables -I INPUT 5 …"; a move is one transaction in a
 * here-document. Names the tool of the engine and family. 0 or -ENOMEM. */
int rules_edit_command(struct text *out, const struct rules_change *c,
		       bool is_undo);
