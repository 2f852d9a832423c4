#undef NDEBUG
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "traced/traced.h"

/* The program that is watched is this one, with a word that says what it does.
 * Its status is the errno that it was told. */

enum { MOST = 16 };

struct seen {
	struct traced_attempt attempts[MOST];
	size_t count, queries, waits;
	struct traced_about about;
};

static void ended(void *context, const struct traced_attempt *a)
{
	struct seen *s = context;

	assert_true(s->count < MOST);
	s->attempts[s->count++] = *a;
}

static void waits(void *context, const struct traced_attempt *a)
{
	struct seen *s = context;

	(void)a;
	s->waits++;
}

static void message(void *context, bool is_query, const void *data, size_t len)
{
	struct seen *s = context;

	(void)data;
	s->queries += is_query && len == 12;
}

/* False: programs may not be traced here. */
static bool watch(struct seen *s, const char *job, unsigned port)
{
	char number[12];
	char *argv[] = { (char *)"/proc/self/exe", (char *)job, number, NULL };
	struct traced_request q = {
		.argv = argv,
		.files = { 64, 64 },
		.events = { .context = s,
			    .ended = ended,
			    .waits = waits,
			    .message = message },
	};
	struct traced *t;
	sigset_t chld;
	int err;

	*s = (struct seen){ 0 };
	(void)snprintf(number, sizeof(number), "%u", port);
	(void)sigemptyset(&q.mask);
	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &chld, NULL);
	err = traced_start(&t, &q);
	if (err == -EPERM || err == -EINVAL)
		return false;
	assert_int_equal(err, 0);
	while ((err = traced_turn(t, INT64_MAX)) > 0)
		;
	assert_int_equal(err, 0);
	traced_about(t, &s->about);
	traced_end(t);
	return true;
}

static int status(const struct seen *s)
{
	assert_true(WIFEXITED(s->about.status));
	return WEXITSTATUS(s->about.status);
}

static int server(unsigned *port, int backlog)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

/* One that nobody listens on. */
static unsigned closed_port(void)
{
	unsigned port;

	(void)close(server(&port, 1));
	return port;
}

static struct sockaddr_in loopback(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

/* What the program does. */

static int job_connect(unsigned port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
}

static int begin_later(unsigned port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)connect(fd, (struct sockaddr *)&a, sizeof(a));
	return fd;
}

static int job_later(unsigned port)
{
	struct pollfd p = { .fd = begin_later(port), .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = 0;

	(void)poll(&p, 1, 5000);
	/* Nobody else may have read it. */
	(void)getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

static int job_give_up(unsigned port)
{
	(void)poll(NULL, 0, 0);
	int fd = begin_later(port);

	(void)poll(NULL, 0, 1000);
	return close(fd);
}

static int job_fork(unsigned port)
{
	int child = 0;

	for (int i = 0; i < 3; i++)
		if (!fork())
			_exit(job_connect(port));
	while (wait(&child) > 0)
		;
	return WEXITSTATUS(child);
}

static int job_files(unsigned port)
{
	while (dup(0) >= 0)
		;
	return job_connect(port);
}

static int job_bind(unsigned port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 */
	return bind(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
}

static int job_ask_name(unsigned port)
{
	static const char query[12] = { 1, 2 };
	struct sockaddr_in a = loopback(53);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)port;
	for (int i = 0; i < 2; i++)
		(void)sendto(fd, query, sizeof(query), 0, (struct sockaddr *)&a,
			     sizeof(a));
	return close(fd);
}

/* A filter of its own, that says EPERM to connect(). */
static int job_filter(unsigned port)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog f = { 4, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f))
		return 255;
	return job_connect(port);
}

static int job_landlock(unsigned port)
{
	/* struct landlock_ruleset_attr: files, and connect() by TCP. */
	const uint64_t a[2] = { 0, 2 };
	long fd = syscall(444, a, sizeof(a), 0);

	if (fd < 0)
		return 255;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(446, fd, 0))
		return 255;
	return job_connect(port);
}

static const struct job {
	const char *name;
	int (*run)(unsigned port);
} jobs[] = {
	{ "connect", job_connect },   { "later", job_later },
	{ "give-up", job_give_up },   { "fork", job_fork },
	{ "files", job_files },       { "bind", job_bind },
	{ "ask-name", job_ask_name }, { "filter", job_filter },
	{ "landlock", job_landlock },
};

/* Claims. */

static void a_connection_that_works_is_told(void **state)
{
	unsigned port;
	int fd = server(&port, 8);
	struct seen s;

	(void)state;
	if (!watch(&s, "connect", port))
		skip();
	assert_int_equal(status(&s), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].end, TRACED_WORKED);
	assert_int_equal(s.attempts[0].port, port);
	assert_true(s.attempts[0].has_to && s.attempts[0].has_local);
	assert_int_equal(s.attempts[0].uid, geteuid());
	assert_int_not_equal(s.attempts[0].cookie, 0);
	(void)close(fd);
}

