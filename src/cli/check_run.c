#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/check.h"
#include "cli/check_trace.h"
#include "probe/icmp_error.h"
#include "probe/knock.h"
#include "probe/name_facts.h"

/*
 * The order of the steps, and how long each is waited for. Everything that is
 * not answered at once goes on side by side; nothing is sent that is not needed,
 * because bans and rate limits count what we send.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum {
	CONNECTS_MOST = 4,    /* addresses that are tried: SYNs are counted */
	TICK = 100,           /* ms: how often the screen moves */
	RESOLVE_LIMIT = 30,   /* s: resolv.conf's worst usual case */
	DROPS_AFTER = 25,     /* ms: what answers sooner needs none */
	CONTROL_AFTER = 300,  /* ms without an answer: is the host there? */
	PATH_AFTER = 700,     /* ms: how far does it get? */
	FIRST_VERDICT = 1380, /* ms */
	LAST_VERDICT = 3500,  /* ms: a failed ARP takes 3.05 s to be told */
	GRACE = 250,          /* ms for the others, once one has answered */
};

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

static bool is_late(const struct check *c)
{
	return interrupted ||
	       (c->options.timeout_ns &&
		clock_now() - c->began_ns >= c->options.timeout_ns);
}

/* Lets the probes run until then, or until none of that id does. */
static int run_until(struct check *c, const char *id, int64_t until_ns,
		     const char *what, int64_t since_ns)
{
	while (!is_late(c) && probe_runs(c->runner, id, NULL)) {
		int64_t now = clock_now();
		int64_t tick = now + TICK * MS;
		int left;

		if (now >= until_ns)
			break;
		(void)check_drops_are_armed(&c->drops);
		left = probe_turn(c->runner, tick < until_ns ? tick : until_ns);
		if (left < 0 && left != -EINTR)
			return left;
		if (now - since_ns > 300 * MS)
			check_screen_wait(&c->screen, what, since_ns);
	}

	return 0;
}

static int start(struct check *c, const char *id, struct attempt *a)
{
	const struct probe *probe = probe_find(id);
	int err = 0;

	if (probe && !probe_runs(c->runner, id, a))
		(void)probe_start(c->runner, probe, a, &err);

	return err;
}

static int resolve(struct check *c)
{
	int64_t now = clock_now();
	int err;

	fact_tell(&c->record->general, FACT_PROBED, "check", NULL, NULL);
	err = start(c, "resolve", NULL);
	if (!err)
		err = run_until(c, "resolve",
				now + RESOLVE_LIMIT * CLOCK_SECOND,
				_("asking the name service"), now);
	probe_stop(c->runner, "resolve", NULL);
	return err;
}

/* The address that the kernel would send from; nothing is sent for it. */
static void learn_local(struct attempt *a)
{
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(a, a->port, &sa);
	int fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (!connect(fd, (struct sockaddr *)&sa, len) &&
	    !getsockname(fd, (struct sockaddr *)&sa, &len)) {
		a->has_local = true;
		a->local = icmp_error_address((struct sockaddr *)&sa);
	}
	(void)close(fd);
}

static size_t tried(const struct check *c)
{
	size_t count = c->record->attempt_count;

	return count < CONNECTS_MOST ? count : CONNECTS_MOST;
}

static bool is_open(const struct check *c, const struct attempt *a)
{
	return probe_runs(c->runner, "connect", a);
}

static bool any_connected(const struct check *c)
{
	for (size_t i = 0; i < tried(c); i++)
		if (c->record->attempts[i].is_connected)
			return true;

	return false;
}

/* What stops the packets at home is known, or the host is there. */
static bool is_alive(const struct attempt *a)
{
	return fact_has(&a->facts.set, FACT_HOST_PINGS) ||
	       fact_has(&a->facts.set, FACT_HOST_SERVES) ||
	       fact_has(&a->facts.set, FACT_PACKET_NOT_SENT) ||
	       fact_has(&a->facts.set, FACT_OWN_RULES_REPLY) ||
	       fact_has(&a->facts.set, FACT_OWN_DROP_RULES_REPLY) ||
	       fact_has(&a->facts.set, FACT_OWN_DROP_RP_FILTER) ||
	       fact_has(&a->facts.set, FACT_LO_DOWN);
}

