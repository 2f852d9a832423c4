#include "fix/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"

enum {
	LOG_MOST = 256 * 1024,
	ROOM = 64 * 1024, /* set aside for the log */
	LINE_MOST = 400,
	BACKUP_MOST = 256 << 20,
	FOLDERS = 1000
};

const char *const ledger_state_names[LEDGER_STATES] = {
	"none",       "prepared",  "armed",   "applying", "applied",
	"confirming", "confirmed", "undoing", "undone",   "stuck",
};

void ledger_boot(char ret[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, ret, 36);

	if (fd >= 0)
		(void)close(fd);
	ret[len > 0 ? len : 0] = '\0';
}

/* What others may write is nobody's word. */
static int check_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & 022))
		return -EPERM;

	return 0;
}

static int make_folders(void)
{
	char path[] = LEDGER_FOLDER;

	for (char *at = path + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
	}
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;

	return 0;
}

static int open_all(void)
{
	int fd = open(LEDGER_FOLDER,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err = fd < 0 ? -errno : check_folder(fd);

	if (err && fd >= 0)
		(void)close(fd);
	return err ? err : fd;
}

/* "20261122T143105-1": by time, then by number. */
static int make_folder(int all, char id[32])
{
	time_t now = time(NULL);
	struct tm tm;
	char when[20];

	(void)gmtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm);
	for (int i = 1; i < 100; i++) {
		(void)snprintf(id, 32, "%s-%d", when, i);
		if (!mkdirat(all, id, 0700))
			return 0;
		if (errno != EEXIST)
			return -errno;
	}

	return -EEXIST;
}

int ledger_put(const struct ledger *l, const char *name, const void *data,
	       size_t len)
{
	int fd = openat(l->folder, name,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	int err = fd < 0 ? -errno : file_write(fd, data, len);

	if (!err && fsync(fd))
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err)
		(void)fsync(l->folder);
	return err;
}

