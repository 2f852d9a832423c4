#include "ruleset/live.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/ipset.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

/*
 * All tools are started at once and read together, so that a slow one costs no
 * more than itself; what they printed is read in the order of enum live_source,
 * because nft leaves out the tables that iptables-nft-save has told of.
 */

/* Where administrators' tools are. PATH is not asked: who runs us with more
 * rights than his own must not choose what we run. */
static const char usual_path[] =
	"/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin";

enum reader { READ_AS_SAVE, READ_AS_NFT, READ_AS_IPSET };

static const struct source {
	const char *argv[5];
	/* What the tool reads: it does not say that it was not allowed to. */
	const char *needs;
	/* On hosts with one backend only, which its own text tells. */
	const char *otherwise;
	const char *file; /* as places name it */
	enum reader reader;
	enum engine engine;
	enum table_family family;
} sources[LIVE_SOURCE_COUNT] = {
	[LIVE_IPTABLES_LEGACY] = { { "iptables-legacy-save", "-c" },
				   "/proc/net/ip_tables_names",
				   NULL,
				   "live (iptables-legacy-save)",
				   READ_AS_SAVE,
				   ENGINE_LEGACY,
				   TABLE_IP },
	[LIVE_IP6TABLES_LEGACY] = { { "ip6tables-legacy-save", "-c" },
				    "/proc/net/ip6_tables_names",
				    NULL,
				    "live (ip6tables-legacy-save)",
				    READ_AS_SAVE,
				    ENGINE_LEGACY,
				    TABLE_IP6 },
	[LIVE_IPTABLES_NFT] = { { "iptables-nft-save", "-c" },
				NULL,
				"iptables-save",
				"live (iptables-nft-save)",
				READ_AS_SAVE,
				ENGINE_IPTABLES_NFT,
				TABLE_IP },
	[LIVE_IP6TABLES_NFT] = { { "ip6tables-nft-save", "-c" },
				 NULL,
				 "ip6tables-save",
				 "live (ip6tables-nft-save)",
				 READ_AS_SAVE,
				 ENGINE_IPTABLES_NFT,
				 TABLE_IP6 },
	/* -n -n: no names of ports and users, -a: handles. */
	[LIVE_NFT] = { { "nft", "-nnja", "list", "ruleset" },
		       NULL,
		       NULL,
		       "live (nft)",
		       READ_AS_NFT,
		       ENGINE_NFT,
		       TABLE_IP },
	[LIVE_IPSET] = { { "ipset", "save" },
			 NULL,
			 NULL,
			 "live (ipset)",
			 READ_AS_IPSET,
			 ENGINE_COUNT,
			 TABLE_IP },
};

/* One tool at work. */
struct tool {
	const struct live_runner *runner;
	pid_t pid;    /* 0: not started */
	int out, err; /* -1: closed */
	struct text text, complaint;
	int status; /* as waitpid() gives it */
	bool timed_out;
	bool is_other; /* the source's otherwise */
};

/* Nobody's ruleset: more than this is not read. */
enum { OUTPUT_MOST = 1 << 30, COMPLAINT_MOST = 4096 };

/* The program's whole path, or false. */
static bool find_program(struct text *ret, const char *path, const char *name)
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

static int spawn(const char *program, char *const *argv, int out, int err,
		 pid_t *ret)
{
	static char locale[] = "LC_ALL=C", no_language[] = "LANGUAGE=";
	char path[sizeof(usual_path) + 8] = "PATH=";
	char *environment[] = { locale, no_language, path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int failed;

	memcpy(path + strlen(path), usual_path, sizeof(usual_path));
	failed = posix_spawn_file_actions_init(&actions);
	if (failed)
		return -failed;
	failed = posix_spawnattr_init(&attributes);
	if (failed) {
		posix_spawn_file_actions_destroy(&actions);
		return -failed;
	}

	/* A group of its own, so that its children die with it. */
	(void)sigemptyset(&none);
	failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
						  O_RDONLY, 0);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&actions, err, 2);
	if (!failed)
		failed = posix_spawnattr_setpgroup(&attributes, 0);
	if (!failed)
		failed = posix_spawnattr_setsigmask(&attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setflags(
			&attributes,
			POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	if (!failed)
		failed = posix_spawn(ret, program, &actions, &attributes, argv,
				     environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -failed;
}

static void close_pipe(int pipe_ends[2])
{
	for (unsigned i = 0; i < 2; i++)
		if (pipe_ends[i] >= 0)
			close(pipe_ends[i]);
}

static int start(const char *program, const struct source *s, pid_t *pid,
		 int fds[2])
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	char words[5][32], *argv[6] = { 0 };
	int failed;

	/* posix_spawn() takes words that could be changed. */
	for (unsigned i = 0; i < 5 && s->argv[i]; i++) {
		argv[i] = words[i];
		memcpy(words[i], s->argv[i], strlen(s->argv[i]) + 1);
	}
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		failed = -errno;
		close_pipe(out);
		close_pipe(err);
		return failed;
	}

	failed = spawn(program, argv, out[1], err[1], pid);
	close(out[1]);
	close(err[1]);
	if (failed) {
		*pid = 0;
		close(out[0]);
		close(err[0]);
		return failed;
	}

	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(err[0], F_SETFL, O_NONBLOCK);
	fds[0] = out[0];
	fds[1] = err[0];
	return 0;
}

