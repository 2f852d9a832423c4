#include "cli/check_local.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/check_denied.h"
#include "cli/check_drops.h"
#include "cli/check_rights.h"
#include "cli/check_route.h"
#include "host/netlink.h"
#include "host/sockets.h"
#include "probe/probe.h"

/* After so long a neighbour has been asked for at least twice
 * (net.ipv4.neigh.*.retrans_time_ms is 1 s). */
static const int64_t asked_twice_ns = CLOCK_SECOND + CLOCK_SECOND / 10;

static void ask(struct check_local *s, const struct case_record *c,
		const struct attempt *a, const struct probe_options *o)
{
	s->question = (struct route_question){
		.destination = a->address,
		.source = o->source,
		.has_source = o->is_bound,
		.mark = s->mark,
		.has_uid = true,
		.device = a->scope,
		.port = a->port,
		.protocol = c->target.protocol,
	};
	check_rights_owner(s->rights, &s->question.uid, &s->gid);
}

/* Whether the source that was asked for is ours; if not, that is told. */
static bool is_source_own(struct case_record *c, struct attempt *a,
			  const struct probe_options *o,
			  const struct links *links)
{
	struct text words = TEXT_NULL;
	struct culprit *k;

	if (!o->is_bound || address_is_loopback(&o->source) ||
	    links_own(links, &o->source))
		return true;

	address_text(&words, &o->source);
	k = culprit_new(c->arena, CULPRIT_SOCKET, VANTAGE_CLIENT, "bind %s",
			text_string(&words));
	culprit_text(k, c->arena, "address", text_string(&words));
	if (o->source_port)
		culprit_number(k, "port", o->source_port);
	fact_tell(&a->facts, FACT_SOURCE_NOT_LOCAL, "route", k,
		  _("The source address %s is none of this host's."),
		  text_string(&words));
	text_done(&words);
	return false;
}

static int look(struct case_record *c, struct attempt *a,
		const struct probe_options *o, struct check_local *s,
		struct netlink *n)
{
	struct links links;
	int error = links_read(n, &links);

	if (!error && !is_source_own(c, a, o, &links))
		s->question.has_source = false;
	if (!error)
		error = check_route(c, a, n, &links, s);
	links_done(&links);
	if (!error && s->has_next_hop)
		error = neighbour_get(n, &s->next_hop, s->link.index,
				      &s->before);
	return error;
}

int check_local_before(struct case_record *c, struct attempt *a,
		       const struct probe_options *o, struct check_local *state)
{
	struct netlink *n;
	int error;

	state->began_ns = clock_now();
	ask(state, c, a, o);
	fact_tell(&a->facts,
		  address_is_v4(&a->address) ? FACT_IS_V4 : FACT_IS_V6, "route",
		  NULL, NULL);
	error = netlink_open(&n, NETLINK_ROUTE);
	if (!error) {
		error = look(c, a, o, state, n);
		netlink_close(n);
	}
	if (error) {
		case_step(c, "route", STEP_BLOCKED,
			  clock_now() - state->began_ns, strerror(-error));
		case_not_looked(
			c, "route",
			_("The kernel did not tell its routes by netlink."));
	}
	state->has_looked = !error;
	state->has_counters = !counters_read(&state->counters);
	return error == -ENOMEM ? error : 0;
}

static void tell_neighbour(struct case_record *c, struct attempt *a,
			   struct check_local *s, const struct neighbour *e)
{
	struct text address = TEXT_NULL, words = TEXT_NULL;
	struct culprit *k;

	address_text(&address, &s->next_hop);
	neighbour_text(&words, e);
	k = culprit_new(c->arena, CULPRIT_NEIGHBOUR, VANTAGE_CLIENT,
			"%s dev %s %s", text_string(&address), s->link.name,
			text_string(&words));
	culprit_text(k, c->arena, "address", text_string(&address));
	culprit_text(k, c->arena, "device", s->link.name);
	if (neighbour_answers(e))
		fact_tell(&a->facts,
			  s->route.has_gateway ? FACT_GATEWAY_ANSWERS
					       : FACT_HOST_ON_LINK,
			  "neighbour", k, _("%s answers on the own link: %s."),
			  text_string(&address), text_string(&words));
	else
		fact_tell(
			&a->facts, FACT_ARP_SILENCE, "neighbour", k,
			_("%s was asked for on %s and did not answer: its entry is %s."),
			text_string(&address), s->link.name,
			text_string(&words));
	if (!neighbour_answers(e) && s->route.has_gateway)
		fact_tell(&a->facts, FACT_GATEWAY_SILENT, "neighbour", k, NULL);
	if (s->before.mac_length && e->mac_length &&
	    (s->before.mac_length != e->mac_length ||
	     memcmp(s->before.mac, e->mac, e->mac_length) != 0))
		fact_tell(&a->facts, FACT_ARP_TWO_ANSWERS, "neighbour", k,
			  NULL);
	text_done(&address);
	text_done(&words);
}

static int check_neighbour(struct case_record *c, struct attempt *a,
			   struct check_local *s, struct netlink *n)
{
	bool is_late = clock_now() - s->began_ns > asked_twice_ns;
	struct neighbour e;
	int error;

	if (!s->has_next_hop)
		return 0;

	error = neighbour_get(n, &s->next_hop, s->link.index, &e);
	if (error)
		return error;

	if (neighbour_answers(&e) || neighbour_has_failed(&e) ||
	    (neighbour_is_asked(&e) && is_late))
		tell_neighbour(c, a, s, &e);
	return 0;
}

static int check_next_hop(struct case_record *c, struct attempt *a,
			  struct check_local *s)
{
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_ROUTE);

	if (error)
		return error;

	error = check_neighbour(c, a, s, n);
	netlink_close(n);
	return error;
}

/* Whether the packets got as far as the interface: what the kernel's own
 * retransmissions came to. */
static void check_sent(struct attempt *a, const struct check_local *s)
{
	const struct sockets_tuple t = {
		.destination = a->address,
		.source_port = a->local_port,
		.port = a->port,
	};
	struct sockets_syn syn;
	struct counters_taken now;

	if (!s->has_route || sockets_syn(&t, &syn) || !syn.timeouts)
		return;
	if (syn.is_sent) {
		fact_tell(&a->facts, FACT_PACKET_SENT, "socket", NULL, NULL);
		return;
	}

	/* While a neighbour is asked for, the SYN waits, too, but that is no
	 * failure to the kernel. */
	if (fact_has(&a->facts.set, FACT_ARP_SILENCE) || !s->has_counters ||
	    counters_read(&now) ||
	    !counters_grown(&s->counters, &now, COUNTER_RETRANS_FAIL))
		return;
	fact_tell(
		&a->facts, FACT_PACKET_NOT_SENT, "socket", NULL,
		_("The kernel tried to send the SYN again %u times, and it did not get as far as the interface."),
		syn.timeouts);
}

static bool has_lost_nothing(const struct fact_set *facts)
{
	return fact_has(facts, FACT_HANDSHAKE_DONE) ||
	       fact_has(facts, FACT_UDP_ANSWERED);
}

int check_local_after(struct case_record *c, struct attempt *a,
		      const struct probe_options *o, struct check_local *state)
{
	int error;

	if (!state->has_looked || a->is_connected ||
	    has_lost_nothing(&a->facts.set))
		return 0;

	error = check_next_hop(c, a, state);
	if (error == -ENOMEM)
		return error;

	check_sent(a, state);
	error = state->drops ? check_drops_look(state->drops, c, a, state) : 0;
	if (!error)
		error = check_denied(c, a, o, state);
	return error == -ENOMEM ? error : 0;
}
