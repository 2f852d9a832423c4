#include "host/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/reader.h"

enum { FILE_BYTES = 16 * 1024, INFO_BYTES = 4 << 20 };

static int load(int pid, const char *name, size_t most, struct text *ret)
{
	struct text path = TEXT_NULL;
	int error;

	text_format(&path, "/proc/%d/%s", pid, name);
	error = reader_file(text_string(&path), most, ret);
	text_done(&path);
	return error;
}

/* The field of that number, counted behind the name from 3 on: proc(5). */
static const char *field(const char *behind_name, int wanted)
{
	const char *at = behind_name;

	for (int i = 3; at && i < wanted; i++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at;
}

enum { FIELD_PARENT = 4, FIELD_CHILD_FAULTS = 11, FIELD_STARTED = 22 };

/* "612 (sshd) S 1 …": a name may hold brackets and spaces of its own. */
static int parse_stat(const char *text, struct process *ret)
{
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');
	const char *parent, *faults, *started;
	size_t len;

	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EINVAL;

	len = (size_t)(close - open) - 1;
	if (len >= sizeof(ret->name))
		len = sizeof(ret->name) - 1;
	memcpy(ret->name, open + 1, len);
	ret->name[len] = '\0';
	ret->state = close[2];
	parent = field(close + 2, FIELD_PARENT);
	faults = field(close + 2, FIELD_CHILD_FAULTS);
	started = field(close + 2, FIELD_STARTED);
	if (!parent || !faults || !started)
		return -EINVAL;

	ret->parent = (int)strtol(parent, NULL, 10);
	ret->started = strtoull(started, NULL, 10);
	ret->ended_children = strtoull(faults, NULL, 10);
	return 0;
}

/* "SigIgn:\t0000000000001000": SIGCHLD, or unknown. */
static bool parse_ignored(const char *text)
{
	static const char label[] = "SigIgn:";
	const char *at = strstr(text, label);

	return !at ||
	       strtoull(at + sizeof(label) - 1, NULL, 16) >> (SIGCHLD - 1) & 1;
}

/* What a process calls itself is its own choice; its file is not. */
static bool runs_sshd(int pid)
{
	struct text path = TEXT_NULL, link = TEXT_NULL;
	const char *name;
	bool is;

	text_format(&path, "/proc/%d/exe", pid);
	is = reader_link(text_string(&path), &link) != 0;
	name = strrchr(text_string(&link), '/');
	is = is || (name && !strncmp(name, "/sshd", 5));
	text_done(&path);
	text_done(&link);
	return is;
}

int process_read(int pid, struct process *ret)
{
	struct text t = TEXT_NULL;
	int error = load(pid, "stat", FILE_BYTES, &t);

	*ret = (struct process){ .pid = pid };
	if (!error)
		error = parse_stat(text_string(&t), ret);
	text_clear(&t);
	if (!error)
		error = load(pid, "status", FILE_BYTES, &t);
	if (!error)
		ret->forgets_children = parse_ignored(text_string(&t));
	ret->is_sshd = runs_sshd(pid);
	text_done(&t);
	return error;
}

/* "Max open files            1024                 524288               files" */
static int parse_limit(const char *text, uint64_t *ret)
{
	static const char label[] = "Max open files";
	const char *at = strstr(text, label);
	char *behind;

	if (!at)
		return -EINVAL;

	at += sizeof(label) - 1;
	while (*at == ' ')
		at++;
	if (!strncmp(at, "unlimited", 9)) {
		*ret = UINT64_MAX;
		return 0;
	}
	*ret = strtoull(at, &behind, 10);
	return behind == at ? -EINVAL : 0;
}

static int count_files(int pid, struct process_files *ret)
{
	struct text path = TEXT_NULL, names = TEXT_NULL;
	const char *name;
	size_t at = 0;
	int error;

	text_format(&path, "/proc/%d/fd", pid);
	error = reader_names(text_string(&path), &names);
	/* It is a limit of numbers: what was opened before it was lowered may
	 * lie above it. */
	while (!error && (name = reader_string(&names, &at)) != NULL)
		ret->open += strtoull(name, NULL, 10) < ret->most;
	text_done(&path);
	text_done(&names);
	return error;
}

int process_files(int pid, struct process_files *ret)
{
	struct text t = TEXT_NULL;
	int error = load(pid, "limits", FILE_BYTES, &t);

	*ret = (struct process_files){ 0 };
	if (!error)
		error = parse_limit(text_string(&t), &ret->most);
	if (!error)
		error = count_files(pid, ret);
	text_done(&t);
	return error;
}

/* "tfd:  5 events: 2019 data: 5  pos:0 ino:1c2d sdev:9", a line each. */
static bool info_has(const char *text, uint32_t inode)
{
	enum { READABLE = 1, HEX = 16 };

	for (const char *at = strstr(text, "tfd:"); at;
	     at = strstr(at + 1, "tfd:")) {
		const char *events = strstr(at, "events:");
		const char *ino = strstr(at, "ino:");
		const char *end = strchr(at, '\n');

		if (!events || !ino || (end && (events > end || ino > end)))
			continue;
		if (strtoul(ino + 4, NULL, HEX) == inode &&
		    strtoul(events + 7, NULL, HEX) & READABLE)
			return true;
	}

	return false;
}

static int look_into(int pid, const char *fd, uint32_t inode,
		     enum process_watch *ret)
{
	struct text name = TEXT_NULL, t = TEXT_NULL;
	int error;

	text_format(&name, "fdinfo/%s", fd);
	error = load(pid, text_string(&name), INFO_BYTES, &t);
	if (!error) {
		if (!strstr(text_string(&t), "ino:") &&
		    strstr(text_string(&t), "tfd:"))
			error = -ENODATA; /* before 4.13 */
		else if (info_has(text_string(&t), inode))
			*ret = PROCESS_WATCH_YES;
		else if (*ret == PROCESS_WATCH_UNKNOWN)
			*ret = PROCESS_WATCH_NO;
	}
	text_done(&name);
	text_done(&t);
	return error;
}

int process_watches(int pid, uint32_t inode, enum process_watch *ret)
{
	struct text path = TEXT_NULL, links = TEXT_NULL;
	const char *fd, *to;
	size_t at = 0;
	int error;

	*ret = PROCESS_WATCH_UNKNOWN;
	text_format(&path, "/proc/%d/fd", pid);
	error = reader_links(text_string(&path), &links);
	while (!error && (fd = reader_string(&links, &at)) != NULL &&
	       (to = reader_string(&links, &at)) != NULL)
		if (!strcmp(to, "anon_inode:[eventpoll]"))
			error = look_into(pid, fd, inode, ret);
	if (error)
		*ret = PROCESS_WATCH_UNKNOWN;
	text_done(&path);
	text_done(&links);
	return error;
}
