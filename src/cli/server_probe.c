#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/server.h"
#include "host/links.h"
#include "host/neighbour.h"
#include "host/netlink.h"
#include "host/route.h"

/*
 * An attempt that the host makes itself: a packet as the client's is put where
 * those come in (probe/stand_in.h), and from there on it is watched like any
 * other attempt. What it shows is true of such a packet; of the wire, the card
 * and the driver it shows nothing, and neither of what the client does with the
 * answer.
 */
enum { TTL = 64, MAC = 6 };

/* Why it cannot be made; NULL: it can. What would be untrue is not tried. */
static const char *why_not(const struct server *s,
			   const struct links_link *device)
{
	const struct look_question *q = &s->foretold;
	const struct links *l = looks_links(s->looks);

	if (links_own(l, &q->client) || address_is_loopback(&q->client))
		return _(
			"The address is this host's own: its packets do not come in by a device.");
	if (address_is_group(&q->client))
		return _("No client has such an address.");
	if (!q->has_server)
		return _("This host has no address that the client could ask.");
	if (address_is_v4(&q->server) != address_is_v4(&q->client))
		return _(
			"The client's address and the one that it asks are of two families.");
	if (!device)
		return _(
			"There is no way back to the client, so it is not known by which device its packets come.");
	if (links_is_loopback(device))
		return _(
			"The way back to the client leads through the loopback, by which nothing comes in.");
	if (!links_is_up(device) || !device->has_carrier)
		return _(
			"The device that the client's packets would come by is down.");

	return NULL;
}

/* The station that hands the client's packets on: its own, or the last
 * router's. */
static int find_station(const struct look_question *q, uint8_t mac[MAC])
{
	struct route_question ask = { .destination = q->client,
				      .device = q->device };
	struct address next = q->client;
	struct neighbour e = { 0 };
	struct netlink *n;
	struct route route;
	int refusal, err = netlink_open(&n, NETLINK_ROUTE);

	if (err)
		return err;
	if (!route_get(n, &ask, &route, &refusal) && route.has_gateway)
		next = route.gateway;
	err = neighbour_get(n, &next, q->device, &e);
	netlink_close(n);
	if (!err && e.mac_length != MAC)
		err = -EHOSTUNREACH;
	if (!err)
		memcpy(mac, e.mac, MAC);
	return err;
}

static const char *reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _(
			"To make an attempt from here needs CAP_BPF and CAP_NET_ADMIN.");
	if (err == -EOPNOTSUPP)
		return _(
			"This kernel takes no packet from a program as if a device had received it (Linux 5.18 does).");
	if (err == -EHOSTUNREACH)
		return _(
			"Which station the client's packets come from is not known here, and rules may ask for it: `ping -c 1 CLIENT' finds out.");

	return strerror(-err);
}

/* What stands below the device is not met: there a packet would come in first. */
static const struct links_link *below(const struct links *l,
				      const struct links_link *device)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->links[i].master == device->index &&
		    strcmp(device->kind, "vrf") != 0)
			return &l->links[i];

	return device->below ? links_by_index(l, device->below) : NULL;
}

static void tell(struct server *s, const struct links_link *device)
{
	const struct look_question *q = &s->foretold;
	const struct links_link *lower = below(looks_links(s->looks), device);
	struct text words = TEXT_NULL, from = TEXT_NULL;

	if (!address_is_v4(&q->client))
		text_char(&from, '[');
	address_text(&from, &q->client);
	if (!address_is_v4(&q->client))
		text_char(&from, ']');
	text_format(&from, ":%u", s->probe.sent.port);
	text_format(
		&words,
		q->protocol == IPPROTO_TCP
			? _("this host itself sent a SYN as %1$s, in by %2$s")
			: _("this host itself sent a datagram as %1$s, in by %2$s"),
		text_string(&from), device->name);
	case_step(s->record, "probe", STEP_PASS, -1, text_string(&words));
	check_screen_sync(&s->screen, s->record);

	text_clear(&words);
	text_format(
		&words,
		_("The host itself made the attempt, as %1$s in by %2$s: it met all that is behind the driver of %2$s, and neither the wire nor the card."),
		text_string(&from), device->name);
	if (lower) {
		text_char(&words, ' ');
		text_format(
			&words,
			_("What is set up on %1$s, below %2$s, was not met either."),
			lower->name, device->name);
	}
	fact_tell(&s->record->general, FACT_PROBE_SENT, "probe", NULL, "%s",
		  text_string(&words));
	text_done(&words);
	text_done(&from);
}

static void tell_not(struct server *s, const char *why)
{
	case_not_looked(s->record, "probe", why);
	case_step(s->record, "probe", STEP_FAIL, -1, why);
	check_screen_sync(&s->screen, s->record);
}

int server_probe_begin(struct server *s)
{
	const struct look_question *q = &s->foretold;
	const struct links_link *device =
		q->device ? links_by_index(looks_links(s->looks), q->device)
			  : NULL;
	struct stand_in ask = { .client = q->client,
				.server = q->server,
				.device = q->device,
				.port = q->port,
				.protocol = q->protocol,
				.ttl = TTL,
				.count = 1 };
	const char *why;
	int err = 0;

	if (!s->probe.is_wanted)
		return 0;
	why = why_not(s, device);
	if (!why && links_has_neighbours(device))
		err = find_station(q, ask.from_mac);
	if (!why && !err)
		err = check_rights_stand_in(&s->rights, &ask, &s->probe.sent,
					    &s->probe.control);
	if (err)
		why = reason(err);
	if (why) {
		tell_not(s, why);
		return 0;
	}
	s->probe.is_sent = true;
	tell(s, device);
	return 0;
}

void server_probe_unwatched(struct server *s)
{
	if (s->probe.is_wanted)
		tell_not(
			s,
			_("What becomes of a packet is seen by a capture, and there is none."));
}

bool server_probe_is(const struct server *s, uint16_t client_port)
{
	return !s->probe.is_sent || s->probe.sent.port == client_port;
}

void server_probe_facts(const struct server *s, struct fact_set *facts)
{
	/* The client's system, which never asked; or ours, taking it back. */
	static const enum fact_kind not_ours[] = {
		FACT_SYNACK_UNANSWERED, FACT_SYNACK_IGNORED, FACT_SYNACK_RESET,
		FACT_CLIENT_RST,        FACT_SYN_SILENCE,    FACT_SYN_ARRIVED,
	};

	if (!s->probe.is_sent || !fact_has(facts, FACT_SYNACK_SEEN))
		return;
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(*not_ours); i++)
		fact_remove(facts, not_ours[i]);
	fact_add(facts, FACT_PROBE_ANSWERED);
}

void server_probe_end(struct server *s, const struct server_seen *seen,
		      struct facts *facts)
{
	struct server_probe *p = &s->probe;

	if (p->is_sent && !seen)
		fact_tell(facts, FACT_PROBE_UNSEEN, "probe", NULL, NULL);
	if (p->control < 0)
		return;

	if (seen && fact_has(&seen->facts, FACT_PROBE_ANSWERED))
		(void)send(p->control, "", 1, MSG_NOSIGNAL);
	(void)close(p->control);
	p->control = -1;
}
