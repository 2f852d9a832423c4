/*
 * Files are read in the order of their names, whatever folder they are in; of
 * two with one name, the folder named first counts. A line that names the
 * setting itself counts more than one with a pattern (systemd). /etc/sysctl.conf
 * is 99-sysctl.conf where a link says so; procps reads it last.
 */
#include "fix/sysctl_files.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fix/kit.h"
#include "host/reader.h"

static const char *const folders[] = { "/etc/sysctl.d", "/run/sysctl.d",
				       "/usr/local/lib/sysctl.d",
				       "/usr/lib/sysctl.d", "/lib/sysctl.d" };

static const char last_path[] = "/etc/sysctl.conf";

enum { FOLDERS = sizeof(folders) / sizeof(*folders), FILES_MOST = 128 };

struct file {
	const char *name; /* that it is sorted by */
	const char *path;
};

struct files {
	struct file list[FILES_MOST];
	size_t count;
};

/* The settings of a device have its name in the middle, which may hold dots. */
static size_t device_at(const char *name)
{
	static const char *const heads[] = { "net.ipv4.conf.", "net.ipv6.conf.",
					     "net.ipv4.neigh.",
					     "net.ipv6.neigh." };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (!strncmp(name, heads[i], strlen(heads[i])))
			return strlen(heads[i]);

	return 0;
}

static void swap(char *s, size_t len, char from, char to)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == from)
			s[i] = to;
		else if (s[i] == to)
			s[i] = from;
	}
}

const char *sysctl_files_key(struct fix_planning *p, const char *name)
{
	char *key = name ? arena_string(p->plan->arena, name) : NULL;
	size_t at, first;
	char *last;

	if (!key || !*key || strstr(key, "..") || strchr(key, ' '))
		return NULL;
	first = strcspn(key, "./");
	/* Paths as they are. */
	if (key[first] == '/')
		return key[0] == '/' ? NULL : key;

	at = device_at(key);
	last = strrchr(key, '.');
	if (!at || !last || (size_t)(last - key) <= at) {
		swap(key, strlen(key), '.', '/');
		return key;
	}
	swap(key, at, '.', '/');
	*last = '/';
	return key;
}

const char *sysctl_files_name(struct fix_planning *p, const char *key)
{
	char *name = arena_string(p->plan->arena, key);

	if (!name || strchr(name, '.'))
		return name;
	swap(name, strlen(name), '/', '.');
	return name;
}

/* "-name = value": the parts of a line; false: it sets nothing. */
static bool read_line(struct fix_planning *p, const char *s, size_t len,
		      const char **key, const char **value)
{
	size_t from = 0, to, end = len;

	while (from < len && strchr(" \t-", s[from]))
		from++;
	if (from >= len || s[from] == '#' || s[from] == ';')
		return false;
	for (to = from; to < len && s[to] != '='; to++)
		;
	if (to == len)
		return false;

	len = to++;
	while (len > from && strchr(" \t", s[len - 1]))
		len--;
	while (to < end && strchr(" \t", s[to]))
		to++;
	while (end > to && strchr(" \t\r", s[end - 1]))
		end--;
	*key = arena_copy(p->plan->arena, s + from, len - from);
	*key = *key ? sysctl_files_key(p, *key) : NULL;
	*value = arena_copy(p->plan->arena, s + to, end - to);
	return *key && *value;
}

uint64_t sysctl_files_line(struct fix_planning *p, const char *content,
			   const char *key, struct sysctl_line *ret)
{
	struct sysctl_line found = { 0 };
	uint64_t number = 0;

	while (*content) {
		size_t len = strcspn(content, "\n");
		const char *name, *value;
		bool is_exact;

		number++;
		if (read_line(p, content, len, &name, &value)) {
			is_exact = !strcmp(name, key);
			if (is_exact || (!fnmatch(name, key, FNM_PATHNAME) &&
					 (!found.line || found.is_glob)))
				found = (struct sysctl_line){
					.line = number,
					.value = value,
					.is_glob = !is_exact
				};
		}
		content += len;
		content += *content == '\n';
	}

	if (found.line)
		*ret = found;
	return found.line;
}

static bool is_conf(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".conf");
}

static void add(struct fix_planning *p, struct files *f, const char *name,
		const char *path)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->list[i].name, name))
			return;
	if (f->count == FILES_MOST)
		return;
	f->list[f->count++] = (struct file){ fix_words(p, "%s", name), path };
}

static int by_name(const void *x, const void *y)
{
	const struct file *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static bool leads_to_last(struct fix_planning *p, const char *path)
{
	struct text t = TEXT_NULL;
	bool does;

	(void)p;
	does = !reader_link(path, &t) && strstr(text_string(&t), "sysctl.conf");
	text_done(&t);
	return does;
}

static int list_files(struct fix_planning *p, struct files *f)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		struct text names = TEXT_NULL;
		int err = reader_names(folders[i], &names);
		const char *name;
		size_t at = 0;

		while (!err && (name = reader_string(&names, &at))) {
			const char *path =
				fix_words(p, "%s/%s", folders[i], name);

			if (!is_conf(name))
				continue;
			if (leads_to_last(p, path))
				path = last_path;
			add(p, f, name, path);
		}
		text_done(&names);
		if (err && err != -ENOENT && err != -ENOTDIR)
			return err;
	}

	qsort(f->list, f->count, sizeof(*f->list), by_name);
	if (!kit_has_systemd(p))
		add(p, f, "~", last_path);
	return 0;
}

int sysctl_files_find(struct fix_planning *p, const char *key,
		      struct sysctl_line *ret)
{
	struct sysctl_line found = { 0 };
	struct files files = { .count = 0 };
	int err = p->may_read ? list_files(p, &files) : -ENODATA;

	for (size_t i = 0; i < files.count && !err; i++) {
		struct sysctl_line one = { .path = files.list[i].path };
		const char *path = one.path, *content;

		if (kit_read(p, path, &content) ||
		    !sysctl_files_line(p, content, key, &one))
			continue;
		if (one.is_glob && found.line && !found.is_glob)
			continue;
		one.path = path;
		one.content = content;
		found = one;
	}
	if (err)
		return err;
	if (!found.line)
		return -ENOENT;

	*ret = found;
	return 0;
}

const char *sysctl_files_words(struct fix_planning *p, const char *line,
			       const char *value)
{
	size_t to = strcspn(line, "=");

	if (!line[to])
		return NULL;
	to++;
	to += strspn(line + to, " \t");
	/* Its indentation is kept by who replaces the line. */
	return fix_words(p, "%.*s%s", (int)(to - strspn(line, " \t")),
			 line + strspn(line, " \t"), value);
}

const char *sysctl_files_path(struct fix_planning *p,
			      const struct sysctl_line *over)
{
	const char *name = over ? strrchr(over->path, '/') : NULL;

	(void)p;
	if (over && !strcmp(over->path, last_path))
		name = "/99-sysctl.conf";
	return name && strcmp(name + 1, "90-kiriwake.conf") > 0
		       ? "/etc/sysctl.d/99-zz-kiriwake.conf"
		       : "/etc/sysctl.d/90-kiriwake.conf";
}
