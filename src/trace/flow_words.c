/* What the first bytes of either side say of the protocol and its mood. */
#include <string.h>

#include "base/cursor.h"
#include "trace/flow_table.h"

enum {
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
	TLS_HELLO_CLIENT = 1,
	TLS_HELLO_SERVER = 2,
	TLS_REQUESTS_CERTIFICATE = 13,
	TLS_FATAL = 2,
	TLS_RECORD_MOST = (1 << 14) + 2048, /* RFC 5246 6.2.3 */
	SSH_KEXINIT = 20,                   /* RFC 4253 12 */
	SSH_KEX_FIRST = 30,
};

static bool is_among(uint16_t port, const uint16_t *ports, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] == port)
			return true;

	return false;
}

/* The ports whose services greet the client before it says a word. */
bool flow_server_first(uint16_t port)
{
	static const uint16_t ports[] = {
		21,  22,  23,   25,   110,  119,  143,
		194, 587, 2222, 3306, 5900, 5901, 6667
	};

	return is_among(port, ports, sizeof(ports) / sizeof(*ports));
}

/* DNS, BOOTP, NTP, SNMP, ISAKMP, RADIUS, STUN, SIP … */
bool flow_expects_answer(uint16_t port)
{
	static const uint16_t ports[] = { 53,   67,   69,   88,   111,  123,
					  137,  161,  389,  500,  623,  1194,
					  1645, 1812, 1813, 3478, 4500, 5060 };

	return is_among(port, ports, sizeof(ports) / sizeof(*ports));
}

bool flow_one_way(uint16_t port)
{
	static const uint16_t ports[] = { 20, 514, 601, 6514, 9100 };

	return is_among(port, ports, sizeof(ports) / sizeof(*ports));
}

static bool starts(const struct packet *p, const char *with)
{
	size_t len = strlen(with);

	return p->payload_caplen >= len && !memcmp(p->payload, with, len);
}

static bool holds(const struct packet *p, const char *word)
{
	return memmem(p->payload, p->payload_caplen, word, strlen(word));
}

static void handshake(struct flow *f, struct cursor body)
{
	uint8_t type = cursor_u8(&body);

	if (!cursor_ok(&body))
		return;
	if (type == TLS_HELLO_CLIENT)
		f->said |= SAID_TLS_CLIENT;
	else if (type == TLS_HELLO_SERVER)
		f->said |= SAID_TLS_SERVER;
	else if (type == TLS_REQUESTS_CERTIFICATE)
		f->said |= SAID_CERTIFICATE_REQUEST;
}

/* RFC 8446 6: two bytes; an encrypted alert is longer and says nothing. */
static void alert(struct flow_table *t, struct flow *f, int direction,
		  struct cursor body, const struct packet *p)
{
	size_t len = cursor_left(&body);
	uint8_t level = cursor_u8(&body);
	uint8_t description = cursor_u8(&body);
	struct flow_note *note;

	if (len != 2 || !cursor_ok(&body) || level != TLS_FATAL)
		return;

	note = flow_note(t, f);
	if (!note || f->said & (SAID_ALERT_CLIENT | SAID_ALERT_SERVER))
		return;

	note->tls_alert = description;
	f->said |= direction == FLOW_CLIENT ? SAID_ALERT_CLIENT
					    : SAID_ALERT_SERVER;
	flow_prove(t, f, SHOWN_ERROR, p);
}

static bool is_tls(const struct packet *p)
{
	return p->payload_caplen >= 5 && p->payload[0] >= 20 &&
	       p->payload[0] <= TLS_APPLICATION_DATA && p->payload[1] == 3 &&
	       p->payload[2] <= 4;
}

static void tls_records(struct flow_table *t, struct flow *f, int direction,
			const struct packet *p)
{
	struct cursor c = cursor_over(p->payload, p->payload_caplen);

	while (cursor_left(&c) >= 5) {
		uint8_t type = cursor_u8(&c);
		uint8_t major = cursor_u8(&c);
		struct cursor body;
		size_t len;

		cursor_skip(&c, 1);
		len = cursor_be16(&c);
		if (major != 3 || len > TLS_RECORD_MOST)
			return;
		body = cursor_take_most(&c, len);
		if (type == TLS_HANDSHAKE)
			handshake(f, body);
		else if (type == TLS_ALERT)
			alert(t, f, direction, body, p);
		else if (type == TLS_APPLICATION_DATA)
			f->said |= SAID_TLS_DATA;
	}
}

