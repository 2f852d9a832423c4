#include "ruleset/options.h"

enum { RST = 256 };

static const struct choice kinds[] = {
	{ "icmp-net-unreachable", 0 },
	{ "net-unreach", 0 },
	{ "icmp-host-unreachable", 1 },
	{ "host-unreach", 1 },
	{ "icmp-proto-unreachable", 2 },
	{ "proto-unreach", 2 },
	{ "icmp-port-unreachable", 3 },
	{ "port-unreach", 3 },
	{ "icmp-net-prohibited", 9 },
	{ "net-prohib", 9 },
	{ "icmp-host-prohibited", 10 },
	{ "host-prohib", 10 },
	{ "icmp-admin-prohibited", 13 },
	{ "admin-prohib", 13 },
	{ "tcp-reset", RST },
	{ "tcp-rst", RST },
	{ 0 },
};

static const struct choice kinds6[] = {
	{ "icmp6-no-route", 0 },
	{ "no-route", 0 },
	{ "icmp6-adm-prohibited", 1 },
	{ "adm-prohibited", 1 },
	{ "icmp6-addr-unreachable", 3 },
	{ "addr-unreach", 3 },
	{ "icmp6-port-unreachable", 4 },
	{ "port-unreach", 4 },
	{ "icmp6-policy-fail", 5 },
	{ "policy-fail", 5 },
	{ "icmp6-reject-route", 6 },
	{ "reject-route", 6 },
	{ "tcp-reset", RST },
	{ "tcp-rst", RST },
	{ 0 },
};

static int read(struct build *b, const char *value, struct argument *ret)
{
	const struct value_form f = {
		.type = VALUE_CHOICE,
		.choices = b->is_v6 ? kinds6 : kinds,
	};

	return options_choice(b, &f, value, ret);
}

static int compile(struct build *b, const struct use *u)
{
	u128 kind = u->arguments[0].ranges->range[0].first;
	struct action a = { .kind = ACTION_REJECT, .text = b->text };

	a.reject = kind == RST ? REJECT_TCP_RESET
		   : b->is_v6  ? REJECT_ICMP6
			       : REJECT_ICMP;
	a.reject_code = kind == RST ? 0 : (uint8_t)kind;
	build_action(b, &a);
	return 0;
}

static const struct option options[] = {
	{ .name = "--reject-with",
	  .type = VALUE_CHOICE,
	  .field = FIELD_COUNT,
	  .always = "icmp-port-unreachable",
	  .always_v6 = "icmp6-port-unreachable",
	  .read = read },
	{ 0 },
};

const struct target target_reject = {
	.name = "REJECT",
	.options = options,
	.compile = compile,
};
