#include "host/spaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/processes.h"
#include "host/reader.h"

enum { FIRST_ROOM = 8, MOST = 1024 };

static const char folder[] = "/run/netns";

/* "net:[4026531840]" */
static bool parse_link(const char *s, uint64_t *ret)
{
	static const char prefix[] = "net:[";

	if (strncmp(s, prefix, sizeof(prefix) - 1) != 0)
		return false;

	*ret = strtoull(s + sizeof(prefix) - 1, NULL, 10);
	return *ret != 0;
}

static bool is_known(const struct spaces *s, uint64_t inode)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].inode == inode)
			return true;

	return false;
}

static int add(struct spaces *s, uint64_t inode, const char *where)
{
	size_t len = strlen(where);

	if (is_known(s, inode))
		return 0;
	if (len >= SPACES_WHERE || s->count == MOST) {
		s->is_partial = true;
		return 0;
	}
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : FIRST_ROOM;
		struct spaces_one *more =
			realloc(s->list, room * sizeof(*s->list));

		if (!more)
			return -ENOMEM;
		s->list = more;
		s->room = room;
	}

	s->list[s->count].inode = inode;
	memcpy(s->list[s->count++].where, where, len + 1);
	return 0;
}

static int add_link(struct spaces *s, const char *pid, const char *link)
{
	struct text path = TEXT_NULL;
	uint64_t inode;
	int error = 0;

	if (!parse_link(link, &inode))
		return 0;

	text_format(&path, "/proc/%s/ns/net", pid);
	error = add(s, inode, text_string(&path));
	text_done(&path);
	return error;
}

static int of_self(struct spaces *s)
{
	struct text link = TEXT_NULL;
	int error = reader_link("/proc/self/ns/net", &link);

	if (error == -EACCES || error == -EPERM)
		s->is_partial = true;
	error = error ? 0 : add_link(s, "self", text_string(&link));
	text_done(&link);
	return error;
}

static int of_processes(struct spaces *s)
{
	struct text all = TEXT_NULL;
	struct processes_one p;
	size_t at = 0;
	int error = processes_read("ns/net", &all);

	while (!error && processes_next(&all, &at, &p)) {
		if (!p.what)
			s->is_partial = true;
		else
			error = add_link(s, p.pid, p.what);
	}
	text_done(&all);
	return error;
}

static int of_name(struct spaces *s, const char *name)
{
	struct text path = TEXT_NULL;
	struct reader_status st;
	int error;

	text_format(&path, "%s/%s", folder, name);
	error = reader_status(text_string(&path), &st);
	if (!error)
		error = add(s, st.inode, text_string(&path));
	text_done(&path);
	return error == -ENOMEM ? error : 0;
}

static int of_names(struct spaces *s)
{
	struct text names = TEXT_NULL;
	const char *name;
	size_t at = 0;
	int error = reader_names(folder, &names);

	if (error == -ENOENT)
		error = 0;
	while (!error && (name = reader_string(&names, &at)) != NULL)
		error = of_name(s, name);
	text_done(&names);
	return error;
}

/* Its own stands first while they are looked for, and is taken out again. */
int spaces_read(struct spaces *ret)
{
	int error;

	*ret = (struct spaces){ 0 };
	error = of_self(ret);
	if (!error && !ret->count)
		error = -EACCES;
	if (!error)
		error = of_processes(ret);
	if (!error)
		error = of_names(ret);
	if (ret->count) {
		ret->count--;
		memmove(ret->list, ret->list + 1,
			ret->count * sizeof(*ret->list));
	}
	return error;
}

void spaces_done(struct spaces *s)
{
	free(s->list);
	*s = (struct spaces){ 0 };
}
