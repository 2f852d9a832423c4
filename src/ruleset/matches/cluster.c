#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/options.h"

static int keep(struct build *b, uint32_t value, struct argument *ret)
{
	char buffer[16];

	(void)snprintf(buffer, sizeof(buffer), "0x%08x", value);
	ret->text = arena_string(build_arena(b), buffer);
	return ret->text ? 0 : -ENOMEM;
}

static int read_mask(struct build *b, const char *value, struct argument *ret)
{
	char *end;
	unsigned long n = strtoul(value, &end, 0);

	if (end == value || *end || n > UINT32_MAX)
		return VALUE_MALFORMED;
	return keep(b, (uint32_t)n, ret);
}

/* Node 3 is bit 2 of the mask. */
static int read_node(struct build *b, const char *value, struct argument *ret)
{
	char *end;
	unsigned long n = strtoul(value, &end, 0);

	if (end == value || *end || n < 1 || n > 32)
		return VALUE_MALFORMED;
	return keep(b, UINT32_C(1) << (n - 1), ret);
}

static int settle(struct build *b, struct use *u)
{
	const struct argument *node = use_argument(u, "--cluster-local-node");

	if (!node)
		return 0;
	return options_rename(b, u, (size_t)(node - u->arguments),
			      "--cluster-local-nodemask");
}

static const struct option options[] = {
	{ .name = "--cluster-local-nodemask",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .read = read_mask },
	{ .name = "--cluster-local-node",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .read = read_node },
	{ .name = "--cluster-total-nodes",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--cluster-hash-seed",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .read = read_mask },
	{ 0 },
};

const struct match match_cluster = {
	.name = "cluster",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
	.settle = settle,
};
