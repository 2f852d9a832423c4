#include "ruleset/field.h"

#include <string.h>

const struct field_info field_info[FIELD_COUNT] = {
#define X(name, word, width, kind)                                             \
	[FIELD_##name] = { .id = (word), .bits = (width), .type = (kind) },
#include "ruleset/fields.def"
#undef X
};

u128 field_last(enum field f)
{
	unsigned bits = field_info[f].bits;

	return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

enum field field_named(const char *id, size_t len)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (strlen(field_info[f].id) == len &&
		    memcmp(field_info[f].id, id, len) == 0)
			return (enum field)f;

	return FIELD_COUNT;
}

u128 field_from_address(const struct address *a)
{
	u128 value = 0;

	for (size_t i = 0; i < sizeof(a->bytes); i++)
		value = value << 8 | a->bytes[i];

	return value;
}

struct address field_to_address(u128 value)
{
	struct address a;

	for (size_t i = sizeof(a.bytes); i-- > 0; value >>= 8)
		a.bytes[i] = (uint8_t)value;

	return a;
}

u128 field_from_name(const char *name, size_t len)
{
	u128 value = 0;

	for (size_t i = 0; i < 16; i++)
		value = value << 8 | (i < len && i < 15 ? (uint8_t)name[i] : 0);

	return value;
}

void field_name_text(struct text *out, u128 value)
{
	for (unsigned shift = 128; shift > 0; shift -= 8) {
		uint8_t byte = (uint8_t)(value >> (shift - 8));

		if (!byte)
			break;
		text_char(out, (char)byte);
	}
}
