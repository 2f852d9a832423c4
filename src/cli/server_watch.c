#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "cli/server.h"
#include "cli/server_frame.h"
#include "net/packet.h"
#include "trace/flow.h"

/*
 * The attempts of others, seen by a capture that goes on while it is read. It is
 * small by its filter: the service's packets, those that open and close other
 * connections, and what ICMP and neighbour discovery say. So it is read from its
 * beginning each time, and the less often the longer that takes.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum {
	PAUSE = 40,     /* ms between two looks, at least */
	SHARE = 10,     /* of the time that is not spent on reading */
	SILENCE = 1050, /* ms: what the kernel does not answer by then … */
	SERVICE_WAIT = 7000, /* … and the service: tcpd takes five seconds */
	SECOND_TRY = 1000,   /* ms */
	LATE_GREETING = 3000000, /* us after the handshake */
	IDLE = 3000, /* ms: who has said nothing by then, had nothing to say */
	QUIET = 300, /* ms after the last packet of a connection that works */
	/* ms after a packet was dropped, in which a rule's RST would be seen … */
	GRACE = 20,
	GRACE_SILENT = 1, /* … and where the rules that are known send none */
	REPORTED_MOST = 32, /* attempts that nothing but a report shows */
};

/* One reading. */
struct reading {
	const struct server *s;
	struct server_seen *ret;
	int64_t now_ns; /* of the wall's clock, as packets have it */
	unsigned healthy;
	struct address reached; /* has_reached: where a handshake was done */
	bool has_reached;
	bool is_found;
	struct server_seen asked; /* is_asked: the first of those */
	struct server_seen reported[REPORTED_MOST];
	size_t reported_count;
	bool is_again; /* something will be decided soon */
};

static bool is_wanted(const struct reading *r, const struct flow *f)
{
	const struct look_question *q = &r->s->question;

	if (f->protocol != q->protocol || f->ports[FLOW_SERVER] != q->port)
		return false;
	/* A connection that was there before is no attempt. */
	if (f->opening == OPENING_MIDSTREAM)
		return false;
	/* Nor is an answer from another address than the one that was asked. */
	if (f->protocol == PACKET_UDP && f->half[FLOW_SERVER].packets &&
	    !f->half[FLOW_CLIENT].packets)
		return false;
	if (q->has_client &&
	    !address_equal(&f->addresses[FLOW_CLIENT], &q->client))
		return false;
	if (!server_probe_is(r->s, f->ports[FLOW_CLIENT]))
		return false;

	return !q->has_server ||
	       address_equal(&f->addresses[FLOW_SERVER], &q->server);
}

static unsigned tries(const struct flow *f)
{
	return f->protocol == PACKET_TCP ? f->syns
					 : f->half[FLOW_CLIENT].packets;
}

/* What the kernel answers is there at once; what the service does, may take its
 * time. */
static bool is_decided(const struct reading *r, const struct flow *f,
		       const struct fact_set *facts)
{
	int64_t age = (r->now_ns - f->first_ns) / MS;
	int64_t quiet = (r->now_ns - f->last_ns) / MS;

	if (fact_has(facts, FACT_RST_FOR_SYN))
		return true;
	/* One about the answer is no answer: the next may get through. */
	if (fact_has(facts, FACT_ICMP_ERROR) &&
	    !fact_has(facts, FACT_SYNACK_SEEN))
		return true;
	if (fact_has(facts, FACT_PROBE_ANSWERED))
		return true;
	if (f->protocol == PACKET_UDP)
		return fact_has(facts, FACT_UDP_ANSWERED) || age > SILENCE;
	if (!fact_has(facts, FACT_HANDSHAKE_DONE))
		return age > SILENCE || fact_has(facts, FACT_SYN_SILENCE);
	if (fact_has(facts, FACT_SERVER_RST) ||
	    fact_has(facts, FACT_SERVER_CLOSED_FIRST))
		return true;
	if (fact_has(facts, FACT_SERVER_DATA))
		return quiet > QUIET || fact_has(facts, FACT_CLIENT_FIN) ||
		       fact_has(facts, FACT_SERVER_FIN) || age > SERVICE_WAIT;

	return age > SERVICE_WAIT || ((fact_has(facts, FACT_CLIENT_FIN) ||
				       fact_has(facts, FACT_CLIENT_RST)) &&
				      quiet > QUIET);
}

