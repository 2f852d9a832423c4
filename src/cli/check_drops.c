#include "cli/check_drops.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/check_local.h"
#include "cli/check_rights.h"
#include "drops/tell.h"

static const char source[] = "drops";

void check_drops_begin(struct check_drops *d, struct check_rights *r,
		       const struct case_record *c)
{
	const struct drops_request q = { .protocol = c->target.protocol,
					 .port = c->target.port };
	int file = -1, control = -1;

	if (d->is_begun)
		return;

	d->is_begun = true;
	d->recording = recording_none();
	d->error = check_rights_drops(r, &q, &file, &control);
	if (!d->error)
		d->recording = recording_of(file, control);
}

/* Whether it watches by now. */
static bool is_armed(struct check_drops *d)
{
	int err;

	if (!d->is_begun || d->error)
		return false;
	if (d->armed_ns)
		return true;

	err = recording_wait(&d->recording, 0);
	if (!err)
		d->armed_ns = clock_now();
	else if (err != -ETIMEDOUT)
		d->error = err;
	return !err;
}

static void flow_of(const struct case_record *c, const struct attempt *a,
		    const struct check_local *s, struct drops_flow *ret)
{
	const struct route_question *q = &s->question;

	*ret = (struct drops_flow){
		.protocol = c->target.protocol,
		.client = q->has_source ? q->source : a->local,
		.server = a->address,
		.client_port = a->local_port,
		.port = a->port,
		.since_ns = s->began_ns,
		.is_client = true,
	};
}

/* The attempt's own packet, which did not leave this host. */
static bool is_kept_back(const struct drop_event *e,
			 const struct drops_flow *who)
{
	static const char *const reasons[] = { "TC_EGRESS", "QDISC_DROP",
					       "BPF_CGROUP_EGRESS" };

	if (e->what != DROP_PACKET || !drops_is_of(e, who) ||
	    !address_equal(&e->to, &who->server))
		return false;
	if (e->hook == DROP_HOOK_OUTPUT || e->hook == DROP_HOOK_POSTROUTING)
		return true;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (!strcmp(e->reason, reasons[i]))
			return true;

	return false;
}

/*
 * That nothing was dropped is only known of packets that were sent while it
 * watched: all of them, or those that the kernel sent again.
 */
#define REPEATED_AFTER (950 * (int64_t)CLOCK_MILLISECOND)

static bool has_watched(const struct check_drops *d, const struct attempt *a,
			const struct check_local *s)
{
	if (!d->is_over)
		return false; /* more may be on its way into the file */
	if (d->armed_ns <= s->began_ns)
		return true;

	return d->armed_ns < s->began_ns + REPEATED_AFTER &&
	       fact_has(&a->facts.set, FACT_SYN_REPEATED);
}

static enum fact_kind first_drop(const struct facts *f)
{
	for (int k = FACT_DROP_RULES; k < FACT_DROP_NONE; k++)
		if (fact_has(&f->set, (enum fact_kind)k))
			return (enum fact_kind)k;

	return FACT_NONE;
}

static void tell(const struct check_drops *d, const struct drops_list *l,
		 const struct case_record *c, struct attempt *a,
		 const struct check_local *s)
{
	struct facts *f = &a->facts;
	/* To itself: what is sent is also what comes in. */
	bool is_own = fact_has(&f->set, FACT_IS_LOOPBACK);
	struct drops_flow who;

	flow_of(c, a, s, &who);
	(void)drops_tell(l, &who, f);
	if (!has_watched(d, a, s)) {
		facts_forget(f, FACT_DROP_NONE);
		facts_forget(f, FACT_DROPS_WATCHED);
	}
	if (first_drop(f))
		facts_forget(f, FACT_DROP_NONE);
	for (size_t i = 0; i < l->count && !is_own; i++)
		if (is_kept_back(&l->events[i], &who) &&
		    !fact_has(&f->set, FACT_PACKET_SENT))
			fact_tell(f, FACT_PACKET_NOT_SENT, source, NULL, NULL);
}

int check_drops_look(struct check_drops *d, const struct case_record *c,
		     struct attempt *a, const struct check_local *s)
{
	struct arena *arena;
	struct drops_list l = { 0 };
	void *data;
	size_t size;
	int err;

	if (!is_armed(d))
		return 0;

	err = recording_map(&d->recording, &data, &size);
	if (err || !size)
		return err;

	arena = arena_new();
	err = arena ? drops_read(data, size, arena, &l) : -ENOMEM;
	/* Its end may be half written. */
	if (!err || err == -EINVAL)
		tell(d, &l, c, a, s);
	recording_unmap(data, size);
	arena_free(arena);
	return err == -ENOMEM ? err : 0;
}

/* What the kernel sent again has been read by then. */
#define READ_AFTER (1200 * (int64_t)CLOCK_MILLISECOND)

bool check_drops_saw_none(const struct check_drops *d, const struct attempt *a,
			  const struct check_local *s)
{
	return d && d->armed_ns && d->armed_ns < s->began_ns + REPEATED_AFTER &&
	       clock_now() > s->began_ns + READ_AFTER && !first_drop(&a->facts);
}

/* Whether what the kernel drops could be why. */
static bool is_in_question(const struct attempt *a)
{
	static const enum fact_kind why[] = { FACT_SYN_SILENCE,
					      FACT_UDP_SILENCE,
					      FACT_PACKET_NOT_SENT };

	for (size_t i = 0; i < sizeof(why) / sizeof(*why); i++)
		if (fact_has(&a->facts.set, why[i]))
			return !a->is_connected;

	return false;
}

static void tell_not_looked(const struct check_drops *d, struct case_record *c)
{
	if (!d->error)
		case_not_looked(
			c, source,
			_("The kernel's reports of dropped packets did not begin in time."));
	else if (d->error == -EPERM || d->error == -EACCES)
		case_not_looked(
			c, source,
			_("Which packets the kernel drops is only told to who has CAP_BPF and CAP_PERFMON."));
	else
		case_not_looked(
			c, source,
			_("This kernel does not tell which packets it drops."));
}

static void tell_step(struct case_record *c, const struct attempt *a)
{
	enum fact_kind kind = first_drop(&a->facts);
	const struct fact *f = facts_get(&a->facts, kind);

	if (f)
		case_step(c, source, STEP_FAIL, -1,
			  f->text ? f->text : _(fact_sentence(kind)));
	else if (fact_has(&a->facts.set, FACT_DROP_NONE))
		case_step(c, source, STEP_PASS, -1,
			  _("this host's kernel dropped none of the packets"));
}

static int end_one(struct check_drops *d, struct case_record *c,
		   struct attempt *a, const struct check_local *s)
{
	size_t steps = c->step_count;
	int err;

	if (!d->was_armed) {
		tell_not_looked(d, c);
		return 0;
	}

	err = check_drops_look(d, c, a, s);
	if (!err && !d->is_told)
		tell_step(c, a);
	d->is_told = d->is_told || c->step_count > steps;
	return err;
}

int check_drops_end(struct check_drops *d, struct case_record *c,
		    const struct check_local *s)
{
	int err = 0;

	if (!d->is_begun)
		return 0;

	d->was_armed = is_armed(d);
	if (d->was_armed)
		recording_finish(&d->recording);
	d->is_over = true;
	for (size_t i = 0; i < c->attempt_count && !err; i++)
		if (is_in_question(&c->attempts[i]))
			err = end_one(d, c, &c->attempts[i], &s[i]);
	check_drops_done(d);
	return err;
}

void check_drops_done(struct check_drops *d)
{
	if (d->is_begun)
		recording_done(&d->recording);
	d->is_begun = false;
}
