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
#include "base/cursor.h"
#include "base/file.h"
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
	pid_t pid;    /* 0: not started */
	int out, err; /* -1: closed */
	struct text text, complaint;
	int status; /* as waitpid() gives it */
	int failed; /* errno of starting it */
	bool timed_out;
	bool is_other; /* the source's otherwise */
	bool is_missing;
	bool is_forbidden;
	bool is_whole; /* nft's: of all tables, at once */
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

/* 0, or -errno; t->pid stays 0 where it did not start. */
static int start(struct tool *t, const char *program, const struct source *s)
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

	failed = spawn(program, argv, out[1], err[1], &t->pid);
	close(out[1]);
	close(err[1]);
	if (failed) {
		t->pid = 0;
		close(out[0]);
		close(err[0]);
		return failed;
	}

	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(err[0], F_SETFL, O_NONBLOCK);
	t->out = out[0];
	t->err = err[0];
	return 0;
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

	while (waitpid(t->pid, &t->status, WNOHANG) == 0) {
		if (now_ms() >= deadline || t->out >= 0 || t->err >= 0) {
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

static bool is_forbidden(const struct source *s, const char *complaint)
{
	if (s->needs && access(s->needs, R_OK) && errno == EACCES)
		return true;

	return strstr(complaint, "Permission denied") ||
	       strstr(complaint, "Operation not permitted") ||
	       strstr(complaint, "must be root");
}

static void tell_unstarted(struct ruleset *r, const struct tool *t,
			   struct live_row *row)
{
	struct text why = TEXT_NULL;

	row->state = t->is_missing ? LIVE_MISSING : LIVE_FAILED;
	if (t->is_missing)
		text_format(&why, _("%s is not installed."), row->command);
	else
		text_format(&why, _("%s cannot be started: %s."), row->command,
			    strerror(t->failed));
	row->why = kept(r, &why);
}

/* Why it is not looked at; true if it ended well. */
static bool judge(struct ruleset *r, struct tool *t, struct live_row *row)
{
	struct text why = TEXT_NULL;
	const char *complaint = first_line(&t->complaint);
	bool forbidden = t->is_forbidden;

	if (t->is_missing || t->failed) {
		tell_unstarted(r, t, row);
		return false;
	}
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

/* Makes a comment of each line from here to the table's COMMIT. */
static void comment_out(char *at)
{
	bool is_last = false;

	while (*at && !is_last) {
		is_last = strncmp(at, "COMMIT", 6) == 0;
		while (*at && *at != '\n')
			*at++ = '#';
		at += *at == '\n';
	}
}

/*
 * What iptables-nft-save says of a table that nft filled in its own way: "#
 * Table `filter' contains incompatible base-chains, use 'nft' tool to list
 * them.", and then it prints an empty one, which is not there. nft tells of it.
 */
static void drop_incompatible(struct text *t)
{
	static const char head[] = "# Table `", tail[] = "' ";
	char *line;

	(void)text_string(t);
	line = t->data;
	while (line && *line) {
		char *next = line + strcspn(line, "\n");
		const char *name = line + sizeof(head) - 1;
		const char *end = !strncmp(line, head, sizeof(head) - 1)
					  ? strstr(name, tail)
					  : NULL;

		if (end && end < next &&
		    memmem(end, (size_t)(next - end), "incompatible", 12)) {
			struct text table = TEXT_NULL;
			char *at;

			text_str(&table, "\n*");
			text_bytes(&table, name, (size_t)(end - name));
			text_char(&table, '\n');
			at = strstr(next, text_string(&table));
			if (at)
				comment_out(at + 1);
			text_done(&table);
		}
		line = next + (*next == '\n');
	}
}

static int take(struct ruleset *r, struct tool *t, const struct source *s,
		struct live_row *row)
{
	const struct read_hint hint = {
		.engine = t->is_other ? ENGINE_COUNT : s->engine,
		.family = s->family,
	};

	row->command = t->is_other ? s->otherwise : s->argv[0];
	if (!judge(r, t, row))
		return 0;

	row->bytes = t->text.len;
	if (s->reader == READ_AS_SAVE)
		drop_incompatible(&t->text);
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

/* Starts the source's tool, if it is there. */
static void begin(const char *path, const struct source *s, bool may_be_other,
		  struct tool *t)
{
	struct text program = TEXT_NULL;

	if (!find_program(&program, path, s->argv[0])) {
		t->is_other = s->otherwise && may_be_other &&
			      find_program(&program, path, s->otherwise);
		t->is_missing = !t->is_other;
	}
	if (!t->is_missing)
		t->failed = -start(t, text_string(&program), s);
	text_done(&program);
}

static bool ended_well(const struct tool *t)
{
	return t->pid && !t->timed_out && WIFEXITED(t->status) &&
	       !WEXITSTATUS(t->status);
}

/* Whether iptables-nft-save printed that table, and could. */
static bool has_table(struct tool *t, const char *name, size_t len)
{
	struct text line = TEXT_NULL;
	bool found;

	if (!ended_well(t) || t->is_other)
		return false;

	text_char(&line, '`');
	text_bytes(&line, name, len);
	text_char(&line, '\'');
	found = strstr(text_string(&t->text), text_string(&line));
	text_clear(&line);
	text_str(&line, "\n*");
	text_bytes(&line, name, len);
	text_char(&line, '\n');
	found = !found && strstr(text_string(&t->text), text_string(&line));
	text_done(&line);
	return found;
}

/* Whether nft has tables besides those that iptables-nft-save tells of. It
 * takes five times as long to print those as iptables-nft-save does. */
static bool has_more(struct tool *tools)
{
	static const char v4[] = "table ip ", v6[] = "table ip6 ";
	const char *line = text_string(&tools[LIVE_NFT].text);

	for (; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");
		bool is_v4 = !strncmp(line, v4, sizeof(v4) - 1);
		bool is_v6 = !strncmp(line, v6, sizeof(v6) - 1);
		size_t head = is_v4 ? sizeof(v4) - 1 : sizeof(v6) - 1;
		struct tool *t =
			&tools[is_v4 ? LIVE_IPTABLES_NFT : LIVE_IP6TABLES_NFT];

		if ((!is_v4 && !is_v6) ||
		    !has_table(t, line + head, len - head))
			return true;
		line += len;
	}

	return false;
}

/* Which tables nft has is asked first, beside the others; then what is in
 * them, where nobody else tells. */
static const struct source nft_tables_source = { .argv = { "nft", "list",
							   "tables" } };

/* Whether there is a table that only nft can tell of. */
static bool has_own(const char *nft_tables)
{
	static const char names[] = " filter nat mangle raw security ";

	for (const char *line = nft_tables; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");
		struct text name = TEXT_NULL;
		bool is_known;

		text_char(&name, ' ');
		if (!strncmp(line, "table ip ", 9))
			text_bytes(&name, line + 9, len - 9);
		else if (!strncmp(line, "table ip6 ", 10))
			text_bytes(&name, line + 10, len - 10);
		text_char(&name, ' ');
		is_known = strstr(names, text_string(&name));
		text_done(&name);
		if (!is_known)
			return true;
		line += len;
	}

	return false;
}

/* Tables that are known need not be asked for. */
static void begin_nft(struct tool *t, const char *path, const char *nft_tables)
{
	struct text program = TEXT_NULL;

	if (!nft_tables) {
		begin(path, &nft_tables_source, false, t);
	} else if (has_own(nft_tables)) {
		t->is_whole = true;
		begin(path, &sources[LIVE_NFT], false, t);
	} else {
		t->is_missing = !find_program(&program, path,
					      sources[LIVE_NFT].argv[0]);
		text_str(&t->text, nft_tables);
	}
	text_done(&program);
}

static void gather_nft(struct tool *tools, const char *path,
		       const char *nft_tables, int64_t deadline)
{
	struct tool *t = &tools[LIVE_NFT];

	if (t->is_whole || t->is_missing || (!nft_tables && !ended_well(t)))
		return;
	if (!has_more(tools)) {
		text_clear(&t->text);
		text_str(&t->text, "{\"nftables\": []}");
		return;
	}

	text_clear(&t->text);
	text_clear(&t->complaint);
	t->pid = 0;
	begin(path, &sources[LIVE_NFT], false, t);
	read_all(tools, deadline);
	end(t, deadline);
}

/* Has all tools print what they know. tools is zeroed; done() frees it. */
static void gather(struct tool *tools, const char *path, unsigned timeout_ms,
		   const char *nft_tables)
{
	int64_t deadline = now_ms() + timeout_ms;

	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		bool has_legacy = !tools[LIVE_IPTABLES_LEGACY].is_missing;

		tools[i].out = -1;
		tools[i].err = -1;
		if (i == LIVE_NFT)
			begin_nft(&tools[i], path, nft_tables);
		else
			begin(path, &sources[i], i && !has_legacy, &tools[i]);
	}

	read_all(tools, deadline);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		end(&tools[i], deadline);
	gather_nft(tools, path, nft_tables, deadline);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		tools[i].is_forbidden = is_forbidden(
			&sources[i], text_string(&tools[i].complaint));
}

static int take_all(struct ruleset *r, struct tool *tools, struct live *ret)
{
	int err = 0;

	*ret = (struct live){ 0 };
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		err = take(r, &tools[i], &sources[i], &ret->row[i]);

	return err;
}

static void done(struct tool *tools)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		text_done(&tools[i].text);
		text_done(&tools[i].complaint);
	}
}

int live_read_from(struct ruleset *r, const char *path, unsigned timeout_ms,
		   struct live *ret)
{
	struct tool tools[LIVE_SOURCE_COUNT] = { 0 };
	int err;

	gather(tools, path, timeout_ms, NULL);
	err = take_all(r, tools, ret);
	done(tools);
	return err;
}

/* How a tool's answer is passed on: bytes of its text (8), of its complaint (8),
 * its status (4), errno of starting it (4), the marks (1); then its text and its
 * complaint. */
enum mark {
	MARK_TIMED_OUT = 1 << 0,
	MARK_OTHER = 1 << 1,
	MARK_MISSING = 1 << 2,
	MARK_FORBIDDEN = 1 << 3,
};

static void put_number(struct text *out, uint64_t value, unsigned bytes)
{
	while (bytes--)
		text_char(out, (char)(value >> bytes * 8));
}

static int write_tool(int fd, struct tool *t)
{
	unsigned marks = (t->timed_out ? MARK_TIMED_OUT : 0) |
			 (t->is_other ? MARK_OTHER : 0) |
			 (t->is_missing ? MARK_MISSING : 0) |
			 (t->is_forbidden ? MARK_FORBIDDEN : 0);
	struct text head = TEXT_NULL;
	int err = -ENOMEM;

	put_number(&head, t->text.len, 8);
	put_number(&head, t->complaint.len, 8);
	put_number(&head, (uint32_t)t->status, 4);
	put_number(&head, (uint32_t)t->failed, 4);
	put_number(&head, marks, 1);
	if (text_ok(&head))
		err = file_write(fd, head.data, head.len);
	if (!err)
		err = file_write(fd, text_string(&t->text), t->text.len);
	if (!err)
		err = file_write(fd, text_string(&t->complaint),
				 t->complaint.len);
	text_done(&head);
	return err;
}

int live_gather(int fd, unsigned timeout_ms, const char *nft_tables)
{
	struct tool tools[LIVE_SOURCE_COUNT] = { 0 };
	int err = 0;

	gather(tools, usual_path, timeout_ms, nft_tables);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		err = write_tool(fd, &tools[i]);
	done(tools);
	return err;
}

static bool read_tool(struct cursor *c, struct tool *t)
{
	uint64_t text = cursor_be64(c), complaint = cursor_be64(c);
	const uint8_t *bytes;
	unsigned marks;

	t->status = (int32_t)cursor_be32(c);
	t->failed = (int32_t)cursor_be32(c);
	marks = cursor_u8(c);
	t->timed_out = marks & MARK_TIMED_OUT;
	t->is_other = marks & MARK_OTHER;
	t->is_missing = marks & MARK_MISSING;
	t->is_forbidden = marks & MARK_FORBIDDEN;
	if (text > cursor_left(c) || complaint > cursor_left(c) - text)
		return false;

	bytes = cursor_bytes(c, (size_t)text);
	text_bytes(&t->text, bytes, (size_t)text);
	bytes = cursor_bytes(c, (size_t)complaint);
	text_bytes(&t->complaint, bytes, (size_t)complaint);
	return cursor_ok(c);
}

int live_read_gathered(struct ruleset *r, const void *data, size_t len,
		       struct live *ret)
{
	struct tool tools[LIVE_SOURCE_COUNT] = { 0 };
	struct cursor c = cursor_over(data, len);
	int err = 0;

	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		if (!read_tool(&c, &tools[i]))
			err = -EIO;
	if (!err)
		err = take_all(r, tools, ret);
	done(tools);
	return err;
}

int live_read(struct ruleset *r, unsigned timeout_ms, struct live *ret)
{
	return live_read_from(r, usual_path, timeout_ms, ret);
}

bool live_is_partial(const struct live *l)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		if (l->row[i].state == LIVE_NOT_PERMITTED ||
		    l->row[i].state == LIVE_FAILED)
			return true;

	return false;
}
