#include "cli/source.h"

#include <errno.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "trace/capture.h"

enum { FRAMES = 256, TEXT_BYTES = 64 * 1024 };

static int read_frames(struct capture *c, const struct source *s,
		       struct source_sink *sink)
{
	struct progress progress = { 0 };
	struct frame frames[FRAMES];
	unsigned round = 0;
	int n;

	while ((n = capture_next(c, frames, FRAMES)) > 0) {
		int error = sink->frames
				    ? sink->frames(sink->context, frames, n)
				    : 0;

		if (error < 0)
			return error;
		if (!(++round % 256)) {
			struct capture_about about;

			capture_about(c, &about);
			progress_show(&progress, s->name, about.done,
				      about.size);
		}
	}
	progress_end(&progress);

	return n;
}

static int drain(struct pasted *p, struct source_sink *sink)
{
	struct pasted_packet packet;

	while (pasted_next(p, &packet) > 0) {
		int error =
			sink->pasted ? sink->pasted(sink->context, &packet) : 0;

		if (error < 0)
			return error;
	}

	return 0;
}

static int feed_all(struct capture *c, const char *name, struct pasted *p,
		    struct source_sink *sink)
{
	static char data[TEXT_BYTES];
	struct progress progress = { 0 };
	int n;

	while ((n = capture_unread(c, data, sizeof(data))) > 0) {
		struct capture_about about;

		capture_about(c, &about);
		progress_show(&progress, name, about.done, about.size);

		int error = pasted_feed(p, data, (size_t)n);

		if (!error)
			error = drain(p, sink);
		if (error < 0)
			return error;
	}
	progress_end(&progress);
	if (n < 0)
		return n;

	n = pasted_end(p);
	return n < 0 ? n : drain(p, sink);
}

static void add_counts(struct pasted_counts *sum, const struct pasted_counts *c)
{
	sum->lines += c->lines;
	sum->packets += c->packets;
	sum->continuations += c->continuations;
	sum->chatter += c->chatter;
	sum->unread += c->unread;
}

static int read_text(struct capture *c, const struct source *s,
		     struct source_sink *sink, struct problems *problems)
{
	struct pasted *p = pasted_new(s->name, problems);
	struct pasted_counts counts;
	int error;

	if (!p)
		return -ENOMEM;

	error = feed_all(c, s->name, p, sink);
	pasted_counts(p, &counts);
	add_counts(&sink->counts, &counts);
	if (!error && !counts.packets && !problems_count(problems)) {
		const struct problem where = { .file = s->name };

		problems_add(
			problems, &where, "%s",
			_("This is neither a capture nor tcpdump's text: there is no packet in it."));
	}
	pasted_free(p);
	return error;
}

int source_read(const struct source *s, struct source_sink *sink,
		struct problems *problems)
{
	struct capture *c = NULL;
	int error = capture_open(&c, s->path, problems);

	if (error == CAPTURE_NOT_ONE)
		error = read_text(c, s, sink, problems);
	else if (!error)
		error = read_frames(c, s, sink);
	capture_close(c);
	return error;
}
