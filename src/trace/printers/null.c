#include <string.h>

#include "trace/printers/layers.h"

enum {
	NULL_HEAD = 4,
};

struct family {
	uint32_t number; /* AF_ of one BSD or another */
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond;
};

/* length with the header. */
static bool print_unknown(struct line *l, struct cursor c, uint32_t family,
			  uint32_t length)
{
	text_str(l->out, family == 6 ? "AF NS (" : "AF Unknown (");
	text_u64(l->out, family);
	text_str(l->out, "), length ");
	text_u64(l->out, length);
	text_str(l->out, ": ");
	dump_ascii(l, c);
	return true;
}

/* LINKTYPE_NULL, in the byte order of whoever captured, and LINKTYPE_LOOP. */
bool null_print(struct line *l, struct cursor c, uint32_t length)
{
	static const struct family families[] = {
		{ 2, ip_print, NULL },   { 24, ip6_print, NULL },
		{ 28, ip6_print, NULL }, { 30, ip6_print, NULL },
		{ 7, NULL, "isoclns" },  { 16, NULL, "atalk" },
		{ 23, NULL, "ipx" },
	};
	const uint8_t *head = cursor_bytes(&c, NULL_HEAD);
	uint32_t family;

	if (!head)
		return layers_cut(l, "null");

	l->protocol = "null";
	memcpy(&family, head, sizeof(family));
	if (family & 0xffff0000)
		family = __builtin_bswap32(family);

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (families[i].number != family)
			continue;
		if (!families[i].print)
			return layers_beyond(l, families[i].beyond);
		return families[i].print(l, c, length - NULL_HEAD);
	}

	return print_unknown(l, c, family, length);
}
