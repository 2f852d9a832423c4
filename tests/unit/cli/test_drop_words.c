#include "cli/drop_words.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct address address_of(const char *words)
{
	struct address a;

	assert_true(address_parse(&a, words, strlen(words)));
	return a;
}

static struct drop_event dropped(const char *reason, const char *place)
{
	return (struct drop_event){ .what = DROP_PACKET,
				    .at_ns = 10,
				    .protocol = IPPROTO_TCP,
				    .from = address_of("10.1.0.7"),
				    .to = address_of("10.1.0.1"),
				    .from_port = 40000,
				    .to_port = 22,
				    .flags = 2,
				    .reason = reason,
				    .place = place,
				    .count = 1 };
}

static struct drops_flow flow(void)
{
	return (struct drops_flow){ .protocol = IPPROTO_TCP,
				    .client = address_of("10.1.0.7"),
				    .server = address_of("10.1.0.1"),
				    .client_port = 40000,
				    .port = 22 };
}

static void says(struct drop_event *events, size_t count, uint64_t lost,
		 bool is_dropped, const char *expected)
{
	const struct drops_list l = { .events = events,
				      .count = count,
				      .lost = lost };
	const struct drops_flow who = flow();
	struct text words = TEXT_NULL;

	assert_int_equal(drop_words(&words, &l, &who), is_dropped);
	assert_string_equal(text_string(&words), expected);
	text_done(&words);
}

static void drops_of_one_kind_are_told_once_with_their_number(void **state)
{
	struct drop_event e[3] = {
		dropped("NETFILTER_DROP", "nft_do_chain"),
		dropped("NETFILTER_DROP", "nft_do_chain"),
		dropped("NO_SOCKET", "tcp_v4_rcv"),
	};

	(void)state;
	e[0].hook = e[1].hook = DROP_HOOK_INPUT;
	e[1].count = 2;
	says(e, 2, 0, true,
	     "the kernel dropped 3 packets: NETFILTER_DROP in nft_do_chain, at INPUT");
	says(e + 1, 2, 0, true,
	     "the kernel dropped 2 packets: NETFILTER_DROP in nft_do_chain, at INPUT; the kernel dropped 1 packet: NO_SOCKET in tcp_v4_rcv");
}

static void what_is_of_others_is_not_told(void **state)
{
	struct drop_event e = dropped("NETFILTER_DROP", "nft_do_chain");

	(void)state;
	e.from_port = 40001;
	says(&e, 1, 0, false, "the kernel reports no drop of these packets");
}

static void what_the_kernel_sent_is_no_drop(void **state)
{
	struct drop_event e[2] = { dropped("NO_SOCKET", ""), dropped("", "") };

	(void)state;
	e[0].what = DROP_RESET;
	e[1].what = DROP_ICMP;
	e[1].icmp_type = 3;
	e[1].icmp_code = 13;
	says(e, 2, 0, false,
	     "the kernel's own TCP sent a RST: NO_SOCKET; the kernel sent an ICMP error: type 3, code 13");
}

static void what_was_lost_is_told(void **state)
{
	(void)state;
	says(NULL, 0, 1, false,
	     "the kernel reports no drop of these packets (1 report was lost)");
}

static void what_a_kernel_has_not_is_named(void **state)
{
	const struct drops_list whole = { 0 };
	const struct drops_list part = { .missing = { "tcp_send_reset",
						      "neigh_update" } };
	struct text words = TEXT_NULL;

	(void)state;
	assert_null(drop_words_missing(&words, &whole));
	assert_string_equal(
		drop_words_missing(&words, &part),
		"This kernel does not report: tcp_send_reset, neigh_update.");
	assert_non_null(strstr(drop_words_reason(-EPERM), "CAP_PERFMON"));
	assert_non_null(strstr(drop_words_reason(-EOPNOTSUPP), "BTF"));
	text_done(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			drops_of_one_kind_are_told_once_with_their_number),
		cmocka_unit_test(what_is_of_others_is_not_told),
		cmocka_unit_test(what_the_kernel_sent_is_no_drop),
		cmocka_unit_test(what_was_lost_is_told),
		cmocka_unit_test(what_a_kernel_has_not_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
