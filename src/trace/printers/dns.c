/* DNS over UDP and TCP, and multicast DNS (RFC 1035, RFC 6762): one message. */
#include "trace/printers/dns_record.h"
#include "trace/printers/printer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	HEAD_LEN = 12,
	TYPE_OPT = 41,
	OPCODE_INVERSE = 1,
};

enum {
	FLAG_RESPONSE = 0x8000,
	FLAG_AUTHORITATIVE = 0x0400,
	FLAG_TRUNCATED = 0x0200,
	FLAG_RECURSION_DESIRED = 0x0100,
	FLAG_RECURSION_AVAILABLE = 0x0080,
	FLAG_AUTHENTIC = 0x0020,
	FLAG_CHECKING_DISABLED = 0x0010,
	FLAGS_ODD = 0x06cf, /* in a query; as tcpdump sees it */
};

static const char *const opcodes[16] = {
	"",         " inv_q",    " stat",     " op3",
	" notify",  " update",   " op6",      " op7",
	" op8",     " updateA",  " updateD",  " updateDA",
	" updateM", " updateMA", " zoneInit", " zoneRef",
};

/* Two have lost their space in tcpdump. */
static const char *const rcodes[] = {
	"",          " FormErr",  " ServFail", " NXDomain",  " NotImp",
	" Refused",  " YXDomain", " YXRRSet",  " NXRRSet",   " NotAuth",
	" NotZone",  " Resp11",   " Resp12",   " Resp13",    " Resp14",
	" NoChange", " BadVers",  "Resp17",    " Resp18",    " Resp19",
	" Resp20",   "Resp21",    " Resp22",   " BadCookie",
};

struct header {
	uint16_t id;
	uint16_t flags;
	uint16_t questions;
	uint16_t answers;
	uint16_t authorities;
	uint16_t additionals;
};

static unsigned opcode_of(const struct header *h)
{
	return h->flags >> 11 & 0xfU;
}

static void print_count(struct text *out, uint32_t count, const char *what)
{
	text_str(out, " [");
	text_u64(out, count);
	text_str(out, what);
	text_char(out, ']');
}

static void print_flag(struct text *out, const struct header *h, uint16_t flag,
		       char c)
{
	if (h->flags & flag)
		text_char(out, c);
}

/* Steps over count questions or records of which rest bytes follow the name,
 * the last two of them a length if has_data. False at the end of the capture,
 * or when nothing can be told from there on. */
static bool skip_parts(const struct dns_message *m, size_t *place,
		       uint32_t count, size_t rest, bool has_data)
{
	while (count--) {
		if (!dns_name_skip(m, place))
			return false;

		*place += rest;
		if (has_data) {
			struct cursor c = dns_at(m, *place - 2);
			uint16_t len = cursor_be16(&c);

			if (!cursor_ok(&c))
				return false;
			*place += len;
		}
		if (*place >= dns_captured(m))
			return false;
	}
	return true;
}

/* The upper eight bits of the response code, which are in the OPT record. */
static unsigned extended_rcode(const struct dns_message *m,
			       const struct header *h)
{
	size_t place = HEAD_LEN;

	if (!skip_parts(m, &place, h->questions, 4, false) ||
	    !skip_parts(m, &place, (uint32_t)h->answers + h->authorities, 10,
			true))
		return 0;

	for (uint16_t i = 0; i < h->additionals; i++) {
		size_t fixed = place;
		struct cursor c;
		uint16_t type;
		uint8_t rcode;

		if (!dns_name_skip(m, &fixed))
			return 0;
		c = dns_at(m, fixed);
		type = cursor_be16(&c);
		cursor_skip(&c, 2);
		rcode = cursor_u8(&c);
		if (!cursor_ok(&c))
			return 0;
		if (type == TYPE_OPT)
			return rcode;
		if (!skip_parts(m, &place, 1, 10, true))
			return 0;
	}
	return 0;
}

static void print_rcode(struct text *out, unsigned rcode)
{
	if (rcode < COUNT(rcodes)) {
		text_str(out, rcodes[rcode]);
	} else {
		text_str(out, " Resp");
		text_u64(out, rcode);
	}
}

static void print_response_head(struct dns_message *m, const struct header *h)
{
	struct text *out = m->l->out;

	text_u64(out, h->id);
	text_str(out, opcodes[opcode_of(h)]);
	print_rcode(out, extended_rcode(m, h) << 4 | (h->flags & 0xfU));
	print_flag(out, h, FLAG_AUTHORITATIVE, '*');
	if (!(h->flags & FLAG_RECURSION_AVAILABLE))
		text_char(out, '-');
	print_flag(out, h, FLAG_TRUNCATED, '|');
	print_flag(out, h, FLAG_AUTHENTIC, '$');
	if (h->questions != 1)
		print_count(out, h->questions, "q");
}

