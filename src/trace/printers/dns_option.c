#include "trace/printers/dns_option.h"

#include "trace/line_names.h"
#include "trace/printers/pen.h"
#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The data of one option; place is where they are in the message. */
struct data {
	struct dns_message *m;
	struct cursor c;
	size_t place;
	size_t len;
};

/* The algorithms of DNSSEC; "DS" for DSA is tcpdump's. */
static const char *const signature_algorithms[256] = {
	[0] = "DELETE",
	[1] = "RSAMD5",
	[2] = "DH",
	[3] = "DS",
	[5] = "RSASHA1",
	[6] = "DSA-NSEC3-SHA1",
	[7] = "RSASHA1-NSEC3-SHA1",
	[8] = "RSASHA256",
	[10] = "RSASHA512",
	[12] = "ECC-GOST",
	[13] = "ECDSAP256SHA256",
	[14] = "ECDSAP384SHA384",
	[15] = "ED25519",
	[16] = "ED448",
	[252] = "INDIRECT",
	[253] = "PRIVATEDNS",
	[254] = "PRIVATEOID",
};

static const char *const digest_algorithms[256] = {
	[1] = "SHA-1",
	[2] = "SHA-256",
	[3] = "GOST_R_34.11-94",
	[4] = "SHA-384",
};

static const char *const hash_algorithms[256] = {
	[1] = "SHA-1",
};

static enum dns_step invalid(struct data *d)
{
	text_str(d->m->l->out, " (invalid)");
	return DNS_NEXT;
}

static void print_hex(struct text *out, struct cursor *c, size_t len)
{
	while (len-- && cursor_left(c))
		text_hex(out, cursor_u8(c), 2);
}

static void print_algorithms(struct data *d, const char *const names[256])
{
	struct text *out = d->m->l->out;

	for (size_t i = 0; i < d->len; i++) {
		uint8_t algorithm = cursor_u8(&d->c);

		if (i)
			text_char(out, ' ');
		if (names[algorithm]) {
			text_str(out, names[algorithm]);
		} else {
			text_str(out, "Alg_");
			text_u64(out, algorithm);
		}
	}
}

static enum dns_step signatures(struct data *d)
{
	print_algorithms(d, signature_algorithms);
	return DNS_NEXT;
}

static enum dns_step digests(struct data *d)
{
	print_algorithms(d, digest_algorithms);
	return DNS_NEXT;
}

static enum dns_step hashes(struct data *d)
{
	print_algorithms(d, hash_algorithms);
	return DNS_NEXT;
}

static enum dns_step raw(struct data *d)
{
	print_hex(d->m->l->out, &d->c, d->len);
	return DNS_NEXT;
}

static void print_dotted(struct text *out, const uint8_t v4[static 4])
{
	char *p = pen_begin(out, 16);

	if (p)
		pen_end(out, pen_dotted(p, v4));
}

/* RFC 7871: an address cut to as many bytes as its prefix has. */
static enum dns_step client_subnet(struct data *d)
{
	struct text *out = d->m->l->out;
	uint16_t family = cursor_be16(&d->c);
	unsigned source_len = cursor_u8(&d->c);
	unsigned scope_len = cursor_u8(&d->c);
	unsigned bits = family == 1 ? 32 : 128;
	uint8_t whole[16] = { 0 };

	if (!cursor_ok(&d->c) || (family != 1 && family != 2) ||
	    source_len > bits || scope_len > bits ||
	    (source_len + 7) / 8 != cursor_left(&d->c))
		return invalid(d);

	for (size_t i = 0; cursor_left(&d->c); i++)
		whole[i] = cursor_u8(&d->c);

	if (family == 1) {
		print_dotted(out, whole);
	} else {
		line_names_plain_v6(whole, out);
	}

	text_char(out, '/');
	text_u64(out, source_len);
	text_char(out, '/');
	text_u64(out, scope_len);
	return DNS_NEXT;
}

/* RFC 7873: eight bytes of the client's, none or 8 to 32 of the server's. */
static enum dns_step cookie(struct data *d)
{
	struct text *out = d->m->l->out;

	if (d->len < 8 || (d->len > 8 && d->len < 16) || d->len > 40)
		return invalid(d);

	print_hex(out, &d->c, 8);
	if (d->len > 8)
		text_char(out, ' ');
	print_hex(out, &d->c, d->len);
	return DNS_NEXT;
}

/* RFC 7828: in tenths of a second. */
static enum dns_step keepalive(struct data *d)
{
	struct text *out = d->m->l->out;
	uint16_t tenths = cursor_be16(&d->c);

	if (d->len != 2)
		return invalid(d);

	text_u64(out, tenths / 10);
	text_char(out, '.');
	text_u64(out, tenths % 10);
	text_str(out, " sec");
	return DNS_NEXT;
}

static enum dns_step expire(struct data *d)
{
	uint32_t seconds = cursor_be32(&d->c);

	if (d->len != 4)
		return invalid(d);

	text_u64(d->m->l->out, seconds);
	text_str(d->m->l->out, " sec");
	return DNS_NEXT;
}

static enum dns_step padding(struct data *d)
{
	text_char(d->m->l->out, '(');
	text_u64(d->m->l->out, d->len);
	text_char(d->m->l->out, ')');
	return DNS_NEXT;
}

static enum dns_step key_tags(struct data *d)
{
	struct text *out = d->m->l->out;

	if (d->len % 2)
		return invalid(d);

	for (size_t i = 0; i < d->len; i += 2) {
		if (i)
			text_char(out, ' ');
		text_u64(out, cursor_be16(&d->c));
	}
	return DNS_NEXT;
}

/* RFC 7901. A damaged name does not end the message here. */
static enum dns_step chain(struct data *d)
{
	size_t place = d->place;

	if (dns_name_print(d->m, &place, d->place + d->len) == DNS_CUT)
		return DNS_CUT;
	return DNS_NEXT;
}

static const struct kind {
	const char *name;
	enum dns_step (*print)(struct data *d);
} kinds[] = {
	[1] = { "LLQ", raw },           [2] = { "UL", raw },
	[3] = { "NSID", raw },          [5] = { "DAU", signatures },
	[6] = { "DHU", digests },       [7] = { "N3U", hashes },
	[8] = { "ECS", client_subnet }, [9] = { "EXPIRE", expire },
	[10] = { "COOKIE", cookie },    [11] = { "KEEPALIVE", keepalive },
	[12] = { "PADDING", padding },  [13] = { "CHAIN", chain },
	[14] = { "KEY-TAG", key_tags }, [16] = { "CLIENT-TAG", raw },
	[17] = { "SERVER-TAG", raw },
};

enum dns_step dns_option_print(struct dns_message *m, size_t *place)
{
	struct cursor c = dns_at(m, *place);
	struct data d = { .m = m };
	struct kind kind = { NULL, raw };
	uint16_t code = cursor_be16(&c);

	if (!cursor_ok(&c))
		return DNS_STOP;

	if (code < COUNT(kinds) && kinds[code].name)
		kind = kinds[code];
	text_str(m->l->out, kind.name ? kind.name : "Opt");
	if (!kind.name)
		text_u64(m->l->out, code);

	d.len = cursor_be16(&c);
	d.place = *place + 4;
	d.c = cursor_take(&c, d.len);
	if (!cursor_ok(&c))
		return DNS_STOP;

	*place = d.place + d.len;
	if (!d.len)
		return DNS_NEXT;

	text_char(m->l->out, ' ');
	return kind.print(&d);
}
