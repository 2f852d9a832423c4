#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/way.h"

/*
 * The device that the client is reached by: whether it is up, and whether the
 * frames are for it.
 */
static void tell_down(struct looking *l, const struct links_link *link)
{
	struct culprit *k = way_link_culprit(l, link);

	if (links_is_up(link))
		look_tell(l, FACT_SERVER_LINK_DOWN, k,
			  _("The server's device %s has no carrier."),
			  link->name);
	else
		look_tell(l, FACT_SERVER_LINK_DOWN, k,
			  _("The server's device %s is down."), link->name);
	look_step(l, STEP_FAIL, "%s", k ? k->text : link->name);
}

static void tell_up(struct looking *l, const struct links_link *link)
{
	look_tell(l, FACT_SERVER_LINK_UP, NULL, NULL);
	if (link)
		look_step(l, STEP_PASS, _("%1$s is up, MTU %2$u"), link->name,
			  link->mtu);
}

/* With the device, the routes of its addresses are gone, also the one by which
 * the kernel knows the address for its own. */
static const struct links_link *down_with_address(const struct looking *l)
{
	const struct links_address *own =
		l->question->has_server
			? links_own(l->links, &l->question->server)
			: NULL;
	const struct links_link *link =
		own ? links_by_index(l->links, own->index) : NULL;
	struct route_question q = { .destination = l->question->server };
	struct route r;
	int refusal;

	if (!link || links_is_up(link))
		return NULL;
	if (!route_get(l->route, &q, &r, &refusal) && r.type == RTN_LOCAL)
		return NULL;

	return link;
}

static bool is_down(const struct links_link *link)
{
	if (links_is_loopback(link) || links_is_tunnel(link))
		return false;

	/* A bridge without ports has no carrier, and nobody misses it. */
	return !links_is_up(link) ||
	       (!link->has_carrier && strcmp(link->kind, "bridge") != 0);
}

static bool has_net_of(const struct looking *l, const struct links_link *link,
		       const struct address *a)
{
	for (size_t i = 0; i < l->links->address_count; i++) {
		const struct links_address *own = &l->links->addresses[i];

		if (own->index == link->index &&
		    route_is_prefix(&own->address, own->prefix, a))
			return true;
	}

	return false;
}

/* Where no route leads to the client: the device whose routes it would have
 * been, because it has the client's network, or because it is the only one. */
static const struct links_link *down_without_route(const struct looking *l)
{
	const struct links_link *only = NULL;
	size_t downs = 0, ups = 0;

	for (size_t i = 0; i < l->links->count; i++) {
		const struct links_link *link = &l->links->links[i];

		if (!is_down(link)) {
			ups += !links_is_loopback(link) &&
			       !links_is_tunnel(link);
			continue;
		}
		if (has_net_of(l, link, &l->question->client))
			return link;
		only = link;
		downs++;
	}

	return downs == 1 && !ups ? only : NULL;
}

/* With the device, IPv6 loses its addresses too: then there is none of this
 * host's that the client could ask for. */
static int before(struct looking *l)
{
	const struct links_link *down;
	struct way_back back;
	int err;

	if (!l->question->has_client)
		return 0;
	err = way_back(l, &back);
	if (err || back.has_route)
		return err;

	down = down_without_route(l);
	if (down)
		tell_down(l, down);
	return 0;
}

static int client(struct looking *l)
{
	const struct links_link *down = down_with_address(l);
	struct way_back back;
	int err;

	/* It came in. */
	if (l->question->packets) {
		tell_up(l, links_by_index(l->links, l->question->device));
		return 0;
	}

	err = way_back(l, &back);
	if (err)
		return err;
	if (!down && !back.has_route)
		down = down_without_route(l);
	if (!down && back.device && is_down(back.device))
		down = back.device;
	if (down)
		tell_down(l, down);
	else if (back.device)
		tell_up(l, back.device);

	return 0;
}

static bool is_own_station(const struct looking *l, const uint8_t mac[6])
{
	/* To all, or to a group. */
	if (mac[0] & 1)
		return true;
	for (size_t i = 0; i < l->links->count; i++)
		if (l->links->links[i].has_mac &&
		    !memcmp(l->links->links[i].mac, mac, 6))
			return true;

	return false;
}

static void put_mac(struct text *out, const uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		if (i)
			text_char(out, ':');
		text_hex(out, mac[i], 2);
	}
}

static void tell_vlan(struct looking *l, const struct links_link *in)
{
	const struct look_question *q = l->question;
	struct culprit *k;

	if (!q->vlan) {
		look_tell(l, FACT_FRAME_UNTAGGED, NULL, NULL);
		return;
	}
	/* A bridge passes it on. */
	if (in->master)
		return;

	k = way_link_culprit(l, in);
	culprit_number(k, "vlan", q->vlan);
	look_tell(
		l, FACT_VLAN_UNKNOWN, k,
		_("The frames came in by %1$s with the VLAN %2$u, for which there is no device."),
		in->name, q->vlan);
	look_step(l, STEP_FAIL, _("%1$s: no device for the VLAN %2$u"),
		  in->name, q->vlan);
}

/* A frame for another station is seen by the capture alone (eth_type_trans(),
 * PACKET_OTHERHOST). Another one may have the address too: but then the client
 * would have had its answer, and not repeated. */
static void tell_other(struct looking *l, const struct links_link *in)
{
	const struct look_question *q = l->question;
	struct text to = TEXT_NULL, from = TEXT_NULL;
	struct culprit *k;

	put_mac(&to, q->to_mac);
	put_mac(&from, q->from_mac);
	k = culprit_new(l->record->arena, CULPRIT_NEIGHBOUR, VANTAGE_SERVER,
			"%s lladdr %s", way_words(l, &q->server),
			text_string(&to));
	culprit_text(k, l->record->arena, "device", in->name);
	culprit_text(k, l->record->arena, "station", text_string(&from));
	look_step(l, STEP_FAIL, _("%1$s is sent frames for %2$s"), in->name,
		  text_string(&to));
	if (fact_has(l->seen, FACT_SYN_REPEATED) ||
	    fact_has(l->seen, FACT_UDP_REPEATED))
		look_tell(
			l, FACT_FRAME_NOT_OURS, k,
			_("%1$s, which sends the frames, addresses them to %2$s, and %3$s is not that station."),
			text_string(&from), text_string(&to), in->name);
	text_done(&to);
	text_done(&from);
}

static int after(struct looking *l)
{
	const struct look_question *q = l->question;
	const struct links_link *in = links_by_index(l->links, q->device);

	if (!q->has_macs || !in || !in->has_mac)
		return 0;

	tell_vlan(l, in);
	if (!in->master && strcmp(in->kind, "bridge") != 0)
		look_tell(l, FACT_NO_BRIDGE, NULL, NULL);
	if (!q->packets)
		return 0;

	if (is_own_station(l, q->to_mac))
		look_tell(l, FACT_FRAME_OURS, NULL, NULL);
	else if (!in->master && links_own(l->links, &q->server))
		tell_other(l, in);

	return 0;
}

const struct look look_link = {
	.id = "link",
	.title = N_("the device that the client is reached by"),
	.sees_bridged = true,
	.before = before,
	.client = client,
	.after = after,
};
