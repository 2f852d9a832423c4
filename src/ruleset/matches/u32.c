#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/option.h"

/* Numbers in hexadecimal, without spaces. */
static int read(struct build *b, const char *value, struct argument *ret)
{
	struct text out = TEXT_NULL;

	text_char(&out, '"');
	while (*value) {
		char *end;
		unsigned long n = strtoul(value, &end, 0);

		if (*value >= '0' && *value <= '9') {
			text_str(&out, "0x");
			text_hex(&out, n, 1);
			value = end;
			continue;
		}
		if (*value != ' ' && *value != '\t')
			text_char(&out, *value);
		value++;
	}
	text_char(&out, '"');

	ret->text = text_ok(&out)
			    ? arena_string(build_arena(b), text_string(&out))
			    : NULL;
	text_done(&out);
	return ret->text ? 0 : -ENOMEM;
}

static const struct option options[] = {
	{ .name = "--u32",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read },
	{ 0 },
};

const struct match match_u32 = {
	.name = "u32",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
