#include "cli/server_trace.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/server_trace_parts.h"
#include "host/reader.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

enum { ROUNDS = 2, TICK = 40 /* ms */, ARM_LIMIT = 500 /* ms */ };

const char server_trace_source[] = "nftrace";

/* What came of it. */

bool server_trace_is_from_client(const struct tracing *t,
				 const struct nftrace_packet *p)
{
	return address_equal(&p->from, &t->question->client);
}

static bool is_ours(const struct tracing *t, const struct nftrace_packet *p)
{
	const struct look_question *q = t->question;
	bool is_asking = server_trace_is_from_client(t, p);
	uint16_t port = is_asking ? p->to_port : p->from_port;

	if (p->protocol != q->protocol ||
	    (port != q->port && !(q->has_inner && port == q->inner_port)))
		return false;

	return is_asking || address_equal(&p->to, &q->client);
}

/* What the attempt failed by is a packet of one kind: the SYN, the answer to it,
 * or one of the connection itself. What other connections of this client send
 * on may end elsewhere. */
static bool is_alike(const struct tracing *t, const struct nftrace_packet *p)
{
	enum { SYN = 0x02, RST = 0x04, OPENING = 0x12 /* with ACK */ };

	const struct drop_event *e = server_trace_filtered(t);
	bool is_asking = server_trace_is_from_client(t, p);

	if (p->protocol != IPPROTO_TCP)
		return true;
	if (!e)
		return p->flags & (is_asking ? SYN : SYN | RST);
	if (e->flags & SYN)
		return (p->flags & OPENING) == (e->flags & OPENING);

	return !(p->flags & SYN) &&
	       (is_asking ? p->from_port : p->to_port) ==
		       (address_equal(&e->from, &t->question->client)
				? e->from_port
				: e->to_port);
}

/* The first of its packets that ended. Whether one of iptables-legacy did is
 * known by the way it fares in all. */
static void find_end(struct tracing *t)
{
	for (size_t i = 0; i < t->list.count && !t->end; i++) {
		const struct nftrace_packet *p = &t->list.packets[i];

		if (!is_ours(t, p) || !is_alike(t, p))
			continue;
		t->end = nftrace_end(p, true);
		t->packet = t->end ? p : NULL;
	}
}

static int read_list(struct tracing *t, const void *data, size_t size)
{
	int err;

	arena_clear(t->arena);
	t->list = (struct nftrace_list){ 0 };
	t->packet = NULL;
	t->end = NULL;
	t->size = size;
	err = nftrace_read(data, size, t->arena, &t->list);
	t->has_packets = t->has_packets || t->list.count;
	find_end(t);
	return err == -EINVAL ? 0 : err;
}

static int read_trace(struct tracing *t)
{
	size_t size;
	void *data;
	int err = recording_map(&t->recording, &data, &size);

	if (!err && size > t->size)
		err = read_list(t, data, size);
	recording_unmap(data, size);
	return err;
}

/* What was traced is saved with the host. */
static int read_noted(struct tracing *t)
{
	struct text bytes = TEXT_NULL;
	int err = recording_note(&t->recording, server_trace_source, &bytes);

	if (!err)
		err = read_list(t, bytes.data, bytes.len);
	text_done(&bytes);
	return err;
}

const char *server_trace_reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _(
			"Tracing a packet through the rules needs CAP_NET_ADMIN.");
	if (err == -EOPNOTSUPP)
		return _("This kernel cannot trace packets through its rules.");

	if (err == -ETIMEDOUT)
		return _(
			"It took too long until packets were traced through the rules.");

	return strerror(-err);
}

static void wait_more(struct tracing *t)
{
	struct pollfd fd = { t->recording.control, POLLIN, 0 };

	(void)poll(&fd, 1, TICK);
	(void)recording_has_more(&t->recording);
	check_screen_wait(
		&t->server->screen,
		_("waiting for the client's next packet, to trace it through the rules"),
		t->began_ns);
}

