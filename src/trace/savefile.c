#include "trace/savefile.h"

#include <limits.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "net/frame.h"
#include "net/link.h"
#include "trace/input.h"
#include "trace/resync.h"

enum {
	SAVEFILE_HEADER = 24,
	SAVEFILE_RECORD = 16,
	SAVEFILE_RECORD_MODIFIED = 24, /* and interface, protocol, type */

	/* What a doubtful record is judged by: itself and three more. */
	SAVEFILE_AHEAD = 4 * (SAVEFILE_PACKET_MOST + SAVEFILE_RECORD_MODIFIED),
};

static const struct magic {
	uint32_t number;
	uint32_t head;
	uint32_t unit_ns;
} magics[] = {
	{ 0xa1b2c3d4, SAVEFILE_RECORD, CLOCK_MICROSECOND },
	{ 0xa1b23c4d, SAVEFILE_RECORD, 1 },
	{ 0xa1b2cd34, SAVEFILE_RECORD_MODIFIED, CLOCK_MICROSECOND },
};

/* DLT_ values of some system that are no LINKTYPE_ of the same meaning. */
uint16_t savefile_link(uint32_t written)
{
	static const struct {
		uint32_t written;
		uint16_t link;
	} map[] = {
		{ 11, 100 }, /* ATM, RFC 1483 */
		{ LINK_RAW_BSD, LINK_RAW },
		{ LINK_RAW_OPENBSD, LINK_RAW },
		{ 15, 102 }, /* SLIP of BSD/OS */
		{ 16, 103 }, /* PPP of BSD/OS */
		{ 19, 106 }, /* classical IP over ATM */
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].written == written)
			return map[i].link;
	}

	return written < SAVEFILE_NO_LINK ? (uint16_t)written
					  : SAVEFILE_NO_LINK;
}

uint32_t savefile_snaplen(uint32_t written)
{
	if (!written || written > INT_MAX)
		return SAVEFILE_PACKET_MOST;

	return written;
}

struct record {
	uint32_t seconds;
	uint32_t part;
	uint32_t caplen;
	uint32_t len;
};

static inline struct record read_record(const uint8_t *head, bool is_big)
{
	struct cursor c = cursor_over(head, SAVEFILE_RECORD);
	struct record rec;

	if (is_big) {
		rec.seconds = cursor_be32(&c);
		rec.part = cursor_be32(&c);
		rec.caplen = cursor_be32(&c);
		rec.len = cursor_be32(&c);
	} else {
		rec.seconds = cursor_le32(&c);
		rec.part = cursor_le32(&c);
		rec.caplen = cursor_le32(&c);
		rec.len = cursor_le32(&c);
	}

	return rec;
}

static inline int64_t record_time(const struct savefile *s,
				  const struct record *rec)
{
	return rec->seconds * CLOCK_SECOND + (int64_t)rec->part * s->unit_ns;
}

/* Nothing to correct or to doubt: 1 to usual bytes, not more than there were
 * on the wire, and a time as it should be. */
static inline bool is_usual(const struct savefile *s, const struct record *rec)
{
	return rec->caplen - 1 < s->usual && rec->caplen <= rec->len &&
	       rec->part < s->parts;
}

/*
 * The frames that stand in memory whole and as usual: nearly all of them, so
 * this is the loop that the speed depends on. Whoever looks at the packets
 * begins with their headers, which are asked for ahead.
 */
static inline int walk(const struct savefile *s, struct input *in,
		       struct frame *ret, int max, bool is_big)
{
	struct cursor c = in->unread;
	uint64_t offset = input_offset(in);
	uint64_t number = in->frames;
	int count;

	for (count = 0; count < max; count++) {
		struct cursor next = c;
		const uint8_t *head = cursor_bytes(&next, s->head);
		struct record rec;

		if (!head)
			break;

		rec = read_record(head, is_big);
		if (!is_usual(s, &rec))
			break;

		ret[count].data = cursor_bytes(&next, rec.caplen);
		if (!ret[count].data)
			break;

		__builtin_prefetch(ret[count].data);
		ret[count].time_ns = record_time(s, &rec);
		ret[count].offset = offset;
		ret[count].number = (uint32_t)++number;
		ret[count].caplen = rec.caplen;
		ret[count].len = rec.len;
		ret[count].link = s->link;
		ret[count].excess_s = 0;
		offset += s->head + rec.caplen;
		c = next;
	}

