#include "net/dns.h"

#include <string.h>
#include <strings.h>

enum {
	LABEL_MOST = 63,
	LABELS_MOST = 128,
	JUMPS_MOST = 32,
	WIRE_NAME_MOST = 255,
	RECORDS_MOST = 256,
	POINTER = 0xc0,
	RECURSION_DESIRED = 0x0100,
	CLASS_IN = 1,
	EDNS_SIZE = 1232, /* what fits every link unfragmented */
};

struct record {
	char owner[DNS_NAME_SIZE];
	unsigned type, class;
	uint32_t ttl;
	struct cursor data;
};

static char printable(uint8_t byte)
{
	if (byte <= ' ' || byte >= 0x7f)
		return '?';

	return (char)byte;
}

static size_t put_label(char *out, size_t size, size_t used,
			const uint8_t *label, uint8_t len)
{
	if (used && used + 1 < size)
		out[used++] = '.';
	for (uint8_t k = 0; k < len && used + 1 < size; k++)
		out[used++] = printable(label[k]);

	return used;
}

void dns_name_plain(char *out, size_t size, struct cursor *c)
{
	size_t used = 0;

	for (int i = 0; i < LABELS_MOST; i++) {
		uint8_t len = cursor_u8(c);
		const uint8_t *label;

		if (!len)
			break;
		if (len >= POINTER) {
			cursor_skip(c, 1);
			break;
		}
		label = cursor_bytes(c, len);
		if (!label)
			break;
		used = put_label(out, size, used, label, len);
	}

	out[used] = '\0';
}

/*
 * A name with its compression (RFC 1035 4.1.4): each pointer must lead to
 * before where the name began last, so that no chain of them ends in itself.
 */
static void read_name(char out[static DNS_NAME_SIZE], struct cursor *c,
		      const struct cursor *message)
{
	struct cursor at = *c;
	const uint8_t *before = c->pos;
	bool has_jumped = false;
	size_t used = 0;

	for (int i = 0; i < LABELS_MOST + JUMPS_MOST; i++) {
		uint8_t len = cursor_u8(&at);
		const uint8_t *label;
		size_t to;

		if (len < POINTER) {
			label = cursor_bytes(&at, len);
			at.bad = at.bad || len > LABEL_MOST;
			if (!len || !label || at.bad)
				break;
			used = put_label(out, DNS_NAME_SIZE, used, label, len);
			continue;
		}
		to = (size_t)(len & ~POINTER) << 8 | cursor_u8(&at);
		if (!has_jumped)
			*c = at;
		has_jumped = true;
		at = *message;
		cursor_skip(&at, to);
		at.bad = at.bad || at.pos >= before;
		before = at.pos;
	}

	out[used] = '\0';
	if (!has_jumped)
		*c = at;
	else
		c->bad = c->bad || at.bad;
}

static size_t without_dot(const char *name)
{
	size_t len = strlen(name);

	return len && name[len - 1] == '.' ? len - 1 : len;
}

bool dns_name_equal(const char *a, const char *b)
{
	size_t len = without_dot(a);

	return len == without_dot(b) && !strncasecmp(a, b, len);
}

const char *dns_rcode_name(unsigned rcode)
{
	static const char *const names[] = {
		[DNS_NOERROR] = "NOERROR",   [DNS_FORMERR] = "FORMERR",
		[DNS_SERVFAIL] = "SERVFAIL", [DNS_NXDOMAIN] = "NXDOMAIN",
		[DNS_NOTIMP] = "NOTIMP",     [DNS_REFUSED] = "REFUSED",
	};

	return rcode < sizeof(names) / sizeof(*names) ? names[rcode] : NULL;
}

static size_t put16(uint8_t *out, size_t at, unsigned value)
{
	out[at] = (uint8_t)(value >> 8);
	out[at + 1] = (uint8_t)value;
	return at + 2;
}

/* The end of the name in out, or 0. */
static size_t put_name(uint8_t *out, size_t at, const char *name)
{
	const size_t begin = at;
	const char *end = name + without_dot(name);

	if (name == end)
		return 0;

	while (name < end) {
		const char *dot = memchr(name, '.', (size_t)(end - name));
		size_t len = (size_t)((dot ? dot : end) - name);

		if (!len || len > LABEL_MOST ||
		    at + len + 2 - begin > WIRE_NAME_MOST)
			return 0;
		out[at++] = (uint8_t)len;
		memcpy(out + at, name, len);
		at += len;
		name += len + (dot ? 1 : 0);
		if (dot && name == end)
			return 0; /* two dots at the end */
	}

	out[at++] = 0;
	return at;
}

