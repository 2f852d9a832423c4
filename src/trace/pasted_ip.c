#include "trace/pasted_ip.h"

#include "trace/pasted_icmp.h"
#include "trace/pasted_icmp6.h"
#include "trace/pasted_link.h"
#include "trace/pasted_tcp.h"

/* Headers inside headers are read this deep, as net/decode.h does. */
enum { DEPTH_MOST = 16 };

static const struct {
	const char *name;
	uint8_t protocol;
} protocols[] = {
	{ "tcp", PACKET_TCP },
	{ "udp", PACKET_UDP },
	{ "icmp", PACKET_ICMP },
	{ "sctp", PACKET_SCTP },
	{ "igmp", 2 },
	{ "IGMP", 2 },
	{ "ipencap", 4 },
	{ "GREv", 47 },
	{ "gre", 47 },
	{ "ESP", 50 },
	{ "esp", 50 },
	{ "AH", 51 },
	{ "ah", 51 },
	{ "ipv6-icmp", PACKET_ICMP6 },
	{ "EIGRP", 88 },
	{ "OSPF", 89 },
	{ "ospf", 89 },
	{ "PIM", 103 },
	{ "pim", 103 },
	{ "vrrp", 112 },
	{ "VRRP", 112 },
	{ "CARP", 112 },
};

/* The start of an IP header's own fields; everything inside counts afresh. */
static void begin(struct pasted_line *l, uint8_t version)
{
	struct packet *p = l->packet;
	uint32_t link_marks = PACKET_OUTGOING | PACKET_INCOMING |
			      PACKET_OTHERHOST | PACKET_MULTICAST;

	if (l->depth++)
		p->depth++;
	p->marks &= link_marks;
	p->version = version;
	p->protocol = PACKET_NOT_IP;
	p->sport = 0;
	p->dport = 0;
	p->payload_len = 0;
	p->ttl = 0;
	p->ip_id = 0;
	p->icmp = (struct packet_icmp){ 0 };
	p->tcp = (struct packet_tcp){ 0 };
}

static void offset_read(struct pasted_line *l)
{
	uint32_t offset;

	if (scan_u32(&l->c, &offset) && offset)
		l->packet->marks |= PACKET_LATER_FRAGMENT;
}

/* "[DF]", "[+]", "[none]" */
static void flags_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	while (!scan_ended(c) && scan_at(c, 0) != ']') {
		if (SCAN(c, "DF")) {
			p->marks |= PACKET_DF;
		} else if (scan_at(c, 0) == '+' &&
			   !(p->marks & PACKET_LATER_FRAGMENT)) {
			p->marks |= PACKET_FIRST_FRAGMENT;
		}
		cursor_skip(c, scan_ended(c) ? 0 : 1);
	}
}

/* "TCP (6)", tcpdump 3's plain "6" */
static void protocol_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;
	struct cursor ahead = *c;

	if (scan_u8(c, &l->packet->protocol))
		return;
	if (SCAN_FIND(&ahead, " (") && scan_u8(&ahead, &l->packet->protocol))
		*c = ahead;
}

static void ttl_read(struct pasted_line *l)
{
	(void)scan_u8(&l->c, &l->packet->ttl);
}

static void id_read(struct pasted_line *l)
{
	(void)scan_u32(&l->c, &l->packet->ip_id);
}

static void flow_label_read(struct pasted_line *l)
{
	struct packet *p = l->packet;

	(void)SCAN(&l->c, "0x");
	for (int i = 0; i < 5 && scan_is_hex(scan_at(&l->c, 0)); i++) {
		p->flow_label =
			p->flow_label << 4 | scan_hex_digit(cursor_u8(&l->c));
	}
	p->marks |= PACKET_FLOW_LABEL;
}

static const struct {
	const char *name;
	void (*read)(struct pasted_line *l);
} fields[] = {
	{ "ttl", ttl_read },
	{ "id", id_read },
	{ "offset", offset_read },
	{ "flags", flags_read },
	{ "proto", protocol_read },
	{ "hlim", ttl_read },
	{ "next-header", protocol_read },
	{ "flowlabel", flow_label_read },
};

static void field_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct cursor ahead = *c;

		if (!scan_bytes(&ahead, fields[i].name,
				strlen(fields[i].name)) ||
		    scan_is_letter(scan_at(&ahead, 0)))
			continue;
		(void)SCAN(&ahead, ":");
		scan_blanks(&ahead);
		*c = ahead;
		fields[i].read(l);
		return;
	}
}