/* One that fails is told rather than one that works, and the first of its
 * kind; but who found the right words in the end got through. */
static int worth(enum status status, enum symptom symptom)
{
	static const int worths[STATUSES] = {
		[STATUS_UNKNOWN] = 0,
		[STATUS_HEALTHY] = 2,
		[STATUS_DEGRADED] = 3,
		[STATUS_FAILING] = 4,
	};

	return symptom == SYMPTOM_WRONG_SERVICE ? 1 : worths[status];
}

static bool is_better(const struct server_seen *now, const struct verdict *v)
{
	return worth(v->status, v->symptom) > worth(now->status, now->symptom);
}

static bool is_unanswered(const struct flow *f, const struct fact_set *facts)
{
	return f->opening == OPENING_SYN && fact_has(facts, FACT_SYN_SEEN) &&
	       !fact_has(facts, FACT_SYNACK_SEEN) &&
	       !fact_has(facts, FACT_RST_FOR_SYN) &&
	       !fact_has(facts, FACT_ICMP_ERROR);
}

/* A SYN that nothing answers: this kernel answers within microseconds, so a
 * tenth of a second is silence where that was foretold, and a second in any
 * case, though the client may have given up before it tried again. */
static bool is_silent(const struct reading *r, const struct flow *f,
		      const struct fact_set *facts)
{
	const int64_t least = r->s->foretold_as == SYMPTOM_SYN_UNANSWERED
				      ? (int64_t)SERVER_FORETOLD_SILENCE
				      : (int64_t)SILENCE;

	return is_unanswered(f, facts) && r->now_ns - f->first_ns > least * MS;
}

static struct server_seen seen_of(const struct flow *f,
				  const struct fact_set *facts)
{
	return (struct server_seen){
		.client = f->addresses[FLOW_CLIENT],
		.server = f->addresses[FLOW_SERVER],
		.client_port = f->ports[FLOW_CLIENT],
		.facts = *facts,
		.first_ns = f->first_ns,
	};
}

/* The kernel itself reports that it dropped it: nothing more will come of this
 * one. What answers it in the same breath is read from the capture. */
static bool is_dropped(struct reading *r, const struct flow *f,
		       const struct fact_set *facts)
{
	const int64_t grace = r->s->foretold_as == SYMPTOM_SYN_UNANSWERED
				      ? GRACE_SILENT
				      : GRACE;
	const struct server_seen seen = seen_of(f, facts);
	const struct drop_event *e;

	if (fact_has(facts, FACT_HANDSHAKE_DONE) ||
	    fact_has(facts, FACT_SYNACK_SEEN) ||
	    fact_has(facts, FACT_UDP_ANSWERED) ||
	    fact_has(facts, FACT_RST_FOR_SYN) ||
	    fact_has(facts, FACT_ICMP_ERROR))
		return false;

	e = server_drops_took(r->s, &seen);
	if (!e || clock_now() - e->at_ns > grace * MS)
		return e;

	r->is_again = true;
	return false;
}

/* What the client spoke, on a port of which nobody knows what it serves, is its
 * own choice: programs that look what there is try this and that. A checksum
 * that looks wrong here is the device's to fill in, or was checked by it; the
 * kernel's counter tells a wrong one. */
