#include "ruleset/marks.h"

static int compile(struct build *b, const struct use *u)
{
	const struct argument *port = use_argument(u, "--on-port");

	build_action(b, &(struct action){ .kind = ACTION_NAT,
					  .nat = NAT_TPROXY,
					  .port = port ? port->ranges : NULL,
					  .text = b->text });
	return 0;
}

static const struct option options[] = {
	{ .name = "--on-port", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--on-ip",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is,
	  .always = "0.0.0.0",
	  .always_v6 = "::" },
	{ .name = "--tproxy-mark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_xset,
	  .always = "0x0/0x0" },
	{ 0 },
};

const struct target target_tproxy = {
	.name = "TPROXY",
	.options = options,
	.compile = compile,
};
