#include "ruleset/marks.h"

#include <errno.h>
#include <string.h>

/* What the written value and mask become. */
struct bits {
	uint32_t value, mask;
};

static int parse(const struct argument *ret, const char *value,
		 struct bits *bits)
{
	const struct value_form f = { .type = ret->option->type };
	struct range r;
	u128 mask;
	int err = value_parse(&f, value, strlen(value), &r, &mask);

	bits->value = (uint32_t)r.first;
	bits->mask = (uint32_t)mask;
	return err;
}

static int keep(struct build *b, struct bits bits, struct argument *ret)
{
	bool is_byte = ret->option->type == VALUE_TOS;
	unsigned digits = is_byte ? 2 : 1;
	struct arena *a = build_arena(b);
	struct text out = TEXT_NULL;

	if (is_byte)
		bits.mask &= 0xff;
	text_str(&out, "0x");
	text_hex(&out, bits.value, digits);
	text_str(&out, "/0x");
	text_hex(&out, bits.mask, digits);
	ret->text = text_ok(&out) ? arena_string(a, text_string(&out)) : NULL;
	text_done(&out);
	ret->ranges = ranges_one(a, bits.value, bits.value);
	ret->mask = bits.mask;
	return ret->text && ret->ranges ? 0 : -ENOMEM;
}

int marks_read_xset(struct build *b, const char *value, struct argument *ret)
{
	struct bits bits = { 0 };
	int err = parse(ret, value, &bits);

	return err ? err : keep(b, bits, ret);
}

int marks_read_set(struct build *b, const char *value, struct argument *ret)
{
	struct bits bits = { 0 };
	int err = parse(ret, value, &bits);

	bits.mask |= bits.value;
	return err ? err : keep(b, bits, ret);
}

int marks_read_and(struct build *b, const char *value, struct argument *ret)
{
	struct bits bits = { 0 };
	int err = parse(ret, value, &bits);

	bits.mask = ~bits.value;
	bits.value = 0;
	return err ? err : keep(b, bits, ret);
}

int marks_read_or(struct build *b, const char *value, struct argument *ret)
{
	struct bits bits = { 0 };
	int err = parse(ret, value, &bits);

	bits.mask = bits.value;
	return err ? err : keep(b, bits, ret);
}

int marks_read_xor(struct build *b, const char *value, struct argument *ret)
{
	struct bits bits = { 0 };
	int err = parse(ret, value, &bits);

	bits.mask = 0;
	return err ? err : keep(b, bits, ret);
}

int marks_settle(struct build *b, struct use *u, const char *name)
{
	for (size_t i = 0; i < u->count; i++) {
		const char *written = u->arguments[i].option->name;

		if (u->arguments[i].ranges && strcmp(written, name) != 0)
			return options_rename(b, u, i, name);
	}

	return 0;
}

void marks_action(struct build *b, enum field f, const struct argument *a)
{
	build_action(b, &(struct action){ .kind = ACTION_SET,
					  .field = f,
					  .from = FIELD_COUNT,
					  .and_mask = field_last(f) & ~a->mask,
					  .xor_mask = a->ranges->range[0].first,
					  .text = b->text });
}
