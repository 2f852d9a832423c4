#include "trace/blocks.h"

#include <stddef.h>

#include "base/i18n.h"
#include "net/frame.h"
#include "trace/input.h"
#include "trace/resync.h"
#include "trace/savefile.h"

/* Block types. */
enum {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in either byte order */
};

enum {
	BLOCK_HEADER = 8,  /* type and length */
	BLOCK_TRAILER = 4, /* the length again */
	BLOCK_LEAST = BLOCK_HEADER + BLOCK_TRAILER,
	BLOCK_MOST = 16 * 1024 * 1024,
	BLOCK_SECTION_LEAST = 28,
	BLOCK_SECTION_MOST = 1024 * 1024,
	BLOCK_ORDER = 0x1a2b3c4d, /* a section's byte order magic */
	BLOCK_PACKET_HEAD = 28,   /* before a packet's data */
};

static inline uint32_t pick32(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be32(c) : cursor_le32(c);
}

static inline uint16_t pick16(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be16(c) : cursor_le16(c);
}

/* What precedes a packet's data in a block. */
struct packet_head {
	uint32_t interface;
	uint64_t units; /* its time */
	uint32_t caplen;
	uint32_t len;
};

static inline struct packet_head read_packet(struct cursor *c, bool is_big)
{
	struct packet_head p;

	p.interface = pick32(c, is_big);
	p.units = (uint64_t)pick32(c, is_big) << 32;
	p.units |= pick32(c, is_big);
	p.caplen = pick32(c, is_big);
	p.len = pick32(c, is_big);
	return p;
}

/*
 * The enhanced packet blocks that stand in memory whole, one behind the other,
 * with nothing odd about them: nearly all there is in a file. The data comes
 * before the options, which nobody needs, and the trailer right before the
 * next block.
 */
static inline int walk(const struct blocks *b, struct input *in,
		       struct frame *ret, int max, bool is_big)
{
	struct cursor c = in->unread;
	uint64_t number = in->frames;
	int count;

	for (count = 0; count < max; count++) {
		const struct interfaces_one *one;
		struct cursor body = c;
		struct cursor rest = c;
		uint32_t type = pick32(&body, is_big);
		uint32_t total = pick32(&body, is_big);
		struct packet_head p = read_packet(&body, is_big);

		if (!cursor_ok(&body) || type != BLOCK_PACKET ||
		    total < BLOCK_PACKET_HEAD + BLOCK_TRAILER ||
		    (total & 3) != 0)
			break;

		cursor_skip(&rest, total - BLOCK_TRAILER);
		if (pick32(&rest, is_big) != total)
			break;

		if (p.interface >= b->interfaces.count)
			break;

		one = &b->interfaces.list[p.interface];
		if (p.caplen > one->usual ||
		    p.caplen > total - BLOCK_PACKET_HEAD - BLOCK_TRAILER)
			break;

		__builtin_prefetch(body.pos);
		ret[count].data = body.pos;
		ret[count].time_ns = interfaces_time(one, p.units);
		ret[count].offset = in->end - (uint64_t)(c.end - c.pos);
		ret[count].number = (uint32_t)++number;
		ret[count].caplen = p.caplen;
		ret[count].len = p.len;
		ret[count].link = one->link;
		ret[count].excess_s = 0;
		c = rest;
	}

	in->unread = c;
	in->frames = number;
	return count;
}

/* One block that stands in memory, or what is wrong with it. */
struct block {
	uint32_t type;
	uint32_t total;
	bool is_big;
	struct cursor body;
};

/* Type, length, and the byte order, which a section brings along. */
static bool read_header(const struct blocks *b, struct cursor c,
			struct block *ret)
{
	struct cursor order = c;

	ret->is_big = b->is_big;
	ret->type = pick32(&c, ret->is_big);
	if (ret->type == BLOCK_SECTION) {
		cursor_skip(&order, BLOCK_HEADER);
		ret->is_big = cursor_peek(&order) == BLOCK_ORDER >> 24;
		if (pick32(&order, ret->is_big) != BLOCK_ORDER)
			return false;
	}

	ret->total = pick32(&c, ret->is_big);
	return cursor_ok(&c);
}

bool blocks_begins(struct cursor c)
{
	struct block block;

	return read_header(&(struct blocks){ 0 }, c, &block) &&
	       block.type == BLOCK_SECTION;
}

static bool trailer_fits(const struct block *block, struct cursor c)
{
	cursor_skip(&c, block->total - BLOCK_TRAILER);
	return pick32(&c, block->is_big) == block->total && cursor_ok(&c);
}

