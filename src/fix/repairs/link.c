/*
 * Devices and addresses: a device that is down, a bridge's port that does not
 * forward or is kept apart, an address that is missing or one too many.
 */
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/network_files.h"
#include "host/links.h"
#include "host/neighbour.h"
#include "host/netlink.h"
#include "host/route.h"

struct mending {
	struct fix_planning *p;
	const struct culprit *k;
	const char *device, *state;
};

struct ways {
	int family;
	bool has_default;
};

static int each_way(const struct route *r, void *context)
{
	struct ways *w = context;

	if (r->table == RT_TABLE_MAIN && r->type == RTN_UNICAST && !r->prefix)
		w->has_default = true;
	return 0;
}

/* Another repair sees to the route, or there is one to everywhere. */
static bool has_way(const struct mending *m)
{
	const struct fix_plan *plan = m->p->plan;
	struct netlink *n = NULL;
	struct ways w = { .family = kit_is_v4(m->p) ? AF_INET : AF_INET6 };

	for (size_t i = 0; i < plan->fault_count; i++)
		if (plan->faults[i].culprit &&
		    plan->faults[i].culprit->kind == CULPRIT_ROUTE)
			return true;
	if (netlink_open(&n, NETLINK_ROUTE))
		return true;
	if (route_dump(n, w.family, each_way, &w))
		w.has_default = true;
	netlink_close(n);
	return w.has_default;
}

/* The kernel took IPv6's addresses away with the device. */
static int add_lost_address(struct mending *m, struct fix_candidate *c,
			    const struct network_setup *s)
{
	struct fix_planning *p = m->p;
	const char *words;
	struct address a;
	struct kit_run run = { 0 };

	if (!s->address || !s->prefix ||
	    !address_parse(&a, s->address, strlen(s->address)) || !p->links ||
	    links_own(p->links, &a))
		return 0;
	words = fix_words(p, "%s/%u", s->address, s->prefix);
	run.argv = fix_argv(p, "ip", "addr", "add", words, "dev", m->device,
			    (char *)NULL);
	run.undo = fix_argv(p, "ip", "addr", "del", words, "dev", m->device,
			    (char *)NULL);
	run.text = fix_words(p, _("Adds the address %s."), words);
	run.undo_text = _("Deletes it again.");
	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

/* And the routes by it. */
static int add_lost_route(struct mending *m, struct fix_candidate *c,
			  const struct network_setup *s)
{
	struct fix_planning *p = m->p;
	const char *tool = kit_is_v4(p) ? "ip" : "ip -6";
	const char *way;
	struct kit_run run = { 0 };

	if (!s->gateway || has_way(m))
		return 0;
	way = fix_words(p, "default via %s dev %s", s->gateway, m->device);
	run.argv =
		kit_command(p, fix_words(p, "%s route add", tool), way, NULL);
	run.undo =
		kit_command(p, fix_words(p, "%s route del", tool), way, NULL);
	run.text = fix_words(p, _("Adds the route %s."), way);
	run.undo_text = _("Deletes that route again.");
	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

/* What was lost with it is known where a file says it. */
static int set_up_again(struct mending *m, struct fix_candidate *c)
{
	struct fix_planning *p = m->p;
	struct network_setup s;
	int err;

	if (!p->may_read ||
	    !network_files_setup(p, m->device, !kit_is_v4(p), &s)) {
		kit_effect(
			p, c,
			_("All traffic of %s comes and goes again; routes by it, and addresses of IPv6, that were lost when it went down have to be set again, by what manages the network."),
			m->device);
		return 0;
	}

	err = add_lost_address(m, c, &s);
	if (!err)
		err = add_lost_route(m, c, &s);
	kit_effect(
		p, c,
		_("All traffic of %1$s comes and goes again, with the address and the gateway that %2$s names; other routes by it that were lost when it went down have to be set again."),
		m->device, s.path);
	return err;
}

static int put_up(struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct kit_frame frame = {
		.id = "link-up",
		.summary = fix_words(p, _("set the device %s up"), m->device),
		.risk = FIX_RISK_LOW,
		.risk_text = _("Somebody set it down on purpose, perhaps."),
		.is_unknown = true,
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _(
			"Whether it comes up at boot is its network setup's to say."),
	};
	const struct kit_run run = {
		.argv = fix_argv(p, "ip", "link", "set", "dev", m->device, "up",
				 (char *)NULL),
		.undo = fix_argv(p, "ip", "link", "set", "dev", m->device,
				 "down", (char *)NULL),
		.text = fix_words(p, _("Sets the device %s up."), m->device),
		.undo_text = fix_words(p, _("Sets the device %s down again."),
				       m->device),
	};
	struct fix_candidate *c;

	if (m->state && strcmp(m->state, "DOWN") != 0) {
		fix_remark(
			p,
			_("The device %s is up, but has no carrier: the cable, the switch's port or the virtual machine's host is to be looked at."),
			m->device);
		return -ENOENT;
	}
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	return set_up_again(m, c);
}

/* By whom the state is kept: the spanning tree would take it back. */
static bool has_spanning_tree(struct mending *m)
{
	const char *on = kit_setting(
		m->p,
		fix_words(m->p,
			  "/sys/class/net/%s/brport/bridge/bridge/stp_state",
			  m->device));

	return !on || strcmp(on, "0") != 0;
}

static int state_number(const char *state)
{
	static const char *const names[] = { "disabled", "listening",
					     "learning", "forwarding",
					     "blocking" };

	for (int i = 0; state && i < 5; i++)
		if (!strcmp(state, names[i]))
			return i;

	return -1;
}

static int put_forwarding(struct mending *m)
{
	struct fix_planning *p = m->p;
	int old = state_number(m->state);
	const struct kit_frame frame = {
		.id = "bridge-port",
		.summary = fix_words(p, _("let the bridge's port %s forward"),
				     m->device),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"Where a second way leads around, the bridge would then send packets in a circle."),
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _(
			"Who set the port to this state is not known here, and may do so again."),
	};
	const struct kit_run run = {
		.argv = fix_argv(p, "bridge", "link", "set", "dev", m->device,
				 "state", "3", (char *)NULL),
		.undo = fix_argv(p, "bridge", "link", "set", "dev", m->device,
				 "state", fix_words(p, "%d", old),
				 (char *)NULL),
		.text = fix_words(
			p, _("Sets the port %s to the state forwarding."),
			m->device),
		.undo_text = fix_words(p, _("Sets it back to %s."), m->state),
	};
	struct fix_candidate *c;

	if (old < 0 || has_spanning_tree(m)) {
		fix_remark(
			p,
			_("The spanning tree keeps the port %1$s in the state %2$s: that ends by itself after some seconds, or is the end of a loop, which has to be removed."),
			m->device, m->state ? m->state : "?");
		return -ENOENT;
	}
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, _("Whatever comes in by %s is passed on again."),
		   m->device);
	return 0;
}

