#include "report/wrap.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* One character: its bytes and its columns. */
struct glyph {
	size_t len, columns;
	uint32_t code;
};

static uint32_t decode(const unsigned char *s, size_t len)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = s[0] & mask[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | (s[i] & 0x3f);

	return code;
}

/* Full-width by UAX 11, as far as messages use it: CJK, kana, full-width
 * forms. */
static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) ||
	       (c >= 0x3041 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
	       (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

static struct glyph glyph_at(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = *s < 0x80 ? 1 : text_utf8_length(s);
	struct glyph g = { .len = len ? len : 1, .columns = 1, .code = *s };

	if (len > 1) {
		g.code = decode(s, len);
		g.columns = is_wide(g.code) ? 2 : 1;
	}

	return g;
}

size_t wrap_columns(const char *text)
{
	size_t columns = 0;

	while (*text) {
		struct glyph g = glyph_at(text);

		columns += g.columns;
		text += g.len;
	}

	return columns;
}

/* What must not begin a line, and what must not end one. */
static bool is_closing(uint32_t c)
{
	static const uint32_t marks[] = {
		0x3001, 0x3002, 0x300d, 0x300f, 0x3011, 0x30fc, 0xff01, 0xff09,
		0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, ')',    ',',    '.',
		';',    ':',    '!',    '?',    0x30fb, 0x3063, 0x30c3
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (marks[i] == c)
			return true;

	/* Small kana: a, i, u, e, o; ya, yu, yo; of both alphabets. */
	if (c >= 0x30a0 && c <= 0x30f4)
		c -= 0x60;
	return (c >= 0x3041 && c <= 0x3049 && (c & 1)) ||
	       (c >= 0x3083 && c <= 0x3087 && (c & 1));
}

static bool is_opening(uint32_t c)
{
	return c == 0x300c || c == 0x300e || c == 0x3010 || c == 0xff08 ||
	       c == '(';
}

/* The bytes of the next piece that is not broken, and its columns. */
static size_t piece(const char *s, size_t *columns)
{
	size_t len = 0;
	uint32_t last = ' ';

	*columns = 0;
	while (s[len] && s[len] != ' ' && s[len] != '\n') {
		struct glyph g = glyph_at(s + len);
		bool may_break = (is_wide(g.code) || is_wide(last)) &&
				 !is_closing(g.code) && !is_opening(last);

		if (len && may_break)
			break;
		len += g.len;
		*columns += g.columns;
		last = g.code;
	}

	return len;
}

void wrap_text(struct text *out, const char *text, size_t at, size_t indent,
	       size_t width)
{
	bool is_first = true; /* of its line */
	size_t spaces = 0;

	while (*text) {
		size_t columns, len = piece(text, &columns);

		if (*text == ' ') {
			spaces++;
			text++;
			continue;
		}
		if (*text == '\n' ||
		    (!is_first && at + spaces + columns > width)) {
			text_char(out, '\n');
			text_fill(out, ' ', indent);
			at = indent;
			is_first = true;
			spaces = 0;
			text += *text == '\n';
			if (!len)
				continue;
		}
		text_fill(out, ' ', spaces);
		text_bytes(out, text, len);
		at += spaces + columns;
		text += len;
		spaces = 0;
		is_first = false;
	}
}