/* The types that are worth resuming at, and how long they are at least. */
static uint32_t least_of(uint32_t type)
{
	static const struct {
		uint32_t type;
		uint32_t least;
	} known[] = {
		{ BLOCK_SECTION, BLOCK_SECTION_LEAST },
		{ BLOCK_INTERFACE, 20 },
		{ BLOCK_OLD_PACKET, BLOCK_PACKET_HEAD + BLOCK_TRAILER },
		{ BLOCK_SIMPLE_PACKET, 16 },
		{ 4, BLOCK_LEAST }, /* names */
		{ 5, 24 },          /* interface statistics */
		{ BLOCK_PACKET, BLOCK_PACKET_HEAD + BLOCK_TRAILER },
		{ 9, BLOCK_LEAST }, /* systemd journal */
		{ 10, 20 },         /* decryption secrets */
		{ 0xbad, 16 },      /* custom */
		{ 0x40000bad, 16 }, /* custom, not to be copied */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].type == type)
			return known[i].least;
	}

	return 0;
}

/* A block that may stand here, for the search after damage. */
static size_t judge(const void *reader, struct cursor c, int64_t *ret_time_ns)
{
	struct block block;
	uint32_t least;

	*ret_time_ns = RESYNC_NO_TIME;
	if (cursor_left(&c) < BLOCK_LEAST)
		return RESYNC_CUT;

	if (!read_header(reader, c, &block))
		return 0;

	least = least_of(block.type);
	if (!least || block.total < least || block.total > INPUT_MOST ||
	    (block.total & 3) != 0)
		return 0;

	if (block.total <= cursor_left(&c) && !trailer_fits(&block, c))
		return 0;

	return block.total;
}

/* What became of the next block. */
enum step {
	STEP_END = 0,   /* there is none */
	STEP_FRAME = 1, /* it is a frame */
	STEP_ON = 2,    /* it is done with, or can be read now */
};

static int search(struct blocks *b, struct input *in, size_t start)
{
	struct resync_rule rule = {
		.judge = judge, .reader = b, .near = 2, .far = 2
	};
	int found;

	b->is_lost = true;
	found = resync_search(in, &rule, start);
	if (found < 0)
		return found;

	b->is_lost = false;
	return found ? STEP_ON : STEP_END;
}

/* The input ends inside a block, or inside what was taken for one. */
static int cut(struct blocks *b, struct input *in, size_t wanted, size_t head)
{
	struct resync_rule rule = {
		.judge = judge, .reader = b, .near = 2, .far = 2
	};
	struct problem here = input_place(in);
	size_t left = cursor_left(&in->unread);
	size_t at;

	problems_add(
		in->problems, &here,
		_("truncated pcapng dump file; tried to read %zu bytes, only got %zu"),
		wanted - head, left - head);
	at = resync_within(in, &rule, 1, left);
	if (at < left)
		return search(b, in, at);

	in->skipped += left;
	cursor_skip(&in->unread, left);
	return STEP_END;
}

static int wrong_length(struct blocks *b, struct input *in,
			const struct block *block)
{
	struct problem here = input_place(in);

	if (block->total < BLOCK_LEAST) {
		problems_add(
			in->problems, &here,
			_("block in pcapng dump file has a length of %u < %d"),
			block->total, BLOCK_LEAST);
	} else if (block->total & 3) {
		problems_add(
			in->problems, &here,
			_("block in pcapng dump file has a length of %u that is not a multiple of 4"),
			block->total);
	} else {
		problems_add(in->problems, &here,
			     _("pcapng block size %u > maximum %d"),
			     block->total, BLOCK_MOST);
	}
	return search(b, in, 1);
}

static int wrong_trailer(struct blocks *b, struct input *in)
{
	struct problem here = input_place(in);

	problems_add(in->problems, &here,
		     _("block total length in header and trailer don't match"));
	return search(b, in, 1);
}

static int wrong_order(struct blocks *b, struct input *in)
{
	struct problem here = input_place(in);

	problems_add(
		in->problems, &here,
		_("the file has a section with a bad byte order magic field"));
	return search(b, in, 1);
}

static void too_short(struct input *in, uint32_t type)
{
	struct problem here = input_place(in);

	problems_add(in->problems, &here,
		     _("block of type %u in pcapng dump file is too short"),
		     type);
}

static int take_section(struct blocks *b, struct input *in,
			const struct block *block)
{
	struct problem here = input_place(in);
	struct cursor c = block->body;
	uint16_t major, minor;

	cursor_skip(&c, 4);
	major = pick16(&c, block->is_big);
	minor = pick16(&c, block->is_big);
	if (!cursor_ok(&c)) {
		too_short(in, block->type);
	} else if (major != 1 || (minor != 0 && minor != 2)) {
		problems_add(in->problems, &here,
			     _("unsupported pcapng savefile version %u.%u"),
			     major, minor);
	}

	b->is_big = block->is_big;
	interfaces_clear(&b->interfaces);
	return STEP_ON;
}

