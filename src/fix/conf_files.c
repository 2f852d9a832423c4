#include "fix/conf_files.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fix/kit.h"
#include "host/reader.h"

enum { FILES_MOST = 64, COMMAND_MOST = 4096 };

static void add(struct fix_planning *p, struct conf_files *f, const char *path)
{
	if (f->count < FILES_MOST && kit_has_file(p, path))
		f->paths[f->count++] = path;
}

const char *conf_files_command(struct fix_planning *p, int pid)
{
	struct text t = TEXT_NULL;
	const char *ret = NULL;
	int err = p->may_read && pid > 0
			  ? reader_file(fix_words(p, "/proc/%d/cmdline", pid),
					COMMAND_MOST, &t)
			  : -ENODATA;

	if (!err || err == -EFBIG) {
		for (size_t i = 0; i + 1 < t.len; i++)
			if (!t.data[i])
				t.data[i] = ' ';
		ret = arena_string(p->plan->arena, text_string(&t));
	}
	text_done(&t);
	return ret;
}

/* "/etc/my.conf", "-f/etc/my.conf", "config_file=/etc/my.conf". What is no text
 * is left out when it is read. */
static void add_arguments(struct fix_planning *p, struct conf_files *f, int pid)
{
	const char *s = conf_files_command(p, pid);

	while (s && *s) {
		size_t len = strcspn(s, " ");
		const char *slash = memchr(s, '/', len);

		if (slash && (slash == s || *s == '-' || slash[-1] == '=')) {
			char *path = arena_copy(p->plan->arena, slash,
						(size_t)(s + len - slash));

			if (path)
				add(p, f, path);
		}
		s += len;
		s += *s == ' ';
	}
}

static int by_name(const void *x, const void *y)
{
	const char *const *a = x, *const *b = y;

	return strcmp(*a, *b);
}

/* One pattern: its star stands in one part of the path. */
static void add_pattern(struct fix_planning *p, struct conf_files *f,
			const char *s, size_t len)
{
	const char *star = memchr(s, '*', len);
	size_t from = f->count, at = 0, head;
	struct text names = TEXT_NULL;
	const char *tail, *part, *name;

	if (!star) {
		add(p, f, fix_words(p, "%.*s", (int)len, s));
		return;
	}

	for (head = (size_t)(star - s); head && s[head - 1] != '/'; head--)
		;
	tail = memchr(star, '/', (size_t)(s + len - star));
	tail = tail ? tail : s + len;
	part = fix_words(p, "%.*s", (int)(tail - (s + head)), s + head);
	if (!head ||
	    reader_names(fix_words(p, "%.*s", (int)head - 1, s), &names)) {
		text_done(&names);
		return;
	}
	while ((name = reader_string(&names, &at)))
		if (!fnmatch(part, name, FNM_PERIOD))
			add(p, f,
			    fix_words(p, "%.*s%s%.*s", (int)head, s, name,
				      (int)(s + len - tail), tail));
	qsort(f->paths + from, f->count - from, sizeof(*f->paths), by_name);
	text_done(&names);
}

int conf_files_list(struct fix_planning *p, int pid, const char *patterns,
		    struct conf_files *ret)
{
	*ret = (struct conf_files){ .count = 0 };
	ret->paths =
		arena_alloc(p->plan->arena, FILES_MOST * sizeof(*ret->paths));
	if (!ret->paths)
		return -ENOMEM;
	if (!p->may_read)
		return 0;

	add_arguments(p, ret, pid);
	while (patterns && *patterns) {
		size_t len = strcspn(patterns, " ");

		add_pattern(p, ret, patterns, len);
		patterns += len;
		patterns += *patterns == ' ';
	}
	return 0;
}
