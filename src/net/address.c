#include "net/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/cursor.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool address_is_v4(const struct address *a)
{
	return !memcmp(a->bytes, mapped, sizeof(mapped));
}

bool address_is_group(const struct address *a)
{
	if (!address_is_v4(a))
		return a->bytes[0] == 0xff;

	return (a->bytes[12] & 0xf0) == 0xe0 ||
	       !memcmp(a->bytes + 12, "\xff\xff\xff\xff", 4);
}

bool address_is_loopback(const struct address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (address_is_v4(a))
		return a->bytes[12] == 127;

	return !memcmp(a->bytes, one, sizeof(one));
}

void address_text(struct text *out, const struct address *a)
{
	char buffer[INET6_ADDRSTRLEN];

	if (!address_is_v4(a)) {
		text_str(out,
			 inet_ntop(AF_INET6, a->bytes, buffer, sizeof(buffer)));
		return;
	}

	for (int i = 12; i < 16; i++) {
		if (i > 12)
			text_char(out, '.');
		text_u64(out, a->bytes[i]);
	}
}

static int hex_digit(uint8_t b)
{
	if (b >= '0' && b <= '9')
		return b - '0';
	b |= 0x20;
	return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

/* Up to four hex digits; false without any, or with more. */
static bool parse_group(struct cursor *c, uint16_t *ret)
{
	uint16_t group = 0;
	int digits = 0;
	int digit;

	while (cursor_left(c) && (digit = hex_digit(cursor_peek(c))) >= 0) {
		group = (uint16_t)(group << 4 | digit);
		cursor_skip(c, 1);
		digits++;
	}

	*ret = group;
	return digits > 0 && digits <= 4;
}

/* What IPv6 addresses look like nearly always: groups, with one gap or none.
 * False says nothing: inet_pton() has the last word. */
static bool parse_plain(struct address *ret, struct cursor c)
{
	enum { GROUPS = 8 };

	uint16_t groups[GROUPS];
	int count = 0, gap = -1;

	if (cursor_left(&c) >= 2 && !memcmp(c.pos, "::", 2)) {
		cursor_skip(&c, 2);
		gap = 0;
	}
	while (cursor_left(&c)) {
		if (count == GROUPS || !parse_group(&c, &groups[count]))
			return false;
		count++;
		if (!cursor_left(&c))
			break;
		if (cursor_u8(&c) != ':' || !cursor_left(&c))
			return false;
		if (cursor_peek(&c) != ':')
			continue;
		if (gap >= 0)
			return false;
		cursor_skip(&c, 1);
		gap = count;
	}
	if (gap < 0 ? count != GROUPS : count == GROUPS)
		return false;

	*ret = (struct address){ { 0 } };
	for (int i = 0; i < count; i++) {
		int at = gap >= 0 && i >= gap ? GROUPS - count + i : i;
		uint8_t *to = ret->bytes + 2 * (size_t)at;

		to[0] = (uint8_t)(groups[i] >> 8);
		to[1] = (uint8_t)groups[i];
	}

	return true;
}

bool address_parse(struct address *ret, const char *s, size_t len)
{
	char buffer[INET6_ADDRSTRLEN];
	struct address a;

	if (!len || len >= sizeof(buffer))
		return false;
	if (parse_plain(ret, cursor_over(s, len)))
		return true;

	memcpy(buffer, s, len);
	buffer[len] = '\0';
	if (inet_pton(AF_INET, buffer, a.bytes + 12) == 1)
		memcpy(a.bytes, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, buffer, a.bytes) != 1)
		return false;

	*ret = a;
	return true;
}

const char *address_part(const char *s, uint32_t *ret)
{
	uint64_t value = 0;
	unsigned base = 10;

	if (!isdigit((unsigned char)*s))
		return NULL;

	if (s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    isxdigit((unsigned char)s[2])) {
		base = 16;
		s += 2;
	} else if (s[0] == '0') {
		base = 8;
	}
	for (; isxdigit((unsigned char)*s) && value <= UINT32_MAX; s++) {
		unsigned digit = isdigit((unsigned char)*s)
					 ? (unsigned)*s - '0'
					 : (unsigned)(*s | 0x20) - 'a' + 10;

		if (digit >= base)
			return NULL;
		value = value * base + digit;
	}
	*ret = (uint32_t)value;
	return value <= UINT32_MAX ? s : NULL;
}
