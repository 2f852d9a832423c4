#include "cli/own_capture.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/explain_evidence.h"
#include "cli/gather.h"
#include "cli/source.h"
#include "trace/flow.h"

enum { ARM_LIMIT = 1000 /* ms */ };

int own_capture_begin(struct recording *p, struct check_rights *r,
		      const struct live_request *q)
{
	int file = -1, control = -1;
	int err = check_rights_capture(r, q, &file, &control);

	*p = recording_none();
	if (err)
		return err;

	*p = recording_of(file, control);
	err = recording_wait(p, ARM_LIMIT * (int64_t)CLOCK_MILLISECOND);
	if (err)
		recording_done(p);

	return err;
}

const char *own_capture_reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _("Capturing packets needs CAP_NET_RAW.");

	return strerror(-err);
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
