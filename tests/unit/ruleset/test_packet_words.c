#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "ruleset/packet_words.h"
#include "ruleset/ranges.h"

static struct arena *arena;
static struct problems *problems;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	problems = problems_new();
	return arena && problems ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	problems_free(problems);
	return 0;
}

static struct packet_words good(const char *words)
{
	struct packet_words w;

	assert_int_equal(packet_words_parse(&w, arena, "words", words,
					    strlen(words), problems),
			 0);
	return w;
}

static void bad(const char *words, uint64_t column)
{
	struct packet_words w;

	assert_int_equal(packet_words_parse(&w, arena, "words", words,
					    strlen(words), problems),
			 PACKET_WORDS_BAD);
	assert_int_equal(problems_at(problems, 0)->column, column);
	assert_string_equal(problems_at(problems, 0)->excerpt, words);
}

static void prints(const struct packet_words *w, uint64_t fields,
		   const char *expected)
{
	struct text t = TEXT_NULL;

	packet_words_text(&t, &w->point, fields);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

static void a_packet_is_read_and_printed_alike(void **state)
{
	static const char *const lines[] = {
		"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp sport=50502 dport=5555"
		" syn state=new length=52 ttl=64",
		"in=eth0 out=eth1 src=2001:db8::1 dst=2001:db8::2 udp sport=53"
		" dport=1024",
		"in=eth0 icmp type=8 code=0",
		"icmpv6 type=135 code=0 ttl=255",
		"tcp flags=SYN,ACK mark=0x10 mac=02:00:00:00:00:01 uid=1000",
		"proto=200",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct packet_words w = good(lines[i]);

		prints(&w, ~UINT64_C(0), lines[i]);
	}
}

static void words_may_stand_in_any_order(void **state)
{
	struct packet_words w = good("  syn\tdport=ssh tcp  in=eth0 ");

	(void)state;
	prints(&w, ~UINT64_C(0), "in=eth0 tcp dport=22 syn");
}

static void a_prefix_a_range_and_a_list_are_sets(void **state)
{
	struct packet_words w =
		good("src=10.0.0.0/8 dport=22,80-81 proto=tcp,udp in=eth*");
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(w.said,
			 FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DPORT) |
				 FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_IIF));
	assert_int_equal(w.point.known, 0);
	assert_int_equal(w.set[FIELD_DPORT]->count, 2);
	packet_words_ranges(&t, FIELD_SADDR, w.set[FIELD_SADDR]);
	text_char(&t, ' ');
	packet_words_ranges(&t, FIELD_DPORT, w.set[FIELD_DPORT]);
	text_char(&t, ' ');
	packet_words_ranges(&t, FIELD_IIF, w.set[FIELD_IIF]);
	assert_string_equal(text_string(&t), "10.0.0.0/8 22,80-81 eth*");
	text_done(&t);
}

static void a_list_of_one_is_one_value(void **state)
{
	struct packet_words w = good("dport=22,22 src=10.0.0.1/32");

	(void)state;
	assert_true(point_has(&w.point, FIELD_DPORT));
	assert_true(point_has(&w.point, FIELD_SADDR));
}

static void an_unknown_field_is_pointed_at(void **state)
{
	(void)state;
	bad("tcp dprt=22", 5);
}

static void a_bad_value_is_pointed_at(void **state)
{
	(void)state;
	bad("tcp dport=22,99999", 14);
}

static void a_word_that_is_none_is_pointed_at(void **state)
{
	(void)state;
	bad("in=eth0 sny", 9);
}

static void a_field_is_said_once(void **state)
{
	(void)state;
	bad("dport=22 dport=23", 10);
}

static void a_protocol_is_said_once(void **state)
{
	(void)state;
	bad("tcp udp", 5);
}

static void addresses_are_of_one_family(void **state)
{
	(void)state;
	bad("src=10.0.0.1 dst=::1", 1);
}

static void a_missing_value_is_pointed_at(void **state)
{
	(void)state;
	bad("tcp dport=", 11);
}

