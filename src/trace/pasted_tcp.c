#include "trace/pasted_tcp.h"

#include "trace/pasted_ip.h"

static const struct {
	char letter;
	uint16_t flag;
} letters[] = {
	{ '.', TCP_ACK }, { 'S', TCP_SYN }, { 'F', TCP_FIN },
	{ 'P', TCP_PSH }, { 'R', TCP_RST }, { 'U', TCP_URG },
	{ 'E', TCP_ECE }, { 'W', TCP_CWR }, { 'e', TCP_AE },
};

static uint16_t flag_of(uint8_t letter)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (letters[i].letter == (char)letter)
			return letters[i].flag;
	}

	return 0;
}

/* A number that the text ends behind may have been cut in two. */
static bool whole_u32(struct cursor *c, uint32_t *ret)
{
	return scan_u32(c, ret) && !scan_ended(c);
}

static bool option_mss(struct cursor *c, struct packet_tcp *tcp)
{
	return SCAN(c, " ") && scan_u16(c, &tcp->mss);
}

static bool option_wscale(struct cursor *c, struct packet_tcp *tcp)
{
	return SCAN(c, " ") && scan_u8(c, &tcp->window_scale);
}

static bool option_sack_ok(struct cursor *c, struct packet_tcp *tcp)
{
	(void)c;
	tcp->sack_permitted = true;
	return true;
}

/* "TS val 1 ecr 2", and tcpdump 3's "timestamp 1 2". */
static bool option_time(struct cursor *c, struct packet_tcp *tcp)
{
	if (!SCAN(c, " val "))
		(void)SCAN(c, " ");
	if (!scan_u32(c, &tcp->ts_value))
		return false;
	if (!SCAN(c, " ecr "))
		(void)SCAN(c, " ");
	if (!scan_u32(c, &tcp->ts_echo))
		return false;

	tcp->has_timestamp = true;
	return true;
}

/* "sack 2 {1:2}{3:4}", tcpdump 3's "sack sack 1 {1:2} ". */
static bool option_sack(struct cursor *c, struct packet_tcp *tcp)
{
	uint32_t count;
	uint32_t left;
	uint32_t right;

	(void)SCAN(c, " sack");
	if (!SCAN(c, " ") || !scan_u32(c, &count))
		return false;

	scan_blanks(c);
	while (SCAN(c, "{")) {
		if (!scan_u32(c, &left) || !SCAN(c, ":") ||
		    !scan_u32(c, &right) || !SCAN(c, "}"))
			return false;
		if (tcp->sack_count < 4) {
			tcp->sack[tcp->sack_count].left = left;
			tcp->sack[tcp->sack_count++].right = right;
		}
	}

	return true;
}

static bool option_md5(struct cursor *c, struct packet_tcp *tcp)
{
	(void)c;
	tcp->has_md5 = true;
	return true;
}

static bool option_fast_open(struct cursor *c, struct packet_tcp *tcp)
{
	(void)c;
	tcp->has_fast_open = true;
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct cursor *c, struct packet_tcp *tcp);
} options[] = {
	{ "mss", option_mss },        { "wscale", option_wscale },
	{ "sackOK", option_sack_ok }, { "sack", option_sack },
	{ "TS", option_time },        { "timestamp", option_time },
	{ "md5", option_md5 },        { "tcp-ao", option_md5 },
	{ "tfo", option_fast_open },  { "exp-tfo", option_fast_open },
};

static bool ends_option(uint8_t b)
{
	return b == ',' || b == ' ' || b == ']' || b == '>' || b == '[';
}

static void option_read(struct cursor *c, struct packet_tcp *tcp)
{
	size_t len = 0;

	/* The commonest by far, and nothing to it. */
	if (SCAN(c, "nop"))
		return;

	while (len < cursor_left(c) && !ends_option(scan_at(c, len)))
		len++;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strlen(options[i].name) != len ||
		    !scan_sees_bytes(c, options[i].name, len))
			continue;
		cursor_skip(c, len);
		(void)options[i].read(c, tcp);
		return;
	}
}

/* Up to the next option or the end: values that nobody asked for. */
static void option_skip(struct cursor *c, uint8_t close)
{
	unsigned depth = 0;

	for (; !scan_ended(c); cursor_skip(c, 1)) {
		uint8_t b = scan_at(c, 0);

		if (!depth && (b == ',' || b == close))
			return;
		if (b == '{' || b == '[')
			depth++;
		if (depth && (b == '}' || b == ']'))
			depth--;
	}
}

