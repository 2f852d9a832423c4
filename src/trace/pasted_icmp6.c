#include "trace/pasted_icmp6.h"

#include "net/icmp.h"

enum { ICMP6_REDIRECT = 137 };

/* What a message goes on with. */
enum detail {
	DETAIL_NONE,
	DETAIL_UNREACHABLE,
	DETAIL_MTU,
	DETAIL_TIME,
	DETAIL_PARAMETER,
	DETAIL_ECHO,
	DETAIL_TARGET,
};

static const struct {
	const char *words;
	uint8_t type;
	enum detail detail;
} messages[] = {
	{ "destination unreachable", ICMP6_UNREACHABLE, DETAIL_UNREACHABLE },
	{ "packet too big", ICMP6_PACKET_TOO_BIG, DETAIL_MTU },
	{ "time exceeded in-transit", ICMP6_TIME_EXCEEDED, DETAIL_TIME },
	{ "parameter problem", ICMP6_PARAMETER, DETAIL_PARAMETER },
	{ "echo request", ICMP6_ECHO, DETAIL_ECHO },
	{ "echo reply", ICMP6_ECHO_REPLY, DETAIL_ECHO },
	{ "multicast listener query", 130, DETAIL_NONE },
	{ "multicast listener report v2", 143, DETAIL_NONE },
	{ "multicast listener report", 131, DETAIL_NONE },
	{ "multicast listener done", 132, DETAIL_NONE },
	{ "router solicitation", 133, DETAIL_NONE },
	{ "router advertisement", 134, DETAIL_NONE },
	{ "neighbor solicitation", ICMP6_NEIGHBOUR_SOLICITATION,
	  DETAIL_TARGET },
	{ "neighbor advertisement", ICMP6_NEIGHBOUR_ADVERTISEMENT,
	  DETAIL_TARGET },
	{ "neighbor sol", ICMP6_NEIGHBOUR_SOLICITATION, DETAIL_TARGET },
	{ "neighbor adv", ICMP6_NEIGHBOUR_ADVERTISEMENT, DETAIL_TARGET },
	{ "redirect", ICMP6_REDIRECT, DETAIL_NONE },
	{ "router renumbering", 138, DETAIL_NONE },
	{ "node information query", 139, DETAIL_NONE },
	{ "node information reply", 140, DETAIL_NONE },
	{ "inverse neighbor solicitation", 141, DETAIL_NONE },
	{ "inverse neighbor advertisement", 142, DETAIL_NONE },
	{ "who-are-you request", 139, DETAIL_NONE },
	{ "who-are-you reply", 140, DETAIL_NONE },
	{ "RPL", 155, DETAIL_NONE },
};

static const struct {
	const char *words;
	uint8_t code;
} unreachables[] = {
	{ "unreachable route ", ICMP6_NO_ROUTE },
	{ "unreachable prohibited ", ICMP6_PROHIBITED },
	{ "beyond scope ", ICMP6_BEYOND_SCOPE },
	{ "unreachable address ", ICMP6_ADDRESS_UNREACHABLE },
	{ "unreachable port, ", ICMP6_PORT_UNREACHABLE },
};

/* A word, without the comma that may end it. */
static struct scan_word item(struct cursor *c)
{
	struct scan_word w = scan_word(c);

	if (w.len && w.s[w.len - 1] == ',')
		w.len--;
	return w;
}

/* "2001:db8::2", "2001:db8::2 tcp port 5555" */
static void quote_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct packet_quote *q = &p->icmp.quote;
	struct cursor *c = &l->c;

	q->src = p->dst;
	if (!pasted_names_host(l->names, item(c), true, &q->dst))
		return;

	scan_blanks(c);
	if (SCAN(c, "tcp port ")) {
		q->protocol = PACKET_TCP;
	} else if (SCAN(c, "udp port ")) {
		q->protocol = PACKET_UDP;
	} else if (SCAN(c, "protocol ")) {
		if (!scan_u8(c, &q->protocol) || !SCAN(c, " port "))
			return;
	} else {
		return;
	}

	q->dport = pasted_names_port(l->names, item(c), q->protocol);
}

