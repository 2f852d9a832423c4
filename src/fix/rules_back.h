#pragma once

#include "fix/plan.h"

/*
 * What takes a change of rules back when the rules are no longer as the change left
 * them: others come and go meanwhile, above it and below, and whoever made it may
 * not have lived to say whether it was made. So the script's numbers are those of
 * the rules as they are now, found by the rules that stand around.
 *
 * Lines of the tools are compared as they are printed, without counters; nothing
 * is parsed but where a rule's line begins and its chain's name.
 */
struct rules_back {
	const struct rules_change *change;
	const char *before; /* what the tool printed just before it */
	const char *now;    /* and what it prints now: iptables-save, nft -a */
	const char *echo;   /* nft: what it told of it; "" where nobody heard */
	bool is_done;       /* it is known to have been done */
	bool is_other_boot; /* nft: handles are others by now, and the echo's */
};

/* Appends the script. 0; 1: there is nothing to take back: it was not done, or
 * others have taken it away; -EINVAL: which rules are its cannot be told; -ENOMEM. */
int rules_back(struct text *out, const struct rules_back *b);

/* Of iptables, whose places are numbers: b->before is what the tool printed before
 * change->script was run, b->now just after. Where somebody was at it in between, a
 * rule may stand at another place than was meant: appends what puts it there. 0; 1:
 * all is where it was meant to be; -errno. */
int rules_back_mend(struct text *out, const struct rules_back *b);

/* Of nft: rules are known by their handles. */
int rules_back_nft(struct text *out, const struct rules_back *b);
