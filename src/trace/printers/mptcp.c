/*
 * Multipath TCP, TCP option 30 (RFC 6824, RFC 8684). tcp.c hands over options
 * that were captured whole, so a length that fits its subtype is all there.
 */
#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TCP_SYN = 0x02,
	TCP_ACK = 0x10,
};

enum {
	CAPABLE_CHECKSUM = 0x80,
	BACKUP = 0x01,
};

enum {
	DSS_ACK = 0x01,
	DSS_ACK_LONG = 0x02,
	DSS_MAP = 0x04,
	DSS_MAP_LONG = 0x08,
	DSS_FIN = 0x10,
};

/* An option behind its kind and length. */
struct option {
	struct cursor c;
	size_t len;  /* of the whole option, as on the wire */
	uint8_t low; /* the four bits beside the subtype */
	uint8_t tcp_flags;
};

static void print_hex(struct line *l, const char *before, uint64_t value)
{
	text_str(l->out, before);
	text_str(l->out, "0x");
	text_hex(l->out, value, 1);
}

static void print_number(struct line *l, const char *before, uint64_t value)
{
	text_str(l->out, before);
	text_u64(l->out, value);
}

static bool capable(struct line *l, struct option *o)
{
	bool syn = o->tcp_flags & TCP_SYN;
	bool ack = o->tcp_flags & TCP_ACK;
	bool first = (o->len == 12 || o->len == 4) && syn;
	bool third = (o->len == 20 || o->len == 22) && ack && !syn;

	if (!first && !third)
		return false;

	if (o->low > 1) {
		print_number(l, " Unknown Version (", o->low);
		text_char(l->out, ')');
		return true;
	}

	print_number(l, " v", o->low);
	if (cursor_u8(&o->c) & CAPABLE_CHECKSUM)
		text_str(l->out, " csum");
	if (o->len < 12)
		return true;

	print_hex(l, " {", cursor_be64(&o->c));
	if (o->len >= 20)
		print_hex(l, ",", cursor_be64(&o->c));
	text_char(l->out, '}');
	return true;
}

static void join_hmac(struct line *l, struct option *o)
{
	text_str(l->out, " hmac 0x");
	while (cursor_left(&o->c))
		text_hex(l->out, cursor_u8(&o->c), 2);
}

static bool join(struct line *l, struct option *o)
{
	bool syn = o->tcp_flags & TCP_SYN;
	bool ack = o->tcp_flags & TCP_ACK;
	uint8_t id = cursor_u8(&o->c);

	if (o->len == 24 && ack) {
		join_hmac(l, o);
		return true;
	}

	if (!(o->len == 12 && syn) && !(o->len == 16 && syn && ack))
		return false;

	if (o->low & BACKUP)
		text_str(l->out, " backup");
	print_number(l, " id ", id);

	if (o->len == 12) {
		print_hex(l, " token ", cursor_be32(&o->c));
	} else {
		print_hex(l, " hmac ", cursor_be64(&o->c));
	}
	print_hex(l, " nonce ", cursor_be32(&o->c));
	return true;
}

/* A sequence number of eight bytes or four; false if the option is too short
 * for it, when its name has been printed already. */
static bool dss_number(struct line *l, struct option *o, const char *before,
		       bool is_long)
{
	uint64_t number;

	text_str(l->out, before);
	number = is_long ? cursor_be64(&o->c) : cursor_be32(&o->c);
	if (!cursor_ok(&o->c))
		return false;

	text_u64(l->out, number);
	return true;
}

static bool dss_map(struct line *l, struct option *o, uint8_t flags)
{
	uint32_t subflow_seq;
	uint16_t len;

	if (!dss_number(l, o, " seq ", flags & DSS_MAP_LONG))
		return false;

	subflow_seq = cursor_be32(&o->c);
	if (!cursor_ok(&o->c))
		return false;
	print_number(l, " subseq ", subflow_seq);

	len = cursor_be16(&o->c);
	if (!cursor_ok(&o->c))
		return false;
	print_number(l, " len ", len);

	if (cursor_left(&o->c) >= 2)
		print_hex(l, " csum ", cursor_be16(&o->c));
	return true;
}

