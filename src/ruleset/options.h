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
	struct argument *arguments;
	size_t capacity;
};

/* Of the match or target; the other is NULL. */
void options_begin(const struct match *m, const struct target *t,
		   struct options_use *ret);

/* The option of that name or alias, or NULL. With may_be_short an unambiguous
 * beginning will do, as for getopt_long(). */
const struct option *options_find(const struct option *table, const char *s,
				  size_t len, bool may_be_short);

/* Reads one value as the option wants it: 0, -ENOMEM or an enum value_error. */
int options_value(struct build *b, const struct option *o, const char *value,
		  struct argument *ret);

/* The sentence for an enum value_error: for _(), with one %s for the value. */
const char *options_what(int error);

/* Takes the option at words[at] and its values; a "!" was before it or not.
 * The number of words taken; 0: not an option of this table; -EINVAL with
 * *ret_error set; -ENOMEM. */
int options_take(struct build *b, struct options_use *u,
		 const struct tokens *words, size_t at, bool inverted,
		 struct options_error *ret_error);

/* Orders the arguments, adds those that iptables-save prints unasked. */
int options_end(struct build *b, struct options_use *u);

/* For read(): one word of the form, kept as its canonical text and range. */
int options_choice(struct build *b, const struct value_form *f,
		   const char *value, struct argument *ret);

/* For read(): "10.0.0.1-10.0.0.9", both ends told even where they are one. */
int options_address_range(struct build *b, const char *value,
			  struct argument *ret);

/* For settle(): an option more, in its place; another option of the table
 * instead of the i-th, no longer inverted, with the same value. */
int options_add(struct build *b, struct use *u, const char *name,
		const char *value);
int options_rename(struct build *b, struct use *u, size_t i, const char *name);
