#include "ruleset/marks.h"

/* The mask of --save-mark and --restore-mark; all bits without one. */
static u128 mask(const struct use *u, const char *name)
{
	const struct argument *a = use_argument(u, name);

	return a ? a->ranges->range[0].first : 0xffffffff;
}

static int settle(struct build *b, struct use *u)
{
	const struct argument *both = use_argument(u, "--mask");
	int err;

	if (!use_argument(u, "--save-mark") &&
	    !use_argument(u, "--restore-mark"))
		return marks_settle(b, u, "--set-xmark");

	if (both) {
		const char *text = both->text;

		err = options_rename(b, u, (size_t)(both - u->arguments),
				     "--nfmask");
		return err ? err : options_add(b, u, "--ctmask", text);
	}
	err = use_argument(u, "--nfmask")
		      ? 0
		      : options_add(b, u, "--nfmask", "0xffffffff");
	if (!err && !use_argument(u, "--ctmask"))
		err = options_add(b, u, "--ctmask", "0xffffffff");
	return err;
}

static int compile(struct build *b, const struct use *u)
{
	bool is_save = use_argument(u, "--save-mark");
	u128 nf = mask(u, "--nfmask"), ct = mask(u, "--ctmask");

	if (is_save || use_argument(u, "--restore-mark"))
		build_action(
			b,
			&(struct action){
				.kind = ACTION_SET,
				.field = is_save ? FIELD_CT_MARK : FIELD_MARK,
				.from = is_save ? FIELD_MARK : FIELD_CT_MARK,
				.and_mask = 0xffffffff & ~(is_save ? ct : nf),
				.from_mask = is_save ? nf : ct,
				.text = b->text });
	else if (u->count)
		marks_action(b, FIELD_CT_MARK, &u->arguments[0]);
	return 0;
}

static const struct option options[] = {
	MARKS_OPTIONS,
	{ .name = "--save-mark", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--restore-mark", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--nfmask", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ .name = "--ctmask", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ .name = "--mask", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_connmark = {
	.name = "CONNMARK",
	.options = options,
	.settle = settle,
	.compile = compile,
};
