#include <string.h>

#include "ruleset/rate.h"

static const struct choice modes[] = { { "srcip", 0 },
				       { "srcport", 1 },
				       { "dstip", 2 },
				       { "dstport", 3 },
				       { 0 } };

static int read(struct build *b, const char *value, struct argument *ret)
{
	size_t len = strcspn(value, "/");

	/* "512kb/s" is kept; "10/min" is canonical. */
	if (len && value[len - 1] == 'b' && !strpbrk(value, " \t\""))
		return option_as_it_is(b, value, ret);
	return rate_read(b, value, 1000000, ret);
}

/* "! --hashlimit-upto" is --hashlimit-above. A rate of packets has a burst. */
static int settle(struct build *b, struct use *u)
{
	bool is_packets = true;
	int err = 0;

	for (size_t i = 0; i < u->count && !err; i++) {
		const struct argument *a = &u->arguments[i];
		bool is_upto = strcmp(a->option->name, "--hashlimit-upto") == 0;
		bool is_above =
			strcmp(a->option->name, "--hashlimit-above") == 0;

		if (!is_upto && !is_above)
			continue;
		is_packets = !strstr(a->text, "b/s");
		if (a->inverted)
			err = options_rename(b, u, i,
					     is_upto ? "--hashlimit-above"
						     : "--hashlimit-upto");
	}
	if (err || !is_packets || use_argument(u, "--hashlimit-burst"))
		return err;
	return options_add(b, u, "--hashlimit-burst", "5");
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
	  .read = option_as_it_is },
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
