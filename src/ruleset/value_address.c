#include <arpa/inet.h>
#include <string.h>

#include "ruleset/field.h"
#include "ruleset/value_names.h"

static const u128 all_ones = ~(u128)0;

/* The bits of an address that are not IPv4's own: ::ffff:0:0. */
static const u128 v4 = (u128)0xffff << 32;

/* "10", "10.1", "10.1.2": what is missing is zero, where a mask follows. */
static bool short_v4(const char *s, size_t len, u128 *ret)
{
	u128 value = 0;
	unsigned parts = 0, part = 0, digits = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && s[i] >= '0' && s[i] <= '9' && digits < 3) {
			part = part * 10 + (unsigned)(s[i] - '0');
			digits++;
			continue;
		}
		if ((i < len && s[i] != '.') || !digits || part > 255 ||
		    parts == 4)
			return false;
		value = value << 8 | part;
		parts++;
		part = digits = 0;
	}

	*ret = v4 | value << 8 * (4 - parts);
	return true;
}

static int one(const char *s, size_t len, bool may_be_short, u128 *ret)
{
	struct address a;

	if (address_parse(&a, s, len))
		*ret = field_from_address(&a);
	else if (len == 9 && memcmp(s, "localhost", 9) == 0)
		*ret = v4 | 0x7f000001;
	else if (!may_be_short || !short_v4(s, len, ret))
		return memchr(s, ':', len) ? VALUE_MALFORMED
					   : VALUE_NO_SUCH_NAME;

	return 0;
}

/* What is read need not end with a zero. */
static bool is_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;

	return len;
}

/* A length of a prefix, or a mask, as ones from bit 0 to 127. */
static int mask_of(const char *s, size_t len, bool is_v4, u128 *ret)
{
	unsigned width = is_v4 ? 32 : 128, length = 0;
	struct address a;
	u128 mask;

	if (len <= 3 && is_digits(s, len)) {
		for (size_t i = 0; i < len; i++)
			length = length * 10 + (unsigned)(s[i] - '0');
		if (length > width)
			return VALUE_TOO_BIG;
		length += 128 - width;
		*ret = length ? all_ones << (128 - length) : 0;
		return 0;
	}

	if (!address_parse(&a, s, len) || address_is_v4(&a) != is_v4)
		return VALUE_MALFORMED;

	mask = field_from_address(&a);
	*ret = is_v4 ? mask | all_ones << 32 : mask;
	return 0;
}

static bool is_prefix(u128 mask)
{
	u128 open = ~mask;

	return !(open & (open + 1));
}

static int dashed(const char *s, size_t len, const char *dash,
		  struct range *ret)
{
	size_t head = (size_t)(dash - s);
	int err = one(s, head, false, &ret->first);

	if (!err)
		err = one(dash + 1, len - head - 1, false, &ret->last);
	if (!err && ret->first > ret->last)
		err = VALUE_BACKWARDS;
	return err;
}

int value_address(const struct value_form *f, const char *s, size_t len,
		  struct range *ret, u128 *ret_mask)
{
	const char *dash = memchr(s, '-', len);
	const char *slash = memchr(s, '/', len);
	size_t head = slash ? (size_t)(slash - s) : len;
	u128 value, mask = all_ones;
	int err;

	/* Names of hosts have hyphens, too. */
	if (dash && !dashed(s, len, dash, ret))
		return 0;

	err = one(s, head, slash, &value);
	if (err)
		return err;
	/* localhost */
	if (f->is_v6 && head == 9 && s[0] == 'l')
		value = 1;
	if (slash)
		err = mask_of(slash + 1, len - head - 1, !memchr(s, ':', head),
			      &mask);
	if (err)
		return err;

	value &= mask;
	if (is_prefix(mask)) {
		*ret = (struct range){ value, value | ~mask };
	} else {
		*ret = (struct range){ value, value };
		*ret_mask = mask;
	}
	return 0;
}
