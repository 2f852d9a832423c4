/*
 * A flow's record into facts. Every span here is a bound on what a trace can
 * show; each says where it comes from.
 */
#include "fact/alert.h"
#include "fact/icmp_fact.h"
#include "trace/flow_table.h"

#define SECOND INT64_C(1000000000)
#define SYN_WATCH SECOND        /* RFC 6298 2.1: the first timeout of a SYN */
#define DATA_WATCH (3 * SECOND) /* several retransmission timeouts */
#define SILENT_WATCH (10 * SECOND)   /* tcpd, ident and resolvers take 5 */
#define ICMP_LATE_AFTER (2 * SECOND) /* neighbours fail after 3, less a SYN */
#define PING_WATCH SECOND
#define UDP_WATCH (2 * SECOND)
#define ARP_WATCH SECOND

enum {
	STUCK_REPEATS = 2,    /* sent three times */
	LARGE_SEGMENT = 1200, /* RFC 9000 14.1: what every path should pass */
	OPTION_BYTES = 40,    /* at most, out of the MSS (RFC 9293 3.7.1) */
	UNANSWERED_LEAST = 3, /* requests since the last answer */
	ARP_REQUESTS = 3,     /* mcast_solicit */
	HEAVY_ONE_IN = 10,    /* at 10 % throughput collapses (RFC 3819 8) */
	HEAVY_LEAST = 10,
	SLOW_ANSWER_US = 3000000,
	SLOW_CONNECT_US = 900000,
	TCPD_WAIT_US = 5000000, /* tcpd sleeps 5 s before it exits */
	TCPD_SLACK_US = 100000,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5,
};

/* One flow while its facts are drawn. */
struct drawing {
	const struct flow *f;
	const struct flow_note *note; /* or NULL */
	struct fact_set *facts;
	int64_t end_ns;
};

struct bit_fact {
	uint32_t bit;
	enum fact_kind fact;
};

static void add_if(const struct drawing *d, bool is_so, enum fact_kind kind)
{
	if (is_so)
		fact_add(d->facts, kind);
}

static void add_bits(const struct drawing *d, uint32_t bits,
		     const struct bit_fact *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_if(d, bits & rows[i].bit, rows[i].fact);
}

static void draw_vantage(const struct drawing *d)
{
	static const enum fact_kind at[VANTAGES] = {
		[VANTAGE_UNKNOWN] = FACT_NONE,
		[VANTAGE_CLIENT] = FACT_AT_CLIENT,
		[VANTAGE_SERVER] = FACT_AT_SERVER,
		[VANTAGE_ROUTER] = FACT_AT_ROUTER,
	};

	bool v4 = address_is_v4(&d->f->addresses[FLOW_CLIENT]);

	add_if(d, d->f->vantage != VANTAGE_UNKNOWN, at[d->f->vantage]);
	fact_add(d->facts, v4 ? FACT_IS_V4 : FACT_IS_V6);
	add_if(d, address_is_loopback(&d->f->addresses[FLOW_SERVER]),
	       FACT_IS_LOOPBACK);
}

static bool at_server(const struct drawing *d)
{
	return d->f->vantage == VANTAGE_SERVER;
}

/* The client's packets came all the way, and nothing went back. */
static bool unanswered_at_server(const struct drawing *d)
{
	const struct flow *f = d->f;

	return at_server(d) && !f->half[FLOW_SERVER].packets &&
	       !(d->note && d->note->icmp_version) &&
	       !(f->half[FLOW_CLIENT].marks & HALF_RST);
}

/* Nothing came back, or nothing that the client listens to. */
static bool is_silent(const struct flow *f)
{
	const struct flow_half *s = &f->half[FLOW_SERVER];

	if (f->client_acks || f->state & (FLOW_RST_REFUSES | FLOW_ACK_FOR_SYN))
		return false;

	return !s->packets || (f->state & FLOW_FORGED_RST &&
			       !(s->marks & (HALF_SYN | HALF_DATA | HALF_RST)));
}