static int start_in(const char *path, enum live_source source, bool other,
		    pid_t *pid, int fds[2])
{
	const struct source *s = &sources[source];
	const char *name = other ? s->otherwise : s->argv[0];
	struct text program = TEXT_NULL;
	int err = -ENOENT;

	if (name && find_program(&program, path, name))
		err = start(text_string(&program), s, pid, fds);
	text_done(&program);
	return err;
}

int live_tool_start(void *context, enum live_source source, bool other,
		    pid_t *pid, int fds[2])
{
	const char *path = context;

	return start_in(path ? path : usual_path, source, other, pid, fds);
}

int live_tool_end(void *context, pid_t pid, bool is_late, int *status)
{
	pid_t ended;

	(void)context;
	if (is_late)
		(void)kill(-pid, SIGKILL);
	ended = waitpid(pid, status, is_late ? 0 : WNOHANG);
	if (ended < 0)
		return -errno;

	return ended ? 1 : 0;
}

static int64_t now_ms(void)
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

/* Reads from all until they end or the time is over. */
static void read_all(struct tool *tools, int64_t deadline)
{
	for (;;) {
		struct pollfd fds[2 * LIVE_SOURCE_COUNT];
		int64_t left = deadline - now_ms();
		nfds_t count = 0;

		for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
			if (tools[i].out >= 0)
				fds[count++] =
					(struct pollfd){ .fd = tools[i].out,
							 .events = POLLIN };
			if (tools[i].err >= 0)
				fds[count++] =
					(struct pollfd){ .fd = tools[i].err,
							 .events = POLLIN };
		}
		if (!count || left <= 0)
			return;

		if (poll(fds, count, left > 1000 ? 1000 : (int)left) <= 0)
			continue;
		for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
			if (tools[i].out >= 0)
				drain(&tools[i].out, &tools[i].text,
				      OUTPUT_MOST);
			if (tools[i].err >= 0)
				drain(&tools[i].err, &tools[i].complaint,
				      COMPLAINT_MOST);
		}
	}
}

