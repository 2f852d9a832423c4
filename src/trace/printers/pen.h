#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/*
 * Writing without asking each time whether there is room: pen_begin() reserves
 * for the longest that can follow, the others write and return where the next
 * one writes, pen_end() says where it stopped. For what every line has; all
 * else uses base/text.h.
 */

/* NULL when memory ran out; the text then stays as it is. */
static inline char *pen_begin(struct text *t, size_t most)
{
	if (!text_reserve(t, most))
		return NULL;

	return t->data + t->len;
}

static inline void pen_end(struct text *t, const char *p)
{
	t->len = (size_t)(p - t->data);
}

static inline char *pen_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

/* Not terminated. Of a constant, its length is one too. */
static inline char *pen_str(char *p, const char *s)
{
	return (char *)mempcpy(p, s, strlen(s));
}

/* Two digits of a number below 100. */
static inline char *pen_pair(char *p, unsigned value)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	memcpy(p, pairs + (size_t)2 * value, 2);
	return p + 2;
}

static inline unsigned pen_digits(uint32_t value)
{
	if (value < 100)
		return value < 10 ? 1 : 2;
	if (value < 10000)
		return value < 1000 ? 3 : 4;
	if (value < 1000000)
		return value < 100000 ? 5 : 6;
	if (value < 100000000)
		return value < 10000000 ? 7 : 8;

	return value < 1000000000 ? 9 : 10;
}

/* Up to 10 characters. */
static inline char *pen_u32(char *p, uint32_t value)
{
	unsigned digits = pen_digits(value);
	char *end = p + digits;

	for (; digits > 2; digits -= 2) {
		(void)pen_pair(p + digits - 2, value % 100);
		value /= 100;
	}

	if (digits == 2)
		(void)pen_pair(p, value);
	else
		*p = (char)('0' + value);
	return end;
}

/* Six digits: millionths. */
static inline char *pen_six(char *p, uint32_t value)
{
	p = pen_pair(p, value / 10000 % 100);
	p = pen_pair(p, value / 100 % 100);
	return pen_pair(p, value % 100);
}

/* One byte in decimal, up to 3 characters. */
static inline char *pen_octet(char *p, uint8_t value)
{
	if (value < 10)
		return pen_char(p, (char)('0' + value));
	if (value < 100)
		return pen_pair(p, value);

	p = pen_char(p, (char)('0' + value / 100));
	return pen_pair(p, value % 100);
}

/* An IPv4 address, up to 15 characters. */
static inline char *pen_dotted(char *p, const uint8_t v4[static 4])
{
	p = pen_char(pen_octet(p, v4[0]), '.');
	p = pen_char(pen_octet(p, v4[1]), '.');
	p = pen_char(pen_octet(p, v4[2]), '.');
	return pen_octet(p, v4[3]);
}

/* One byte as two hexadecimal digits. */
static inline char *pen_hex2(char *p, uint8_t value)
{
	static const char hex[] = "0123456789abcdef";

	p[0] = hex[value >> 4];
	p[1] = hex[value & 0xf];
	return p + 2;
}

/* Lower case, no leading zeros, up to 4 characters. */
static inline char *pen_hex16(char *p, uint16_t value)
{
	static const char hex[] = "0123456789abcdef";

	if (value > 0xfff)
		p = pen_char(p, hex[value >> 12]);
	if (value > 0xff)
		p = pen_char(p, hex[value >> 8 & 0xf]);
	if (value > 0xf)
		p = pen_char(p, hex[value >> 4 & 0xf]);
	return pen_char(p, hex[value & 0xf]);
}
