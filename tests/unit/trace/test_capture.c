/* What stands around the two readers: packings, files, and what is no capture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture_file.h"

/* A capture of three SYNs, and that packed. */
struct packing {
	const char *name;
	size_t (*pack)(uint8_t *to, size_t room, const struct file *f);
};

static size_t pack_gzip(uint8_t *to, size_t room, const struct file *f)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	z.next_in = (Bytef *)f->bytes.data;
	z.avail_in = (uInt)f->bytes.len;
	z.next_out = to;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

static size_t pack_zstd(uint8_t *to, size_t room, const struct file *f)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t len;

	assert_non_null(z);
	assert_false(ZSTD_isError(
		ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1)));
	len = ZSTD_compress2(z, to, room, f->bytes.data, f->bytes.len);
	assert_false(ZSTD_isError(len));
	(void)ZSTD_freeCCtx(z);
	return len;
}

static size_t pack_xz(uint8_t *to, size_t room, const struct file *f)
{
	size_t len = 0;

	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL,
						 (uint8_t *)f->bytes.data,
						 f->bytes.len, to, &len, room),
			 LZMA_OK);
	return len;
}

static const struct packing packings[] = {
	{ "gzip", pack_gzip },
	{ "zstd", pack_zstd },
	{ "xz", pack_xz },
};

enum { PACKINGS = sizeof(packings) / sizeof(packings[0]) };

static struct file packed(const struct packing *p, uint32_t records)
{
	uint8_t *to = malloc(1 << 20);
	struct file plain = { 0 };
	struct file f = { 0 };
	size_t len;

	assert_non_null(to);
	put_plain_header(&plain);
	put_records(&plain, 0, records);
	len = p->pack(to, 1 << 20, &plain);
	text_bytes(&f.bytes, to, len);
	text_done(&plain.bytes);
	free(to);
	return f;
}

static void packed_captures_are_unpacked(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct file f = packed(&packings[i], 3);
		struct result r = open_step(&f, 5);

		assert_int_equal(r.count, 3);
		assert_int_equal(problems_count(r.problems), 0);
		is_syn(&r.frames[2], 2, 3);
		assert_int_equal(r.about.size, f.bytes.len);
		assert_int_equal(r.about.done, f.bytes.len);
		done(&f, &r);
	}
}

static void packed_streams_in_a_row_are_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct file f = packed(&packings[i], 3);
		struct file more = { 0 };
		uint8_t to[1024];
		struct result r;

		put_records(&more, 3, 2);
		text_bytes(&f.bytes, to,
			   packings[i].pack(to, sizeof(to), &more));
		text_fill(&f.bytes, 0, 8);
		r = open_all(&f);
		assert_int_equal(r.count, 5);
		assert_int_equal(problems_count(r.problems), 0);
		is_syn(&r.frames[4], 4, 5);
		text_done(&more.bytes);
		done(&f, &r);
	}
}

static void a_cut_packing_is_told_and_what_is_there_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct file f = packed(&packings[i], 3);
		struct result r;
		struct text text = TEXT_NULL;

		/* The checksums at the end; the data is whole. */
		text_cut(&f.bytes, f.bytes.len - 1);
		r = open_all(&f);
		assert_int_equal(r.count, 3);
		text_str(&text, "the ");
		text_str(&text, packings[i].name);
		text_str(&text, " data is cut off here");
		has_problem(&r, 0, 0, f.bytes.len, text_string(&text));
		text_done(&text);
		done(&f, &r);
	}
}

static void damaged_packings_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct problems *problems = problems_new();
		struct file f = packed(&packings[i], 3);
		struct capture *c;
		struct frame frames[9];
		int r;

		for (size_t k = f.bytes.len / 3; k < f.bytes.len; k++)
			f.bytes.data[k] = (char)~f.bytes.data[k];
		r = capture_open_memory(&c, f.bytes.data, f.bytes.len, SIZE_MAX,
					"a", problems);
		assert_true(r >= 0);
		while (r == 0 && capture_next(c, frames, 9) > 0)
			;
		assert_true(problems_count(problems) > 0);
		capture_close(c);
		problems_free(problems);
		text_done(&f.bytes);
	}
}

static void what_follows_the_packing_is_told(void **state)
{
	struct file f = packed(&packings[0], 3);
	size_t len = f.bytes.len;
	struct result r;

	(void)state;
	text_str(&f.bytes, "garbage");
	r = open_all(&f);
	assert_int_equal(r.count, 3);
	has_problem(&r, 0, 0, len, "what follows the gzip data");
	done(&f, &r);
}

