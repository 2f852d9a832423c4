#include "trace/printers/layers.h"

/* The extension headers of RFC 8200, RFC 6275 (mobility) and RFC 8754. */
enum {
	IP6_HEAD = 40,
	ROUTE_SOURCE = 0, /* deprecated by RFC 5095 */
	ROUTE_MOBILE = 2,
	ROUTE_SEGMENTS = 4,
	OPTION_PAD1 = 0x00,
	OPTION_PADN = 0x01,
	OPTION_ROUTER_ALERT = 0x05,
	OPTION_JUMBO = 0xc2,
	OPTION_HOME_ADDRESS = 0xc9,
	JUMBO_LEAST = 65536,
};

/* An option of which something is checked; its length with kind and length. */
struct option_rule {
	uint8_t kind;
	const char *name;
	unsigned len;
	bool may_be_longer;
};

static const struct option_rule option_rules[] = {
	{ OPTION_ROUTER_ALERT, "rtalert", 4, false },
	{ OPTION_JUMBO, "jumbo", 6, false },
	{ OPTION_HOME_ADDRESS, "homeaddr", 18, true },
};

/* A header of so many bytes is left behind. */
static enum ip6_ext_answer pass(struct ip6_ext *ext, struct cursor c,
				uint8_t next, uint32_t len)
{
	ext->c = c;
	ext->next = next;
	ext->passed += len;
	return IP6_EXT_NEXT;
}

/* left: bytes from the option to the end of its header. */
static bool check_option(struct line *l, uint8_t kind, size_t option_len,
			 size_t left)
{
	for (size_t i = 0; i < sizeof(option_rules) / sizeof(option_rules[0]);
	     i++) {
		const struct option_rule *rule = &option_rules[i];

		if (rule->kind != kind)
			continue;
		if (left < rule->len) {
			text_format(l->out, "(%s: trunc)", rule->name);
			return false;
		}
		if (option_len < rule->len ||
		    (option_len > rule->len && !rule->may_be_longer)) {
			text_format(l->out, "(%s: invalid len %zu)", rule->name,
				    option_len - 2);
			return false;
		}
	}

	return true;
}

/* Options that are in order print nothing without -v. */
static bool check_options(struct line *l, struct cursor c, struct ip6_ext *ext)
{
	bool has_jumbo = false;

	while (cursor_left(&c)) {
		size_t left = cursor_left(&c);
		uint8_t kind = cursor_u8(&c);
		const uint8_t *body;
		size_t len;

		if (kind == OPTION_PAD1)
			continue;
		len = cursor_u8(&c);
		body = cursor_bytes(&c, len);
		if (!body || !check_option(l, kind, len + 2, left))
			return false;
		if (kind != OPTION_JUMBO || has_jumbo)
			continue;

		has_jumbo = true;
		if (!ext->payload_len && layers_be32(body) >= JUMBO_LEAST) {
			ext->has_jumbo = true;
			ext->payload_len = layers_be32(body);
		}
	}

	return true;
}

/* Headers whose second byte counts eights of bytes behind the first eight.
 * False when the captured bytes end before that byte. */
static bool find_len(struct cursor c, uint8_t *next, uint32_t *len)
{
	*next = cursor_u8(&c);
	*len = (cursor_u8(&c) + 1U) << 3;
	return cursor_ok(&c);
}

static enum ip6_ext_answer print_hop_by_hop(struct line *l, struct ip6_ext *ext)
{
	struct cursor c = ext->c;
	struct cursor options;
	uint32_t len;
	uint8_t next;

	l->protocol = "hbhopt";
	if (!find_len(c, &next, &len))
		return IP6_EXT_CUT;

	options = cursor_take(&c, len);
	if (cursor_ok(&c)) {
		text_str(l->out, "HBH ");
		cursor_skip(&options, 2);
	}
	if (!cursor_ok(&c) || !check_options(l, options, ext)) {
		text_str(l->out, " [|hbhopt]");
		return IP6_EXT_STOP;
	}

	return pass(ext, c, next, len);
}

static enum ip6_ext_answer stop_invalid(struct line *l, const char *why)
{
	text_str(l->out, why);
	text_str(l->out, " (invalid)");
	return IP6_EXT_STOP;
}

/* It must be the first, and the only one of its kind. */
static enum ip6_ext_answer hop_by_hop(struct line *l, struct ip6_ext *ext)
{
	enum ip6_ext_answer answer;

	if (ext->has_hop_by_hop)
		return stop_invalid(
			l, "[The Hop-by-Hop Options header was already found]");
	if (ext->passed != IP6_HEAD)
		return stop_invalid(
			l,
			"[The Hop-by-Hop Options header don't follow the IPv6 header]");