static void the_rest_is_a_syn_to_this_host(void **state)
{
	struct packet_words w = good("src=10.1.0.7 dport=22");
	const uint64_t fields =
		FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) |
		FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_SPORT) |
		FIELD_BIT(FIELD_DPORT) | FIELD_BIT(FIELD_TCP_FLAGS) |
		FIELD_BIT(FIELD_CT_STATE) | FIELD_BIT(FIELD_LENGTH) |
		FIELD_BIT(FIELD_TTL) | FIELD_BIT(FIELD_DADDR_TYPE);

	(void)state;
	packet_words_assume(&w);
	prints(&w, fields,
	       "in=eth0 tcp sport=50000 dport=22 syn state=new length=60"
	       " ttl=64 dst-type=local");
	assert_true(w.assumed & FIELD_BIT(FIELD_SPORT));
	assert_false(w.assumed & FIELD_BIT(FIELD_DPORT));
}

static void after_that_every_field_is_known(void **state)
{
	static const char *const lines[] = { "",       "udp",      "icmp",
					     "icmpv6", "out=eth0", "in=a out=b",
					     "gre" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct packet_words w = good(lines[i]);

		packet_words_assume(&w);
		assert_int_equal(w.point.known,
				 (UINT64_C(1) << FIELD_COUNT) - 1);
	}
}

static void the_state_follows_from_what_it_is(void **state)
{
	static const struct {
		const char *words;
		enum ct_state state;
		unsigned direction;
	} cases[] = {
		{ "tcp syn", CT_NEW, 0 },
		{ "tcp flags=SYN,ACK", CT_ESTABLISHED, 1 },
		{ "tcp flags=ACK", CT_ESTABLISHED, 0 },
		{ "udp", CT_NEW, 0 },
		{ "icmp type=8", CT_NEW, 0 },
		{ "icmp type=0", CT_ESTABLISHED, 1 },
		{ "icmp type=3 code=1", CT_RELATED, 0 },
		{ "icmpv6 type=135", CT_UNTRACKED, 0 },
		{ "icmpv6 type=129", CT_ESTABLISHED, 1 },
		{ "tcp syn state=invalid", CT_INVALID, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct packet_words w = good(cases[i].words);

		packet_words_assume(&w);
		assert_int_equal(w.point.value[FIELD_CT_STATE], cases[i].state);
		assert_int_equal(w.point.value[FIELD_CT_DIRECTION],
				 cases[i].direction);
	}
}

static void sets_stay_sets(void **state)
{
	struct packet_words w = good("src=10.0.0.0/8 dport=22");

	(void)state;
	packet_words_assume(&w);
	assert_false(point_has(&w.point, FIELD_SADDR));
	assert_false(w.assumed & FIELD_BIT(FIELD_SADDR));
	assert_int_equal(w.point.value[FIELD_FAMILY], 2);
}

static void nobody_says_ports_of_icmp(void **state)
{
	struct packet_words w = good("icmp");

	(void)state;
	packet_words_assume(&w);
	assert_false(w.assumed & FIELD_BIT(FIELD_DPORT));
	assert_true(w.assumed & FIELD_BIT(FIELD_ICMP_TYPE));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_packet_is_read_and_printed_alike),
		TEST(words_may_stand_in_any_order),
		TEST(a_prefix_a_range_and_a_list_are_sets),
		TEST(a_list_of_one_is_one_value),
		TEST(an_unknown_field_is_pointed_at),
		TEST(a_bad_value_is_pointed_at),
		TEST(a_word_that_is_none_is_pointed_at),
		TEST(a_field_is_said_once),
		TEST(a_protocol_is_said_once),
		TEST(addresses_are_of_one_family),
		TEST(a_missing_value_is_pointed_at),
		TEST(the_rest_is_a_syn_to_this_host),
		TEST(after_that_every_field_is_known),
		TEST(the_state_follows_from_what_it_is),
		TEST(sets_stay_sets),
		TEST(nobody_says_ports_of_icmp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
