/* ICMPv6 (RFC 4443), with neighbor discovery, MLD, mobility and RPL as far as
 * one line tells of them; node information and renumbering have files of their
 * own. */
#include "trace/printers/icmp6_node.h"
#include "trace/printers/icmp6_renumber.h"
#include "trace/printers/layers.h"
#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	HEAD_LEN = 8,
	INNER_SOURCE = HEAD_LEN + 8, /* in the IPv6 header that is quoted */
	INNER_DESTINATION = HEAD_LEN + 24,
	IP6_LEN = 40,
	MLD_LEN = 24,
	MLD2_LEN = 28,
	V6_LEN = 16,
};

enum {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_AH = 51,
	PROTOCOL_DESTINATION = 60,
};

/* What becomes of the line behind a message. */
enum after {
	AFTER_LENGTH, /* ", length N", as usual */
	AFTER_NOTHING,
	AFTER_CUT, /* a read left the captured bytes */
};

struct message {
	struct cursor bytes; /* all of it */
	uint32_t length;
	uint8_t type;
	uint8_t code;
};

static void print_number(struct line *l, const char *before, uint64_t value)
{
	text_str(l->out, before);
	text_u64(l->out, value);
}

static struct cursor at(const struct message *m, size_t offset)
{
	struct cursor c = m->bytes;

	cursor_skip(&c, offset);
	return c;
}

static enum after print_address(struct line *l, const struct message *m,
				const char *before, size_t offset)
{
	struct cursor c = at(m, offset);
	const uint8_t *address = cursor_bytes(&c, V6_LEN);

	if (!address)
		return AFTER_CUT;

	text_str(l->out, before);
	line_address6(l, address);
	return AFTER_LENGTH;
}

static enum after print_end(struct line *l)
{
	text_str(l->out, " [|icmp6]");
	return AFTER_NOTHING;
}

/* Past one extension header at c. False when it is none, or when it is not the
 * first fragment. */
static bool skip_extension(struct cursor *c, uint8_t *protocol)
{
	struct cursor head = *c;
	uint8_t next = cursor_u8(&head);
	size_t len = cursor_u8(&head);

	if (*protocol == PROTOCOL_HOP_BY_HOP || *protocol == PROTOCOL_ROUTING ||
	    *protocol == PROTOCOL_DESTINATION) {
		len = (len + 1) * 8;
	} else if (*protocol == PROTOCOL_AH) {
		len = (len + 2) * 4;
	} else if (*protocol == PROTOCOL_FRAGMENT && cursor_be16(&head) < 8) {
		len = 8;
	} else {
		return false;
	}

	*protocol = next;
	cursor_skip(c, len);
	return cursor_ok(&head) && cursor_ok(c);
}

/* The transport header in the packet that is quoted. */
static bool find_port(const struct message *m, uint8_t *ret_protocol,
		      uint16_t *ret_port)
{
	struct cursor c = at(m, HEAD_LEN);
	struct cursor head = c;
	uint8_t protocol;

	cursor_skip(&head, 6);
	protocol = cursor_u8(&head);
	cursor_skip(&c, IP6_LEN);
	if (!cursor_ok(&head) || !cursor_ok(&c))
		return false;

	while (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP) {
		if (!skip_extension(&c, &protocol))
			return false;
	}

	cursor_skip(&c, 2);
	*ret_port = cursor_be16(&c);
	*ret_protocol = protocol;
	return cursor_ok(&c);
}

static enum after unreachable_port(struct line *l, const struct message *m)
{
	uint8_t protocol;
	uint16_t port;

	if (!find_port(m, &protocol, &port))
		return print_end(l);

	if (print_address(l, m, ", ", INNER_DESTINATION) == AFTER_CUT)
		return AFTER_CUT;

	if (protocol == PROTOCOL_TCP) {
		text_str(l->out, " tcp port ");
		line_port_tcp(l, port);
	} else {
		text_str(l->out, " udp port ");
		line_port_udp(l, port);
	}
	return AFTER_LENGTH;
}

static enum after unreachable(struct line *l, const struct message *m)
{
	static const char *const reasons[] = {
		", unreachable route", ",  unreachable prohibited",
		", beyond scope",      ", unreachable address",
		", unreachable port",
	};
	enum after after;

	if (m->code >= COUNT(reasons)) {
		print_number(l, ", unknown unreach code (", m->code);
		text_char(l->out, ')');
		dump_hex(l, layers_within(m->bytes, m->length));
		return AFTER_NOTHING;
	}

	text_str(l->out, reasons[m->code]);
	if (m->code == 4)
		return unreachable_port(l, m);

