#include "trace/pasted_link.h"

#include <string.h>

#include "trace/pasted_ip.h"

bool pasted_link_mac(struct cursor *c, uint8_t ret[static 6])
{
	struct cursor ahead = *c;
	uint8_t mac[6];

	for (int i = 0; i < 6; i++) {
		if (i && !SCAN(&ahead, ":"))
			return false;
		if (!scan_is_hex(scan_at(&ahead, 0)))
			return false;
		mac[i] = (uint8_t)scan_hex_digit(cursor_u8(&ahead));
		if (scan_is_hex(scan_at(&ahead, 0))) {
			mac[i] = (uint8_t)((unsigned)mac[i] << 4 |
					   scan_hex_digit(cursor_u8(&ahead)));
		}
	}
	/* An IPv6 address begins alike. */
	if (scan_at(&ahead, 0) == ':' || scan_is_hex(scan_at(&ahead, 0)))
		return false;

	memcpy(ret, mac, sizeof(mac));
	*c = ahead;
	return true;
}

static const struct {
	const char *word;
	uint32_t marks;
} directions[] = {
	{ "In ", PACKET_INCOMING },
	{ "Out ", PACKET_OUTGOING },
	{ "P ", PACKET_OTHERHOST },
	{ "M ", PACKET_INCOMING | PACKET_MULTICAST },
	{ "B ", PACKET_INCOMING | PACKET_MULTICAST },
	{ "? ", 0 },
};

/* Not "B > C": a redacted address may be a single letter. */
static bool direction(struct cursor *c, uint32_t *marks)
{
	for (size_t i = 0; i < sizeof(directions) / sizeof(*directions); i++) {
		struct cursor ahead = *c;

		if (!scan_bytes(&ahead, directions[i].word,
				strlen(directions[i].word)) ||
		    scan_at(&ahead, 0) == '>')
			continue;
		*marks |= directions[i].marks;
		scan_blanks(&ahead);
		*c = ahead;
		return true;
	}

	return false;
}

/* "eth0  In  ", and older "  In " or " P ". */
static void any_read(struct pasted_line *l)
{
	struct cursor ahead = l->c;
	struct scan_word interface;

	if (direction(&l->c, &l->packet->marks))
		return;

	interface = scan_word(&ahead);
	if (!interface.len || interface.len > 16 ||
	    memchr(interface.s, ':', interface.len))
		return;

	scan_blanks(&ahead);
	if (direction(&ahead, &l->packet->marks))
		l->c = ahead;
}

/* What a link header says of what it carries. */
struct link_type {
	uint8_t version; /* 4, 6; 0: not told, or neither */
	bool is_arp;
	bool is_other; /* told, and nothing that leads to IP */
};

static const struct {
	const char *name;
	struct link_type type;
} types[] = {
	{ "IPv4", { .version = 4 } },  { "IPv6", { .version = 6 } },
	{ "IP ", { .version = 4 } },   { "IP6", { .version = 6 } },
	{ "ARP", { .is_arp = true } }, { "MPLS", { 0 } },
	{ "802.1Q", { 0 } },           { "802.1AE", { 0 } },
	{ "PPPoE S", { 0 } },
};

static struct link_type type_of(const struct cursor *c)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (scan_sees_bytes(c, types[i].name, strlen(types[i].name)))
			return types[i].type;
	}

	return (struct link_type){ .is_other = true };
}

/* "ethertype IPv4 (0x0800), ", with -q "IPv4, ". */
static void type_read(struct cursor *c, struct link_type *type)
{
	struct cursor ahead = *c;

	(void)SCAN(&ahead, "ethertype ");
	*type = type_of(&ahead);
	if (SCAN_FIND(&ahead, ", "))
		*c = ahead;
}

/* ", length 74: " */
static bool length_read(struct cursor *c)
{
	struct cursor ahead = *c;
	uint32_t length;

	(void)SCAN(&ahead, ", ");
	if (!SCAN(&ahead, "length ") || !scan_u32(&ahead, &length) ||
	    !SCAN(&ahead, ":"))
		return false;

	scan_blanks(&ahead);
	*c = ahead;
	return true;
}

/* "vlan 5, p 0, DEI, ethertype IPv4 (0x0800), " */
static void vlans_read(struct cursor *c, struct link_type *type)
{
	while (SCAN_SEES(c, "vlan ")) {
		struct cursor ahead = *c;

		if (!SCAN_FIND(&ahead, ", p ") || !SCAN_FIND(&ahead, ", "))
			return;
		(void)SCAN(&ahead, "DEI, ");
		*c = ahead;
		if (SCAN_SEES(c, "ethertype ") || !type_of(c).is_other)
			type_read(c, type);
		(void)length_read(c);
	}
}

