/* This machine is asked, what it answers is kept and written, and the readers
 * read the same of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/counters.h"
#include "host/limits.h"
#include "host/links.h"
#include "host/netlink.h"
#include "host/own_policy.h"
#include "host/policy_rule.h"
#include "host/reader_direct.h"
#include "host/reader_record.h"
#include "host/route.h"
#include "host/security.h"
#include "host/sockets.h"
#include "host/sysctl.h"

enum { FILE_BYTES = 4096, WHOLE = 1 << 20 };

static int put_route(const struct route *r, void *context)
{
	route_text(context, r, NULL);
	text_char(context, '\n');
	return 0;
}

static int put_rule(const struct policy_rule *r, void *context)
{
	policy_rule_text(context, r);
	text_char(context, '\n');
	return 0;
}

static void put_links(struct text *out, struct netlink *n)
{
	struct links l;
	int error = links_read(n, &l);

	text_format(out, "links %d: %zu with %zu\n", error, l.count,
		    l.address_count);
	for (size_t i = 0; i < l.count; i++)
		text_format(out, "%u %s %s\n", l.links[i].index,
			    l.links[i].name, l.links[i].kind);
	links_done(&l);
}

static void put_netlink(struct text *out)
{
	const struct route_question to_self = {
		.destination = { { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 } },
	};
	const int64_t range[2] = { 1, 65535 };
	struct route r = { 0 };
	struct netlink *n;
	unsigned ports;
	int refusal = 0;

	assert_int_equal(netlink_open(&n, NETLINK_ROUTE), 0);
	put_links(out, n);
	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		text_format(out, "%d\n", route_dump(n, family, put_route, out));
		text_format(out, "%d\n",
			    policy_rule_dump(n, family, put_rule, out));
		text_format(out, "ports %d: ",
			    sockets_ports_used(family, range, &ports));
		text_format(out, "%u\n", ports);
	}
	text_format(out, "%d\n", route_get(n, &to_self, &r, &refusal));
	put_route(&r, out);
	netlink_close(n);
}

/* What counters were of the second reading, too. */
static void put_files(struct text *out)
{
	struct counters_taken taken;
	struct limits limits;
	int64_t value = 0;

	for (int i = 0; i < 2; i++) {
		text_format(out, "%d\n", counters_read(&taken));
		for (int c = 0; c < COUNTER_COUNT; c++)
			text_format(out, "%zu ", (size_t)taken.value[c]);
	}
	text_format(out, "%d ", sysctl_number("net.ipv4.ip_forward", &value));
	text_format(out, "%d\n", (int)value);
	text_format(out, "%d ", limits_read(&limits));
	text_format(out, "%zu\n", (size_t)limits.files_open);
}

static void put_all(struct text *out)
{
	struct own_policy *policy = calloc(1, sizeof(*policy));
	struct security security;

	assert_non_null(policy);
	put_netlink(out);
	put_files(out);
	own_policy_read(policy);
	text_bytes(out, policy, sizeof(*policy));
	security_read(&security);
	for (int i = 0; i < SECURITY_MODULES; i++)
		text_format(out, "%d ", (int)security.state[i]);
	text_format(out, "%d\n", security_denies(AF_INET, 80));
	free(policy);
}

static struct snapshot *through_a_file(const struct snapshot *s)
{
	struct text file = TEXT_NULL;
	struct snapshot *again;

	assert_int_equal(snapshot_write(s, &file), 0);
	assert_int_equal(snapshot_read(&again, file.data, file.len), 0);
	text_done(&file);
	return again;
}

static void what_is_recorded_is_read_the_same_elsewhere(void **state)
{
	struct snapshot *s = snapshot_new(), *again;
	struct reader *recorder = reader_record_new(reader_direct(), s);
	struct text here = TEXT_NULL, there = TEXT_NULL;
	struct reader *replay;

	(void)state;
	reader_use(recorder);
	put_all(&here);
	again = through_a_file(s);
	replay = reader_record_replay(again);
	reader_use(replay);
	put_all(&there);
	reader_use(NULL);

	assert_int_equal(here.len, there.len);
	assert_memory_equal(here.data, there.data, here.len);
	assert_true(snapshot_count(s) > 10);
	assert_false(snapshot_is_full(s));
	text_done(&here);
	text_done(&there);
	reader_free(recorder);
	reader_free(replay);
	snapshot_free(s);
	snapshot_free(again);
}

static void what_was_not_asked_is_not_known(void **state)
{
	struct snapshot *s = snapshot_new();
	struct reader *replay = reader_record_replay(s);
	struct counters_taken taken;
	struct text t = TEXT_NULL;
	struct reader_status st;
	struct netlink *n;
	struct links l;

	(void)state;
	reader_use(replay);
	assert_int_equal(netlink_open(&n, NETLINK_ROUTE), 0);
	assert_int_equal(links_read(n, &l), -ENODATA);
	assert_int_equal(counters_read(&taken), -ENODATA);
	assert_int_equal(reader_names("/proc", &t), -ENODATA);
	assert_int_equal(reader_links("/proc/self/fd", &t), -ENODATA);
	assert_int_equal(reader_link("/proc/self/exe", &t), -ENODATA);
	assert_int_equal(reader_status("/proc", &st), -ENODATA);
	assert_int_equal(security_denies(AF_INET, 80), -ENODATA);
	assert_true(reader_missed() >= 7);
	reader_use(NULL);
	assert_int_equal(reader_missed(), 0);
	links_done(&l);
	netlink_close(n);
	text_done(&t);
	reader_free(replay);
	snapshot_free(s);
}

