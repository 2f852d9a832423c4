#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/process.h"
#include "host/socket_options.h"

static void this_process_is_read(void **state)
{
	struct process p;

	(void)state;
	assert_false(prctl(PR_SET_NAME, "a (b) c"));
	assert_int_equal(process_read(getpid(), &p), 0);
	assert_string_equal(p.name, "a (b) c");
	assert_int_equal(p.parent, getppid());
	assert_true(p.state == 'R' || p.state == 'S');
	assert_true(p.started > 0);
	assert_false(p.is_sshd);
}

static void one_that_is_stopped_is_seen_to_be(void **state)
{
	struct process p;
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		(void)raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_int_equal(process_read(child, &p), 0);
	assert_int_equal(p.state, 'T');
	(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	assert_true(process_read(child, &p) < 0);
}

static void a_child_that_ended_is_counted(void **state)
{
	struct process before, after;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(process_read(getpid(), &before), 0);
	child = fork();
	if (!child)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(process_read(getpid(), &after), 0);
	assert_true(after.ended_children > before.ended_children);
	assert_false(after.forgets_children);
}

static void descriptors_are_counted_below_the_limit(void **state)
{
	struct process_files before, after;
	struct rlimit r;
	int fd;

	(void)state;
	assert_int_equal(process_files(getpid(), &before), 0);
	assert_false(getrlimit(RLIMIT_NOFILE, &r));
	assert_true(before.most == r.rlim_cur);
	fd = dup(0);
	assert_int_equal(process_files(getpid(), &after), 0);
	assert_true(after.open == before.open + 1);
	(void)close(fd);
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_false(fstat(fd, &st));
	return (uint32_t)st.st_ino;
}

static void a_program_that_watches_other_sockets_is_told_apart(void **state)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int other = socket(AF_INET, SOCK_STREAM, 0);
	struct epoll_event e = { .events = EPOLLIN };
	enum process_watch watch;
	int set;

	(void)state;
	assert_false(listen(listener, 1));
	assert_int_equal(process_watches(getpid(), inode_of(listener), &watch),
			 0);
	assert_int_equal(watch, PROCESS_WATCH_UNKNOWN);

	set = epoll_create1(0);
	assert_false(epoll_ctl(set, EPOLL_CTL_ADD, other, &e));
	assert_int_equal(process_watches(getpid(), inode_of(listener), &watch),
			 0);
	assert_int_equal(watch, PROCESS_WATCH_NO);

	assert_false(epoll_ctl(set, EPOLL_CTL_ADD, listener, &e));
	assert_int_equal(process_watches(getpid(), inode_of(listener), &watch),
			 0);
	assert_int_equal(watch, PROCESS_WATCH_YES);

	e.events = EPOLLERR;
	assert_false(epoll_ctl(set, EPOLL_CTL_MOD, listener, &e));
	assert_int_equal(process_watches(getpid(), inode_of(listener), &watch),
			 0);
	assert_int_equal(watch, PROCESS_WATCH_NO);
	(void)close(set);
	(void)close(listener);
	(void)close(other);
}

/* What the kernel lets nobody read here is no failure. */
static void read_options(int fd, struct socket_options *ret)
{
	int error = socket_options_read(getpid(), fd, inode_of(fd), ret);

	if (error == -ENOSYS || error == -EPERM)
		skip();
	assert_int_equal(error, 0);
}

static void attach(int fd, uint32_t takes)
{
	struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, takes);
	struct sock_fprog program = { .len = 1, .filter = &code };

	assert_false(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
				sizeof(program)));
}

static void a_filter_that_takes_nothing_is_told_from_others(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct socket_options o;

	(void)state;
	read_options(fd, &o);
	assert_int_equal(o.filter, SOCKET_FILTER_NONE);
	attach(fd, 0);
	read_options(fd, &o);
	assert_int_equal(o.filter, SOCKET_FILTER_NOTHING);
	attach(fd, 65535);
	read_options(fd, &o);
	assert_int_equal(o.filter, SOCKET_FILTER_SOME);
	(void)close(fd);
}

static void options_of_the_socket_are_read(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct socket_options o;
	int seconds = 9, ttl = 255;

	(void)state;
	read_options(fd, &o);
	assert_int_equal(o.defer_seconds, 0);
	assert_int_equal(o.least_ttl, 0);
	assert_false(setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
				sizeof(seconds)));
	assert_false(setsockopt(fd, IPPROTO_IP, IP_MINTTL, &ttl, sizeof(ttl)));
	read_options(fd, &o);
	assert_true(o.defer_seconds > 0);
	assert_int_equal(o.least_ttl, 255);
	(void)close(fd);
}

static void another_socket_than_was_meant_is_not_read(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct socket_options o;

	(void)state;
	assert_true(socket_options_read(getpid(), fd, inode_of(fd) + 1, &o) <
		    0);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_process_is_read),
		cmocka_unit_test(one_that_is_stopped_is_seen_to_be),
		cmocka_unit_test(a_child_that_ended_is_counted),
		cmocka_unit_test(descriptors_are_counted_below_the_limit),
		cmocka_unit_test(
			a_program_that_watches_other_sockets_is_told_apart),
		cmocka_unit_test(
			a_filter_that_takes_nothing_is_told_from_others),
		cmocka_unit_test(options_of_the_socket_are_read),
		cmocka_unit_test(another_socket_than_was_meant_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