static int put_together(struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct kit_frame frame = {
		.id = "bridge-port",
		.summary = fix_words(
			p, _("take the isolation off the bridge's port %s"),
			m->device),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"That port and all other isolated ones then reach each other."),
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _(
			"Who isolated the port is not known here, and may do so again."),
	};
	const struct kit_run run = {
		.argv = fix_argv(p, "bridge", "link", "set", "dev", m->device,
				 "isolated", "off", (char *)NULL),
		.undo = fix_argv(p, "bridge", "link", "set", "dev", m->device,
				 "isolated", "on", (char *)NULL),
		.text = fix_words(p, _("Takes the isolation off %s."),
				  m->device),
		.undo_text = fix_words(p, _("Isolates %s again."), m->device),
	};
	struct fix_candidate *c = kit_propose(p, &frame);

	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, "%s", frame.risk_text);
	return 0;
}

/* That of an address beside it, or its own alone. */
static unsigned prefix_for(const struct mending *m, const struct address *a)
{
	const struct links *l = m->p->links;
	unsigned whole = address_is_v4(a) ? 32 : 128;

	for (size_t i = 0; l && i < l->address_count; i++) {
		const struct links_address *own = &l->addresses[i];
		const struct links_link *of = links_by_index(l, own->index);

		if (of && !strcmp(of->name, m->device) && own->prefix < whole &&
		    address_is_v4(&own->address) == address_is_v4(a) &&
		    route_is_prefix(&own->address, own->prefix, a))
			return own->prefix;
	}

	return whole;
}

