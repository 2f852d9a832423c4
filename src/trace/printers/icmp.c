#include "trace/printers/layers.h"

/* RFC 792 and those that came after it, without what only -v shows. */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_ROUTER_ADVERTISEMENT = 9,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP_MASK_REPLY = 18,
	UNREACHABLE_PROTOCOL = 2,
	UNREACHABLE_PORT = 3,
	UNREACHABLE_BIG = 4,
	HEAD = 8,
	TEXT_MOST = 163, /* tcpdump's buffer cuts longer ones */
};

struct icmp {
	struct cursor c; /* the whole message */
	uint8_t type, code;
};

/* The second word: id and sequence number, gateway, MTU ... */
static const uint8_t *word(const struct icmp *m)
{
	struct cursor c = m->c;

	cursor_skip(&c, 4);
	return cursor_bytes(&c, 4);
}

/* The quoted header, as long as it has no options; NULL when it was cut. */
static const uint8_t *quoted_header(const struct icmp *m)
{
	struct cursor c = m->c;

	cursor_skip(&c, HEAD);
	return cursor_bytes(&c, 20);
}

static bool print_id_seq(struct line *l, const struct icmp *m)
{
	const uint8_t *w = word(m);

	if (!w)
		return false;

	text_str(l->out, m->type == ICMP_ECHO ? "echo request, id "
					      : "echo reply, id ");
	text_u64(l->out, layers_be16(w));
	text_str(l->out, ", seq ");
	text_u64(l->out, layers_be16(w + 2));
	return true;
}

static bool print_port(struct line *l, const struct icmp *m,
		       const uint8_t *quoted)
{
	struct cursor c = m->c;
	uint8_t protocol = quoted[9];
	uint16_t port;

	cursor_skip(&c, HEAD + (quoted[0] & 0xfU) * 4 + 2);
	port = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;

	line_address4(l, quoted + 16);
	if (protocol == 6) {
		text_str(l->out, " tcp port ");
		line_port_tcp(l, port);
	} else if (protocol == 17) {
		text_str(l->out, " udp port ");
		line_port_udp(l, port);
	} else {
		text_format(l->out, " protocol %u port %u", protocol, port);
	}
	text_str(l->out, " unreachable");
	return true;
}

static bool print_too_big(struct line *l, const struct icmp *m,
			  const uint8_t *quoted)
{
	const uint8_t *w = word(m);

	if (!w)
		return false;

	line_address4(l, quoted + 16);
	text_str(l->out, " unreachable - need to frag");
	if (layers_be16(w + 2)) {
		text_str(l->out, " (mtu ");
		text_u64(l->out, layers_be16(w + 2));
		text_char(l->out, ')');
	}
	return true;
}

static bool print_unreachable(struct line *l, const struct icmp *m)
{
	static const struct {
		const char *before, *after;
	} codes[] = {
		[0] = { "net ", "" },
		[1] = { "host ", "" },
		[5] = { "", " - source route failed" },
		[6] = { "net ", " - unknown" },
		[7] = { "host ", " - unknown" },
		[8] = { "", " - source host isolated" },
		[9] = { "net ", " - admin prohibited" },
		[10] = { "host ", " - admin prohibited" },
		[11] = { "net ", " - tos prohibited" },
		[12] = { "host ", " - tos prohibited" },
		[13] = { "host ", " - admin prohibited filter" },
		[14] = { "host ", " - host precedence violation" },
		[15] = { "host ", " - precedence cutoff" },
	};

	const uint8_t *quoted = quoted_header(m);

	if (!quoted)
		return false;
	if (m->code == UNREACHABLE_PORT)
		return print_port(l, m, quoted);
	if (m->code == UNREACHABLE_BIG)
		return print_too_big(l, m, quoted);

	if (m->code < sizeof(codes) / sizeof(codes[0]) && codes[m->code].before)
		text_str(l->out, codes[m->code].before);
	line_address4(l, quoted + 16);
	if (m->code == UNREACHABLE_PROTOCOL)
		text_format(l->out, " protocol %u", quoted[9]);
	text_str(l->out, " unreachable");
	if (m->code < sizeof(codes) / sizeof(codes[0]) && codes[m->code].after)
		text_str(l->out, codes[m->code].after);
	else if (m->code != UNREACHABLE_PROTOCOL)
		text_format(l->out, " - #%u", m->code);
	return true;
}

static bool print_redirect(struct line *l, const struct icmp *m)
{
	const uint8_t *quoted = quoted_header(m);
	const uint8_t *gateway = word(m);

	if (!quoted || !gateway)
		return false;

	text_str(l->out, "redirect");
	if (m->code > 3)
		text_format(l->out, "-#%u", m->code);
	else if (m->code > 1)
		text_str(l->out, "-tos");
	text_char(l->out, ' ');
	line_address4(l, quoted + 16);
	text_str(l->out, " to ");
	if (m->code <= 3)
		text_str(l->out, m->code % 2 ? "host " : "net ");
	line_address4(l, gateway);
	return true;
}

static void print_lifetime(struct line *l, uint16_t seconds)
{
	text_str(l->out, " lifetime ");
	if (seconds < 60)
		text_format(l->out, "%u", seconds);
	else if (seconds < 3600)
		text_format(l->out, "%u:%02u", seconds / 60, seconds % 60);
	else
		text_format(l->out, "%u:%02u:%02u", seconds / 3600,
			    seconds % 3600 / 60, seconds % 60);
}