/* Whether waiting longer could change what is known: only a neighbour that
 * does not answer is told as late as that. */
static bool is_decided(const struct check *c)
{
	for (size_t i = 0; i < tried(c); i++)
		if (is_open(c, &c->record->attempts[i]) &&
		    !is_alive(&c->record->attempts[i]))
			return false;

	return true;
}

/* Whether other ports of the host have been asked already. */
static bool is_controlled(const struct attempt *a)
{
	static const enum fact_kind told[] = {
		FACT_HOST_SERVES_NOW,   FACT_HOST_ANSWERS_RST,
		FACT_HOST_ANSWERS_ICMP, FACT_CONTROL_REFUSED,
		FACT_CONTROL_SILENT,
	};

	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (fact_has(&a->facts.set, told[i]))
			return true;

	return false;
}

/* Those that were refused at once have their questions open still: whether the
 * host is there, and who sends packets in circles. */
static int start_refused(struct check *c)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		int err = is_controlled(a) ? 0 : start(c, "control", a);

		if (!err && fact_has(&a->facts.set, FACT_ICMP_TTL))
			err = start(c, "path", a);
		if (err < 0)
			return err;
	}

	return 0;
}

static bool is_first_of_family(const struct check *c, const struct attempt *a)
{
	const struct attempt *first = c->record->attempts;

	while (first < a &&
	       (first->is_connected ||
		address_is_v4(&first->address) != address_is_v4(&a->address)))
		first++;
	return first == a;
}

static int start_some(struct check *c, const char *id, bool is_first)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		int err = 0;

		if (!a->is_connected && is_first_of_family(c, a) == is_first)
			err = start(c, id, a);
		if (err < 0)
			return err;
	}

	return 0;
}

/* Starts a probe for every attempt that is not connected. SYNs may not suffice
 * for all, and so each family comes first. */
static int start_open(struct check *c, const char *id)
{
	int err = start_some(c, id, true);

	return err < 0 ? err : start_some(c, id, false);
}

/* Those that the application would use, or those that only DNS gives. */
static int begin_all(struct check *c, bool is_from_dns_only)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		int err;

		if (a->is_from_dns_only != is_from_dns_only)
			continue;
		fact_tell(&a->facts, FACT_AT_CLIENT, "check", NULL, NULL);
		fact_tell(&a->facts,
			  address_is_v4(&a->address) ? FACT_IS_V4 : FACT_IS_V6,
			  "check", NULL, NULL);
		if (address_is_loopback(&a->address))
			fact_tell(&a->facts, FACT_IS_LOOPBACK, "check", NULL,
				  NULL);
		err = start(c, "connect", a);
		if (!err)
			err = start(c, "ping", a);
		if (err < 0)
			return err;
	}

	return 0;
}

/* The port answered: the other addresses have a moment more, or, if one stays
 * silent, as long as silence takes to be sure. */
static int settle_answered(struct check *c, int64_t began)
{
	const char *what = _("waiting for the other addresses");
	int64_t now = clock_now();
	int err = run_until(c, "connect", now + GRACE * MS, what, now);

	if (!err && probe_runs(c->runner, "connect", NULL)) {
		err = start_open(c, "control");
		if (!err)
			err = run_until(c, "connect",
					began + FIRST_VERDICT * MS, what, now);
	}

	return err;
}

/* What this host itself does to those that failed. */
static int look_at_home(struct check *c)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		int err = a->is_connected
				  ? 0
				  : check_local_after(c->record, a, &c->options,
						      &c->local[i]);

		if (err < 0)
			return err;
	}

	check_screen_sync(&c->screen, c->record);
	return 0;
}

/* Of many addresses that are silent, few are waited for any longer: each open
 * socket sends SYNs. It is looked at before it goes. */
static int give_up_some(struct check *c)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		int err;

		if (!is_open(c, a) || knock_is_long(c->record, a))
			continue;
		err = check_local_after(c->record, a, &c->options,
					&c->local[i]);
		if (err < 0)
			return err;
		probe_stop(c->runner, "connect", a);
	}

	return 0;
}

