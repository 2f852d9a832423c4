#pragma once

#include <stdbool.h>

/* Input that can be read only once, kept for a second reading. "-" is standard
 * input. */

/* A pipe, a terminal, a process substitution. */
bool spool_is_needed(const char *path);

/* Copies all of it into a file without a name, in $TMPDIR or /tmp. Its
 * descriptor, which is the caller's, or -errno. The first Ctrl-C ends the
 * copying, not the program. */
int spool(const char *path);
