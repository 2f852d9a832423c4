#pragma once

#include "ruleset/option.h"
#include "ruleset/tokens.h"

/*
 * Reading the options of one use of a match or target by its table. Arguments
 * come out in the table's order, which is iptables-save's, with canonical
 * text.
 */

/* What is wrong, to be told to the user: a sentence, and the word. */
struct options_error {
	const char *sentence; /* for _(), with one %s for the word, or NULL */
	const struct token *token;
};

/* One use while its options are read. */
struct options_use {
	struct use use;
	const struct option *table;
	struct argument *arguments; /* one a row of the table, at most */
};

/* Of the match or target (the other is NULL). -ENOMEM or 0. */
int options_begin(struct arena *a, const struct match *m,
		  const struct target *t, struct options_use *ret);

/* Takes the option at words[at] and its values. The number of words taken; 0:
 * not an option of this table; -EINVAL with *ret_error set; -ENOMEM. */
int options_take(struct build *b, struct options_use *u,
		 const struct tokens *words, size_t at,
		 struct options_error *ret_error);

/* Orders the arguments, adds those that iptables-save prints unasked. */
int options_end(struct build *b, struct options_use *u);
