#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "fix/repair.h"

/*
 * Text files changed line by line, with comments, order and layout kept. Lines
 * count from 1. Whole contents come in and go out; nothing is written here.
 */

/* Puts a line before that one; one behind the last: at the end. 0 or -errno. */
int file_edit_insert(struct text *out, const char *content, size_t len,
		     uint64_t line, const char *words);
/* Another line in its place, with its indentation; NULL: none. */
int file_edit_replace(struct text *out, const char *content, size_t len,
		      uint64_t line, const char *words);

/* What differs, as `diff -u' writes it: three lines around. */
void file_edit_diff(struct text *out, const char *path, const char *before,
		    const char *after);

/* A CHANGE_FILE with the contents given, added to now[] (is_lasting: lasting[]).
 * What it does in words comes from the caller. NULL: no memory. */
struct fix_change *file_edit_change(struct fix_planning *p,
				    struct fix_candidate *c, bool is_lasting,
				    const char *path, const char *before,
				    const char *after);