/* Everything that capture_unread() gives. */
static void is_not_one(const char *bytes, size_t len, const char *problem)
{
	struct problems *problems = problems_new();
	struct text seen = TEXT_NULL;
	char some[7];
	struct capture *c;
	int count;

	assert_int_equal(capture_open_memory(&c, bytes, len, 3, "a", problems),
			 CAPTURE_NOT_ONE);
	while ((count = capture_unread(c, some, sizeof(some))) > 0)
		text_bytes(&seen, some, (size_t)count);
	assert_int_equal(count, 0);
	assert_int_equal(seen.len, len);
	if (len)
		assert_memory_equal(seen.data, bytes, len);
	assert_int_equal(problems_count(problems), problem != NULL);
	if (problem) {
		assert_non_null(
			strstr(problems_at(problems, 0)->text, problem));
	}
	text_done(&seen);
	capture_close(c);
	problems_free(problems);
}

static void text_is_handed_back_whole(void **state)
{
	static const char text[] = "20:22:38.618231 IP 10.1.0.7.34640 > 1.2";
	static const char breaks[] = "\n\r\r\nno section header, only lines\n";

	(void)state;
	is_not_one(text, sizeof(text) - 1, NULL);
	is_not_one(breaks, sizeof(breaks) - 1, NULL);
	is_not_one("ab", 2, NULL);
	is_not_one("", 0, NULL);
}

static void foreign_captures_are_named_with_what_to_do(void **state)
{
	(void)state;
	is_not_one(
		"snoop\0\0\0\0\0\0\2\0\0\0\4", 16,
		"this is a snoop capture, which cannot be read here; convert it: editcap -F pcap a NEW.pcap");
	is_not_one("GMBU............", 16, "Microsoft Network Monitor 2");
	is_not_one("BZh91AY&SY......", 16, "packed with bzip2");
}

static void packed_text_is_handed_back_unpacked(void **state)
{
	struct problems *problems = problems_new();
	struct file plain = { 0 };
	uint8_t to[256];
	char some[64];
	struct capture *c;
	size_t len;

	(void)state;
	text_str(&plain.bytes, "only text");
	len = pack_gzip(to, sizeof(to), &plain);
	assert_int_equal(
		capture_open_memory(&c, to, len, SIZE_MAX, "a", problems),
		CAPTURE_NOT_ONE);
	assert_int_equal(capture_unread(c, some, sizeof(some)), 9);
	assert_memory_equal(some, "only text", 9);
	capture_close(c);
	problems_free(problems);
	text_done(&plain.bytes);
}

static void files_that_cannot_be_read_are_errors(void **state)
{
	struct problems *problems = problems_new();
	struct capture *c = NULL;

	(void)state;
	assert_int_equal(capture_open(&c, "/", problems), -EISDIR);
	assert_int_equal(capture_open(&c, "/nowhere/a.pcap", problems),
			 -ENOENT);
	assert_null(c);
	assert_int_equal(problems_count(problems), 0);
	problems_free(problems);
}

static void files_know_their_size(void **state)
{
	char path[] = "/tmp/test_capture_XXXXXX";
	struct problems *problems = problems_new();
	int fd = mkstemp(path);
	struct file f = { 0 };
	struct capture_about about;
	struct capture *c;
	struct frame frames[4];

	(void)state;
	assert_true(fd >= 0);
	put_plain_header(&f);
	put_records(&f, 0, 3);
	assert_int_equal(write(fd, f.bytes.data, f.bytes.len), f.bytes.len);
	assert_int_equal(capture_open(&c, path, problems), 0);
	assert_int_equal(capture_next(c, frames, 4), 3);
	is_syn(&frames[2], 2, 3);
	assert_int_equal(capture_next(c, frames, 4), 0);
	capture_about(c, &about);
	assert_int_equal(about.size, f.bytes.len);
	assert_int_equal(about.done, f.bytes.len);
	capture_close(c);
	problems_free(problems);
	text_done(&f.bytes);
	(void)close(fd);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_captures_are_unpacked),
		cmocka_unit_test(packed_streams_in_a_row_are_one),
		cmocka_unit_test(
			a_cut_packing_is_told_and_what_is_there_is_read),
		cmocka_unit_test(damaged_packings_are_told),
		cmocka_unit_test(what_follows_the_packing_is_told),
		cmocka_unit_test(text_is_handed_back_whole),
		cmocka_unit_test(foreign_captures_are_named_with_what_to_do),
		cmocka_unit_test(packed_text_is_handed_back_unpacked),
		cmocka_unit_test(files_that_cannot_be_read_are_errors),
		cmocka_unit_test(files_know_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
