#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* An IPv4 or IPv6 address; IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that
 * sixteen bytes compare and hash alike for both. */
struct address {
	uint8_t bytes[16];
};

static inline struct address address_v4(uint32_t host_order)
{
	return (struct address){ { [10] = 0xff,
				   [11] = 0xff,
				   [12] = (uint8_t)(host_order >> 24),
				   [13] = (uint8_t)(host_order >> 16),
				   [14] = (uint8_t)(host_order >> 8),
				   [15] = (uint8_t)host_order } };
}

static inline struct address address_v6(const uint8_t bytes[static 16])
{
	struct address a;

	memcpy(a.bytes, bytes, sizeof(a.bytes));
	return a;
}

/* Two words are compared: quicker than a call for sixteen bytes, and flows are
 * looked up millions of times. */
static inline bool address_equal(const struct address *a,
				 const struct address *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->bytes, sizeof(x));
	memcpy(y, b->bytes, sizeof(y));
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]));
}

bool address_is_v4(const struct address *a);

/* 224.0.0.0/4 and ff00::/8, or 255.255.255.255. */
bool address_is_group(const struct address *a);
bool address_is_loopback(const struct address *a);

/* As inet_ntop() would; IPv4 dotted. */
void address_text(struct text *out, const struct address *a);

/* Reads either form, len bytes at s, all of them. */
bool address_parse(struct address *ret, const char *s, size_t len);

/* One part of an IPv4 address as inet_aton(3) has it: decimal, octal (010) or
 * hexadecimal (0x10), up to 32 bits. What stands behind it; NULL: it is none. */
const char *address_part(const char *s, uint32_t *ret);