/* One table's life. 0; -errno: it could not be armed. */
static int run_round(struct tracing *t, const struct nftrace_request *q)
{
	int64_t until = clock_now() + NFTRACE_SECONDS * CLOCK_SECOND;
	int file = -1, control = -1;
	int err = check_rights_trace(&t->server->rights, q, &file, &control);

	if (err)
		return err;

	t->size = 0;
	t->recording = recording_of(file, control);
	err = recording_wait(&t->recording, ARM_LIMIT * MS);
	if (!err)
		err = server_probe_again(t->server);
	while (!err && !t->end && !t->recording.is_ended &&
	       clock_now() < until && !*t->server->stop) {
		wait_more(t);
		err = read_trace(t);
	}
	recording_finish(&t->recording);
	if (!err)
		err = read_noted(t);
	recording_done(&t->recording);
	return err;
}

static int run_rounds(struct tracing *t)
{
	const struct nftrace_request q = server_trace_request(t);
	int err = 0;

	for (int i = 0; i < ROUNDS && !err && !t->end && !*t->server->stop; i++)
		err = run_round(t, &q);
	check_screen_wait(&t->server->screen, NULL, 0);
	return err;
}

static int trace(struct tracing *t)
{
	bool is_mapped = false;
	int err = run_rounds(t);

	if (err == -ENOMEM)
		return err;
	if (err) {
		case_not_looked(t->server->record, server_trace_source,
				server_trace_reason(err));
		return 0;
	}
	if (t->end)
		err = server_trace_map(t, &is_mapped);
	if (err)
		return err;
	if (is_mapped)
		server_trace_tell(t);
	server_trace_step(t, is_mapped);
	return t->attempt->facts.failed ? -ENOMEM : 0;
}

int server_trace_replay(struct server *s, const struct look_question *q,
			struct attempt *a)
{
	const struct server_seen seen = { .client = q->client,
					  .server = q->server };
	struct tracing t = { .server = s,
			     .rules = s->rules,
			     .seen = &seen,
			     .question = q,
			     .attempt = a,
			     .recording = recording_none(),
			     .arena = arena_new() };
	int err = t.arena ? read_noted(&t) : -ENOMEM;

	if (!err && t.end && server_trace_find(&t)) {
		server_trace_tell(&t);
		server_trace_step(&t, true);
	}
	arena_free(t.arena);
	return err == -ENODATA ? 0 : err;
}

/* Rules that drop nothing there may have set a mark: where the route that the
 * answer then has refuses it, netfilter drops it behind its last rule
 * (ip_route_me_harder()). */
static bool is_rerouted(const struct tracing *t)
{
	const struct drop_event *e = server_trace_filtered(t);

	return e->hook == DROP_HOOK_OUTPUT && e->engine == DROP_ENGINE_HOOK &&
	       t->rules->way.kind >= FACT_RULES_ACCEPT && t->has_packets &&
	       !t->end;
}

static void tell_denied(const struct tracing *t, struct facts *facts)
{
	if (!is_rerouted(t)) {
		facts_forget(facts, FACT_RULES_READ);
		return;
	}

	facts_forget(facts, FACT_DROP_RULES_REPLY);
	fact_tell(facts, FACT_DROP_OTHERWISE, server_trace_source, NULL, NULL);
}

int server_trace(struct server *s, const struct server_seen *seen,
		 const struct look_question *q, struct attempt *a)
{
	struct tracing t = { .server = s,
			     .rules = s->rules,
			     .seen = seen,
			     .question = q,
			     .attempt = a,
			     .recording = recording_none(),
			     .began_ns = clock_now() };
	int err;

	/* What answered it is no rule that refuses it. */
	if (fact_has(&seen->facts, FACT_PROBE_ANSWERED))
		return 0;
	if (s->host.is_saved || server_trace_is_settled(&t) ||
	    !server_trace_is_likely(&t))
		return 0;

	t.arena = arena_new();
	if (!t.arena)
		return -ENOMEM;
	err = trace(&t);
	if (server_trace_is_denied(&t))
		tell_denied(&t, &a->facts);
	arena_free(t.arena);
	return err;
}