/* RFC 1256. */
static bool print_router(struct line *l, const struct icmp *m)
{
	struct cursor c = m->c;
	const uint8_t *w = word(m);

	if (!w)
		return false;

	text_str(l->out, "router advertisement");
	print_lifetime(l, layers_be16(w + 2));
	text_format(l->out, " %u:", w[0]);
	if (w[1] != 2) {
		text_format(l->out, " [size %u]", w[1]);
		return true;
	}

	cursor_skip(&c, HEAD);
	for (unsigned i = 0; i < w[0]; i++) {
		const uint8_t *router = cursor_bytes(&c, 8);

		if (!router)
			return false;
		text_str(l->out, " {");
		line_address4(l, router);
		text_format(l->out, " %u}", layers_be32(router + 4));
	}

	return true;
}

static bool print_time_exceeded(struct line *l, const struct icmp *m)
{
	if (!quoted_header(m))
		return false;

	if (m->code == 0)
		text_str(l->out, "time exceeded in-transit");
	else if (m->code == 1)
		text_str(l->out, "ip reassembly time exceeded");
	else
		text_format(l->out, "time exceeded-#%u", m->code);
	return true;
}

static bool print_parameter(struct line *l, const struct icmp *m)
{
	struct cursor c = m->c;
	uint8_t octet;

	if (m->code) {
		text_format(l->out, "parameter problem - code %u", m->code);
		return true;
	}

	cursor_skip(&c, 4);
	octet = cursor_u8(&c);
	text_format(l->out, "parameter problem - octet %u", octet);
	return cursor_ok(&c);
}

static bool print_mask(struct line *l, const struct icmp *m)
{
	struct cursor c = m->c;
	uint32_t mask;

	cursor_skip(&c, HEAD);
	mask = cursor_be32(&c);
	text_format(l->out, "address mask is 0x%08x", mask);
	return cursor_ok(&c);
}

static bool print_timestamp(struct line *l, const struct icmp *m)
{
	const uint8_t *w = word(m);

	if (!w)
		return false;

	text_format(l->out, "time stamp query id %u seq %u", layers_be16(w),
		    layers_be16(w + 2));
	return true;
}

/* Milliseconds since midnight. */
static void print_clock(struct line *l, const char *what, uint32_t ms)
{
	uint32_t seconds = ms / 1000;

	text_format(l->out, "%s %02u:%02u:%02u.%03u", what, seconds / 3600,
		    seconds / 60 % 60, seconds % 60, ms % 1000);
}

static bool print_timestamp_reply(struct line *l, const struct icmp *m)
{
	struct cursor c = m->c;
	const uint8_t *w;

	cursor_skip(&c, 4);
	w = cursor_bytes(&c, 16);
	if (!w)
		return false;

	text_format(l->out, "time stamp reply id %u seq %u:", layers_be16(w),
		    layers_be16(w + 2));
	print_clock(l, " org", layers_be32(w + 4));
	print_clock(l, ", recv", layers_be32(w + 8));
	print_clock(l, ", xmit", layers_be32(w + 12));
	return true;
}

/* Types of which only the name is printed. */
static bool print_other(struct line *l, const struct icmp *m)
{
	static const struct {
		uint8_t type;
		const char *name;
	} names[] = {
		{ 4, "source quench" },         { 10, "router solicitation" },
		{ 15, "information request" },  { 16, "information reply" },
		{ 17, "address mask request" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == m->type) {
			text_str(l->out, names[i].name);
			return true;
		}
	}

	text_format(l->out, "type-#%u", m->type);
	return true;
}

static bool print_type(struct line *l, const struct icmp *m)
{
	static const struct {
		uint8_t type;
		bool (*print)(struct line *l, const struct icmp *m);
	} types[] = {
		{ ICMP_ECHO, print_id_seq },
		{ ICMP_ECHO_REPLY, print_id_seq },
		{ ICMP_UNREACHABLE, print_unreachable },
		{ ICMP_TIME_EXCEEDED, print_time_exceeded },
		{ ICMP_REDIRECT, print_redirect },
		{ ICMP_ROUTER_ADVERTISEMENT, print_router },
		{ ICMP_PARAMETER, print_parameter },
		{ ICMP_MASK_REPLY, print_mask },
		{ ICMP_TIMESTAMP, print_timestamp },
		{ ICMP_TIMESTAMP_REPLY, print_timestamp_reply },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == m->type)
			return types[i].print(l, m);
	return print_other(l, m);
}

bool icmp_print(struct line *l, struct cursor c, uint32_t length,
		bool fragmented)
{
	struct cursor head = c;
	struct icmp m = { .c = c };
	size_t start = l->out->len;
	size_t body;

	(void)fragmented; /* only checked sums depend on it */
	l->protocol = "icmp";
	m.type = cursor_u8(&head);
	m.code = cursor_u8(&head);
	if (!cursor_ok(&head))
		return false;

	/* A message that was cut is not begun at all. */
	text_str(l->out, "ICMP ");
	body = l->out->len;
	if (!print_type(l, &m)) {
		text_cut(l->out, start);
		return false;
	}

	text_cut(l->out, body + TEXT_MOST);
	text_str(l->out, ", length ");
	text_u64(l->out, length);
	return true;
}
