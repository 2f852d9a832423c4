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
static char *pen_pairs(char *p, const uint8_t *row, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (i % 2 == 0)
			p = pen_char(p, ' ');
		p = pen_hex2(p, row[i]);
	}
	return p;
}

void dump_ascii(struct line *l, struct cursor c)
{
	for (size_t offset = 0; cursor_left(&c); offset += ROW) {
		size_t len = cursor_left(&c) < ROW ? cursor_left(&c) : ROW;
		const uint8_t *row = cursor_bytes(&c, len);
		char *p = pen_begin(l->out, 128);
		char *column;

		if (!p)
			return;

		p = pen_offset(p, offset);
		column = p + 40; /* eight pairs, then the characters */
		p = pen_pairs(p, row, len);
		while (p < column)
			p = pen_char(p, ' ');

		p = pen_str(p, "  ");
		for (size_t i = 0; i < len; i++) {
			bool is_graph = row[i] > 0x20 && row[i] < 0x7f;

			p = pen_char(p, (char)(is_graph ? row[i] : '.'));
		}
		pen_end(l->out, p);
	}
}

void dump_hex(struct line *l, struct cursor c)
{
	for (size_t offset = 0; cursor_left(&c); offset += ROW) {
		size_t len = cursor_left(&c) < ROW ? cursor_left(&c) : ROW;
		const uint8_t *row = cursor_bytes(&c, len);
		char *p = pen_begin(l->out, 128);

		if (!p)
			return;

		p = pen_offset(p, offset);
		pen_end(l->out, pen_pairs(p, row, len));
	}
}
