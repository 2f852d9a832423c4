#pragma once

#include "ruleset/value.h"

/*
 * Words for numbers, as iptables and nft write them. The first word of a
 * number is the one that is printed. Case is not told apart.
 */

/* The type's words, or NULL. */
const struct choice *value_names(enum value_type type,
				 enum value_dialect dialect);

/* The word's value among a list (NULL: of none). False if it is none. */
bool value_names_find(const struct choice *list, const char *s, size_t len,
		      u128 *ret);

/* The first word of the value, or NULL. */
const char *value_names_word(const struct choice *list, u128 value);

/* Whether the len bytes at s are the word. */
bool value_same_word(const char *word, const char *s, size_t len);

/* ICMP's words stand for a type with all its codes (code >= 256), or one. */
struct value_icmp {
	const char *word;
	uint8_t type;
	uint16_t code;
};

extern const struct value_icmp value_icmp4[], value_icmp6[];

/* Of value_address.c: addresses with prefixes, masks and ranges. */
int value_address(const struct value_form *f, const char *s, size_t len,
		  struct range *ret, u128 *ret_mask);