static bool dss(struct line *l, struct option *o)
{
	uint8_t flags;

	if (o->len < 4 || o->tcp_flags & TCP_SYN)
		return false;

	flags = cursor_u8(&o->c);
	if (flags & DSS_FIN)
		text_str(l->out, " fin");
	if (flags & DSS_ACK && !dss_number(l, o, " ack ", flags & DSS_ACK_LONG))
		return false;
	if (flags & DSS_MAP && !dss_map(l, o, flags))
		return false;

	return !cursor_left(&o->c);
}

/* Version 0 has the family in these bits, version 1 the echo flag. */
static const char *add_address_version(uint8_t low)
{
	static const char *const names[] = {
		[0] = "v1",
		[1] = "v1-echo",
		[4] = "v0-ip4",
		[6] = "v0-ip6",
	};

	if (low >= COUNT(names) || !names[low])
		return "[bad version/echo]";
	return names[low];
}

static bool add_address(struct line *l, struct option *o)
{
	static const struct shape {
		uint8_t len;
		bool is_v6, has_port, has_hmac;
	} shapes[] = {
		{ 8, false, false, false }, { 10, false, true, false },
		{ 16, false, false, true }, { 18, false, true, true },
		{ 20, true, false, false }, { 22, true, true, false },
		{ 28, true, false, true },  { 30, true, true, true },
	};
	const struct shape *shape = NULL;
	const uint8_t *address;

	for (size_t i = 0; i < COUNT(shapes); i++) {
		if (shapes[i].len == o->len)
			shape = &shapes[i];
	}
	if (!shape)
		return false;

	text_char(l->out, ' ');
	text_str(l->out, add_address_version(o->low));
	print_number(l, " id ", cursor_u8(&o->c));
	text_char(l->out, ' ');

	address = cursor_bytes(&o->c, shape->is_v6 ? 16 : 4);
	if (!address)
		return false;
	if (shape->is_v6) {
		line_address6(l, address);
	} else {
		line_address4(l, address);
	}

	if (shape->has_port)
		print_number(l, ":", cursor_be16(&o->c));
	if (shape->has_hmac)
		print_hex(l, " hmac ", cursor_be64(&o->c));
	return true;
}

static bool remove_address(struct line *l, struct option *o)
{
	if (o->len < 4)
		return false;

	text_str(l->out, " id");
	while (cursor_left(&o->c))
		print_number(l, " ", cursor_u8(&o->c));
	return true;
}

static bool priority(struct line *l, struct option *o)
{
	if (o->len != 3 && o->len != 4)
		return false;

	text_str(l->out, o->low & BACKUP ? " backup" : " non-backup");
	if (o->len == 4)
		print_number(l, " id ", cursor_u8(&o->c));
	return true;
}

static bool fail(struct line *l, struct option *o)
{
	if (o->len != 12)
		return false;

	cursor_skip(&o->c, 1);
	print_number(l, " seq ", cursor_be64(&o->c));
	return true;
}

static bool fast_close(struct line *l, struct option *o)
{
	if (o->len != 12)
		return false;

	cursor_skip(&o->c, 1);
	print_hex(l, " key ", cursor_be64(&o->c));
	return true;
}

static const struct subtype {
	const char *name;
	bool (*print)(struct line *l, struct option *o);
} subtypes[] = {
	{ " capable", capable },
	{ " join", join },
	{ " dss", dss },
	{ " add-addr", add_address },
	{ " rem-addr", remove_address },
	{ " prio", priority },
	{ " fail", fail },
	{ " fast-close", fast_close },
};

bool mptcp_print(struct line *l, struct cursor option, uint8_t flags)
{
	struct option o = { .c = option,
			    .len = cursor_left(&option),
			    .tcp_flags = flags };
	uint8_t subtype;

	/* A segment that is cut in a later option is "[|mptcp]" too. */
	l->protocol = "mptcp";
	cursor_skip(&o.c, 2);
	o.low = cursor_u8(&o.c);
	if (!cursor_ok(&o.c))
		return false;

	subtype = o.low >> 4;
	o.low &= 0xf;
	print_number(l, " ", o.len);
	if (subtype >= COUNT(subtypes)) {
		text_str(l->out, " unknown");
		return true;
	}

	text_str(l->out, subtypes[subtype].name);
	return subtypes[subtype].print(l, &o);
}
