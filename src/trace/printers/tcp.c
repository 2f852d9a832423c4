#include "trace/printers/layers.h"
#include "trace/printers/pen.h"

/* RFC 9293, as tcpdump 4.99.3 tells it without -v. */
enum {
	TCP_HEAD = 20,
	FLAG_FIN = 0x01,
	FLAG_SYN = 0x02,
	FLAG_RST = 0x04,
	FLAG_ACK = 0x10,
	FLAG_URG = 0x20,
	PROTOCOL_TCP = 6,
	PORT_NFS = 2049,
};

struct tcp {
	const uint8_t *head;
	const struct layers_ip *ip;
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint32_t head_len;
	uint32_t length; /* of the payload */
	uint8_t flags;
};

/* The form with -n of IPv4, which most lines have. */
static void print_ends_v4(struct line *l, const struct tcp *t)
{
	char *p = pen_begin(l->out, 64);

	if (!p)
		return;

	p = pen_char(pen_dotted(p, t->ip->src), '.');
	p = pen_str(pen_u32(p, t->sport), " > ");
	p = pen_char(pen_dotted(p, t->ip->dst), '.');
	p = pen_str(pen_u32(p, t->dport), ": ");
	pen_end(l->out, p);
}

static void print_ends(struct line *l, const struct tcp *t)
{
	const struct layers_ip *ip = t->ip;
	bool has_addresses = ip->protocol == PROTOCOL_TCP;

	if (l->options->numeric && has_addresses && !ip->is_v6) {
		print_ends_v4(l, t);
		return;
	}

	if (has_addresses) {
		layers_address(l, ip, ip->src);
		text_char(l->out, '.');
	}
	line_port_tcp(l, t->sport);
	text_str(l->out, " > ");
	if (has_addresses) {
		layers_address(l, ip, ip->dst);
		text_char(l->out, '.');
	}
	line_port_tcp(l, t->dport);
	text_str(l->out, ": ");
}

static char *pen_flags(char *p, uint8_t flags)
{
	static const char letters[] = "FSRP.UEW";

	if (!flags)
		return pen_str(p, "none");

	for (unsigned i = 0; i < 8; i++) {
		*p = letters[i];
		p += flags >> i & 1;
	}
	return p;
}

/* The numbers as they are printed; what those of a SACK are relative to. */
static uint32_t make_relative(struct line *l, struct tcp *t)
{
	struct line_segment seg = {
		.src = t->ip->src,
		.dst = t->ip->dst,
		.is_v6 = t->ip->is_v6,
		.is_syn = t->flags & FLAG_SYN,
		.sport = t->sport,
		.dport = t->dport,
		.seq = t->seq,
		.ack = t->ack,
	};
	struct line_bases bases;

	if (l->options->absolute_seq || !(t->flags & FLAG_ACK))
		return 0;

	line_bases(l, &seg, &bases);
	if (bases.is_known) {
		t->seq -= bases.own;
		t->ack -= bases.other;
	}
	return bases.other;
}

static void print_numbers(struct line *l, const struct tcp *t)
{
	char *p = pen_begin(l->out, 128);

	if (!p)
		return;

	if (t->length || t->flags & (FLAG_SYN | FLAG_FIN | FLAG_RST)) {
		p = pen_u32(pen_str(p, ", seq "), t->seq);
		if (t->length)
			p = pen_u32(pen_char(p, ':'), t->seq + t->length);
	}
	if (t->flags & FLAG_ACK)
		p = pen_u32(pen_str(p, ", ack "), t->ack);
	p = pen_u32(pen_str(p, ", win "), layers_be16(t->head + 14));
	if (t->flags & FLAG_URG)
		p = pen_u32(pen_str(p, ", urg "), layers_be16(t->head + 18));
	pen_end(l->out, p);
}

/* What tcpdump prints of the payload, in the order in which it asks. */
struct application {
	uint16_t port;
	uint8_t order;
	bool has_colon;
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond;
};

static bool print_dns(struct line *l, struct cursor c, uint32_t length)
{
	return dns_print(l, c, length, true, false);
}