static int take_interface(struct blocks *b, struct input *in,
			  const struct block *block)
{
	int r = interfaces_add(&b->interfaces, in, block->body, block->is_big);

	if (r < 0)
		return r;

	if (!b->has_interface) {
		b->has_interface = true;
		b->first_link = b->interfaces.list[0].link;
		b->first_snaplen = b->interfaces.list[0].snaplen;
	}

	return STEP_ON;
}

static struct interfaces_one *find_interface(struct blocks *b, struct input *in,
					     uint32_t number)
{
	struct problem here = input_place(in);

	if (number < b->interfaces.count)
		return &b->interfaces.list[number];

	if (!b->has_interface && !b->told_interface) {
		problems_add(
			in->problems, &here,
			_("the capture file has a packet block before any Interface Description Blocks"));
	} else if (b->has_interface) {
		problems_add(
			in->problems, &here,
			_("a packet arrived on interface %u, but there's no Interface Description Block for that interface"),
			number);
	}
	b->told_interface = true;
	return NULL;
}

/* libpcap stops at such a packet. The block is whole, so nothing is lost. */
static void check_snaplen(struct interfaces_one *one, struct input *in,
			  uint32_t caplen)
{
	struct problem here = input_place(in);

	if (caplen <= one->snaplen || one->told_snaplen)
		return;

	one->told_snaplen = true;
	problems_add(
		in->problems, &here,
		_("invalid packet capture length %u, bigger than snaplen of %u"),
		caplen, one->snaplen);
}

/* A packet of any kind; its data is at c. */
static int take_packet(struct blocks *b, struct input *in,
		       const struct block *block, const struct packet_head *p,
		       struct cursor c, struct frame *ret)
{
	struct problem here = input_place(in);
	struct interfaces_one *one = find_interface(b, in, p->interface);
	const uint8_t *data;

	if (!one)
		return STEP_ON;

	if (p->caplen > SAVEFILE_PACKET_MOST) {
		problems_add(
			in->problems, &here,
			_("invalid packet capture length %u, bigger than maximum of %d"),
			p->caplen, SAVEFILE_PACKET_MOST);
		return STEP_ON;
	}

	data = cursor_bytes(&c, p->caplen);
	if (!data) {
		too_short(in, block->type);
		return STEP_ON;
	}

	check_snaplen(one, in, p->caplen);
	*ret = (struct frame){
		.time_ns = interfaces_time(one, p->units),
		.offset = here.offset,
		.number = (uint32_t)++in->frames,
		.caplen = p->caplen,
		.len = p->len,
		.link = one->link,
		.data = data,
	};
	return STEP_FRAME;
}

static int take_enhanced(struct blocks *b, struct input *in,
			 const struct block *block, struct frame *ret)
{
	struct cursor c = block->body;
	struct packet_head p = read_packet(&c, block->is_big);

	if (!cursor_ok(&c)) {
		too_short(in, block->type);
		return STEP_ON;
	}

	return take_packet(b, in, block, &p, c, ret);
}

static int take_old(struct blocks *b, struct input *in,
		    const struct block *block, struct frame *ret)
{
	struct cursor c = block->body;
	struct cursor first = c;
	struct packet_head p = read_packet(&c, block->is_big);

	/* Sixteen bits of interface, sixteen of drops. */
	p.interface = pick16(&first, block->is_big);
	if (!cursor_ok(&c)) {
		too_short(in, block->type);
		return STEP_ON;
	}

	return take_packet(b, in, block, &p, c, ret);
}

/* Of the first interface, without a time, and as long as its snapshots are. */
static int take_simple(struct blocks *b, struct input *in,
		       const struct block *block, struct frame *ret)
{
	struct cursor c = block->body;
	struct packet_head p = { .len = pick32(&c, block->is_big) };

	if (!cursor_ok(&c)) {
		too_short(in, block->type);
		return STEP_ON;
	}

	p.caplen = p.len;
	if (b->interfaces.count && p.caplen > b->interfaces.list[0].snaplen)
		p.caplen = b->interfaces.list[0].snaplen;

	return take_packet(b, in, block, &p, c, ret);
}

