#include "ruleset/option.h"

/* What the routing table says of an address (net/ipv4/netfilter/nft_fib_ipv4.c).
 * That the way back to the source is the way in is rpfilter's question. */
static const struct choice ways[] = {
	{ "exists", 1 }, { "missing", 0 }, { "0", 0 }, { 0 }
};

static const struct nft_key keys[] = {
	{ .words = "fib daddr type",
	  .field = FIELD_DADDR_TYPE,
	  .type = VALUE_ADDRESS_TYPE },
	{ .words = "fib saddr type",
	  .field = FIELD_SADDR_TYPE,
	  .type = VALUE_ADDRESS_TYPE },
	{ .words = "fib saddr . iif oif",
	  .field = FIELD_RPFILTER,
	  .type = VALUE_CHOICE,
	  .choices = ways },
	{ .words = "fib saddr . mark . iif oif",
	  .field = FIELD_RPFILTER,
	  .type = VALUE_CHOICE,
	  .choices = ways },
	{ .words = "fib iif . saddr oif",
	  .field = FIELD_RPFILTER,
	  .type = VALUE_CHOICE,
	  .choices = ways },
	{ .words = "fib saddr . iif . mark oif",
	  .field = FIELD_RPFILTER,
	  .type = VALUE_CHOICE,
	  .choices = ways },
	{ 0 },
};

const struct match match_fib = { .name = "nft fib", .keys = keys };
