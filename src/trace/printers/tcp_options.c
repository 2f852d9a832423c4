#include <string.h>

#include "trace/printers/layers.h"
#include "trace/printers/pen.h"

enum {
	KIND_END = 0,
	KIND_NOP = 1,
	TCP_HEAD = 20,
	MAGIC_FAST_OPEN = 0xf989, /* RFC 7413 before it had a number */
	SIGNATURE_LEN = 16,
};

/* How an option ended. */
enum option_end {
	OPTION_DONE,
	OPTION_BAD, /* longer than the header */
	OPTION_CUT, /* longer than what was captured */
};

struct option {
	struct line *l;
	const struct tcp_options *all;
	struct cursor c; /* behind kind and length */
	uint32_t left;   /* of the header, from there */
	uint32_t body;   /* what the option's length leaves for its body */
	uint32_t used;   /* bytes of the body that its printer knows of */
};

/* The first len bytes of the body, whatever the option's length says. */
static enum option_end need(const struct option *o, uint32_t len,
			    const uint8_t **ret)
{
	struct cursor c = o->c;

	if (len > o->left)
		return OPTION_BAD;

	*ret = cursor_bytes(&c, len);
	return *ret ? OPTION_DONE : OPTION_CUT;
}

static void print_hex(struct line *l, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_hex(l->out, bytes[i], 2);
}

/* Bytes of the body from first on, as far as they go. */
static enum option_end print_rest(const struct option *o, uint32_t first)
{
	for (uint32_t i = first; i < o->body; i++) {
		const uint8_t *body;
		enum option_end end = need(o, i + 1, &body);

		if (end != OPTION_DONE)
			return end;
		text_hex(o->l->out, body[i], 2);
	}

	return OPTION_DONE;
}

static enum option_end print_name_only(struct option *o)
{
	(void)o;
	return OPTION_DONE;
}

static enum option_end print_mss(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 2, &body);

	if (!body)
		return end;

	o->used = 2;
	text_char(o->l->out, ' ');
	text_u64(o->l->out, layers_be16(body));
	return OPTION_DONE;
}

static enum option_end print_wscale(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 1, &body);

	if (!body)
		return end;

	o->used = 1;
	text_char(o->l->out, ' ');
	text_u64(o->l->out, body[0]);
	return OPTION_DONE;
}

static enum option_end print_sack(struct option *o)
{
	const uint8_t *body = NULL;
	uint32_t base = o->all->sack_base;

	o->used = o->body;
	if (o->body % 8) {
		text_str(o->l->out, " invalid sack");
		return OPTION_DONE;
	}

	text_char(o->l->out, ' ');
	text_u64(o->l->out, o->body / 8);
	text_char(o->l->out, ' ');
	for (uint32_t i = 0; i < o->body; i += 8) {
		enum option_end end = need(o, i + 8, &body);
		char *p;

		if (end != OPTION_DONE)
			return end;
		p = pen_begin(o->l->out, 32);
		if (!p)
			continue;
		p = pen_u32(pen_char(p, '{'), layers_be32(body + i) - base);
		p = pen_u32(pen_char(p, ':'), layers_be32(body + i + 4) - base);
		pen_end(o->l->out, pen_char(p, '}'));
	}

	return OPTION_DONE;
}

static enum option_end print_u32(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 4, &body);

	if (!body)
		return end;

	o->used = 4;
	text_char(o->l->out, ' ');
	text_u64(o->l->out, layers_be32(body));
	return OPTION_DONE;
}

static enum option_end print_timestamps(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 8, &body);
	char *p;

	if (!body)
		return end;

	o->used = 8;
	p = pen_begin(o->l->out, 40);
	if (p) {
		p = pen_u32(pen_str(p, " val "), layers_be32(body));
		p = pen_u32(pen_str(p, " ecr "), layers_be32(body + 4));
		pen_end(o->l->out, p);
	}
	return OPTION_DONE;
}

