#include <errno.h>

#include "base/arena.h"
#include "ruleset/option.h"

/* As owner_mt() of net/netfilter/xt_owner.c: a packet that no socket sent meets
 * the rule if all that is asked is inverted. */
static struct cond asked(struct build *b, const struct argument *a)
{
	struct arena *arena = build_arena(b);
	struct cond c = { .kind = COND_RANGES,
			  .inverted = a->inverted,
			  .field = a->option->field,
			  .mask = ~(u128)0,
			  .ranges = a->ranges };

	if (c.field == FIELD_COUNT) {
		c.field = FIELD_HAS_SOCKET;
		c.ranges = ranges_one(arena, 1, 1);
	}
	return c;
}

static bool has_unknown_name(const struct use *u)
{
	for (size_t i = 0; i < u->count; i++)
		if (!u->arguments[i].ranges &&
		    u->arguments[i].option->type != VALUE_NONE)
			return true;

	return false;
}

static int compile(struct build *b, const struct use *u)
{
	struct arena *arena = build_arena(b);
	struct cond *list = arena_alloc(arena, (u->count + 3) * sizeof(*list));
	bool is_inverted = true;
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	if (use_argument(u, "--suppl-groups") || has_unknown_name(u))
		return build_use_variable(b, u, DOUBT_HOST);

	list[2 + n++] = (struct cond){ .kind = COND_RANGES,
				       .field = FIELD_HAS_SOCKET,
				       .mask = ~(u128)0,
				       .ranges = ranges_one(arena, 1, 1) };
	for (size_t i = 0; i < u->count; i++) {
		is_inverted &= u->arguments[i].inverted;
		list[2 + n++] = asked(b, &u->arguments[i]);
	}
	for (size_t i = 0; i < n; i++)
		b->failed |= !list[2 + i].ranges;

	list[0] = list[2];
	list[0].inverted = true;
	list[1] =
		(struct cond){ .kind = COND_ALL, .list = list + 2, .count = n };
	if (is_inverted)
		build_cond(b, &(struct cond){ .kind = COND_ANY,
					      .list = list,
					      .count = 2 });
	else
		for (size_t i = 0; i < n; i++)
			build_cond(b, &list[2 + i]);
	return 0;
}

static const struct option options[] = {
	{ .name = "--socket-exists", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--uid-owner",
	  .type = VALUE_USER,
	  .field = FIELD_UID,
	  .may_be_name = true },
	{ .name = "--gid-owner",
	  .type = VALUE_GROUP,
	  .field = FIELD_GID,
	  .may_be_name = true },
	{ .name = "--suppl-groups", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_owner = {
	.name = "owner",
	.options = options,
	.compile = compile,
};
