#include "host/conntrack.h"

#include <errno.h>
#include <inttypes.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/links.h"
#include "host/look.h"
#include "host/stopped.h"

/*
 * Connection tracking: whether its table is full, and what became of this flow
 * in it.
 */
enum { OTHER_DROPS = 16 };

static int before(struct looking *l)
{
	return conntrack_read(l->state);
}

/* So full that the next one that is new may be dropped. */
static bool is_full(const struct conntrack *c)
{
	return c->is_there && c->most > 0 && c->count >= c->most;
}

static void tell_full(struct looking *l, const struct conntrack *c)
{
	struct culprit *k = culprit_new(
		l->facts->arena, CULPRIT_CONNTRACK, VANTAGE_SERVER,
		"nf_conntrack_count = %" PRId64 ", nf_conntrack_max = %" PRId64,
		c->count, c->most);

	culprit_text(k, l->facts->arena, "name",
		     "net.netfilter.nf_conntrack_max");
	culprit_number(k, "value", c->count);
	culprit_number(k, "limit", c->most);
	look_tell(
		l, FACT_CONNTRACK_FULL, k,
		_("The table of tracked connections is full: %1$lld of %2$lld."),
		(long long)c->count, (long long)c->most);
	look_step(l, STEP_FAIL,
		  _("the table of tracked connections is full: %lld of %lld"),
		  (long long)c->count, (long long)c->most);
}

static void tell_room(struct looking *l, const struct conntrack *c)
{
	look_tell(l, FACT_CONNTRACK_ROOM, NULL, NULL);
	if (!c->is_there) {
		look_tell(l, FACT_CONNTRACK_NO_NAT, NULL, NULL);
		look_step(l, STEP_PASS, _("connections are not tracked"));
		return;
	}
	look_step(l, STEP_PASS, _("%lld of %lld connections are tracked"),
		  (long long)c->count, (long long)c->most);
}

/* A full table still takes new ones while it has others to forget: it is sure
 * only once it has dropped something. */
static int client(struct looking *l)
{
	struct conntrack now;
	int error = conntrack_read(&now);

	if (!is_full(&now))
		tell_room(l, &now);
	else if (now.drops)
		tell_full(l, &now);
	return error;
}

/* Where it is handed on to. */
static void tell_translated(struct looking *l, const struct conntrack_entry *e)
{
	struct arena *arena = l->facts->arena;
	struct text to = TEXT_NULL;
	struct culprit *k;

	address_text(&to, &e->answers_from);
	k = culprit_new(arena, CULPRIT_CONNTRACK, VANTAGE_SERVER, "%s port %u",
			text_string(&to), e->answers_port);
	culprit_text(k, arena, "address", text_string(&to));
	culprit_number(k, "port", e->answers_port);
	look_tell(l, FACT_CONNTRACK_NAT, k,
		  _("The connection is handed on to %1$s, port %2$u."),
		  text_string(&to), e->answers_port);
	text_done(&to);
}

static int look_at_entry(struct looking *l)
{
	const struct look_question *q = l->question;
	const struct conntrack_flow flow = {
		.source = q->client,
		.destination = q->server,
		.source_port = q->client_port,
		.destination_port = q->port,
		.protocol = q->protocol,
	};
	struct conntrack_entry entry;
	int error;

	if (!q->has_client || !q->has_server || !q->client_port)
		return 0;

	error = conntrack_find(&flow, &entry);
	if (error)
		return error == -ENOENT ? 0 : error;

	if (!address_equal(&entry.answers_from, &q->server) ||
	    entry.answers_port != q->port)
		tell_translated(l, &entry);
	else
		look_tell(l, FACT_CONNTRACK_NO_NAT, NULL, NULL);
	return 0;
}

static bool was_silent(const struct fact_set *seen)
{
	return fact_has(seen, FACT_SYN_SILENCE) ||
	       fact_has(seen, FACT_UDP_SILENCE) ||
	       fact_has(seen, FACT_SYNACK_LATE);
}

/* Others' packets are dropped, too: it is not said that these were where a rule
 * refuses them as well, unless next to nothing else was. */
static void tell_dropped(struct looking *l, const struct conntrack *full,
			 uint64_t drops)
{
	uint64_t packets = l->question->packets;

	facts_forget(l->facts, FACT_CONNTRACK_ROOM);
	facts_forget(l->facts, FACT_CONNTRACK_FULL);
	if (drops > packets + OTHER_DROPS && stopped_before_socket(l->facts))
		return;

	tell_full(l, full);
	if (drops >= packets)
		look_tell(l, FACT_CONNTRACK_COUNTED, NULL, NULL);
}

static int after(struct looking *l)
{
	const struct conntrack *was = l->state;
	struct conntrack now;
	int error = conntrack_read(&now);

	if (error)
		return error;

	if (now.drops <= was->drops || !was_silent(l->seen)) {
		facts_forget(l->facts, FACT_CONNTRACK_FULL);
		tell_room(l, &now);
	} else if (is_full(&now) || is_full(was)) {
		tell_dropped(l, is_full(&now) ? &now : was,
			     now.drops - was->drops);
	}
	return now.is_there ? look_at_entry(l) : 0;
}

const struct look look_conntrack = {
	.id = "conntrack",
	.title = N_("connection tracking"),
	.needs = "CAP_NET_ADMIN",
	.state_size = sizeof(struct conntrack),
	.sees_bridged = true,
	.before = before,
	.client = client,
	.after = after,
};
