#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_done(struct text *t)
{
	if (!t)
		return;

	free(t->data);
	*t = TEXT_NULL;
}

bool text_ok(const struct text *t)
{
	return !t->failed;
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->failed = false;
}

void text_cut(struct text *t, size_t len)
{
	if (len < t->len)
		t->len = len;
}

static bool grow(struct text *t, size_t more)
{
	size_t size = t->size ? t->size : 128;
	char *data;

	if (t->failed || more > SIZE_MAX / 4 - t->len) {
		t->failed = true;
		return false;
	}

	while (size < t->len + more)
		size *= 2;

	data = realloc(t->data, size);
	if (!data) {
		t->failed = true;
		return false;
	}

	t->data = data;
	t->size = size;
	return true;
}

bool text_reserve(struct text *t, size_t more)
{
	if (more <= t->size - t->len && !t->failed)
		return true;

	return grow(t, more);
}

const char *text_string(struct text *t)
{
	if (!text_reserve(t, 1))
		return "";

	t->data[t->len] = '\0';
	return t->data;
}

char *text_steal(struct text *t)
{
	char *s = NULL;

	if (text_reserve(t, 1)) {
		t->data[t->len] = '\0';
		s = t->data;
		t->data = NULL;
	}

	text_done(t);
	return s;
}

void text_bytes(struct text *t, const void *data, size_t len)
{
	if (!len || !text_reserve(t, len))
		return;

	memcpy(t->data + t->len, data, len);
	t->len += len;
}

void text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
	if (text_reserve(t, 1))
		t->data[t->len++] = c;
}

void text_fill(struct text *t, char c, size_t count)
{
	if (!count || !text_reserve(t, count))
		return;

	memset(t->data + t->len, c, count);
	t->len += count;
}

void text_u64_padded(struct text *t, uint64_t value, unsigned digits)
{
	char buffer[24];
	char *end = buffer + sizeof(buffer);
	char *p = end;

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);

	if (digits > (size_t)(end - p))
		text_fill(t, '0', digits - (size_t)(end - p));
	text_bytes(t, p, (size_t)(end - p));
}

void text_u64(struct text *t, uint64_t value)
{
	text_u64_padded(t, value, 1);
}

void text_i64(struct text *t, int64_t value)
{
	if (value < 0)
		text_char(t, '-');
	text_u64(t, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void text_hex(struct text *t, uint64_t value, unsigned digits)
{
	static const char hex[] = "0123456789abcdef";
	char buffer[16];
	char *end = buffer + sizeof(buffer);
	char *p = end;

	do {
		*--p = hex[value & 0xf];
		value >>= 4;
	} while (value);

	if (digits > (size_t)(end - p))
		text_fill(t, '0', digits - (size_t)(end - p));
	text_bytes(t, p, (size_t)(end - p));
}

void text_format_list(struct text *t, const char *format, va_list ap)
{
	va_list again;
	int len;

	if (!text_reserve(t, 64))
		return;

	va_copy(again, ap);
	len = vsnprintf(t->data + t->len, t->size - t->len, format, ap);
	if (len >= 0 && (size_t)len >= t->size - t->len) {
		if (!text_reserve(t, (size_t)len + 1)) {
			va_end(again);
			return;
		}
		len = vsnprintf(t->data + t->len, t->size - t->len, format,
				again);
	}
	va_end(again);
	if (len < 0)
		t->failed = true;
	else
		t->len += (size_t)len;
}

void text_format(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_format_list(t, format, ap);
	va_end(ap);
}

bool text_same(const char *x, const char *y)
{
	return x == y || (x && y && strcmp(x, y) == 0);
}

size_t text_utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first, last, low, high;
		unsigned char len;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (*s < rows[i].first || *s > rows[i].last)
			continue;
		if (s[1] < rows[i].low || s[1] > rows[i].high)
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return rows[i].len;
	}

	return 0;
}

/* The code point of a sequence that text_utf8_length() measured. */
static uint32_t code_point(const unsigned char *s, size_t len)
{
	uint32_t c = s[0] & (0xffU >> (len + 1));

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);

	return c;
}

static size_t width_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
		size_t width;
	} rows[] = {
		{ 0x0300, 0x036f, 0 },   { 0x1100, 0x115f, 2 },
		{ 0x200b, 0x200f, 0 },   { 0x2e80, 0x303e, 2 },
		{ 0x3099, 0x309a, 0 },   { 0x3041, 0xa4cf, 2 },
		{ 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },
		{ 0xfe00, 0xfe0f, 0 },   { 0xfe30, 0xfe6f, 2 },
		{ 0xff01, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
		{ 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (c >= rows[i].first && c <= rows[i].last)
			return rows[i].width;

	return 1;
}

size_t text_width(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + len;
	size_t width = 0;

	while (p < end && *p) {
		size_t n = *p < 0x80 ? 1 : text_utf8_length(p);

		if (n > (size_t)(end - p))
			n = 0;
		width += n > 1 ? width_of(code_point(p, n)) : 1;
		p += n ? n : 1;
	}

	return width;
}
