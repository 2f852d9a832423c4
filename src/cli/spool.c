#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* The first Ctrl-C ends the pipe, not the report; the second ends us. */
static void catch_interrupt(void)
{
	struct sigaction action = { .sa_flags = (int)SA_RESETHAND };

	action.sa_handler = on_interrupt;
	(void)sigaction(SIGINT, &action, NULL);
}

static int copy_all(int from, int to)
{
	static char data[64 * 1024];

	while (!interrupted) {
		ssize_t n = read(from, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(to, data + done, (size_t)(n - done));

			if (w < 0 && errno != EINTR)
				return -errno;
			done += w > 0 ? w : 0;
		}
	}

	return 0;
}

int spool(const char *path)
{
	const char *folder = getenv("TMPDIR");
	int from = strcmp(path, "-") != 0 ? open(path, O_RDONLY | O_CLOEXEC)
					  : STDIN_FILENO;
	int to, error;

	catch_interrupt();
	if (from < 0)
		return -errno;

	to = open(folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC,
		  0600);
	error = to < 0 ? -errno : copy_all(from, to);
	if (from != STDIN_FILENO)
		(void)close(from);
	if (error < 0 && to >= 0)
		(void)close(to);

	return error < 0 ? error : to;
}

bool spool_is_needed(const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	struct stat st;

	if ((is_stdin ? fstat(STDIN_FILENO, &st) : stat(path, &st)) < 0)
		return false;

	return S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode) ||
	       S_ISSOCK(st.st_mode) || (is_stdin && S_ISREG(st.st_mode));
}
