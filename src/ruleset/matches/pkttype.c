#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--pkt-type",
	  .type = VALUE_PACKET_TYPE,
	  .field = FIELD_PACKET_TYPE },
	{ 0 },
};

const struct match match_pkttype = {
	.name = "pkttype",
	.options = options,
};