static void draw_syn(const struct drawing *d)
{
	static const struct bit_fact rows[] = {
		{ FLOW_SYN_ECN, FACT_SYN_ECN },
		{ FLOW_SYN_FAST_OPEN, FACT_SYN_FAST_OPEN },
		{ FLOW_SYN_SIGNED, FACT_SYN_SIGNED },
		{ FLOW_SYN_TIMESTAMP, FACT_SYN_TIMESTAMP },
		{ FLOW_ACK_FOR_SYN, FACT_ACK_FOR_SYN },
	};
	const struct flow *f = d->f;

	if (f->opening != OPENING_SYN)
		return;

	fact_add(d->facts, FACT_SYN_SEEN);
	add_if(d, f->syns > 1, FACT_SYN_REPEATED);
	add_if(d, unanswered_at_server(d), FACT_SYN_ARRIVED);
	add_bits(d, f->state, rows, sizeof(rows) / sizeof(*rows));
	add_if(d,
	       f->state & FLOW_SYN_OPTIONS && !(f->state & FLOW_SYN_TIMESTAMP),
	       FACT_SYN_NO_TIMESTAMP);
	/* A plain one rules a black hole out only if it was lost as well. */
	add_if(d, f->state & FLOW_SYN_PLAIN && !f->half[FLOW_SERVER].packets,
	       FACT_SYN_WITHOUT_ECN);
	add_if(d,
	       f->state & FLOW_SYN_SLOW_FAST_OPEN &&
		       !f->half[FLOW_SERVER].packets,
	       FACT_SYN_WITHOUT_FAST_OPEN);
	/* Elsewhere a wrong one is most often left to the hardware to fill in. */
	add_if(d, at_server(d) && f->state & FLOW_SYN_BAD_SUM,
	       FACT_SYN_CHECKSUM_BAD);
	add_if(d, at_server(d) && f->state & FLOW_SYN_GOOD_SUM,
	       FACT_SYN_CHECKSUM_GOOD);
	add_if(d, at_server(d) && f->state & FLOW_SYN_OTHERHOST,
	       FACT_SYN_OTHER_MAC);
	add_if(d, f->said & SAID_SYNACK_ELSEWHERE, FACT_SYNACK_OTHER_SOURCE);
	add_if(d,
	       is_silent(f) && !(d->note && d->note->icmp_version) &&
		       d->end_ns - f->first_ns >= SYN_WATCH,
	       FACT_SYN_SILENCE);
	add_if(d, at_server(d) && f->said & SAID_SYN_FOR_US, FACT_SYN_OWN_MAC);
}

static bool was_opened(const struct flow *f)
{
	return f->open_us || f->opening == OPENING_MIDSTREAM ||
	       (f->client_acks && f->half[FLOW_SERVER].packets);
}

static void draw_synack(const struct drawing *d)
{
	const struct flow *f = d->f;
	const struct flow_half *s = &f->half[FLOW_SERVER];
	bool silent = d->end_ns - f->last_ns >= SYN_WATCH ||
		      f->state & FLOW_SYNACK_REPEATED;

	if (!(s->marks & HALF_SYN))
		return;

	fact_add(d->facts, FACT_SYNACK_SEEN);
	add_if(d, f->state & FLOW_SYNACK_REPEATED, FACT_SYNACK_REPEATED);
	add_if(d, f->state & FLOW_SYNACK_LATE, FACT_SYNACK_LATE);
	add_if(d, f->state & FLOW_SYNACK_ZERO, FACT_SYNACK_ZERO_WINDOW);
	if (was_opened(f))
		return;

	add_if(d, silent, FACT_SYNACK_UNANSWERED);
	add_if(d,
	       f->vantage == VANTAGE_CLIENT && f->opening == OPENING_SYN &&
		       !(f->state & FLOW_SYNACK_RESET),
	       FACT_SYNACK_ARRIVED);
	add_if(d, f->state & FLOW_SYNACK_IGNORED, FACT_SYNACK_IGNORED);
	add_if(d, f->state & FLOW_SYNACK_RESET, FACT_SYNACK_RESET);
}

