#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/options.h"

/* "8:00" is 08:00:00. */
static int read_clock(struct build *b, const char *value, struct argument *ret)
{
	unsigned parts[3] = { 0 };
	char buffer[40];
	size_t n = 0;

	for (const char *s = value; n < 3; n++) {
		char *end;

		parts[n] = (unsigned)strtoul(s, &end, 10);
		if (end == s || (*end && *end != ':'))
			return VALUE_MALFORMED;
		if (!*end)
			break;
		s = end + 1;
	}
	if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59)
		return VALUE_TOO_BIG;

	(void)snprintf(buffer, sizeof(buffer), "%02u:%02u:%02u", parts[0],
		       parts[1], parts[2]);
	ret->text = arena_string(b->ruleset->arena, buffer);
	return ret->text ? 0 : -ENOMEM;
}

/* Both ends of the day are printed where one was given. */
static int settle(struct build *b, struct use *u)
{
	bool start = use_argument(u, "--timestart");
	bool stop = use_argument(u, "--timestop");

	if (start && !stop)
		return options_add(b, u, "--timestop", "23:59:59");
	if (stop && !start)
		return options_add(b, u, "--timestart", "00:00:00");
	return 0;
}

static const struct option options[] = {
	{ .name = "--timestart",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_clock },
	{ .name = "--timestop",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_clock },
	{ .name = "--monthdays",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--weekdays",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--datestart",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--datestop",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--kerneltz", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--contiguous", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--utc", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--localtz", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_time = {
	.name = "time",
	.options = options,
	.settle = settle,
	.is_variable = true,
	.doubt = DOUBT_TIME,
};
