#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "drops/frames.h"

static const char *names[RECORD_FRAMES + 2];

static void name(struct frames *f, const char *place, const char *lines,
		 int frames)
{
	struct record_stack s = { .has_names = 1,
				  .bytes = frames * (int)sizeof(uint64_t) };

	(void)snprintf(s.place, sizeof(s.place), "%s", place);
	(void)snprintf(s.names, sizeof(s.names), "%s", lines);
	frames_init(f);
	frames_name(f, &s, names);
}

static void callers_begin_behind_the_place(void **state)
{
	struct frames f;

	(void)state;
	name(&f, "nft_do_chain [nf_tables]",
	     "sk_skb_reason_drop\nnft_do_chain [nf_tables]\n"
	     "nft_do_chain_inet.isra.0 [nf_tables]\nnf_hook_slow\n0x0\n",
	     4);
	assert_string_equal(names[0], "nft_do_chain");
	assert_string_equal(names[1], "nft_do_chain_inet");
	assert_string_equal(names[2], "nf_hook_slow");
	assert_null(names[3]);
}

static void without_a_place_it_is_who_called(void **state)
{
	struct frames f;

	(void)state;
	name(&f, "0x1", "bpf_trace_run3\ntcp_v4_send_reset\ntcp_v4_rcv\nip\n",
	     4);
	assert_string_equal(names[0], "tcp_v4_rcv");
	assert_string_equal(names[1], "ip");
	assert_null(names[2]);
}

static void a_stack_that_was_not_taken_has_no_names(void **state)
{
	struct frames f;

	(void)state;
	name(&f, "", "", -2);
	assert_string_equal(names[0], "");
	assert_null(names[1]);
	name(&f, "tcp_v4_rcv", "0x0\n0x0\n", 0);
	assert_string_equal(names[0], "tcp_v4_rcv");
	assert_null(names[1]);
}

static void names_that_do_not_end_are_cut(void **state)
{
	struct record_stack s = { .has_names = 1, .bytes = 12 * 8 };
	struct frames f;

	(void)state;
	memset(s.place, 'p', sizeof(s.place));
	memset(s.names, 'n', sizeof(s.names));
	frames_init(&f);
	frames_name(&f, &s, names);
	assert_int_equal(strlen(names[0]), RECORD_PLACE - 1);
	assert_int_equal(strlen(names[1]), RECORD_NAMES - 1);
	assert_null(names[2]);
}

static void names_that_the_kernel_did_not_write_are_looked_up(void **state)
{
	struct record_stack s = { .head = { .location = 0x2010 },
				  .frames = { 0x1fff, 0x2010, 0x3000 },
				  .bytes = 3 * 8 };
	struct frames f;

	(void)state;
	frames_init(&f);
	text_str(&f.symbols.text, "0000000000002000 t tcp_v4_rcv\n"
				  "0000000000001000 T kfree_skb\n"
				  "0000000000002800 d data\n"
				  "0000000000002900 t last\t[module]\n"
				  "0000000000003000 t behind\n");
	assert_int_equal(symbols_sort(&f.symbols), 0);
	frames_name(&f, &s, names);
	assert_string_equal(names[0], "tcp_v4_rcv");
	assert_string_equal(names[1], "last");
	assert_null(names[2]);
	assert_string_equal(symbols_find(&f.symbols, 0xfff), "");
	assert_string_equal(symbols_find(&f.symbols, 0x1000000), "");
	symbols_done(&f.symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callers_begin_behind_the_place),
		cmocka_unit_test(without_a_place_it_is_who_called),
		cmocka_unit_test(a_stack_that_was_not_taken_has_no_names),
		cmocka_unit_test(names_that_do_not_end_are_cut),
		cmocka_unit_test(
			names_that_the_kernel_did_not_write_are_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
