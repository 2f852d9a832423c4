#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/way.h"

/*
 * The device that the client is reached by: whether it is up.
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

const struct look look_link = {
	.id = "link",
	.title = N_("the device that the client is reached by"),
	.before = before,
	.client = client,
};