	after = print_address(l, m, " ", INNER_DESTINATION);
	if (m->code == 2 && after == AFTER_LENGTH)
		after = print_address(l, m, ", source address ", INNER_SOURCE);
	return after;
}

/* The four bytes behind the header, as one number. */
static enum after print_word(struct line *l, const struct message *m,
			     const char *before)
{
	struct cursor c = at(m, 4);
	uint32_t word = cursor_be32(&c);

	if (!cursor_ok(&c))
		return AFTER_CUT;

	print_number(l, before, word);
	return AFTER_LENGTH;
}

static enum after too_big(struct line *l, const struct message *m)
{
	return print_word(l, m, ", mtu ");
}

static enum after time_exceeded(struct line *l, const struct message *m)
{
	if (m->code == 0)
		return print_address(l, m, " for ", INNER_DESTINATION);

	if (m->code == 1) {
		text_str(l->out, " (reassembly)");
	} else {
		print_number(l, ", unknown code (", m->code);
		text_char(l->out, ')');
	}
	return AFTER_LENGTH;
}

static enum after parameter_problem(struct line *l, const struct message *m)
{
	static const char *const problems[] = {
		", erroneous - octet ",
		", next header - octet ",
		", option - octet ",
		", incomplete header chain - octet ",
	};
	struct cursor quoted = at(m, HEAD_LEN);

	cursor_skip(&quoted, IP6_LEN);
	if (!cursor_ok(&quoted))
		return print_end(l);

	if (m->code < COUNT(problems))
		return print_word(l, m, problems[m->code]);

	print_number(l, ", code-#", m->code);
	return AFTER_LENGTH;
}

static enum after echo(struct line *l, const struct message *m)
{
	struct cursor c = at(m, 4);
	uint16_t id = cursor_be16(&c);
	uint16_t seq = cursor_be16(&c);

	if (!cursor_ok(&c))
		return AFTER_CUT;

	print_number(l, ", id ", id);
	print_number(l, ", seq ", seq);
	return AFTER_LENGTH;
}

/* MLD version 1, which says nothing at all when it was cut. */
static enum after listener(struct line *l, const struct message *m)
{
	struct cursor c = at(m, 4);
	uint16_t delay = cursor_be16(&c);
	const uint8_t *group;

	cursor_skip(&c, 2);
	group = cursor_bytes(&c, V6_LEN);
	if (!group)
		return AFTER_LENGTH;

	print_number(l, "max resp delay: ", delay);
	text_str(l->out, " addr: ");
	line_address6(l, group);
	return AFTER_LENGTH;
}

static enum after listener_query2(struct line *l, const struct message *m)
{
	struct cursor c = at(m, MLD2_LEN - 2);
	uint16_t sources = cursor_be16(&c);

	text_str(l->out, " v2");
	if (print_address(l, m, " [gaddr ", HEAD_LEN) == AFTER_CUT ||
	    !cursor_ok(&c))
		return AFTER_CUT;

	if (m->length < MLD2_LEN + (uint32_t)sources * V6_LEN) {
		text_str(l->out, " [invalid number of sources]");
	} else if (sources) {
		print_number(l, ", ", sources);
		text_str(l->out, " source(s)");
	}
	text_char(l->out, ']');
	return AFTER_LENGTH;
}

static enum after listener_query(struct line *l, const struct message *m)
{
	if (m->length == MLD_LEN)
		return listener(l, m);
	if (m->length >= MLD2_LEN)
		return listener_query2(l, m);

	print_number(l, " unknown-version (len ", m->length);
	text_str(l->out, ") ");
	return AFTER_LENGTH;
}

static enum after listener_report2(struct line *l, const struct message *m)
{
	struct cursor c = at(m, 6);
	uint16_t groups = cursor_be16(&c);

	if (m->length < HEAD_LEN) {
		print_number(l, " [invalid len ", m->length);
		text_char(l->out, ']');
		return AFTER_LENGTH;
	}
	if (!cursor_ok(&c))
		return AFTER_CUT;

	print_number(l, ", ", groups);
	text_str(l->out, " group record(s)");
	return AFTER_LENGTH;
}

static enum after neighbor_solicitation(struct line *l, const struct message *m)
{
	return print_address(l, m, ", who has ", HEAD_LEN);
}

static enum after neighbor_advertisement(struct line *l,
					 const struct message *m)
{
	return print_address(l, m, ", tgt is ", HEAD_LEN);
}

static enum after redirect(struct line *l, const struct message *m)
{
	enum after after = print_address(l, m, ", ", HEAD_LEN + V6_LEN);

	if (after == AFTER_LENGTH)
		after = print_address(l, m, " to ", HEAD_LEN);
	return after;
}

