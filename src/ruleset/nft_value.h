#pragma once

#include "ruleset/nft_key.h"
#include "ruleset/nft_tree.h"

/*
 * Values of nft's text as numbers: of a key's own kind ("y" of nft_key.h).
 */

/* One number: a word, or bits put together with | and commas. False: it is
 * none. */
bool nft_value_number(const struct nft_key *k, const struct nft_expr *e,
		      u128 *ret);

/* One word, prefix or range. */
bool nft_value_range(const struct nft_key *k, const struct nft_expr *e,
		     struct range *ret);

/* A value, range, list or set of them. NULL, and *ret_bad the one that is not
 * understood; or NULL and no *ret_bad: no memory. */
const struct ranges *nft_value_ranges(struct arena *a, const struct nft_key *k,
				      const struct nft_expr *e,
				      const struct nft_expr **ret_bad);

/* An address of either family. */
bool nft_value_address(const struct nft_expr *e, struct range *ret);