bool pasted_ip_fields(struct pasted_line *l)
{
	struct cursor *c = &l->c;
	struct cursor inside = *c;
	struct cursor whole = *c;

	if (!pasted_scan_close(&whole, '(', ')'))
		return false;

	l->packet->flow_label = 0;
	while (inside.pos < whole.pos) {
		l->c = inside;
		l->c.end = whole.pos;
		scan_blanks(&l->c);
		field_read(l);
		inside.pos = l->c.pos;
		while (inside.pos < whole.pos && *inside.pos != ',')
			inside.pos++;
		inside.pos += inside.pos < whole.pos;
	}

	l->c = whole;
	l->packet->marks |= PACKET_TTL;
	return true;
}

/* "truncated-ip - 12 bytes missing! ", and the brackets that 4.99.5 writes. */
static void notes_skip(struct cursor *c)
{
	struct cursor ahead = *c;

	if (SCAN(&ahead, "truncated-ip") && SCAN_FIND(&ahead, "missing!"))
		*c = ahead;
	ahead = *c;
	scan_blanks(&ahead);
	if (SCAN(&ahead, "[") && pasted_scan_close(&ahead, '[', ']')) {
		scan_blanks(&ahead);
		(void)SCAN(&ahead, "(invalid)");
		*c = ahead;
	}
	scan_blanks(c);
}

/* "(tos 0x0, …)" or none. False when it does not end. */
static bool header_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	if (!SCAN_SEES(c, "(tos") && !SCAN_SEES(c, "(class") &&
	    !SCAN_SEES(c, "(flowlabel") && !SCAN_SEES(c, "(hlim") &&
	    !SCAN_SEES(c, "(ttl"))
		return true;

	if (!l->packet->version) {
		l->packet->version =
			SCAN_SEES(c, "(tos") || SCAN_SEES(c, "(ttl") ? 4 : 6;
	}
	cursor_skip(c, 1);
	if (!pasted_ip_fields(l))
		return false;

	l->verbose = true;
	scan_blanks(c);
	return true;
}

/* "IP 10.0.0.1 > …", "52:54:… > 52:54:…, ethertype …" inside a tunnel. */
static bool inner_read(struct pasted_line *l)
{
	if (l->depth >= DEPTH_MOST)
		return false;

	return pasted_link_read(l);
}

static void words_protocol(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor c = l->c;
	uint32_t number;

	scan_blanks(&c);
	if (SCAN(&c, "ip-proto-") && scan_upto(&c, 255, &number)) {
		p->protocol = (uint8_t)number;
		return;
	}

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (scan_sees_bytes(&c, protocols[i].name,
				    strlen(protocols[i].name))) {
			p->protocol = protocols[i].protocol;
			return;
		}
	}
}

/* The length of a datagram whose payload tcpdump puts into words: "(29)" ends
 * those of DNS, others name it. */
static bool words_length(struct pasted_line *l, uint32_t *ret)
{
	struct cursor c = l->c;
	size_t len = cursor_left(&c);
	const uint8_t *open = len ? memrchr(c.pos, '(', len) : NULL;

	if (open && c.pos[len - 1] == ')') {
		struct cursor number =
			cursor_over(open + 1, len - (size_t)(open + 1 - c.pos));

		if (scan_u32(&number, ret) && SCAN(&number, ")") &&
		    scan_ended(&number))
			return true;
	}
	if (!SCAN_FIND(&c, "length"))
		return false;

	(void)SCAN(&c, ":");
	scan_blanks(&c);
	return scan_u32(&c, ret);
}

/* "12345+ A? example.org. (29)", which always ends so. */
static bool is_dns(const struct cursor *c)
{
	struct cursor ahead = *c;
	uint32_t id;

	return scan_upto(&ahead, UINT16_MAX, &id) && !scan_ended(&ahead) &&
	       strchr("+*-%?|$ ", scan_at(&ahead, 0));
}

static void udp_words(struct pasted_line *l)
{
	struct packet *p = l->packet;
	bool dns = is_dns(&l->c);
	bool found = words_length(l, &p->payload_len);

	if (found)
		p->marks |= PACKET_LENGTH;
	l->complete = found || !dns;
	l->lacks_length = !found;
	pasted_line_words(l);
	if (dns && found)
		l->may_go_on = false;
}