/* Behind the addresses of -e: type and length. */
static bool types_read(struct cursor *c, struct link_type *type)
{
	(void)SCAN(c, ",");
	scan_blanks(c);
	if (SCAN(c, "802.3")) {
		type->is_other = true;
		(void)length_read(c);
		return true;
	}

	if (!SCAN_SEES(c, "length "))
		type_read(c, type);
	if (!length_read(c))
		return false;

	vlans_read(c, type);
	return true;
}

/* tcpdump 3.6: "0:c:29:1:2:3 0:50:56:1:2:3 0800 74: " */
static bool old_types_read(struct cursor *c, struct link_type *type)
{
	struct cursor ahead = *c;
	struct scan_word number = scan_word(&ahead);
	uint32_t length;

	if (!SCAN(&ahead, " ") || !scan_u32(&ahead, &length) ||
	    !SCAN(&ahead, ": "))
		return false;

	type->version = scan_word_is(number, "86dd") ? 6 : 4;
	*c = ahead;
	return true;
}

/* Two addresses of Ethernet's, or one of a cooked header's. */
static void macs_read(struct pasted_line *l, struct link_type *type)
{
	struct packet *p = l->packet;
	struct cursor c = l->c;
	uint8_t src[6];
	uint8_t dst[6];

	if (!pasted_link_mac(&c, src))
		return;

	if (SCAN(&c, " > ")) {
		if (!pasted_link_mac(&c, dst) || !types_read(&c, type)) {
			l->cut = true;
			return;
		}
	} else if (SCAN(&c, " ") && pasted_link_mac(&c, dst)) {
		scan_blanks(&c);
		if (!old_types_read(&c, type))
			return;
	} else {
		memset(dst, 0, sizeof(dst));
		if (SCAN_SEES(&c, "ethertype ") && !types_read(&c, type)) {
			l->cut = true;
			return;
		}
		l->c = c;
		memcpy(p->src_mac, src, sizeof(src));
		return;
	}

	l->c = c;
	if (l->depth)
		return;
	memcpy(p->src_mac, src, sizeof(src));
	memcpy(p->dst_mac, dst, sizeof(dst));
	p->has_mac = true;
	if (dst[0] & 1)
		p->marks |= PACKET_MULTICAST;
}

/* Cooked headers without an address, loopback, raw IP. */
static void header_read(struct pasted_line *l, struct link_type *type)
{
	struct cursor *c = &l->c;
	struct cursor ahead = *c;
	uint32_t number;

	if (SCAN(&ahead, "ifindex ") && scan_u32(&ahead, &number)) {
		scan_blanks(&ahead);
		*c = ahead;
	}

	macs_read(l, type);
	if (SCAN_SEES(c, "ethertype "))
		(void)types_read(c, type);

	ahead = *c;
	if (SCAN(&ahead, "AF ") && SCAN_FIND(&ahead, ": ")) {
		*type = type_of(
			&(struct cursor){ .pos = c->pos + 3, .end = c->end });
		*c = ahead;
	}
	(void)SCAN(c, "ip: ");
	/* Interfaces of PPP name their protocol. */
	ahead = *c;
	if (SCAN(&ahead, "PPP-IP") && SCAN_FIND(&ahead, ": "))
		*c = ahead;
}

/* "MPLS (label 29, tc 6, [S], ttl 255) ", "PPPoE  [ses 0x1] " */
static void shims_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	if (SCAN(c, "MPLS")) {
		scan_blanks(c);
		while (SCAN(c, "(") && pasted_scan_close(c, '(', ')'))
			(void)SCAN(c, ",");
		scan_blanks(c);
		l->packet->depth++;
		l->wants_inner = scan_ended(c);
	}
	if (SCAN(c, "PPPoE")) {
		scan_blanks(c);
		while (SCAN(c, "[") && pasted_scan_close(c, '[', ']'))
			scan_blanks(c);
		if (SCAN(c, "PPP-IP") || SCAN(c, "PPP-IPv6"))
			(void)SCAN_FIND(c, ": ");
		l->packet->depth++;
	}
}

/* "10.0.0.1 (52:54:00:12:34:56) tell 10.0.0.2" */
static bool arp_request(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	struct scan_word target = scan_word(c);
	struct scan_word sender;

	scan_blanks(c);
	if (SCAN(c, "(")) {
		(void)pasted_scan_close(c, '(', ')');
		scan_blanks(c);
	}
	if (!SCAN(c, "tell "))
		return false;

	sender = scan_word(c);
	if (sender.len && sender.s[sender.len - 1] == ',')
		sender.len--;
	p->arp.op = 1;
	if (p->has_mac)
		memcpy(p->arp.sender_mac, p->src_mac, sizeof(p->src_mac));
	return pasted_names_host(l->names, target, false, &p->dst) &&
	       pasted_names_host(l->names, sender, false, &p->src);
}