static bool is_http_request(const struct packet *p)
{
	static const char *const methods[] = {
		"GET ",     "POST ",    "HEAD ",  "PUT ",  "DELETE ",
		"OPTIONS ", "CONNECT ", "PATCH ", "TRACE "
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (starts(p, methods[i]))
			return true;

	return false;
}

static uint16_t http_status(const struct packet *p)
{
	const uint8_t *s = p->payload;

	if (!starts(p, "HTTP/1.") || p->payload_caplen < 12 || s[9] < '1' ||
	    s[9] > '5')
		return 0;

	return (uint16_t)((s[9] - '0') * 100 + (s[10] - '0') * 10 +
			  (s[11] - '0'));
}

static void http_answer(struct flow_table *t, struct flow *f, uint16_t status,
			const struct packet *p)
{
	struct flow_note *note = status >= 400 ? flow_note(t, f) : NULL;

	f->said |= SAID_HTTP_SERVER;
	if (!note)
		return;

	note->http_status = status;
	flow_prove(t, f, SHOWN_ERROR, p);
	if (holds(p, "HTTPS port") || holds(p, "SSL-enabled server"))
		f->said |= SAID_TLS_WANTED;
}

static void first_of_client(struct flow *f, const struct packet *p)
{
	if (is_http_request(p)) {
		f->said |= SAID_HTTP_CLIENT;
		if (starts(p, "CONNECT ") || holds(p, " http://"))
			f->said |= SAID_PROXY_REQUEST;
	} else if (starts(p, "SSH-")) {
		f->said |= SAID_SSH_CLIENT;
	} else if (!is_tls(p)) {
		f->said |= SAID_OTHER_CLIENT;
	}
}

/* MySQL's first packet can be an error: length, number 0, 0xff. */
static bool is_database_refusal(const struct packet *p)
{
	return p->payload_caplen >= 7 && p->payload[3] == 0 &&
	       p->payload[4] == 0xff &&
	       (uint32_t)(p->payload[0] | p->payload[1] << 8) + 4 ==
		       p->payload_len;
}

static void first_of_server(struct flow_table *t, struct flow *f,
			    const struct packet *p)
{
	uint16_t status = http_status(p);

	if (status) {
		http_answer(t, f, status, p);
	} else if (starts(p, "SSH-")) {
		f->said |= SAID_SSH_SERVER;
	} else if (starts(p, "Exceeded MaxStartups") ||
		   starts(p, "Not allowed at this time")) {
		f->said |= SAID_SSH_FULL;
	} else if (starts(p, "421 ") || starts(p, "554 ") ||
		   starts(p, "530 ") || starts(p, "* BYE") ||
		   starts(p, "-ERR") || is_database_refusal(p)) {
		f->said |= SAID_REFUSED;
	} else if (starts(p, "220") || starts(p, "+OK") || starts(p, "* OK")) {
		f->said |= SAID_GREETING;
	} else if (!is_tls(p)) {
		f->said |= SAID_OTHER_SERVER;
	}

	if (f->said & (SAID_SSH_FULL | SAID_REFUSED))
		flow_prove(t, f, SHOWN_ERROR, p);
}

/* RFC 4253 6: length, padding length, message number. The first packet may
 * stand behind the banner in the same segment. */
static void ssh_message(struct flow *f, int direction, const struct packet *p)
{
	struct cursor c = cursor_over(p->payload, p->payload_caplen);
	uint8_t number;

	if (starts(p, "SSH-")) {
		const uint8_t *end =
			memchr(p->payload, '\n', p->payload_caplen);

		if (!end)
			return;
		cursor_skip(&c, (size_t)(end - p->payload) + 1);
	}
	cursor_skip(&c, 5);
	number = cursor_u8(&c);
	if (!cursor_ok(&c))
		return;

	if (number == SSH_KEXINIT)
		f->said |= direction == FLOW_CLIENT ? SAID_SSH_KEX_CLIENT
						    : SAID_SSH_KEX_SERVER;
	else if (number >= SSH_KEX_FIRST)
		f->said |= SAID_SSH_MORE;
}

/* tcpdump's text shows no payload, but the first line of some. */
static void printed_words(struct flow_table *t, struct flow *f, int direction,
			  const struct packet *p)
{
	static const char http[] = "HTTP: ";
	const char *at =
		p->words_len ? memmem(p->words, p->words_len, http, 6) : NULL;
	struct packet shown = *p;

	if (!at)
		return;

	shown.payload = (const uint8_t *)at + 6;
	shown.payload_caplen = p->words_len - (uint32_t)(at + 6 - p->words);
	if (direction == FLOW_CLIENT)
		first_of_client(f, &shown);
	else
		first_of_server(t, f, &shown);
}

/* The first bytes of that side, not the first that were captured. */
static bool is_first(const struct flow_half *h, const struct packet *p)
{
	if (!(h->marks & HALF_SYN) || !(p->marks & PACKET_SEQ))
		return p->marks & PACKET_SEQ ? false : true;

	return p->tcp.seq == h->base + 1;
}

void flow_words(struct flow_table *t, struct flow *f, int direction,
		const struct packet *p)
{
	struct flow_half *h = &f->half[direction];
	const uint32_t ssh = SAID_SSH_CLIENT | SAID_SSH_SERVER;
	bool first = !(h->marks & HALF_WORDS) && is_first(h, p);

	if (first)
		h->marks |= HALF_WORDS;
	if (!p->payload) {
		if (first)
			printed_words(t, f, direction, p);
		return;
	}

	if (first && direction == FLOW_CLIENT)
		first_of_client(f, p);
	else if (first)
		first_of_server(t, f, p);
	if (is_tls(p) &&
	    (first || f->said & (SAID_TLS_CLIENT | SAID_TLS_SERVER)) &&
	    !(f->said & SAID_TLS_DATA))
		tls_records(t, f, direction, p);
	if (f->said & ssh && !(f->said & SAID_SSH_MORE))
		ssh_message(f, direction, p);
}
