#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * A file's content replaced so that whoever reads it, at any moment and after any
 * crash, finds all of the old or all of the new: written beside it, synced,
 * exchanged with it, the folder synced. Mode, owner and extended attributes (the
 * SELinux label among them) stay as they are. A symbolic link stays one: what it
 * leads to is replaced.
 *
 * What the exchange brought out is looked at: when somebody else has replaced the
 * file at the same time, all is exchanged back. It can be kept beside the file, as
 * ".NAME.kiriwake", so that going back needs no room on the disk.
 */

/* expected: what it must hold now, or -ESTALE; NULL: there must be no file. text
 * NULL: it is removed. mode: of a file that was not there. 0 or -errno: then the
 * file is as it was. */
int replace_file(const char *path, const char *expected, const char *text,
		 uint32_t mode);

/* The same, and the old one is kept. */
int replace_keeping(const char *path, const char *expected, const char *text,
		    uint32_t mode);

/* Back to what is kept, if that holds text and the file what is expected: the very
 * file that it was. 0; -ENOENT: nothing of the kind is kept; -ESTALE, -errno. */
int replace_back(const char *path, const char *expected, const char *text);

/* What is kept, or what a crash left half written, is removed. */
void replace_forget(const char *path);

/* Whether it holds exactly that; NULL: there is no file. 1, 0 or -errno. */
int replace_is(const char *path, const char *text);

/* now, without what turned before into after, where exactly that stands in it once:
 * what others have changed elsewhere stays. 0; 1: nothing of it is there any more,
 * and all that it took away is; -ENOENT: it cannot be told; -ENOMEM. */
int replace_without(struct text *out, const char *now, const char *before,
		    const char *after);
