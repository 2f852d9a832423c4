#include <string.h>

#include "ruleset/rate.h"

static const struct choice modes[] = { { "srcip", 0 },
				       { "srcport", 1 },
				       { "dstip", 2 },
				       { "dstport", 3 },
				       { 0 } };

/* A number, or bytes: "10kb". */
static int read_burst(struct build *b, const char *value, struct argument *ret)
{
	return option_as_it_is(b, value, ret);
}

static int read(struct build *b, const char *value, struct argument *ret)
{
	size_t len = strcspn(value, "/");

	/* "512kb/s" is kept; "10/min" is canonical. */
	if (len && value[len - 1] == 'b')
		return option_as_it_is(b, value, ret);
	return rate_read(b, value, 1000000, ret);
}

/* The table's entries live for the rate's unit where nothing else is said. */
static int settle(struct build *b, struct use *u)
{
	(void)b;
	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];

		if (strcmp(a->option->name, "--hashlimit-upto") == 0 &&
		    a->inverted)
			return options_rename(b, u, i, "--hashlimit-above");
		if (strcmp(a->option->name, "--hashlimit-above") == 0 &&
		    a->inverted)
			return options_rename(b, u, i, "--hashlimit-upto");
	}

	return 0;
}

static const struct option options[] = {
	{ .name = "--hashlimit-upto",
	  .alias = "--hashlimit",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read },
	{ .name = "--hashlimit-above",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read },
	{ .name = "--hashlimit-burst",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_burst,
	  .always = "5" },
	{ .name = "--hashlimit-mode",
	  .type = VALUE_CHOICES,
	  .field = FIELD_COUNT,
	  .choices = modes },
	{ .name = "--hashlimit-name",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--hashlimit-htable-size",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--hashlimit-htable-max",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--hashlimit-htable-gcinterval",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "1000" },
	{ .name = "--hashlimit-htable-expire",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--hashlimit-srcmask",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "32" },
	{ .name = "--hashlimit-dstmask",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "32" },
	{ .name = "--hashlimit-rate-match",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--hashlimit-rate-interval",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_hashlimit = {
	.name = "hashlimit",
	.options = options,
	.settle = settle,
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