/* Behind the bracket that opens them. */
static bool options_read(struct pasted_line *l, uint8_t close)
{
	struct cursor *c = &l->c;

	for (;;) {
		option_read(c, &l->packet->tcp);
		option_skip(c, close);
		if (scan_ended(c))
			return false;
		if (cursor_u8(c) == close)
			break;
	}

	l->packet->marks |= PACKET_OPTIONS;
	return true;
}

/* "cksum 0x1c37 (correct)". A wrong one is the network card's business until
 * something else says so (offload), so only a right one is remembered. */
static bool checksum_read(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	(void)scan_word(c);
	scan_blanks(c);
	if (SCAN(c, "(correct)")) {
		l->packet->marks |= PACKET_GOOD_CHECKSUM;
		return true;
	}

	return SCAN(c, "(") && pasted_scan_close(c, '(', ')');
}

/* "1:22", and the "(21)" that tcpdump 3 adds. Returns false when it is not
 * whole; *end is where it ends. */
static bool range_read(struct pasted_line *l, uint32_t *end)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;

	if (!whole_u32(c, &p->tcp.seq))
		return false;

	*end = p->tcp.seq;
	if (SCAN(c, ":") && !whole_u32(c, end))
		return false;

	p->marks |= PACKET_SEQ;
	return true;
}

/* The items of "Flags [S], seq 1, win 2, …"; they come in any order. */
struct items {
	uint32_t end; /* of the range of sequence numbers */
	bool has_end;
	bool done; /* the length was read */
};

static bool length_read(struct pasted_line *l, struct items *items)
{
	struct packet *p = l->packet;

	if (!scan_u32(&l->c, &p->payload_len))
		return false;

	items->done = true;
	p->marks |= PACKET_LENGTH;
	/* A length that the range contradicts goes on in the next line. */
	l->complete = !items->has_end ||
		      items->end - p->tcp.seq == p->payload_len ||
		      !scan_ended(&l->c);
	return true;
}

static bool item_read(struct pasted_line *l, struct items *items)
{
	struct packet_tcp *tcp = &l->packet->tcp;
	struct cursor *c = &l->c;
	uint32_t value;

	if (SCAN(c, "seq ")) {
		items->has_end = range_read(l, &items->end);
		return items->has_end;
	}
	if (SCAN(c, "ack "))
		return whole_u32(c, &tcp->ack);
	if (SCAN(c, "win ")) {
		if (!whole_u32(c, &value))
			return false;
		tcp->window = (uint16_t)value;
		return true;
	}
	if (SCAN(c, "options ["))
		return options_read(l, ']');
	if (SCAN(c, "length "))
		return length_read(l, items);
	if (SCAN(c, "cksum "))
		return checksum_read(l);
	if (SCAN(c, "urg "))
		return whole_u32(c, &value);

	return false;
}

/* "[bad hdr length …]", "[|tcp]": the packet is not all there. */
static void note_read(struct pasted_line *l)
{
	l->packet->marks |= PACKET_TRUNCATED;
	l->complete = SCAN(&l->c, "[") && pasted_scan_close(&l->c, '[', ']');
}

/* The item at hand cannot be read: the snaplen cut the packet, the line is cut,
 * or it is something else. */
static void cut_or_strange(struct pasted_line *l)
{
	size_t len = (size_t)((const char *)l->c.end - l->start);

	if (!scan_ended(&l->c)) {
		pasted_line_wonder(l);
	} else if (memmem(l->start, len, "[|", 2)) {
		l->packet->marks |= PACKET_TRUNCATED;
		l->complete = true;
	}
}

static void new_form(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	struct items items = { 0 };

	if (!SCAN(c, "none")) {
		while (flag_of(scan_at(c, 0)))
			p->tcp.flags |= flag_of(cursor_u8(c));
	}
	if (!SCAN(c, "]")) {
		pasted_line_wonder(l);
		return;
	}

	while (!items.done) {
		(void)SCAN(c, ",");
		scan_blanks(c);
		if (scan_ended(c))
			return;
		if (scan_at(c, 0) == '[') {
			note_read(l);
			return;
		}
		if (!item_read(l, &items)) {
			cut_or_strange(l);
			return;
		}
	}

	if (!(p->marks & PACKET_OPTIONS) && l->complete)
		p->marks |= PACKET_OPTIONS;
	(void)SCAN(c, ":");
	scan_blanks(c);
	pasted_line_words(l);
}

/* "(DF) [tos 0x10] (ttl 64, id 4711)" behind tcpdump 3's lines. */
static void old_tail(struct pasted_line *l)
{
	struct cursor *c = &l->c;

	for (;;) {
		scan_blanks(c);
		if (SCAN(c, "(DF)")) {
			l->packet->marks |= PACKET_DF;
		} else if (SCAN(c, "(")) {
			if (!pasted_ip_fields(l)) {
				l->complete = false;
				return;
			}
		} else if (SCAN(c, "[")) {
			if (!pasted_scan_close(c, '[', ']')) {
				l->complete = false;
				return;
			}
		} else {
			return;
		}
	}
}

