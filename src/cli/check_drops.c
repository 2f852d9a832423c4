#include "cli/check_drops.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/check_denied.h"
#include "cli/check_local.h"
#include "cli/check_rights.h"
#include "cli/drop_words.h"
#include "drops/tell.h"
#include "nftrace/path.h"

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

bool check_drops_are_armed(struct check_drops *d)
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
 * watched: all of them, or those that the kernel sent again. An answer may have
 * come before.
 */
#define REPEATED_AFTER (950 * (int64_t)CLOCK_MILLISECOND)

static bool has_watched(const struct check_drops *d, const struct attempt *a,
			const struct check_local *s)
{
	if (!d->is_over || !d->recording.is_ended)
		return false; /* more may be on its way into the file */
	if (d->armed_ns <= s->began_ns)
		return true;
	if (fact_has(&a->facts.set, FACT_SYNACK_SEEN) ||
	    fact_has(&a->facts.set, FACT_RST_FOR_SYN))
		return false;

	return d->armed_ns < s->began_ns + REPEATED_AFTER &&
	       (fact_has(&a->facts.set, FACT_SYN_REPEATED) ||
		fact_has(&a->facts.set, FACT_UDP_REPEATED));
}

static bool has_drop(const struct fact_set *f)
{
	for (int k = FACT_OWN_DROP_RULES; k < FACT_OWN_DROP_NONE; k++)
		if (fact_has(f, (enum fact_kind)k))
			return true;

	return false;
}

/* Where the answer came in, the setting is; not where the question left. */
static void tell_rp_filter(const struct drops_list *l,
			   const struct drops_flow *who, struct case_record *c,
			   struct attempt *a)
{
	char device[IF_NAMESIZE];

	for (size_t i = 0; i < l->count; i++) {
		const struct drop_event *e = &l->events[i];

		if (!drops_is_of(e, who) ||
		    !text_same(e->reason, "IP_RPFILTER") ||
		    !if_indextoname(e->device, device))
			continue;
		fact_tell(
			&a->facts, FACT_RP_FILTER_COUNTED, source,
			check_denied_rp_filter(c, device),
			_("The kernel reports that its reverse path filter dropped the answer, which came in by %s."),
			device);
		return;
	}
}

static void tell(struct check_drops *d, const struct drops_list *l,
		 struct case_record *c, struct attempt *a,
		 const struct check_local *s)
{
	struct facts *f = &a->facts;
	struct drops_flow who;

	flow_of(c, a, s, &who);
	who.is_whole = has_watched(d, a, s);
	(void)drops_tell(l, &who, f);
	if (fact_has(&f->set, FACT_OWN_DROP_RP_FILTER))
		tell_rp_filter(l, &who, c, a);
	for (size_t i = 0; i < l->count; i++)
		if (is_kept_back(&l->events[i], &who) &&
		    !fact_has(&f->set, FACT_PACKET_SENT))
			fact_tell(f, FACT_PACKET_NOT_SENT, source, NULL, NULL);
}

/* What it says of the first attempt that it says anything of. */
static void tell_step(struct check_drops *d, const struct drops_list *l,
		      struct case_record *c, const struct attempt *a,
		      const struct check_local *s)
{
	struct text words = TEXT_NULL;
	struct drops_flow who;
	bool is_dropped;

	flow_of(c, a, s, &who);
	is_dropped = drop_words(&words, l, &who);
	if (is_dropped || fact_has(&a->facts.set, FACT_OWN_DROP_NONE)) {
		case_step(c, source, is_dropped ? STEP_FAIL : STEP_PASS, -1,
			  text_string(&words));
		d->is_told = true;
	}
	text_clear(&words);
	if (drop_words_missing(&words, l))
		case_not_looked(c, source,
				arena_string(c->arena, text_string(&words)));
	text_done(&words);
}

/* What has been written until now. 0 with nothing in it: nothing was. */
static int read_list(struct check_drops *d, struct arena *arena,
		     struct drops_list *ret)
{
	void *data;
	size_t size;
	int err = recording_map(&d->recording, &data, &size);

	*ret = (struct drops_list){ 0 };
	if (err || !size)
		return err;

	err = drops_read(data, size, arena, ret);
	recording_unmap(data, size);
	d->is_whole = ret->is_attached && !ret->lost;
	for (size_t i = 0; i <= DROP_WHATS && ret->missing[i]; i++)
		if (!strcmp(ret->missing[i], "kfree_skb"))
			d->is_whole = false;
	/* Its end may be half written. */
	return err == -EINVAL ? 0 : err;
}

int check_drops_look(struct check_drops *d, struct case_record *c,
		     struct attempt *a, const struct check_local *s)
{
	struct drops_list l;
	struct arena *arena;
	int err;

	if (!check_drops_are_armed(d))
		return 0;

	arena = arena_new();
	err = arena ? read_list(d, arena, &l) : -ENOMEM;
	if (!err)
		tell(d, &l, c, a, s);
	if (!err && d->is_over && !d->is_told)
		tell_step(d, &l, c, a, s);
	arena_free(arena);
	return err == -ENOMEM ? err : 0;
}

static bool is_same(const struct drop_event *e, const struct nftrace_packet *p)
{
	return e->what == DROP_PACKET && e->protocol == p->protocol &&
	       e->from_port == p->from_port && e->to_port == p->to_port &&
	       address_equal(&e->from, &p->from) &&
	       address_equal(&e->to, &p->to) && e->seq == p->seq &&
	       text_same(e->reason, "NETFILTER_DROP");
}

bool check_drops_took(struct check_drops *d, const struct nftrace_packet *p)
{
	struct drops_list l = { 0 };
	struct arena *arena;
	bool has_taken = false;

	if (!d || !check_drops_are_armed(d))
		return false;

	arena = arena_new();
	if (arena && !read_list(d, arena, &l))
		for (size_t i = 0; i < l.count && !has_taken; i++)
			has_taken = is_same(&l.events[i], p);
	arena_free(arena);
	return has_taken;
}

/* What the kernel sent again has been read by then. */
#define READ_AFTER (1200 * (int64_t)CLOCK_MILLISECOND)

bool check_drops_saw_none(const struct check_drops *d, const struct attempt *a,
			  const struct check_local *s)
{
	return d && d->is_whole && d->armed_ns < s->began_ns + REPEATED_AFTER &&
	       clock_now() > s->began_ns + READ_AFTER &&
	       !has_drop(&a->facts.set);
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

int check_drops_end(struct check_drops *d, struct case_record *c,
		    const struct check_local *s)
{
	bool was_armed = check_drops_are_armed(d);
	int err = 0;

	if (was_armed)
		recording_finish(&d->recording);
	d->is_over = true;
	for (size_t i = 0; d->is_begun && i < c->attempt_count && !err; i++) {
		if (!is_in_question(&c->attempts[i]))
			continue;
		if (was_armed)
			err = check_drops_look(d, c, &c->attempts[i], &s[i]);
		else
			case_not_looked(
				c, source,
				drop_words_reason(d->error ? d->error
							   : -ETIMEDOUT));
	}
	check_drops_done(d);
	return err;
}

void check_drops_done(struct check_drops *d)
{
	if (d->is_begun)
		recording_done(&d->recording);
	d->is_begun = false;
}
