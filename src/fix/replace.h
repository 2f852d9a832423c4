#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * A file's content replaced so that whoever reads it, at any moment and after any
 * crash, finds all of the old or all of the new: written beside it, synced,
 * renamed over it, the folder synced. Mode, owner and extended attributes (the
 * SELinux label among them) stay as they are. A symbolic link stays one: what it
 * leads to is replaced.
 */

/* expected: what it must hold now, or -ESTALE; NULL: there must be no file. text
 * NULL: it is removed. mode: of a file that was not there. 0 or -errno: then the
 * file is as it was. */
int replace_file(const char *path, const char *expected, const char *text,
		 uint32_t mode);

/* Whether it holds exactly that; NULL: there is no file. 1, 0 or -errno. */
int replace_is(const char *path, const char *text);

/* now, without what turned before into after, where exactly that stands in it once:
 * what others have changed elsewhere stays. 0 or -ENOENT, -ENOMEM. */
int replace_without(struct text *out, const char *now, const char *before,
		    const char *after);