static enum after renumbering(struct line *l, const struct message *m)
{
	icmp6_renumber_print(l, m->bytes);
	return AFTER_LENGTH;
}

static enum after node_information(struct line *l, const struct message *m)
{
	if (!icmp6_node_print(l, m->bytes, m->length))
		return AFTER_CUT;
	return AFTER_LENGTH;
}

static enum after mobility(struct line *l, const struct message *m)
{
	struct cursor c = at(m, 4);
	uint16_t id = cursor_be16(&c);

	if (!cursor_ok(&c))
		return AFTER_CUT;

	text_str(l->out, ", id 0x");
	text_hex(l->out, id, 4);
	return AFTER_LENGTH;
}

static enum after rpl(struct line *l, const struct message *m)
{
	static const char *const names[] = {
		"DODAG Information Solicitation",
		"DODAG Information Object",
		"Destination Advertisement Object",
		"Destination Advertisement Object Ack",
	};

	if (m->code & 0x80) {
		text_str(l->out, ", (SEC) [worktodo]");
		return AFTER_LENGTH;
	}

	text_str(l->out, ", (CLR)");
	if (m->code < COUNT(names)) {
		text_str(l->out, names[m->code]);
	} else {
		print_number(l, "RPL message, unknown code ", m->code);
	}
	return AFTER_LENGTH;
}

static const struct kind {
	const char *name;
	enum after (*print)(struct line *l, const struct message *m);
} kinds[] = {
	[1] = { "destination unreachable", unreachable },
	[2] = { "packet too big", too_big },
	[3] = { "time exceeded in-transit", time_exceeded },
	[4] = { "parameter problem", parameter_problem },
	[128] = { "echo request", echo },
	[129] = { "echo reply", echo },
	[130] = { "multicast listener query", listener_query },
	[131] = { "multicast listener report", listener },
	[132] = { "multicast listener done", listener },
	[133] = { "router solicitation", NULL },
	[134] = { "router advertisement", NULL },
	[135] = { "neighbor solicitation", neighbor_solicitation },
	[136] = { "neighbor advertisement", neighbor_advertisement },
	[137] = { "redirect", redirect },
	[138] = { "router renumbering", renumbering },
	[139] = { "who-are-you request", node_information },
	[140] = { "who-are-you reply", node_information },
	[141] = { "inverse neighbor solicitation", NULL },
	[142] = { "inverse neighbor advertisement", NULL },
	[143] = { "multicast listener report v2", listener_report2 },
	[144] = { "ha discovery request", mobility },
	[145] = { "ha discovery reply", NULL },
	[146] = { "mobile router solicitation", mobility },
	[147] = { "mobile router advertisement", NULL },
	[155] = { "RPL", rpl },
};

/* tcpdump has names for two more, and prints their bytes all the same. */
enum {
	TYPE_MTRACE_RESPONSE = 200,
	TYPE_MTRACE = 201,
};

static enum after print_unknown(struct line *l, const struct message *m)
{
	print_number(l, ", length ", m->length);
	dump_hex(l, layers_within(m->bytes, m->length));
	return AFTER_NOTHING;
}

static void print_type(struct line *l, uint8_t type, const struct kind *kind)
{
	text_str(l->out, "ICMP6, ");
	if (kind) {
		text_str(l->out, kind->name);
	} else if (type == TYPE_MTRACE) {
		text_str(l->out, "mtrace message");
	} else if (type == TYPE_MTRACE_RESPONSE) {
		text_str(l->out, "mtrace response");
	} else {
		print_number(l, "unknown icmp6 type (", type);
		text_char(l->out, ')');
	}
}

static enum after print_message(struct line *l, struct message *m)
{
	const struct kind *kind = NULL;
	struct cursor c = m->bytes;

	m->type = cursor_u8(&c);
	if (!cursor_ok(&c))
		return AFTER_CUT;

	if (m->type < COUNT(kinds) && kinds[m->type].name)
		kind = &kinds[m->type];
	print_type(l, m->type, kind);

	m->code = cursor_u8(&c);
	if (!cursor_ok(&c))
		return AFTER_CUT;

	if (!kind)
		return print_unknown(l, m);
	return kind->print ? kind->print(l, m) : AFTER_LENGTH;
}

bool icmp6_print(struct line *l, struct cursor c, uint32_t length,
		 bool fragmented)
{
	struct message m = { .bytes = c, .length = length };
	enum after after;

	(void)fragmented; /* the checksum is looked at with -v only */
	l->protocol = "icmp6";
	if (!length) {
		text_str(l->out, "ICMP6, length 0 (invalid)");
		return true;
	}

	after = print_message(l, &m);
	if (after == AFTER_LENGTH)
		print_number(l, ", length ", length);
	return after != AFTER_CUT;
}
