#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "traced/traced_inside.h"

/* What is awaited of the program before it may begin, and what it tells. */
struct ends {
	int go[2];   /* to it: it is traced now */
	int said[2]; /* from it: an errno, or its end: exec() worked */
};

static bool has_capability(int number)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct words[2] = { { 0 } };

	return !syscall(SYS_capget, &h, words) &&
	       words[number / 32].effective & (uint32_t)1 << number % 32;
}

/* Who it is to be. Its groups are the user's. */
static int become(const struct passwd *p)
{
	if (!p)
		return 0;
	if (initgroups(p->pw_name, p->pw_gid) ||
	    setresgid(p->pw_gid, p->pw_gid, p->pw_gid) ||
	    setresuid(p->pw_uid, p->pw_uid, p->pw_uid))
		return -errno;

	return 0;
}

static int prepare(const struct traced *t, const struct passwd *p)
{
	int err = traced_filter_load(t->is_pure);

	if (!err)
		err = become(p);
	if (!err && setrlimit(RLIMIT_NOFILE, &t->q.files))
		err = -errno;
	if (!err && sigprocmask(SIG_SETMASK, &t->q.mask, NULL))
		err = -errno;
	return err;
}

__attribute__((noreturn)) static void
child(const struct traced *t, const struct passwd *p, const struct ends *e)
{
	char go;
	int err;

	(void)close(e->go[1]);
	(void)close(e->said[0]);
	if (read(e->go[0], &go, 1) != 1)
		_exit(EXIT_FAILURE);
	err = prepare(t, p);
	if (!err) {
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGQUIT, SIG_DFL);
		(void)execvp(t->q.argv[0], t->q.argv);
		err = -errno;
	}
	err = -err;
	if (write(e->said[1], &err, sizeof(err)) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_FAILURE);
}

static int attach(struct traced *t, const struct ends *e)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP |
			     PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, t->pid, NULL, options))
		return errno == EPERM || errno == EACCES ? -EPERM : -errno;

	return write(e->go[1], "", 1) == 1 ? 0 : -errno;
}

static int fork_child(struct traced *t, const struct passwd *p)
{
	struct ends e;
	int err;

	if (pipe2(e.go, O_CLOEXEC))
		return -errno;
	if (pipe2(e.said, O_CLOEXEC)) {
		err = -errno;
		(void)close(e.go[0]);
		(void)close(e.go[1]);
		return err;
	}

	t->pid = fork();
	if (!t->pid)
		child(t, p, &e);
	err = t->pid < 0 ? -errno : attach(t, &e);
	(void)close(e.go[0]);
	(void)close(e.go[1]);
	(void)close(e.said[1]);
	t->exec_pipe = e.said[0];
	return err;
}

int traced_start(struct traced **ret, const struct traced_request *q)
{
	struct traced *t = calloc(1, sizeof(*t));
	// cppcheck-suppress getpwnamCalled; RATIONALE: there is one thread
	const struct passwd *p = q->user ? getpwnam(q->user) : NULL;
	int err = 0;

	if (!t)
		return -ENOMEM;
	t->q = *q;
	t->exec_pipe = -1;
	t->arena = arena_new();
	t->is_pure = has_capability(CAP_SYS_ADMIN);
	if (!t->arena)
		err = -ENOMEM;
	else if (q->user && !p)
		err = -ENOENT;
	if (!err)
		err = fork_child(t, p);
	if (err) {
		traced_end(t);
		return err;
	}

	t->about.pid = t->pid;
	*ret = t;
	return 0;
}

void traced_end(struct traced *t)
{
	if (!t)
		return;

	for (size_t i = 0; i < t->thread_count; i++)
		(void)kill(t->threads[i].pid, SIGKILL);
	if (t->pid > 0 && !t->is_over) {
		(void)kill(t->pid, SIGKILL);
		(void)waitpid(t->pid, NULL, __WALL);
	}
	if (t->exec_pipe >= 0)
		(void)close(t->exec_pipe);
	arena_free(t->arena);
	free(t->threads);
	free(t->pending);
	free(t);
}
