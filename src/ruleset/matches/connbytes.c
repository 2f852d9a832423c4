#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/option.h"

/* "10:" has no end, and is printed without the colon. */
static int read(struct build *b, const char *value, struct argument *ret)
{
	size_t len = strlen(value);
	struct text out = TEXT_NULL;

	if (len && value[len - 1] == ':')
		len--;
	if (*value == ':')
		text_char(&out, '0');
	text_bytes(&out, value, len);
	ret->text = text_ok(&out)
			    ? arena_string(build_arena(b), text_string(&out))
			    : NULL;
	text_done(&out);
	return ret->text ? 0 : -ENOMEM;
}

static const struct option options[] = {
	{ .name = "--connbytes",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read },
	{ .name = "--connbytes-mode",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--connbytes-dir",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct match match_connbytes = {
	.name = "connbytes",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
