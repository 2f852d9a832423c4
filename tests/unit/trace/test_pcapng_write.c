/* What is written while capturing is what the reader of captures finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/problem.h"
#include "net/link.h"
#include "trace/capture.h"
#include "trace/pcapng_write.h"

enum { ETHERNET = 1, RAW = 101, MANY = 64, AT = 1795000000 };

struct written {
	int fd;
	char path[32];
	struct problems *problems;
	struct capture *capture;
};

static struct written begin(void)
{
	struct written w = { .fd = memfd_create("test", MFD_CLOEXEC) };

	assert_true(w.fd >= 0);
	(void)snprintf(w.path, sizeof(w.path), "/proc/self/fd/%d", w.fd);
	assert_int_equal(pcapng_write_head(w.fd), 0);
	return w;
}

static void open_it(struct written *w)
{
	w->problems = problems_new();
	assert_non_null(w->problems);
	assert_int_equal(capture_open(&w->capture, w->path, w->problems), 0);
}

static void done(struct written *w)
{
	assert_int_equal(problems_count(w->problems), 0);
	capture_close(w->capture);
	problems_free(w->problems);
	assert_int_equal(close(w->fd), 0);
}

static void packets_of_all_lengths_are_read_back(void **state)
{
	const int64_t at = (int64_t)AT * 1000000000 + 123456789;
	struct written w = begin();
	struct frame frames[MANY];
	uint8_t data[MANY];
	int count;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	assert_int_equal(pcapng_write_interface(w.fd, ETHERNET, 2048, "eth0"),
			 0);
	for (uint32_t len = 1; len <= MANY; len++)
		assert_int_equal(pcapng_write_packet(w.fd, 0, at + len, data,
						     len, len + 1000),
				 0);
	open_it(&w);
	for (uint32_t len = 1; len <= MANY; len += (uint32_t)count) {
		count = capture_next(w.capture, frames, MANY);
		assert_true(count > 0);
		for (uint32_t i = 0; i < (uint32_t)count; i++) {
			assert_int_equal(frames[i].number, len + i);
			assert_int_equal(frames[i].time_ns, at + len + i);
			assert_int_equal(frames[i].caplen, len + i);
			assert_int_equal(frames[i].len, len + i + 1000);
			assert_int_equal(frames[i].link, LINK_ETHERNET);
			assert_memory_equal(frames[i].data, data, len + i);
		}
	}
	assert_int_equal(capture_next(w.capture, frames, MANY), 0);
	done(&w);
}

static void interfaces_keep_their_link_types(void **state)
{
	static const char name[] =
		"a-name-that-is-longer-than-any-interface-of-linux-has-and-"
		"is-cut-when-it-is-written";
	struct written w = begin();
	struct frame frames[MANY];
	struct capture_about about;

	(void)state;
	/* Names of each length, for the padding. */
	assert_int_equal(pcapng_write_interface(w.fd, RAW, 2048, ""), 0);
	assert_int_equal(pcapng_write_interface(w.fd, ETHERNET, 96, "lo"), 0);
	assert_int_equal(pcapng_write_interface(w.fd, RAW, 96, "wg0"), 0);
	assert_int_equal(pcapng_write_interface(w.fd, ETHERNET, 96, name), 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(pcapng_write_packet(w.fd, i, AT, "abcd", 4, 4),
				 0);
	open_it(&w);
	assert_int_equal(capture_next(w.capture, frames, MANY), 4);
	assert_int_equal(frames[0].link, LINK_RAW);
	assert_int_equal(frames[1].link, LINK_ETHERNET);
	assert_int_equal(frames[2].link, LINK_RAW);
	assert_int_equal(frames[3].link, LINK_ETHERNET);
	capture_about(w.capture, &about);
	assert_true(about.is_pcapng);
	assert_int_equal(about.snaplen, 2048);
	assert_int_equal(about.skipped, 0);
	done(&w);
}

static void an_empty_capture_is_one(void **state)
{
	struct written w = begin();
	struct frame frames[MANY];

	(void)state;
	assert_int_equal(pcapng_write_interface(w.fd, RAW, 96, "tun0"), 0);
	open_it(&w);
	assert_int_equal(capture_next(w.capture, frames, MANY), 0);
	done(&w);
}

static void a_full_disk_is_told(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(pcapng_write_head(full), -ENOSPC);
	assert_int_equal(pcapng_write_packet(full, 0, AT, "a", 1, 1), -ENOSPC);
	assert_int_equal(pcapng_write_head(-1), -EBADF);
	(void)close(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_of_all_lengths_are_read_back),
		cmocka_unit_test(interfaces_keep_their_link_types),
		cmocka_unit_test(an_empty_capture_is_one),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
