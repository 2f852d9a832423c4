#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing string: what every line, document and message is built in.
 *
 * Appending never fails visibly. When memory runs out the text stops growing
 * and text_ok() turns false; ask once, before it is used. The string is not
 * terminated until text_string() is called. Numbers are written without
 * printf(), because a packet line has a dozen of them and there are millions
 * of lines.
 */
struct text {
	char *data;
	size_t len;
	size_t size; /* allocated bytes */
	bool failed;
};

#define TEXT_NULL ((struct text){ 0 })

void text_done(struct text *t);
bool text_ok(const struct text *t);

/* Forget the content, keep the memory. */
void text_clear(struct text *t);

/* Cut back to len bytes; nothing happens when it is no longer than that. */
void text_cut(struct text *t, size_t len);

/* The content, zero-terminated; owned by t, valid until the next change. An
 * empty string when memory ran out. */
const char *text_string(struct text *t);

/* Its bytes, not terminated: of one that may not be changed. */
static inline const char *text_data(const struct text *t)
{
	return t->len ? t->data : "";
}

/* The content as a malloc()ed string of the caller's; t is empty after. NULL
 * when memory ran out. */
char *text_steal(struct text *t);

/* Room for at least more bytes; false when there is none. */
bool text_reserve(struct text *t, size_t more);

void text_bytes(struct text *t, const void *data, size_t len);
void text_str(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_fill(struct text *t, char c, size_t count);
void text_u64(struct text *t, uint64_t value);
void text_i64(struct text *t, int64_t value);

/* Decimal with leading zeros up to digits. */
void text_u64_padded(struct text *t, uint64_t value, unsigned digits);

/* Hexadecimal in lower case, without 0x, with leading zeros up to digits. */
void text_hex(struct text *t, uint64_t value, unsigned digits);

/* Anything else, as printf() would write it. */
__attribute__((format(printf, 2, 3))) void text_format(struct text *t,
						       const char *format, ...);
__attribute__((format(printf, 2, 0))) void
text_format_list(struct text *t, const char *format, va_list ap);

/* Whether two strings, which may be NULL, are the same. */
bool text_same(const char *x, const char *y);

/* Bytes of the UTF-8 sequence of two or more bytes at s (RFC 3629), which is
 * terminated; 0 if it is none. */
size_t text_utf8_length(const unsigned char *s);

/* Columns that the first len bytes of s, UTF-8, take in a terminal: two for
 * what East Asian fonts write full width (Unicode's UAX 11), none for what is
 * put over the letter before. A byte that is no UTF-8 takes one. */
size_t text_width(const char *s, size_t len);
