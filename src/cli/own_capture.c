#include "cli/own_capture.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "cli/explain_evidence.h"
#include "cli/gather.h"
#include "cli/source.h"
#include "trace/flow.h"

enum { ARM_LIMIT = 1000, END_LIMIT = 500 /* ms */ };

/* Whether the byte came that says that it captures. */
static int wait_armed(int control)
{
	struct pollfd fd = { control, POLLIN, 0 };
	unsigned char told;

	if (poll(&fd, 1, ARM_LIMIT) <= 0)
		return -ETIMEDOUT;
	if (recv(control, &told, 1, 0) != 1)
		return -EIO;

	return -(int)told;
}

int own_capture_begin(struct own_capture *p, struct check_rights *r,
		      const struct live_request *q)
{
	int err;

	*p = (struct own_capture){ -1, -1, false };
	err = check_rights_capture(r, q, &p->file, &p->control);
	if (!err)
		err = wait_armed(p->control);
	p->is_armed = !err;
	if (err)
		own_capture_done(p);

	return err;
}

const char *own_capture_reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _("Capturing packets needs CAP_NET_RAW.");

	return strerror(-err);
}

int own_capture_map(const struct own_capture *p, void **data, size_t *size)
{
	struct stat about;

	*data = NULL;
	*size = 0;
	if (p->file < 0)
		return 0;
	if (fstat(p->file, &about))
		return -errno;
	if (!about.st_size)
		return 0;

	*data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE,
		     p->file, 0);
	if (*data == MAP_FAILED)
		return -errno;

	*size = (size_t)about.st_size;
	return 0;
}

void own_capture_unmap(void *data, size_t size)
{
	if (size)
		(void)munmap(data, size);
}

/* The capturing process closes its end once all is written. */
void own_capture_finish(struct own_capture *p)
{
	struct pollfd fd = { p->control, POLLIN, 0 };

	if (!p->is_armed)
		return;

	p->is_armed = false;
	(void)shutdown(p->control, SHUT_WR);
	(void)poll(&fd, 1, END_LIMIT);
}

void own_capture_done(struct own_capture *p)
{
	if (p->file >= 0)
		(void)close(p->file);
	if (p->control >= 0)
		(void)close(p->control);
	*p = (struct own_capture){ -1, -1, false };
}

static int add_frames(void *context, const struct frame *f, int count)
{
	return gather_frames(context, f, count);
}

int own_capture_flows(struct source *source, struct flow_table *table)
{
	struct problems *problems = problems_new();
	struct gather *g = gather_new(table);
	struct source_sink sink = { .frames = add_frames, .context = g };
	int err = g && problems ? flow_table_input(table, 0, source->vantage)
				: -ENOMEM;

	if (!err)
		err = source_read(source, &sink, problems);
	if (!err)
		err = gather_flush(g);
	if (!err)
		err = flow_table_end(table);
	gather_free(g);
	problems_free(problems);
	return err;
}

static void nothing(void *context, const struct flow *f,
		    const struct flow_note *note, const struct fact_set *facts)
{
	(void)context;
	(void)f;
	(void)note;
	(void)facts;
}

struct flow_table *own_capture_table(void)
{
	static const struct flow_limits limits = { .flows = 65536 };

	return flow_table_new(&limits, nothing, NULL);
}

struct source own_capture_source(const void *data, size_t size,
				 enum vantage vantage)
{
	return (struct source){ .data = data,
				.size = size,
				.name = "capture",
				.vantage = vantage };
}