static void draw_opening(const struct drawing *d)
{
	const struct flow *f = d->f;
	uint32_t client = f->half[FLOW_CLIENT].packets;
	uint32_t server = f->half[FLOW_SERVER].packets;

	draw_syn(d);
	draw_synack(d);
	add_if(d, f->opening == OPENING_MIDSTREAM, FACT_MIDSTREAM);
	add_if(d, was_opened(f) && f->opening != OPENING_MIDSTREAM,
	       FACT_HANDSHAKE_DONE);
	add_if(d, f->client_acks && !server, FACT_ONE_WAY_CLIENT);
	add_if(d, server && !client, FACT_ONE_WAY_SERVER);
	add_if(d, f->state & FLOW_GAPS, FACT_CAPTURE_GAPS);
	add_if(d, f->open_us >= SLOW_CONNECT_US, FACT_CONNECT_SLOW);
}

/* It sent data, be it captured or only acknowledged. */
static bool spoke(const struct flow *f, int side)
{
	return f->half[side].marks & HALF_DATA;
}

static void draw_rst(const struct drawing *d)
{
	static const struct bit_fact rows[] = {
		{ FLOW_RST_AFTER_FIN, FACT_RST_AFTER_FIN },
		{ FLOW_RST_OTHER_TTL, FACT_RST_OTHER_TTL },
		{ FLOW_RST_SAME_TTL, FACT_RST_SAME_TTL },
	};
	const struct flow *f = d->f;
	bool refused = f->state & FLOW_RST_REFUSES;
	bool server = f->half[FLOW_SERVER].marks & HALF_RST;
	bool client = f->half[FLOW_CLIENT].marks & HALF_RST;

	add_bits(d, f->state, rows, sizeof(rows) / sizeof(*rows));
	add_if(d, refused, FACT_RST_FOR_SYN);
	add_if(d, f->state & FLOW_RST_LABELLED, FACT_RST_FROM_STACK);
	add_if(d, (refused || server) && at_server(d), FACT_RST_LEFT_SERVER);
	add_if(d, f->state & FLOW_FORGED_RST, FACT_RST_IGNORED);
	add_if(d, client, FACT_CLIENT_RST);
	add_if(d,
	       client && f->open_us && !server && !spoke(f, FLOW_CLIENT) &&
		       !spoke(f, FLOW_SERVER) &&
		       f->last_ns - f->first_ns - f->open_us * INT64_C(1000) <
			       SECOND,
	       FACT_CLIENT_RST_AT_ONCE);
	add_if(d, client && f->vantage == VANTAGE_CLIENT, FACT_RST_LEFT_CLIENT);
	add_if(d, server, FACT_SERVER_RST);
	add_if(d, server && !spoke(f, FLOW_SERVER), FACT_RST_BEFORE_DATA);
}

static void draw_icmp(const struct drawing *d)
{
	const struct flow_note *n = d->note;
	const struct flow *f = d->f;
	enum fact_kind kind;
	bool target, client;

	if (!n || !n->icmp_version)
		return;

	kind = icmp_fact(n->icmp_version, n->icmp_type, n->icmp_code);
	target = address_equal(&n->icmp_sender, &f->addresses[FLOW_SERVER]);
	client = address_equal(&n->icmp_sender, &f->addresses[FLOW_CLIENT]);
	/* Too big is a hint that TCP follows; to a datagram it is the end. */
	add_if(d, kind != FACT_ICMP_TOO_BIG || f->protocol != PACKET_TCP,
	       FACT_ICMP_ERROR);
	add_if(d, kind != FACT_NONE, kind);
	add_if(d, target, FACT_ICMP_FROM_TARGET);
	add_if(d, client && !target, FACT_ICMP_FROM_CLIENT);
	add_if(d, !target && !client, FACT_ICMP_FROM_OTHER);
	add_if(d, target && at_server(d), FACT_ICMP_LEFT_SERVER);
	add_if(d,
	       kind == FACT_ICMP_TOO_BIG && f->state & FLOW_MOVED_AFTER_ERROR,
	       FACT_TOO_BIG_OBEYED);
	/* Without the packet that it quotes there is no telling how late. */
	if (f->opening == OPENING_QUOTED)
		return;
	add_if(d, n->icmp_ns < SECOND, FACT_ICMP_AT_ONCE);
	add_if(d, kind == FACT_ICMP_HOST && n->icmp_ns >= ICMP_LATE_AFTER,
	       FACT_ICMP_LATE);
}

