#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/link_stats.h"
#include "host/way.h"

/*
 * The device that the client is reached by: whether it is up, and whether it
 * lost packets while one was waited for.
 */
struct state {
	struct link_stats_list before;
	bool has_before;
};

static int before(struct looking *l)
{
	struct state *s = l->state;
	int err = link_stats_read(l->route, &s->before);

	s->has_before = !err;
	return err;
}

static void done(struct looking *l)
{
	struct state *s = l->state;

	link_stats_done(&s->before);
}

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

static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

static void tell_lost(struct looking *l, const struct link_stats *a,
		      const struct link_stats *b)
{
	const struct links_link *link = links_by_index(l->links, a->index);

	const struct {
		const char *name;
		uint64_t grown;
	} counters[] = {
		{ "rx_missed", grown(a->rx_missed, b->rx_missed) },
		{ "rx_errors", grown(a->rx_errors, b->rx_errors) },
		{ "tx_dropped", grown(a->tx_dropped, b->tx_dropped) },
		{ "tx_errors", grown(a->tx_errors, b->tx_errors) },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		if (counters[i].grown) {
			look_tell(l, FACT_DEVICE_DROPS,
				  link ? way_link_culprit(l, link) : NULL,
				  _("The counter %1$s of %2$s grew by %3$llu."),
				  counters[i].name, link ? link->name : "?",
				  (unsigned long long)counters[i].grown);
			return;
		}
}

static int after(struct looking *l)
{
	const struct link_stats *a, *b;
	struct state *s = l->state;
	struct link_stats_list now;
	int err;

	if (!s->has_before || !l->question->device)
		return 0;

	err = link_stats_read(l->route, &now);
	a = link_stats_of(&s->before, l->question->device);
	b = err ? NULL : link_stats_of(&now, l->question->device);
	if (a && b)
		tell_lost(l, a, b);
	link_stats_done(&now);
	return err;
}

const struct look look_link = {
	.id = "link",
	.title = N_("the device that the client is reached by"),
	.state_size = sizeof(struct state),
	.before = before,
	.client = client,
	.after = after,
	.done = done,
};