	answer = print_hop_by_hop(l, ext);
	if (answer != IP6_EXT_CUT && !ext->payload_len && !ext->has_jumbo)
		return stop_invalid(
			l, "[No valid Jumbo Payload Hop-by-Hop option found]");

	ext->has_hop_by_hop = true;
	return answer;
}

static enum ip6_ext_answer destination(struct line *l, struct ip6_ext *ext)
{
	struct cursor c = ext->c;
	uint32_t len;
	uint8_t next;

	l->protocol = "dstopt";
	if (!find_len(c, &next, &len))
		return IP6_EXT_CUT;

	cursor_skip(&c, len);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;

	text_str(l->out, "DSTOPT ");
	return pass(ext, c, next, len);
}

static enum ip6_ext_answer fragment(struct line *l, struct ip6_ext *ext)
{
	struct cursor c = ext->c;
	uint8_t next = cursor_u8(&c);
	uint64_t rest;
	uint16_t offset;

	l->protocol = "frag6";
	cursor_skip(&c, 1);
	offset = cursor_be16(&c) & 0xfff8;
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;

	/* Wraps in 64 bits where the header's length is too small. */
	rest = (uint64_t)IP6_HEAD + ext->header_len - ext->passed - 8;
	text_str(l->out, "frag (");
	text_u64(l->out, offset);
	text_char(l->out, '|');
	text_u64(l->out, rest);
	text_char(l->out, ')');
	if (offset)
		return IP6_EXT_STOP;

	text_char(l->out, ' ');
	cursor_skip(&c, 4);
	if (!cursor_left(&c))
		return IP6_EXT_STOP;

	ext->fragmented = true;
	return pass(ext, c, next, 8);
}

/* The addresses of a routing header, to its end. */
static enum ip6_ext_answer print_route(struct line *l, struct ip6_ext *ext,
				       struct cursor c, uint8_t units)
{
	uint8_t next = cursor_peek(&ext->c);

	if (units % 2) {
		text_format(l->out, " (invalid length %u) (invalid)", units);
		return IP6_EXT_STOP;
	}

	for (unsigned i = 0; i < units / 2U; i++) {
		const uint8_t *address = cursor_bytes(&c, 16);

		if (!address)
			return IP6_EXT_CUT;
		text_format(l->out, ", [%u]", i);
		line_address6(l, address);
	}

	text_str(l->out, ") ");
	return pass(ext, c, next, (units + 1U) << 3);
}

static enum ip6_ext_answer print_source_route(struct line *l,
					      struct ip6_ext *ext,
					      struct cursor c, uint8_t units)
{
	uint32_t reserved = cursor_be32(&c);

	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	if (reserved)
		text_format(l->out, ", rsv=0x%0x", reserved);
	return print_route(l, ext, c, units);
}

static enum ip6_ext_answer print_segments(struct line *l, struct ip6_ext *ext,
					  struct cursor c, uint8_t units)
{
	uint8_t last = cursor_u8(&c);
	uint8_t flags;
	uint16_t tag;

	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	text_format(l->out, ", last-entry=%u", last);

	flags = cursor_u8(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	if (flags)
		text_format(l->out, ", flags=0x%0x", flags);

	tag = cursor_be16(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	text_format(l->out, ", tag=%x", tag);
	return print_route(l, ext, c, units);
}

static enum ip6_ext_answer routing(struct line *l, struct ip6_ext *ext)
{
	struct cursor c = ext->c;
	uint8_t units, type, left;

	if (!cursor_left(&c))
		return IP6_EXT_CUT;
	l->protocol = "rt6";
	text_str(l->out, "RT6");
	cursor_skip(&c, 1);

	units = cursor_u8(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	text_format(l->out, " (len=%u", units);
	type = cursor_u8(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	text_format(l->out, ", type=%u", type);
	if (type == ROUTE_SOURCE)
		text_str(l->out, " [Deprecated]");
	left = cursor_u8(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;
	text_format(l->out, ", segleft=%u", left);

	if (type == ROUTE_SOURCE || type == ROUTE_MOBILE)
		return print_source_route(l, ext, c, units);
	if (type == ROUTE_SEGMENTS)
		return print_segments(l, ext, c, units);
	text_str(l->out, " (unknown type) (invalid)");
	return IP6_EXT_STOP;
}

enum mobility_type {
	MOBILITY_REFRESH,
	MOBILITY_HOME_TEST_INIT,
	MOBILITY_CARE_OF_TEST_INIT,
	MOBILITY_HOME_TEST,
	MOBILITY_CARE_OF_TEST,
	MOBILITY_UPDATE,
	MOBILITY_ACK,
	MOBILITY_ERROR,
	MOBILITY_TYPES,
};

static bool print_update(struct line *l, struct cursor c)
{
	static const char bits[] = "AHLK"; /* from the highest */
	uint16_t value = cursor_be16(&c);
	uint8_t flags;

	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " seq#=%u", value);

	flags = cursor_u8(&c);
	cursor_skip(&c, 1);
	if (!cursor_ok(&c))
		return false;
	if (flags >> 4) {
		text_char(l->out, ' ');
		for (int i = 0; i < 4; i++)
			if (flags & 0x80 >> i)
				text_char(l->out, bits[i]);
	}

	value = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " lifetime=%u", value * 4U);
	return true;
}

static bool print_ack(struct line *l, struct cursor c)
{
	uint8_t status = cursor_u8(&c);
	uint8_t flags;
	uint16_t value;

	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " status=%u", status);
	flags = cursor_u8(&c);
	if (!cursor_ok(&c))
		return false;
	if (flags & 0x80)
		text_str(l->out, " K");

	value = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " seq#=%u", value);
	value = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " lifetime=%u", value * 4U);
	return true;
}

