#include "ruleset/value.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/text.h"
#include "net/service.h"
#include "ruleset/field.h"
#include "ruleset/value_names.h"

static const u128 all_ones = ~(u128)0;

/* strtoull() with base 0, without signs, spaces and its 64 bits' wrap. */
static int number(const char *s, size_t len, u128 *ret)
{
	unsigned base = 10, digits = 0;
	u128 value = 0;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		i = 2;
	} else if (len > 1 && s[0] == '0') {
		base = 8;
	}

	for (; i < len; i++, digits++) {
		unsigned c = (unsigned char)s[i];
		unsigned d = c - '0' < 10 ? c - '0' : (c | 32) - 'a' + 10;

		if (d >= base || (c >= 'A' && c < 'a' && c > 'F'))
			return VALUE_MALFORMED;
		if (value > (all_ones - d) / base)
			return VALUE_TOO_BIG;
		value = value * base + d;
	}

	if (!digits)
		return VALUE_MALFORMED;

	*ret = value;
	return 0;
}

static bool fits(u128 value, unsigned bits)
{
	return bits == 0 || bits >= 128 || value >> bits == 0;
}

static unsigned type_bits(const struct value_form *f)
{
	static const uint8_t bits[VALUE_TYPE_COUNT] = {
		[VALUE_FAMILY] = 8,      [VALUE_PROTOCOL] = 8,
		[VALUE_PORT] = 16,       [VALUE_TCP_FLAGS] = 8,
		[VALUE_ICMP] = 16,       [VALUE_ICMP6] = 16,
		[VALUE_CT_STATE] = 3,    [VALUE_MARK] = 32,
		[VALUE_PACKET_TYPE] = 3, [VALUE_ADDRESS_TYPE] = 4,
		[VALUE_USER] = 32,       [VALUE_GROUP] = 32,
		[VALUE_DSCP] = 6,        [VALUE_TOS] = 8,
	};

	return f->bits ? f->bits : bits[f->type];
}

static int user(enum value_type type, const char *s, size_t len, u128 *ret)
{
	char name[64], buffer[4096];
	struct passwd p, *found_user = NULL;
	struct group g, *found_group = NULL;

	if (!len || len >= sizeof(name) || memchr(s, '\0', len))
		return VALUE_MALFORMED;

	memcpy(name, s, len);
	name[len] = '\0';
	if (type == VALUE_USER) {
		if (getpwnam_r(name, &p, buffer, sizeof(buffer), &found_user) ||
		    !found_user)
			return VALUE_NO_SUCH_NAME;
		*ret = p.pw_uid;
		return 0;
	}

	if (getgrnam_r(name, &g, buffer, sizeof(buffer), &found_group) ||
	    !found_group)
		return VALUE_NO_SUCH_NAME;
	*ret = g.gr_gid;
	return 0;
}

/* RFC 6335, 5.1: a service's name has a letter, and nothing that parts ranges
 * but hyphens. To look one up is to read /etc/services. */
static bool may_be_service(const char *s, size_t len)
{
	bool has_letter = false;

	for (size_t i = 0; i < len; i++) {
		unsigned c = (unsigned char)s[i] | 32;

		if (s[i] == ':')
			return false;
		has_letter = has_letter || c - 'a' < 26;
	}

	return has_letter;
}

/* One number or name. */
static int one(const struct value_form *f, const char *s, size_t len, u128 *ret)
{
	uint16_t port;
	int err;

	if (value_names_find(f->choices, s, len, ret) ||
	    value_names_find(value_names(f->type, f->dialect), s, len, ret))
		return 0;

	err = number(s, len, ret);
	if (!err)
		return fits(*ret, type_bits(f)) ? 0 : VALUE_TOO_BIG;
	if (err == VALUE_TOO_BIG)
		return err;

	if (f->type == VALUE_PORT) {
		if (!may_be_service(s, len) ||
		    !service_port(s, len, f->protocol, &port))
			return VALUE_NO_SUCH_NAME;
		*ret = port;
		return 0;
	}
	if (f->type == VALUE_USER || f->type == VALUE_GROUP)
		return user(f->type, s, len, ret);
	return VALUE_MALFORMED;
}

