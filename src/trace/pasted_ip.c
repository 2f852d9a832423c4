#include "trace/pasted_ip.h"

#include "trace/pasted_carried.h"
#include "trace/pasted_tcp.h"

/* The start of an IP header's own fields; everything inside counts afresh. */
static void begin(struct pasted_line *l, uint8_t version)
{
	struct packet *p = l->packet;
	uint32_t link_marks = PACKET_OUTGOING | PACKET_INCOMING |
			      PACKET_OTHERHOST | PACKET_MULTICAST;

	p->version = version;
	if (!l->depth++)
		return;

	p->depth++;
	p->marks &= link_marks;
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
	while (!scan_ended(&ahead) && scan_at(&ahead, 0) != '(' &&
	       scan_at(&ahead, 0) != ',')
		cursor_skip(&ahead, 1);
	if (SCAN(&ahead, "(") && scan_u8(&ahead, &l->packet->protocol))
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

/* "AH(spi=0x1,seq=0x1,icv=0x1): " and the rest of the same packet. */
static bool ah_read(struct pasted_line *l)
{
	return SCAN_FIND(&l->c, "): ");
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

static bool ends_set(struct pasted_line *l, struct scan_word src,
		     struct scan_word dst, enum pasted_carried carried)
{
	struct packet *p = l->packet;
	uint8_t protocol;
	enum pasted_ports ports = pasted_carried_ports(carried, &protocol);
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
	scan_blanks(&rest);
	if (SCAN(&rest, ">")) {
		scan_blanks(&rest);
		(void)scan_word(&rest);
		scan_blanks(&rest);
	}
	l->cut = scan_ended(&rest);
	if (!l->cut)
		pasted_line_wonder(l);
	return false;
}

bool pasted_ip_read(struct pasted_line *l, uint8_t version)
{
	struct cursor *c = &l->c;
	struct cursor at;
	struct scan_word src;
	struct scan_word dst;
	enum pasted_carried carried;

	begin(l, version);
	notes_skip(c);
	if (!header_read(l)) {
		l->cut = true;
		return true;
	}

	at = *c;
	if (!addresses_read(l, &src, &dst))
		return no_addresses(l, at);

	(void)(SCAN_SEES(c, "AH(") && ah_read(l));
	if (l->packet->version != 4 && !extensions_skip(l))
		return ends_set(l, src, dst, PASTED_CARRIED_ICMP);

	carried = pasted_carried_by(c);
	at = *c;
	if (carried == PASTED_CARRIED_OTHER && pasted_carried_is_cut(c))
		return ends_set(l, src, dst, carried);
	if (carried == PASTED_CARRIED_OTHER && bare_ports(l)) {
		carried = pasted_carried_by(c);
		if (!ends_set(l, src, dst, PASTED_CARRIED_ICMP))
			return no_addresses(l, at);
		pasted_carried_read(l, carried);
		return true;
	}

	if (!ends_set(l, src, dst, carried)) {
		l->c.pos = (const uint8_t *)src.s;
		pasted_line_wonder(l);
		return false;
	}
	if (scan_ended(c))
		return true;

	pasted_carried_read(l, carried);
	return true;
}