static int put_address(struct mending *m, bool is_added,
		       const struct address *a, unsigned prefix,
		       struct fix_candidate **ret)
{
	struct fix_planning *p = m->p;
	const char *tool = address_is_v4(a) ? "ip" : "ip -6";
	const char *words = fix_words(p, "%s/%u dev %s", kit_address(p, a),
				      prefix, m->device);
	const char *const *add =
		kit_command(p, fix_words(p, "%s addr add", tool), words, NULL);
	const char *const *del =
		kit_command(p, fix_words(p, "%s addr del", tool), words, NULL);
	const struct kit_frame frame = {
		.id = is_added ? "address-add" : "address-delete",
		.summary = fix_words(p,
				     is_added ? _("add the address %s")
					      : _("delete the address %s"),
				     words),
		.risk = FIX_RISK_SOME,
		.risk_text =
			is_added
				? _("If another host has the address, too, both are disturbed: it may belong where it is now (a floating address that moved).")
				: _("Connections to or from that address of this host end."),
	};
	const struct kit_run run = {
		.argv = is_added ? add : del,
		.undo = is_added ? del : add,
		.text = fix_words(p,
				  is_added ? _("Adds the address %s.")
					   : _("Deletes the address %s."),
				  words),
		.undo_text =
			is_added ? _("Deletes it again.") : _("Adds it again."),
	};

	*ret = kit_propose(p, &frame);
	if (!*ret || !kit_run(p, *ret, false, &run))
		return -ENOMEM;
	return 0;
}

static int add_address(struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct address *a = &p->plan->ask.server;
	bool is_v6 = !address_is_v4(a);
	unsigned prefix = prefix_for(m, a);
	const char *words = fix_words(p, "%s/%u", kit_address(p, a), prefix);
	const struct network_item item = {
		.device = m->device,
		.is_v6 = is_v6,
		.command =
			fix_words(p, "ip addr add %s dev %s", words, m->device),
		.networkd = fix_words(p, "[Address]\nAddress=%s", words),
		.property = is_v6 ? "ipv6.addresses" : "ipv4.addresses",
		.value = words,
	};
	struct fix_candidate *c;
	int err = put_address(m, true, a, prefix, &c);

	if (err)
		return err;
	kit_effect(p, c, _("%1$s then answers for %2$s on %3$s."),
		   _("This host"), kit_address(p, a), m->device);
	return network_files_keep(p, c, &item);
}

/* The client's own address is here, too: by which length, the device knows. */
static int delete_address(struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct address *a = &p->plan->ask.client;
	const struct links_address *own =
		p->links ? links_own(p->links, a) : NULL;
	struct fix_candidate *c;
	int err;

	if (!own || !kit_is_one(p)) {
		fix_remark(
			p,
			_("The address of the client is on %s of this host, too: one of the two has to give it up."),
			m->device);
		return -ENOENT;
	}
	err = put_address(m, false, a, own->prefix, &c);
	if (err)
		return err;
	kit_effect(
		p, c,
		_("Packets from %s are then taken for the client's, and no longer dropped as this host's own."),
		kit_address(p, a));
	return network_files_drop(
		p, c, "addr",
		fix_words(p, "%s/%u", kit_address(p, a), own->prefix));
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p, .k = f->culprit };
	const char *cause = f->cause->id;

	m.device = fix_culprit_text(m.k, "device");
	m.state = fix_culprit_text(m.k, "state");
	if (!kit_is_here(p, f) || !kit_is_word(m.device))
		return -ENOENT;
	if (!strcmp(cause, "bridge-port-blocking"))
		return put_forwarding(&m);
	if (!strcmp(cause, "bridge-port-isolated"))
		return put_together(&m);
	if (!strcmp(cause, "address-not-local"))
		return p->plan->ask.has_server ? add_address(&m) : -ENOENT;
	if (!strcmp(cause, "source-address-duplicate"))
		return delete_address(&m);

	return put_up(&m);
}

const struct repair repair_link = {
	.id = "link",
	.culprits = { CULPRIT_LINK },
	.causes = { "server-link-down", "client-iface-down", "client-lo-down",
		    "bridge-port-blocking", "bridge-port-isolated",
		    "address-not-local", "source-address-duplicate" },
	.propose = propose,
};
