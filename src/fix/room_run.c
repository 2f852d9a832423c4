/* The tools, in the host's namespace, each fed with a text. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tool.h"
#include "fix/room_inside.h"
#include "ruleset/live.h"

enum { TOOL_MS = 10000, NOT_FOUND = 127 };

/* A file without a name that holds these bytes, from its beginning; -errno. */
static int file_of(const char *name, const char *data, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = len ? file_write(fd, data, len) : 0;
	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		return fd;
	(void)close(fd);
	return err;
}

int room_run_tool(const char *const *argv, const char *input,
		  struct text *output, struct text *complaint)
{
	struct text program = TEXT_NULL;
	struct tool t = { .status = NOT_FOUND << 8 };
	struct tool *list = &t;
	int fd = *input ? file_of("input", input, strlen(input)) : 0;

	if (argv[0] && fd >= 0 &&
	    tool_find(&program, TOOL_USUAL_PATH, argv[0])) {
		t.input = fd;
		tool_start(&t, text_string(&program), argv);
		tool_finish(&list, 1, tool_now_ms() + TOOL_MS);
	}
	if (fd > 0)
		(void)close(fd);
	if (t.timed_out)
		t.status = SIGKILL;
	if (output)
		text_str(output, text_string(&t.text));
	if (complaint)
		text_str(complaint, text_string(&t.complaint));
	tool_done(&t);
	text_done(&program);
	return t.status;
}

static void run_one(const char *const *argv, const char *input,
		    struct text *ret)
{
	struct text output = TEXT_NULL, complaint = TEXT_NULL;
	int status = room_run_tool(argv, input, &output, &complaint);

	room_put(ret, &status, sizeof(status));
	room_put_string(ret, text_string(&complaint));
	room_put_string(ret, text_string(&output));
	text_done(&output);
	text_done(&complaint);
}

int room_run_all(struct room_inside *in, struct cursor *q, struct text *ret)
{
	uint64_t count = 0;

	(void)room_take(q, &count, sizeof(count));
	for (uint64_t i = 0; i < count && cursor_ok(q); i++) {
		const char *argv[TOOL_WORDS + 1] = { 0 };
		const char *input;
		uint64_t words = 0;

		(void)room_take(q, &words, sizeof(words));
		if (words > TOOL_WORDS)
			return -E2BIG;
		for (uint64_t k = 0; k < words; k++)
			argv[k] = room_take_string(q, in->arena);
		input = room_take_string(q, in->arena);
		if (cursor_ok(q))
			run_one(argv, input, ret);
	}

	return cursor_ok(q) ? 0 : -EPROTO;
}

int room_run_rules(struct room_inside *in, struct text *ret)
{
	int fd = file_of("rules", NULL, 0);
	int err = fd < 0 ? fd : live_gather(fd, LIVE_TIMEOUT_MS, NULL);

	(void)in;
	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		err = file_read(ret, fd, ROOM_BYTES);
	if (fd >= 0)
		(void)close(fd);
	return err;
}
