#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	const struct argument *a = use_argument(u, "--chunk-types");

	build_value(b, FIELD_FRAGMENT, 0);
	build_each(b, u);
	if (a)
		build_variable(b, DOUBT_PAYLOAD, a->text, a->inverted);
	return 0;
}

static const struct option options[] = {
	{ .name = "--sport",
	  .alias = "--source-port",
	  .type = VALUE_PORT,
	  .field = FIELD_SPORT },
	{ .name = "--dport",
	  .alias = "--destination-port",
	  .type = VALUE_PORT,
	  .field = FIELD_DPORT },
	{ .name = "--chunk-types",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .words = 2,
	  .read = option_as_it_is },
	{ 0 },
};

const struct match match_sctp = {
	.name = "sctp",
	.options = options,
	.compile = compile,
};