size_t dns_query(uint8_t *out, const struct dns_question *q)
{
	size_t at = put16(out, 0, q->id);

	at = put16(out, at, RECURSION_DESIRED);
	at = put16(out, at, 1);
	at = put16(out, at, 0);
	at = put16(out, at, 0);
	at = put16(out, at, q->has_edns);
	at = put_name(out, at, q->name);
	if (!at)
		return 0;

	at = put16(out, at, (unsigned)q->type);
	at = put16(out, at, CLASS_IN);
	if (!q->has_edns)
		return at;

	out[at++] = 0; /* the root */
	at = put16(out, at, DNS_OPT);
	at = put16(out, at, EDNS_SIZE);
	at = put16(out, at, 0);
	at = put16(out, at, 0);
	return put16(out, at, 0);
}

static bool read_record(struct record *ret, struct cursor *c,
			const struct cursor *message)
{
	read_name(ret->owner, c, message);
	ret->type = cursor_be16(c);
	ret->class = cursor_be16(c);
	ret->ttl = cursor_be32(c);
	ret->data = cursor_take(c, cursor_be16(c));
	return cursor_ok(c);
}

static void take_address(struct dns_answer *a, struct cursor data,
			 enum dns_type type)
{
	size_t left = cursor_left(&data);

	if (a->count == DNS_ADDRESSES)
		return;
	if (type == DNS_A && left == 4)
		a->addresses[a->count++] = address_v4(cursor_be32(&data));
	else if (type == DNS_AAAA && left == 16)
		a->addresses[a->count++] = address_v6(data.pos);
}

/* A record counts when it is of the name that was asked, or of what the
 * aliases so far lead to. */
static void take_record(struct dns_answer *a, const struct record *r,
			const struct cursor *message,
			const struct dns_question *q)
{
	struct cursor data = r->data;
	char target[DNS_NAME_SIZE];

	if (r->class != CLASS_IN ||
	    !dns_name_equal(r->owner, a->alias[0] ? a->alias : q->name))
		return;

	if (r->type == (unsigned)q->type) {
		take_address(a, data, q->type);
	} else if (r->type == DNS_CNAME) {
		read_name(target, &data, message);
		if (!cursor_ok(&data))
			return;
		memcpy(a->alias, target, sizeof(target));
	} else {
		return;
	}
	if (r->ttl < a->ttl)
		a->ttl = r->ttl;
}

enum dns_reading dns_answer_read(struct dns_answer *ret, const void *data,
				 size_t len, const struct dns_question *q)
{
	struct dns_answer a = { .ttl = UINT32_MAX };
	const struct cursor message = cursor_over(data, len);
	struct cursor c = message;
	unsigned id = cursor_be16(&c);
	unsigned flags = cursor_be16(&c);
	unsigned questions = cursor_be16(&c);
	unsigned answers = cursor_be16(&c);
	char name[DNS_NAME_SIZE];
	unsigned type, class;

	cursor_skip(&c, 4);
	if (!cursor_ok(&c) || id != q->id || !(flags & DNS_IS_ANSWER))
		return DNS_OF_ANOTHER;

	a.rcode = flags & DNS_RCODE;
	a.is_truncated = flags & DNS_IS_TRUNCATED;
	/* Servers that refuse may leave the question out. */
	if (!questions && a.rcode != DNS_NOERROR && a.rcode != DNS_NXDOMAIN) {
		*ret = a;
		return DNS_READ;
	}
	read_name(name, &c, &message);
	type = cursor_be16(&c);
	class = cursor_be16(&c);
	if (!cursor_ok(&c) || questions != 1 || type != (unsigned)q->type ||
	    class != CLASS_IN || !dns_name_equal(name, q->name))
		return DNS_OF_ANOTHER;

	for (unsigned i = 0; i < answers && i < RECORDS_MOST; i++) {
		struct record r;

		if (!read_record(&r, &c, &message)) {
			if (!a.is_truncated)
				return DNS_BROKEN;
			break;
		}
		take_record(&a, &r, &message, q);
	}

	*ret = a;
	return DNS_READ;
}
