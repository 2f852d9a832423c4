#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/options.h"

static const struct choice weekdays[] = {
	{ "Mon", 1 }, { "Tue", 2 }, { "Wed", 3 }, { "Thu", 4 }, { "Fri", 5 },
	{ "Sat", 6 }, { "Sun", 7 }, { "Mo", 1 },  { "Tu", 2 },  { "We", 3 },
	{ "Th", 4 },  { "Fr", 5 },  { "Sa", 6 },  { "Su", 7 },  { "1", 1 },
	{ "2", 2 },   { "3", 3 },   { "4", 4 },   { "5", 5 },   { "6", 6 },
	{ "7", 7 },   { 0 },
};

static int keep(struct build *b, const char *text, struct argument *ret)
{
	ret->text = arena_string(build_arena(b), text);
	return ret->text ? 0 : -ENOMEM;
}

/* Up to count numbers with the signs between them; false: something else. */
static bool numbers(const char *s, const char *signs, unsigned *parts,
		    size_t count)
{
	for (size_t n = 0; n < count; n++) {
		char *end;

		if (*s < '0' || *s > '9')
			return false;
		parts[n] = (unsigned)strtoul(s, &end, 10);
		if (!*end)
			return true;
		if (n + 1 == count || *end != signs[n])
			return false;
		s = end + 1;
	}

	return false;
}

/* "8:00" is 08:00:00. */
static int read_clock(struct build *b, const char *value, struct argument *ret)
{
	unsigned t[3] = { 0 };
	char buffer[40];

	if (!numbers(value, "::", t, 3))
		return VALUE_MALFORMED;
	if (t[0] > 23 || t[1] > 59 || t[2] > 59)
		return VALUE_TOO_BIG;

	(void)snprintf(buffer, sizeof(buffer), "%02u:%02u:%02u", t[0], t[1],
		       t[2]);
	return keep(b, buffer, ret);
}

/* "2030" is 2030-01-01T00:00:00. */
static int read_date(struct build *b, const char *value, struct argument *ret)
{
	unsigned t[6] = { 0, 1, 1 };
	char buffer[80];

	if (!numbers(value, "--T::", t, 6))
		return VALUE_MALFORMED;

	(void)snprintf(buffer, sizeof(buffer), "%04u-%02u-%02uT%02u:%02u:%02u",
		       t[0], t[1], t[2], t[3], t[4], t[5]);
	return keep(b, buffer, ret);
}

/* The days that are not named. */
static int turn_round(struct build *b, struct argument *a)
{
	bool is_week = a->option->type == VALUE_CHOICES;
	struct text out = TEXT_NULL;
	unsigned last = is_week ? 7 : 31;

	for (unsigned day = 1; day <= last; day++) {
		if (ranges_has(a->ranges, day))
			continue;
		if (out.len)
			text_char(&out, ',');
		if (is_week)
			text_str(&out, weekdays[day - 1].word);
		else
			text_u64(&out, day);
	}

	a->inverted = false;
	a->text = text_ok(&out)
			  ? arena_string(build_arena(b), text_string(&out))
			  : NULL;
	text_done(&out);
	return a->text ? 0 : -ENOMEM;
}

static int positive_days(struct build *b, struct use *u)
{
	struct argument *list =
		arena_alloc(build_arena(b), (u->count + 1) * sizeof(*list));
	int err = 0;

	if (!list)
		return -ENOMEM;

	if (u->count)
		memcpy(list, u->arguments, u->count * sizeof(*list));
	for (size_t i = 0; i < u->count && !err; i++)
		if (list[i].inverted && list[i].ranges)
			err = turn_round(b, &list[i]);
	u->arguments = list;
	return err;
}

/* Both ends of the day are printed where one was given. */
static int settle(struct build *b, struct use *u)
{
	bool start = use_argument(u, "--timestart");
	bool stop = use_argument(u, "--timestop");
	int err = positive_days(b, u);

	if (!err && start && !stop)
		err = options_add(b, u, "--timestop", "23:59:59");
	if (!err && stop && !start)
		err = options_add(b, u, "--timestart", "00:00:00");
	return err;
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
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .is_list = true },
	{ .name = "--weekdays",
	  .type = VALUE_CHOICES,
	  .field = FIELD_COUNT,
	  .choices = weekdays },
	{ .name = "--datestart",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_date },
	{ .name = "--datestop",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_date },
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
