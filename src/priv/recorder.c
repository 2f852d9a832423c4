#include "priv/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "priv/needs.h"

static int fail(int *file, int *control, int ends[2])
{
	const int err = -errno;

	(void)close(*file);
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			(void)close(ends[i]);
	*file = *control = -1;
	return err;
}

int recorder_start(recorder_run *run, const void *request, int *file,
		   int *control)
{
	int ends[2] = { -1, -1 };
	pid_t pid;

	*control = -1;
	*file = memfd_create("kiriwake", MFD_CLOEXEC);
	if (*file < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail(file, control, ends);

	/* Twice, so that nobody has to wait for it. */
	pid = fork();
	if (!pid) {
		(void)close(ends[0]);
		if (!fork())
			run(request, *file, ends[1]);
		_exit(0);
	}
	if (pid < 0)
		return fail(file, control, ends);

	(void)close(ends[1]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	*control = ends[0];
	return 0;
}

void recorder_alone(int file, int control)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	const unsigned first = (unsigned)(file < control ? file : control);
	const unsigned second = (unsigned)(file < control ? control : file);

	for (unsigned i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)signal(signals[i], SIG_IGN);
	for (int fd = 0; fd <= STDERR_FILENO && nowhere >= 0; fd++)
		if (fd != file && fd != control)
			(void)dup2(nowhere, fd);
	if (first > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, first - 1, 0);
	if (second > first + 1)
		(void)close_range(first + 1, second - 1, 0);
	(void)close_range(second + 1, ~0U, 0);
}

int recorder_give_up(void)
{
	const struct passwd *p = getuid() ? NULL : getpwnam("nobody");
	/* Without that name: the kernel's overflow id. */
	const uid_t uid = p ? p->pw_uid : 65534;
	const gid_t gid = p ? p->pw_gid : 65534;

	if (!getuid() && (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
			  setresuid(uid, uid, uid)))
		return -errno;

	return needs_drop();
}

bool recorder_tell(int control, int err)
{
	const unsigned char told = (unsigned char)-err;

	return send(control, &told, 1, MSG_NOSIGNAL) == 1 && !err;
}
