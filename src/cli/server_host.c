#include "cli/server_host.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/case_output.h"
#include "cli/cli.h"
#include "host/listeners.h"
#include "host/owners.h"
#include "host/process.h"
#include "host/reader_record.h"
#include "host/snapshot.h"
#include "priv/confine.h"
#include "priv/needs.h"

static int say_unreadable(const char *path, const char *why)
{
	(void)fprintf(stderr, _("kiriwake: cannot read %1$s: %2$s\n"), path,
		      why);
	return EXIT_USAGE;
}

static const char *damage(int answer)
{
	switch ((enum snapshot_answer)answer) {
	case SNAPSHOT_NONE:
		break;
	case SNAPSHOT_NEWER:
		return _("it was saved by a newer version");
	case SNAPSHOT_FOREIGN:
		return _("it was saved on a machine of the other byte order");
	case SNAPSHOT_DAMAGED:
		return _("it is damaged");
	}

	return _("it is no saved host");
}

/* The file itself, or the one in a case. */
static int open_saved(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int file;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISDIR(st.st_mode))
		return fd;

	file = openat(fd, CASE_HOST, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		file = -errno;
	(void)close(fd);
	return file;
}

static int load_bytes(struct text *ret, const char *path)
{
	int fd = open_saved(path), err;

	if (fd < 0)
		return say_unreadable(path, strerror(-fd));

	err = file_read(ret, fd, SNAPSHOT_MOST);
	(void)close(fd);
	if (err && err != -ENOMEM)
		return say_unreadable(path, strerror(-err));

	return err;
}

/* An old kernel has no filters of system calls. */
int server_host_distrust(void)
{
	int err = needs_drop();

	if (!err)
		err = confine_enter();

	return err == -EINVAL ? 0 : err;
}

int server_host_load(struct server_host *h, const char *path)
{
	struct text bytes = TEXT_NULL;
	int err = load_bytes(&bytes, path), answer = 0;

	if (!err)
		err = server_host_distrust();
	if (!err)
		answer = snapshot_read(&h->snapshot, text_string(&bytes),
				       bytes.len);
	text_done(&bytes);
	if (answer > 0)
		err = say_unreadable(path, damage(answer));
	h->is_saved = !err && !answer;
	return err ? err : answer;
}

int server_host_begin(struct server_host *h)
{
	if (!h->is_saved && h->file < 0)
		return 0;
	if (!h->is_saved)
		h->snapshot = snapshot_new();
	if (!h->snapshot)
		return -ENOMEM;

	h->asked = reader_now();
	h->reader = h->is_saved ? reader_record_replay(h->snapshot)
				: reader_record_new(h->asked, h->snapshot);
	if (!h->reader)
		return -ENOMEM;

	reader_use(h->reader);
	return 0;
}

static void keep_programs(const struct listeners *l)
{
	struct owners all;

	if (!owners_find(NULL, 0, &all))
		for (size_t i = 0; i < l->count; i++) {
			const struct owner *o =
				owners_of(&all, l->list[i].inode);
			struct process p;

			if (o)
				(void)process_read(o->pid, &p);
		}
	owners_done(&all);
}

void server_host_complete(const struct server_host *h)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };

	if (h->is_saved || !h->snapshot)
		return;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		struct listeners all;

		if (!listeners_read_open("", protocols[i], 0, NULL, &all))
			keep_programs(&all);
		listeners_done(&all);
	}
}

int server_host_name(struct case_record *c)
{
	enum { NAME_MOST = 255 };
	struct text name = TEXT_NULL;
	int err = reader_file("/proc/sys/kernel/hostname", NAME_MOST, &name);

	text_cut(&name, strcspn(text_string(&name), "\n"));
	c->target.host = arena_string(
		c->arena, !err && name.len ? text_string(&name) : "localhost");
	text_done(&name);
	return c->target.host ? 0 : -ENOMEM;
}

int server_host_save(struct server_host *h)
{
	struct text out = TEXT_NULL;
	int err;

	if (h->file < 0 || !h->snapshot)
		return 0;

	err = snapshot_write(h->snapshot, &out);
	if (!err)
		err = file_write(h->file, out.data, out.len);
	text_done(&out);
	if (!err && snapshot_is_full(h->snapshot))
		(void)fputs(
			_("kiriwake: the host answered too much: not all of it was saved\n"),
			stderr);
	return err;
}

void server_host_end(struct server_host *h)
{
	if (h->reader)
		reader_use(h->is_saved ? NULL : h->asked);
	reader_free(h->reader);
	snapshot_free(h->snapshot);
	h->reader = NULL;
	h->snapshot = NULL;
}