/* By its bytes a question is known again, whatever stood on the stack. */
static void a_question_is_the_same_each_time(void **state)
{
	struct netlink_request one, other;

	(void)state;
	memset(&one, 0x55, sizeof(one));
	memset(&other, 0xaa, sizeof(other));
	(void)netlink_request(&one, 1, 2);
	(void)netlink_request(&other, 1, 2);
	assert_memory_equal(&one, &other, sizeof(one));
}

static void a_key_holds_just_so_many_numbers(void **state)
{
	static const char *const wrong[] = { "",     "1",           "1 2 3",
					     "1 2 ", " 1 2",        "1  2",
					     "-1 2", "1 +2",        "1 2x",
					     "1\t2", "1 4294967296" };
	uint32_t n[2] = { 0 };

	(void)state;
	assert_true(reader_key_numbers("7 4294967295", n, 2));
	assert_int_equal(n[0], 7);
	assert_int_equal(n[1], UINT32_MAX);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(reader_key_numbers(wrong[i], n, 2));
}

static void a_file_is_cut_at_the_most_and_said_so(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(reader_file("/proc/self/maps", 10, &t), -EFBIG);
	assert_int_equal(t.len, 10);
	assert_int_equal(reader_file("/proc/self/maps", WHOLE, &t), 0);
	text_done(&t);
}

static void what_is_no_regular_file_is_not_read(void **state)
{
	char path[] = "/tmp/kiriwake-reader-XXXXXX";
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(reader_file("/dev/zero", FILE_BYTES, &t), -EINVAL);
	assert_int_equal(reader_file("/proc", FILE_BYTES, &t), -EINVAL);
	assert_non_null(mkdtemp(path));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(reader_file(path, FILE_BYTES, &t), -EINVAL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(t.len, 0);
	text_done(&t);
}

/* Where the descriptor leads, of the list of all. */
static const char *target_of(struct text *links, const char *fd)
{
	const char *name, *to;
	size_t at = 0;

	while ((name = reader_string(links, &at)) != NULL &&
	       (to = reader_string(links, &at)) != NULL)
		if (!strcmp(name, fd))
			return to;

	return NULL;
}

static void links_tell_where_each_leads(void **state)
{
	struct text links = TEXT_NULL, fd = TEXT_NULL;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	text_i64(&fd, null);
	assert_int_equal(reader_links("/proc/self/fd", &links), 0);
	assert_string_equal(target_of(&links, text_string(&fd)), "/dev/null");
	assert_null(target_of(&links, "4711"));
	assert_int_equal(close(null), 0);
	text_done(&links);
	text_done(&fd);
}

static void status_tells_one_namespace_from_another(void **state)
{
	struct reader_status a, b, c;

	(void)state;
	assert_int_equal(reader_status("/proc/self/ns/net", &a), 0);
	assert_int_equal(reader_status("/proc/thread-self/ns/net", &b), 0);
	assert_int_equal(reader_status("/proc/self/ns/pid", &c), 0);
	assert_true(a.inode == b.inode && a.device == b.device);
	assert_false(a.inode == c.inode);
}

static void another_namespace_is_asked_and_left(void **state)
{
	struct reader_status before, after;
	struct netlink *n;
	struct links l;
	int error;

	(void)state;
	assert_int_equal(reader_status("/proc/thread-self/ns/net", &before), 0);
	assert_int_equal(
		netlink_open_in(&n, NETLINK_ROUTE, "/proc/self/ns/net"), 0);
	error = links_read(n, &l);
	assert_true(error == 0 || error == -EPERM);
	assert_int_equal(reader_status("/proc/thread-self/ns/net", &after), 0);
	assert_true(before.inode == after.inode);
	links_done(&l);
	netlink_close(n);
	assert_int_equal(
		netlink_open_in(&n, NETLINK_ROUTE, "/proc/4194304/ns/net"), 0);
	assert_int_equal(links_read(n, &l), -ENOENT);
	links_done(&l);
	netlink_close(n);
}

static int look(void *context, void *ret, size_t size)
{
	++*(int *)context;
	memset(ret, 'x', size);
	return 3;
}

static void a_note_is_looked_at_once_and_replayed(void **state)
{
	struct snapshot *s = snapshot_new();
	struct reader *recorder = reader_record_new(reader_direct(), s);
	struct reader *replay = reader_record_replay(s);
	char bytes[4] = "";
	int looks = 0;

	(void)state;
	reader_use(recorder);
	assert_int_equal(reader_value("n", look, &looks, bytes, 4), 3);
	memset(bytes, 0, 4);
	reader_use(replay);
	assert_int_equal(reader_value("n", look, &looks, bytes, 4), 3);
	assert_memory_equal(bytes, "xxxx", 4);
	assert_int_equal(reader_value("n", look, &looks, bytes, 3), -ENODATA);
	assert_int_equal(looks, 1);
	reader_use(NULL);
	reader_free(recorder);
	reader_free(replay);
	snapshot_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_recorded_is_read_the_same_elsewhere),
		cmocka_unit_test(what_was_not_asked_is_not_known),
		cmocka_unit_test(a_question_is_the_same_each_time),
		cmocka_unit_test(a_key_holds_just_so_many_numbers),
		cmocka_unit_test(a_file_is_cut_at_the_most_and_said_so),
		cmocka_unit_test(what_is_no_regular_file_is_not_read),
		cmocka_unit_test(links_tell_where_each_leads),
		cmocka_unit_test(status_tells_one_namespace_from_another),
		cmocka_unit_test(another_namespace_is_asked_and_left),
		cmocka_unit_test(a_note_is_looked_at_once_and_replayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
