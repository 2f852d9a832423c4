#pragma once

#include "ruleset/options.h"

/* Sets of ipset as rules name them: "blacklist src,dst". */

/* The two words as they are. */
int set_use_read(struct build *b, const char *value, struct argument *ret);

/* Into a lookup: the set's name, and for each direction the address of that
 * side. What the parts of the key are, address or port or interface, is known
 * when the set is: ruleset_link(). -ENOMEM or 0. */
int set_use_key(struct build *b, const char *value, struct cond *ret);

/* The lookup, now that the set is known: each part of its key gets the field
 * that the part is of; a list of sets becomes one lookup for each. -ENOMEM or
 * 0. */
int set_use_link(struct ruleset *r, struct cond *c, const struct set *s);

/* Sets that a SET target of some rule changes: what is in them now is no
 * promise. */
int set_use_mark_dynamic(struct ruleset *r);
