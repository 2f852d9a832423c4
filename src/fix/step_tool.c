#include "fix/step_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/tool.h"

enum { PAUSE_MS = 300 };

static int input_of(const char *text)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : file_write(fd, text, strlen(text));

	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static void tell_failed(struct text *why, struct tool *t, const char *name)
{
	text_clear(why);
	if (t->failed)
		text_format(why, _("%1$s cannot be started: %2$s."), name,
			    strerror(t->failed));
	else if (t->timed_out)
		text_format(why, _("%s took too long."), name);
	else if (t->complaint.len)
		text_format(why, _("%1$s failed: %2$s"), name,
			    text_string(&t->complaint));
	else
		text_format(why, _("%1$s failed with status %2$d."), name,
			    WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1);
}

int step_tool_run(const char *const *argv, const char *input, int limit_ms,
		  struct text *echo, struct text *why)
{
	struct tool t = { 0 }, *const list[] = { &t };
	struct text program = TEXT_NULL;
	int fd = input ? input_of(input) : 0;
	int err = 0;

	if (fd < 0)
		return fd;
	t.input = fd;
	if (argv[0][0] == '/')
		tool_start(&t, argv[0], argv);
	else if (tool_find(&program, TOOL_USUAL_PATH, argv[0]))
		tool_start(&t, text_string(&program), argv);
	else
		t.failed = ENOENT;
	tool_finish(list, 1, tool_now_ms() + limit_ms);
	if (!tool_ended_well(&t)) {
		tell_failed(why, &t, argv[0]);
		err = t.failed == ENOENT ? -ENOENT : -EIO;
	} else if (echo) {
		text_bytes(echo, text_string(&t.text), t.text.len);
	}
	tool_done(&t);
	text_done(&program);
	if (input)
		(void)close(fd);
	return err;
}

int step_tool_lock(const struct ledger *l)
{
	int fd = openat(l->folder, "tool", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		/* One that never ends must not hold up the undo for ever. */
		if ((errno != EINTR && errno != EWOULDBLOCK) ||
		    i * PAUSE_MS > STEP_TOOL_MS)
			break;
		(void)poll(NULL, 0, PAUSE_MS);
	}
	return fd;
}