static bool is_stuck(const struct drawing *d, int side)
{
	const struct flow_half *h = &d->f->half[side];

	return h->repeats >= STUCK_REPEATS && seq_after(h->next, h->acked) &&
	       !(d->f->half[!side].marks & HALF_ZERO);
}

static uint32_t missing(const struct flow_half *h)
{
	return h->hole_right - h->hole_left;
}

/* Segments that never reached the capture, that the other side still asks for,
 * and that nobody filled in: seen behind the place where they are lost. */
static bool is_missing(const struct drawing *d, int side)
{
	const struct flow_half *h = &d->f->half[side];
	uint32_t sacks =
		side == FLOW_CLIENT ? SAID_SACKS_CLIENT : SAID_SACKS_SERVER;

	return missing(h) && d->f->said & sacks && h->acked == h->hole_left &&
	       d->end_ns - d->f->last_ns >= DATA_WATCH;
}

static bool is_full_size(const struct flow *f, int side)
{
	const struct flow_half *h = &f->half[side];
	uint16_t mss = f->half[!side].mss;

	return h->largest >= LARGE_SEGMENT ||
	       (mss && h->largest + OPTION_BYTES >= mss);
}

static void draw_loss(const struct drawing *d, int side)
{
	const struct flow_half *h = &d->f->half[side];

	if (!is_stuck(d, side) && !is_missing(d, side))
		return;

	fact_add(d->facts, side == FLOW_CLIENT ? FACT_CLIENT_DATA_LOST
					       : FACT_SERVER_DATA_LOST);
	/* The full-size one never passed, and something smaller did. */
	add_if(d,
	       h->stuck_size == STUCK_LARGE && is_full_size(d->f, side) &&
		       seq_after(h->largest_end, h->acked) &&
		       h->marks & (HALF_ACKED | HALF_SMALL_PASSED),
	       FACT_LARGE_LOST);
	add_if(d,
	       is_missing(d, side) && missing(h) >= LARGE_SEGMENT &&
		       h->largest < missing(h),
	       FACT_LARGE_LOST);
	add_if(d, is_stuck(d, side) && h->stuck_size == STUCK_SMALL,
	       FACT_SMALL_LOST);
	add_if(d, h->marks & HALF_AFTER_IDLE, FACT_IDLE_BEFORE_LOSS);
	add_if(d, !(h->marks & (HALF_AFTER_IDLE | HALF_AFTER_PAUSE)),
	       FACT_NO_IDLE_BEFORE_LOSS);
	add_if(d, side == FLOW_CLIENT && at_server(d), FACT_SYN_ARRIVED);
}

static void draw_windows(const struct drawing *d)
{
	const struct flow_half *c = &d->f->half[FLOW_CLIENT];
	const struct flow_half *s = &d->f->half[FLOW_SERVER];
	/* A closed window at the very end is what a busy reader looks like. */
	bool lasting = d->end_ns - d->f->last_ns >= DATA_WATCH ||
		       d->f->state & FLOW_KEEP_ALIVE ||
		       (c->marks | s->marks) & HALF_RST;

	add_if(d, c->marks & HALF_ZERO && lasting, FACT_CLIENT_WINDOW_ZERO);
	add_if(d, s->marks & HALF_ZERO && lasting, FACT_SERVER_WINDOW_ZERO);
	add_if(d, (c->marks | s->marks) & HALF_WAS_ZERO, FACT_WINDOW_WAS_ZERO);
}

