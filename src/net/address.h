#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* An IPv4 or IPv6 address; IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that
 * sixteen bytes compare and hash alike for both. */
struct address {
	uint8_t bytes[16];
};

struct address address_v4(uint32_t host_order);
struct address address_v6(const uint8_t bytes[static 16]);

bool address_is_v4(const struct address *a);
bool address_equal(const struct address *a, const struct address *b);

/* 224.0.0.0/4 and ff00::/8, or 255.255.255.255. */
bool address_is_group(const struct address *a);
bool address_is_loopback(const struct address *a);

/* As inet_ntop() would; IPv4 dotted. */
void address_text(struct text *out, const struct address *a);

/* Reads either form, len bytes at s, all of them. */
bool address_parse(struct address *ret, const char *s, size_t len);
