#pragma once

#include "base/text.h"
#include "drops/event.h"
#include "drops/tell.h"

/*
 * What the kernel reports of a flow's packets, in words: "the kernel dropped 3
 * packets: NETFILTER_DROP in nft_do_chain, at INPUT".
 */

/* Returns whether any of them was dropped. */
bool drop_words(struct text *out, const struct drops_list *l,
		const struct drops_flow *who);

/* Why the reports could not be had: what drops_start() or its process said. A
 * sentence. */
const char *drop_words_reason(int err);

/* What this kernel does not report, as a sentence; NULL: it reports all. */
const char *drop_words_missing(struct text *out, const struct drops_list *l);