static void draw_retransmissions(const struct drawing *d)
{
	static const struct bit_fact rows[] = {
		{ FLOW_REORDERED, FACT_REORDERED },
		{ FLOW_SPURIOUS, FACT_SPURIOUS },
		{ FLOW_DUPLICATES, FACT_DUPLICATED },
		{ FLOW_KEEP_ALIVE, FACT_KEEP_ALIVE },
	};
	const struct flow_half *c = &d->f->half[FLOW_CLIENT];
	const struct flow_half *s = &d->f->half[FLOW_SERVER];
	uint32_t again = (uint32_t)c->retransmitted + s->retransmitted;
	uint32_t packets = c->packets + s->packets;

	add_bits(d, d->f->state, rows, sizeof(rows) / sizeof(*rows));
	if (!again)
		return;

	fact_add(d->facts, FACT_RETRANSMITTED);
	add_if(d, !c->repeats && !s->repeats && !(d->f->state & FLOW_SPURIOUS),
	       FACT_LOSS_REPAIRED);
	add_if(d,
	       again >= HEAVY_LEAST && again * HEAVY_ONE_IN >= packets &&
		       !(d->f->state & FLOW_SPURIOUS),
	       FACT_HEAVY_LOSS);
}

static bool knows_server_first(const struct flow *f)
{
	return flow_server_first(f->ports[FLOW_SERVER]);
}

/* Nobody waits for a server whose client has not asked yet, unless the server
 * speaks first in its protocol. */
static void draw_silence(const struct drawing *d)
{
	const struct flow *f = d->f;
	bool ended = f->state & FLOW_CLIENT_ENDED;
	bool asked = spoke(f, FLOW_CLIENT) &&
		     f->half[FLOW_CLIENT].marks & HALF_ACKED;

	if (!f->open_us || spoke(f, FLOW_SERVER) ||
	    f->state & FLOW_SERVER_ENDED)
		return;
	if (ended ? !(f->said & SAID_CLIENT_WAITED)
		  : d->end_ns - f->last_ns < SILENT_WATCH)
		return;
	if (flow_one_way(f->ports[FLOW_SERVER]))
		return;

	add_if(d, knows_server_first(f) || asked, FACT_SERVER_SILENT);
	add_if(d, asked, FACT_REQUEST_UNANSWERED);
	add_if(d, asked && at_server(d), FACT_SYN_ARRIVED);
}

static void draw_data(const struct drawing *d)
{
	const struct flow *f = d->f;

	add_if(d, spoke(f, FLOW_CLIENT), FACT_CLIENT_DATA);
	add_if(d, spoke(f, FLOW_SERVER), FACT_SERVER_DATA);
	add_if(d, f->half[FLOW_CLIENT].marks & HALF_ACKED,
	       FACT_CLIENT_DATA_ACKED);
	add_if(d, f->half[FLOW_SERVER].marks & HALF_ACKED,
	       FACT_SERVER_DATA_ACKED);
	add_if(d, knows_server_first(f), FACT_SERVER_FIRST);
	add_if(d,
	       f->open_us && knows_server_first(f) &&
		       f->answer_us >= SLOW_ANSWER_US,
	       FACT_ANSWER_SLOW);
	draw_loss(d, FLOW_CLIENT);
	draw_loss(d, FLOW_SERVER);
	draw_windows(d);
	draw_retransmissions(d);
	draw_silence(d);
}

/* The server's FIN before any data of its own. A client-first service that
 * closes an unused connection after a long while only tidies up. */
static void draw_close(const struct drawing *d)
{
	const struct flow *f = d->f;
	int64_t open_ns = f->first_ns + f->open_us * INT64_C(1000);
	int64_t lived_us = (f->last_ns - open_ns) / 1000;
	int64_t off = lived_us - TCPD_WAIT_US;
	bool unused = !spoke(f, FLOW_CLIENT) && !knows_server_first(f) &&
		      f->last_ns - open_ns >= SECOND;

	add_if(d, f->half[FLOW_CLIENT].marks & HALF_FIN, FACT_CLIENT_FIN);
	add_if(d, f->half[FLOW_SERVER].marks & HALF_FIN, FACT_SERVER_FIN);
	if (!f->open_us || !(f->state & FLOW_SERVER_ENDED) ||
	    spoke(f, FLOW_SERVER))
		return;

	add_if(d, !unused, FACT_SERVER_CLOSED_FIRST);
	add_if(d, lived_us < SECOND / 1000, FACT_CLOSED_AT_ONCE);
	add_if(d, off > -TCPD_SLACK_US && off < INT64_C(5) * TCPD_SLACK_US,
	       FACT_CLOSED_AFTER_5S);
}

