#pragma once

#include "ruleset/option.h"

struct nft_expr;

/*
 * nft's questions and types by their words.
 *
 * What is asked is a field of the packet, of which some bits may be taken,
 * changed and moved: ((field & and) ^ xor) >> shift. A value that a rule
 * compares it with lies in that space ("y"); nft_key_ranges() tells which
 * values of the field ("x") are meant.
 */
struct nft_question {
	const struct nft_key *key;
	u128 and, xor;
	unsigned shift;
	bool is_changed; /* by operators of the rule, not only by its key */
};

/* The question's key: of the tables of matches/, or one that says that it is
 * not modelled, and why. Never NULL. */
const struct nft_key *nft_key_of(const char *words);

/* The key that stands for a set's type: "ipv4_addr". NULL: not modelled. */
const struct nft_key *nft_key_of_type(const char *word);

/* The key alone. */
struct nft_question nft_key_question(const struct nft_key *k);

/* Whether its answer is in a packet at all. */
bool nft_key_is_known(const struct nft_key *k);

/* Whether its field is so small that each value can be tried. */
bool nft_key_is_small(const struct nft_key *k);

/* Applies & | ^ << >> with a number; false: it cannot be said like that. */
bool nft_key_and(struct nft_question *q, u128 number);
bool nft_key_or(struct nft_question *q, u128 number);
bool nft_key_xor(struct nft_question *q, u128 number);
bool nft_key_left(struct nft_question *q, unsigned bits);
bool nft_key_right(struct nft_question *q, unsigned bits);

/* The x whose y is in wanted: (x & *ret_mask) is in the ranges. NULL: no
 * memory, or *ret_mask is 0: it cannot be said like that. */
const struct ranges *nft_key_ranges(struct arena *a,
				    const struct nft_question *q,
				    const struct ranges *wanted,
				    u128 *ret_mask);

/* The x whose y has one of the bits; as above. *ret_inverted: those that are
 * not in the ranges. */
const struct ranges *nft_key_bits(struct arena *a, const struct nft_question *q,
				  u128 bits, u128 *ret_mask,
				  bool *ret_inverted);

/* The greatest y. */
u128 nft_key_last(const struct nft_question *q);
