/* An order, written and read: it can say nothing but what a change is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "fix/order.h"

static const char *const argv[] = { "sysctl", "-w", "net.ipv4.ip_forward=1",
				    NULL };
static const char *const undo[] = { "sysctl", "-w", "net.ipv4.ip_forward=0",
				    NULL };

/* Bytes that are not UTF-8, lines, a field's own words. */
static const char odd[] = "caf\xe9 \xff\n\nend 0\n\nstep 3\nrun\n";

static struct order_step steps[] = {
	{ .change = { .kind = CHANGE_RULES,
		      .text = "A rule comes.",
		      .rules = { .engine = ENGINE_IPTABLES_NFT,
				 .family = TABLE_IP6,
				 .table = "filter",
				 .tool = "ip6tables-nft",
				 .script = "*filter\nCOMMIT\n",
				 .undo = odd } } },
	{ .is_lasting = true,
	  .change = { .kind = CHANGE_FILE,
		      .file = { .path = "/etc/hosts.allow",
				.before = odd,
				.after = "",
				.mode = 0640 } } },
	{ .change = { .kind = CHANGE_RUN, .run = { argv, undo, true } } },
};

static const struct order whole = {
	.id = "20261122T143105-1",
	.what = "A rule, a file, a setting",
	.who = odd,
	.service = "tcp/5555",
	.port = "80",
	.asked = { "-6", "--source=::1", "--as", "alice" },
	.asked_count = 4,
	.at_ns = -5,
	.confirm_within_s = 60,
	.steps = steps,
	.count = 3,
};

