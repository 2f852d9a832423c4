#pragma once

/*
 * Capture files for tests, written byte by byte in either order, and what the
 * reader makes of them. Included after cmocka.h.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/problem.h"
#include "base/text.h"
#include "net/frame.h"
#include "net/link.h"
#include "trace/capture.h"
#include "trace/capture_memory.h"

enum { START = 1700000000, SYN_LEN = 58, MANY = 64 };

/* A SYN to tcp/5555. */
static const uint8_t syn[SYN_LEN] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x08, 0x00, 0x45, 0x00, 0x00, 0x2c, 0x12, 0xf1, 0x40, 0x00, 0x40, 0x06,
	0xb2, 0x5e, 0x0a, 0x01, 0x00, 0x07, 0xac, 0x10, 0x01, 0x02, 0xc5, 0x46,
	0x15, 0xb3, 0xb1, 0xc7, 0xd8, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x60, 0x02,
	0xff, 0xff, 0xfe, 0x31, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4,
};

/* What is written, and in which byte order. */
struct file {
	struct text bytes;
	bool is_big;
};

static inline void put(struct file *f, uint64_t value, unsigned len)
{
	for (unsigned i = 0; i < len; i++) {
		unsigned shift = 8 * (f->is_big ? len - 1 - i : i);

		if (shift < 64) {
			text_char(&f->bytes, (char)(value >> shift));
		} else {
			text_char(&f->bytes, 0);
		}
	}
}

static inline void put_header(struct file *f, uint32_t magic, uint16_t minor,
			      uint32_t snaplen, uint32_t link)
{
	put(f, magic, 4);
	put(f, 2, 2);
	put(f, minor, 2);
	put(f, 0, 8);
	put(f, snaplen, 4);
	put(f, link, 4);
}

static inline void put_plain_header(struct file *f)
{
	put_header(f, 0xa1b2c3d4, 4, 65535, 1);
}

static inline void put_head(struct file *f, uint32_t seconds, uint32_t part,
			    uint32_t caplen, uint32_t len)
{
	put(f, seconds, 4);
	put(f, part, 4);
	put(f, caplen, 4);
	put(f, len, 4);
}

/* The i-th SYN: START + i seconds, i parts. */
static inline void put_record(struct file *f, uint32_t i)
{
	put_head(f, START + i, i, SYN_LEN, SYN_LEN);
	text_bytes(&f->bytes, syn, SYN_LEN);
}

static inline void put_records(struct file *f, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++)
		put_record(f, i);
}

static inline void put_block(struct file *f, uint32_t type,
			     const struct file *body)
{
	size_t padding = -body->bytes.len & 3;
	size_t total = body->bytes.len + padding + 12;

	put(f, type, 4);
	put(f, total, 4);
	text_bytes(&f->bytes, body->bytes.data, body->bytes.len);
	put(f, 0, (unsigned)padding);
	put(f, total, 4);
}

static inline void put_section(struct file *f)
{
	struct file body = { .is_big = f->is_big };

	put(&body, 0x1a2b3c4d, 4);
	put(&body, 1, 2);
	put(&body, 0, 2);
	put(&body, UINT64_MAX, 8);
	put_block(f, 0x0a0d0d0a, &body);
	text_done(&body.bytes);
}

struct option {
	uint16_t code;
	uint16_t len;
	uint64_t value;
};

static inline void put_interface(struct file *f, uint16_t link,
				 uint32_t snaplen, const struct option *options,
				 size_t count)
{
	struct file body = { .is_big = f->is_big };

	put(&body, link, 2);
	put(&body, 0, 2);
	put(&body, snaplen, 4);
	for (size_t i = 0; i < count; i++) {
		put(&body, options[i].code, 2);
		put(&body, options[i].len, 2);
		put(&body, options[i].value, options[i].len);
		put(&body, 0, -(unsigned)options[i].len & 3);
	}
	put_block(f, 1, &body);
	text_done(&body.bytes);
}

static inline void put_packet(struct file *f, uint32_t interface,
			      uint64_t units, uint32_t caplen)
{
	struct file body = { .is_big = f->is_big };

	put(&body, interface, 4);
	put(&body, units >> 32, 4);
	put(&body, units & UINT32_MAX, 4);
	put(&body, caplen, 4);
	put(&body, SYN_LEN, 4);
	text_bytes(&body.bytes, syn, SYN_LEN);
	put_block(f, 6, &body);
	text_done(&body.bytes);
}

/* The i-th SYN, in microseconds, on interface 0. */
static inline void put_syn(struct file *f, uint32_t i)
{
	put_packet(f, 0, (START + (uint64_t)i) * 1000000 + i, SYN_LEN);
}

static inline void put_begin(struct file *f)
{
	put_section(f);
	put_interface(f, LINK_ETHERNET, 0, NULL, 0);
}

/* What came out of it. */
struct result {
	struct frame frames[MANY];
	int count;
	struct capture_about about;
	struct problems *problems;
	struct capture *capture;
};

static inline struct result open_step(const struct file *f, size_t step)
{
	struct result r = { .problems = problems_new() };
	int opened;

	assert_non_null(r.problems);
	opened = capture_open_memory(&r.capture, f->bytes.data, f->bytes.len,
				     step, "a.pcap", r.problems);
	assert_int_equal(opened, 0);

	/* The last batch is wanted whole, so all must fit into it. */
	for (;;) {
		int count = capture_next(r.capture, r.frames + r.count,
					 MANY - r.count);

		assert_true(count >= 0);
		if (!count)
			break;

		r.count += count;
	}

	capture_about(r.capture, &r.about);
	return r;
}

static inline struct result open_all(const struct file *f)
{
	return open_step(f, SIZE_MAX);
}

static inline void done(struct file *f, struct result *r)
{
	capture_close(r->capture);
	problems_free(r->problems);
	text_done(&f->bytes);
}

static inline void has_problem(const struct result *r, size_t i,
			       uint64_t packet, uint64_t offset,
			       const char *text)
{
	const struct problem *p = problems_at(r->problems, i);

	assert_non_null(p);
	assert_string_equal(p->file, "a.pcap");
	assert_int_equal(p->packet, packet);
	assert_int_equal(p->offset, offset);
	assert_non_null(strstr(p->text, text));
}

static inline void is_syn(const struct frame *f, uint32_t i, uint32_t number)
{
	int64_t part_ns = (int64_t)i * CLOCK_MICROSECOND;

	assert_int_equal(f->time_ns, (START + i) * CLOCK_SECOND + part_ns);
	assert_int_equal(f->number, number);
	assert_int_equal(f->caplen, SYN_LEN);
	assert_int_equal(f->len, SYN_LEN);
	assert_int_equal(f->link, LINK_ETHERNET);
	assert_memory_equal(f->data, syn, SYN_LEN);
}