/* Where the range's two halves are parted; len: nowhere. iptables parts ports
 * and lengths by a colon, users and processors by a hyphen. */
static size_t parting(const struct value_form *f, const char *s, size_t len)
{
	const char *at = NULL;

	if (f->dialect == VALUE_IPTABLES)
		at = memchr(s, ':', len);
	if (!at && (f->dialect == VALUE_NFT || f->type == VALUE_NUMBER ||
		    f->type == VALUE_USER || f->type == VALUE_GROUP))
		at = memchr(s, '-', len);
	/* Only the colon may leave an end open. */
	if (at && *at == '-' && (at == s || at + 1 == s + len))
		return len;
	return at ? (size_t)(at - s) : len;
}

static int range(const struct value_form *f, const char *s, size_t len,
		 struct range *ret)
{
	unsigned bits = type_bits(f);
	size_t at;
	int err = one(f, s, len, &ret->first);

	if (!err) {
		ret->last = ret->first;
		return 0;
	}

	at = parting(f, s, len);
	if (at == len)
		return err;

	ret->first = 0;
	ret->last = bits && bits < 128 ? ((u128)1 << bits) - 1 : all_ones;
	err = at ? one(f, s, at, &ret->first) : 0;
	if (!err && at + 1 < len)
		err = one(f, s + at + 1, len - at - 1, &ret->last);
	if (!err && ret->first > ret->last)
		err = VALUE_BACKWARDS;
	return err;
}

/* value or value/mask, both numbers. */
static int masked(const struct value_form *f, const char *s, size_t len,
		  struct range *ret, u128 *ret_mask)
{
	const char *slash = memchr(s, '/', len);
	u128 last = ((u128)1 << type_bits(f)) - 1, mask;
	int err;

	if (!slash || f->dialect == VALUE_NFT) {
		err = range(f, s, len, ret);
		/* RFC 1349 left the last bit and the precedence alone. */
		if (!err && f->type == VALUE_TOS && (s[0] < '0' || s[0] > '9'))
			*ret_mask = 0x3f;
		return err;
	}

	err = one(f, s, (size_t)(slash - s), &ret->first);
	ret->last = ret->first;
	if (!err)
		err = number(slash + 1, len - (size_t)(slash - s) - 1, &mask);
	if (!err && mask > last)
		err = VALUE_TOO_BIG;
	if (!err)
		*ret_mask = mask == last ? all_ones : mask;
	return err;
}

static int interface(const struct value_form *f, const char *s, size_t len,
		     struct range *ret)
{
	char wild = f->dialect == VALUE_NFT ? '*' : '+';
	unsigned left;

	/* Names end with a zero. */
	if (memchr(s, '\0', len))
		return VALUE_MALFORMED;
	if (len && s[len - 1] == wild) {
		len--;
		left = len < 16 ? (unsigned)(16 - len) * 8 : 0;
		ret->first = field_from_name(s, len);
		ret->last = ret->first |
			    (left == 128 ? all_ones : ((u128)1 << left) - 1);
		return len > 15 ? VALUE_TOO_BIG : 0;
	}

	ret->first = ret->last = field_from_name(s, len);
	return len > 15 ? VALUE_TOO_BIG : 0;
}

static int mac(const char *s, size_t len, struct range *ret)
{
	u128 value = 0;
	size_t i = 0;

	for (unsigned byte = 0; byte < 6; byte++) {
		unsigned digits = 0, b = 0;

		for (; i < len && s[i] != ':' && s[i] != '-'; i++, digits++) {
			unsigned c = (unsigned char)s[i] | 32;
			unsigned d = c - '0' < 10 ? c - '0' : c - 'a' + 10;

			if (d > 15 || digits == 2)
				return VALUE_MALFORMED;
			b = b << 4 | d;
		}
		if (!digits || (byte < 5) != (i < len))
			return VALUE_MALFORMED;
		i++;
		value = value << 8 | b;
	}

	ret->first = ret->last = value;
	return 0;
}

