#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/frame.h"
#include "net/link.h"
#include "trace/filter.h"

enum { ETHERNET = 14, SYN_LEN = 58 };

/* A SYN from 10.1.0.7:50502 to 172.16.1.2:5555, with its Ethernet header. */
static const uint8_t syn[SYN_LEN] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x08, 0x00, 0x45, 0x00, 0x00, 0x2c, 0x12, 0xf1, 0x40, 0x00, 0x40, 0x06,
	0xb2, 0x5e, 0x0a, 0x01, 0x00, 0x07, 0xac, 0x10, 0x01, 0x02, 0xc5, 0x46,
	0x15, 0xb3, 0xb1, 0xc7, 0xd8, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x60, 0x02,
	0xff, 0xff, 0xfe, 0x31, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4,
};

static struct filter *filter_of(const char *expression)
{
	struct filter *f = NULL;
	char *why = NULL;

	if (filter_new(&f, expression, &why))
		fail_msg("\"%s\": %s", expression, why ? why : "no memory");
	assert_null(why);
	return f;
}

/* The frame behind skip bytes of it, cut to caplen, on a link of its own. What
 * was cut away still stands there, as the packets behind it do in a file. */
static bool passes_on(struct filter *f, uint16_t link, size_t skip,
		      size_t caplen)
{
	uint8_t *data = (uint8_t *)malloc(SYN_LEN);
	const struct frame frame = {
		.caplen = (uint32_t)caplen,
		.len = (uint32_t)(SYN_LEN - skip),
		.link = link,
		.data = data,
	};
	bool passes;

	assert_non_null(data);
	memcpy(data, syn + skip, SYN_LEN - skip);
	passes = filter_passes(f, &frame);
	free(data);
	return passes;
}

static bool passes(const char *expression)
{
	struct filter *f = filter_of(expression);
	bool answer = passes_on(f, LINK_ETHERNET, 0, SYN_LEN);

	filter_free(f);
	return answer;
}

static void an_expression_decides_by_the_packet(void **state)
{
	(void)state;
	assert_true(passes("tcp port 5555"));
	assert_true(passes("host 172.16.1.2 and tcp[tcpflags] & tcp-syn != 0"));
	assert_true(passes("src net 10.1.0.0/16"));
	assert_true(passes("ether host 02:00:00:00:00:01"));
	assert_false(passes("tcp port 5556"));
	assert_false(passes("udp port 5555"));
	assert_false(passes("src host 172.16.1.2"));
	assert_false(passes("ip6"));
	assert_false(passes("not tcp"));
}

static void an_empty_expression_lets_everything_pass(void **state)
{
	(void)state;
	assert_true(passes(""));
}

static void a_wrong_expression_is_refused_with_the_reason(void **state)
{
	static const char *const wrong[] = { "tcp port",       "port 70000",
					     "host 1.2.3.256", "(tcp",
					     "tcp tcp",        "ether[" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct filter *f = NULL;
		char *why = NULL;

		if (filter_new(&f, wrong[i], &why) != 1)
			fail_msg("\"%s\" is taken", wrong[i]);
		assert_null(f);
		assert_non_null(why);
		assert_true(strlen(why) > 3);
		free(why);
	}
}

/* One filter, on every link type that comes up, each with its own offsets. */
static void it_holds_on_every_link_type(void **state)
{
	static const uint16_t links[] = { LINK_RAW, LINK_IPV4, LINK_RAW_BSD,
					  LINK_RAW_OPENBSD };
	struct filter *yes = filter_of("tcp dst port 5555");
	struct filter *no = filter_of("tcp src port 5555");

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
			assert_true(passes_on(yes, links[i], ETHERNET,
					      SYN_LEN - ETHERNET));
			assert_false(passes_on(no, links[i], ETHERNET,
					       SYN_LEN - ETHERNET));
		}
		assert_true(passes_on(yes, LINK_ETHERNET, 0, SYN_LEN));
		assert_false(passes_on(no, LINK_ETHERNET, 0, SYN_LEN));
	}
	filter_free(yes);
	filter_free(no);
}

static void where_it_has_no_meaning_nothing_passes(void **state)
{
	struct filter *f = filter_of("ether host 02:00:00:00:00:01");

	(void)state;
	assert_true(passes_on(f, LINK_ETHERNET, 0, SYN_LEN));
	assert_false(passes_on(f, LINK_RAW, ETHERNET, SYN_LEN - ETHERNET));
	assert_true(passes_on(f, LINK_ETHERNET, 0, SYN_LEN));
	filter_free(f);
}

/* A hostile file may name any number of them. */
static void link_types_without_number_are_survived(void **state)
{
	struct filter *f = filter_of("tcp");

	(void)state;
	for (uint16_t link = 300; link < 2000; link++)
		assert_false(passes_on(f, link, 0, SYN_LEN));
	assert_true(passes_on(f, LINK_ETHERNET, 0, SYN_LEN));
	filter_free(f);
	filter_free(NULL);
}

/* What the snaplen cut away is not guessed, and not read. */
static void a_cut_frame_passes_only_by_what_it_holds(void **state)
{
	struct filter *port = filter_of("tcp dst port 5555");
	struct filter *host = filter_of("dst host 172.16.1.2");

	(void)state;
	for (size_t len = 1; len <= SYN_LEN; len++) {
		assert_int_equal(passes_on(port, LINK_ETHERNET, 0, len),
				 len >= 38);
		assert_int_equal(passes_on(host, LINK_ETHERNET, 0, len),
				 len >= 34);
	}
	filter_free(port);
	filter_free(host);
}

static void a_length_is_that_on_the_wire(void **state)
{
	struct filter *f = filter_of("greater 58");

	(void)state;
	assert_true(passes_on(f, LINK_ETHERNET, 0, 20));
	filter_free(f);
	f = filter_of("less 57");
	assert_false(passes_on(f, LINK_ETHERNET, 0, 20));
	filter_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_decides_by_the_packet),
		cmocka_unit_test(an_empty_expression_lets_everything_pass),
		cmocka_unit_test(a_wrong_expression_is_refused_with_the_reason),
		cmocka_unit_test(it_holds_on_every_link_type),
		cmocka_unit_test(where_it_has_no_meaning_nothing_passes),
		cmocka_unit_test(link_types_without_number_are_survived),
		cmocka_unit_test(a_cut_frame_passes_only_by_what_it_holds),
		cmocka_unit_test(a_length_is_that_on_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