static struct fact_set facts_of(const struct reading *r, const struct flow *f,
				const struct flow_note *note,
				const struct fact_set *facts, bool is_dropped)
{
	enum { PROXY_PASSWORD = 407 /* RFC 9110 15.5.8 */ };

	struct fact_set ret = *facts;

	if (!r->s->record->target.service &&
	    fact_has(facts, FACT_OTHER_PROTOCOL)) {
		fact_remove(&ret, FACT_OTHER_PROTOCOL);
		/* A service that says so and closes, with the rest of what
		 * came unread: its kernel resets. */
		if (fact_has(facts, FACT_SERVER_DATA))
			fact_remove(&ret, FACT_SERVER_RST);
	}
	fact_remove(&ret, FACT_SYN_CHECKSUM_BAD);
	/* What a name server answers is an answer. */
	fact_remove(&ret, FACT_DNS_NXDOMAIN);
	fact_remove(&ret, FACT_DNS_REFUSED);
	/* Who got what he wanted may hang up as he likes. */
	if (fact_has(facts, FACT_SERVER_DATA) &&
	    !fact_has(facts, FACT_SERVER_RST) &&
	    !fact_has(facts, FACT_TLS_ALERT_CLIENT))
		fact_remove(&ret, FACT_CLIENT_RST);
	/* Only a proxy says so, to whoever took it for none, too. */
	if (note && note->http_status == PROXY_PASSWORD)
		fact_add(&ret, FACT_HTTP_PROXY_REFUSED);
	/* Whoever greets speaks first, whatever the port. */
	if (f->said & (SAID_GREETING | SAID_SSH_SERVER) && f->open_us &&
	    f->answer_us >= LATE_GREETING) {
		fact_add(&ret, FACT_SERVER_FIRST);
		fact_add(&ret, FACT_ANSWER_SLOW);
	}
	if (is_silent(r, f, facts) || (is_dropped && is_unanswered(f, facts))) {
		fact_add(&ret, FACT_SYN_SILENCE);
		fact_add(&ret, FACT_SYN_ARRIVED);
	}
	server_probe_facts(r->s, &ret);
	return ret;
}

/* The kernel gives up after three questions, one a second (mcast_solicit). */
enum { ASKED_IN_VAIN = 3, ASKED_AGE = 2500 /* ms */ };

/* Somebody asks on a link for an address of this host's, and nobody answers. */
static void take_question(struct reading *r, const struct flow *f,
			  const struct fact_set *facts)
{
	const struct look_question *q = &r->s->question;
	const struct address *asked = &f->addresses[FLOW_SERVER];
	const struct address *asker = &f->addresses[FLOW_CLIENT];
	const struct links *l = looks_links(r->s->looks);

	if (r->asked.is_asked || f->half[FLOW_SERVER].packets ||
	    f->half[FLOW_CLIENT].packets < ASKED_IN_VAIN ||
	    (r->now_ns - f->first_ns) / MS < ASKED_AGE ||
	    !links_own(l, asked) || links_own(l, asker))
		return;
	if (q->has_server && !address_equal(asked, &q->server))
		return;
	if (q->has_client && address_is_v4(&q->client) != address_is_v4(asker))
		return;

	r->asked = (struct server_seen){
		.client = *asker,
		.server = *asked,
		.facts = *facts,
		.status = STATUS_FAILING,
		.symptom = SYMPTOM_ARP_UNANSWERED,
		.is_decided = true,
		.is_asked = true,
		.first_ns = f->first_ns,
	};
	fact_add(&r->asked.facts, FACT_ARP_SILENCE);
}

/* The client itself reset a SYN-ACK that came too late for it, as of a probe's
 * that was closed meanwhile: where a connection of its came about, the way there
 * and back is open. A client that resets all of them is told. */
static bool is_given_up(const struct reading *r, const struct flow *f,
			const struct fact_set *facts, enum symptom symptom)
{
	return r->s->question.has_client && r->has_reached &&
	       symptom == SYMPTOM_SYNACK_UNANSWERED &&
	       fact_has(facts, FACT_SYNACK_RESET) &&
	       address_equal(&f->addresses[FLOW_SERVER], &r->reached);
}

