#include "cli/source.h"

#include <errno.h>
#include <time.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "trace/capture.h"
#include "trace/capture_memory.h"

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

/* Text has no zone: its times are taken for local ones, as tcpdump prints them. */
struct local {
	int64_t day;
	int64_t offset_ns; /* of the zone, on that day */
};

static int64_t to_local(struct local *l, int64_t time_ns)
{
	const int64_t second = 1000000000;
	int64_t day = time_ns / (86400 * second);

	if (l->day != day) {
		time_t when = (time_t)(time_ns / second);
		struct tm tm;

		l->day = day;
		l->offset_ns = 0;
		if (localtime_r(&when, &tm))
			l->offset_ns = (int64_t)tm.tm_gmtoff * second;
	}

	return time_ns - l->offset_ns;
}

static void tell_name(struct pasted *p, struct source_sink *sink,
		      const struct address *a)
{
	/* Made-up addresses are of 240.0.0.0/4 or 100::/64. */
	bool may_be = address_is_v4(a) ? a->bytes[12] >= 240
				       : a->bytes[0] == 1 && a->bytes[1] == 0;
	const char *name = may_be && sink->name ? pasted_name(p, a) : NULL;

	if (name)
		sink->name(sink->context, a, name);
}

static int drain(struct pasted *p, struct source_sink *sink,
		 struct local *local, uint32_t *number)
{
	struct pasted_packet packet;
	int error = 0;

	while (pasted_next(p, &packet) > 0) {
		/* The numbers that -# printed may begin again. */
		packet.packet.frame = ++*number;
		packet.packet.time_ns =
			to_local(local, packet_time(packet.packet.time_ns));
		tell_name(p, sink, &packet.packet.src);
		tell_name(p, sink, &packet.packet.dst);
		if (sink->pasted)
			error = sink->pasted(sink->context, &packet);
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
	struct local local = { .day = INT64_MIN };
	uint32_t number = 0;
	int n;

	while ((n = capture_unread(c, data, sizeof(data))) > 0) {
		struct capture_about about;

		capture_about(c, &about);
		progress_show(&progress, name, about.done, about.size);

		int error = pasted_feed(p, data, (size_t)n);

		if (!error)
			error = drain(p, sink, &local, &number);
		if (error < 0)
			return error;
	}
	progress_end(&progress);
	if (n < 0)
		return n;

	n = pasted_end(p);
	return n < 0 ? n : drain(p, sink, &local, &number);
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
	uint64_t before = problems_count(problems);
	struct pasted_counts counts;
	int error;

	if (!p)
		return -ENOMEM;

	error = feed_all(c, s->name, p, sink);
	pasted_counts(p, &counts);
	add_counts(&sink->counts, &counts);
	if (!error && !counts.packets && problems_count(problems) == before) {
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
	int error = s->data ? capture_open_memory(&c, s->data, s->size, s->size,
						  s->name, problems)
			    : capture_open(&c, s->path, problems);

	if (error == CAPTURE_NOT_ONE)
		error = read_text(c, s, sink, problems);
	else if (!error)
		error = read_frames(c, s, sink);
	capture_close(c);
	return error;
}
