#include "trace/printers/dns_record.h"

#include "trace/line_names.h"
#include "trace/printers/dns_option.h"
#include "trace/printers/pen.h"
#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	CLASS_IN = 1,
	CLASS_ANY = 255,
	CLASS_MDNS_BIT = 0x8000, /* answer by unicast; flush the cache */
	TYPE_OPT = 41,
	OPT_DNSSEC_OK = 0x8000,
	FIXED_LEN = 10, /* type, class, TTL, length */
};

static const char *const types[] = {
	[1] = "A",      [2] = "NS",         [3] = "MD",
	[4] = "MF",     [5] = "CNAME",      [6] = "SOA",
	[7] = "MB",     [8] = "MG",         [9] = "MR",
	[10] = "NULL",  [11] = "WKS",       [12] = "PTR",
	[13] = "HINFO", [14] = "MINFO",     [15] = "MX",
	[16] = "TXT",   [17] = "RP",        [18] = "AFSDB",
	[19] = "X25",   [20] = "ISDN",      [21] = "RT",
	[22] = "NSAP",  [23] = "NSAP_PTR",  [24] = "SIG",
	[25] = "KEY",   [26] = "PX",        [27] = "GPOS",
	[28] = "AAAA",  [29] = "LOC",       [30] = "NXT",
	[31] = "EID",   [32] = "NIMLOC",    [33] = "SRV",
	[34] = "ATMA",  [35] = "NAPTR",     [36] = "KX",
	[37] = "CERT",  [38] = "A6",        [39] = "DNAME",
	[40] = "SINK",  [TYPE_OPT] = "OPT", [42] = "APL",
	[43] = "DS",    [44] = "SSHFP",     [45] = "IPSECKEY",
	[46] = "RRSIG", [47] = "NSEC",      [48] = "DNSKEY",
	[99] = "SPF",   [100] = "UINFO",    [101] = "UID",
	[102] = "GID",  [103] = "UNSPEC",   [104] = "UNSPECA",
	[249] = "TKEY", [250] = "TSIG",     [251] = "IXFR",
	[252] = "AXFR", [253] = "MAILB",    [254] = "MAILA",
	[255] = "ANY",  [256] = "URI",
};

static void print_type(struct text *out, uint16_t type)
{
	text_char(out, ' ');
	if (type < COUNT(types) && types[type]) {
		text_str(out, types[type]);
	} else {
		text_str(out, "Type");
		text_u64(out, type);
	}
}

/* The class, unless it is the usual one. */
static void print_class(struct text *out, uint16_t rclass)
{
	if (rclass == CLASS_IN)
		return;

	if (rclass == 3) {
		text_str(out, " CHAOS");

	} else if (rclass == 4) {
		text_str(out, " HS");

	} else if (rclass == CLASS_ANY) {
		text_str(out, " ANY");
	} else {
		text_str(out, " (Class ");
		text_u64(out, rclass);
		text_char(out, ')');
	}
}

static uint16_t class_of(const struct dns_message *m, uint16_t rclass)
{
	return m->is_mdns ? (uint16_t)(rclass & ~CLASS_MDNS_BIT) : rclass;
}

enum dns_step dns_question_print(struct dns_message *m, size_t *place)
{
	struct text *out = m->l->out;
	size_t start = *place;
	uint16_t type, rclass;
	struct cursor c;
	enum dns_step step;

	if (!dns_name_skip(m, place))
		return DNS_STOP;

	c = dns_at(m, *place);
	type = cursor_be16(&c);
	rclass = cursor_be16(&c);
	if (!cursor_ok(&c))
		return DNS_STOP;

	print_type(out, type);
	print_class(out, class_of(m, rclass));
	if (m->is_mdns)
		text_str(out, rclass & CLASS_MDNS_BIT ? " (QU)" : " (QM)");
	text_str(out, "? ");

	step = dns_name_print(m, &start, 0);
	*place = start + 4;
	return step;
}

/* A record's data. Captured to its end; what is read may lie behind it. */
struct data {
	struct dns_message *m;
	size_t place;
	size_t len;
	uint16_t rclass;
	uint16_t opt_flags; /* of OPT: the lower half of what is the TTL else */
};

static enum dns_step print_name_at(struct data *d, size_t place)
{
	return dns_name_print(d->m, &place, 0);
}

static void print_number(struct data *d, const char *before, uint64_t value)
{
	text_str(d->m->l->out, before);
	text_u64(d->m->l->out, value);
}

static enum dns_step address4(struct data *d)
{
	struct text *out = d->m->l->out;
	struct cursor c = dns_at(d->m, d->place);
	const uint8_t *v4 = cursor_bytes(&c, 4);
	char *p = pen_begin(out, 17);

	if (!v4 || !p)
		return DNS_STOP;

	pen_end(out, pen_dotted(pen_char(p, ' '), v4));
	return DNS_NEXT;
}

static enum dns_step address6(struct data *d)
{
	struct cursor c = dns_at(d->m, d->place);
	const uint8_t *v6 = cursor_bytes(&c, 16);

	if (!v6)
		return DNS_STOP;

	text_char(d->m->l->out, ' ');
	line_names_plain_v6(v6, d->m->l->out);
	return DNS_NEXT;
}

/* An address of which the first missing bytes are given elsewhere. */
static void print_suffix(struct data *d, struct cursor c, size_t missing)
{
	uint8_t v6[16] = { 0 };

	for (size_t i = missing; i < sizeof(v6); i++)
		v6[i] = cursor_u8(&c);

	text_char(d->m->l->out, ' ');
	line_names_plain_v6(v6, d->m->l->out);
}

/* RFC 2874: how long the prefix is, the rest of the address, and the name that
 * the prefix is found under. */
