#include <errno.h>

#include "base/arena.h"
#include "ruleset/options.h"

static const struct choice kinds[] = {
	{ "mss", 2 },  { "wscale", 3 },    { "sack-permitted", 4 },
	{ "sack", 5 }, { "timestamp", 8 }, { "md5", 19 },
	{ 0 },
};

/* Numbers, ascending. */
static int settle(struct build *b, struct use *u)
{
	const struct argument *a = use_argument(u, "--strip-options");
	struct text out = TEXT_NULL;
	struct argument *copy;

	if (!a || a != u->arguments)
		return 0;

	copy = arena_alloc(build_arena(b), sizeof(*copy));
	for (unsigned kind = 0; kind < 256; kind++)
		if (ranges_has(a->ranges, kind)) {
			if (out.len)
				text_char(&out, ',');
			text_u64(&out, kind);
		}
	if (copy) {
		*copy = *a;
		copy->text = arena_string(build_arena(b), text_string(&out));
	}
	text_done(&out);
	if (!copy || !copy->text)
		return -ENOMEM;

	u->arguments = copy;
	return 0;
}

static const struct option options[] = {
	{ .name = "--strip-options",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .choices = kinds,
	  .is_list = true },
	{ 0 },
};

const struct target target_tcpoptstrip = {
	.name = "TCPOPTSTRIP",
	.options = options,
	.settle = settle,
};
