#include "net/address.h"

#include <arpa/inet.h>
#include <string.h>

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

bool address_parse(struct address *ret, const char *s, size_t len)
{
	char buffer[INET6_ADDRSTRLEN];
	struct address a;

	if (!len || len >= sizeof(buffer))
		return false;

	memcpy(buffer, s, len);
	buffer[len] = '\0';
	if (inet_pton(AF_INET, buffer, a.bytes + 12) == 1)
		memcpy(a.bytes, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, buffer, a.bytes) != 1)
		return false;

	*ret = a;
	return true;
}
