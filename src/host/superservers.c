#include "host/superservers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/libwrap_user.h"
#include "host/processes.h"
#include "host/reader.h"

enum {
	CONF_MOST = 1 << 20,
	COMMAND_MOST = 4096,
	DEPTH = 8,
	FILES = 512,
	PROCESS_NAME = 16
};

static bool is_superserver(const char *name)
{
	return !strcmp(name, "inetd") || !strcmp(name, "xinetd") ||
	       !strcmp(name, "openbsd-inetd") ||
	       !strcmp(name, "inetutils-inet");
}

static const char *next_argument(const struct text *t, size_t *at)
{
	const char *s = t->data + *at;

	/* An empty one is taken for the end. */
	if (*at >= t->len || !*s)
		return NULL;

	*at += strlen(s) + 1;
	return s;
}

/* xinetd: -f FILE. inetd: what is no option, and not the number behind -R. */
static const char *find_conf(const struct text *arguments, bool is_xinetd)
{
	const char *conf = is_xinetd ? "/etc/xinetd.conf" : "/etc/inetd.conf";
	const char *before = "", *s;
	size_t at = 0;

	(void)next_argument(arguments, &at);
	while ((s = next_argument(arguments, &at))) {
		bool is_option = s[0] == '-';

		if (is_xinetd ? !strcmp(before, "-f")
			      : !is_option && strcmp(before, "-R") != 0)
			conf = s;
		before = s;
	}
	return conf;
}

static int read_file(int pid, const char *name, struct text *ret)
{
	struct text path = TEXT_NULL;
	int err;

	text_format(&path, "/proc/%d/%s", pid, name);
	err = reader_file(text_string(&path), COMMAND_MOST, ret);
	text_done(&path);
	/* So that each ends, whatever is written there. */
	text_char(ret, '\0');
	return err == -EFBIG ? 0 : err;
}

static int read_name(int pid, char ret[static PROCESS_NAME])
{
	struct text t = TEXT_NULL;
	int err = read_file(pid, "comm", &t);
	size_t len;

	ret[0] = '\0';
	if (!err) {
		len = strcspn(text_string(&t), "\n");
		if (len >= PROCESS_NAME)
			len = PROCESS_NAME - 1;
		memcpy(ret, text_string(&t), len);
		ret[len] = '\0';
	}
	text_done(&t);
	return err;
}

int superservers_of(const struct superserver **ret, struct arena *a, int pid)
{
	struct text arguments = TEXT_NULL;
	struct libwrap_process libwrap;
	struct superserver *s;
	char name[PROCESS_NAME];
	int err = read_name(pid, name);

	*ret = NULL;
	if (err || !is_superserver(name))
		return err == -ENOENT || err == -ESRCH ? 0 : err;

	err = read_file(pid, "cmdline", &arguments);
	s = err ? NULL : arena_alloc(a, sizeof(*s));
	if (s) {
		s->pid = pid;
		s->is_xinetd = !strcmp(name, "xinetd");
		s->conf = arena_string(a, find_conf(&arguments, s->is_xinetd));
		s->asks_libwrap = !libwrap_user_process(pid, &libwrap) &&
				  libwrap.use == LIBWRAP_USER_YES;
	}
	text_done(&arguments);
	if (!err && (!s || !s->conf))
		return -ENOMEM;

	*ret = s;
	/* It may have ended meanwhile. */
	return err == -ENOENT || err == -ESRCH ? 0 : err;
}

int superservers_find(const struct superserver **ret, struct arena *a)
{
	struct text names = TEXT_NULL;
	const struct superserver *all = NULL;
	int err = processes_read("comm", &names);
	struct processes_one p;
	size_t at = 0;

	while (!err && processes_next(&names, &at, &p)) {
		const struct superserver *one = NULL;
		struct superserver *copy;

		if (!p.what)
			err = -EACCES;
		else if (is_superserver(p.what))
			err = superservers_of(&one, a,
					      (int)strtol(p.pid, NULL, 10));
		if (err || !one)
			continue;
		copy = arena_alloc(a, sizeof(*copy));
		if (copy) {
			*copy = *one;
			copy->next = all;
			all = copy;
		}
	}
	text_done(&names);
	*ret = all;
	return err;
}

int superservers_inetd(const struct superserver *s, struct arena *a,
		       struct problems *p, const struct inetd_service **ret)
{
	struct text t = TEXT_NULL;
	int err = reader_file(s->conf, CONF_MOST, &t);

	*ret = NULL;
	if (!err)
		err = inetd_conf_read(ret, a, s->conf, text_string(&t), t.len,
				      p);
	text_done(&t);
	return err;
}

struct including {
	struct arena *arena;
	unsigned depth, files;
};

static int include(void *with, struct xinetd_conf *c, const char *path,
		   bool is_folder);

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static int read_conf(struct including *i, struct xinetd_conf *c,
		     const char *path)
{
	struct text t = TEXT_NULL;
	const char *name = arena_string(i->arena, path);
	int err = name ? reader_file(path, CONF_MOST, &t) : -ENOMEM;

	if (!err)
		err = xinetd_conf_read(c, name, text_string(&t), t.len);
	text_done(&t);
	return err;
}

static int compare_names(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* xinetd takes them by name, without those that editors and packages leave. */
static size_t sort_names(struct text *names, const char *ret[FILES])
{
	const char *name;
	size_t count = 0, at = 0;

	while (count < FILES && (name = reader_string(names, &at)))
		if (!strchr(name, '.') && name[0] &&
		    name[strlen(name) - 1] != '~')
			ret[count++] = name;
	qsort(ret, count, sizeof(*ret), compare_names);
	return count;
}

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static int read_folder(struct including *i, struct xinetd_conf *c,
		       const char *folder)
{
	struct text names = TEXT_NULL, path = TEXT_NULL;
	const char *sorted[FILES];
	int err = reader_names(folder, &names);
	size_t count = err ? 0 : sort_names(&names, sorted);

	for (size_t k = 0; k < count && !err; k++) {
		text_clear(&path);
		text_format(&path, "%s/%s", folder, sorted[k]);
		err = read_conf(i, c, text_string(&path));
		/* A folder in it, or one file that may not be read. */
		if (err != -ENOMEM)
			err = 0;
	}
	text_done(&names);
	text_done(&path);
	return err;
}

// NOLINTNEXTLINE(misc-no-recursion): DEPTH ends it
static int include(void *with, struct xinetd_conf *c, const char *path,
		   bool is_folder)
{
	struct including *i = with;
	int err = -ELOOP;

	if (i->depth >= DEPTH || ++i->files > FILES)
		return err;

	i->depth++;
	err = is_folder ? read_folder(i, c, path) : read_conf(i, c, path);
	i->depth--;
	return err;
}

int superservers_xinetd(const struct superserver *s, struct arena *a,
			struct problems *p, const struct xinetd_service **ret)
{
	struct including i = { .arena = a };
	struct xinetd_conf *c = xinetd_conf_new(a, p, include, &i);
	int err = c ? read_conf(&i, c, s->conf) : -ENOMEM;

	*ret = err ? NULL : xinetd_conf_end(c);
	return err;
}
