#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];

		if (a->option->field == FIELD_COUNT)
			build_variable(b, DOUBT_PAYLOAD, a->text, a->inverted);
		else
			build_ranges(b, a->option->field, a->ranges,
				     a->inverted);
	}

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
	{ .name = "--dccp-types",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--dccp-option", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_dccp = {
	.name = "dccp",
	.options = options,
	.compile = compile,
};
