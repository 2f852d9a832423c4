#include "priv/priv.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "priv/needs.h"

struct priv {
	int fd;
	pid_t pid;
};

/* One question, one datagram; one answer, one datagram. */
struct question {
	size_t task, len;
	char ask[PRIV_ASK_MOST];
};

struct answer {
	int error;
	size_t len;
	char text[PRIV_ANSWER_MOST];
};

static void close_all(int fds[PRIV_FDS])
{
	for (int i = 0; i < PRIV_FDS; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}

static int send_answer(int fd, const struct answer *a, const int fds[PRIV_FDS])
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * PRIV_FDS)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)a, sizeof(*a) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int passed[PRIV_FDS], count = 0;

	iov.iov_len = offsetof(struct answer, text) + a->len;
	for (int i = 0; i < PRIV_FDS; i++)
		if (fds[i] >= 0)
			passed[count++] = fds[i];
	if (count) {
		struct cmsghdr *c;

		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
		memcpy(CMSG_DATA(c), passed, sizeof(int) * (size_t)count);
	}

	return sendmsg(fd, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void serve_one(int fd, const struct priv_task *tasks, size_t count,
		      const struct question *q)
{
	static struct answer a;
	int fds[PRIV_FDS] = { -1, -1 };
	struct text t = TEXT_NULL;

	a.error = -EINVAL;
	if (q->task < count && q->len <= PRIV_ASK_MOST)
		a.error = tasks[q->task].run(q->ask, q->len, &t, fds);
	if (!a.error && (!text_ok(&t) || t.len > PRIV_ANSWER_MOST))
		a.error = -EFBIG;
	a.len = a.error ? 0 : t.len;
	if (a.len)
		memcpy(a.text, t.data, a.len);
	(void)send_answer(fd, &a, fds);
	close_all(fds);
	text_done(&t);
}

/* Until the parent is gone. Its terminal's signals are not for us. */
__attribute__((noreturn)) static void
serve(int fd, pid_t parent, const struct priv_task *tasks, size_t count)
{
	static struct question q;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)needs_keep();
	/* A change of rights forgets it: so only now. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);

	while (recv(fd, &q, sizeof(q), 0) > 0)
		serve_one(fd, tasks, count, &q);
	_exit(0);
}

/* "1000:100": somebody who need not have a name. */
static bool read_numbers(const char *user, struct passwd *ret)
{
	char *colon, *end;

	if (!user || *user < '0' || *user > '9')
		return false;
	ret->pw_uid = (uid_t)strtoul(user, &colon, 10);
	if (*colon != ':' || colon[1] < '0' || colon[1] > '9')
		return false;
	ret->pw_gid = (gid_t)strtoul(colon + 1, &end, 10);
	return !*end;
}

/* For good: a uid that is not root loses all capabilities. "nobody" need not
 * stand in /etc/passwd: it is the kernel's overflow id then. */
static int become(const char *user)
{
	static const struct passwd overflow = { .pw_uid = 65534,
						.pw_gid = 65534 };
	struct passwd numbers = { 0 };
	const struct passwd *p = read_numbers(user, &numbers)
					 ? &numbers
					 : getpwnam(user ? user : "nobody");

	if (geteuid())
		return user ? -EPERM : needs_drop();
	if (!p && user)
		return -ENOENT;
	if (!p)
		p = &overflow;
	if ((p->pw_name ? initgroups(p->pw_name, p->pw_gid)
			: setgroups(0, NULL)) ||
	    setresgid(p->pw_gid, p->pw_gid, p->pw_gid) ||
	    setresuid(p->pw_uid, p->pw_uid, p->pw_uid))
		return -errno;
	/* It must be so, or nothing is safe. */
	if (p->pw_uid && (!setuid(0) || !getuid()))
		return -EPERM;

	return p->pw_uid ? needs_drop() : 0;
}

int priv_start(struct priv **ret, const struct priv_task *tasks, size_t count,
	       const char *user)
{
	struct priv *p = calloc(1, sizeof(*p));
	pid_t self = getpid();
	int ends[2];
	int err;

	if (!p)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		free(p);
		return -errno;
	}

	p->fd = ends[0];
	p->pid = fork();
	if (!p->pid) {
		(void)close(ends[0]);
		serve(ends[1], self, tasks, count);
	}
	(void)close(ends[1]);
	err = p->pid < 0 ? -errno : become(user);
	if (err < 0) {
		priv_end(p);
		return err;
	}

	*ret = p;
	return 0;
}

static void take_fds(struct msghdr *m, int fds[PRIV_FDS])
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		if (bytes > sizeof(int) * PRIV_FDS)
			bytes = sizeof(int) * PRIV_FDS;
		memcpy(fds, CMSG_DATA(c), bytes);
	}
}

int priv_ask(struct priv *p, size_t task, const void *ask, size_t len,
	     struct text *answer, int fds[PRIV_FDS])
{
	static struct question q;
	static struct answer a;

	union {
		char bytes[CMSG_SPACE(sizeof(int) * PRIV_FDS)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { &a, sizeof(a) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	ssize_t got;

	for (int i = 0; i < PRIV_FDS; i++)
		fds[i] = -1;
	if (len > PRIV_ASK_MOST)
		return -EINVAL;

	q.task = task;
	q.len = len;
	if (len)
		memcpy(q.ask, ask, len);
	if (send(p->fd, &q, offsetof(struct question, ask) + len,
		 MSG_NOSIGNAL) < 0)
		return -EPIPE;
	do
		got = recvmsg(p->fd, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < (ssize_t)offsetof(struct answer, text))
		return -EPIPE;

	take_fds(&m, fds);
	if (answer && !a.error)
		text_bytes(answer, a.text, a.len);
	return a.error;
}

void priv_end(struct priv *p)
{
	if (!p)
		return;

	(void)close(p->fd);
	if (p->pid > 0)
		(void)waitpid(p->pid, NULL, 0);
	free(p);
}