/* RFC 2385. Nobody gave us the secret, as nobody did with -M. */
static enum option_end print_signature(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, SIGNATURE_LEN, &body);
	size_t whole = (size_t)o->all->head_len + o->all->length;

	if (!body)
		return end;

	o->used = SIGNATURE_LEN;
	text_str(o->l->out, cursor_left(&o->all->segment) < whole
				    ? " snaplen too short, "
				    : " shared secret not supplied with -M, ");
	text_str(o->l->out, "can't check - ");
	print_hex(o->l, body, SIGNATURE_LEN);
	return OPTION_DONE;
}

static enum option_end print_scps(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 2, &body);

	if (!body)
		return end;

	o->used = 2;
	text_format(o->l->out, " cap %02x id %u", body[0], body[1]);
	return OPTION_DONE;
}

/* RFC 5482. */
static enum option_end print_user_timeout(struct option *o)
{
	const uint8_t *body = NULL;
	enum option_end end = need(o, 2, &body);
	uint32_t value;

	if (!body)
		return end;

	o->used = 2;
	value = layers_be16(body);
	text_format(o->l->out, " 0x%x %u", value,
		    value & 1 ? (value >> 1) * 60 : value >> 1);
	return OPTION_DONE;
}

/* RFC 5925. */
static enum option_end print_authentication(struct option *o)
{
	const uint8_t *body;
	enum option_end end;

	o->used = o->body;
	if (o->body < 2) {
		text_str(o->l->out, " (invalid)");
		return OPTION_DONE;
	}

	end = need(o, 1, &body);
	if (end != OPTION_DONE)
		return end;
	text_format(o->l->out, " keyid %u", body[0]);
	end = need(o, 2, &body);
	if (end != OPTION_DONE)
		return end;
	text_format(o->l->out, " rnextkeyid %u", body[1]);

	if (o->body == 2)
		return OPTION_DONE;
	text_str(o->l->out, " mac 0x");
	return print_rest(o, 2);
}

static enum option_end print_multipath(struct option *o)
{
	const uint8_t *body;
	enum option_end end = need(o, o->body, &body);

	o->used = o->body;
	if (end != OPTION_DONE)
		return end;

	/* The printer wants kind and length too, which are just before. */
	if (!mptcp_print(o->l, cursor_over(body - 2, o->body + (size_t)2),
			 o->all->flags))
		end = OPTION_BAD;
	o->l->protocol = "mptcp"; /* also for what follows it */
	return end;
}

/* RFC 7413. */
static void print_cookie(struct line *l, const uint8_t *cookie, uint32_t len)
{
	if (len == 0) {
		text_str(l->out, " cookiereq");
	} else if (len % 2 || len < 4 || len > 16) {
		text_str(l->out, " (invalid)");
	} else {
		text_str(l->out, " cookie ");
		print_hex(l, cookie, len);
	}
}

static enum option_end print_fast_open(struct option *o)
{
	const uint8_t *body;
	enum option_end end = need(o, o->body, &body);

	o->used = o->body;
	if (end != OPTION_DONE)
		return end;

	text_char(o->l->out, ' ');
	print_cookie(o->l, body, o->body);
	return OPTION_DONE;
}

/* RFC 6994. */
static enum option_end print_experiment(struct option *o)
{
	const uint8_t *body;
	enum option_end end = need(o, o->body, &body);

	o->used = o->body;
	if (end != OPTION_DONE)
		return end;
	if (o->body < 2)
		return OPTION_BAD;

	text_char(o->l->out, '-');
	if (layers_be16(body) != MAGIC_FAST_OPEN) {
		text_hex(o->l->out, layers_be16(body), 4);
		return OPTION_DONE;
	}

	text_str(o->l->out, "tfo");
	print_cookie(o->l, body + 2, o->body - 2);
	return OPTION_DONE;
}

static enum option_end print_unknown(struct option *o)
{
	o->used = o->body;
	if (o->body)
		text_str(o->l->out, " 0x");
	return print_rest(o, 0);
}

