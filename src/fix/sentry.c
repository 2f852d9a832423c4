#include "fix/sentry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "base/i18n.h"
#include "fix/boot_hook.h"
#include "fix/step.h"

enum { LOOK_MS = 200, TRIES_MS = 5000 };

struct sentry {
	const struct ledger *ledger;
	const struct order *order;
	int64_t deadline_ns; /* CLOCK_BOOTTIME: it goes on while we sleep */
	pid_t peer;
	int peer_fd;     /* readable when it is gone */
	unsigned failed; /* undos */
};

static int64_t boot_time(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void be_deaf(void)
{
	static const int signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
				       SIGTERM, SIGALRM, SIGUSR1, SIGUSR2,
				       SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)signal(signals[i], SIG_IGN);
}

/* No terminal, no pipe, no folder of whoever started it: only the ledger. */
static void let_go(const struct ledger *l, int ready)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	int limit = (int)sysconf(_SC_OPEN_MAX);

	for (int fd = 0; fd <= STDERR_FILENO && nowhere >= 0; fd++)
		if (fd != l->folder && fd != l->log && fd != ready)
			(void)dup2(nowhere, fd);
	if (limit < 0 || limit > 65536)
		limit = 65536;
	for (int fd = STDERR_FILENO + 1; fd < limit; fd++)
		if (fd != l->folder && fd != l->log && fd != ready)
			(void)close(fd);
	/* So that it keeps no file system busy. */
	if (chdir("/"))
		syslog(LOG_NOTICE, "cannot go to /");
}

static void watch(struct sentry *s, pid_t peer)
{
	s->peer = peer;
	s->peer_fd = (int)syscall(SYS_pidfd_open, peer, 0);
}

static bool is_settled(const struct sentry *s)
{
	struct ledger_progress p;

	return !ledger_progress(s->ledger, &p) && !ledger_is_pending(p.state);
}

/* To every terminal on which somebody is, as wall(1) does; who does not read does
 * not hold us up. */
static bool tell_terminals(const char *words)
{
	const struct utmpx *u;
	bool is_told = false;

	setutxent();
	while ((u = getutxent())) {
		char path[sizeof(u->ut_line) + 8];
		int fd;

		(void)snprintf(path, sizeof(path), "/dev/%.*s",
			       (int)sizeof(u->ut_line), u->ut_line);
		if (u->ut_type != USER_PROCESS || strstr(path, ".."))
			continue;
		fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (isatty(fd))
			is_told |= write(fd, words, strlen(words)) > 0;
		(void)close(fd);
	}
	endutxent();
	return is_told;
}

/* The first time, and then with longer and longer breaks. */
static void tell_failed(const struct sentry *s, struct text *why)
{
	struct text words = TEXT_NULL;

	syslog(LOG_ALERT, "change %s could not be taken back: %s", s->order->id,
	       text_string(why));
	text_str(&words, "\r\nkiriwake: ");
	text_format(
		&words,
		_("the change %1$s could not be taken back, and is tried again and again: %2$s"),
		s->order->id, text_string(why));
	text_str(&words, "\r\n");
	if (!tell_terminals(text_string(&words)))
		syslog(LOG_NOTICE, "no terminal could be told");
	text_done(&words);
}

/* SIGCHLD is ignored for the peer's sake; tools are waited for. */
static void undo(struct sentry *s)
{
	struct text why = TEXT_NULL;
	int lock;
	int err = ledger_lock(s->ledger, &lock);

	if (err || is_settled(s)) {
		if (!err)
			(void)close(lock);
		return;
	}
	(void)signal(SIGCHLD, SIG_DFL);
	err = step_undo_all(s->ledger, s->order, &why);
	if (!err)
		boot_hook_clear();
	(void)close(lock);
	(void)signal(SIGCHLD, SIG_IGN);
	s->failed += err != 0;
	/* 1, 2, 4, 8, … */
	if (err && !(s->failed & (s->failed - 1)))
		tell_failed(s, &why);
	else if (!err)
		syslog(LOG_NOTICE,
		       "change %s was not confirmed in time and is taken back",
		       s->order->id);
	text_done(&why);
}

static bool is_gone(const struct sentry *s, int timeout_ms)
{
	struct pollfd p = { .fd = s->peer_fd, .events = POLLIN };

	if (s->peer_fd < 0) {
		(void)poll(NULL, 0, timeout_ms);
		return kill(s->peer, 0) && errno == ESRCH;
	}

	return poll(&p, 1, timeout_ms) > 0;
}

static void stand(struct sentry *s);

/* In place of the one that is gone. */
static void replace_peer(struct sentry *s)
{
	pid_t self = getpid(), pid;

	if (s->peer_fd >= 0)
		(void)close(s->peer_fd);
	s->peer_fd = -1;
	pid = fork();
	if (!pid) {
		watch(s, self);
		stand(s);
	}
	if (pid > 0)
		watch(s, pid);
	else
		(void)poll(NULL, 0, LOOK_MS);
}

__attribute__((noreturn)) static void stand(struct sentry *s)
{
	while (!is_settled(s)) {
		int64_t left = (s->deadline_ns - boot_time()) / 1000000;

		if (left <= 0) {
			undo(s);
			if (is_settled(s))
				break;
			s->deadline_ns =
				boot_time() + (int64_t)TRIES_MS * 1000000;
			continue;
		}
		if (is_gone(s, left < LOOK_MS ? (int)left : LOOK_MS))
			replace_peer(s);
	}

	_exit(0);
}

/* The first; makes the second. */
__attribute__((noreturn)) static void begin(struct sentry *s, int ready)
{
	(void)setsid();
	be_deaf();
	(void)prctl(PR_SET_NAME, "kiriwake-sentry");
	(void)prctl(PR_SET_PDEATHSIG, 0);
	let_go(s->ledger, ready);
	openlog("kiriwake", LOG_PID, LOG_AUTHPRIV);
	s->peer_fd = -1;
	replace_peer(s);
	/* Who started it waits for this. */
	if (write(ready, "", 1) != 1)
		_exit(1);
	(void)close(ready);
	stand(s);
}

int sentry_start(const struct ledger *l, const struct order *o)
{
	struct sentry s = {
		.ledger = l,
		.order = o,
		.deadline_ns =
			boot_time() + (int64_t)o->confirm_within_s * 1000000000,
	};
	int ends[2];
	char none;
	pid_t pid;
	ssize_t got;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		(void)close(ends[0]);
		/* Nobody of ours waits for it. */
		if (fork())
			_exit(0);
		begin(&s, ends[1]);
	}
	(void)close(ends[1]);
	do
		got = read(ends[0], &none, 1);
	while (got < 0 && errno == EINTR);
	(void)close(ends[0]);
	return got == 1 ? 0 : -ECHILD;
}
