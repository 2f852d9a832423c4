#include "ruleset/option.h"

/* xt_tcp does not match later fragments, and so do the payload expressions of
 * nft (net/netfilter/xt_tcpudp.c, nft_payload.c): ports imply fragment 0. */
static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];

		if (a->option->field == FIELD_COUNT)
			build_variable(b, DOUBT_PAYLOAD, a->text, a->inverted);
		else
			build_argument(b, a);
	}

	return 0;
}

static const struct option options[] = {
	OPTION_PORTS,
	{ .name = "--tcp-option", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--tcp-flags",
	  .type = VALUE_TCP_FLAGS,
	  .field = FIELD_TCP_FLAGS,
	  .words = 2 },
	{ .name = "--syn",
	  .stands_for = "--tcp-flags",
	  .meaning = "FIN,SYN,RST,ACK SYN" },
	{ 0 },
};

static const struct nft_key keys[] = {
	{ .words = "tcp sport",
	  .field = FIELD_SPORT,
	  .type = VALUE_PORT,
	  .protocol = 6,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "tcp dport",
	  .field = FIELD_DPORT,
	  .type = VALUE_PORT,
	  .protocol = 6,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "tcp flags",
	  .field = FIELD_TCP_FLAGS,
	  .type = VALUE_TCP_FLAGS,
	  .protocol = 6,
	  .needs = NFT_NEEDS_TRANSPORT,
	  .is_flags = true },
	{ 0 },
};

const struct match match_tcp = {
	.name = "tcp",
	.options = options,
	.keys = keys,
	.compile = compile,
};
