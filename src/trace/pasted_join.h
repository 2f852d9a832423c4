#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Putting a wrapped line together again.
 *
 * A terminal breaks at its width, in the middle of words and numbers, and what
 * is copied from it has lost the blank where one stood at the break; a mail
 * program breaks between words. So it has to be guessed whether a blank belongs
 * between two pieces: from the characters at the break, the words that tcpdump
 * uses, and the width at which the other lines of the text are broken.
 */

/* width: of the widest broken piece so far; 0 when not known. left is all that
 * stands before, of which the last piece_len bytes are the piece. */
bool pasted_join_with_blank(const char *left, size_t left_len, size_t piece_len,
			    const char *right, size_t right_len, size_t width);

/* What terminals and tcpdump itself say between packets: prompts, "listening
 * on", the counts at the end. Never a part of a packet. */
bool pasted_join_is_chatter(const char *s, size_t len);

/* A line of a hex dump below a packet. */
bool pasted_join_is_hex(const char *s, size_t len);
