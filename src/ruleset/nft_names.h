#pragma once

#include <stdbool.h>

struct choice;
struct nft_key;

/*
 * Names for the numbers that `nft -nn' writes, for people to read: in nft's own
 * words.
 */

/* The name of a value of that question, given as its decimal digits; NULL: it
 * has none, or is no number. */
const char *nft_names_value(const struct nft_key *k, const char *digits);

/* The codes of "reject with icmp", icmpv6, icmpx; NULL: it has none. */
const struct choice *nft_names_reject(const char *kind);

/* False: a header that is known has no such field ("tcp dporrt"). */
bool nft_names_question(const char *words);
