#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/options.h"

/* The kernel counts in 2^31sts. */
static int read_probability(struct build *b, const char *value,
			    struct argument *ret)
{
	char *end, buffer[32];
	double p = strtod(value, &end);

	if (end == value || *end || !(p >= 0 && p <= 1))
		return VALUE_MALFORMED;

	p = (double)lround(p * 0x80000000p0) / 0x80000000p0;
	(void)snprintf(buffer, sizeof(buffer), "%.11f", p);
	ret->text = arena_string(build_arena(b), buffer);
	return ret->text ? 0 : -ENOMEM;
}

static int settle(struct build *b, struct use *u)
{
	if (!use_argument(u, "--every") || use_argument(u, "--packet"))
		return 0;
	return options_add(b, u, "--packet", "0");
}

static const struct option options[] = {
	{ .name = "--mode",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--probability",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_probability },
	{ .name = "--every", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--packet", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_statistic = {
	.name = "statistic",
	.options = options,
	.settle = settle,
	.is_variable = true,
	.doubt = DOUBT_RANDOM,
};