static enum dns_step print_response(struct dns_message *m,
				    const struct header *h)
{
	struct text *out = m->l->out;
	size_t place = HEAD_LEN;
	uint16_t answers = h->answers;

	print_response_head(m, h);
	for (uint16_t i = 0; i < h->questions; i++) {
		if (i)
			text_char(out, ',');
		if (!dns_name_skip(m, &place))
			return DNS_STOP;
		place += 4;
	}

	text_char(out, ' ');
	text_u64(out, h->answers);
	text_char(out, '/');
	text_u64(out, h->authorities);
	text_char(out, '/');
	text_u64(out, h->additionals);

	while (answers) {
		enum dns_step step = dns_record_print(m, &place);

		if (step != DNS_NEXT)
			return step;
		answers--;
		if (place >= dns_captured(m))
			break;
		if (answers)
			text_char(out, ',');
	}
	return answers ? DNS_STOP : DNS_NEXT;
}

static void print_query_head(struct dns_message *m, const struct header *h)
{
	struct text *out = m->l->out;
	bool is_inverse = opcode_of(h) == OPCODE_INVERSE;

	text_u64(out, h->id);
	text_str(out, opcodes[opcode_of(h)]);
	print_flag(out, h, FLAG_RECURSION_DESIRED, '+');
	print_flag(out, h, FLAG_CHECKING_DISABLED, '%');
	if (h->flags & FLAGS_ODD) {
		text_str(out, " [b2&3=0x");
		text_hex(out, h->flags, 1);
		text_char(out, ']');
	}

	if (is_inverse && h->questions)
		print_count(out, h->questions, "q");
	if (h->answers != (is_inverse ? 1 : 0))
		print_count(out, h->answers, "a");
	if (!is_inverse && h->questions != 1)
		print_count(out, h->questions, "q");
	if (h->authorities)
		print_count(out, h->authorities, "n");
	if (h->additionals)
		print_count(out, h->additionals, "au");
}

static enum dns_step print_query(struct dns_message *m, const struct header *h)
{
	size_t place = HEAD_LEN;
	uint16_t questions = h->questions;

	print_query_head(m, h);
	while (questions) {
		enum dns_step step = dns_question_print(m, &place);

		if (step != DNS_NEXT)
			return step;
		questions--;
		if (place >= dns_captured(m))
			break;
	}
	return questions ? DNS_STOP : DNS_NEXT;
}

static enum dns_step print_message(struct dns_message *m)
{
	struct cursor c = m->bytes;
	struct header h;

	h.id = cursor_be16(&c);
	h.flags = cursor_be16(&c);
	h.questions = cursor_be16(&c);
	h.answers = cursor_be16(&c);
	h.authorities = cursor_be16(&c);
	h.additionals = cursor_be16(&c);
	if (!cursor_ok(&c))
		return DNS_STOP;

	if (h.flags & FLAG_RESPONSE)
		return print_response(m, &h);
	return print_query(m, &h);
}

static void print_too_short(struct line *l, const char *what, uint32_t length,
			    unsigned least)
{
	text_str(l->out, what);
	text_u64(l->out, length);
	text_str(l->out, " < ");
	text_u64(l->out, least);
	text_str(l->out, "] (invalid)");
}

/* The length before a message over TCP; false if the line ends here. */
static bool print_prefix(struct line *l, uint16_t prefix, uint32_t length)
{
	if (prefix == length) {
		text_char(l->out, ' ');
		return true;
	}

	text_str(l->out, " [prefix length(");
	text_u64(l->out, prefix);
	text_str(l->out, ") != length(");
	text_u64(l->out, length);
	text_str(l->out, ")] (invalid)");
	return false;
}

bool dns_print(struct line *l, struct cursor c, uint32_t length, bool over_tcp,
	       bool is_mdns)
{
	struct dns_message m = { .l = l, .is_mdns = is_mdns };
	enum dns_step step;

	l->protocol = "domain";
	if (over_tcp && length < 2) {
		print_too_short(l, " [DNS over TCP: length ", length, 2);
		return true;
	}
	if (over_tcp) {
		uint16_t prefix = cursor_be16(&c);

		if (!cursor_ok(&c))
			return false;
		length -= 2;
		if (!print_prefix(l, prefix, length))
			return true;
	}
	if (length < HEAD_LEN) {
		print_too_short(l, "domain [length ", length, HEAD_LEN);
		return true;
	}

	m.bytes = c;
	step = print_message(&m);
	if (step == DNS_STOP) {
		text_str(l->out, " [|domain]");
	} else if (step == DNS_NEXT) {
		text_str(l->out, " (");
		text_u64(l->out, length);
		text_char(l->out, ')');
	}
	return step != DNS_CUT;
}
