#pragma once

#include "ruleset/options.h"

/*
 * Targets that set bits: MARK, CONNMARK, TOS. All of them mean (field & ~mask)
 * ^ value; what was written as "set", "and", "or" or "xor" is read into that
 * form, and printed in it: value/mask.
 */
int marks_read_xset(struct build *b, const char *value, struct argument *ret);
int marks_read_set(struct build *b, const char *value, struct argument *ret);
int marks_read_and(struct build *b, const char *value, struct argument *ret);
int marks_read_or(struct build *b, const char *value, struct argument *ret);
int marks_read_xor(struct build *b, const char *value, struct argument *ret);

/* An option that sets bits, and those that MARK and CONNMARK have. */
#define MARKS_OPTION(option_name, value, how)                                  \
	{                                                                      \
		.name = (option_name), .type = (value), .field = FIELD_COUNT,  \
		.read = (how)                                                  \
	}

#define MARKS_OPTIONS                                                          \
	MARKS_OPTION("--set-xmark", VALUE_MARK, marks_read_xset),              \
		MARKS_OPTION("--set-mark", VALUE_MARK, marks_read_set),        \
		MARKS_OPTION("--and-mark", VALUE_MARK, marks_read_and),        \
		MARKS_OPTION("--or-mark", VALUE_MARK, marks_read_or),          \
		MARKS_OPTION("--xor-mark", VALUE_MARK, marks_read_xor)

/* Gives all those options the one name that is printed. */
int marks_settle(struct build *b, struct use *u, const char *name);

/* Adds the action. */
void marks_action(struct build *b, enum field f, const struct argument *a);