/* Waits for the tool, which has closed its pipes or has no time left. */
static void end(struct tool *t, int64_t deadline)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	if (!t->pid)
		return;

	while (!t->runner->end(t->runner->context, t->pid, false, &t->status)) {
		if (now_ms() >= deadline || t->out >= 0 || t->err >= 0) {
			t->timed_out = true;
			(void)t->runner->end(t->runner->context, t->pid, true,
					     &t->status);
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

static const char *kept(struct ruleset *r, struct text *x)
{
	const char *s =
		text_ok(x) ? arena_string(r->arena, text_string(x)) : NULL;

	text_done(x);
	return s;
}

/* The first line of what it said. */
static const char *first_line(struct text *complaint)
{
	const char *s = text_string(complaint);

	text_cut(complaint, strcspn(s, "\n"));
	return text_string(complaint);
}

static bool is_forbidden(const struct tool *t, const struct source *s,
			 const char *complaint)
{
	if (!t->runner->has_rights && s->needs && access(s->needs, R_OK) &&
	    errno == EACCES)
		return true;

	return strstr(complaint, "Permission denied") ||
	       strstr(complaint, "Operation not permitted") ||
	       strstr(complaint, "must be root");
}

/* Why it is not looked at; true if it ended well. */
static bool judge(struct ruleset *r, struct tool *t, const struct source *s,
		  struct live_row *row)
{
	struct text why = TEXT_NULL;
	const char *complaint = first_line(&t->complaint);
	bool forbidden = is_forbidden(t, s, complaint);

	if (!(forbidden && !t->text.len) && !t->timed_out &&
	    WIFEXITED(t->status) && !WEXITSTATUS(t->status) &&
	    text_ok(&t->text)) {
		row->state = LIVE_READ;
		return true;
	}

	row->state = LIVE_FAILED;
	if (t->timed_out) {
		text_format(&why, _("%s took too long."), row->command);
	} else if (WIFSIGNALED(t->status)) {
		text_format(&why, _("%s crashed: %s."), row->command,
			    strsignal(WTERMSIG(t->status)));
	} else if (forbidden) {
		row->state = LIVE_NOT_PERMITTED;
		text_format(&why, _("%s needs root's rights."), row->command);
	} else if (*complaint) {
		text_format(&why, _("%s failed: %s"), row->command, complaint);
	} else {
		text_format(&why, _("%s failed with status %d."), row->command,
			    WEXITSTATUS(t->status));
	}
	row->why = kept(r, &why);
	return false;
}

static int take(struct ruleset *r, struct tool *t, const struct source *s,
		struct live_row *row)
{
	const struct read_hint hint = {
		.engine = t->is_other ? ENGINE_COUNT : s->engine,
		.family = s->family,
	};

	if (!t->pid || !judge(r, t, s, row))
		return 0;

	row->bytes = t->text.len;
	switch (s->reader) {
	case READ_AS_SAVE:
		return save_read(r, s->file, text_string(&t->text), t->text.len,
				 &hint);
	case READ_AS_NFT:
		return nft_json_read(r, s->file, text_string(&t->text),
				     t->text.len);
	case READ_AS_IPSET:
		return ipset_read(r, s->file, text_string(&t->text),
				  t->text.len);
	}

	return 0;
}

static int begin_tool(struct tool *t, enum live_source source)
{
	int fds[2];
	int err = t->runner->start(t->runner->context, source, t->is_other,
				   &t->pid, fds);

	if (err < 0) {
		t->pid = 0;
		return err;
	}
	t->out = fds[0];
	t->err = fds[1];
	return 0;
}

/* Starts the source's tool, if it is there. */
static void begin(struct ruleset *r, enum live_source source, bool may_be_other,
		  struct tool *t, struct live_row *row)
{
	const struct source *s = &sources[source];
	struct text why = TEXT_NULL;
	int failed = begin_tool(t, source);

	row->command = s->argv[0];
	if (failed == -ENOENT && s->otherwise && may_be_other) {
		t->is_other = true;
		failed = begin_tool(t, source);
		if (failed != -ENOENT)
			row->command = s->otherwise;
	}
	if (failed == -ENOENT) {
		row->state = LIVE_MISSING;
		text_format(&why, _("%s is not installed."), row->command);
	} else if (failed) {
		row->state = LIVE_FAILED;
		text_format(&why, _("%s cannot be started: %s."), row->command,
			    strerror(-failed));
	}
	if (why.len)
		row->why = kept(r, &why);
	text_done(&why);
}

int live_read_by(struct ruleset *r, const struct live_runner *runner,
		 unsigned timeout_ms, struct live *ret)
{
	struct tool tools[LIVE_SOURCE_COUNT] = { 0 };
	int64_t deadline = now_ms() + timeout_ms;
	bool has_legacy;
	int err = 0;

	*ret = (struct live){ 0 };
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		tools[i].runner = runner;
		tools[i].out = -1;
		tools[i].err = -1;
		has_legacy =
			ret->row[LIVE_IPTABLES_LEGACY].state != LIVE_MISSING;
		begin(r, (enum live_source)i, !has_legacy, &tools[i],
		      &ret->row[i]);
	}

	read_all(tools, deadline);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		end(&tools[i], deadline);
		if (!err)
			err = take(r, &tools[i], &sources[i], &ret->row[i]);
		text_done(&tools[i].text);
		text_done(&tools[i].complaint);
	}

	return err;
}

int live_read_from(struct ruleset *r, const char *path, unsigned timeout_ms,
		   struct live *ret)
{
	const struct live_runner here = {
		.start = live_tool_start,
		.end = live_tool_end,
		.context = (void *)(uintptr_t)path,
	};

	return live_read_by(r, &here, timeout_ms, ret);
}

int live_read(struct ruleset *r, unsigned timeout_ms, struct live *ret)
{
	return live_read_from(r, NULL, timeout_ms, ret);
}

bool live_is_partial(const struct live *l)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		if (l->row[i].state == LIVE_NOT_PERMITTED ||
		    l->row[i].state == LIVE_FAILED)
			return true;

	return false;
}