static bool old_item(struct pasted_line *l, struct items *items)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	uint32_t value;

	if (scan_is_digit(scan_at(c, 0))) {
		if (!range_read(l, &items->end))
			return false;
		p->payload_len = items->end - p->tcp.seq;
		return SCAN(c, "(") && pasted_scan_close(c, '(', ')');
	}
	if (SCAN(c, "ack ")) {
		p->tcp.flags |= TCP_ACK;
		return scan_u32(c, &p->tcp.ack);
	}
	if (SCAN(c, "win ")) {
		if (!scan_u32(c, &value))
			return false;
		p->tcp.window = (uint16_t)value;
		items->done = true;
		return true;
	}
	if (SCAN(c, "urg "))
		return scan_u32(c, &value);
	if (SCAN(c, "cksum "))
		return checksum_read(l);
	if (SCAN(c, "<")) {
		l->complete = options_read(l, '>');
		return l->complete;
	}

	return false;
}

/* "S 1:1(0) ack 2 win 8192 <mss 1460,nop,wscale 2> (DF)" of tcpdump 3, where
 * the dot means that none of the other letters is set. */
static void old_form(struct pasted_line *l)
{
	struct packet *p = l->packet;
	struct cursor *c = &l->c;
	struct items items = { 0 };

	while (flag_of(scan_at(c, 0)))
		p->tcp.flags |= flag_of(cursor_u8(c));
	p->tcp.flags &= (uint16_t)~TCP_ACK;
	p->marks |= PACKET_LENGTH;

	for (;;) {
		(void)SCAN(c, ",");
		scan_blanks(c);
		if (SCAN_SEES(c, "[|")) {
			note_read(l);
			return;
		}
		if (SCAN_SEES(c, "[tcp sum") || SCAN_SEES(c, "[bad tcp")) {
			cursor_skip(c, 1);
			if (!pasted_scan_close(c, '[', ']'))
				return;
			continue;
		}
		if (scan_ended(c) || !old_item(l, &items))
			break;
		l->complete = items.done;
	}

	if (l->complete)
		p->marks |= PACKET_OPTIONS;
	old_tail(l);
	if (!scan_ended(c))
		pasted_line_wonder(l);
}

/* "tcp 0": flags are not told. */
static void quiet_form(struct pasted_line *l)
{
	struct packet *p = l->packet;

	if (!scan_u32(&l->c, &p->payload_len))
		return;

	if (SCAN(&l->c, " [bad hdr")) {
		p->payload_len = 0;
		note_read(l);
		return;
	}

	p->marks |= PACKET_LENGTH;
	l->complete = true;
	old_tail(l);
	if (!scan_ended(&l->c))
		pasted_line_wonder(l);
}

static bool sees_old(const struct cursor *c)
{
	struct cursor ahead = *c;
	bool has_flags = false;

	while (flag_of(scan_at(&ahead, 0))) {
		cursor_skip(&ahead, 1);
		has_flags = true;
	}
	if (!has_flags || (!SCAN(&ahead, " ") && !SCAN(&ahead, ", ")))
		return false;

	return scan_is_digit(scan_at(&ahead, 0)) || SCAN_SEES(&ahead, "ack ") ||
	       SCAN_SEES(&ahead, "win ") || SCAN_SEES(&ahead, "cksum ") ||
	       SCAN_SEES(&ahead, "[tcp") || SCAN_SEES(&ahead, "[bad tcp") ||
	       SCAN_SEES(&ahead, "[|tcp");
}

static bool sees_quiet(const struct cursor *c)
{
	struct cursor ahead = *c;

	return SCAN(&ahead, "tcp ") && scan_is_digit(scan_at(&ahead, 0));
}

bool pasted_tcp_sees(const struct cursor *c)
{
	return SCAN_SEES(c, "Flags [") || sees_quiet(c) || sees_old(c);
}

bool pasted_tcp_read(struct pasted_line *l)
{
	struct packet *p = l->packet;
	bool new = SCAN(&l->c, "Flags [");

	if (!new && !pasted_tcp_sees(&l->c))
		return false;

	p->protocol = PACKET_TCP;
	p->tcp = (struct packet_tcp){ .window_scale = 0xff };
	if (new) {
		new_form(l);
	} else if (SCAN(&l->c, "tcp ")) {
		quiet_form(l);
	} else {
		old_form(l);
	}

	return true;
}
