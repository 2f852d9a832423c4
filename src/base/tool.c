#include "base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Nobody's ruleset: more than this is not read. */
enum { OUTPUT_MOST = 1 << 30, COMPLAINT_MOST = 4096, SIDE_BY_SIDE = 16 };

bool tool_find(struct text *ret, const char *path, const char *name)
{
	while (*path) {
		size_t len = strcspn(path, ":");

		text_clear(ret);
		text_bytes(ret, path, len);
		text_char(ret, '/');
		text_str(ret, name);
		if (text_ok(ret) && access(text_string(ret), X_OK) == 0)
			return true;
		path += len;
		path += *path == ':';
	}

	return false;
}

static int spawn_with(const char *program, char *const *argv,
		      const posix_spawn_file_actions_t *actions, pid_t *ret)
{
	static char locale[] = "LC_ALL=C", no_language[] = "LANGUAGE=",
		    path[] = "PATH=" TOOL_USUAL_PATH;
	char *environment[] = { locale, no_language, path, NULL };
	posix_spawnattr_t attributes;
	sigset_t none;
	int failed = posix_spawnattr_init(&attributes);

	if (failed)
		return failed;

	/* A group of its own, so that its children die with it. */
	(void)sigemptyset(&none);
	failed = posix_spawnattr_setpgroup(&attributes, 0);
	if (!failed)
		failed = posix_spawnattr_setsigmask(&attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setflags(
			&attributes,
			POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	if (!failed)
		failed = posix_spawn(ret, program, actions, &attributes, argv,
				     environment);
	posix_spawnattr_destroy(&attributes);
	return failed;
}

static int add_input(posix_spawn_file_actions_t *actions, int input)
{
	if (input)
		return posix_spawn_file_actions_adddup2(actions, input, 0);

	return posix_spawn_file_actions_addopen(actions, 0, "/dev/null",
						O_RDONLY, 0);
}

/* The descriptors are what becomes of 0, 1 and 2. */
static int spawn(const char *program, char *const *argv, const int fds[3],
		 pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return failed;

	failed = add_input(&actions, fds[0]);
	for (int i = 1; i < 3 && !failed; i++)
		failed = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (!failed)
		failed = spawn_with(program, argv, &actions, ret);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* posix_spawn() takes words that could be changed: copies, in one text. */
static int spawn_copied(const char *program, const char *const *from,
			const int fds[3], pid_t *ret)
{
	struct text words = TEXT_NULL;
	char *argv[TOOL_WORDS + 1] = { 0 };
	size_t count = 0, at = 0;
	int failed;

	for (; from[count] && count < TOOL_WORDS; count++)
		text_bytes(&words, from[count], strlen(from[count]) + 1);
	failed = from[count] ? E2BIG : text_ok(&words) ? 0 : ENOMEM;
	for (size_t i = 0; !failed && i < count; i++) {
		argv[i] = words.data + at;
		at += strlen(from[i]) + 1;
	}
	if (!failed)
		failed = spawn(program, argv, fds, ret);
	text_done(&words);
	return failed;
}

static void close_pipe(const int pipe_ends[2])
{
	for (unsigned i = 0; i < 2; i++)
		if (pipe_ends[i] >= 0)
			close(pipe_ends[i]);
}

void tool_start(struct tool *t, const char *program, const char *const *argv)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };

	t->out = -1;
	t->err = -1;
	t->pid = 0;
	t->failed = 0;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		t->failed = errno;
		close_pipe(out);
		close_pipe(err);
		return;
	}

	t->failed = spawn_copied(program, argv,
				 (const int[]){ t->input, out[1], err[1] },
				 &t->pid);
	close(out[1]);
	close(err[1]);
	if (t->failed) {
		t->pid = 0;
		close(out[0]);
		close(err[0]);
		return;
	}

	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(err[0], F_SETFL, O_NONBLOCK);
	t->out = out[0];
	t->err = err[0];
}

int64_t tool_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What there is to read; closes at the end, and past most bytes. */
static void drain(int *fd, struct text *into, size_t most)
{
	char buffer[65536];
	ssize_t n;

	if (*fd < 0)
		return;

	do {
		n = read(*fd, buffer, sizeof(buffer));
		if (n > 0)
			text_bytes(into, buffer, (size_t)n);
	} while (n > 0 && into->len < most);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(*fd);
	*fd = -1;
}

static bool is_open(const struct tool *t)
{
	return t->pid && (t->out >= 0 || t->err >= 0);
}

/* Tools that write a word at a time would wake us for each. */
static void let_it_gather(void)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	(void)nanosleep(&moment, NULL);
}

/* A round: false when there is nothing left to wait for. */
static bool read_some(struct tool *const *tools, size_t count, int64_t left)
{
	struct pollfd fds[2 * SIDE_BY_SIDE];
	nfds_t open = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_open(tools[i]))
			continue;
		fds[open++] = (struct pollfd){ .fd = tools[i]->out,
					       .events = POLLIN };
		fds[open++] = (struct pollfd){ .fd = tools[i]->err,
					       .events = POLLIN };
	}
	if (!open || left <= 0)
		return false;

	if (poll(fds, open, left > 1000 ? 1000 : (int)left) <= 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (is_open(tools[i])) {
			drain(&tools[i]->out, &tools[i]->text, OUTPUT_MOST);
			drain(&tools[i]->err, &tools[i]->complaint,
			      COMPLAINT_MOST);
		}
	let_it_gather();
	return true;
}

/* Waits for the tool, which has closed its pipes or has no time left. */
static void end(struct tool *t, int64_t deadline)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	while (waitpid(t->pid, &t->status, WNOHANG) == 0) {
		if (tool_now_ms() >= deadline || t->out >= 0 || t->err >= 0) {
			t->timed_out = true;
			(void)kill(-t->pid, SIGKILL);
			(void)waitpid(t->pid, &t->status, 0);
			break;
		}
		(void)nanosleep(&moment, NULL);
	}
	if (t->out >= 0)
		close(t->out);
	if (t->err >= 0)
		close(t->err);
	t->out = -1;
	t->err = -1;
}

void tool_finish(struct tool *const *tools, size_t count, int64_t deadline_ms)
{
	if (count > SIDE_BY_SIDE)
		count = SIDE_BY_SIDE;
	while (read_some(tools, count, deadline_ms - tool_now_ms()))
		continue;
	for (size_t i = 0; i < count; i++)
		if (tools[i]->pid)
			end(tools[i], deadline_ms);
}

bool tool_ended_well(const struct tool *t)
{
	return t->pid && !t->timed_out && WIFEXITED(t->status) &&
	       !WEXITSTATUS(t->status);
}

void tool_done(struct tool *t)
{
	text_done(&t->text);
	text_done(&t->complaint);
}
