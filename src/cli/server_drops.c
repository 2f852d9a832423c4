#include "cli/server_drops.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/drop_words.h"
#include "cli/server.h"
#include "cli/server_rules.h"
#include "host/links.h"
#include "host/reader.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

enum {
	ARM_LIMIT = 250,  /* ms since it was begun */
	SLACK = 2,        /* ms between two clocks that are read in turn */
	NO_CAPTURE = 300, /* ms: what no capture shows by then, it does not */
	FLAG_SYN = 0x02,
	FLAG_ACK = 0x10,
};

static const char drops_source[] = "drops";

static void not_looked(struct server *s, const char *why)
{
	struct server_drops *d = &s->drops;

	if (!d->is_not_looked)
		case_not_looked(s->record, drops_source, why);
	d->is_not_looked = true;
}

void server_drops_begin(struct server *s)
{
	struct server_drops *d = &s->drops;
	struct drops_request q = { .protocol = s->question.protocol,
				   .client = s->question.client,
				   .has_client = s->question.has_client };
	int file = -1, control = -1, err;

	/* Behind a translation it has another port. */
	d->is_sent_on = server_rules_may_send_on(s->rules);
	if (!q.has_client && !d->is_sent_on)
		q.port = s->question.port;
	d->arena = arena_new();
	err = d->arena ? check_rights_drops(&s->rights, &q, &file, &control)
		       : -ENOMEM;
	if (err) {
		not_looked(s, drop_words_reason(err));
		return;
	}

	d->recording = recording_of(file, control);
	d->began_ns = clock_now();
}

/* Once its first byte has come, or has not: 0, or why it cannot be had. */
static void arm_by(struct server *s, int64_t until_ns)
{
	struct server_drops *d = &s->drops;
	int64_t left = until_ns - clock_now();
	int err;

	if (!d->began_ns || d->armed_ns)
		return;

	err = recording_wait(&d->recording, left > 0 ? left : 0);
	if (!err) {
		d->armed_ns = clock_now();
	} else if (err != -ETIMEDOUT) {
		not_looked(s, drop_words_reason(err));
		recording_done(&d->recording);
		d->began_ns = 0;
	}
}

void server_drops_arm(struct server *s)
{
	arm_by(s, s->drops.began_ns + ARM_LIMIT * MS);
}

static int read_list(struct server_drops *d, const void *data, size_t size)
{
	int err;

	arena_clear(d->arena);
	d->list = (struct drops_list){ 0 };
	d->size = size;
	err = drops_read(data, size, d->arena, &d->list);
	/* What is being written now is read the next time. */
	return err == -EINVAL ? 0 : err;
}

int server_drops_read(struct server *s)
{
	struct server_drops *d = &s->drops;
	size_t size;
	void *data;
	int err;

	arm_by(s, 0);
	if (!d->armed_ns)
		return 0;

	err = recording_map(&d->recording, &data, &size);
	if (!err && size > d->size)
		err = read_list(d, data, size);
	recording_unmap(data, size);
	return err;
}

/* Both clocks, at about the same time. */
static int64_t wall_ahead(void)
{
	return clock_wall() - clock_now();
}

struct drops_flow server_drops_flow(const struct server_seen *seen,
				    uint8_t protocol, uint16_t port)
{
	return (struct drops_flow){
		.protocol = protocol,
		.client = seen->client,
		.server = seen->server,
		.client_port = seen->client_port,
		.port = port,
		.since_ns = seen->first_ns - wall_ahead() - SLACK * MS,
	};
}

/* A copy of a packet for somebody else (a bridge's own ear, a capture's) may be
 * dropped while the packet goes on; and TCP drops a SYN that came twice, for no
 * reason that it tells. */
static bool is_sure(const struct drop_event *e)
{
	static const char *const of_copies[] = { "OTHERHOST",
						 "PACKET_SOCK_ERROR",
						 "TAP_FILTER", "TAP_TXFILTER" };

	for (size_t i = 0; i < sizeof(of_copies) / sizeof(*of_copies); i++)
		if (text_same(e->reason, of_copies[i]))
			return false;

	return e->what == DROP_PACKET &&
	       !(text_same(e->reason, "NOT_SPECIFIED") && e->place &&
		 !strncmp(e->place, "tcp_", 4));
}

static bool is_opening(const struct drop_event *e, bool is_reply)
{
	uint8_t flags = is_reply ? FLAG_SYN | FLAG_ACK : FLAG_SYN;

	return e->protocol != IPPROTO_TCP ||
	       (e->flags & (FLAG_SYN | FLAG_ACK)) == flags;
}

/* Where it may have been sent on, the server's end is any. */
static bool is_from(const struct server *s, const struct drop_event *e,
		    const struct server_seen *seen)
{
	return e->from_port == seen->client_port &&
	       (s->drops.is_sent_on || e->to_port == s->question.port) &&
	       address_equal(&e->from, &seen->client);
}

static bool is_to(const struct server *s, const struct drop_event *e,
		  const struct server_seen *seen)
{
	return e->to_port == seen->client_port &&
	       (s->drops.is_sent_on || e->from_port == s->question.port) &&
	       address_equal(&e->to, &seen->client);
}

