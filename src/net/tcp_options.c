#include <string.h>

#include "net/decode.h"

/* IANA TCP option kinds. A kind without a reader is skipped whole, as RFC 9293
 * 3.1 asks. */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WINDOW_SCALE = 3,
	OPT_SACK_PERMITTED = 4,
	OPT_SACK = 5,
	OPT_TIMESTAMP = 8,
	OPT_MD5 = 19,
	OPT_AO = 29,
	OPT_FAST_OPEN = 34,
};

static void read_mss(struct packet_tcp *t, struct cursor *c)
{
	t->mss = cursor_be16(c);
}

static void read_window_scale(struct packet_tcp *t, struct cursor *c)
{
	uint8_t shift = cursor_u8(c);

	/* RFC 7323 2.3: more than 14 counts as 14. */
	t->window_scale = shift > 14 ? 14 : shift;
}

static void read_sack_permitted(struct packet_tcp *t, struct cursor *c)
{
	t->sack_permitted = cursor_ok(c);
}

static void read_sack(struct packet_tcp *t, struct cursor *c)
{
	while (cursor_left(c) >= 8 && t->sack_count < 4) {
		t->sack[t->sack_count].left = cursor_be32(c);
		t->sack[t->sack_count++].right = cursor_be32(c);
	}
}

static void read_timestamp(struct packet_tcp *t, struct cursor *c)
{
	t->ts_value = cursor_be32(c);
	t->ts_echo = cursor_be32(c);
	t->has_timestamp = cursor_ok(c);
}

static void read_signature(struct packet_tcp *t, struct cursor *c)
{
	t->has_md5 = cursor_ok(c);
}

static void read_fast_open(struct packet_tcp *t, struct cursor *c)
{
	t->has_fast_open = cursor_ok(c);
}

static void (*const readers[])(struct packet_tcp *, struct cursor *) = {
	[OPT_MSS] = read_mss,
	[OPT_WINDOW_SCALE] = read_window_scale,
	[OPT_SACK_PERMITTED] = read_sack_permitted,
	[OPT_SACK] = read_sack,
	[OPT_TIMESTAMP] = read_timestamp,
	[OPT_MD5] = read_signature,
	[OPT_AO] = read_signature,
	[OPT_FAST_OPEN] = read_fast_open,
};

/* NOP, NOP, timestamp: all that most segments carry (RFC 7323 appendix A). */
static bool is_timestamp_alone(struct packet_tcp *t, struct cursor c)
{
	enum { USUAL = 12 };

	static const uint8_t usual[] = { OPT_NOP, OPT_NOP, OPT_TIMESTAMP, 10 };
	const uint8_t *b =
		cursor_left(&c) == USUAL ? cursor_bytes(&c, USUAL) : NULL;
	struct cursor values;

	if (!b || memcmp(b, usual, sizeof(usual)) != 0)
		return false;

	values = cursor_over(b + sizeof(usual), USUAL - sizeof(usual));
	t->ts_value = cursor_be32(&values);
	t->ts_echo = cursor_be32(&values);
	t->has_timestamp = true;
	return true;
}

void tcp_options_decode(struct packet *p, const struct cursor *at)
{
	struct cursor c = *at;

	if (is_timestamp_alone(&p->tcp, c)) {
		p->marks |= PACKET_OPTIONS;
		return;
	}

	while (cursor_left(&c)) {
		uint8_t kind = cursor_u8(&c);
		struct cursor body;

		if (kind == OPT_END)
			break;
		if (kind == OPT_NOP)
			continue;

		body = cursor_body(&c, cursor_u8(&c), 2);
		if (!cursor_ok(&body))
			return;
		if (kind < sizeof(readers) / sizeof(*readers) && readers[kind])
			readers[kind](&p->tcp, &body);
	}

	p->marks |= PACKET_OPTIONS;
}