	in->unread = c;
	in->frames = number;
	if (count)
		in->back = s->head + ret[count - 1].caplen;
	return count;
}

/* A record that may stand here, for the search after damage. */
static size_t judge(const void *reader, struct cursor c, int64_t *ret_time_ns)
{
	const struct savefile *s = reader;
	const uint8_t *head = cursor_bytes(&c, s->head);
	struct record rec;

	if (!head)
		return RESYNC_CUT;

	rec = read_record(head, s->is_big);
	if (!rec.caplen || rec.caplen > rec.len ||
	    rec.len > SAVEFILE_PACKET_MOST || rec.caplen > s->snaplen ||
	    rec.part >= s->parts)
		return 0;

	if (!resync_link_fits(s->link, cursor_take_most(&c, rec.caplen)))
		return 0;

	*ret_time_ns = record_time(s, &rec);
	return (size_t)s->head + rec.caplen;
}

static struct resync_rule rule(const struct savefile *s)
{
	return (struct resync_rule){
		.judge = judge, .reader = s, .near = 3, .far = 6
	};
}

/* What became of the next record. */
enum step {
	STEP_END = 0,   /* there is none */
	STEP_FRAME = 1, /* it is a frame */
	STEP_ON = 2, /* it can be read now, or what stood here was left out */
};

static int search(struct savefile *s, struct input *in, size_t start)
{
	struct resync_rule r = rule(s);
	int found = resync_back(in, &r);

	if (!found) {
		s->is_lost = true;
		found = resync_search(in, &r, start);
	}

	if (found < 0)
		return found;

	s->is_lost = false;
	return found ? STEP_ON : STEP_END;
}

/*
 * The input ends inside a record. Either it was cut there, and this is the
 * end; or a length is wrong, of this record or of the one before, and took in
 * whole records, which are still here.
 */
static int cut(struct savefile *s, struct input *in)
{
	struct resync_rule r = rule(s);
	size_t left = cursor_left(&in->unread);
	int found = resync_back(in, &r);

	if (found)
		return found < 0 ? found : STEP_ON;

	if (resync_within(in, &r, 1, left) < left)
		return search(s, in, 1);

	in->skipped += left;
	cursor_skip(&in->unread, left);
	return STEP_END;
}

static int cut_in_header(struct savefile *s, struct input *in)
{
	struct problem here = input_place(in);
	size_t left = cursor_left(&in->unread);

	if (!left)
		return STEP_END;

	problems_add(
		in->problems, &here,
		_("truncated dump file; tried to read %u header bytes, only got %zu"),
		s->head, left);
	return cut(s, in);
}

static int cut_in_data(struct savefile *s, struct input *in, uint32_t caplen)
{
	struct problem here = input_place(in);

	problems_add(
		in->problems, &here,
		_("truncated dump file; tried to read %u captured bytes, only got %zu"),
		caplen, cursor_left(&in->unread) - s->head);
	return cut(s, in);
}

static int too_long(struct savefile *s, struct input *in, uint32_t caplen)
{
	struct problem here = input_place(in);

	if (caplen > s->snaplen) {
		problems_add(
			in->problems, &here,
			_("invalid packet capture length %u, bigger than snaplen of %u"),
			caplen, s->snaplen);
	} else {
		problems_add(
			in->problems, &here,
			_("invalid packet capture length %u, bigger than maximum of %d"),
			caplen, SAVEFILE_PACKET_MOST);
	}
	return search(s, in, 1);
}

/*
 * More bytes captured than there were: libpcap lets that pass, and so do we,
 * unless whole records begin inside those bytes and none begins behind them.
 * Then the length is what is wrong.
 */
static bool swallows_records(const struct savefile *s, const struct input *in,
			     uint32_t caplen)
{
	struct resync_rule r = rule(s);
	size_t end = (size_t)s->head + caplen;

	if (end == cursor_left(&in->unread))
		return false;

	return resync_within(in, &r, end, end + 1) != end &&
	       resync_within(in, &r, s->head, end) != end;
}