/* Behind "a.p > b.q: " of UDP. */
static void udp_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	p->protocol = PACKET_UDP;
	/* "[udp sum ok] ", "[no cksum] ", "[bad udp cksum 0x1 -> 0x2!] " */
	if (SCAN(c, "[")) {
		if (!pasted_scan_close(c, '[', ']'))
			return;
		scan_blanks(c);
	}

	if (SCAN(c, "UDP, length ") || SCAN(c, "UDP, length: ") ||
	    SCAN(c, "udp ") ||
	    (SCAN(c, "UDP, bad length ") && SCAN_FIND(c, "> "))) {
		if (!scan_u32(c, &p->payload_len))
			return;
		p->marks |= PACKET_LENGTH;
		l->complete = true;
		return;
	}

	udp_words(l);
}

static bool tunnel_line(struct pasted_line *l)
{
	scan_blanks(&l->c);
	if (scan_ended(&l->c)) {
		l->wants_inner = true;
		return true;
	}

	return inner_read(l);
}

/* "VXLAN, flags [I] (0x08), vni 100" and the inner packet on a line of its
 * own. */
static bool vxlan_read(struct pasted_line *l)
{
	uint32_t vni;

	if (!SCAN_FIND(&l->c, "vni ") || !scan_u32(&l->c, &vni))
		return false;

	return tunnel_line(l);
}

/* "GREv0, key=0x1, length 88: IP …", and -v's line of its own. */
static bool gre_read(struct pasted_line *l)
{
	uint32_t length;

	if (!SCAN_FIND(&l->c, "length ") || !scan_u32(&l->c, &length))
		return false;

	(void)SCAN(&l->c, ":");
	return tunnel_line(l);
}

/* "Geneve, Flags [none], vni 0x64, options [8 bytes]: IP …" */
static bool geneve_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	if (!SCAN_FIND(c, "vni 0x"))
		return false;

	while (!scan_ended(c) && scan_at(c, 0) != ':' && scan_at(c, 0) != ' ') {
		cursor_skip(c, 1);
		if (SCAN(c, " proto") || SCAN(c, " rsvd"))
			(void)scan_word(c);
		if (SCAN(c, " options [") && !pasted_scan_close(c, '[', ']'))
			return false;
	}
	(void)SCAN(c, ":");
	return tunnel_line(l);
}

/* "AH(spi=0x1,seq=0x1,icv=0x1): " and the rest of the same packet. */
static bool ah_read(struct pasted_line *l)
{
	return SCAN_FIND(&l->c, "): ");
}

static const struct {
	const char *start;
	bool (*read)(struct pasted_line *l);
} tunnels[] = {
	{ "IP ", inner_read },   { "IP6 ", inner_read },
	{ "(tos ", inner_read }, { "VXLAN", vxlan_read },
	{ "GREv0", gre_read },   { "Geneve", geneve_read },
	{ "MPLS", inner_read },
};

/* True when what follows is an encapsulated packet, which is then read. */
static bool tunnel_read(struct pasted_line *l)
{
	struct pasted_line saved = *l;
	struct packet packet = *l->packet;

	for (size_t i = 0; i < sizeof(tunnels) / sizeof(*tunnels); i++) {
		const char *start = tunnels[i].start;

		if (!scan_sees_bytes(&l->c, start, strlen(start)))
			continue;
		if (tunnels[i].read(l))
			return true;
		/* Cut off; the outer packet is better than none. */
		saved.strange = l->strange;
		*l = saved;
		*l->packet = packet;
		words_protocol(l);
		pasted_line_words(l);
		l->complete = false;
		return true;
	}

	return false;
}

static void other_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	if (!p->protocol)
		words_protocol(l);
	scan_blanks(c);
	l->complete = !scan_ended(c);
	/* Only the name of the protocol: no header was in that fragment. */
	if (memchr(c->pos, ' ', cursor_left(c)) == NULL && !l->verbose &&
	    (p->protocol == PACKET_TCP || p->protocol == PACKET_UDP ||
	     p->protocol == PACKET_ICMP))
		p->marks |= PACKET_LATER_FRAGMENT;
	pasted_line_words(l);
}

/* The offset of "frag (0|1448) ", "frag (0x00000001:1448|64)". */
static bool fragment_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;
	uint32_t offset = 0;

	(void)SCAN(c, "(");
	if (SCAN_SEES(c, "0x"))
		(void)SCAN_FIND(c, ":");
	if (!scan_u32(c, &offset) || !SCAN_FIND(c, ")"))
		return false;

	scan_blanks(c);
	l->packet->marks |=
		offset ? PACKET_LATER_FRAGMENT : PACKET_FIRST_FRAGMENT;
	l->complete = offset;
	return !offset;
}

/* "HBH (rtalert: 0x0000) (padn) ", "DSTOPT …", "srcrt (…) ", "frag (…) ". False
 * when no other header follows: a later fragment, or the line is cut. */