static const struct {
	const char *name;
	enum option_end (*print)(struct option *o);
} kinds[256] = {
	[KIND_END] = { "eol", print_name_only },
	[KIND_NOP] = { "nop", print_name_only },
	[2] = { "mss", print_mss },
	[3] = { "wscale", print_wscale },
	[4] = { "sackOK", print_name_only },
	[5] = { "sack", print_sack },
	[6] = { "echo", print_u32 },
	[7] = { "echoreply", print_u32 },
	[8] = { "TS", print_timestamps },
	[11] = { "cc", print_u32 },
	[12] = { "ccnew", print_u32 },
	[13] = { "", print_u32 }, /* CC.ECHO */
	[19] = { "md5", print_signature },
	[20] = { "scps", print_scps },
	[28] = { "uto", print_user_timeout },
	[29] = { "tcp-ao", print_authentication },
	[30] = { "mptcp", print_multipath },
	[34] = { "tfo", print_fast_open },
	[254] = { "exp", print_experiment },
};

static enum option_end print_option(struct option *o, uint8_t kind)
{
	if (kinds[kind].print) {
		text_str(o->l->out, kinds[kind].name);
		return kinds[kind].print(o);
	}

	text_str(o->l->out, "unknown-");
	text_u64(o->l->out, kind);
	return print_unknown(o);
}

/* What there is of the line after an option that did not end well. */
static enum tcp_options_answer stop(struct line *l, enum option_end end,
				    bool is_first)
{
	if (end == OPTION_BAD) {
		text_str(l->out, is_first ? "[bad opt]" : "[bad opt]]");
		return TCP_OPTIONS_STOP;
	}

	text_str(l->out, " [|");
	text_str(l->out, l->protocol);
	text_str(l->out, is_first ? "]" : "]>");
	return TCP_OPTIONS_STOP;
}

/* A length that the kind does not have is told; the next option begins where
 * this one was read to. */
static void check_length(struct option *o, uint32_t len, uint32_t head_len)
{
	cursor_skip(&o->c, o->used);
	o->left -= o->used;
	if (o->used + head_len == len)
		return;

	text_str(o->l->out, "[len ");
	text_u64(o->l->out, len);
	text_char(o->l->out, ']');
}

/* The twelve bytes that nearly every segment of an open connection has, in one
 * go; false: it has others. */
static bool print_usual(struct line *l, const struct tcp_options *all)
{
	static const uint8_t usual[4] = { KIND_NOP, KIND_NOP, 8, 10 };
	struct cursor c = all->segment;
	const uint8_t *options;
	char *p;

	if (all->head_len != TCP_HEAD + 12)
		return false;
	cursor_skip(&c, TCP_HEAD);
	options = cursor_bytes(&c, 12);
	if (!options || memcmp(options, usual, sizeof(usual)) != 0)
		return false;

	p = pen_begin(l->out, 80);
	if (!p)
		return true;
	p = pen_str(p, ", options [nop,nop,TS val ");
	p = pen_u32(p, layers_be32(options + 4));
	p = pen_u32(pen_str(p, " ecr "), layers_be32(options + 8));
	pen_end(l->out, pen_char(p, ']'));
	return true;
}

enum tcp_options_answer tcp_options_print(struct line *l,
					  const struct tcp_options *all)
{
	struct option o = {
		.l = l,
		.all = all,
		.c = all->segment,
		.left = all->head_len - TCP_HEAD,
	};
	bool is_first = true;

	if (print_usual(l, all))
		return TCP_OPTIONS_DONE;

	cursor_skip(&o.c, TCP_HEAD);
	text_str(l->out, ", options [");
	while (o.left > 0) {
		enum option_end end;
		uint32_t len = 1;
		uint32_t head_len = 1;
		uint8_t kind;

		if (!is_first)
			text_char(l->out, ',');
		kind = cursor_u8(&o.c);
		if (kind > KIND_NOP) {
			len = cursor_u8(&o.c);
			head_len = 2;
		}
		if (!cursor_ok(&o.c))
			return TCP_OPTIONS_CUT;
		if (len < head_len || len > o.left)
			return stop(l, OPTION_BAD, is_first);

		o.left -= head_len;
		o.body = len - head_len;
		o.used = 0;
		end = print_option(&o, kind);
		if (end != OPTION_DONE)
			return stop(l, end, is_first);

		check_length(&o, len, head_len);
		is_first = false;
		if (kind == KIND_END)
			break;
	}

	text_char(l->out, ']');
	return TCP_OPTIONS_DONE;
}