/* What those do who only look whether a port is open (scanners, the checks of
 * load balancers), whose address is forged, or who open connections ahead of
 * need (browsers): nothing of it is the service's fault. Who waits for a failure
 * of anybody is not told it; of a client that was named, all is told. */
static bool is_passer_by(const struct reading *r, const struct flow *f,
			 const struct fact_set *facts, enum symptom symptom)
{
	bool is_mute = !fact_has(facts, FACT_CLIENT_DATA) &&
		       !fact_has(facts, FACT_SERVER_DATA);

	if (r->s->question.has_client || f->protocol != PACKET_TCP)
		return false;
	if (symptom == SYMPTOM_SYNACK_UNANSWERED)
		return fact_has(facts, FACT_SYNACK_RESET) ||
		       !fact_has(facts, FACT_SYN_REPEATED);
	if (symptom == SYMPTOM_WRONG_SERVICE)
		return fact_has(facts, FACT_OTHER_PROTOCOL);
	if (symptom == SYMPTOM_CLOSED_AFTER_CONNECT)
		return is_mute && (f->last_ns - f->first_ns) / MS > IDLE;

	return (symptom == SYMPTOM_RESET_AFTER_CONNECT ||
		symptom == SYMPTOM_RESET_MID_STREAM) &&
	       fact_has(facts, FACT_CLIENT_RST) &&
	       !fact_has(facts, FACT_SERVER_RST);
}

/* The capture shows it: no report is needed for that. */
static void is_captured(struct reading *r, const struct flow *f)
{
	for (size_t i = 0; i < r->reported_count; i++)
		if (r->reported[i].client_port == f->ports[FLOW_CLIENT] &&
		    address_equal(&r->reported[i].client,
				  &f->addresses[FLOW_CLIENT]))
			r->reported[i--] = r->reported[--r->reported_count];
}

static void take_flow(void *context, const struct flow *f,
		      const struct flow_note *note,
		      const struct fact_set *facts)
{
	struct reading *r = context;
	struct server_seen *ret = r->ret;
	bool is_lost = is_wanted(r, f) && is_dropped(r, f, facts);
	const struct fact_set own = facts_of(r, f, note, facts, is_lost);
	unsigned packets = ret->packets;
	const struct verdict *v;

	if (f->protocol == PACKET_ARP)
		take_question(r, f, facts);
	if (!is_wanted(r, f))
		return;
	is_captured(r, f);
	packets += tries(f);
	ret->packets = packets;
	if (!is_lost && !is_decided(r, f, &own))
		return;

	v = diag_judge(r->s->diag, &own);
	if (!v)
		return;
	r->healthy += v->status == STATUS_HEALTHY;
	if ((r->is_found && !is_better(ret, v)) ||
	    is_passer_by(r, f, &own, v->symptom) ||
	    is_given_up(r, f, &own, v->symptom))
		return;
	/* It may try again in other words. */
	if (v->symptom == SYMPTOM_WRONG_SERVICE &&
	    r->now_ns - f->last_ns < SECOND_TRY * MS)
		return;

	r->is_found = true;
	*ret = seen_of(f, &own);
	ret->packets = packets;
	ret->status = v->status;
	ret->symptom = v->symptom;
	ret->is_decided = true;
	ret->is_dropped = is_lost;
}

static void note_reached(void *context, const struct flow *f,
			 const struct flow_note *note,
			 const struct fact_set *facts)
{
	struct reading *r = context;

	(void)note;
	if (r->has_reached || !is_wanted(r, f) ||
	    !fact_has(facts, FACT_HANDSHAKE_DONE))
		return;

	r->reached = f->addresses[FLOW_SERVER];
	r->has_reached = true;
}

static int read_all(struct reading *r, const void *data, size_t size)
{
	struct flow_table *table = own_capture_table();
	struct source source = own_capture_source(data, size, VANTAGE_SERVER);
	int err = table ? own_capture_flows(&source, table) : -ENOMEM;

	if (!err) {
		flow_table_each(table, note_reached, r);
		flow_table_each(table, take_flow, r);
	}
	flow_table_free(table);
	return err;
}