static bool extensions_skip(struct pasted_line *l)
{
	static const char *const names[] = { "HBH ", "DSTOPT ", "srcrt ",
					     "RT6 " };
	struct cursor *c = &l->c;
	bool more;

	do {
		more = SCAN(c, "frag ");
		if (more && !fragment_read(l))
			return false;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			more |= scan_bytes(c, names[i], strlen(names[i]));
		scan_blanks(c);
		while (more && SCAN(c, "(")) {
			if (!pasted_scan_close(c, '(', ')'))
				return false;
			scan_blanks(c);
		}
	} while (more);

	return true;
}

/* "50502 > 22: " behind extension headers, where the addresses stand before
 * those. */
static bool bare_ports(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor ahead = l->c;
	struct scan_word from = scan_word(&ahead);
	struct scan_word to;
	uint8_t protocol;

	if (!from.len || !SCAN(&ahead, " > "))
		return false;

	to = scan_word(&ahead);
	if (to.len < 2 || to.s[to.len - 1] != ':')
		return false;

	to.len--;
	scan_blanks(&ahead);
	protocol = pasted_tcp_sees(&ahead) ? PACKET_TCP : PACKET_UDP;
	p->sport = pasted_names_port(l->names, from, protocol);
	p->dport = pasted_names_port(l->names, to, protocol);
	p->marks |= PACKET_PORTS;
	l->c = ahead;
	return true;
}

/* What a line says behind the addresses, told by how it begins. */
enum carried {
	CARRIED_TCP,
	CARRIED_UDP,
	CARRIED_ICMP,
	CARRIED_ICMP6,
	CARRIED_SCTP,
	CARRIED_TCP_CUT,
	CARRIED_OTHER, /* UDP if it has ports */
};

static const struct {
	const char *start;
	enum carried carried;
} starts[] = {
	{ "ICMP ", CARRIED_ICMP },        { "icmp: ", CARRIED_ICMP },
	{ "icmp ", CARRIED_ICMP },        { "ICMP6", CARRIED_ICMP6 },
	{ "icmp6", CARRIED_ICMP6 },       { "[icmp6 sum", CARRIED_ICMP6 },
	{ "[bad icmp6", CARRIED_ICMP6 },  { "UDP, ", CARRIED_UDP },
	{ "udp ", CARRIED_UDP },          { "[udp sum", CARRIED_UDP },
	{ "[bad udp", CARRIED_UDP },      { "[no cksum]", CARRIED_UDP },
	{ "truncated-udp", CARRIED_UDP }, { "[|udp]", CARRIED_UDP },
	{ "[|tcp]", CARRIED_TCP_CUT },    { "tcp ", CARRIED_TCP_CUT },
	{ "sctp", CARRIED_SCTP },
};

static enum carried carried_by(const struct pasted_line *l)
{
	const struct cursor *c = &l->c;

	if (pasted_tcp_sees(c))
		return CARRIED_TCP;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (scan_sees_bytes(c, starts[i].start,
				    strlen(starts[i].start)))
			return starts[i].carried;
	}

	return CARRIED_OTHER;
}

/* The beginning of one of those, and then the line ends. */
static bool is_cut(const struct cursor *c)
{
	const char *rest = (const char *)c->pos;
	size_t len = cursor_left(c);

	/* All that is said of a later fragment. */
	if (len == 3 && (SCAN_SEES(c, "tcp") || SCAN_SEES(c, "udp")))
		return false;
	if (len < sizeof("Flags [") && !memcmp(rest, "Flags [", len))
		return true;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (len < strlen(starts[i].start) &&
		    !memcmp(rest, starts[i].start, len))
			return true;
	}

	return false;
}

static const struct {
	enum pasted_ports ports;
	uint8_t protocol;
} carriers[] = {
	[CARRIED_TCP] = { PASTED_PORTS_SOME, PACKET_TCP },
	[CARRIED_UDP] = { PASTED_PORTS_SOME, PACKET_UDP },
	[CARRIED_ICMP] = { PASTED_PORTS_NONE, PACKET_ICMP },
	[CARRIED_ICMP6] = { PASTED_PORTS_NONE, PACKET_ICMP6 },
	[CARRIED_SCTP] = { PASTED_PORTS_SOME, PACKET_SCTP },
	[CARRIED_TCP_CUT] = { PASTED_PORTS_SOME, PACKET_TCP },
	[CARRIED_OTHER] = { PASTED_PORTS_MAYBE, PACKET_UDP },
};

static void cut_read(struct pasted_line *l)
{
	l->packet->protocol = PACKET_TCP;
	l->packet->marks |= PACKET_TRUNCATED;
	l->complete = true;
}

