#include "host/audit_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/reader.h"

enum { TAIL_BYTES = 1 << 20, DENIALS_MOST = 4096, WORD_MOST = 256 };

static const char path[] = "/var/log/audit/audit.log";

/*
 * Asking.
 */

static bool is_avc(const char *line, size_t len)
{
	return memmem(line, len, "type=AVC ", 9) &&
	       (memmem(line, len, " denied ", 8) ||
		memmem(line, len, "apparmor=\"DENIED\"", 17));
}

/* The lines of interest, from the first whole one on. */
static void keep_lines(const char *text, size_t len, bool is_whole,
		       struct text *ret)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (is_whole && is_avc(text, (size_t)(stop - text))) {
			text_bytes(ret, text, (size_t)(stop - text));
			text_char(ret, '\n');
		}
		is_whole = true;
		text = stop + 1;
	}
}

static int read_tail(int fd, struct text *ret)
{
	struct text t = TEXT_NULL;
	struct stat st;
	char buffer[65536];
	ssize_t n = 0;
	off_t at;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;

	at = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
	while (t.len < TAIL_BYTES &&
	       (n = pread(fd, buffer, sizeof(buffer), at + (off_t)t.len)) > 0)
		text_bytes(&t, buffer, (size_t)n);
	if (n >= 0 && text_ok(&t))
		keep_lines(t.data, t.len, !at, ret);
	n = n < 0 ? -errno : text_ok(&t) ? 0 : -ENOMEM;
	text_done(&t);
	return (int)n;
}

int audit_log_answer(const char *none, struct text *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
				    O_NOCTTY);
	int err;

	(void)none;
	if (fd < 0)
		return -errno;

	err = read_tail(fd, ret);
	(void)close(fd);
	return err;
}

static int look_at(void *context, struct text *ret)
{
	(void)context;
	return audit_log_answer(NULL, ret);
}

int audit_log_read(const struct audit_denial **ret, struct arena *a)
{
	struct text t = TEXT_NULL;
	int err = reader_note("audit-denials", look_at, NULL, &t);

	*ret = NULL;
	if (err > 0)
		err = -EBADMSG;
	if (!err)
		err = audit_log_parse(ret, a, text_string(&t), t.len);
	text_done(&t);
	return err;
}

/*
 * Reading. A record is words "name=value", of which some are in quotes.
 */
struct line {
	const char *pos, *end;
};

/* The value behind " name=", as far as its blank or its quotes' end. */
static bool value_of(const struct line *l, const char *name, struct line *ret)
{
	size_t n = strlen(name);
	const char *at = l->pos;
	char stop = ' ';

	while ((at = memmem(at, (size_t)(l->end - at), name, n))) {
		bool is_word = at == l->pos || at[-1] == ' ';

		at += n;
		if (is_word && at < l->end && *at == '=')
			break;
	}
	if (!at)
		return false;

	at++;
	if (at < l->end && *at == '"') {
		stop = '"';
		at++;
	}
	ret->pos = at;
	while (at < l->end && *at != stop && *at != '\x1d' &&
	       at - ret->pos < WORD_MOST)
		at++;
	ret->end = at;
	return true;
}

static const char *word(const struct line *l, const char *name, struct arena *a)
{
	struct line v;
	char *s;
	size_t len;

	if (!value_of(l, name, &v))
		return "";

	len = (size_t)(v.end - v.pos);
	s = arena_alloc(a, len + 1);
	if (!s)
		return NULL;

	memcpy(s, v.pos, len);
	s[len] = '\0';
	return s;
}

/* All of it digits, or -1. */
static int64_t digits(const char *s, const char *end)
{
	int64_t n = 0;

	if (s == end || end - s > 15)
		return -1;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (*s - '0');
	}

	return n;
}

static int64_t number(const struct line *l, const char *name)
{
	struct line v;

	return value_of(l, name, &v) ? digits(v.pos, v.end) : -1;
}

