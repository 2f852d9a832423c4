#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/server.h"
#include "cli/server_trace.h"
#include "host/links.h"
#include "host/netlink.h"
#include "host/reader.h"
#include "host/route.h"
#include "report/words.h"

/*
 * First the host as it is, and what that foretells; then what really becomes of
 * an attempt. Counters are read as late as possible before, and as soon as
 * possible after.
 */
enum { TICK = 40, SETTLE = 40 /* ms */ };

/* The kernel has dealt with a packet of its own in far less. */
#define PROBE_LIMIT ((int64_t)2500 * CLOCK_MILLISECOND)

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* The second Ctrl-C ends us. */
static void catch_interrupt(void)
{
	struct sigaction act = { .sa_handler = on_interrupt,
				 .sa_flags = (int)SA_RESETHAND };

	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
}

static void tell_general(struct server *s)
{
	struct facts *f = &s->record->general;

	fact_tell(f, FACT_FORETOLD, "server", NULL, NULL);
	if (s->question.protocol == IPPROTO_UDP)
		fact_tell(f, FACT_ASKS_UDP, "server", NULL, NULL);
}

static void tell_family(struct attempt *a)
{
	fact_tell(&a->facts,
		  address_is_v4(&a->address) ? FACT_IS_V4 : FACT_IS_V6,
		  "server", NULL, NULL);
}

/* The first that others can ask for, of the client's family. */
static void guess_own(const struct links *l, struct look_question *q)
{
	bool is_v4 = address_is_v4(&q->client);

	for (size_t i = 0; i < l->address_count && !q->has_server; i++) {
		const struct links_address *a = &l->addresses[i];

		if (address_is_loopback(&a->address) || a->is_tentative ||
		    a->scope != 0 /* RT_SCOPE_UNIVERSE */ ||
		    address_is_v4(&a->address) != is_v4)
			continue;
		q->server = a->address;
		q->has_server = true;
		if (!q->device)
			q->device = a->index;
	}
}

/* The address that this client would ask for, and the device it would come by:
 * those that the kernel answers it from, unless it is known better. */
static int guess_way(struct server *s, struct look_question *q)
{
	struct route_question ask = { .destination = q->client };
	struct netlink *n;
	struct route route;
	int refusal = 0;
	int err = netlink_open(&n, NETLINK_ROUTE);

	if (err)
		return err;
	if (!route_get(n, &ask, &route, &refusal)) {
		if (!q->has_server && route.has_source) {
			q->server = route.source;
			q->has_server = q->is_guessed = true;
		}
		if (!q->device && route.has_device)
			q->device = route.device;
	}
	netlink_close(n);
	guess_own(looks_links(s->looks), q);
	return 0;
}

static const char *device_name(const struct server *s, uint32_t device)
{
	const struct links_link *l =
		device ? links_by_index(looks_links(s->looks), device) : NULL;

	return l ? l->name : NULL;
}

/* What was seen of this client when the host was saved. */
static int replay(struct server *s, const struct look_question *q,
		  struct attempt *a)
{
	struct drops_flow who = { .protocol = q->protocol,
				  .client = q->client,
				  .server = q->server,
				  .port = q->port,
				  .inner = q->inner,
				  .inner_port = q->inner_port,
				  .has_inner = q->has_inner };
	int err = server_drops_replay(s, &who, &a->facts);

	return err ? err : server_trace_replay(s, q, a);
}

/* What the set-up does to this client, without a packet of it. */
static int foretell(struct server *s)
{
	struct look_question q = s->question;
	struct attempt *a = NULL;
	struct facts *facts = &s->record->general;
	int err = 0;

	if (q.has_client) {
		err = guess_way(s, &q);
		s->foretold = q;
		if (!err && q.has_server) {
			a = case_client(s->record, &q.server, &q.client, 0);
			if (!a)
				return -ENOMEM;
			tell_family(a);
			facts = &a->facts;
		}
	}
	if (!err)
		err = server_rules_client(s->rules, &q,
					  device_name(s, q.device), facts);
	server_rules_sent_on(s->rules, &q);
	if (!err)
		err = a ? looks_client(s->looks, &q, facts)
			: looks_anybody(s->looks, &q, facts);
	/* Nobody knows what would have been found. */
	if (reader_missed())
		fact_tell(&s->record->general, FACT_SAVED_PARTLY, "server",
			  NULL, NULL);
	if (!err && a && s->host.is_saved)
		err = replay(s, &q, a);
	looks_steps(s->looks);
	check_screen_sync(&s->screen, s->record);
	return err;
}

