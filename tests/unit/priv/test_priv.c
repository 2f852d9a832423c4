/* Root's rights are really gone, and what needs them is done by the helper and
 * by nobody else. Each claim is tried in a process of its own, because there is
 * no way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "priv/priv.h"

enum {
	TASK_ECHO,
	TASK_UID,
	TASK_FDS,
	TASK_FAIL,
	TASK_LONG,
	TASK_PID,
	TASK_SETS,
	TASKS
};

static int echo(const void *ask, size_t len, struct text *answer,
		int fds[PRIV_FDS])
{
	(void)fds;
	text_bytes(answer, ask, len);
	return 0;
}

static int uid(const void *ask, size_t len, struct text *answer,
	       int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	text_u64(answer, geteuid());
	return 0;
}

/* One that only root may open, and a pipe's end. */
static int give_fds(const void *ask, size_t len, struct text *answer,
		    int fds[PRIV_FDS])
{
	int ends[2];

	(void)ask;
	(void)len;
	(void)answer;
	fds[0] = open("/etc/shadow", O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0 || pipe2(ends, O_CLOEXEC))
		return -errno;
	(void)!write(ends[1], "x", 1);
	(void)close(ends[1]);
	fds[1] = ends[0];
	return 0;
}

static int refuse(const void *ask, size_t len, struct text *answer,
		  int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	text_str(answer, "must not be seen");
	return -ENODEV;
}

static int too_long(const void *ask, size_t len, struct text *answer,
		    int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	text_fill(answer, 'x', PRIV_ANSWER_MOST + 1);
	return 0;
}

static int pid(const void *ask, size_t len, struct text *answer,
	       int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)fds;
	text_u64(answer, (uint64_t)getpid());
	return 0;
}

static void capabilities(char *ret, size_t size);

static int own_sets(const void *ask, size_t len, struct text *answer,
		    int fds[PRIV_FDS])
{
	char sets[256];

	(void)ask;
	(void)len;
	(void)fds;
	capabilities(sets, sizeof(sets));
	text_str(answer, sets);
	return 0;
}

static const struct priv_task tasks[TASKS] = {
	[TASK_ECHO] = { echo },     [TASK_UID] = { uid },
	[TASK_FDS] = { give_fds },  [TASK_FAIL] = { refuse },
	[TASK_LONG] = { too_long }, [TASK_PID] = { pid },
	[TASK_SETS] = { own_sets },
};

/* In the child: a claim that does not hold ends it with its line. */
#define HOLDS(claim)                                                           \
	do {                                                                   \
		if (!(claim)) {                                                \
			(void)fprintf(stderr, "line %d: %s\n", __LINE__,       \
				      #claim);                                 \
			_exit(1);                                              \
		}                                                              \
	} while (0)

/* Runs it as root in a child, and skips it where there is no root. */
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

/* The five sets of /proc/self/status, as one string of digits. */
static void capabilities(char *ret, size_t size)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	*ret = '\0';
	HOLDS(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "CapPrm:", 7) ||
		    !strncmp(line, "CapEff:", 7) ||
		    !strncmp(line, "CapAmb:", 7))
			(void)strncat(ret, strchr(line, '\t') + 1,
				      size - strlen(ret) - 1);
	(void)fclose(f);
}

static void nobody_has_nothing(void)
{
	struct priv *p;
	char sets[256];

	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	HOLDS(getuid() && geteuid() && getgid() && getegid());
	HOLDS(getgroups(0, NULL) <= 1);
	capabilities(sets, sizeof(sets));
	HOLDS(strspn(sets, "0\n") == strlen(sets));
	HOLDS(open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0);
	HOLDS(setuid(0) && seteuid(0) && setgid(0) && setgroups(0, NULL));
	priv_end(p);
	/* Nor afterwards. */
	HOLDS(setuid(0) && geteuid());
}

static void the_rights_are_really_gone(void **state)
{
	(void)state;
	in_child(nobody_has_nothing);
}