/* msg=audit(1700000000.123:456): */
static bool read_time(const struct line *l, int64_t *ret)
{
	static const char head[] = "msg=audit(";
	const char *s = memmem(l->pos, (size_t)(l->end - l->pos), head,
			       sizeof(head) - 1);
	const char *dot, *colon;
	int64_t seconds, ms;

	if (!s)
		return false;

	s += sizeof(head) - 1;
	dot = memchr(s, '.', (size_t)(l->end - s));
	colon = dot ? memchr(dot, ':', (size_t)(l->end - dot)) : NULL;
	if (!colon)
		return false;

	seconds = digits(s, dot);
	ms = digits(dot + 1, colon);
	if (seconds < 0 || seconds > INT64_MAX / 2000 || ms < 0 || ms > 999)
		return false;

	*ret = seconds * 1000 + ms;
	return true;
}

/* avc:  denied  { name_bind } for */
static const char *permission(const struct line *l, struct arena *a)
{
	static const char head[] = " denied ";
	const char *s = memmem(l->pos, (size_t)(l->end - l->pos), head,
			       sizeof(head) - 1);
	const char *from = s ? memchr(s, '{', (size_t)(l->end - s)) : NULL;
	const char *to =
		from ? memchr(from, '}', (size_t)(l->end - from)) : NULL;
	char *ret;

	if (!to)
		return "";

	from++;
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	ret = arena_alloc(a, (size_t)(to - from) + 1);
	if (!ret)
		return NULL;

	memcpy(ret, from, (size_t)(to - from));
	ret[to - from] = '\0';
	return ret;
}

static void read_selinux(struct audit_denial *d, const struct line *l,
			 struct arena *a)
{
	d->permission = permission(l, a);
	d->class = word(l, "tclass", a);
	d->source = word(l, "scontext", a);
	d->target = word(l, "tcontext", a);
	d->is_permissive = number(l, "permissive") == 1;
}

static void read_apparmor(struct audit_denial *d, const struct line *l,
			  struct arena *a)
{
	d->is_apparmor = true;
	d->permission = word(l, "operation", a);
	d->class = word(l, "family", a);
	d->source = word(l, "profile", a);
	d->target = "";
}

static uint16_t port_of(const struct line *l)
{
	static const char *const names[] = { "src", "dest", "lport", "fport" };
	int64_t port = -1;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && port < 0; i++)
		port = number(l, names[i]);
	return port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* NULL with *err 0: it is no denial. */
static struct audit_denial *read_line(const struct line *l, struct arena *a,
				      int *err)
{
	struct audit_denial *d;
	int64_t at, pid;

	*err = 0;
	if (!is_avc(l->pos, (size_t)(l->end - l->pos)) || !read_time(l, &at))
		return NULL;

	*err = -ENOMEM;
	d = arena_alloc(a, sizeof(*d));
	if (!d)
		return NULL;

	pid = number(l, "pid");
	*d = (struct audit_denial){ .at_ms = at,
				    .pid = pid > 0 && pid <= INT32_MAX
						   ? (int)pid
						   : 0,
				    .port = port_of(l),
				    .command = word(l, "comm", a) };
	if (memmem(l->pos, (size_t)(l->end - l->pos), "apparmor=", 9))
		read_apparmor(d, l, a);
	else
		read_selinux(d, l, a);
	if (!d->command || !d->permission || !d->class || !d->source ||
	    !d->target)
		return NULL;

	*err = 0;
	return d;
}

int audit_log_parse(const struct audit_denial **ret, struct arena *a,
		    const char *text, size_t len)
{
	const char *end = text + len;
	int err = 0;

	*ret = NULL;
	for (size_t count = 0; text < end && !err && count < DENIALS_MOST;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const struct line l = { text, newline ? newline : end };
		struct audit_denial *d = read_line(&l, a, &err);

		if (d) {
			d->next = *ret;
			*ret = d;
			count++;
		}
		text = l.end + 1;
	}
	return err;
}

struct culprit *audit_log_culprit(struct arena *a, enum vantage vantage,
				  const struct audit_denial *d)
{
	struct culprit *c =
		culprit_new(a, CULPRIT_PROCESS, vantage, "%s (pid %d): %s",
			    d->command, d->pid, d->permission);

	culprit_text(c, a, "program", d->command);
	culprit_number(c, "pid", d->pid);
	culprit_text(c, a, "denied", d->permission);
	culprit_text(c, a, "source_context", d->source);
	culprit_text(c, a, "target_context", d->target);
	return c;
}
