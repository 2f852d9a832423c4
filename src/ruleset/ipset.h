#pragma once

#include <stddef.h>

struct ruleset;

/*
 * What `ipset save` prints: sets of no table, which iptables' `-m set` looks
 * up. All types are read. What cannot be read becomes a problem and is left
 * out, and its set with it (a set with a hole would be a lie). file must
 * outlive the ruleset. 0, or -ENOMEM.
 */
int ipset_read(struct ruleset *r, const char *file, const char *text,
	       size_t len);