/* By port. */
static const struct application applications[] = {
	{ 21, 12, true, text_proto_ftp, NULL },
	{ 22, 7, false, text_proto_ssh, NULL },
	{ 23, 1, false, telnet_print, NULL },
	{ 25, 2, true, text_proto_smtp, NULL },
	{ 43, 3, true, text_proto_whois, NULL },
	{ 53, 15, false, print_dns, NULL },
	{ 80, 13, true, text_proto_http, NULL },
	{ 179, 4, false, NULL, "bgp" },
	{ 323, 17, false, NULL, "rpki-rtr" },
	{ 554, 14, true, text_proto_rtsp, NULL },
	{ 639, 16, false, NULL, "msdp" },
	{ 646, 18, false, NULL, "ldp" },
	{ 1723, 5, false, NULL, "pptp" },
	{ 6379, 6, false, NULL, "resp" },
	{ 6633, 11, false, NULL, "openflow" },
	{ 6653, 11, false, NULL, "openflow" },
	{ 8080, 13, true, text_proto_http, NULL },
	{ 8554, 14, true, text_proto_rtsp, NULL },
	{ 10288, 10, false, NULL, "beep" },
};

static const struct application *find_application(uint16_t port)
{
	size_t low = 0;
	size_t high = sizeof(applications) / sizeof(applications[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (applications[middle].port == port)
			return &applications[middle];
		if (applications[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}

	return NULL;
}

/* A call to the port, or a reply from it, behind the length of the record. */
static bool is_nfs(const struct tcp *t, struct cursor c)
{
	uint32_t direction;

	if (t->length < 4)
		return false;
	cursor_skip(&c, 8);
	direction = cursor_be32(&c);
	if (!cursor_ok(&c))
		return false;

	return (t->dport == PORT_NFS && direction == 0) ||
	       (t->sport == PORT_NFS && direction == 1);
}

static bool print_payload(struct line *l, const struct tcp *t, struct cursor c)
{
	const struct application *a = find_application(t->sport);
	const struct application *b = find_application(t->dport);

	if (!a || (b && b->order < a->order))
		a = b;
	if (!a)
		return is_nfs(t, c) ? layers_beyond(l, "nfs") : true;

	if (a->has_colon)
		text_str(l->out, ": ");
	return a->print ? a->print(l, c, t->length)
			: layers_beyond(l, a->beyond);
}

static bool print_length(struct line *l, const struct tcp *t,
			 struct cursor segment)
{
	char *p = pen_begin(l->out, 32);

	if (p)
		pen_end(l->out, pen_u32(pen_str(p, ", length "), t->length));
	if (!t->length)
		return true;

	if (cursor_left(&segment) < t->head_len) {
		text_format(l->out,
			    " [remaining caplen(%zu) < header length(%u)]",
			    cursor_left(&segment), t->head_len);
		return false;
	}

	cursor_skip(&segment, t->head_len);
	return print_payload(l, t, segment);
}

static bool print_segment(struct line *l, struct tcp *t, struct cursor segment,
			  uint32_t length)
{
	uint32_t sack_base;
	char *p = pen_begin(l->out, 32);

	if (p)
		pen_end(l->out,
			pen_char(pen_flags(pen_str(p, "Flags ["), t->flags),
				 ']'));
	sack_base = make_relative(l, t);
	if (t->head_len > length) {
		text_format(l->out, " [bad hdr length %u - too long, > %u]",
			    t->head_len, length);
		return true;
	}

	t->length = length - t->head_len;
	print_numbers(l, t);
	if (t->head_len > TCP_HEAD) {
		const struct tcp_options options = {
			.segment = segment,
			.head_len = t->head_len,
			.length = t->length,
			.sack_base = sack_base,
			.flags = t->flags,
		};
		enum tcp_options_answer answer = tcp_options_print(l, &options);

		if (answer != TCP_OPTIONS_DONE)
			return answer == TCP_OPTIONS_STOP;
	}

	return print_length(l, t, segment);
}

bool tcp_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_ip *ip)
{
	struct cursor segment = c;
	struct tcp t = { .ip = ip };
	const uint8_t *ports = cursor_bytes(&c, 4);

	l->protocol = "tcp";
	if (!ports) {
		layers_addresses(l, ip, ":");
		return false;
	}

	t.sport = layers_be16(ports);
	t.dport = layers_be16(ports + 2);
	print_ends(l, &t);
	if (!cursor_bytes(&c, TCP_HEAD - 4))
		return false;

	t.head = ports;
	t.head_len = (ports[12] >> 4) * 4U;
	if (t.head_len < TCP_HEAD) {
		text_format(
			l->out, " tcp %u [bad hdr length %u - too short, < %u]",
			length - t.head_len, t.head_len, (unsigned)TCP_HEAD);
		return true;
	}

	t.seq = layers_be32(ports + 4);
	t.ack = layers_be32(ports + 8);
	t.flags = ports[13];
	return print_segment(l, &t, segment, length);
}
