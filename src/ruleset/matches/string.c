#include <errno.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/option.h"

static int keep(struct build *b, struct text *out, struct argument *ret)
{
	ret->text = text_ok(out)
			    ? arena_string(b->ruleset->arena, text_string(out))
			    : NULL;
	text_done(out);
	return ret->text ? 0 : -ENOMEM;
}

/* Printed in quotes, whatever it holds. */
static int read_string(struct build *b, const char *value, struct argument *ret)
{
	struct text out = TEXT_NULL;

	text_char(&out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_char(&out, '\\');
		text_char(&out, *value);
	}
	text_char(&out, '"');
	return keep(b, &out, ret);
}

static int read_hex(struct build *b, const char *value, struct argument *ret)
{
	struct text out = TEXT_NULL;

	text_char(&out, '"');
	text_str(&out, value);
	text_char(&out, '"');
	return keep(b, &out, ret);
}

static const struct option options[] = {
	{ .name = "--string",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_string },
	{ .name = "--hex-string",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read_hex },
	{ .name = "--algo",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--from",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "0" },
	{ .name = "--to",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "65535" },
	{ .name = "--icase", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_string = {
	.name = "string",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
