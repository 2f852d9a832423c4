#include "drops/drops.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "drops/frames.h"
#include "drops/programs.h"
#include "drops/stream_write.h"
#include "priv/recorder.h"

enum {
	DRAIN_MS = 20,
	BYTES_MOST = 32 << 20, /* of a file: more is not evidence any more */
	BATCH = 256 * 1024,
};

struct collector {
	struct programs programs;
	struct frames frames;
	struct text out;
	uint64_t lost, cut;
	size_t bytes;
	int file, control;
};

static const char *reason_of(const struct reasons *all, const struct record *r)
{
	if (r->what == DROP_PACKET)
		return reasons_drop(all, r->reason);

	return r->what == DROP_RESET ? reasons_reset(all, r->reason) : "";
}

static int on_record(void *context, void *data, size_t size)
{
	struct collector *c = context;
	const struct record_stack *stack = data;
	const struct record *r = data;
	const char *names[RECORD_FRAMES + 2];
	const char *reason;

	if (size < sizeof(*r) || (r->has_stack && size < sizeof(*stack)))
		return 0;
	if (c->bytes + c->out.len > BYTES_MOST) {
		c->cut++;
		return 0;
	}
	reason = reason_of(&c->programs.reasons, r);
	if (r->has_stack)
		frames_name(&c->frames, stack, names);
	stream_write_event(&c->out, r, reason, r->has_stack ? names : NULL);
	return 0;
}

/* What was not told at all; held: what was counted and never told. */
static uint64_t sum_lost(const struct collector *c, uint64_t *held)
{
	uint64_t lost = c->cut + programs_missed(&c->programs);

	*held = 0;
	for (size_t i = 0; i < RECORD_CPUS; i++) {
		const struct record_counts *n = &c->programs.shared->counts[i];

		lost += n->lost;
		*held += n->held - n->told;
	}
	return lost;
}

/* One byte says that there is more; who does not read them has enough. */
static void write_out(struct collector *c)
{
	const unsigned char more = 0;

	if (!c->out.len)
		return;
	if (!text_ok(&c->out) || file_write(c->file, c->out.data, c->out.len))
		c->cut++;
	c->bytes += c->out.len;
	text_clear(&c->out);
	(void)send(c->control, &more, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void drain(struct collector *c, struct ring_buffer *ring)
{
	uint64_t lost, held;

	(void)ring_buffer__consume(ring);
	lost = sum_lost(c, &held);
	if (lost != c->lost)
		stream_write_lost(&c->out, lost);
	c->lost = lost;
	write_out(c);
}

/* What has no place in the table any more was counted for nothing. */
static void finish(struct collector *c, struct ring_buffer *ring)
{
	uint64_t lost, held, told;

	programs_stop(&c->programs);
	drain(c, ring);
	told = programs_held(&c->programs, on_record, c);
	lost = sum_lost(c, &held);
	if (held > told)
		lost += held - told;
	stream_write_lost(&c->out, lost);
	write_out(c);
}

static void loop(struct collector *c, struct ring_buffer *ring)
{
	struct pollfd fds[] = {
		{ ring_buffer__epoll_fd(ring), POLLIN, 0 },
		{ c->control, POLLIN, 0 },
	};

	do {
		if (poll(fds, 2, DRAIN_MS) < 0)
			break;
		drain(c, ring);
	} while (!fds[1].revents);
	finish(c, ring);
}

static int prepare(struct collector *c, const struct drops_request *q,
		   struct ring_buffer **ring)
{
	int err;

	stream_write_head(&c->out);
	err = programs_load(&c->programs, q);
	if (err)
		return err;
	*ring = ring_buffer__new(c->programs.ring, on_record, c, NULL);
	if (!*ring)
		return -errno;
	for (size_t i = 0; c->programs.missing[i]; i++)
		stream_write_missing(&c->out, c->programs.missing[i]);
	frames_init(&c->frames);
	if (!c->programs.has_names)
		(void)symbols_read(&c->frames.symbols);
	err = recorder_give_up();
	if (err)
		return err;
	stream_write_attached(&c->out);
	return 0;
}

static void collect(const void *request, int file, int control)
{
	static struct collector c;
	struct ring_buffer *ring = NULL;
	int err;

	c = (struct collector){ .file = file, .control = control };
	recorder_alone(file, control);
	err = prepare(&c, request, &ring);
	if (!err && file_write(file, c.out.data, c.out.len))
		err = -EIO;
	c.bytes = c.out.len;
	text_clear(&c.out);
	if (recorder_tell(control, err))
		loop(&c, ring);
	/* To take the programs away takes longer than anybody should wait. */
	(void)close(control);
	_exit(0);
}

int drops_start(const struct drops_request *q, int *file, int *control)
{
	return recorder_start(collect, q, file, control);
}
