#include "ruleset/live.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/tool.h"
#include "ruleset/ipset.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

/*
 * All tools are started at once and read together, so that a slow one costs no
 * more than itself; what they printed is read in the order of enum live_source,
 * because nft leaves out the tables that iptables-nft-save has told of.
 */

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
	/* -a: handles. Text is printed in half the time of JSON, and crashes on
	 * fewer rulesets; words of nft's own are the same in all versions, and those
	 * of files. */
	[LIVE_NFT] = { { "nft", "-a", "list", "ruleset" },
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

/* One source's tool at work. */
struct asked {
	struct tool tool;
	bool is_other; /* the source's otherwise */
	bool is_missing;
	bool is_forbidden;
	bool is_whole; /* nft's: of all tables, at once */
};

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

static void tell_unstarted(struct ruleset *r, const struct asked *t,
			   struct live_row *row)
{
	struct text why = TEXT_NULL;

	row->state = t->is_missing ? LIVE_MISSING : LIVE_FAILED;
	if (t->is_missing)
		text_format(&why, _("%s is not installed."), row->command);
	else
		text_format(&why, _("%s cannot be started: %s."), row->command,
			    strerror(t->tool.failed));
	row->why = kept(r, &why);
}

/* Why it is not looked at; true if it ended well. */
static bool judge(struct ruleset *r, struct asked *t, struct live_row *row)
{
	struct text why = TEXT_NULL;
	const char *complaint = first_line(&t->tool.complaint);
	bool forbidden = t->is_forbidden;

	if (t->is_missing || t->tool.failed) {
		tell_unstarted(r, t, row);
		return false;
	}
	if (!(forbidden && !t->tool.text.len) && !t->tool.timed_out &&
	    WIFEXITED(t->tool.status) && !WEXITSTATUS(t->tool.status) &&
	    text_ok(&t->tool.text)) {
		row->state = LIVE_READ;
		return true;
	}

	row->state = LIVE_FAILED;
	if (t->tool.timed_out) {
		text_format(&why, _("%s took too long."), row->command);
	} else if (WIFSIGNALED(t->tool.status)) {
		text_format(&why, _("%s crashed: %s."), row->command,
			    strsignal(WTERMSIG(t->tool.status)));
	} else if (forbidden) {
		row->state = LIVE_NOT_PERMITTED;
		text_format(&why, _("%s needs root's rights."), row->command);
	} else if (*complaint) {
		text_format(&why, _("%s failed: %s"), row->command, complaint);
	} else {
		text_format(&why, _("%s failed with status %d."), row->command,
			    WEXITSTATUS(t->tool.status));
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

/* JSON is what older cases hold, too. */
static int read_nft(struct ruleset *r, const char *file, struct text *t)
{
	const char *s = text_string(t);

	return *s == '{' ? nft_json_read(r, file, s, t->len)
			 : nft_text_read(r, file, s, t->len);
}

static int take(struct ruleset *r, struct asked *t, const struct source *s,
		struct live_row *row)
{
	const struct read_hint hint = {
		.engine = t->is_other ? ENGINE_COUNT : s->engine,
		.family = s->family,
	};

	row->command = t->is_other ? s->otherwise : s->argv[0];
	if (!judge(r, t, row))
		return 0;

	row->bytes = t->tool.text.len;
	if (s->reader == READ_AS_SAVE)
		drop_incompatible(&t->tool.text);
	switch (s->reader) {
	case READ_AS_SAVE:
		return save_read(r, s->file, text_string(&t->tool.text),
				 t->tool.text.len, &hint);
	case READ_AS_NFT:
		return read_nft(r, s->file, &t->tool.text);
	case READ_AS_IPSET:
		return ipset_read(r, s->file, text_string(&t->tool.text),
				  t->tool.text.len);
	}

	return 0;
}

/* Starts the source's tool, if it is there. */
static void begin(const char *path, const struct source *s, bool may_be_other,
		  struct asked *t)
{
	struct text program = TEXT_NULL;

	if (!tool_find(&program, path, s->argv[0])) {
		t->is_other = s->otherwise && may_be_other &&
			      tool_find(&program, path, s->otherwise);
		t->is_missing = !t->is_other;
	}
	if (!t->is_missing)
		tool_start(&t->tool, text_string(&program), s->argv);
	text_done(&program);
}

/* Whether iptables-nft-save printed that table, and could. */
static bool has_table(struct asked *t, const char *name, size_t len)
{
	struct text line = TEXT_NULL;
	bool found;

	if (!tool_ended_well(&t->tool) || t->is_other)
		return false;

	text_char(&line, '`');
	text_bytes(&line, name, len);
	text_char(&line, '\'');
	found = strstr(text_string(&t->tool.text), text_string(&line));
	text_clear(&line);
	text_str(&line, "\n*");
	text_bytes(&line, name, len);
	text_char(&line, '\n');
	found = !found &&
		strstr(text_string(&t->tool.text), text_string(&line));
	text_done(&line);
	return found;
}

/* Whether nft has tables besides those that iptables-nft-save tells of. It
 * takes five times as long to print those as iptables-nft-save does. */
static bool has_more(struct asked *tools)
{
	static const char v4[] = "table ip ", v6[] = "table ip6 ";
	const char *line = text_string(&tools[LIVE_NFT].tool.text);

	for (; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");
		bool is_v4 = !strncmp(line, v4, sizeof(v4) - 1);
		bool is_v6 = !strncmp(line, v6, sizeof(v6) - 1);
		size_t head = is_v4 ? sizeof(v4) - 1 : sizeof(v6) - 1;
		struct asked *t =
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

/* Where its text does not do: where printing that crashed, or hides a part. */
static const struct source nft_json_source = { .argv = { "nft", "-ja", "list",
							 "ruleset" } };

/* Where a comment of nft's own begins in the line, or its end. */
static const char *comment_of(const char *line, const char *end)
{
	bool is_quoted = false;

	for (; line < end && (is_quoted || *line != '#'); line++)
		is_quoted ^= *line == '"';

	return line;
}

/* Whether nft made a comment of more than handles and warnings: versions that
 * know nothing of iptables' matches print "# xt_string". */
static bool hides_some(const char *text)
{
	for (const char *line = text, *end; *line;
	     line = end + (*end == '\n')) {
		const char *at;

		end = line + strcspn(line, "\n");
		at = comment_of(line, end);
		if (at != line && at != end && strncmp(at, "# handle ", 9) != 0)
			return true;
	}

	return false;
}

/* Tables that are known need not be asked for. */
static void begin_nft(struct asked *t, const char *path, const char *nft_tables)
{
	struct text program = TEXT_NULL;

	if (!nft_tables) {
		begin(path, &nft_tables_source, false, t);
	} else if (has_own(nft_tables)) {
		t->is_whole = true;
		begin(path, &sources[LIVE_NFT], false, t);
	} else {
		t->is_missing =
			!tool_find(&program, path, sources[LIVE_NFT].argv[0]);
		text_str(&t->tool.text, nft_tables);
	}
	text_done(&program);
}

/* Has it print again, in this way. */
static void ask_nft(struct asked *tools, const char *path,
		    const struct source *how, int64_t deadline)
{
	struct tool *t = &tools[LIVE_NFT].tool;

	text_clear(&t->text);
	text_clear(&t->complaint);
	begin(path, how, false, &tools[LIVE_NFT]);
	tool_finish(&t, 1, deadline);
}

static bool has_crashed(const struct tool *t)
{
	return t->pid && !t->timed_out && WIFSIGNALED(t->status);
}

static void gather_nft(struct asked *tools, const char *path,
		       const char *nft_tables, int64_t deadline)
{
	struct asked *t = &tools[LIVE_NFT];

	if (t->is_missing ||
	    (!t->is_whole && !nft_tables && !tool_ended_well(&t->tool)))
		return;
	if (!t->is_whole && !has_more(tools)) {
		text_clear(&t->tool.text);
		return;
	}

	if (!t->is_whole)
		ask_nft(tools, path, &sources[LIVE_NFT], deadline);
	if (has_crashed(&t->tool) || hides_some(text_string(&t->tool.text)))
		ask_nft(tools, path, &nft_json_source, deadline);
}

/* Has all tools print what they know. tools is zeroed; done() frees it. */
static void gather(struct asked *tools, const char *path, unsigned timeout_ms,
		   const char *nft_tables)
{
	int64_t deadline = tool_now_ms() + timeout_ms;
	struct tool *list[LIVE_SOURCE_COUNT];

	/* First the one that takes longest. */
	begin_nft(&tools[LIVE_NFT], path, nft_tables);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		bool has_legacy = !tools[LIVE_IPTABLES_LEGACY].is_missing;

		list[i] = &tools[i].tool;
		if (i != LIVE_NFT)
			begin(path, &sources[i], i && !has_legacy, &tools[i]);
	}

	tool_finish(list, LIVE_SOURCE_COUNT, deadline);
	gather_nft(tools, path, nft_tables, deadline);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		tools[i].is_forbidden = is_forbidden(
			&sources[i], text_string(&tools[i].tool.complaint));
}

static int take_all(struct ruleset *r, struct asked *tools, struct live *ret)
{
	int err = 0;

	*ret = (struct live){ 0 };
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		err = take(r, &tools[i], &sources[i], &ret->row[i]);

	return err;
}

static void done(struct asked *tools)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		tool_done(&tools[i].tool);
}

int live_read_from(struct ruleset *r, const char *path, unsigned timeout_ms,
		   struct live *ret)
{
	struct asked tools[LIVE_SOURCE_COUNT] = { 0 };
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

static int write_tool(int fd, struct asked *t)
{
	unsigned marks = (t->tool.timed_out ? MARK_TIMED_OUT : 0) |
			 (t->is_other ? MARK_OTHER : 0) |
			 (t->is_missing ? MARK_MISSING : 0) |
			 (t->is_forbidden ? MARK_FORBIDDEN : 0);
	struct text head = TEXT_NULL;
	int err = -ENOMEM;

	put_number(&head, t->tool.text.len, 8);
	put_number(&head, t->tool.complaint.len, 8);
	put_number(&head, (uint32_t)t->tool.status, 4);
	put_number(&head, (uint32_t)t->tool.failed, 4);
	put_number(&head, marks, 1);
	if (text_ok(&head))
		err = file_write(fd, head.data, head.len);
	if (!err)
		err = file_write(fd, text_string(&t->tool.text),
				 t->tool.text.len);
	if (!err)
		err = file_write(fd, text_string(&t->tool.complaint),
				 t->tool.complaint.len);
	text_done(&head);
	return err;
}

int live_gather(int fd, unsigned timeout_ms, const char *nft_tables)
{
	struct asked tools[LIVE_SOURCE_COUNT] = { 0 };
	int err = 0;

	gather(tools, TOOL_USUAL_PATH, timeout_ms, nft_tables);
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		err = write_tool(fd, &tools[i]);
	done(tools);
	return err;
}

static bool read_tool(struct cursor *c, struct asked *t)
{
	uint64_t text = cursor_be64(c), complaint = cursor_be64(c);
	const uint8_t *bytes;
	unsigned marks;

	t->tool.status = (int32_t)cursor_be32(c);
	t->tool.failed = (int32_t)cursor_be32(c);
	marks = cursor_u8(c);
	t->tool.timed_out = marks & MARK_TIMED_OUT;
	t->is_other = marks & MARK_OTHER;
	t->is_missing = marks & MARK_MISSING;
	t->is_forbidden = marks & MARK_FORBIDDEN;
	if (text > cursor_left(c) || complaint > cursor_left(c) - text)
		return false;

	bytes = cursor_bytes(c, (size_t)text);
	text_bytes(&t->tool.text, bytes, (size_t)text);
	bytes = cursor_bytes(c, (size_t)complaint);
	text_bytes(&t->tool.complaint, bytes, (size_t)complaint);
	return cursor_ok(c);
}

int live_read_gathered(struct ruleset *r, const void *data, size_t len,
		       struct live *ret)
{
	struct asked tools[LIVE_SOURCE_COUNT] = { 0 };
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

bool live_gathered_text(const void *data, size_t len, enum live_source source,
			struct text *ret, bool *ret_other)
{
	struct asked tools[LIVE_SOURCE_COUNT] = { 0 };
	struct cursor c = cursor_over(data, len);
	struct asked *t = &tools[source];
	bool is_there = true;

	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && is_there; i++)
		is_there = read_tool(&c, &tools[i]);
	is_there = is_there && !t->is_missing && !t->tool.failed &&
		   !t->tool.timed_out && !t->tool.status;
	if (is_there && sources[source].reader == READ_AS_SAVE)
		drop_incompatible(&t->tool.text);
	if (is_there)
		text_bytes(ret, t->tool.text.data, t->tool.text.len);
	*ret_other = t->is_other;
	done(tools);
	return is_there && text_ok(ret);
}

int live_read(struct ruleset *r, unsigned timeout_ms, struct live *ret)
{
	return live_read_from(r, TOOL_USUAL_PATH, timeout_ms, ret);
}

bool live_is_partial(const struct live *l)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++)
		if (l->row[i].state == LIVE_NOT_PERMITTED ||
		    l->row[i].state == LIVE_FAILED)
			return true;

	return false;
}
