#include "ruleset/option.h"

/* MASK_* of include/uapi/linux/netfilter_ipv6/ip6t_ipv6header.h. */
static const struct choice headers[] = {
	{ "hop-by-hop", 128 }, { "hop", 128 },       { "ipv6-opts", 64 },
	{ "dst", 64 },         { "ipv6-route", 32 }, { "route", 32 },
	{ "ipv6-frag", 16 },   { "frag", 16 },       { "ah", 8 },
	{ "auth", 8 },         { "esp", 4 },         { "ipv6-nonxt", 2 },
	{ "none", 2 },         { "proto", 1 },       { 0 },
};

static const struct option options[] = {
	{ .name = "--header",
	  .type = VALUE_CHOICES,
	  .field = FIELD_COUNT,
	  .choices = headers },
	{ .name = "--soft", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ipv6header = {
	.name = "ipv6header",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
