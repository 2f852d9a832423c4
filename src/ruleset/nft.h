#pragma once

#include <stddef.h>

struct ruleset;

/*
 * nft's rulesets into the model: what `nft list ruleset` and `nft -j list
 * ruleset` print, and what people write into /etc/nftables.conf.
 *
 * Both readers make the same tree (nft_tree.h), and one builder turns that into
 * terms, so a ruleset gives one model whichever way it was written. What nft
 * would refuse becomes a problem with its place, and is left out; what nft
 * knows and this program does not is kept word for word and named once.
 *
 * A table that `iptables-nft-save` already gave (an ENGINE_IPTABLES_NFT table
 * of that family and name) is left out: it is the same table of the kernel,
 * and iptables' own text tells more of it.
 *
 * file is the name as the user knows it; it must outlive the ruleset. Text may
 * include files that lie in the same folder as file, or below it: a file that
 * comes from elsewhere must not make us read ours. 0, or -ENOMEM.
 */
int nft_text_read(struct ruleset *r, const char *file, const char *text,
		  size_t len);
int nft_json_read(struct ruleset *r, const char *file, const char *text,
		  size_t len);