/* Without --from, connections that work are only counted. */
static bool is_told(const struct server *s, const struct server_seen *seen)
{
	return s->question.has_client || seen->status == STATUS_FAILING ||
	       seen->status == STATUS_DEGRADED;
}

/* One that no capture showed. */
static void take_reported(struct reading *r)
{
	for (size_t i = 0; i < r->reported_count && !r->is_found; i++) {
		struct server_seen *seen = &r->reported[i];
		const struct verdict *v = diag_judge(r->s->diag, &seen->facts);

		if (!v)
			continue;
		seen->status = v->status;
		seen->symptom = v->symptom;
		*r->ret = *seen;
		r->is_found = true;
	}
}

static int read_capture(struct reading *r, const struct server_watch *w)
{
	size_t size;
	void *data;
	int err = recording_map(&w->capture, &data, &size);

	if (!err && size)
		err = read_all(r, data, size);
	if (!err && !r->is_found)
		take_reported(r);
	/* It is not because of that, where packets come in. */
	if (!err && !r->is_found && !r->ret->packets && r->asked.is_asked) {
		*r->ret = r->asked;
		r->is_found = true;
	}
	if (!err && r->is_found && !r->ret->is_reported) {
		const struct source source =
			own_capture_source(data, size, VANTAGE_SERVER);

		err = server_frame_find(r->s, r->ret, &source);
	}
	recording_unmap(data, size);
	return err;
}

/* The longer it takes to read, the less often; and at once where more was
 * written, or something is about to be decided: that is not for long. */
static void set_pace(struct server_watch *w, int64_t began, bool is_again)
{
	int64_t now = clock_now();

	w->has_more = false;
	w->soon_ns = now + (now - began) * (is_again ? 1 : SHARE);
	w->next_ns = w->soon_ns + (is_again ? 1 : PAUSE) * MS;
}

static bool is_time(const struct server_watch *w)
{
	int64_t now = clock_now();

	return now >= w->next_ns || (w->has_more && now >= w->soon_ns);
}

int server_watch_look(struct server *s, struct server_seen *ret)
{
	struct server_watch *w = &s->watch;
	struct reading r = { .s = s, .ret = ret, .now_ns = clock_wall() };
	int64_t began = clock_now();
	int err;

	*ret = (struct server_seen){ .status = STATUS_UNKNOWN };
	if (!is_time(w))
		return 0;

	err = server_drops_read(s);
	if (!err) {
		r.reported_count =
			server_drops_only(s, r.reported, REPORTED_MOST);
		err = read_capture(&r, w);
	}
	w->healthy = r.healthy;
	set_pace(w, began, r.is_again);
	if (err)
		return err;

	return r.is_found && is_told(s, ret);
}

static bool is_listened_to(const struct server_watch *w,
			   const struct recording *r)
{
	return !w->has_more && r->is_armed && !r->is_ended;
}

void server_watch_wait(struct server *s, int timeout_ms)
{
	struct server_watch *w = &s->watch;
	struct recording *all[] = { &w->capture, &s->drops.recording };
	struct pollfd fds[2];
	int64_t at = w->has_more ? w->soon_ns : w->next_ns;
	int64_t left = (at - clock_now() + MS - 1) / MS;

	for (size_t i = 0; i < 2; i++)
		fds[i] = (struct pollfd){ is_listened_to(w, all[i])
						  ? all[i]->control
						  : -1,
					  POLLIN, 0 };
	if (left < 0)
		left = 0;
	if (left < timeout_ms)
		timeout_ms = (int)left;
	(void)poll(fds, 2, timeout_ms);
	for (size_t i = 0; i < 2; i++)
		if (recording_has_more(all[i]))
			w->has_more = true;
}
