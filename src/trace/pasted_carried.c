#include "trace/pasted_carried.h"

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

static const struct {
	const char *start;
	enum pasted_carried carried;
} starts[] = {
	{ "ICMP ", PASTED_CARRIED_ICMP },
	{ "icmp: ", PASTED_CARRIED_ICMP },
	{ "icmp ", PASTED_CARRIED_ICMP },
	{ "ICMP6", PASTED_CARRIED_ICMP6 },
	{ "icmp6", PASTED_CARRIED_ICMP6 },
	{ "[icmp6 sum", PASTED_CARRIED_ICMP6 },
	{ "[bad icmp6", PASTED_CARRIED_ICMP6 },
	{ "UDP, ", PASTED_CARRIED_UDP },
	{ "udp ", PASTED_CARRIED_UDP },
	{ "[udp sum", PASTED_CARRIED_UDP },
	{ "[bad udp", PASTED_CARRIED_UDP },
	{ "[no cksum]", PASTED_CARRIED_UDP },
	{ "truncated-udp", PASTED_CARRIED_UDP },
	{ "[|udp]", PASTED_CARRIED_UDP },
	{ "[|tcp]", PASTED_CARRIED_TCP_CUT },
	{ "tcp ", PASTED_CARRIED_TCP_CUT },
	{ "sctp", PASTED_CARRIED_SCTP },
};

enum pasted_carried pasted_carried_by(const struct cursor *c)
{
	if (pasted_tcp_sees(c))
		return PASTED_CARRIED_TCP;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (scan_sees_bytes(c, starts[i].start,
				    strlen(starts[i].start)))
			return starts[i].carried;
	}

	return PASTED_CARRIED_OTHER;
}

bool pasted_carried_is_cut(const struct cursor *c)
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
	[PASTED_CARRIED_TCP] = { PASTED_PORTS_SOME, PACKET_TCP },
	[PASTED_CARRIED_UDP] = { PASTED_PORTS_SOME, PACKET_UDP },
	[PASTED_CARRIED_ICMP] = { PASTED_PORTS_NONE, PACKET_ICMP },
	[PASTED_CARRIED_ICMP6] = { PASTED_PORTS_NONE, PACKET_ICMP6 },
	[PASTED_CARRIED_SCTP] = { PASTED_PORTS_SOME, PACKET_SCTP },
	[PASTED_CARRIED_TCP_CUT] = { PASTED_PORTS_SOME, PACKET_TCP },
	[PASTED_CARRIED_OTHER] = { PASTED_PORTS_MAYBE, PACKET_UDP },
};

enum pasted_ports pasted_carried_ports(enum pasted_carried carried,
				       uint8_t *ret_protocol)
{
	*ret_protocol = carriers[carried].protocol;
	return carriers[carried].ports;
}

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

/* Told by nothing but its ports, which only UDP has, or by words of its own. */
static void unnamed_read(struct pasted_line *l)
{
	const struct packet *p = l->packet;

	if (tunnel_read(l))
		return;

	if (p->marks & PACKET_PORTS &&
	    (!p->protocol || p->protocol == PACKET_UDP)) {
		udp_read(l);
	} else {
		other_read(l);
	}
}

void pasted_carried_read(struct pasted_line *l, enum pasted_carried carried)
{
	switch (carried) {
	case PASTED_CARRIED_TCP:
		(void)pasted_tcp_read(l);
		break;
	case PASTED_CARRIED_UDP:
		udp_read(l);
		break;
	case PASTED_CARRIED_ICMP:
		pasted_icmp_read(l);
		break;
	case PASTED_CARRIED_ICMP6:
		pasted_icmp6_read(l);
		break;
	case PASTED_CARRIED_SCTP:
		sctp_read(l);
		break;
	case PASTED_CARRIED_TCP_CUT:
		cut_read(l);
		break;
	case PASTED_CARRIED_OTHER:
		unnamed_read(l);
		break;
	}
}