static bool said(const struct flow *f, uint32_t bits)
{
	return (f->said & bits) == bits;
}

static void draw_protocol(const struct drawing *d)
{
	const struct flow *f = d->f;
	uint32_t plain = SAID_HTTP_SERVER | SAID_SSH_SERVER | SAID_GREETING |
			 SAID_OTHER_SERVER;
	uint32_t not_http = SAID_SSH_SERVER | SAID_GREETING;
	uint32_t not_ssh = SAID_HTTP_SERVER | SAID_GREETING;

	add_if(d, f->said & SAID_TLS_CLIENT && f->said & plain,
	       FACT_NOT_TLS_ANSWER);
	add_if(d,
	       said(f, SAID_TLS_WANTED) ||
		       (f->said & (SAID_HTTP_CLIENT | SAID_SSH_CLIENT) &&
			f->said & (SAID_ALERT_SERVER | SAID_TLS_SERVER)) ||
		       (f->said & SAID_OTHER_CLIENT && !(f->said & plain) &&
			f->said & SAID_ALERT_SERVER),
	       FACT_PLAIN_TO_TLS);
	add_if(d,
	       (f->said & SAID_HTTP_CLIENT && f->said & not_http) ||
		       (f->said & SAID_SSH_CLIENT && f->said & not_ssh),
	       FACT_OTHER_PROTOCOL);
}

static void draw_words(const struct drawing *d)
{
	static const struct bit_fact rows[] = {
		{ SAID_TLS_CLIENT, FACT_TLS_CLIENT_HELLO },
		{ SAID_TLS_SERVER, FACT_TLS_SERVER_HELLO },
		{ SAID_ALERT_CLIENT, FACT_TLS_ALERT_CLIENT },
		{ SAID_ALERT_SERVER, FACT_TLS_ALERT_SERVER },
		{ SAID_CERTIFICATE_REQUEST, FACT_TLS_CERTIFICATE_ASKED },
		{ SAID_SSH_FULL, FACT_SSH_MAXSTARTUPS },
		{ SAID_REFUSED, FACT_SERVICE_REFUSED },
	};
	const struct flow *f = d->f;
	uint32_t status = d->note ? d->note->http_status : 0;
	uint32_t ends = FLOW_CLIENT_ENDED | FLOW_SERVER_ENDED;

	draw_protocol(d);
	add_bits(d, f->said, rows, sizeof(rows) / sizeof(*rows));
	if (d->note && f->said & (SAID_ALERT_CLIENT | SAID_ALERT_SERVER)) {
		enum fact_kind kind = alert_fact(d->note->tls_alert);

		add_if(d, kind != FACT_NONE, kind);
	}
	add_if(d,
	       said(f, SAID_SSH_KEX_CLIENT | SAID_SSH_KEX_SERVER) &&
		       !(f->said & SAID_SSH_MORE) && f->state & ends,
	       FACT_SSH_NO_KEX);
	add_if(d,
	       f->said & SAID_PROXY_REQUEST && (status == 403 || status == 407),
	       FACT_HTTP_PROXY_REFUSED);
	add_if(d, status >= 502 && status <= 504, FACT_HTTP_GATEWAY_ERROR);
	add_if(d, status == 421, FACT_HTTP_HOST_ERROR);
}

static void draw_tcp(const struct drawing *d)
{
	draw_opening(d);
	draw_rst(d);
	draw_data(d);
	draw_close(d);
	draw_words(d);
}

static void draw_dns(const struct drawing *d)
{
	uint8_t rcode = d->note ? d->note->dns_rcode : 0;

	add_if(d, d->f->said & SAID_DNS_QUERY, FACT_DNS_QUERY);
	if (!(d->f->said & SAID_DNS_ANSWER))
		return;

	add_if(d, rcode == 0, FACT_DNS_OK);
	add_if(d, rcode == RCODE_NXDOMAIN, FACT_DNS_NXDOMAIN);
	add_if(d, rcode == RCODE_SERVFAIL, FACT_DNS_SERVFAIL);
	add_if(d, rcode == RCODE_REFUSED, FACT_DNS_REFUSED);
	add_if(d, d->f->said & SAID_DNS_TRUNCATED, FACT_DNS_TRUNCATED);
}

