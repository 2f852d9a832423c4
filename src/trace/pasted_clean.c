#include "trace/pasted_clean.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "trace/pasted_scan.h"

enum {
	ESCAPE = 0x1b,
	TAG_MOST = 256, /* with its attributes */
};

/* Bytes that plain text of tcpdump's does not hold, or that begin something. */
static bool is_special(char c)
{
	uint8_t b = (uint8_t)c;

	return (b < ' ') | (b > '~') | (b == '&') | (b == '<');
}

/* Every line passes here: no branch and no early end, so that the compiler can
 * look at many bytes at a time. */
bool pasted_clean_needed(const char *s, size_t len)
{
	uint8_t needed = 0;

	for (size_t i = 0; i < len; i++)
		needed |= (uint8_t)is_special(s[i]);

	return needed;
}

static const struct {
	const char *name;
	char value;
} entities[] = {
	{ "gt;", '>' },   { "lt;", '<' },   { "quot;", '"' }, { "apos;", '\'' },
	{ "nbsp;", ' ' }, { "ensp;", ' ' }, { "emsp;", ' ' },
};

/* What a code point is in tcpdump's ASCII; 0: nothing at all, 0xff: it is
 * left as it stands. */
static uint8_t ascii_of(uint32_t point)
{
	if (point >= 0xff01 && point <= 0xff5e)
		return (uint8_t)(point - 0xff01 + '!');
	if (point == 0xa0 || point == 0x3000 || point == 0x202f ||
	    (point >= 0x2000 && point <= 0x200a))
		return ' ';
	if ((point >= 0x2010 && point <= 0x2015) || point == 0x2212)
		return '-';
	if (point == 0xad || point == 0xfeff ||
	    (point >= 0x200b && point <= 0x200f))
		return 0;

	return 0xff;
}

/* &#62; or &#x3e;, behind the "#". */
static bool entity_number(struct cursor *c, uint8_t *ret)
{
	struct cursor ahead = *c;
	uint32_t point = 0;

	if (SCAN(&ahead, "x") || SCAN(&ahead, "X")) {
		for (int i = 0; i < 6 && scan_is_hex(scan_at(&ahead, 0)); i++)
			point = point << 4 | scan_hex_digit(cursor_u8(&ahead));
	} else if (!scan_upto(&ahead, 0xffff, &point)) {
		return false;
	}

	if (!SCAN(&ahead, ";") || !point)
		return false;

	if (point >= 0x80)
		point = ascii_of(point);
	*ret = point < 0x20 ? ' ' : (uint8_t)point;
	*c = ahead;
	return point != 0xff;
}

/* An entity, behind its "&". Text that went through two editors has some that
 * are escaped twice, so what an &amp; leaves is looked at again. */
static uint8_t entity(struct cursor *c)
{
	while (SCAN(c, "amp;"))
		;

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		const char *name = entities[i].name;

		if (scan_bytes(c, name, strlen(name)))
			return (uint8_t)entities[i].value;
	}

	if (scan_at(c, 0) == '#') {
		struct cursor ahead = *c;
		uint8_t value = '&';

		cursor_skip(&ahead, 1);
		if (entity_number(&ahead, &value)) {
			*c = ahead;
			return value;
		}
	}

	return '&';
}

static const struct {
	const char *name;
	bool breaks;
} tags[] = {
	{ "br", true },    { "p", true },       { "div", true },
	{ "pre", true },   { "li", true },      { "tr", true },
	{ "ul", true },    { "table", true },   { "blockquote", true },
	{ "code", false }, { "tt", false },     { "span", false },
	{ "font", false }, { "b", false },      { "i", false },
	{ "em", false },   { "strong", false }, { "a", false },
	{ "td", false },   { "samp", false },   { "kbd", false },
	{ "u", false },    { "mark", false },   { "wbr", false },
};

/* Moves behind the ">", which is not far. */
static bool tag_end(struct cursor *c)
{
	struct cursor near = *c;
	size_t left = cursor_left(c);

	if (left > TAG_MOST)
		near.end = near.pos + TAG_MOST;
	if (!SCAN_FIND(&near, ">"))
		return false;

	cursor_skip(c, (size_t)(near.pos - c->pos));
	return true;
}

