#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/server.h"
#include "host/counters.h"
#include "host/links.h"
#include "report/words.h"

/*
 * Story 2's second step: does the service work on the host itself? It is spoken
 * to through the loopback and through the address that clients ask for, by the
 * probes of `check', in a case of its own: what it shows is told as facts of
 * this one.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum {
	CONNECT_LIMIT = 300, /* ms: over the loopback */
	SPEAK_LIMIT = 1500,  /* ms, for each address */
	QUIET = 60,          /* ms in which no other connection fails */
};

/* One round of speaking. What blocks looks at stop, ten times a second. */
struct round {
	struct case_record *record;
	struct probe_runner *runner;
	struct probe_options options;
	const volatile sig_atomic_t *interrupted;
	volatile sig_atomic_t stop;
	int64_t until_ns;
	bool is_cut[CASE_ATTEMPTS]; /* it had not ended within the limit */
	bool is_skipped[CASE_ATTEMPTS];
};

static void waiting(void *context, int64_t waited_ns, int64_t most_ns)
{
	struct round *r = context;

	(void)waited_ns;
	(void)most_ns;
	if (*r->interrupted || clock_now() >= r->until_ns)
		r->stop = 1;
}

/* What the client would see, and what it is called when this host sees it. */
static const struct {
	enum symptom symptom;
	enum fact_kind fact;
} told[] = {
	{ SYMPTOM_NONE, FACT_LOCAL_WORKS },
	{ SYMPTOM_SLOW, FACT_LOCAL_WORKS },
	{ SYMPTOM_REFUSED_BY_RST, FACT_LOCAL_REFUSED },
	{ SYMPTOM_UDP_REFUSED_BY_ICMP, FACT_LOCAL_REFUSED },
	{ SYMPTOM_REFUSED_BY_ICMP, FACT_LOCAL_REJECTED },
	{ SYMPTOM_LOCAL_REFUSED, FACT_LOCAL_REJECTED },
	{ SYMPTOM_SYN_UNANSWERED, FACT_LOCAL_UNANSWERED },
	{ SYMPTOM_SYN_NOT_SENT, FACT_LOCAL_UNANSWERED },
	{ SYMPTOM_UDP_UNANSWERED, FACT_LOCAL_UNANSWERED },
	{ SYMPTOM_SILENT_AFTER_CONNECT, FACT_LOCAL_SILENT },
	{ SYMPTOM_CLOSED_AFTER_CONNECT, FACT_LOCAL_CLOSED },
	{ SYMPTOM_RESET_AFTER_CONNECT, FACT_LOCAL_RESET },
	{ SYMPTOM_WRONG_SERVICE, FACT_LOCAL_OTHER_SERVICE },
	{ SYMPTOM_SERVICE_ERROR, FACT_LOCAL_SERVICE_ERROR },
	{ SYMPTOM_TLS_FAILED, FACT_LOCAL_SERVICE_ERROR },
};

static enum fact_kind fact_of(enum symptom symptom)
{
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (told[i].symptom == symptom)
			return told[i].fact;

	return FACT_NONE;
}

static void say_base(struct attempt *a, bool is_loopback)
{
	static const enum fact_kind always[] = { FACT_PROBED, FACT_AT_CLIENT };

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		fact_tell(&a->facts, always[i], "local", NULL, NULL);
	fact_tell(&a->facts,
		  address_is_v4(&a->address) ? FACT_IS_V4 : FACT_IS_V6, "local",
		  NULL, NULL);
	if (is_loopback)
		fact_tell(&a->facts, FACT_IS_LOOPBACK, "local", NULL, NULL);
}

static struct address loopback(bool is_v4)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return is_v4 ? address_v4(INADDR_LOOPBACK) : address_v6(v6);
}

/* The address that clients ask for: as --from's would, or the first that is
 * not only the host's own. */
static bool own_address(const struct server *s, struct address *ret)
{
	const struct links *l = looks_links(s->looks);

	if (s->question.has_server) {
		*ret = s->question.server;
		return true;
	}
	for (size_t i = 0; i < l->address_count; i++) {
		const struct links_address *a = &l->addresses[i];

		if (address_is_loopback(&a->address) || a->is_tentative ||
		    a->scope != 0 /* RT_SCOPE_UNIVERSE */)
			continue;
		*ret = a->address;
		return true;
	}

	return false;
}

static void add_attempts(const struct server *s, struct case_record *c)
{
	struct address own, lo;
	bool has_own = own_address(s, &own);
	struct attempt *a;

	lo = loopback(!has_own || address_is_v4(&own));
	a = case_attempt(c, &lo, 0);
	if (a)
		say_base(a, true);
	a = has_own ? case_attempt(c, &own, 0) : NULL;
	if (a)
		say_base(a, true);
}

static int turn(struct round *r, const char *id)
{
	while (probe_runs(r->runner, id, NULL) && clock_now() < r->until_ns &&
	       !*r->interrupted) {
		int left = probe_turn(r->runner, r->until_ns);

		if (left < 0 && left != -EINTR)
			return left;
	}

	return 0;
}

static int connect_all(struct round *r)
{
	struct case_record *c = r->record;
	int err = 0;

	r->until_ns = clock_now() + CONNECT_LIMIT * MS;
	for (size_t i = 0; i < c->attempt_count && !err; i++)
		(void)probe_start(r->runner, probe_find("connect"),
				  &c->attempts[i], &err);
	if (!err)
		err = turn(r, "connect");
	probe_stop(r->runner, "connect", NULL);
	return err;
}