static void sctp_read(struct pasted_line *l)
{
	l->packet->protocol = PACKET_SCTP;
	l->complete = true;
	pasted_line_words(l);
}

static void carried_read(struct pasted_line *l, enum carried carried)
{
	struct packet *p = l->packet;

	switch (carried) {
	case CARRIED_TCP:
		(void)pasted_tcp_read(l);
		break;
	case CARRIED_UDP:
		udp_read(l);
		break;
	case CARRIED_ICMP:
		pasted_icmp_read(l);
		break;
	case CARRIED_ICMP6:
		pasted_icmp6_read(l);
		break;
	case CARRIED_SCTP:
		sctp_read(l);
		break;
	case CARRIED_TCP_CUT:
		cut_read(l);
		break;
	case CARRIED_OTHER:
		if (p->marks & PACKET_PORTS &&
		    (!p->protocol || p->protocol == PACKET_UDP)) {
			udp_read(l);
		} else {
			other_read(l);
		}
		break;
	}
}

static bool ends_set(struct pasted_line *l, struct scan_word src,
		     struct scan_word dst, enum carried carried)
{
	struct packet *p = l->packet;
	enum pasted_ports ports = carriers[carried].ports;
	uint8_t protocol = carriers[carried].protocol;
	struct pasted_end from;
	struct pasted_end to;

	if (p->marks & PACKET_LATER_FRAGMENT)
		ports = PASTED_PORTS_NONE;

	if (!pasted_names_end(l->names, src, p->version == 6, ports, protocol,
			      &from) ||
	    !pasted_names_end(l->names, dst, p->version == 6, ports, protocol,
			      &to))
		return false;

	l->has_ends = true;
	p->src = from.address;
	p->dst = to.address;
	if (!p->version)
		p->version = from.is_v6 ? 6 : 4;
	if (from.has_port && to.has_port && ports != PASTED_PORTS_NONE) {
		p->sport = from.port;
		p->dport = to.port;
		p->marks |= PACKET_PORTS;
	}
	if (address_is_group(&p->dst))
		p->marks |= PACKET_MULTICAST;
	return true;
}

/* "10.1.0.7.50502 > 172.16.1.2.5555:", and the blank behind it. */
static bool addresses_read(struct pasted_line *l, struct scan_word *src,
			   struct scan_word *dst)
{
	struct cursor *c = &l->c;

	*src = scan_word(c);
	if (!src->len || !SCAN(c, " > "))
		return false;

	*dst = scan_word(c);
	if (dst->len < 2 || dst->s[dst->len - 1] != ':')
		return false;

	dst->len--;
	scan_blanks(c);
	return true;
}

/* The line ended, or something else stood, where the addresses are. */
static bool no_addresses(struct pasted_line *l, struct cursor at)
{
	struct cursor rest = at;

	l->c = at;
	if (scan_ended(&at)) {
		l->wants_body = l->verbose;
		return true;
	}

	/* Cut by the end of the line rather than anything else. */
	(void)scan_word(&rest);
	if (SCAN(&rest, " > "))
		(void)scan_word(&rest);
	scan_blanks(&rest);
	if (!scan_ended(&rest))
		pasted_line_wonder(l);
	return false;
}

bool pasted_ip_read(struct pasted_line *l, uint8_t version)
{
	struct cursor *c = &l->c;
	struct cursor at;
	struct scan_word src;
	struct scan_word dst;
	enum carried carried;

	begin(l, version);
	notes_skip(c);
	if (!header_read(l))
		return true;

	at = *c;
	if (!addresses_read(l, &src, &dst))
		return no_addresses(l, at);

	(void)(SCAN_SEES(c, "AH(") && ah_read(l));
	if (l->packet->version != 4 && !extensions_skip(l))
		return ends_set(l, src, dst, CARRIED_ICMP);

	carried = carried_by(l);
	at = *c;
	if (carried == CARRIED_OTHER && is_cut(c))
		return ends_set(l, src, dst, carried);
	if (carried == CARRIED_OTHER && bare_ports(l)) {
		carried = carried_by(l);
		if (!ends_set(l, src, dst, CARRIED_ICMP))
			return no_addresses(l, at);
		carried_read(l, carried);
		return true;
	}

	if (!ends_set(l, src, dst, carried)) {
		l->c.pos = (const uint8_t *)src.s;
		pasted_line_wonder(l);
		return false;
	}
	if (scan_ended(c) || (carried == CARRIED_OTHER && tunnel_read(l)))
		return true;

	carried_read(l, carried);
	return true;
}
