#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

/*
 * Reading words and numbers off one line of text.
 *
 * All of these look before they take: the cursor never turns bad, and what
 * does not fit is left where it stands.
 */
struct scan_word {
	const char *s;
	size_t len;
};

/* The byte i places ahead, 0 behind the end. */
static inline uint8_t scan_at(const struct cursor *c, size_t i)
{
	return i < cursor_left(c) ? c->pos[i] : 0;
}

static inline bool scan_ended(const struct cursor *c)
{
	return !cursor_left(c);
}

static inline bool scan_is_digit(uint8_t b)
{
	return b >= '0' && b <= '9';
}

static inline bool scan_is_hex(uint8_t b)
{
	return scan_is_digit(b) || (b >= 'a' && b <= 'f') ||
	       (b >= 'A' && b <= 'F');
}

static inline bool scan_is_letter(uint8_t b)
{
	return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
}

static inline bool scan_sees_bytes(const struct cursor *c, const char *s,
				   size_t len)
{
	/* Most differ at once: no call for those. */
	if (!len || cursor_left(c) < len || *c->pos != (uint8_t)*s)
		return !len;

	return !memcmp(c->pos, s, len);
}

static inline bool scan_bytes(struct cursor *c, const char *s, size_t len)
{
	if (!scan_sees_bytes(c, s, len))
		return false;

	cursor_skip(c, len);
	return true;
}

/* For string literals: is it next, and take it if it is. */
#define SCAN_SEES(c, literal) scan_sees_bytes(c, literal, sizeof(literal) - 1)
#define SCAN(c, literal) scan_bytes(c, literal, sizeof(literal) - 1)

static inline void scan_blanks(struct cursor *c)
{
	while (scan_at(c, 0) == ' ')
		cursor_skip(c, 1);
}

/* Decimal; stays at its maximum instead of wrapping. */
static inline bool scan_u64(struct cursor *c, uint64_t *ret)
{
	const uint8_t *digits = c->pos;
	size_t left = cursor_left(c);
	uint64_t value = 0;
	size_t i = 0;

	for (; i < left && scan_is_digit(digits[i]); i++) {
		unsigned digit = digits[i] - (unsigned)'0';

		/* Nineteen digits always fit. */
		if (i >= 19 && value > (UINT64_MAX - digit) / 10) {
			value = UINT64_MAX;
		} else {
			value = value * 10 + digit;
		}
	}
	if (!i)
		return false;

	cursor_skip(c, i);
	*ret = value;
	return true;
}

/* As scan_u64(); numbers above max are not taken. */
static inline bool scan_upto(struct cursor *c, uint32_t max, uint32_t *ret)
{
	struct cursor ahead = *c;
	uint64_t value;

	if (!scan_u64(&ahead, &value) || value > max)
		return false;

	*c = ahead;
	*ret = (uint32_t)value;
	return true;
}

static inline bool scan_u32(struct cursor *c, uint32_t *ret)
{
	return scan_upto(c, UINT32_MAX, ret);
}

static inline bool scan_u16(struct cursor *c, uint16_t *ret)
{
	uint32_t value;

	if (!scan_upto(c, UINT16_MAX, &value))
		return false;

	*ret = (uint16_t)value;
	return true;
}

static inline bool scan_u8(struct cursor *c, uint8_t *ret)
{
	uint32_t value;

	if (!scan_upto(c, UINT8_MAX, &value))
		return false;

	*ret = (uint8_t)value;
	return true;
}

static inline unsigned scan_hex_digit(uint8_t b)
{
	return scan_is_digit(b) ? b - (unsigned)'0'
				: (b | 0x20) - (unsigned)'a' + 10;
}

/* Up to the next blank or the end; may be empty. */
static inline struct scan_word scan_word(struct cursor *c)
{
	size_t left = cursor_left(c);
	const uint8_t *end = left ? memchr(c->pos, ' ', left) : NULL;
	size_t len = end ? (size_t)(end - c->pos) : left;
	struct scan_word w = { (const char *)c->pos, len };

	cursor_skip(c, len);
	return w;
}

static inline struct cursor scan_over(struct scan_word w)
{
	return cursor_over(w.s, w.len);
}

static inline bool scan_word_is(struct scan_word w, const char *s)
{
	return strlen(s) == w.len && !memcmp(w.s, s, w.len);
}

/* Moves behind the first place where s stands; false leaves the cursor. */
static inline bool scan_find_bytes(struct cursor *c, const char *s, size_t len)
{
	size_t left = cursor_left(c);
	const uint8_t *found = left ? memmem(c->pos, left, s, len) : NULL;

	if (!found)
		return false;

	cursor_skip(c, (size_t)(found - c->pos) + len);
	return true;
}

#define SCAN_FIND(c, literal) scan_find_bytes(c, literal, sizeof(literal) - 1)

/* Moves behind the bracket that closes the one read last; false when none
 * does. Brackets of other kinds are not looked at. */
bool pasted_scan_close(struct cursor *c, char open, char close);
