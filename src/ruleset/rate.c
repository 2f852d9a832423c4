#include "ruleset/rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* From the longest to the shortest; words may be cut anywhere. */
static const struct unit {
	const char *word;    /* as it is printed */
	const char *written; /* the whole word */
	uint64_t seconds;
} units[] = {
	{ "day", "day", 86400 },
	{ "hour", "hour", 3600 },
	{ "min", "minute", 60 },
	{ "sec", "second", 1 },
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

static uint64_t seconds_of(const char *s)
{
	for (size_t i = 0; i < UNITS; i++)
		if (*s && strncasecmp(s, units[i].written, strlen(s)) == 0)
			return units[i].seconds;

	return 0;
}

static void print(struct text *out, uint64_t period, uint64_t scale)
{
	unsigned i = 1;

	for (; i < UNITS; i++) {
		uint64_t all = units[i].seconds * scale;

		if (period > all || all / period < all % period)
			break;
	}

	text_u64(out, units[i - 1].seconds * scale / period);
	text_char(out, '/');
	text_str(out, units[i - 1].word);
}

int rate_read(struct build *b, const char *value, uint64_t scale,
	      struct argument *ret)
{
	struct text out = TEXT_NULL;
	uint64_t rate, period, seconds = 1;
	char *end;

	if (*value < '0' || *value > '9')
		return VALUE_MALFORMED;

	rate = strtoull(value, &end, 10);
	if (*end == '/')
		seconds = seconds_of(end + 1);
	else if (*end)
		return VALUE_MALFORMED;
	if (!rate || !seconds)
		return VALUE_MALFORMED;

	period = scale * seconds / rate;
	if (!period)
		return VALUE_TOO_BIG;

	print(&out, period, scale);
	ret->text = text_ok(&out)
			    ? arena_string(build_arena(b), text_string(&out))
			    : NULL;
	text_done(&out);
	return ret->text ? 0 : -ENOMEM;
}
