#pragma once

#include "base/text.h"

/*
 * What iptables -L prints after the addresses ("tcp dpt:22 state NEW
 * reject-with tcp-reset"), turned back into options. Each phrase is a row of a
 * table; what no row knows becomes an unknown match, word for word.
 */
struct listing_words {
	struct text matches; /* "-m tcp --dport 22 -m state --state NEW" */
	struct text target;  /* "--reject-with tcp-reset" */
	const char *match;   /* the last -m: its phrases go on */
	size_t match_len;
	bool is_goto;
};

/* Reads all of s. The target's name tells the phrases of targets apart; NULL:
 * it has none. */
void listing_phrases(struct listing_words *w, const char *s,
		     const char *target);
void listing_words_done(struct listing_words *w);

/* A word for tokens_read(): quoted where it must be. */
void listing_quote(struct text *out, const char *s, size_t len);