static void unreachable_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	(void)SCAN(c, ",");
	scan_blanks(c);
	for (size_t i = 0; i < sizeof(unreachables) / sizeof(*unreachables);
	     i++) {
		const char *words = unreachables[i].words;

		if (!scan_bytes(c, words, strlen(words)))
			continue;
		l->packet->icmp.code = unreachables[i].code;
		quote_read(l);
		return;
	}

	if (SCAN(c, "unknown unreach code ("))
		(void)scan_u8(c, &l->packet->icmp.code);
}

static void time_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	if (SCAN(c, " (reassembly)")) {
		p->icmp.code = 1;
	} else if (SCAN(c, " for ")) {
		quote_read(l);
	}
}

static void parameter_read(struct pasted_line *l)
{
	static const char *const words[] = {
		", erroneous",
		", next header",
		", option",
		", incomplete",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (scan_bytes(&l->c, words[i], strlen(words[i])))
			l->packet->icmp.code = (uint8_t)i;
	}
}

static void echo_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	if (SCAN(c, ", id ") && scan_u16(c, &p->icmp.id)) {
		p->sport = p->icmp.id;
		p->dport = p->icmp.id;
		p->marks |= PACKET_PORTS;
	}
	if (SCAN(c, ", seq ") || SCAN(c, " seq "))
		(void)scan_u16(c, &p->icmp.sequence);
}

/* ", who has fe80::1", ", tgt is fe80::1"; -v puts the length before it. */
static void target_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	if (!SCAN_FIND(c, "who has ") && !SCAN_FIND(c, "tgt is "))
		return;

	(void)pasted_names_host(l->names, item(c), true, &p->icmp.target);
}

static void detail_read(struct pasted_line *l, enum detail detail)
{
	switch (detail) {
	case DETAIL_NONE:
		break;
	case DETAIL_UNREACHABLE:
		unreachable_read(l);
		break;
	case DETAIL_MTU:
		if (SCAN(&l->c, ", mtu "))
			(void)scan_u32(&l->c, &l->packet->icmp.mtu);
		break;
	case DETAIL_TIME:
		time_read(l);
		break;
	case DETAIL_PARAMETER:
		parameter_read(l);
		break;
	case DETAIL_ECHO:
		echo_read(l);
		break;
	case DETAIL_TARGET:
		target_read(l);
		break;
	}
}

/* "[icmp6 sum ok] ICMP6, " */
static void start_skip(struct cursor *c)
{
	if (SCAN(c, "[")) {
		(void)pasted_scan_close(c, '[', ']');
		scan_blanks(c);
	}
	(void)(SCAN(c, "ICMP6") || SCAN(c, "icmp6"));
	(void)(SCAN(c, ",") || SCAN(c, ":"));
	scan_blanks(c);
}

void pasted_icmp6_read(struct pasted_line *l)
{
	struct packet_icmp *icmp = &l->packet->icmp;
	struct cursor *c = &l->c;
	struct cursor whole;
	bool known = false;

	l->packet->protocol = PACKET_ICMP6;
	start_skip(c);
	whole = *c;
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages) && !known;
	     i++) {
		if (!scan_bytes(c, messages[i].words,
				strlen(messages[i].words)))
			continue;
		known = true;
		icmp->type = messages[i].type;
		detail_read(l, messages[i].detail);
	}
	if (SCAN(c, "unknown icmp6 type (")) {
		(void)scan_u8(c, &icmp->type);
		known = true;
	}

	/* With -v most of them end without a length. */
	l->complete = SCAN_FIND(&whole, "length ") || (l->verbose && known);
	l->may_go_on = true;
	if (!known)
		icmp->type = 0xff;
}