/* A tag, behind its "<". tcpdump 3 writes its TCP options in the same
 * brackets, so only tags that are known go. */
static bool tag(struct cursor *c, bool *breaks)
{
	struct cursor ahead = *c;
	struct scan_word w;

	(void)SCAN(&ahead, "/");
	w = (struct scan_word){ (const char *)ahead.pos, 0 };
	while (w.len < 12 && scan_is_letter(scan_at(&ahead, w.len)))
		w.len++;

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		uint8_t behind = scan_at(&ahead, w.len);

		if (strlen(tags[i].name) != w.len ||
		    strncasecmp(tags[i].name, w.s, w.len) != 0)
			continue;
		if (behind != '>' && behind != ' ' && behind != '/')
			return false;
		if (!tag_end(&ahead))
			return false;
		*breaks = tags[i].breaks;
		*c = ahead;
		return true;
	}

	return false;
}

/* ESC [ … letter, behind the ESC. */
static void escape_skip(struct cursor *c)
{
	struct cursor ahead = *c;

	if (!SCAN(&ahead, "["))
		return;

	while (scan_is_digit(scan_at(&ahead, 0)) || scan_at(&ahead, 0) == ';')
		cursor_skip(&ahead, 1);
	if (scan_is_letter(scan_at(&ahead, 0))) {
		cursor_skip(&ahead, 1);
		*c = ahead;
	}
}

/* A character beyond ASCII, its first byte included. */
static void wide(struct text *out, struct cursor *c)
{
	uint8_t first = scan_at(c, 0);
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t point = first & (0xffU >> (len + 1));
	uint8_t as_ascii;

	for (size_t i = 1; i < len; i++) {
		uint8_t b = scan_at(c, i);

		/* Not UTF-8: another encoding, or the marks of UTF-16. */
		if (first < 0xc0 || (b & 0xc0) != 0x80) {
			if (first < 0xfe)
				text_char(out, (char)first);
			cursor_skip(c, 1);
			return;
		}
		point = point << 6 | (b & 0x3fU);
	}

	as_ascii = ascii_of(point);
	if (as_ascii == 0xff) {
		text_bytes(out, c->pos, len);
	} else if (as_ascii) {
		text_char(out, (char)as_ascii);
	}
	cursor_skip(c, len);
}

static void special_byte(struct text *out, struct cursor *c)
{
	bool breaks = false;
	uint8_t b = scan_at(c, 0);

	if (b >= 0x80) {
		wide(out, c);
		return;
	}

	cursor_skip(c, 1);
	if (b == '&') {
		text_char(out, (char)entity(c));
	} else if (b == '<') {
		if (!tag(c, &breaks)) {
			text_char(out, '<');
		} else if (breaks) {
			text_char(out, '\n');
		}
	} else if (b == '\t') {
		text_fill(out, ' ', 8);
	} else if (b == ESCAPE) {
		escape_skip(c);
	}
	/* The rest just goes; so do the zeros that UTF-16 has everywhere. */
}

void pasted_clean_bytes(struct text *out, const char *s, size_t len)
{
	struct cursor c = cursor_over(s, len);

	while (!scan_ended(&c)) {
		size_t plain = 0;

		while (plain < cursor_left(&c) &&
		       !is_special((char)c.pos[plain]))
			plain++;
		text_bytes(out, c.pos, plain);
		cursor_skip(&c, plain);
		if (!scan_ended(&c))
			special_byte(out, &c);
	}
}

struct pasted_prefix pasted_clean_prefix(const char *s, size_t len,
					 unsigned levels)
{
	struct pasted_prefix p = { 0 };

	for (; p.len < len; p.len++) {
		char c = s[p.len];

		if (c == ' ') {
			p.indent++;
		} else if ((c == '>' || c == '|') && p.quotes < levels) {
			p.quotes++;
			p.indent = 0;
		} else if (c != '`') {
			break;
		}
		p.framed |= c == '|' || c == '`';
	}

	return p;
}