static void all_tasks_answer(void)
{
	char ask[PRIV_ASK_MOST];
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	struct priv *p;

	memset(ask, 'q', sizeof(ask));
	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	for (size_t len = 0; len <= sizeof(ask); len += 256) {
		text_clear(&t);
		HOLDS(!priv_ask(p, TASK_ECHO, ask, len, &t, fds));
		HOLDS(t.len == len && fds[0] == -1 && fds[1] == -1);
		HOLDS(!len || !memcmp(t.data, ask, len));
	}
	text_clear(&t);
	HOLDS(!priv_ask(p, TASK_UID, NULL, 0, &t, fds));
	HOLDS(!strcmp(text_string(&t), "0"));
	text_done(&t);
	priv_end(p);
}

static void a_task_answers_with_root_s_rights(void **state)
{
	(void)state;
	in_child(all_tasks_answer);
}

static void fds_come_over(void)
{
	int fds[PRIV_FDS];
	struct priv *p;
	char byte;

	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	for (int i = 0; i < 50; i++) {
		HOLDS(!priv_ask(p, TASK_FDS, NULL, 0, NULL, fds));
		HOLDS(read(fds[0], &byte, 1) == 1);
		HOLDS(read(fds[1], &byte, 1) == 1 && byte == 'x');
		HOLDS(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
		/* The helper kept no end of the pipe. */
		HOLDS(!read(fds[1], &byte, 1));
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
	priv_end(p);
}

/* As with setcap on the program: a user who has one that is needed, and one that
 * is not. */
static void become_user_with(int needed, int other)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2] = { { 0 } };

	sets[0].permitted = sets[0].effective = 1U << needed | 1U << other;
	HOLDS(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	HOLDS(!setresgid(65534, 65534, 65534) &&
	      !setresuid(65534, 65534, 65534));
	HOLDS(!syscall(SYS_capset, &h, sets));
}

static void split_capabilities(void)
{
	struct text t = TEXT_NULL;
	char sets[256];
	int fds[PRIV_FDS];
	struct priv *p;

	become_user_with(CAP_NET_ADMIN, CAP_CHOWN);
	HOLDS(priv_start(&p, tasks, TASKS, "root") == -EPERM);
	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	capabilities(sets, sizeof(sets));
	HOLDS(strspn(sets, "0\n") == strlen(sets));
	HOLDS(!priv_ask(p, TASK_SETS, NULL, 0, &t, fds));
	/* Permitted, effective, and what its programs get: NET_ADMIN. */
	HOLDS(!strcmp(text_string(&t), "0000000000001000\n"
				       "0000000000001000\n"
				       "0000000000001000\n"));
	text_done(&t);
	priv_end(p);
}

static void capabilities_alone_are_split_as_well(void **state)
{
	(void)state;
	in_child(split_capabilities);
}

static void descriptors_are_passed_and_not_kept(void **state)
{
	(void)state;
	in_child(fds_come_over);
}

static void become_number(void)
{
	struct priv *p;

	HOLDS(priv_start(&p, tasks, TASKS, "1234:") == -ENOENT);
	HOLDS(!priv_start(&p, tasks, TASKS, "1234:567"));
	HOLDS(getuid() == 1234 && geteuid() == 1234 && getegid() == 567);
	HOLDS(!getgroups(0, NULL));
	priv_end(p);
}

static void a_user_without_a_name_is_one_by_number(void **state)
{
	(void)state;
	in_child(become_number);
}

static void errors_come_over(void)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	struct priv *p;
	char ask[PRIV_ASK_MOST + 1] = { 0 };

	HOLDS(priv_start(&p, tasks, TASKS, "nosuchuser") == -ENOENT);
	HOLDS(!geteuid());
	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	HOLDS(priv_ask(p, TASK_FAIL, NULL, 0, &t, fds) == -ENODEV);
	HOLDS(priv_ask(p, TASK_LONG, NULL, 0, &t, fds) == -EFBIG);
	HOLDS(priv_ask(p, TASKS, NULL, 0, &t, fds) == -EINVAL);
	HOLDS(priv_ask(p, SIZE_MAX, NULL, 0, &t, fds) == -EINVAL);
	HOLDS(priv_ask(p, TASK_ECHO, ask, sizeof(ask), &t, fds) == -EINVAL);
	HOLDS(!t.len);
	/* And it lives on. */
	HOLDS(!priv_ask(p, TASK_ECHO, "a", 1, &t, fds) && t.len == 1);
	text_done(&t);
	priv_end(p);
}

static void what_is_wrong_is_an_error_and_no_answer(void **state)
{
	(void)state;
	in_child(errors_come_over);
}