static int swallowing(struct savefile *s, struct input *in,
		      const struct record *rec)
{
	struct problem here = input_place(in);

	problems_add(
		in->problems, &here,
		_("invalid packet capture length %u, bigger than the packet's length of %u, and whole records stand inside it"),
		rec->caplen, rec->len);
	return search(s, in, s->head);
}

/*
 * A record of zeros has no packet in it, but libpcap takes it for one, and so
 * do we. It is what a crash leaves in a file, by the thousand: the first of
 * them is told.
 */
static void tell_hole(struct input *in, const struct record *rec)
{
	struct problem here = input_place(in);

	if (!rec->seconds && !rec->part && !rec->len && in->frames &&
	    in->last_ns >= CLOCK_SECOND) {
		problems_add(
			in->problems, &here,
			_("nothing but zeros where a packet should begin"));
	}
}

static void parse_header(struct savefile *s, struct input *in);

/* Files that were joined by cat(1): a file header looks like the record of a
 * packet without bytes, of the year 2055. */
static bool is_header(const struct input *in, const struct record *rec)
{
	struct cursor c = in->unread;

	return !rec->caplen && cursor_left(&c) >= SAVEFILE_HEADER &&
	       savefile_begins(c);
}

static int another_file(struct savefile *s, struct input *in)
{
	struct problem here = input_place(in);

	problems_add(
		in->problems, &here,
		_("another capture file begins here; the packets of both are read as one"));
	parse_header(s, in);
	return STEP_ON;
}

/* The whole record stands in memory. */
static void deliver(const struct savefile *s, struct input *in,
		    const struct record *rec, struct frame *ret)
{
	uint32_t caplen = rec->caplen < s->snaplen ? rec->caplen : s->snaplen;
	uint64_t offset = input_offset(in);

	cursor_skip(&in->unread, s->head);
	*ret = (struct frame){
		.time_ns = record_time(s, rec),
		.offset = offset,
		.number = (uint32_t)++in->frames,
		.caplen = caplen,
		.len = rec->len,
		.link = s->link,
		.excess_s = (uint16_t)(rec->part / s->parts),
		.data = in->unread.pos,
	};
	cursor_skip(&in->unread, rec->caplen);
	in->back = (size_t)s->head + rec->caplen;
}

static void exchange_lengths(const struct savefile *s, struct record *rec)
{
	uint32_t caplen = rec->caplen;

	if (!s->is_swapped && !(s->is_maybe_swapped && rec->caplen > rec->len))
		return;

	rec->caplen = rec->len;
	rec->len = caplen;
}

/* How much must be there to judge a record that is not as usual. */
static size_t ahead_of(const struct record *rec)
{
	if (!rec->caplen)
		return SAVEFILE_HEADER;

	return rec->caplen > rec->len ? SAVEFILE_AHEAD : 0;
}

/* A whole record that is not as usual. enum step or -errno. */
static int look_twice(struct savefile *s, struct input *in,
		      const struct record *rec, struct frame *ret)
{
	int r = input_need(in, ahead_of(rec));

	if (r < 0)
		return r;

	if (is_header(in, rec))
		return another_file(s, in);

	if (rec->caplen > rec->len && swallows_records(s, in, rec->caplen))
		return swallowing(s, in, rec);

	if (!rec->caplen)
		tell_hole(in, rec);
	deliver(s, in, rec, ret);
	return STEP_FRAME;
}

/* The record that walk() stopped at. enum step or -errno. */
static int look(struct savefile *s, struct input *in, struct frame *ret)
{
	struct record rec;
	int r = input_need(in, s->head);

	if (r < 0)
		return r;

	if (!r)
		return cut_in_header(s, in);

	rec = read_record(in->unread.pos, s->is_big);
	exchange_lengths(s, &rec);
	if (rec.caplen > SAVEFILE_PACKET_MOST)
		return too_long(s, in, rec.caplen);

	r = input_need(in, (size_t)s->head + rec.caplen);
	if (r < 0)
		return r;

	if (!r)
		return cut_in_data(s, in, rec.caplen);

	if (is_usual(s, &rec))
		return STEP_ON;

	return look_twice(s, in, &rec, ret);
}

static int walk_either(const struct savefile *s, struct input *in,
		       struct frame *ret, int max)
{
	if (s->is_big)
		return walk(s, in, ret, max, true);

	return walk(s, in, ret, max, false);
}