static int speak_to(struct round *r, size_t i)
{
	struct attempt *a = &r->record->attempts[i];
	int err = 0;

	r->stop = 0;
	r->until_ns = clock_now() + SPEAK_LIMIT * MS;
	(void)probe_start(r->runner, probe_find("service"), a, &err);
	if (!err)
		err = turn(r, "service");
	r->is_cut[i] = r->stop || probe_runs(r->runner, "service", a);
	probe_stop(r->runner, "service", a);
	return err;
}

/* Over the loopback, where the kernel answers in microseconds. */
static bool is_unanswered(const struct case_record *c, const struct attempt *a)
{
	return c->target.protocol == IPPROTO_TCP && !a->is_connected &&
	       fact_has(&a->facts.set, FACT_SYN_SEEN) &&
	       !fact_has(&a->facts.set, FACT_RST_FOR_SYN) &&
	       !fact_has(&a->facts.set, FACT_ICMP_ERROR);
}

/* One address as a step, and as a fact of the case. */
static void tell(struct server *s, const struct round *r,
		 const struct case_verdict *v, size_t i)
{
	const struct case_record *c = r->record;
	const struct verdict *one = v->parts[i].verdict;
	const struct attempt *a = &c->attempts[i];
	enum fact_kind fact = is_unanswered(c, a) ? FACT_LOCAL_UNANSWERED
			      : r->is_cut[i]      ? FACT_LOCAL_SILENT
						  : fact_of(one->symptom);
	bool is_fine = one->status == STATUS_HEALTHY && !r->is_cut[i];
	struct text words = TEXT_NULL, service = TEXT_NULL;
	struct report_flow flow = {
		.transport = c->target.protocol == IPPROTO_UDP ? "udp" : "tcp",
		.server = a->address,
		.server_port = a->port,
		.has_ports = true,
		.name = "",
		.verdict = one,
	};

	words_verdict(&words, &flow);
	if (r->is_cut[i] ||
	    (fact == FACT_LOCAL_UNANSWERED && one->status == STATUS_UNKNOWN)) {
		text_clear(&words);
		words_service(&service, &flow);
		text_format(
			&words,
			r->is_cut[i] && a->is_connected
				? _("%1$s accepts the connection and says nothing within %2$d ms.")
				: _("%1$s does not answer within %2$d ms."),
			text_string(&service),
			r->is_cut[i] ? SPEAK_LIMIT : CONNECT_LIMIT);
	}
	case_step(s->record, "local",
		  is_fine             ? STEP_PASS
		  : fact == FACT_NONE ? STEP_SKIP
				      : STEP_FAIL,
		  -1, text_string(&words));
	/* What the service does to the host itself at the address that clients
	 * ask for; else the loopback's is the only one. */
	if (fact && (i + 1 == c->attempt_count || fact == FACT_LOCAL_WORKS)) {
		fact_tell(&s->record->general, fact, "local", NULL, "%s",
			  text_string(&words));
	}
	text_done(&service);
	text_done(&words);
}

static int speak(struct server *s, struct round *r)
{
	bool is_udp = r->record->target.protocol == IPPROTO_UDP;
	size_t count = r->record->attempt_count;
	struct case_verdict v;
	int err = is_udp ? 0 : connect_all(r);

	/* That of the clients first; what takes long there is not tried twice. */
	for (size_t i = count; i-- > 0 && !err && !*r->interrupted;) {
		const struct attempt *a = &r->record->attempts[i];

		if (i + 1 < count && r->is_cut[i + 1])
			r->is_skipped[i] = a->is_connected;
		else if (is_udp || (a->is_connected && a->fd >= 0))
			err = speak_to(r, i);
	}
	if (!err)
		err = case_judge(s->diag, r->record, &v);
	for (size_t i = 0; i < count && !err; i++)
		if (!r->is_skipped[i])
			tell(s, r, &v, i);
	return err;
}

static bool was_closed(const struct facts *f)
{
	return fact_has(&f->set, FACT_LOCAL_CLOSED) ||
	       fact_has(&f->set, FACT_LOCAL_RESET);
}

/* The service closes, and each time a connection of this host's failed, where
 * none fails otherwise: it is a front end, and what stands behind is down. */
static void tell_inner(struct server *s, const struct round *r,
		       const struct counters_taken *before)
{
	struct counters_taken after, later;
	uint64_t spoken = 0;

	for (size_t i = 0; i < r->record->attempt_count; i++)
		spoken += r->record->attempts[i].is_connected &&
			  !r->is_skipped[i];
	if (!spoken || !was_closed(&s->record->general) ||
	    counters_read(&after) ||
	    counters_grown(before, &after, COUNTER_ATTEMPT_FAILS) < spoken)
		return;

	(void)poll(NULL, 0, QUIET);
	if (!counters_read(&later) &&
	    !counters_grown(&after, &later, COUNTER_ATTEMPT_FAILS))
		fact_tell(&s->record->general, FACT_LOCAL_INNER_FAILS, "local",
			  NULL, NULL);
}

int server_local(struct server *s)
{
	struct round r = { .record = case_new(),
			   .interrupted = s->stop,
			   .options = { .open_socket = check_rights_socket,
					.open_context = &s->rights,
					.waiting = waiting } };
	struct counters_taken before;
	bool is_counted = !counters_read(&before);
	int err = -ENOMEM;

	if (!r.record)
		return err;

	r.options.stop = &r.stop;
	r.options.waiting_context = &r;
	r.record->target = s->record->target;
	r.runner = probe_runner_new(r.record, &r.options, NULL, NULL);
	add_attempts(s, r.record);
	if (r.runner)
		err = speak(s, &r);
	if (!err && is_counted && s->question.protocol == IPPROTO_TCP)
		tell_inner(s, &r, &before);
	probe_runner_free(r.runner);
	case_free(r.record);
	return err;
}
