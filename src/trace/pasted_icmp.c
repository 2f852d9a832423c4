#include "trace/pasted_icmp.h"

#include "net/icmp.h"
#include "trace/pasted_ip.h"

enum {
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_PARAMETER = 12,
	ICMP_CODE_REASSEMBLY = 1,
	ICMP_SOURCE_ROUTE = 5,
	ICMP_ISOLATED = 8,
	ICMP_PRECEDENCE = 14,
	ICMP_CUTOFF = 15,
};

/* Messages that are told by words alone, the longer before their beginnings. */
static const struct {
	const char *words;
	uint8_t type;
	uint8_t code;
} messages[] = {
	{ "echo request", ICMP_ECHO, 0 },
	{ "echo reply", ICMP_ECHO_REPLY, 0 },
	{ "time exceeded in-transit", ICMP_TIME_EXCEEDED, 0 },
	{ "ip reassembly time exceeded", ICMP_TIME_EXCEEDED,
	  ICMP_CODE_REASSEMBLY },
	{ "time exceeded", ICMP_TIME_EXCEEDED, 0 },
	{ "source quench", ICMP_SOURCE_QUENCH, 0 },
	{ "redirect-tos", ICMP_REDIRECT, 2 },
	{ "redirect", ICMP_REDIRECT, 0 },
	{ "parameter problem", ICMP_PARAMETER, 0 },
	{ "router advertisement", 9, 0 },
	{ "router solicitation", 10, 0 },
	{ "time stamp request", 13, 0 },
	{ "time stamp query", 13, 0 },
	{ "time stamp reply", 14, 0 },
	{ "information request", 15, 0 },
	{ "information reply", 16, 0 },
	{ "address mask request", 17, 0 },
	{ "address mask is", 18, 0 },
};

/* "host X unreachable - admin prohibited": what stands before X and behind the
 * dash. */
static const struct {
	const char *what;
	const char *why;
	uint8_t code;
} reasons[] = {
	{ "net", "", ICMP_NET_UNREACHABLE },
	{ "host", "", ICMP_HOST_UNREACHABLE },
	{ "", "need to frag", ICMP_FRAGMENTATION_NEEDED },
	{ "", "source route failed", ICMP_SOURCE_ROUTE },
	{ "net", "unknown", ICMP_NET_UNKNOWN },
	{ "host", "unknown", ICMP_HOST_UNKNOWN },
	{ "", "source host isolated", ICMP_ISOLATED },
	{ "net", "admin prohibited", ICMP_NET_PROHIBITED },
	{ "host", "admin prohibited", ICMP_HOST_PROHIBITED },
	{ "net", "tos prohibited", ICMP_NET_TOS },
	{ "host", "tos prohibited", ICMP_HOST_TOS },
	{ "host", "admin prohibited filter", ICMP_ADMIN_PROHIBITED },
	{ "host", "host precedence violation", ICMP_PRECEDENCE },
	{ "host", "precedence cutoff", ICMP_CUTOFF },
};

/* ", id 1, seq 8"; tcpdump 3 has no commas, and its oldest no id. */
static void echo_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	(void)(SCAN(c, ", id ") || SCAN(c, " (id "));
	if (scan_u16(c, &p->icmp.id)) {
		p->sport = p->icmp.id;
		p->dport = p->icmp.id;
		p->marks |= PACKET_PORTS;
	}
	if (SCAN(c, ", seq ") || SCAN(c, " seq "))
		(void)scan_u16(c, &p->icmp.sequence);
}

/* "-#7", "- code 1": codes that have no words. */
static void code_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	if (SCAN(c, "-#") || SCAN(c, " - code "))
		(void)scan_u8(c, &l->packet->icmp.code);
}

static bool message_read(struct pasted_line *l)
{
	struct packet_icmp *icmp = &l->packet->icmp;

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		const char *words = messages[i].words;

		if (!scan_bytes(&l->c, words, strlen(words)))
			continue;
		icmp->type = messages[i].type;
		icmp->code = messages[i].code;
		if (icmp->type == ICMP_ECHO || icmp->type == ICMP_ECHO_REPLY)
			echo_read(l);
		code_read(l);
		return true;
	}

	if (!SCAN(&l->c, "type-#"))
		return false;

	return scan_u8(&l->c, &icmp->type);
}

/* Behind "unreachable": " - need to frag (mtu 1400)", or nothing. */
static void reason_read(struct pasted_line *l, const char *what)
{
	struct packet_icmp *icmp = &l->packet->icmp;
	struct cursor *c = &l->c;
	struct scan_word why = { "", 0 };

	if (SCAN(c, " - ")) {
		if (SCAN(c, "#")) {
			(void)scan_u8(c, &icmp->code);
			return;
		}
		why.s = (const char *)c->pos;
		while (scan_is_letter(scan_at(c, 0)) ||
		       (scan_at(c, 0) == ' ' && scan_is_letter(scan_at(c, 1))))
			cursor_skip(c, 1);
		why.len = (size_t)((const char *)c->pos - why.s);
	}

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (scan_word_is(why, reasons[i].why) &&
		    !strcmp(what, reasons[i].what))
			icmp->code = reasons[i].code;
	}
	if (SCAN(c, " (mtu ")) {
		(void)scan_u32(c, &icmp->mtu);
		(void)SCAN(c, ")");
	}
}