/* Nothing has answered yet. What is sent next tells why, and each only when the
 * silence has lasted long enough for it. */
static int wait_silent(struct check *c, int64_t began)
{
	const char *what = _("no answer yet");
	int err =
		run_until(c, "connect", began + DROPS_AFTER * MS, what, began);

	if (err < 0 || any_connected(c))
		return err;
	if (probe_runs(c->runner, "connect", NULL))
		check_drops_begin(&c->drops, &c->rights, c->record);
	err = run_until(c, "connect", began + CONTROL_AFTER * MS, what, began);
	if (err < 0 || any_connected(c))
		return err;
	/* Does the name lead elsewhere, and is that the right place? */
	err = begin_all(c, true);
	if (err < 0 || !probe_runs(c->runner, "connect", NULL))
		return err;
	err = start_open(c, "control");
	if (!err)
		err = run_until(c, "connect", began + PATH_AFTER * MS, what,
				began);
	if (err < 0 || any_connected(c))
		return err;
	err = start_open(c, "path");
	if (!err)
		err = run_until(c, "connect", began + FIRST_VERDICT * MS, what,
				began);
	if (!err)
		err = give_up_some(c);
	if (!err)
		err = look_at_home(c);
	if (err < 0 || is_decided(c))
		return err;

	return run_until(
		c, "connect", began + LAST_VERDICT * MS,
		_("no answer yet; waiting for what tells a host that is down from a drop"),
		began);
}

/* This host itself is known to stop all that failed: nobody else's answer could
 * tell more. */
static bool is_stopped_here(const struct check *c)
{
	for (size_t i = 0; i < tried(c); i++) {
		const struct attempt *a = &c->record->attempts[i];
		const struct fact_set *set = &a->facts.set;

		if (!a->is_connected && !fact_has(set, FACT_PACKET_NOT_SENT) &&
		    !fact_has(set, FACT_OWN_DROP_RULES_REPLY) &&
		    !fact_has(set, FACT_OWN_DROP_RP_FILTER))
			return false;
	}

	return true;
}

/* What is asked only of those that did not answer as they should. */
static int finish_open(struct check *c)
{
	const char *what = _("waiting for the last answers");
	int64_t now = clock_now();
	int64_t until = is_stopped_here(c) ? now : now + CLOCK_SECOND;
	int err = run_until(c, "control", until, what, now);

	if (!err)
		err = run_until(c, "path", until, what, now);
	probe_stop(c->runner, "control", NULL);
	probe_stop(c->runner, "path", NULL);
	return err;
}

/* All else is known. */
static int finish_echoes(struct check *c)
{
	int64_t now = clock_now();
	int64_t count = c->options.count ? c->options.count : 1;
	int err = probe_hurry(c->runner, "ping");

	if (!err)
		err = run_until(c, "ping", now + count * CLOCK_SECOND,
				_("waiting for the last answers"), now);
	probe_stop(c->runner, NULL, NULL);
	return err;
}

static int connect_stream(struct check *c)
{
	int64_t began = clock_now();
	int err = begin_all(c, false);

	if (!err)
		err = wait_silent(c, began);
	if (err < 0)
		return err;
	if (any_connected(c))
		err = settle_answered(c, began);
	else
		err = start_refused(c);
	/* Over a connection more is to be learned from echoes. */
	if (!err && !any_connected(c))
		err = probe_hurry(c->runner, "ping");
	if (err < 0)
		return err;

	/* While the sockets are there: they tell what became of the SYNs. */
	err = give_up_some(c);
	if (!err)
		err = look_at_home(c);
	probe_stop(c->runner, "connect", NULL);
	return err < 0 ? err : finish_open(c);
}

static bool is_answered(const struct attempt *a)
{
	return fact_has(&a->facts.set, FACT_UDP_ANSWERED);
}

/* Datagrams have no handshake: only the service can answer. */
static int try_datagrams(struct check *c)
{
	int err;

	check_drops_begin(&c->drops, &c->rights, c->record);
	err = begin_all(c, false);
	for (size_t i = 0; i < tried(c) && !err && !is_late(c); i++) {
		struct attempt *a = &c->record->attempts[i];

		if (!a->is_from_dns_only)
			err = start(c, "service", a);
		a->is_connected = is_answered(a);
	}
	if (!err && !any_connected(c))
		err = start_open(c, "control");
	if (!err)
		err = look_at_home(c);
	return err < 0 ? err : finish_open(c);
}

