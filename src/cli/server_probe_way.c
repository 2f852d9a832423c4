#include "cli/server_probe_way.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "host/device.h"
#include "host/links.h"
#include "host/neighbour.h"
#include "host/netlink.h"
#include "host/route.h"
#include "host/serving.h"

enum { TTL = 64, MAC = 6 };

/* One search for the place. */
struct search {
	const struct server *s;
	const struct look_question *q;
	const struct links *links;
	const struct links_link *device; /* that has the address */
	struct netlink *route;
	struct devices devices;
	struct server_probe_way *ret;
};

static const char *why_no_client(const struct search *f)
{
	const struct look_question *q = f->q;

	if (links_own(f->links, &q->client) || address_is_loopback(&q->client))
		return _(
			"The address is this host's own: its packets do not come in by a device.");
	if (address_is_group(&q->client))
		return _("No client has such an address.");
	if (!q->has_server)
		return _("This host has no address that the client could ask.");
	if (address_is_v4(&q->server) != address_is_v4(&q->client))
		return _(
			"The client's address and the one that it asks are of two families.");
	if (address_is_loopback(&q->server))
		return _(
			"The address that is asked is the loopback's: its packets do not come in by a device.");

	return NULL;
}

static const char *why_no_device(const struct search *f)
{
	if (!f->device)
		return _(
			"There is no way back to the client, so it is not known by which device its packets come.");
	if (links_is_loopback(f->device))
		return _(
			"The way back to the client leads through the loopback, by which nothing comes in.");
	if (!links_is_up(f->device) || !f->device->has_carrier)
		return _(
			"The device that the client's packets would come by is down.");

	return NULL;
}

/* The station that hands the client's packets on: its own, or the last
 * router's. */
static int find_station(struct search *f)
{
	struct route_question ask = { .destination = f->q->client,
				      .device = f->q->device };
	struct address next = f->q->client;
	struct neighbour e = { 0 };
	struct route route;
	int refusal, err;

	if (!route_get(f->route, &ask, &route, &refusal) && route.has_gateway)
		next = route.gateway;
	err = neighbour_get(f->route, &next, f->q->device, &e);
	if (!err && e.mac_length != MAC)
		err = -EHOSTUNREACH;
	if (!err)
		memcpy(f->ret->ask.from_mac, e.mac, MAC);
	return err;
}

/* A bridge hands up what comes in by a port: there it has to be. */
static void find_port(struct search *f)
{
	struct server_probe_way *ret = f->ret;
	const struct links_link *port;
	uint32_t index;

	if (strcmp(f->device->kind, "bridge") != 0 || !f->device->has_mac ||
	    neighbour_port(f->route, f->device->index, ret->ask.from_mac,
			   &index))
		return;
	port = links_by_index(f->links, index);
	if (!port || port->master != f->device->index)
		return;

	ret->ask.device = port->index;
	memcpy(ret->ask.to_mac, f->device->mac, MAC);
	memcpy(ret->device, port->name, sizeof(port->name));
}

/* A device that this one stands on, or is made of. */
static void find_below(struct search *f)
{
	const struct links *l = f->links;
	const struct links_link *own = links_by_index(l, f->ret->ask.device);
	const struct links_link *below =
		own && own->below ? links_by_index(l, own->below) : NULL;

	for (size_t i = 0; own && !below && i < l->count; i++)
		if (l->links[i].master == own->index &&
		    strcmp(own->kind, "vrf") != 0)
			below = &l->links[i];
	/* The other end of a veth is nothing that it stands on. */
	if (below && strcmp(own->kind, "veth") != 0)
		memcpy(f->ret->below, below->name, sizeof(below->name));
}

/* A program in a driver sees what a card receives, and may change or take it;
 * so does one on a device below. */
static const char *why_xdp(const struct search *f)
{
	const struct devices *all = &f->devices;
	uint32_t own = f->ret->ask.device;

	for (size_t i = 0; i < all->count; i++) {
		const struct device *d = &all->list[i];

		if (d->xdp &&
		    devices_carry(all, d->index, own) != DEVICE_ASIDE &&
		    (d->index != own || d->xdp_mode != XDP_ATTACHED_SKB))
			return _(
				"An XDP program sees the client's packets in the driver, and would not see this one.");
	}

	return NULL;
}

/* What is found to stop the client before the place, or beside it. */
static const char *why_found(const struct search *f,
			     const struct fact_set *client)
{
	static const enum fact_kind before[] = {
		FACT_ARP_FILTERED,     FACT_ARP_IGNORED,  FACT_ND_FILTERED,
		FACT_ADDRESS_ANOTHERS, FACT_VLAN_UNKNOWN, FACT_FRAME_NOT_OURS,
	};

	static const enum fact_kind of_bridge[] = { FACT_BRIDGE_RULES_DROP,
						    FACT_BRIDGE_PORT_BLOCKED };

	bool has_port = f->ret->ask.device != f->device->index;
	bool is_found = false;

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		is_found = is_found || fact_has(client, before[i]);
	for (size_t i = 0; i < 2; i++)
		is_found = is_found ||
			   (!has_port && fact_has(client, of_bridge[i]));

	return is_found
		       ? _("What was found stops the client before the place where an own packet would begin.")
		       : NULL;
}

static const char *reason(int err)
{
	if (err == -EHOSTUNREACH)
		return _(
			"Which station the client's packets come from is not known here, and rules may ask for it: `ping -c 1 CLIENT' finds out.");

	return strerror(-err);
}

/* Which of this host's addresses the client asks for was guessed: where the
 * service is bound to another one, the client asks for that, if anybody does. */
static void find_server(struct search *f)
{
	struct serving serving = { 0 };
	const struct listener *l;
	enum listeners_fit fit;

	if (!f->q->is_guessed)
		return;
	if (!serving_read(&serving, "", f->q)) {
		l = serving_best(&serving, f->q, &fit);
		if (l && fit == LISTENERS_ADDRESS &&
		    links_own(f->links, &l->address) &&
		    address_is_v4(&l->address) == address_is_v4(&f->q->client))
			f->ret->ask.server = l->address;
	}
	serving_done(&serving);
}

static const char *find_place(struct search *f, const struct fact_set *client)
{
	const char *why = why_no_device(f);
	int err = 0;

	if (!f->device || why)
		return why;

	memcpy(f->ret->device, f->device->name, sizeof(f->device->name));
	if (links_has_neighbours(f->device))
		err = find_station(f);
	if (!err)
		err = devices_read(f->route, &f->devices);
	if (err)
		return reason(err);

	find_server(f);
	find_port(f);
	find_below(f);
	why = why_xdp(f);
	return why ? why : why_found(f, client);
}

const char *server_probe_way(const struct server *s,
			     const struct fact_set *client,
			     struct server_probe_way *ret)
{
	const struct look_question *q = &s->foretold;
	struct search f = {
		.s = s, .q = q, .links = looks_links(s->looks), .ret = ret
	};
	const char *why;
	int err;

	*ret = (struct server_probe_way){
		.ask = { .client = q->client,
			 .server = q->server,
			 .device = q->device,
			 .port = q->port,
			 .protocol = q->protocol,
			 .ttl = TTL },
	};
	if (q->device)
		f.device = links_by_index(f.links, q->device);
	why = why_no_client(&f);
	if (why)
		return why;
	err = netlink_open(&f.route, NETLINK_ROUTE);
	if (err)
		return strerror(-err);

	why = find_place(&f, client);
	devices_done(&f.devices);
	netlink_close(f.route);
	return why;
}