static pid_t helper_of(struct priv *p)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	pid_t found = 0;

	HOLDS(!priv_ask(p, TASK_PID, NULL, 0, &t, fds));
	for (const char *s = text_string(&t); *s; s++)
		found = found * 10 + (*s - '0');
	text_done(&t);
	return found;
}

/* Gone, or at most waiting for its new parent. */
static bool is_gone(pid_t id)
{
	char path[64], line[256] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)id);
	f = fopen(path, "re");
	if (!f)
		return true;
	(void)!fgets(line, sizeof(line), f);
	(void)fclose(f);
	return strstr(line, ") Z ") || strstr(line, ") X ");
}

/* Starts a helper under a parent that is killed, and waits for its end. */
static void parent_is_killed(void)
{
	const struct timespec moment = { 0, 5000000 };
	int ends[2], status;
	pid_t parent, helper;

	HOLDS(!pipe2(ends, O_CLOEXEC));
	parent = fork();
	if (!parent) {
		struct priv *p;

		HOLDS(!priv_start(&p, tasks, TASKS, NULL));
		helper = helper_of(p);
		HOLDS(write(ends[1], &helper, sizeof(helper)) ==
		      (ssize_t)sizeof(helper));
		(void)pause();
	}
	HOLDS(read(ends[0], &helper, sizeof(helper)) ==
	      (ssize_t)sizeof(helper));
	HOLDS(!is_gone(helper));
	HOLDS(!kill(parent, SIGKILL));
	HOLDS(waitpid(parent, &status, 0) == parent);
	for (int i = 0; i < 400 && !is_gone(helper); i++)
		(void)nanosleep(&moment, NULL);
	HOLDS(is_gone(helper));
}

static void the_helper_dies_with_its_parent(void **state)
{
	(void)state;
	in_child(parent_is_killed);
}

static void the_helper_is_killed(void)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	struct priv *p;
	pid_t helper, killer;
	int status;

	/* Whoever gave its rights up cannot kill it: another one does. */
	int ends[2];

	HOLDS(!pipe2(ends, O_CLOEXEC));
	killer = fork();
	if (!killer) {
		HOLDS(read(ends[0], &helper, sizeof(helper)) ==
		      (ssize_t)sizeof(helper));
		_exit(kill(helper, SIGKILL) ? 1 : 0);
	}
	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	helper = helper_of(p);
	HOLDS(kill(helper, SIGKILL) && errno == EPERM);
	HOLDS(write(ends[1], &helper, sizeof(helper)) ==
	      (ssize_t)sizeof(helper));
	HOLDS(waitpid(killer, &status, 0) == killer && !status);
	while (!is_gone(helper))
		;
	HOLDS(priv_ask(p, TASK_ECHO, "a", 1, &t, fds) == -EPIPE);
	HOLDS(fds[0] == -1 && !t.len);
	priv_end(p);
	text_done(&t);
}

static void a_helper_that_is_gone_is_an_error_not_a_wait(void **state)
{
	(void)state;
	in_child(the_helper_is_killed);
}

static void terminal_signals(void)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	struct priv *p;

	HOLDS(!setpgid(0, 0));
	(void)signal(SIGINT, SIG_IGN);
	HOLDS(!priv_start(&p, tasks, TASKS, NULL));
	(void)helper_of(p);
	/* Ctrl-C goes to all of the group. */
	HOLDS(!kill(0, SIGINT));
	HOLDS(!priv_ask(p, TASK_ECHO, "a", 1, &t, fds) && t.len == 1);
	text_done(&t);
	priv_end(p);
}

static void ctrl_c_is_not_for_the_helper(void **state)
{
	(void)state;
	in_child(terminal_signals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rights_are_really_gone),
		cmocka_unit_test(a_task_answers_with_root_s_rights),
		cmocka_unit_test(capabilities_alone_are_split_as_well),
		cmocka_unit_test(a_user_without_a_name_is_one_by_number),
		cmocka_unit_test(descriptors_are_passed_and_not_kept),
		cmocka_unit_test(what_is_wrong_is_an_error_and_no_answer),
		cmocka_unit_test(the_helper_dies_with_its_parent),
		cmocka_unit_test(a_helper_that_is_gone_is_an_error_not_a_wait),
		cmocka_unit_test(ctrl_c_is_not_for_the_helper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
