#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ruleset/model.h"

/*
 * The lines of a file in which rules stand: save files of iptables, a rule a
 * line; and nft's, where a rule may take several, within its chain's braces or
 * after "add rule". Lines count from 1. Nothing is written here.
 */
struct line_span {
	uint64_t first, last;
};

enum line_form {
	LINE_SAVE,  /* -A CHAIN WORDS */
	LINE_BLOCK, /* nft: WORDS, in its chain's block */
	LINE_ADD,   /* nft: add rule FAMILY TABLE CHAIN WORDS */
};

/* The lines of a rule that begins on this one. -ENOENT: something else stands
 * there, too, so that they cannot be moved. */
int rule_lines_of(const char *content, const struct rule *rule,
		  struct line_span *ret, enum line_form *ret_form);

/* Where a rule would stand as the chain's last, or only one: before this line. */
int rule_lines_end(const char *content, const struct chain *c, uint64_t *ret,
		   enum line_form *ret_form);

/* A rule's words as a line of that form, with the indentation of that line; of
 * an empty chain's end, a step deeper. */
const char *rule_lines_words(struct arena *a, const char *content,
			     const struct chain *c, uint64_t beside,
			     enum line_form form, const char *words);

/* The lines of a span, ending in a newline; in the arena. NULL: no memory. */
const char *rule_lines_text(struct arena *a, const char *content,
			    struct line_span s);

/* The content with lines taken out (last < first: none), and then others put
 * before the line `before', by the numbers of before the change (text NULL:
 * none). In the arena; NULL: no memory. */
const char *rule_lines_edit(struct arena *a, const char *content,
			    struct line_span out, uint64_t before,
			    const char *text);
