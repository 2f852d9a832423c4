#include "trace/printers/layers.h"

/* RFC 3032. */
enum {
	LABEL_IPV4 = 0,
	LABEL_IPV6 = 2,
	LABEL_IMPLICIT = 3,
};

static bool print_label(struct line *l, uint32_t entry)
{
	bool is_last = entry & 0x100;

	text_str(l->out, " (label ");
	text_u64(l->out, entry >> 12);
	text_str(l->out, ", tc ");
	text_u64(l->out, entry >> 9 & 7);
	if (is_last)
		text_str(l->out, ", [S]");
	text_str(l->out, ", ttl ");
	text_u64(l->out, entry & 0xff);
	text_char(l->out, ')');
	return is_last;
}

/* Nothing says what is inside but its first byte, or a label of its own. */
static bool print_content(struct line *l, struct cursor c, uint32_t length,
			  uint32_t label)
{
	uint8_t first = cursor_peek(&c);
	bool is_guessed = label != LABEL_IPV4 && label != LABEL_IPV6 &&
			  label != LABEL_IMPLICIT;

	if (is_guessed && length < 1)
		return true;
	if (is_guessed && !cursor_left(&c))
		return false;

	if (label == LABEL_IPV6 ||
	    (is_guessed && first >= 0x60 && first <= 0x6f)) {
		text_char(l->out, ' ');
		return ip6_print(l, c, length);
	}
	if (!is_guessed || (first >= 0x45 && first <= 0x4f)) {
		text_char(l->out, ' ');
		return ip_print(l, c, length);
	}
	if (first >= 0x81 && first <= 0x83)
		return layers_beyond(l, "isoclns");

	dump_ascii(l, layers_within(c, length));
	return cursor_left(&c) >= length;
}

bool mpls_print(struct line *l, struct cursor c, uint32_t length)
{
	uint32_t entry;

	l->protocol = "mpls";
	text_str(l->out, "MPLS");
	do {
		if (length < 4) {
			text_str(l->out, " (invalid)");
			return cursor_left(&c) >= length;
		}
		entry = cursor_be32(&c);
		if (!cursor_ok(&c))
			return false;
		length -= 4;
	} while (!print_label(l, entry));

	return print_content(l, c, length, entry >> 12);
}