/* "10.0.0.1 is-at 52:54:00:12:34:56" */
static bool arp_reply(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	struct scan_word sender = scan_word(c);

	scan_blanks(c);
	if (!SCAN(c, "is-at "))
		return false;

	p->arp.op = 2;
	(void)pasted_link_mac(c, p->arp.sender_mac);
	(void)scan_word(c);
	return pasted_names_host(l->names, sender, false, &p->src);
}

/* "Announcement 10.0.0.1, length 46" of newer versions: a request for its own
 * address; a probe has no sender yet. */
static bool arp_own(struct pasted_line *l)
{
	struct packet *p = l->packet;
	bool has_sender = l->c.pos[-2] == 't';
	struct scan_word target = scan_word(&l->c);

	if (!target.len || target.s[target.len - 1] != ',')
		return false;

	target.len--;
	p->arp.op = 1;
	p->src = address_v4(0);
	if (!pasted_names_host(l->names, target, false, &p->dst))
		return false;
	if (has_sender)
		p->src = p->dst;
	return true;
}

/* Behind "ARP, ", or where it would stand with -e. */
static bool arp_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	bool old = SCAN(c, "arp ");
	bool read = false;

	p->protocol = PACKET_ARP;
	p->arp = (struct packet_arp){ 0 };
	l->verbose = SCAN_SEES(c, "Ethernet (len");
	if (l->verbose)
		(void)SCAN_FIND(c, ", IPv4 (len 4), ");
	if (SCAN(c, "Request who-has ") || SCAN(c, "who-has ")) {
		read = arp_request(l);
	} else if (SCAN(c, "Reply ") || SCAN(c, "reply ")) {
		read = arp_reply(l);
	} else if (SCAN(c, "Announcement ") || SCAN(c, "Probe ")) {
		read = arp_own(l);
	} else {
		/* Reverse ARP, nonsense: no fault shows there. */
		l->not_ip = true;
	}

	l->has_ends |= read;
	l->cut = !read;
	l->complete = old ? read : SCAN_FIND(c, "length ");
	return true;
}

static bool sees_arp(const struct cursor *c)
{
	return SCAN_SEES(c, "ARP, ") || SCAN_SEES(c, "arp ") ||
	       SCAN_SEES(c, "Request who-has ") ||
	       SCAN_SEES(c, "Ethernet (len 6), IPv4 (len 4), ") ||
	       SCAN_SEES(c, "Reply ");
}

/* What link-layer protocols of no interest begin with. */
static const char *const others[] = {
	"STP ",    "LLDP",    "CDPv",        "802.1",       "EAP",
	"LLC",     "IS-IS",   "CLNS",        "ES-IS",       "IPX",
	"AARP",    "AT ",     "PPP",         "PPPoE",       "Loopback",
	"LACP",    "Slow",    "RARP",        "Reverse",     "MPCP",
	"RRCP",    "DTPv",    "VTPv",        "UDLDv",       "MACsec",
	"unknown", "Unknown", "IP6, wrong",  "[Invalid",    "[|",
	"LOOP",    "DEC ",    "AoE",         "TIPC",        "PTP",
	"ICMP",    "OAM",     "CFMv",        "NetBeui",     "Realtek",
	"ARCNET",  "AARP",    "(NOV-ETHII)", "(NOV-802.2)", "batman",
	"ALOE",    "aarp",    "802.3",       "SNAP",        "IP0",
	"IP1",     "IP2",     "IP3",
};

static bool other_read(struct pasted_line *l)
{
	l->not_ip = true;
	l->complete = true;
	pasted_line_words(l);
	return true;
}

static bool sees_other(const struct cursor *c)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (scan_sees_bytes(c, others[i], strlen(others[i])))
			return true;
	}

	return false;
}

bool pasted_link_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;
	struct cursor begin = *c;
	struct link_type type = { 0 };

	if (!SCAN_SEES(c, "IP ") && !SCAN_SEES(c, "IP6 ")) {
		any_read(l);
		header_read(l, &type);
		shims_read(l);
		if (l->wants_inner || l->cut)
			return true;
	}

	if (SCAN(c, "IP "))
		return pasted_ip_read(l, 4);
	if (SCAN(c, "IP6 "))
		return pasted_ip_read(l, 6);
	if (type.is_arp || sees_arp(c)) {
		(void)SCAN(c, "ARP, ");
		return arp_read(l);
	}
	if (type.is_other || sees_other(c))
		return other_read(l);
	if (c->pos != begin.pos && scan_ended(c))
		return true;

	/* With -e nothing stands before the addresses; nor did in tcpdump 3. */
	return pasted_ip_read(l, type.version);
}