static int look_around(struct server *s)
{
	int err;

	/* Of who waits, counters are read as late as can be. */
	if (s->is_foretelling)
		check_rights_rules_begin(&s->rights);
	s->looks = looks_new(s->record, &s->question, &err);
	if (!s->looks)
		return err;
	/* Where connections wait, one more would fill the queue. */
	if (!s->is_mute &&
	    !fact_has(&s->record->general.set, FACT_CONNECTIONS_WAIT))
		err = server_local(s);
	check_screen_sync(&s->screen, s->record);
	if (!err)
		err = server_rules_new(&s->rules, &s->rights, s->record);
	return err;
}

/* Says what is foretold, while it is waited for. */
static int tell_foretold(struct server *s)
{
	struct case_verdict v;
	struct text words = TEXT_NULL;
	struct ticket t = s->screen.ticket;
	int err = case_judge(s->diag, s->record, &v);

	if (err)
		return err;
	s->foretold_as = v.verdict.symptom;
	if (s->screen.is_quiet)
		return 0;

	ticket_init(&t, s->record, &v);
	ticket_foretold(&words, &t);
	(void)fputs(text_string(&words), stdout);
	(void)fflush(stdout);
	text_done(&words);
	return 0;
}

static void say_waiting(const struct server *s)
{
	struct text service = TEXT_NULL, from = TEXT_NULL;

	text_format(&service, "%s/%u",
		    s->question.protocol == IPPROTO_UDP ? "udp" : "tcp",
		    s->question.port);
	if (s->question.has_client) {
		address_text(&from, &s->question.client);
		(void)fprintf(
			stderr,
			_("kiriwake: waiting for an attempt of %1$s to reach %2$s (Ctrl-C ends it)\n"),
			text_string(&from), text_string(&service));
	} else {
		(void)fprintf(
			stderr,
			_("kiriwake: waiting for an attempt to reach %s that fails (Ctrl-C ends it)\n"),
			text_string(&service));
	}
	text_done(&service);
	text_done(&from);
}

static bool is_late(const struct server *s, int64_t since_ns)
{
	if (s->probe.is_sent && clock_now() - since_ns >= PROBE_LIMIT)
		return true;

	return interrupted ||
	       (s->timeout_ns && clock_now() - since_ns >= s->timeout_ns);
}

/* 1: one was seen; 0: none, until the end of the time. */
static int wait_attempt(struct server *s, struct server_seen *seen)
{
	int64_t began = clock_now();
	struct text words = TEXT_NULL;
	int err = 0;

	if (!s->probe.is_sent)
		say_waiting(s);
	while (!err && !is_late(s, began)) {
		server_watch_wait(s, TICK);
		err = server_watch_look(s, seen);
		text_clear(&words);
		if (s->watch.healthy)
			text_format(&words,
				    ngettext("waiting; %u attempt worked",
					     "waiting; %u attempts worked",
					     s->watch.healthy),
				    s->watch.healthy);
		else
			text_str(&words, _("waiting for an attempt"));
		check_screen_wait(&s->screen, text_string(&words), began);
	}
	check_screen_wait(&s->screen, NULL, 0);
	text_done(&words);
	return err;
}

/* What the kernel says of them, also behind a translation. */
static int take_reports(struct server *s, const struct server_seen *seen,
			const struct look_question *q, struct attempt *a)
{
	struct drops_flow who = server_drops_flow(seen, q->protocol, q->port);

	/* What is dropped then ends what nobody goes on with. */
	if (fact_has(&seen->facts, FACT_PROBE_ANSWERED))
		return 0;
	who.inner = q->inner;
	who.inner_port = q->inner_port;
	who.has_inner = q->has_inner;
	return server_drops_tell(s, &who, a);
}

/* A program that ended the connection is given a moment to end itself. */
static void settle(const struct server_seen *seen)
{
	if (fact_has(&seen->facts, FACT_SERVER_RST) ||
	    fact_has(&seen->facts, FACT_SERVER_CLOSED_FIRST))
		(void)poll(NULL, 0, SETTLE);
}

