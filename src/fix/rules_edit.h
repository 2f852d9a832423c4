#pragma once

#include "fix/plan.h"

struct ruleset;

/*
 * Edits of rules: on the model, to see what they do; and as a transaction of
 * the tool, to have it done. A rule is named by its number and, in nft, by its
 * handle; a script fails rather than hit another rule.
 *
 * Scripts are for `iptables-restore -w 5 -c --noflush` and for `nft -e -a -f -`
 * (rules_edit_argv()). iptables finds rules by number or by their words, so rules
 * that are the only ones of their words are named by these, and "-C" asks
 * whether the neighbour of a new rule is there at all; where it stands cannot be
 * asked: who applies a script reads the rules again before, and compares. Legacy
 * iptables sets the policies' counters to zero with every change, this one as
 * any other; the rules' are kept.
 *
 * nft gives every new rule a handle that nobody knows before. The undo names it
 * {1}, {2}, … in the order in which the script adds; rules_edit_undo() puts the
 * numbers in that nft told when it applied the script.
 */

/* Applies the edits to the model. The ruleset is linked again. 0; -ENOENT: there
 * is no such rule or chain; -EINVAL: its words cannot be read; -ENOMEM. */
int rules_edit_apply(struct ruleset *r, const struct rules_change *c);

/* Fills script and undo. r: the rules as they are now. Counters of rules that
 * move are kept. In the arena. 0, -ENOENT, -EINVAL (words) or -ENOMEM. */
int rules_edit_script(const struct ruleset *r, struct arena *a,
		      struct rules_change *c);

/* What has to run, fed with the script or the undo: up to a NULL, the arena's.
 * NULL: no memory. */
const char *const *rules_edit_argv(struct arena *a,
				   const struct rules_change *c);

/* The undo as it can be run: echo is what the tool printed when it applied the
 * script. 0; -EINVAL: it does not tell of every new rule; -ENOMEM. */
int rules_edit_undo(struct text *out, const struct rules_change *c,
		    const char *echo);

/* The same for people: "iptables -I INPUT 5 …"; a move is one transaction in a
 * here-document. Names the tool of the engine and family. 0 or -ENOMEM. */
int rules_edit_command(struct text *out, const struct rules_change *c,
		       bool is_undo);

/* A rule's words, as struct rule_edit has them: the rule's own, or behind its
 * chain's name. */
const char *rules_edit_words(const struct rule *rule);
