#include <errno.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/option.h"

static int keep(struct build *b, struct text *out, struct argument *ret)
{
	ret->text = text_ok(out)
			    ? arena_string(build_arena(b), text_string(out))
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

static unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 32;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* Text with hexadecimal bytes between bars. */
static int decode(const char *value, struct text *ret)
{
	bool is_hex = false;

	for (; *value; value++) {
		if (*value == '|') {
			is_hex = !is_hex;
		} else if (!is_hex) {
			if (*value == '\\' && value[1])
				value++;
			text_char(ret, *value);
		} else if (*value != ' ') {
			unsigned high = hex_digit(*value);
			unsigned low = hex_digit(value[1]);

			if (high > 15 || low > 15)
				return VALUE_MALFORMED;
			text_char(ret, (char)(high << 4 | low));
			value++;
		}
	}

	return is_hex ? VALUE_MALFORMED : 0;
}

/* All of it in hexadecimal. */
static int read_hex(struct build *b, const char *value, struct argument *ret)
{
	struct text bytes = TEXT_NULL, out = TEXT_NULL;
	int err = decode(value, &bytes);

	text_str(&out, "\"|");
	for (size_t i = 0; i < bytes.len; i++)
		text_hex(&out, (unsigned char)bytes.data[i], 2);
	text_str(&out, "|\"");
	if (!err && !text_ok(&bytes))
		err = -ENOMEM;
	text_done(&bytes);
	if (err)
		text_done(&out);
	return err ? err : keep(b, &out, ret);
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