/* Its frames are for another station, behind another port of the bridge. */
static bool is_bridged(const struct links *l, const struct look_question *q)
{
	return q->has_macs && !links_own(l, &q->server) &&
	       links_bridge(l, q->device) && !(q->to_mac[0] & 1) &&
	       !links_has_mac(l, q->to_mac);
}

/* What the packets and the counters show of it. What was foretold of the same
 * client gives way. */
static int take_attempt(struct server *s, const struct server_seen *seen)
{
	struct look_question q = s->question;
	struct attempt *a;
	int err;

	q.client = seen->client;
	q.server = seen->server;
	q.client_port = seen->client_port;
	q.device = seen->device;
	q.packets = seen->packets;
	q.is_uncaptured = seen->is_reported;
	q.has_macs = seen->has_macs;
	q.vlan = seen->vlan;
	q.ttl = seen->ttl;
	memcpy(q.from_mac, seen->from_mac, sizeof(q.from_mac));
	memcpy(q.to_mac, seen->to_mac, sizeof(q.to_mac));
	q.has_client = q.has_server = true;
	q.is_bridged = is_bridged(looks_links(s->looks), &q);

	settle(seen);
	s->record->attempt_count = 0;
	a = case_client(s->record, &q.server, &q.client, q.client_port);
	if (!a)
		return -ENOMEM;
	tell_family(a);
	err = server_rules_client(s->rules, &q, device_name(s, q.device),
				  &a->facts);
	server_rules_sent_on(s->rules, &q);
	/* They are read beside the rest, as the packets left them. */
	if (!err)
		server_rules_after_begin(s->rules, &seen->facts, seen->packets);
	if (!err)
		err = looks_client(s->looks, &q, &a->facts);
	if (!err)
		err = looks_after(s->looks, &q, &seen->facts, &a->facts);
	if (!err)
		err = server_watch_take(s, seen, a);
	if (!err)
		err = take_reports(s, seen, &q, a);
	if (!err)
		server_tls(s, seen, &q, a);
	if (!err)
		err = server_rules_after(s->rules, &seen->facts,
					 &a->icmp_sender, seen->packets,
					 &a->facts);
	if (!err)
		err = server_rules_nd(s->rules, &q, &a->facts);
	if (!err)
		err = server_trace(s, seen, &q, a);
	looks_steps(s->looks);
	check_screen_sync(&s->screen, s->record);
	return err;
}

static int watch_again(struct server *s, struct server_seen *seen)
{
	int err = server_probe_retry(s, seen);

	if (err < 0)
		return err;

	return err ? wait_attempt(s, seen) : 1;
}

static int watch(struct server *s)
{
	const struct facts *client = s->record->attempt_count
					     ? &s->record->attempts[0].facts
					     : &s->record->general;
	struct server_seen seen = { 0 };
	int err = server_probe_begin(s, &client->set);

	if (!err && s->probe.is_wanted && !s->probe.is_sent)
		return server_watch_end(s);
	if (!err)
		err = wait_attempt(s, &seen);
	if (err == 1)
		err = watch_again(s, &seen);
	server_probe_tell(s, err == 1 ? &seen : NULL);
	if (err == 1)
		err = take_attempt(s, &seen);
	else if (!err && !s->probe.is_sent)
		fact_tell(&s->record->general, FACT_NO_ATTEMPT, "capture", NULL,
			  NULL);
	server_probe_end(s);
	if (!err)
		err = server_watch_end(s);
	return err;
}

int server_run(struct server *s)
{
	bool is_watched = false;
	int err;

	catch_interrupt();
	s->stop = &interrupted;
	s->began_ns = clock_now();
	s->diag = diag_new();
	if (!s->diag)
		return -ENOMEM;

	case_at(s->record, VANTAGE_SERVER);
	tell_general(s);
	err = look_around(s);
	if (!err && !s->is_foretelling)
		is_watched = !server_watch_begin(s);
	if (!err)
		err = foretell(s);
	if (!err && is_watched)
		server_drops_arm(s);
	if (!err && !is_watched)
		server_probe_unwatched(s);
	if (!err && is_watched && !interrupted) {
		err = tell_foretold(s);
		if (!err)
			err = watch(s);
	}
	if (!err)
		err = server_rules_boot(s->rules, s->record);
	check_screen_sync(&s->screen, s->record);
	return err ? err : case_judge(s->diag, s->record, &s->verdict);
}
