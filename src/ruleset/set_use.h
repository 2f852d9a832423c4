#pragma once

#include "ruleset/options.h"

/* Sets of ipset as rules name them: "blacklist src,dst". */

/* The two words as they are. */
int set_use_read(struct build *b, const char *value, struct argument *ret);

/* Into a lookup: the set's name, and for each direction the address of that
 * side. What the parts of the key are, address or port or interface, is known
 * when the set is: ruleset_link(). -ENOMEM or 0. */
int set_use_key(struct build *b, const char *value, struct cond *ret);
