#include <string.h>

#include "ruleset/options.h"

/* "! --connlimit-above 3" is printed as "--connlimit-upto 3". */
static int settle(struct build *b, struct use *u)
{
	int err = 0;

	for (size_t i = 0; i < u->count && !err; i++) {
		const struct argument *a = &u->arguments[i];

		if (!a->inverted)
			continue;
		if (strcmp(a->option->name, "--connlimit-above") == 0)
			err = options_rename(b, u, i, "--connlimit-upto");
		else
			err = options_rename(b, u, i, "--connlimit-above");
	}
	if (err || use_argument(u, "--connlimit-saddr") ||
	    use_argument(u, "--connlimit-daddr"))
		return err;
	return options_add(b, u, "--connlimit-saddr", "");
}

static const struct option options[] = {
	{ .name = "--connlimit-upto",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--connlimit-above",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--connlimit-mask",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is,
	  .always = "32",
	  .always_v6 = "128" },
	{ .name = "--connlimit-saddr",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--connlimit-daddr",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_connlimit = {
	.name = "connlimit",
	.options = options,
	.settle = settle,
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