/* A whole block. enum step or -errno. */
static int take_block(struct blocks *b, struct input *in,
		      const struct block *block, struct frame *ret)
{
	int r = STEP_ON;

	if (block->type == BLOCK_PACKET) {
		r = take_enhanced(b, in, block, ret);
	} else if (block->type == BLOCK_SIMPLE_PACKET) {
		r = take_simple(b, in, block, ret);
	} else if (block->type == BLOCK_OLD_PACKET) {
		r = take_old(b, in, block, ret);
	} else if (block->type == BLOCK_INTERFACE) {
		r = take_interface(b, in, block);
	} else if (block->type == BLOCK_SECTION) {
		r = take_section(b, in, block);
	}

	if (r >= 0)
		cursor_skip(&in->unread, block->total);
	return r;
}

/* A block that is longer than our memory for it, and is no packet. */
static int pass_over(struct blocks *b, struct input *in,
		     const struct block *block)
{
	struct cursor c;
	int r = input_skip(in, block->total - BLOCK_TRAILER);

	if (r < 0)
		return r;

	r = input_need(in, BLOCK_TRAILER);
	if (r < 0)
		return r;

	if (!r)
		return cut(b, in, BLOCK_TRAILER, 0);

	c = in->unread;
	if (pick32(&c, block->is_big) != block->total)
		return wrong_trailer(b, in);

	in->unread = c;
	return STEP_ON;
}

static bool has_wrong_length(const struct block *block)
{
	uint32_t most = BLOCK_MOST;

	if (block->type == BLOCK_PACKET || block->type == BLOCK_OLD_PACKET ||
	    block->type == BLOCK_SIMPLE_PACKET) {
		most = INPUT_MOST;
	} else if (block->type == BLOCK_SECTION) {
		most = BLOCK_SECTION_MOST;
	}

	return block->total < BLOCK_LEAST || (block->total & 3) != 0 ||
	       block->total > most;
}

/* Fewer bytes than any block has. */
static int end(struct blocks *b, struct input *in)
{
	size_t left = cursor_left(&in->unread);

	if (!left)
		return STEP_END;

	return left < BLOCK_HEADER ? cut(b, in, BLOCK_HEADER, 0)
				   : cut(b, in, BLOCK_LEAST, BLOCK_HEADER);
}

/* The block that walk() stopped at. enum step or -errno. */
static int look(struct blocks *b, struct input *in, struct frame *ret)
{
	struct block block;
	int r = input_need(in, BLOCK_LEAST);

	if (r < 0)
		return r;

	if (!r)
		return end(b, in);

	if (!read_header(b, in->unread, &block))
		return wrong_order(b, in);

	if (has_wrong_length(&block))
		return wrong_length(b, in, &block);

	if (block.total > INPUT_MOST)
		return pass_over(b, in, &block);

	r = input_need(in, block.total);
	if (r < 0)
		return r;

	if (!r)
		return cut(b, in, block.total, BLOCK_HEADER);

	if (!trailer_fits(&block, in->unread))
		return wrong_trailer(b, in);

	block.body = in->unread;
	block.body = cursor_take(&block.body, block.total - BLOCK_TRAILER);
	cursor_skip(&block.body, BLOCK_HEADER);
	return take_block(b, in, &block, ret);
}

static bool is_packet(const struct blocks *b, struct cursor c)
{
	struct block block;

	return read_header(b, c, &block) &&
	       (block.type == BLOCK_PACKET || block.type == BLOCK_OLD_PACKET ||
		block.type == BLOCK_SIMPLE_PACKET);
}

int blocks_start(struct blocks *b, struct input *in)
{
	struct problem here = input_place(in);
	int r = STEP_ON;

	*b = (struct blocks){ 0 };
	here.packet = 0;
	while (r == STEP_ON && !b->has_interface) {
		r = input_need(in, BLOCK_LEAST);
		if (r < 0 || (r == 1 && is_packet(b, in->unread)))
			break;

		r = look(b, in, NULL);
	}

	/* Where damage was reported already, it is the reason. */
	if (r == STEP_END && !in->skipped) {
		problems_add(
			in->problems, &here,
			_("the capture file has no Interface Description Blocks"));
	}
	return r < 0 ? r : 0;
}

void blocks_done(struct blocks *b)
{
	interfaces_done(&b->interfaces);
}

int blocks_next(struct blocks *b, struct input *in, struct frame *ret, int max)
{
	int r = STEP_ON;

	while (r == STEP_ON) {
		int count = 0;

		if (!b->is_lost) {
			count = b->is_big ? walk(b, in, ret, max, true)
					  : walk(b, in, ret, max, false);
		}
		if (count > 0)
			return count;

		r = b->is_lost ? search(b, in, 0) : look(b, in, ret);
	}

	/* STEP_END is 0, STEP_FRAME one frame. */
	return r;
}