static int begin(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

static void it_is_read_as_it_was_written(void **state)
{
	struct text t = TEXT_NULL;
	struct order o;

	assert_int_equal(order_write(&t, &whole), 0);
	assert_int_equal(order_read(&o, *state, text_string(&t), t.len), 0);
	assert_string_equal(o.id, whole.id);
	assert_string_equal(o.who, odd);
	assert_null(o.client);
	assert_int_equal(o.at_ns, -5);
	assert_int_equal(o.confirm_within_s, 60);
	assert_int_equal(o.count, 3);
	assert_int_equal(o.steps[0].change.rules.engine, ENGINE_IPTABLES_NFT);
	assert_int_equal(o.steps[0].change.rules.family, TABLE_IP6);
	assert_string_equal(o.steps[0].change.rules.undo, odd);
	assert_false(o.steps[0].is_lasting);
	assert_true(o.steps[1].is_lasting);
	assert_string_equal(o.steps[1].change.file.before, odd);
	assert_string_equal(o.steps[1].change.file.after, "");
	assert_int_equal(o.steps[1].change.file.mode, 0640);
	assert_string_equal(o.steps[2].change.run.argv[2], argv[2]);
	assert_null(o.steps[2].change.run.argv[3]);
	assert_string_equal(o.steps[2].change.run.undo[2], undo[2]);
	assert_true(o.steps[2].change.run.is_restart);
	text_done(&t);
}

static void what_is_cut_off_or_has_more_is_refused(void **state)
{
	struct text t = TEXT_NULL;
	struct order o;

	assert_int_equal(order_write(&t, &whole), 0);
	for (size_t len = 0; len < t.len; len++)
		assert_int_equal(order_read(&o, *state, text_string(&t), len),
				 -EINVAL);
	text_char(&t, '\n');
	assert_int_equal(order_read(&o, *state, text_string(&t), t.len),
			 -EINVAL);
	text_done(&t);
}

static int read_step(struct arena *a, const struct order_step *step)
{
	const struct order one = { .what = "x",
				   .steps = (struct order_step *)step,
				   .count = 1 };
	struct text t = TEXT_NULL;
	struct order o;
	int err;

	assert_int_equal(order_write(&t, &one), 0);
	err = order_read(&o, a, text_string(&t), t.len);
	text_done(&t);
	return err;
}

static void programs_that_change_no_rules_are_refused(void **state)
{
	static const char *const bad[] = { "sh",         "/bin/sh", "rm",
					   "python3",    "",        "nft ",
					   "./iptables", "bash" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *const words[] = { bad[i], "-c", "true", NULL };
		struct order_step run = { .change = { .kind = CHANGE_RUN,
						      .run.argv = words } };
		struct order_step back = {
			.change = { .kind = CHANGE_RUN,
				    .run = { .argv = argv, .undo = words } }
		};
		struct order_step rules = steps[0];

		rules.change.rules.tool = bad[i];
		assert_int_equal(read_step(*state, &run), -EINVAL);
		assert_int_equal(read_step(*state, &back), -EINVAL);
		assert_int_equal(read_step(*state, &rules), -EINVAL);
	}
	assert_int_equal(read_step(*state, &steps[2]), 0);
}

static int read_command(struct arena *a, const char *const *words)
{
	struct order_step run = { .change = { .kind = CHANGE_RUN,
					      .run.argv = words } };

	return read_step(a, &run);
}

static void what_is_harmless_with_just_these_words_is_taken(void **state)
{
	static const char *const good[][5] = {
		{ "kill", "-HUP", "1234" },
		{ "kill", "-CONT", "1234" },
		{ "rm", "-f", "/sys/fs/bpf/kiriwake-17" },
		{ "/etc/init.d/ssh", "restart" },
	};
	static const char *const bad[][5] = {
		{ "kill", "-9", "1234" },
		{ "kill", "-HUP", "1" },
		{ "kill", "-HUP", "-1" },
		{ "kill", "-HUP", "12", "13" },
		{ "kill", "-HUP" },
		{ "kill", "-HUP", "4294967297" },
		{ "rm", "-f", "/etc/passwd" },
		{ "rm", "-f", "/sys/fs/bpf/kiriwake-1/../x" },
		{ "rm", "-f", "/sys/fs/bpf/kiriwake-1", "/etc/passwd" },
		{ "/etc/init.d/../../tmp/x", "restart" },
		{ "/etc/init.d/", "restart" },
		{ "/tmp/x" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(read_command(*state, good[i]), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(read_command(*state, bad[i]), -EINVAL);
}

static void options_that_write_are_not_asked_with(void **state)
{
	static const char *const bad[] = { "--save",  "--save=/etc/passwd",
					   "--pcap",  "-",
					   "--sourc", "--" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct order o = whole, read;
		struct text t = TEXT_NULL;

		o.asked[1] = bad[i];
		assert_int_equal(order_write(&t, &o), 0);
		assert_int_equal(
			order_read(&read, *state, text_string(&t), t.len),
			-EINVAL);
		text_done(&t);
	}
}

static void paths_that_are_not_plain_are_refused(void **state)
{
	static const char *const bad[] = {
		"",         "/",       "hosts.allow", "/etc/", "/etc/../root/x",
		"/etc/./x", "/etc//x", "/etc/.."
	};
	char path[5000] = "/";

	memset(path + 1, 'x', sizeof(path) - 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad) + 1; i++) {
		struct order_step file = steps[1];

		file.change.file.path =
			i < sizeof(bad) / sizeof(*bad) ? bad[i] : path;
		assert_int_equal(read_step(*state, &file), -EINVAL);
	}
	assert_true(order_may_write("/etc/..x"));
	assert_true(order_may_write("/etc/x.."));
}

static void half_a_step_is_refused(void **state)
{
	struct order_step no_undo = steps[0], no_after = steps[1],
			  no_command = steps[2];

	no_undo.change.rules.undo = NULL;
	no_after.change.file.after = NULL;
	no_command.change.run.argv = NULL;
	assert_int_equal(read_step(*state, &no_undo), -EINVAL);
	assert_int_equal(read_step(*state, &no_after), -EINVAL);
	assert_int_equal(read_step(*state, &no_command), -EINVAL);
}

static void more_steps_and_words_than_there_may_be_are_refused(void **state)
{
	struct order_step list[ORDER_STEPS + 1];
	const char *words[ORDER_WORDS + 2] = { 0 };
	struct order_step run = { .change = { .kind = CHANGE_RUN,
					      .run.argv = words } };
	struct order many = { .what = "x", .steps = list };

	for (size_t i = 0; i <= ORDER_STEPS; i++)
		list[i] = steps[2];
	for (unsigned more = 0; more < 2; more++) {
		struct text t = TEXT_NULL;
		struct order o;

		many.count = ORDER_STEPS + more;
		assert_int_equal(order_write(&t, &many), 0);
		assert_int_equal(order_read(&o, *state, text_string(&t), t.len),
				 more ? -EINVAL : 0);
		text_done(&t);
	}
	for (size_t i = 0; i < ORDER_WORDS; i++)
		words[i] = "ip";
	assert_int_equal(read_step(*state, &run), 0);
	words[ORDER_WORDS] = "ip";
	assert_int_equal(read_step(*state, &run), -EINVAL);
}

static void lengths_that_lie_are_refused(void **state)
{
	static const char *const bad[] = {
		"order 1\n1\nwhat 99999999999\nx\nend 0\n\n",
		"order 1\n1\nwhat 4294967297\nx\nend 0\n\n",
		"order 1\n1\nwhat -1\nx\nend 0\n\n",
		"order 1\n1\nwhat  1\nx\nend 0\n\n",
		"order 1\n2\nend 0\n\n",
		"order 1\n1\nwhat 2\nx\nend 0\n\n",
		"order 1\n1\na-name-that-is-too-long 1\nx\nend 0\n\n",
		"what 1\nx\norder 1\n1\nend 0\n\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct order o;

		assert_int_equal(order_read(&o, *state, bad[i], strlen(bad[i])),
				 -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_as_it_was_written),
		cmocka_unit_test(what_is_cut_off_or_has_more_is_refused),
		cmocka_unit_test(programs_that_change_no_rules_are_refused),
		cmocka_unit_test(
			what_is_harmless_with_just_these_words_is_taken),
		cmocka_unit_test(options_that_write_are_not_asked_with),
		cmocka_unit_test(paths_that_are_not_plain_are_refused),
		cmocka_unit_test(half_a_step_is_refused),
		cmocka_unit_test(
			more_steps_and_words_than_there_may_be_are_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