static int connect_all(struct check *c)
{
	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];

		learn_local(a);
		c->local[i].rights = &c->rights;
		c->local[i].drops = &c->drops;
		c->local[i].packets = &c->packets;
		(void)check_local_before(c->record, a, &c->options,
					 &c->local[i]);
	}
	check_screen_sync(&c->screen, c->record);
	check_packets_begin(&c->packets, &c->rights, c->record);
	return c->record->target.protocol == IPPROTO_UDP ? try_datagrams(c)
							 : connect_stream(c);
}

/* One address of each family is spoken to: what an application would use. The
 * echoes go on, which shows what is lost. */
static int speak(struct check *c)
{
	bool spoken[2] = { false, false };

	if (c->record->target.protocol == IPPROTO_UDP)
		return 0; /* they were */

	for (size_t i = 0; i < tried(c); i++) {
		struct attempt *a = &c->record->attempts[i];
		bool v4 = address_is_v4(&a->address);
		int err;

		if ((!a->is_connected && a->fd < 0) || a->is_from_dns_only ||
		    spoken[v4] || is_late(c))
			continue;
		spoken[v4] = true;
		err = start(c, "service", a);
		if (!err)
			err = run_until(
				c, "service", clock_now() + 60 * CLOCK_SECOND,
				_("speaking to the service"), clock_now());
		if (err < 0)
			return err;
	}

	return 0;
}

static void told(void *context, const struct probing *p,
		 const struct step *step)
{
	struct check *c = context;

	(void)p;
	(void)step;
	check_screen_sync(&c->screen, c->record);
}

/* The probe sent its SYN, as far as it knows; the kernel knows better. A
 * capture that holds it has the last word. */
static void correct(struct check *c)
{
	for (size_t i = 0; i < c->record->attempt_count; i++) {
		struct facts *f = &c->record->attempts[i].facts;

		if (!fact_has(&f->set, FACT_PACKET_NOT_SENT))
			continue;
		facts_forget(f, FACT_SYN_SEEN);
		facts_forget(f, FACT_SYN_REPEATED);
	}
}

static int run_steps(struct check *c)
{
	int err = resolve(c);

	/* Without a port, the name was all that was asked for. */
	if (!err && c->record->attempt_count && c->record->target.port &&
	    !is_late(c))
		err = connect_all(c);
	if (!err)
		err = speak(c);
	if (!err)
		err = finish_echoes(c);
	correct(c);
	if (!err)
		err = check_packets_end(&c->packets, c->record, c->pcap_file);
	/* What a report means, the packets say. */
	if (!err)
		err = check_drops_end(&c->drops, c->record, c->local);
	check_drops_done(&c->drops);

	return err;
}

/* What blocks tells that it does: the others go on. */
static void waiting(void *context, int64_t waited_ns, int64_t most_ns)
{
	struct check *c = context;

	(void)most_ns;
	(void)check_drops_are_armed(&c->drops);
	(void)probe_turn(c->runner, 0);
	if (waited_ns > 300 * MS)
		check_screen_wait(&c->screen, _("speaking to the service"),
				  clock_now() - waited_ns);
}

int check_look(struct check *c)
{
	int err;

	catch_interrupt();
	c->began_ns = clock_now();
	c->diag = diag_new();
	c->options.stop = &interrupted;
	c->options.waiting = waiting;
	c->options.waiting_context = c;
	c->options.syns_kept = c->rights.priv ? CHECK_TRACE_SYNS : 0;
	c->runner = probe_runner_new(c->record, &c->options, told, c);
	if (!c->diag || !c->runner)
		return -ENOMEM;

	err = run_steps(c);
	check_screen_wait(&c->screen, NULL, 0);
	if (err < 0)
		return err;

	name_facts_settle(c->record);
	return 0;
}

int check_run(struct check *c)
{
	int err = check_look(c);

	return err < 0 ? err : case_judge(c->diag, c->record, &c->verdict);
}