int ledger_get(const struct ledger *l, const char *name, struct text *ret)
{
	int fd = openat(l->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int err = fd < 0 ? -errno : file_read(ret, fd, BACKUP_MOST);

	if (fd >= 0)
		(void)close(fd);
	return err;
}

static int open_log(struct ledger *l, bool is_made)
{
	int flags = l->is_read_only ? O_RDONLY : O_WRONLY | O_APPEND;

	l->log = openat(l->folder, "log",
			flags | (is_made ? O_CREAT | O_EXCL : 0) | O_NOFOLLOW |
				O_CLOEXEC,
			0600);
	if (l->log < 0)
		return -errno;
	/* A file system that cannot has it later, or not. */
	if (is_made && fallocate(l->log, FALLOC_FL_KEEP_SIZE, 0, ROOM) &&
	    errno == ENOSPC)
		return -ENOSPC;

	return 0;
}

static int put_order(const struct ledger *l, const struct order *o)
{
	struct text t = TEXT_NULL;
	int err = order_write(&t, o);

	if (!err)
		err = ledger_put(l, "order", text_string(&t), t.len);
	text_done(&t);
	return err;
}

static int fill(struct ledger *l, struct arena *a, struct order *o,
		const void *rules, size_t len)
{
	int err;

	o->id = arena_string(a, l->id);
	if (!o->id)
		return -ENOMEM;
	err = ledger_put(l, "rules", rules, len);
	if (!err)
		err = put_order(l, o);
	if (!err)
		err = open_log(l, true);
	return err ? err : ledger_state(l, LEDGER_PREPARED, o->what);
}

int ledger_create(struct ledger *l, struct arena *a, struct order *o,
		  const void *rules, size_t len)
{
	int err = make_folders();
	int all = err ? err : open_all();

	*l = LEDGER_CLOSED;
	if (all < 0)
		return all;
	err = make_folder(all, l->id);
	if (!err) {
		l->folder =
			openat(all, l->id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		err = l->folder < 0 ? -errno : fill(l, a, o, rules, len);
		(void)fsync(all);
	}
	(void)close(all);
	if (err)
		ledger_close(l);
	return err;
}

static bool is_id(const char *id)
{
	return *id && strlen(id) < 32 && !id[strspn(id, "0123456789T-")];
}

int ledger_open(struct ledger *l, const char *id, bool is_written)
{
	int all = open_all(), err;

	*l = LEDGER_CLOSED;
	if (all < 0)
		return all;
	l->is_read_only = !is_written;
	if (!is_id(id)) {
		(void)close(all);
		return -ENOENT;
	}
	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	l->folder = openat(all, id,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	err = l->folder < 0 ? -errno : open_log(l, false);
	(void)close(all);
	if (err)
		ledger_close(l);
	return err;
}

void ledger_close(struct ledger *l)
{
	if (l->folder >= 0)
		(void)close(l->folder);
	if (l->log >= 0)
		(void)close(l->log);
	l->folder = l->log = -1;
}

static int newest_first(const struct dirent **x, const struct dirent **y)
{
	return strverscmp((*y)->d_name, (*x)->d_name);
}

static int is_change(const struct dirent *d)
{
	return is_id(d->d_name) && d->d_name[0] != '-';
}

int ledger_each(int (*each)(void *context, const char *id), void *context)
{
	struct dirent **list;
	int all = open_all(), count, ret = 0;

	if (all < 0)
		return all == -ENOENT ? 0 : all;
	(void)close(all);
	count = scandir(LEDGER_FOLDER, &list, is_change, newest_first);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (!ret && i < FOLDERS)
			ret = each(context, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return ret;
}

struct wanted {
	char id[32];
	bool is_pending;
};

static int take_wanted(void *context, const char *id)
{
	struct wanted *w = context;
	struct ledger_progress p;
	struct ledger l;
	int err = ledger_open(&l, id, false);

	if (err)
		return 0;
	err = ledger_progress(&l, &p);
	ledger_close(&l);
	if (err || (w->is_pending && !ledger_is_pending(p.state)))
		return 0;

	(void)snprintf(w->id, sizeof(w->id), "%s", id);
	return 1;
}

/* The id is written by take_wanted(). */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
int ledger_latest(char id[32], bool is_pending)
{
	struct wanted w = { .is_pending = is_pending };
	int ret = ledger_each(take_wanted, &w);

	memcpy(id, w.id, sizeof(w.id));
	return ret < 0 ? ret : ret ? 0 : -ENOENT;
}

int ledger_lock(const struct ledger *l, int *ret)
{
	int fd = openat(l->folder, "lock",
			O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		(void)close(fd);
		return -errno;
	}
	*ret = fd;
	return 0;
}

int ledger_lock_all(int *ret)
{
	int err = make_folders();
	int fd = err ? err
		     : open(LEDGER_FOLDER "/.lock",
			    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err ? err : -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
		(void)close(fd);
		return err;
	}
	*ret = fd;
	return 0;
}

static int add_line(const struct ledger *l, const char *line, size_t len)
{
	if (l->is_read_only)
		return -EROFS;
	if (write(l->log, line, len) != (ssize_t)len)
		return errno ? -errno : -EIO;

	return fdatasync(l->log) ? -errno : 0;
}

int ledger_note(const struct ledger *l, const char *word, int step,
		const char *detail, ...)
{
	char line[LINE_MOST], words[200] = "";
	va_list ap;
	int len;

	if (detail) {
		va_start(ap, detail);
		(void)vsnprintf(words, sizeof(words), detail, ap);
		va_end(ap);
	}
	for (char *c = words; *c; c++)
		if (*c == '\n')
			*c = ' ';
	/* A newline first: what a crash cut off is a line of its own. */
	len = snprintf(line, sizeof(line), "\n%lld %s %d %s;\n",
		       (long long)clock_wall(), word, step, words);
	if (len < 0 || len >= (int)sizeof(line))
		return -EINVAL;

	return add_line(l, line, (size_t)len);
}

int ledger_state(const struct ledger *l, enum ledger_state state,
		 const char *detail)
{
	return ledger_note(l, ledger_state_names[state], -1, "%s",
			   detail ? detail : "");
}

static void mark(bool *list, int step)
{
	if (step >= 0 && step < ORDER_STEPS)
		list[step] = true;
}

static void take_word(struct ledger_progress *p, const char *word, int step,
		      const char *detail)
{
	for (int s = LEDGER_PREPARED; s < LEDGER_STATES; s++)
		if (!strcmp(word, ledger_state_names[s]))
			p->state = (enum ledger_state)s;
	if (!strcmp(word, "begin"))
		mark(p->is_begun, step);
	else if (!strcmp(word, "done"))
		mark(p->is_done, step);
	else if (!strcmp(word, "taken-back"))
		mark(p->is_undone, step);
	else if (!strcmp(word, "boot"))
		(void)snprintf(p->boot, sizeof(p->boot), "%s", detail);
	else if (!strcmp(word, "deadline"))
		p->deadline_ns = strtoll(detail, NULL, 10);
}

/* "1763817065000000000 begin 0 detail;" */
static void take_line(struct ledger_progress *p, char *line)
{
	char word[24], *end;
	size_t len = strlen(line);
	long long at;
	long step;

	if (!len || line[len - 1] != ';')
		return;
	line[len - 1] = '\0';
	at = strtoll(line, &end, 10);
	line = end + (*end == ' ');
	len = strcspn(line, " ");
	if (end == line || !len || len >= sizeof(word))
		return;
	memcpy(word, line, len);
	word[len] = '\0';
	line += len;
	step = strtol(line, &end, 10);
	if (end == line || step < -1 || step >= ORDER_STEPS)
		return;
	end += *end == ' ';
	p->at_ns = at;
	(void)snprintf(p->detail, sizeof(p->detail), "%s", end);
	take_word(p, word, (int)step, end);
}

void ledger_read(struct ledger_progress *ret, char *log)
{
	*ret = (struct ledger_progress){ 0 };
	for (char *line = log, *rest; *line; line = rest) {
		rest = line + strcspn(line, "\n");
		if (*rest)
			*rest++ = '\0';
		take_line(ret, line);
	}
}

int ledger_progress(const struct ledger *l, struct ledger_progress *ret)
{
	struct text t = TEXT_NULL;
	int err = ledger_get(l, "log", &t);

	*ret = (struct ledger_progress){ 0 };
	if (!err && t.len > LOG_MOST)
		err = -EFBIG;
	(void)text_string(&t);
	if (!err && !text_ok(&t))
		err = -ENOMEM;
	if (!err && t.data)
		ledger_read(ret, t.data);
	text_done(&t);
	return err;
}

bool ledger_is_pending(enum ledger_state s)
{
	return s == LEDGER_ARMED || s == LEDGER_APPLYING ||
	       s == LEDGER_APPLIED || s == LEDGER_CONFIRMING ||
	       s == LEDGER_UNDOING || s == LEDGER_STUCK;
}

int ledger_order(const struct ledger *l, struct arena *a, struct order *ret)
{
	struct text t = TEXT_NULL;
	int err = ledger_get(l, "order", &t);

	if (!err)
		err = order_read(ret, a, text_string(&t), t.len);
	text_done(&t);
	return err;
}
