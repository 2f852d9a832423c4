#include "fix/step_signal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"

/* proc(5): in /proc/PID/stat, behind the name's last parenthesis. */
enum { STAT_MOST = 4096, BEGAN_FIELD = 22, FIRST_FIELD = 3 };

static const struct {
	const char *word;
	int number;
} signals[] = {
	{ "-CONT", SIGCONT },
	{ "-HUP", SIGHUP },
	{ "-STOP", SIGSTOP },
};

static int number_of(const char *word)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!strcmp(signals[i].word, word))
			return signals[i].number;

	return 0;
}

/* 0: it is no process's, or the first one's. */
static pid_t pid_of(const char *word)
{
	size_t len = strlen(word);
	long pid = len && len < 8 && strspn(word, "0123456789") == len
			   ? strtol(word, NULL, 10)
			   : 0;

	return pid > 1 ? (pid_t)pid : 0;
}

bool step_signal_is(const char *const *argv)
{
	return !strcmp(argv[0], "kill") && argv[1] && argv[2] && !argv[3] &&
	       number_of(argv[1]) && pid_of(argv[2]);
}

/* Since boot; -1: it is gone. */
static int64_t began_ns(pid_t pid)
{
	struct text stat = TEXT_NULL;
	int64_t ret = -1;
	char path[40];
	const char *at = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (!file_load(&stat, path, STAT_MOST))
		at = strrchr(text_string(&stat), ')');
	for (int i = FIRST_FIELD; at && i <= BEGAN_FIELD; i++)
		at = strchr(at + 1, ' ');
	if (at)
		ret = strtoll(at, NULL, 10) *
		      (CLOCK_SECOND / sysconf(_SC_CLK_TCK));
	text_done(&stat);
	return ret;
}

static bool was_there(pid_t pid, int64_t at_ns)
{
	int64_t began = began_ns(pid);
	struct timespec t;

	if (began < 0)
		return false;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	/* Ages, as the clocks have no common zero. */
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec - began >=
	       clock_wall() - at_ns;
}

/* Held by a descriptor, the number stays its own. */
int step_signal_send(const char *const *argv, int64_t at_ns, struct text *why)
{
	pid_t pid = pid_of(argv[2]);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), err = 0;

	if (fd < 0 && errno != ENOSYS)
		err = -errno;
	if (!err && !was_there(pid, at_ns))
		err = -ESRCH;
	if (!err && (fd < 0 ? kill(pid, number_of(argv[1]))
			    : (int)syscall(SYS_pidfd_send_signal, fd,
					   number_of(argv[1]), NULL, 0)))
		err = -errno;
	if (fd >= 0)
		(void)close(fd);
	if (err)
		text_format(why, _("The process %1$s gets no signal: %2$s."),
			    argv[2], strerror(-err));
	return err;
}