/* "3/1", "8", a name. nft asks for the type alone. */
static int icmp(const struct value_form *f, const char *s, size_t len,
		struct range *ret)
{
	const struct value_icmp *names =
		f->type == VALUE_ICMP ? value_icmp4 : value_icmp6;
	const char *slash = memchr(s, '/', len);
	size_t head = slash ? (size_t)(slash - s) : len;
	u128 type = 0, code = 0;
	int err;

	if (f->dialect == VALUE_IPTABLES && value_same_word("any", s, len)) {
		*ret = (struct range){ 0, 0xffff };
		return 0;
	}

	for (const struct value_icmp *n = names; n->word; n++)
		if (value_same_word(n->word, s, len)) {
			type = n->type;
			code = n->code;
			goto found;
		}

	err = number(s, head, &type);
	code = 256;
	if (!err && slash)
		err = number(slash + 1, len - head - 1, &code);
	if (err)
		return err;
	if (type > 255 || code > 255 + !slash)
		return VALUE_TOO_BIG;
	/* The kernel takes the type 255 for any. */
	if (f->dialect != VALUE_NFT && f->type == VALUE_ICMP && type == 255 &&
	    !slash) {
		*ret = (struct range){ 0, 0xffff };
		return 0;
	}
found:
	if (f->dialect == VALUE_NFT) {
		*ret = (struct range){ type, type };
		return 0;
	}
	ret->first = type << 8 | (code > 255 ? 0 : code);
	ret->last = type << 8 | (code > 255 ? 255 : code);
	return 0;
}

/* Bits between commas or bars: SYN,ACK. */
static int flags(const struct value_form *f, const char *s, size_t len,
		 u128 *ret)
{
	u128 all = 0, bit;

	for (size_t from = 0, at = 0; at <= len; at++) {
		int err;

		if (at < len && s[at] != ',' && s[at] != '|')
			continue;
		err = one(f, s + from, at - from, &bit);
		if (err)
			return err;
		all |= bit;
		from = at + 1;
	}

	*ret = all;
	return 0;
}

/* iptables: "SYN,RST SYN", the bits that are looked at and those set. */
static int tcp_flags(const struct value_form *f, const char *s, size_t len,
		     struct range *ret, u128 *ret_mask)
{
	const char *space = memchr(s, ' ', len);
	u128 mask = all_ones;
	int err = 0;

	if (space) {
		err = flags(f, s, (size_t)(space - s), &mask);
		len -= (size_t)(space - s) + 1;
		s = space + 1;
	}
	if (!err)
		err = flags(f, s, len, &ret->first);
	if (err)
		return err;

	ret->last = ret->first;
	*ret_mask = mask;
	return 0;
}

int value_parse(const struct value_form *f, const char *s, size_t len,
		struct range *ret, u128 *ret_mask)
{
	struct range r = { 0, 0 };
	u128 mask = all_ones;
	int err = 0;

	if (f->type == VALUE_TCP_FLAGS)
		err = tcp_flags(f, s, len, &r, &mask);
	else if (f->type == VALUE_ADDRESS)
		err = value_address(f, s, len, &r, &mask);
	else if (f->type == VALUE_INTERFACE)
		err = interface(f, s, len, &r);
	else if (f->type == VALUE_MAC)
		err = mac(s, len, &r);
	else if (f->type == VALUE_ICMP || f->type == VALUE_ICMP6)
		err = icmp(f, s, len, &r);
	else if (f->type == VALUE_MARK || f->type == VALUE_TOS)
		err = masked(f, s, len, &r, &mask);
	else if (f->type != VALUE_STRING && f->type != VALUE_NONE)
		err = range(f, s, len, &r);
	if (err)
		return err;

	*ret = r;
	*ret_mask = mask;
	return 0;
}