/* "tcp port http ", "protocol 6 ", "protocol 6 port 22 " */
static void target_read(struct pasted_line *l)
{
	struct packet_icmp *icmp = &l->packet->icmp;
	struct cursor *c = &l->c;
	bool has_port;

	if (SCAN(c, "tcp port ") || SCAN(c, "udp port ")) {
		icmp->quote.protocol =
			c->pos[-9] == 't' ? PACKET_TCP : PACKET_UDP;
		has_port = true;
	} else if (SCAN(c, "protocol ")) {
		(void)scan_u8(c, &icmp->quote.protocol);
		has_port = SCAN(c, " port ");
		if (!has_port) {
			icmp->code = ICMP_PROTOCOL_UNREACHABLE;
			scan_blanks(c);
		}
	} else {
		return;
	}

	if (has_port) {
		icmp->code = ICMP_PORT_UNREACHABLE;
		icmp->quote.dport = pasted_names_port(l->names, scan_word(c),
						      icmp->quote.protocol);
		scan_blanks(c);
	}
}

static bool unreachable_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	const char *what = "";
	struct scan_word host;

	if (SCAN(c, "net ")) {
		what = "net";
	} else if (SCAN(c, "host ")) {
		what = "host";
	}

	p->icmp.type = ICMP_UNREACHABLE;
	host = scan_word(c);
	if (!SCAN(c, " ") ||
	    !pasted_names_host(l->names, host, false, &p->icmp.quote.dst))
		return false;

	target_read(l);
	if (!SCAN(c, "unreachable"))
		return false;

	if (!p->icmp.quote.protocol)
		reason_read(l, what);
	p->icmp.quote.src = p->dst;
	return true;
}

static bool is_error(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETER;
}

/* "IP (tos …) 10.1.0.7.50502 > 172.16.1.2.5555: …" behind an error. */
static void quote_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct packet_quote *q = &p->icmp.quote;
	struct packet inner = { 0 };
	struct pasted_line quoted = {
		.c = l->c,
		.start = l->start,
		.names = l->names,
		.packet = &inner,
		.depth = l->depth,
	};

	l->complete = pasted_ip_read(&quoted, 4) && quoted.complete;
	l->wants_body = quoted.wants_body;
	l->c = quoted.c;
	if (!quoted.has_ends)
		return;

	q->protocol = inner.protocol;
	q->src = inner.src;
	q->dst = inner.dst;
	q->has_ports = inner.marks & PACKET_PORTS;
	q->sport = inner.sport;
	q->dport = inner.dport;
	if (inner.protocol == PACKET_TCP && inner.marks & PACKET_SEQ) {
		q->seq = inner.tcp.seq;
		p->marks |= PACKET_QUOTED_TCP_SEQ;
		l->quoted = inner.tcp;
		l->quoted_marks = inner.marks;
	}
}

/* Behind the message: its length, checksum, and what -v shows of its cause. */
static void tail_read(struct pasted_line *l, bool old)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	uint32_t length;

	l->complete = old;
	if (SCAN_FIND(c, ", length "))
		l->complete = scan_u32(c, &length);

	scan_blanks(c);
	if (SCAN(c, "(wrong"))
		(void)pasted_scan_close(c, '(', ')');
	scan_blanks(c);
	(void)SCAN(c, "for ");
	if (!is_error(p->icmp.type))
		return;

	if (SCAN(c, "IP ") || SCAN_SEES(c, "(tos")) {
		quote_read(l);
	} else if (scan_ended(c) && l->complete && l->verbose) {
		l->wants_quote = true;
	}
}

void pasted_icmp_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;
	bool old = SCAN_SEES(c, "icmp");

	cursor_skip(c, 4);
	(void)SCAN(c, ":");
	scan_blanks(c);
	/* "icmp 64: echo request" of tcpdump 3 with -v */
	if (old && scan_is_digit(scan_at(c, 0)) && SCAN_SEES(c, ": "))
		(void)SCAN_FIND(c, ": ");

	l->packet->protocol = PACKET_ICMP;
	if (!message_read(l) && !unreachable_read(l)) {
		l->packet->icmp = (struct packet_icmp){ .type = 0xff };
		if (SCAN_SEES(c, "[|")) {
			l->packet->marks |= PACKET_TRUNCATED;
			l->complete = true;
		}
		return;
	}

	tail_read(l, old);
}
