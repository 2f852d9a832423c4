#include "trace/printers/layers.h"
#include "trace/printers/pen.h"

enum {
	ROW = 16, /* bytes */
};

static char *pen_offset(char *p, size_t offset)
{
	p = pen_str(p, "\n\t0x");
	if (offset > 0xffff)
		p = pen_hex16(p, (uint16_t)(offset >> 16));
	p = pen_hex2(p, (uint8_t)(offset >> 8));
	p = pen_hex2(p, (uint8_t)offset);
	return pen_str(p, ": ");
}

/* Pairs of bytes, each pair after a blank. */
static char *pen_pairs(char *p, struct cursor row)
{
	for (bool is_first = true; cursor_left(&row); is_first = !is_first) {
		if (is_first)
			p = pen_char(p, ' ');
		p = pen_hex2(p, cursor_u8(&row));
	}
	return p;
}

void dump_ascii(struct line *l, struct cursor c)
{
	for (size_t offset = 0; cursor_left(&c); offset += ROW) {
		struct cursor row = cursor_take_most(&c, ROW);
		char *p = pen_begin(l->out, 128);
		char *column;

		if (!p)
			return;

		p = pen_offset(p, offset);
		column = p + 40; /* eight pairs, then the characters */
		p = pen_pairs(p, row);
		while (p < column)
			p = pen_char(p, ' ');

		p = pen_str(p, "  ");
		while (cursor_left(&row)) {
			uint8_t byte = cursor_u8(&row);

			if (byte <= 0x20 || byte >= 0x7f)
				byte = '.';
			p = pen_char(p, (char)byte);
		}
		pen_end(l->out, p);
	}
}

void dump_hex(struct line *l, struct cursor c)
{
	for (size_t offset = 0; cursor_left(&c); offset += ROW) {
		struct cursor row = cursor_take_most(&c, ROW);
		char *p = pen_begin(l->out, 128);

		if (!p)
			return;

		p = pen_offset(p, offset);
		pen_end(l->out, pen_pairs(p, row));
	}
}
