#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/option.h"

/* Two hexadecimal numbers. */
static int read(struct build *b, const char *value, struct argument *ret)
{
	char *end, buffer[40];
	unsigned long major = strtoul(value, &end, 16), minor;

	if (end == value || *end != ':')
		return VALUE_MALFORMED;

	minor = strtoul(end + 1, &end, 16);
	if (*end)
		return VALUE_MALFORMED;

	(void)snprintf(buffer, sizeof(buffer), "%04lx:%04lx", major, minor);
	ret->text = arena_string(build_arena(b), buffer);
	return ret->text ? 0 : -ENOMEM;
}

static const struct option options[] = {
	{ .name = "--set-class",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read },
	{ 0 },
};

const struct target target_classify = {
	.name = "CLASSIFY",
	.options = options,
};