static bool print_error(struct line *l, struct cursor c)
{
	uint8_t status = cursor_u8(&c);
	const uint8_t *address;

	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " status=%u", status);
	cursor_skip(&c, 1);
	address = cursor_bytes(&c, 16);
	if (!address)
		return false;
	text_str(l->out, " homeaddr ");
	line_address6(l, address);
	return true;
}

static bool print_test(struct line *l, struct cursor c)
{
	uint16_t nonce = cursor_be16(&c);

	if (!cursor_ok(&c))
		return false;
	text_format(l->out, " nonce id=0x%x", nonce);
	return true;
}

/* Nothing of it is printed without -v. */
static bool print_nothing(struct line *l, struct cursor c)
{
	(void)l;
	(void)c;
	return true;
}

static const struct {
	const char *name;
	uint32_t least; /* bytes of the whole header */
	bool (*print)(struct line *l, struct cursor c); /* behind the sum */
} mobilities[MOBILITY_TYPES] = {
	[MOBILITY_REFRESH] = { "BRR", 8, print_nothing },
	[MOBILITY_HOME_TEST_INIT] = { "HoTI", 16, print_nothing },
	[MOBILITY_CARE_OF_TEST_INIT] = { "CoTI", 16, print_nothing },
	[MOBILITY_HOME_TEST] = { "HoT", 24, print_test },
	[MOBILITY_CARE_OF_TEST] = { "CoT", 24, print_test },
	[MOBILITY_UPDATE] = { "BU", 12, print_update },
	[MOBILITY_ACK] = { "BA", 12, print_ack },
	[MOBILITY_ERROR] = { "BE", 24, print_error },
};

static enum ip6_ext_answer mobility(struct line *l, struct ip6_ext *ext)
{
	struct cursor c = ext->c;
	uint32_t len;
	uint8_t next, type;

	l->protocol = "mobility";
	if (!find_len(c, &next, &len))
		return IP6_EXT_CUT;
	cursor_skip(&c, 2);
	type = cursor_u8(&c);
	if (!cursor_ok(&c))
		return IP6_EXT_CUT;

	if (type >= MOBILITY_TYPES) {
		text_format(l->out, "mobility: type-#%u len=%u", type,
			    (len >> 3) - 1);
		return IP6_EXT_STOP;
	}
	if (len < mobilities[type].least) {
		text_format(l->out,
			    "(header length %u is too small for type %u)", len,
			    type);
		return IP6_EXT_CUT;
	}

	text_str(l->out, "mobility: ");
	text_str(l->out, mobilities[type].name);
	cursor_skip(&c, 3);
	return mobilities[type].print(l, c) ? IP6_EXT_STOP : IP6_EXT_CUT;
}

enum ip6_ext_answer ip6_ext_print(struct line *l, struct ip6_ext *ext)
{
	static const struct {
		uint8_t next;
		enum ip6_ext_answer (*print)(struct line *l,
					     struct ip6_ext *ext);
	} extensions[] = {
		{ 0, hop_by_hop }, { 60, destination }, { 44, fragment },
		{ 43, routing },   { 62, mobility },    { 135, mobility },
	};

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (extensions[i].next == ext->next)
			return extensions[i].print(l, ext);
	return IP6_EXT_NONE;
}