/* x.x.x.255: where no link header tells, the last address of a network is taken
 * for everybody's. */
static bool looks_like_broadcast(const struct address *a)
{
	return address_is_v4(a) && a->bytes[15] == 255;
}

static void draw_udp(const struct drawing *d)
{
	const struct flow *f = d->f;
	uint32_t asked = f->half[FLOW_CLIENT].packets;
	bool answered = f->half[FLOW_SERVER].packets;
	bool group = f->half[FLOW_CLIENT].marks & HALF_GROUP ||
		     address_is_group(&f->addresses[FLOW_SERVER]) ||
		     (!(f->said & SAID_LINK_KNOWN) &&
		      looks_like_broadcast(&f->addresses[FLOW_SERVER]));

	add_if(d, asked || f->opening == OPENING_QUOTED, FACT_UDP_REQUEST);
	add_if(d, asked > 1, FACT_UDP_REPEATED);
	add_if(d, answered, FACT_UDP_ANSWERED);
	add_if(d, answered && !asked, FACT_ONE_WAY_SERVER);
	add_if(d, !answered && !group && d->end_ns - f->first_ns >= UDP_WATCH,
	       FACT_UDP_SILENCE);
	/* It answered once, and then no more. */
	add_if(d,
	       answered && !group &&
		       f->half[FLOW_CLIENT].repeats >= UNANSWERED_LEAST &&
		       d->end_ns - f->last_ns >= UDP_WATCH,
	       FACT_UDP_SILENCE);
	add_if(d, unanswered_at_server(d), FACT_SYN_ARRIVED);
	add_if(d, !group && flow_expects_answer(f->ports[FLOW_SERVER]),
	       FACT_UDP_EXPECTS_ANSWER);
	draw_dns(d);
}

static void draw_echo(const struct drawing *d)
{
	const struct flow *f = d->f;
	uint32_t asked = f->half[FLOW_CLIENT].packets;
	uint32_t answered = f->half[FLOW_SERVER].packets;
	/* The last request may still be on its way. */
	uint32_t due = d->end_ns - f->last_ns < PING_WATCH && asked ? asked - 1
								    : asked;

	add_if(d, asked && answered, FACT_PING_ANSWERED);
	add_if(d, answered && !asked, FACT_ONE_WAY_SERVER);
	add_if(d, answered && due > answered, FACT_PING_LOST);
	add_if(d, due && !answered, FACT_PING_SILENCE);
}

static void draw_neighbour(const struct drawing *d)
{
	static const uint8_t none[6];
	const struct flow *f = d->f;
	const struct flow_half *c = &f->half[FLOW_CLIENT];
	bool answered = f->half[FLOW_SERVER].packets;
	bool two = d->note && __builtin_memcmp(d->note->second_mac, none, 6);

	add_if(d, answered, FACT_ARP_ANSWERED);
	add_if(d, two, FACT_ARP_TWO_ANSWERS);
	add_if(d,
	       !answered && c->packets >= ARP_REQUESTS && c->marks & HALF_SEQ &&
		       d->end_ns - f->first_ns >= ARP_WATCH,
	       FACT_ARP_SILENCE);
}

void flow_facts(const struct flow_table *t, const struct flow *f,
		int64_t end_ns, struct fact_set *ret)
{
	const struct drawing d = {
		.f = f,
		.note = f->state & FLOW_HAS_NOTE ? &t->notes[f->note] : NULL,
		.facts = ret,
		.end_ns = end_ns,
	};

	*ret = (struct fact_set){ 0 };
	draw_vantage(&d);
	draw_icmp(&d);
	if (f->protocol == PACKET_TCP)
		draw_tcp(&d);
	else if (f->protocol == PACKET_UDP)
		draw_udp(&d);
	else if (f->protocol == PACKET_ARP)
		draw_neighbour(&d);
	else
		draw_echo(&d);
}
