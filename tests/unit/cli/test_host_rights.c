/* Who has no rights left is told the same as root, by root's helper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host_rights.h"
#include "host/cgroup_bpf.h"
#include "host/counters.h"
#include "host/egress.h"
#include "host/links.h"
#include "host/netlink.h"
#include "host/reader_direct.h"
#include "host/route.h"
#include "priv/confine.h"
#include "priv/needs.h"

enum { FILE_BYTES = 1 << 20 };

/* In the child: a claim that does not hold ends it with its line. */
#define HOLDS(claim)                                                           \
	do {                                                                   \
		if (!(claim)) {                                                \
			(void)fprintf(stderr, "line %d: %s\n", __LINE__,       \
				      #claim);                                 \
			_exit(1);                                              \
		}                                                              \
	} while (0)

static void in_child(void (*claims)(void))
{
	int status;
	pid_t child;

	if (geteuid())
		skip();
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		claims();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static int sets(const void *ask, size_t len, struct text *answer,
		int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	for (size_t i = 0; needs_at(i); i++)
		text_char(answer, needs_has(needs_at(i)) ? '1' : '0');
	return 0;
}

static int own_status(const void *ask, size_t len, struct text *answer,
		      int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	return reader_file("/proc/self/status", FILE_BYTES, answer);
}

static struct priv *begin(void)
{
	static const struct priv_task tasks[] = { { host_rights_task },
						  { sets },
						  { own_status } };
	struct priv *p;

	HOLDS(!priv_start(&p, tasks, sizeof(tasks) / sizeof(*tasks), NULL));
	reader_use(host_rights_reader(p, 0));
	return p;
}

static void finish(struct priv *p)
{
	struct reader *r = reader_now();

	reader_use(NULL);
	reader_free(r);
	priv_end(p);
}

/* A process of root's, in a network of its own. Who is nobody by then cannot
 * kill it: it ends when this process does, which its end of the pair tells. */
static pid_t other_process(void)
{
	int ends[2];
	pid_t child;
	char byte = 1;

	HOLDS(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	child = fork();
	if (!child) {
		(void)close(ends[0]);
		byte = (char)unshare(CLONE_NEWNET);
		(void)!write(ends[1], &byte, 1);
		(void)!read(ends[1], &byte, 1);
		_exit(0);
	}
	(void)close(ends[1]);
	HOLDS(read(ends[0], &byte, 1) == 1 && !byte);
	return child;
}

static const char *path_of(struct text *ret, pid_t pid, const char *name)
{
	text_clear(ret);
	text_format(ret, "/proc/%d/%s", (int)pid, name);
	return text_string(ret);
}

static size_t links_count(void)
{
	struct netlink *n;
	struct links l;
	size_t count;

	HOLDS(!netlink_open(&n, NETLINK_ROUTE));
	HOLDS(!links_read(n, &l));
	count = l.count;
	links_done(&l);
	netlink_close(n);
	return count;
}

static void same_answers(void)
{
	size_t before = links_count();
	pid_t other = other_process();
	struct counters_taken taken;
	struct priv *p = begin();
	struct text t = TEXT_NULL, path = TEXT_NULL;
	struct reader_status st;

	HOLDS(geteuid());
	HOLDS(links_count() == before);
	HOLDS(!counters_read(&taken));
	/* Of root's, and so not ours. */
	HOLDS(open(path_of(&path, other, "fd"), O_RDONLY | O_CLOEXEC) < 0);
	HOLDS(!reader_links(path_of(&path, other, "fd"), &t) && t.len);
	HOLDS(!reader_status(path_of(&path, other, "ns/net"), &st));
	HOLDS(st.inode);
	HOLDS(!reader_file("/etc/passwd", FILE_BYTES, &t));
	HOLDS(reader_file("/etc/shadow", FILE_BYTES, &t) == -EACCES);
	HOLDS(reader_file("/etc/there/is/none", FILE_BYTES, &t) == -ENOENT);
	text_clear(&t);
	/* More than an answer holds, and less than there is. */
	HOLDS(!reader_file("/proc/kallsyms", FILE_BYTES, &t) ||
	      t.len == FILE_BYTES);
	HOLDS(t.len > PRIV_ANSWER_MOST);
	text_clear(&t);
	HOLDS(reader_file("/proc/kallsyms", 100, &t) == -EFBIG && t.len == 100);
	text_done(&t);
	text_done(&path);
	finish(p);
}

static void without_rights_the_same_is_known(void **state)
{
	(void)state;
	in_child(same_answers);
}

static void nothing_changes(void)
{
	pid_t other = other_process();
	struct priv *p = begin();
	struct netlink_request room;
	struct ifinfomsg *i;
	struct nlmsghdr *m;
	struct netlink *n;
	struct text t = TEXT_NULL, path = TEXT_NULL;

	HOLDS(!netlink_open(&n, NETLINK_ROUTE));
	m = netlink_request(&room, RTM_NEWLINK, 0);
	i = mnl_nlmsg_put_extra_header(m, sizeof(*i));
	i->ifi_index = 1;
	i->ifi_change = 1;
	HOLDS(netlink_ask(n, m, NULL, NULL) == -EACCES);
	netlink_close(n);
	HOLDS(reader_file(path_of(&path, other, "environ"), FILE_BYTES, &t) ==
	      -EACCES);
	HOLDS(reader_file("/proc/self/root/etc/shadow", FILE_BYTES, &t) ==
	      -EACCES);
	HOLDS(!t.len);
	text_done(&path);
	finish(p);
}

static void nothing_can_be_changed_by_asking(void **state)
{
	(void)state;
	in_child(nothing_changes);
}

static void other_namespace(void)
{
	size_t before = links_count();
	struct text path = TEXT_NULL;
	struct reader_status a, b, own;
	pid_t other = other_process();
	struct priv *p = begin();
	struct netlink *n;
	struct links l;

	(void)path_of(&path, other, "ns/net");
	HOLDS(!reader_status(text_string(&path), &a));
	HOLDS(!reader_status("/proc/self/ns/net", &own));
	HOLDS(a.inode != own.inode);
	HOLDS(!netlink_open_in(&n, NETLINK_ROUTE, text_string(&path)));
	/* A new one has its loopback, which is down. */
	HOLDS(!links_read(n, &l) && l.count);
	HOLDS(l.links[0].index == 1 && !links_is_up(&l.links[0]));
	links_done(&l);
	netlink_close(n);
	/* And it is back. */
	HOLDS(links_count() == before);
	HOLDS(!reader_status(text_string(&path), &b) && a.inode == b.inode);
	text_done(&path);
	finish(p);
}

static void another_namespace_is_asked(void **state)
{
	(void)state;
	in_child(other_namespace);
}

static void own_and_helper(void)
{
	struct priv *p = begin();
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];

	/* Ours is ours. */
	HOLDS(!reader_file("/proc/self/status", FILE_BYTES, &t));
	HOLDS(strstr(text_string(&t), "\nCapEff:\t0000000000000000\n"));
	text_clear(&t);
	HOLDS(!priv_ask(p, 1, NULL, 0, &t, fds));
	HOLDS(strspn(text_string(&t), "01") == t.len && t.data[0] == '1');
	text_clear(&t);
	HOLDS(!priv_ask(p, 2, NULL, 0, &t, fds));
	/* No CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETPCAP, SYS_MODULE. */
	{
		const char *line = strstr(text_string(&t), "\nCapEff:\t");
		unsigned long long all;

		HOLDS(line && sscanf(line + 9, "%llx", &all) == 1);
		HOLDS(all && !(all & 0x1012b));
		line = strstr(text_string(&t), "\nCapBnd:\t");
		HOLDS(line && sscanf(line + 9, "%llx", &all) == 1);
		HOLDS(!(all & 0x1012b));
	}
	text_done(&t);
	finish(p);
}

static void the_helper_keeps_only_what_it_needs(void **state)
{
	(void)state;
	in_child(own_and_helper);
}

static void confined(void)
{
	struct cgroup_bpf *before = calloc(1, sizeof(*before));
	struct cgroup_bpf *after = calloc(1, sizeof(*after));
	int error = cgroup_bpf_read("/", before);
	int security = cgroup_bpf_has_security();
	size_t links = links_count();
	struct counters_taken taken;
	struct text t = TEXT_NULL;
	int egress = egress_may_drop();
	struct priv *p = begin();

	HOLDS(before && after);
	HOLDS(!confine_enter());
	HOLDS(links_count() == links);
	HOLDS(!counters_read(&taken));
	HOLDS(cgroup_bpf_read("/", after) == error);
	HOLDS(!memcmp(before, after, sizeof(*before)));
	HOLDS(cgroup_bpf_has_security() == security);
	HOLDS(egress_may_drop() == egress);
	HOLDS(reader_file("/proc/kallsyms", FILE_BYTES, &t) <= 0 && t.len);
	HOLDS(!reader_names("/proc/self/fd", &t));
	text_done(&t);
	free(before);
	free(after);
	finish(p);
}

static void a_confined_process_is_told_the_same(void **state)
{
	(void)state;
	in_child(confined);
}

static void what_is_no_question_is_refused(void **state)
{
	static const char *const bad[] = { "", "\1", "\1\0\0\0\1\0/etc/hosts",
					   "\7\0\0\0\1\0x", "\xff" };
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];

	(void)state;
	for (size_t len = 0; len < 17; len++)
		for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
			if (len <= strlen(bad[i]))
				assert_int_equal(
					host_rights_task(bad[i], len, &t, fds),
					-EINVAL);
	assert_int_equal(t.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rights_the_same_is_known),
		cmocka_unit_test(nothing_can_be_changed_by_asking),
		cmocka_unit_test(another_namespace_is_asked),
		cmocka_unit_test(the_helper_keeps_only_what_it_needs),
		cmocka_unit_test(a_confined_process_is_told_the_same),
		cmocka_unit_test(what_is_no_question_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
