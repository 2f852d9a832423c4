#include "trace/printers/icmp6_node.h"

#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TYPE_QUERY = 139,
	HEAD_LEN = 16, /* type, code, checksum, qtype, flags, nonce */
	KAME_QUERY_LEN = 12,
	TTL_LEN = 4,
};

enum qtype {
	QTYPE_NOOP,
	QTYPE_SUPPORTED,
	QTYPE_NAME,
	QTYPE_ADDRESSES,
};

enum subject {
	SUBJECT_V6,
	SUBJECT_NAME,
	SUBJECT_V4,
};

enum {
	REPLY_SUCCESS,
	REPLY_REFUSED,
	REPLY_UNKNOWN,
};

static const struct flag {
	uint16_t bit;
	char letter;
} address_flags[] = {
	{ 0x40, 'a' }, { 0x20, 'G' }, { 0x10, 'S' }, { 0x08, 'L' },
	{ 0x04, 'C' }, { 0x02, 'A' }, { 0x01, 'T' },
};

struct node {
	struct line *l;
	struct cursor body; /* behind the nonce */
	size_t len;         /* captured, with the header */
	uint8_t code;
	uint16_t qtype;
	uint16_t flags;
};

static void print_supported(struct node *n)
{
	text_str(n->l->out, "supported qtypes");
	if (n->flags)
		text_str(n->l->out, n->flags & 1 ? " [C]" : " []");
}

/* The T of a reply that was cut short has no meaning in a query. */
static void print_address_flags(struct node *n, uint16_t known)
{
	if (!n->flags)
		return;

	text_str(n->l->out, " [");
	for (size_t i = 0; i < COUNT(address_flags); i++) {
		if (n->flags & known & address_flags[i].bit)
			text_char(n->l->out, address_flags[i].letter);
	}
	text_char(n->l->out, ']');
}

/* One label of a name; false when it runs past the end. */
static bool print_label(struct line *l, struct cursor *c, uint8_t len)
{
	const uint8_t *label = cursor_bytes(c, len);

	if (!label) {
		text_str(l->out, "???");
		return false;
	}

	line_untrusted(l, label, len);
	if (cursor_left(c) > 1 && cursor_peek(c))
		text_char(l->out, '.');
	return true;
}

/* A name as labels, without compression. A zero at the very end closes a full
 * name, two zeros one that was cut to its first label. */
static void print_labels(struct line *l, struct cursor c)
{
	while (cursor_left(&c)) {
		uint8_t len = cursor_u8(&c);

		if (len) {
			if (!print_label(l, &c, len))
				return;
			continue;
		}

		if (!cursor_left(&c)) {
			text_char(l->out, '.');
		} else if (cursor_left(&c) > 1 || cursor_peek(&c)) {
			text_str(l->out, "???");
		}
		return;
	}
}

/* A name in either form: one counted string to the end, or labels. */
static bool print_name(struct line *l, struct cursor c)
{
	struct cursor rest = c;
	size_t len = cursor_u8(&rest);

	if (!cursor_ok(&rest))
		return false;

	text_str(l->out, ", \"");
	if (len == cursor_left(&rest)) {
		line_untrusted(l, rest.pos, len);
	} else {
		print_labels(l, c);
	}
	text_char(l->out, '"');
	return true;
}

static bool print_subject(struct node *n)
{
	struct line *l = n->l;
	size_t len = cursor_left(&n->body);

	if (n->code == SUBJECT_NAME) {
		text_str(l->out, ", subject=DNS name");
		return print_name(l, n->body);
	}

	if (n->code > SUBJECT_V4) {
		text_str(l->out, ", unknown subject");
	} else if (n->code == SUBJECT_V6 && len == 16) {
		text_str(l->out, ", subject=");
		line_address6(l, n->body.pos);
	} else if (n->code == SUBJECT_V4 && len == 4) {
		text_str(l->out, ", subject=");
		line_address4(l, n->body.pos);
	}
	return true;
}

static bool print_query(struct node *n)
{
	struct text *out = n->l->out;

	if (n->qtype == QTYPE_NOOP) {
		text_str(out, "noop");
		return true;
	}
	if (n->qtype == QTYPE_SUPPORTED) {
		print_supported(n);
		return true;
	}

	if (n->qtype == QTYPE_NAME) {
		text_str(out, "DNS name");
	} else if (n->qtype == QTYPE_ADDRESSES) {
		text_str(out, "node addresses");
		print_address_flags(n, 0xfffe);
	} else {
		text_str(out, "unknown");
	}

	if (n->len == HEAD_LEN) {
		text_str(out, ", 03 draft");
		return true;
	}
	return print_subject(n);
}

static bool print_reply_name(struct node *n)
{
	struct cursor ttl = n->body;

	text_str(n->l->out, "DNS name");
	cursor_skip(&n->body, TTL_LEN);
	if (!print_name(n->l, n->body))
		return false;

	if (n->flags & 1) {
		text_str(n->l->out, " [TTL=");
		text_u64(n->l->out, cursor_be32(&ttl));
		text_char(n->l->out, ']');
	}
	return true;
}

static void print_reply_addresses(struct node *n)
{
	struct text *out = n->l->out;

	text_str(out, "node addresses");
	for (;;) {
		uint32_t ttl = cursor_be32(&n->body);
		const uint8_t *address = cursor_bytes(&n->body, 16);

		if (!address)
			break;
		text_char(out, ' ');
		line_address6(n->l, address);
		text_char(out, '(');
		text_u64(out, ttl);
		text_char(out, ')');
	}
	print_address_flags(n, 0xffff);
}

static bool print_reply(struct node *n)
{
	struct text *out = n->l->out;

	if (n->code == REPLY_REFUSED)
		text_str(out, "refused");
	if (n->code == REPLY_UNKNOWN)
		text_str(out, "unknown");
	if (n->code != REPLY_SUCCESS)
		return true;

	if (n->qtype == QTYPE_NAME)
		return print_reply_name(n);

	if (n->qtype == QTYPE_NOOP) {
		text_str(out, "noop");
	} else if (n->qtype == QTYPE_SUPPORTED) {
		print_supported(n);
	} else if (n->qtype == QTYPE_ADDRESSES) {
		print_reply_addresses(n);
	} else {
		text_str(out, "unknown");
	}
	return true;
}

bool icmp6_node_print(struct line *l, struct cursor c, uint32_t length)
{
	struct node n = { .l = l, .len = cursor_left(&c) };
	bool is_query = cursor_u8(&c) == TYPE_QUERY;

	if (is_query && n.len == KAME_QUERY_LEN) {
		text_str(l->out, " who-are-you request");
		return true;
	}

	if (is_query)
		text_str(l->out, " node information query");
	if (n.len < HEAD_LEN || (!is_query && length > n.len)) {
		text_str(l->out, " [|icmp6]");
		return true;
	}

	n.code = cursor_u8(&c);
	cursor_skip(&c, 2);
	n.qtype = cursor_be16(&c);
	n.flags = cursor_be16(&c);
	cursor_skip(&c, 8);
	n.body = c;

	if (!is_query)
		text_str(l->out, " node information reply");
	text_str(l->out, " (");
	if (is_query ? !print_query(&n) : !print_reply(&n))
		return false;

	text_char(l->out, ')');
	return true;
}