int savefile_next(struct savefile *s, struct input *in, struct frame *ret,
		  int max)
{
	int r = STEP_ON;

	while (r == STEP_ON) {
		int count = s->is_lost ? 0 : walk_either(s, in, ret, max);

		if (count > 0)
			return count;

		r = s->is_lost ? search(s, in, 0) : look(s, in, ret);
	}

	/* STEP_END is 0, STEP_FRAME one frame. */
	return r;
}

static const struct magic *find_magic(uint32_t number)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magics[i].number == number)
			return &magics[i];
	}

	return NULL;
}

bool savefile_begins(struct cursor c)
{
	struct cursor swapped = c;

	return find_magic(cursor_le32(&c)) || find_magic(cursor_be32(&swapped));
}

/* As libpcap judges it; the lengths have changed places over the years. */
static void take_version(struct savefile *s, struct input *in, uint16_t major,
			 uint16_t minor)
{
	struct problem here = input_place(in);

	s->is_swapped = major == 543 || (major == 2 && minor < 3);
	s->is_maybe_swapped = major == 2 && minor == 3;
	if ((major == 2 && minor <= 4) || (major == 543 && minor == 0))
		return;

	if (major < 2) {
		problems_add(in->problems, &here,
			     _("archaic pcap savefile format"));
	} else {
		problems_add(in->problems, &here,
			     _("unsupported pcap savefile version %u.%u"),
			     major, minor);
	}

	/* Packets are believed only where they are as those of 2.4. */
	s->is_swapped = false;
	s->is_lost = true;
}

/* The bytes above the link type say how long the checksum in the frames is. */
static void take_link(struct savefile *s, struct input *in, uint32_t written)
{
	struct problem here = input_place(in);

	written &= 0x03ffffff;
	s->link = savefile_link(written);
	if (s->link == SAVEFILE_NO_LINK) {
		problems_add(in->problems, &here,
			     _("unknown data link type %u"), written);
	}
}

static uint32_t pick32(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be32(c) : cursor_le32(c);
}

static uint16_t pick16(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be16(c) : cursor_le16(c);
}

/* SAVEFILE_HEADER bytes stand in memory, and begin as they must. */
static void parse_header(struct savefile *s, struct input *in)
{
	struct cursor c = cursor_take(&in->unread, SAVEFILE_HEADER);
	struct cursor peek = c;
	const struct magic *m = find_magic(cursor_le32(&peek));
	uint16_t major, minor;

	in->back = 0;
	*s = (struct savefile){ .is_big = !m };
	m = find_magic(pick32(&c, s->is_big));
	if (!m)
		return;

	s->head = m->head;
	s->unit_ns = m->unit_ns;
	s->parts = (uint32_t)CLOCK_SECOND / m->unit_ns;
	major = pick16(&c, s->is_big);
	minor = pick16(&c, s->is_big);
	cursor_skip(&c, 8); /* time zone and accuracy: always 0 */
	s->snaplen = savefile_snaplen(pick32(&c, s->is_big));
	take_version(s, in, major, minor);
	take_link(s, in, pick32(&c, s->is_big));

	/* Kuznetzov's kernels may have put an Ethernet header before what they
	 * captured. */
	if (s->head == SAVEFILE_RECORD_MODIFIED && s->link == LINK_ETHERNET)
		s->snaplen = savefile_snaplen(s->snaplen + 14);

	s->usual = s->snaplen < SAVEFILE_PACKET_MOST ? s->snaplen
						     : SAVEFILE_PACKET_MOST;
	if (s->is_swapped || s->is_maybe_swapped)
		s->usual = 0;
}

int savefile_start(struct savefile *s, struct input *in)
{
	struct problem here = input_place(in);
	int r = input_need(in, SAVEFILE_HEADER);

	if (r < 0)
		return r;

	if (r) {
		parse_header(s, in);
		return 0;
	}

	here.packet = 0;
	problems_add(
		in->problems, &here,
		_("truncated dump file; tried to read %d file header bytes, only got %zu"),
		SAVEFILE_HEADER, cursor_left(&in->unread));
	in->skipped += cursor_left(&in->unread);
	cursor_skip(&in->unread, cursor_left(&in->unread));
	*s = (struct savefile){ .head = SAVEFILE_RECORD,
				.link = SAVEFILE_NO_LINK };
	return 0;
}