static void a_refusal_is_told_with_its_errno(void **state)
{
	static const char *const ways[] = { "connect", "later" };
	struct seen s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		if (!watch(&s, ways[i], closed_port()))
			skip();
		assert_int_equal(status(&s), ECONNREFUSED);
		assert_int_equal(s.count, 1);
		assert_int_equal(s.attempts[0].end, TRACED_FAILED);
		assert_int_equal(s.attempts[0].error, ECONNREFUSED);
		assert_int_equal(s.attempts[0].call, TRACED_CONNECT);
	}
}

static void an_answer_that_comes_later_is_seen(void **state)
{
	unsigned port;
	int fd = server(&port, 8);
	struct seen s;

	(void)state;
	if (!watch(&s, "later", port))
		skip();
	assert_int_equal(status(&s), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].end, TRACED_WORKED);
	(void)close(fd);
}

/* The queue of such a server is soon full, and it answers no more. */
static void what_is_closed_without_an_answer_was_given_up(void **state)
{
	unsigned port;
	int fd = server(&port, 0);
	int held[3];
	struct seen s;

	(void)state;
	for (int i = 0; i < 3; i++)
		held[i] = begin_later(port);
	(void)poll(NULL, 0, 50);
	if (!watch(&s, "give-up", port))
		skip();
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].end, TRACED_GIVEN_UP);
	assert_int_equal(s.waits, 1);
	assert_true(s.attempts[0].took_ns > 900 * CLOCK_MILLISECOND);
	assert_true(s.attempts[0].took_ns < 3 * CLOCK_SECOND);
	for (int i = 0; i < 3; i++)
		(void)close(held[i]);
	(void)close(fd);
}

static void children_are_followed(void **state)
{
	struct seen s;

	(void)state;
	if (!watch(&s, "fork", closed_port()))
		skip();
	assert_int_equal(status(&s), ECONNREFUSED);
	assert_int_equal(s.count, 3);
	assert_int_not_equal(s.attempts[0].pid, s.attempts[1].pid);
}

static void calls_before_there_is_a_destination_are_told(void **state)
{
	struct seen s;

	(void)state;
	if (!watch(&s, "files", 1))
		skip();
	assert_int_equal(status(&s), EMFILE);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].call, TRACED_SOCKET);
	assert_int_equal(s.attempts[0].error, EMFILE);
	assert_true(watch(&s, "bind", 1));
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].call, TRACED_BIND);
	assert_int_equal(s.attempts[0].error, EADDRNOTAVAIL);
	assert_true(s.attempts[0].has_from);
}

static void what_is_said_to_a_name_server_is_seen(void **state)
{
	struct seen s;

	(void)state;
	if (!watch(&s, "ask-name", 0))
		skip();
	/* The second may meet the refusal of the first. */
	assert_in_range(s.queries, 1, 2);
}

/* The kernel obeys that filter before ours. */
static void what_its_own_filter_refuses_is_seen(void **state)
{
	struct seen s;

	(void)state;
	if (!watch(&s, "filter", 1))
		skip();
	assert_int_equal(status(&s), EPERM);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].error, EPERM);
}

static void its_landlock_rules_are_known(void **state)
{
	struct seen s;

	(void)state;
	if (!watch(&s, "landlock", 1) || status(&s) == 255)
		skip();
	assert_int_equal(status(&s), EACCES);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.attempts[0].landlock, TRACED_LANDLOCK_FORBIDS);
}

static void a_program_that_cannot_be_started_says_why(void **state)
{
	struct seen s;
	char *argv[] = { (char *)"/no/such/program", NULL };
	struct traced_request q = { .argv = argv, .files = { 64, 64 } };
	struct traced_about about;
	struct traced *t;

	(void)state;
	if (!watch(&s, "connect", 1))
		skip();
	(void)sigemptyset(&q.mask);
	assert_int_equal(traced_start(&t, &q), 0);
	while (traced_turn(t, INT64_MAX) > 0)
		;
	traced_about(t, &about);
	assert_int_equal(about.exec_error, ENOENT);
	traced_end(t);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_that_works_is_told),
		cmocka_unit_test(a_refusal_is_told_with_its_errno),
		cmocka_unit_test(an_answer_that_comes_later_is_seen),
		cmocka_unit_test(what_is_closed_without_an_answer_was_given_up),
		cmocka_unit_test(children_are_followed),
		cmocka_unit_test(calls_before_there_is_a_destination_are_told),
		cmocka_unit_test(what_is_said_to_a_name_server_is_seen),
		cmocka_unit_test(what_its_own_filter_refuses_is_seen),
		cmocka_unit_test(its_landlock_rules_are_known),
		cmocka_unit_test(a_program_that_cannot_be_started_says_why),
	};

	/* At once: a leak check cannot be had under ptrace. */
	for (size_t i = 0; argc > 2 && i < sizeof(jobs) / sizeof(*jobs); i++)
		if (!strcmp(argv[1], jobs[i].name))
			_exit(jobs[i].run((unsigned)atoi(argv[2])));

	return cmocka_run_group_tests(tests, NULL, NULL);
}