static enum dns_step address_a6(struct data *d)
{
	struct cursor c = dns_at(d->m, d->place);
	unsigned prefix_len = cursor_u8(&c);
	size_t missing = prefix_len / 8;

	if (!cursor_ok(&c))
		return DNS_STOP;
	if (prefix_len > 128) {
		print_number(d, " ", prefix_len);
		text_str(d->m->l->out, "(bad plen)");
		return DNS_NEXT;
	}

	if (prefix_len < 128) {
		if (cursor_left(&c) < 16 - missing)
			return DNS_CUT;
		print_number(d, " ", prefix_len);
		print_suffix(d, c, missing);
	}
	if (!prefix_len)
		return DNS_NEXT;

	text_char(d->m->l->out, ' ');
	return print_name_at(d, d->place + 1 + 16 - missing);
}

static enum dns_step name(struct data *d)
{
	text_char(d->m->l->out, ' ');
	return print_name_at(d, d->place);
}

static enum dns_step mail_exchanger(struct data *d)
{
	struct cursor c = dns_at(d->m, d->place);
	uint16_t preference = cursor_be16(&c);
	enum dns_step step;

	text_char(d->m->l->out, ' ');
	if (!cursor_ok(&c))
		return DNS_STOP;

	step = print_name_at(d, d->place + 2);
	if (step == DNS_NEXT)
		print_number(d, " ", preference);
	return step;
}

static enum dns_step service(struct data *d)
{
	struct cursor c = dns_at(d->m, d->place);
	uint16_t priority = cursor_be16(&c);
	uint16_t weight = cursor_be16(&c);
	uint16_t port = cursor_be16(&c);
	enum dns_step step;

	text_char(d->m->l->out, ' ');
	if (!cursor_ok(&c))
		return DNS_STOP;

	step = print_name_at(d, d->place + 6);
	if (step == DNS_NEXT) {
		print_number(d, ":", port);
		print_number(d, " ", priority);
		print_number(d, " ", weight);
	}
	return step;
}

/* len bytes at c, or as many as were captured. */
static enum dns_step print_string(struct data *d, struct cursor c, size_t len)
{
	c = cursor_take_most(&c, len);
	line_untrusted(d->m->l, c.pos, cursor_left(&c));
	return cursor_left(&c) < len ? DNS_STOP : DNS_NEXT;
}

static enum dns_step strings(struct data *d)
{
	size_t end = d->place + d->len;

	while (d->place < end) {
		struct cursor c = dns_at(d->m, d->place);
		size_t len = cursor_u8(&c);

		text_str(d->m->l->out, " \"");
		if (!cursor_ok(&c) || print_string(d, c, len) != DNS_NEXT)
			return DNS_STOP;
		text_char(d->m->l->out, '"');
		d->place += 1 + len;
	}
	return DNS_NEXT;
}

static enum dns_step uri(struct data *d)
{
	struct cursor c = dns_at(d->m, d->place);
	uint16_t priority = cursor_be16(&c);
	uint16_t weight = cursor_be16(&c);

	if (!cursor_ok(&c))
		return DNS_CUT;

	print_number(d, " ", priority);
	print_number(d, " ", weight);
	text_char(d->m->l->out, ' ');
	if (d->len < 4) {
		/* tcpdump's length wraps around: all to the end, and cut. */
		(void)print_string(d, c, cursor_left(&c));
		return DNS_STOP;
	}
	return print_string(d, c, d->len - 4);
}

static enum dns_step text(struct data *d)
{
	return print_string(d, dns_at(d->m, d->place), d->len);
}

static enum dns_step options(struct data *d)
{
	struct text *out = d->m->l->out;
	size_t end = d->place + d->len;

	print_number(d, " UDPsize=", d->rclass);
	if (d->opt_flags & OPT_DNSSEC_OK)
		text_str(out, " DO");
	if (!d->len)
		return DNS_NEXT;

	text_str(out, " [");
	while (d->place < end) {
		enum dns_step step = dns_option_print(d->m, &d->place);

		if (step != DNS_NEXT)
			return step;
		if (d->place < end)
			text_char(out, ',');
	}
	text_char(out, ']');
	return DNS_NEXT;
}

static enum dns_step (*const printers[])(struct data *d) = {
	[1] = address4,
	[2] = name,
	[5] = name,
	[12] = name,
	[15] = mail_exchanger,
	[16] = strings,
	[28] = address6,
	[33] = service,
	[38] = address_a6,
	[39] = name,
	[TYPE_OPT] = options,
	[104] = text,
	[256] = uri,
};

enum dns_step dns_record_print(struct dns_message *m, size_t *place)
{
	struct text *out = m->l->out;
	struct data d = { .m = m };
	struct cursor c = { .bad = true };
	uint16_t type, rclass;

	if (dns_name_skip(m, place))
		c = dns_at(m, *place);
	if (cursor_left(&c) < FIXED_LEN) {
		*place = dns_captured(m);
		return DNS_NEXT;
	}

	type = cursor_be16(&c);
	rclass = cursor_be16(&c);
	cursor_skip(&c, 2);
	d.opt_flags = cursor_be16(&c);
	d.len = cursor_be16(&c);
	d.place = *place + FIXED_LEN;
	d.rclass = class_of(m, rclass);
	*place = d.place + d.len;

	if (type != TYPE_OPT)
		print_class(out, d.rclass);
	if (m->is_mdns && rclass & CLASS_MDNS_BIT)
		text_str(out, " (Cache flush)");
	print_type(out, type);

	if (d.len > cursor_left(&c))
		return DNS_STOP;
	if (type < COUNT(printers) && printers[type])
		return printers[type](&d);
	return DNS_NEXT;
}