const struct drop_event *server_drops_took(const struct server *s,
					   const struct server_seen *seen)
{
	const struct drops_list *l = &s->drops.list;
	int64_t since = seen->first_ns - wall_ahead() - SLACK * MS;
	const struct drop_event *ret = NULL;

	for (size_t i = 0; i < l->count; i++) {
		const struct drop_event *e = &l->events[i];
		bool is_in = is_from(s, e, seen), is_out = is_to(s, e, seen);

		if (e->protocol != s->question.protocol || e->at_ns < since ||
		    (!is_in && !is_out))
			continue;
		/* The capture will show what is answered. */
		if (e->what == DROP_RESET || e->what == DROP_ICMP)
			return NULL;
		if (!ret && is_sure(e) && is_opening(e, is_out))
			ret = e;
	}

	return ret;
}

static bool is_wanted(const struct server *s, const struct drop_event *e)
{
	const struct look_question *q = &s->question;

	if (!is_sure(e) || !is_opening(e, false) ||
	    e->protocol != q->protocol || e->to_port != q->port)
		return false;
	if (q->has_client && !address_equal(&e->from, &q->client))
		return false;
	if (q->has_server && !address_equal(&e->to, &q->server))
		return false;

	return (q->has_server || links_own(looks_links(s->looks), &e->to)) &&
	       clock_now() - e->at_ns > NO_CAPTURE * MS;
}

static void make_seen(const struct server *s, const struct drop_event *e,
		      struct server_seen *ret)
{
	const struct links_link *l =
		links_by_index(looks_links(s->looks), e->device);
	struct fact_set *f = &ret->facts;

	*ret = (struct server_seen){
		.client = e->from,
		.server = e->to,
		.client_port = e->from_port,
		.device = e->device,
		.packets = e->count ? (unsigned)e->count : 1,
		.is_decided = true,
		.is_reported = true,
		.first_ns = e->at_ns + wall_ahead(),
	};
	if (l)
		memcpy(ret->device_name, l->name, sizeof(l->name));
	fact_add(f, FACT_AT_SERVER);
	fact_add(f, address_is_v4(&e->from) ? FACT_IS_V4 : FACT_IS_V6);
	if (e->protocol == IPPROTO_TCP) {
		fact_add(f, FACT_SYN_SEEN);
		fact_add(f, FACT_SYN_SILENCE);
		fact_add(f, FACT_SYN_ARRIVED);
	} else {
		fact_add(f, FACT_UDP_REQUEST);
		fact_add(f, FACT_UDP_SILENCE);
	}
}

size_t server_drops_only(const struct server *s, struct server_seen *list,
			 size_t most)
{
	const struct drops_list *l = &s->drops.list;
	size_t count = 0;

	for (size_t i = 0; i < l->count && count < most; i++)
		if (is_wanted(s, &l->events[i]))
			make_seen(s, &l->events[i], &list[count++]);

	return count;
}

/* What was reported is saved with the host. */
static int read_noted(struct server_drops *d)
{
	struct text bytes = TEXT_NULL;
	int err = recording_note(&d->recording, drops_source, &bytes);

	if (!err)
		err = read_list(d, bytes.data, bytes.len);
	text_done(&bytes);
	return err;
}

/* It began before the attempt did, and has told all. */
static bool is_whole(const struct server_drops *d, int64_t since_ns)
{
	return d->recording.is_ended && d->armed_ns <= since_ns;
}

static void tell_step(struct server *s, const struct drops_flow *who)
{
	struct text words = TEXT_NULL;
	bool is_dropped = drop_words(&words, &s->drops.list, who);

	case_step(s->record, drops_source, is_dropped ? STEP_FAIL : STEP_PASS,
		  -1, text_string(&words));
	text_done(&words);
}

int server_drops_tell(struct server *s, struct drops_flow *who,
		      struct attempt *a)
{
	struct server_drops *d = &s->drops;
	struct text words = TEXT_NULL;
	int err;

	arm_by(s, 0);
	if (!d->armed_ns) {
		if (d->began_ns)
			not_looked(s, drop_words_reason(-ETIMEDOUT));
		return 0;
	}

	recording_finish(&d->recording);
	err = read_noted(d);
	if (err)
		return err;

	who->is_whole = is_whole(d, who->since_ns);
	(void)drops_tell(&d->list, who, &a->facts);
	if (!who->is_whole)
		facts_forget(&a->facts, FACT_RULE_RST);
	tell_step(s, who);
	if (drop_words_missing(&words, &d->list))
		not_looked(s, text_string(&words));
	text_done(&words);
	return a->facts.failed ? -ENOMEM : 0;
}

int server_drops_replay(struct server *s, struct drops_flow *who,
			struct facts *facts)
{
	struct server_drops *d = &s->drops;
	int err;

	d->arena = d->arena ? d->arena : arena_new();
	err = d->arena ? read_noted(d) : -ENOMEM;
	/* No attempt was seen then, or by a program that asked nothing. */
	if (err)
		return err == -ENODATA ? 0 : err;
	if (drops_tell(&d->list, who, facts))
		tell_step(s, who);
	return facts->failed ? -ENOMEM : 0;
}

void server_drops_end(struct server *s)
{
	struct server_drops *d = &s->drops;

	recording_done(&d->recording);
	arena_free(d->arena);
	*d = (struct server_drops){ .recording = recording_none() };
}
