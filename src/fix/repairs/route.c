/*
 * Routes that refuse, lead astray or are missing: first a route for the one
 * address at hand beside them, by the gateway that the host would use otherwise;
 * then the deletion of what is in the way.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/network_files.h"
#include "host/neighbour.h"
#include "host/netlink.h"
#include "host/route.h"

struct mending {
	struct fix_planning *p;
	const struct culprit *k;
	struct netlink *n;
	struct address to; /* the other end */
	const char *to_text, *tool;
	const char *words; /* the route to blame, without what is no option */
	const char *table;
	/* What would carry it if that route were not there. */
	struct route other;
	const char *device;
	bool has_other;
	bool is_refusing, is_missing, is_tunnel, is_client, is_router;
	/* Neighbours that may be a gateway, where no route names one. */
	struct neighbour_entry near;
	unsigned near_count;
};

static bool begins_with(const char *s, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(s, word, len) && s[len] == ' ';
}

static bool is_refusing(const char *text)
{
	return begins_with(text, "blackhole") ||
	       begins_with(text, "unreachable") ||
	       begins_with(text, "prohibit") || begins_with(text, "throw");
}

static const char *device_of(const struct mending *m, uint32_t index)
{
	const struct links_link *l =
		m->p->links ? links_by_index(m->p->links, index) : NULL;

	return l ? l->name : NULL;
}

static bool is_better(const struct route *a, const struct route *b)
{
	if (a->prefix != b->prefix)
		return a->prefix > b->prefix;

	return a->metric < b->metric;
}

static bool is_to_blame(struct mending *m, const struct route *r,
			const char *device)
{
	struct text words = TEXT_NULL;
	bool is;

	route_text(&words, r, device);
	is = !strcmp(text_string(&words), m->k->text);
	text_done(&words);
	return is;
}

/* A gateway is asked for, unless the way is only refused: then the other end may
 * be on the link. */
static int each_route(const struct route *r, void *context)
{
	struct mending *m = context;
	const char *device = device_of(m, r->device);

	if (r->table != RT_TABLE_MAIN || r->type != RTN_UNICAST || !device ||
	    !route_covers(r, &m->to) || is_to_blame(m, r, device))
		return 0;
	if (!r->has_gateway && !m->is_refusing)
		return 0;
	if (m->has_other && !is_better(r, &m->other))
		return 0;
	m->other = *r;
	m->device = device;
	m->has_other = true;
	return 0;
}

static void find_other(struct mending *m)
{
	if (!m->p->may_read || netlink_open(&m->n, NETLINK_ROUTE))
		return;
	(void)route_dump(m->n, netlink_family(&m->to), each_route, m);
}

/* Whether its gateway has been heard of. */
static bool is_alive(const struct mending *m)
{
	struct neighbour e;

	return m->has_other && m->other.has_gateway &&
	       !neighbour_get(m->n, &m->other.gateway, m->other.device, &e) &&
	       e.mac_length && !neighbour_has_failed(&e);
}

/* "10.1.0.7 via 10.0.0.1 dev eth0" */
static const char *way_words(const struct mending *m, const char *gateway,
			     const char *device)
{
	if (!gateway)
		return fix_words(m->p, "%s dev %s", m->to_text, device);

	return fix_words(m->p, "%s via %s dev %s", m->to_text, gateway, device);
}

static int keep(const struct mending *m, struct fix_candidate *c,
		const char *gateway, const char *device)
{
	struct fix_planning *p = m->p;
	bool is_v6 = !address_is_v4(&m->to);
	const char *way = way_words(m, gateway, device);
	struct network_item item = {
		.device = device,
		.is_v6 = is_v6,
		.command = fix_words(p, "%s route add %s", m->tool, way),
		.ifcfg = is_v6 ? "route6-" : "route-",
		.ifcfg_line = way,
	};

	if (strcmp(m->table, "main") != 0)
		item = (struct network_item){
			.device = device,
			.is_v6 = is_v6,
			.command = fix_words(p, "%s table %s", item.command,
					     m->table),
		};
	else if (gateway) {
		item.networkd =
			fix_words(p, "[Route]\nDestination=%s\nGateway=%s",
				  m->to_text, gateway);
		item.property = is_v6 ? "ipv6.routes" : "ipv4.routes";
		item.value = fix_words(p, "%s %s", m->to_text, gateway);
	}
	return network_files_keep(p, c, &item);
}

static const char *outside_the_tunnel(void)
{
	return _(
		"What is sent there is no longer carried, and hidden, by the tunnel; the VPN's own list is the better place to change, and sets the route again.");
}

static int add_way(const struct mending *m, const char *gateway,
		   const char *device, const char *why, bool is_sure)
{
	struct fix_planning *p = m->p;
	const char *way = way_words(m, gateway, device);
	const char *table = strcmp(m->table, "main") != 0
				    ? fix_words(p, "table %s", m->table)
				    : NULL;
	const struct kit_frame frame = {
		.id = "route-add",
		.summary = fix_words(p, _("add the route %s"), way),
		.why = why,
		.risk = m->is_tunnel ? FIX_RISK_SOME : FIX_RISK_LOW,
		.risk_text =
			m->is_tunnel
				? outside_the_tunnel()
				: _("One route more, for this address alone."),
		.is_unknown = !is_sure,
	};
	const struct kit_run run = {
		.argv = kit_command(p, fix_words(p, "%s route add", m->tool),
				    way, table),
		.undo = kit_command(p, fix_words(p, "%s route del", m->tool),
				    way, table),
		.text = fix_words(p, _("Adds the route %s."), way),
		.undo_text = _("Deletes that route again."),
	};
	struct fix_candidate *c;

	if (!run.argv)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("What this host sends to %1$s then leaves by %2$s; the ways to all other addresses stay as they are."),
		m->to_text, device);
	if (!is_sure && gateway)
		kit_effect(p, c,
			   _("Whether the gateway %s answers is not known."),
			   gateway);
	return keep(m, c, gateway, device);
}

static bool is_for_one(const struct mending *m)
{
	const char *at = strchr(m->words, ' ');
	size_t len = strlen(m->to_text);

	at = m->is_refusing && at ? at + 1 : m->words;
	return !strncmp(at, m->to_text, len) && (!at[len] || at[len] == ' ');
}

static int delete_route(const struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *table = fix_words(p, "table %s", m->table);
	bool is_one = is_for_one(m);
	const struct kit_frame frame = {
		.id = "route-delete",
		.summary = fix_words(p, _("delete the route %s"), m->words),
		.risk = is_one && !m->is_tunnel ? FIX_RISK_LOW : FIX_RISK_SOME,
		.risk_text =
			m->is_tunnel ? outside_the_tunnel()
			: is_one
				? _("It is about this address alone; but whoever set it had a reason.")
				: _("It is about other addresses as well; whoever set it had a reason."),
		.cost = is_one ? 1 : 2,
	};
	const struct kit_run run = {
		.argv = kit_command(p, fix_words(p, "%s route del", m->tool),
				    m->words, table),
		.undo = kit_command(p, fix_words(p, "%s route add", m->tool),
				    m->words, table),
		.text = fix_words(p, _("Deletes the route %s."), m->words),
		.undo_text = _("Adds that route again."),
	};
	struct fix_candidate *c;

	if (!run.argv)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		is_one ? _("What this host sends to %1$s then leaves by %2$s.")
		       : _("What this host sends to %1$s, and to all others that this route is for, then leaves by %2$s."),
		m->to_text, m->device);
	return network_files_drop(p, c, "route", m->words);
}

static bool has_neighbours(const struct mending *m, uint32_t index)
{
	const struct links_link *l =
		m->p->links ? links_by_index(m->p->links, index) : NULL;

	return l && links_has_neighbours(l) && !links_is_loopback(l);
}

/* A gateway of the way back has spoken lately: the client's packets came by it. */
static int each_neighbour(const struct neighbour_entry *e, void *context)
{
	struct mending *m = context;
	const struct neighbour *n = &e->neighbour;

	if (!n->mac_length || neighbour_has_failed(n) ||
	    address_is_group(&e->address) || !has_neighbours(m, e->device) ||
	    address_equal(&e->address, &m->to))
		return 0;
	/* What a client sends to its router does not lead back to it. */
	if (m->is_router && address_equal(&e->address, &m->p->plan->ask.client))
		return 0;
	/* One that says so is one: no other has to be looked for. */
	if (m->near_count && m->near.is_router && !e->is_router)
		return 0;
	/* The same station by its other address. */
	if (m->near_count && e->device == m->near.device &&
	    !memcmp(n->mac, m->near.neighbour.mac, sizeof(n->mac)))
		return 0;
	m->near_count =
		e->is_router && !m->near.is_router ? 1 : m->near_count + 1;
	m->near = *e;
	return 0;
}

static int add_by_neighbour(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *gateway, *device;

	if (!m->n && (!p->may_read || netlink_open(&m->n, NETLINK_ROUTE)))
		return -ENOENT;
	if (neighbour_dump(m->n, netlink_family(&m->to), each_neighbour, m) ||
	    m->near_count != 1)
		return -ENOENT;

	gateway = kit_address(p, &m->near.address);
	device = device_of(m, m->near.device);
	return add_way(
		m, gateway, device,
		fix_words(
			p,
			m->is_client || m->is_router
				? _("%s is the only other neighbour that this host has heard of on its links: if one of them is the gateway, it is this one.")
				: _("%s is the only neighbour that this host has heard of on its links, so the client's packets came by it."),
			gateway),
		false);
}

static int add_missing(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *device = NULL, *path = NULL;
	const char *gateway = network_files_gateway(p, !address_is_v4(&m->to),
						    &device, &path);
	int err;

	if (gateway)
		return add_way(
			m, gateway, device,
			fix_words(
				p,
				_("%1$s names the gateway %2$s, which no route has now."),
				path, gateway),
			false);
	err = add_by_neighbour(m);
	if (err != -ENOENT)
		return err;

	fix_remark(
		p,
		_("Which gateway leads to %1$s is not known here. Once it is: `%2$s route add %1$s via GATEWAY dev DEVICE`."),
		m->to_text, m->tool);
	return -ENOENT;
}

/* The gateway is none: another one that a file names, or that has been heard. */
static int replace_gateway(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *dead = fix_culprit_text(m->k, "address");
	const char *device = NULL, *path = NULL;
	const char *gateway = network_files_gateway(p, !address_is_v4(&m->to),
						    &device, &path);
	int err;

	if (gateway && dead && strcmp(gateway, dead) != 0)
		return add_way(
			m, gateway, device,
			fix_words(
				p,
				_("%1$s names the gateway %2$s, not %3$s, which does not answer."),
				path, gateway, dead),
			false);
	err = add_by_neighbour(m);
	if (err != -ENOENT)
		return err;

	fix_remark(
		p,
		_("Which gateway leads to %1$s is not known here. Once it is: `%2$s route add %1$s via GATEWAY dev DEVICE`."),
		m->to_text, m->tool);
	return -ENOENT;
}

static const char *trimmed(struct fix_planning *p, const char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == ' ')
		len--;
	return arena_copy(p->plan->arena, text, len);
}

static int mend(struct mending *m)
{
	const char *gateway;
	int err = -ENOENT;

	if (!m->has_other && !m->is_refusing) {
		err = add_by_neighbour(m);
		if (err != -ENOENT)
			return err;
	}
	if (m->has_other && !is_for_one(m)) {
		gateway = m->other.has_gateway
				  ? kit_address(m->p, &m->other.gateway)
				  : NULL;
		err = add_way(m, gateway, m->device, NULL,
			      m->is_refusing || is_alive(m));
	}
	if ((m->is_refusing || is_for_one(m)) && m->has_other &&
	    (!err || err == -ENOENT)) {
		int deleted = delete_route(m);

		err = deleted == -ENOENT ? err : deleted;
	}
	if (!m->has_other && m->is_refusing)
		fix_remark(
			m->p,
			_("Without the route %1$s no other one would lead to %2$s: a gateway has to be named first."),
			m->words, m->to_text);
	else if (!m->has_other)
		fix_remark(
			m->p,
			_("This host knows no other gateway to %1$s than that of the route %2$s. Once it is known: `%3$s route add %1$s via GATEWAY dev DEVICE`."),
			m->to_text, m->words, m->tool);
	return err;
}

static int choose_way(struct mending *m)
{
	if (m->k->kind == CULPRIT_NEIGHBOUR)
		return replace_gateway(m);
	m->words = trimmed(m->p, m->k->text);
	m->is_missing = strstr(m->k->text, ": no route") != NULL;
	m->is_refusing = is_refusing(m->k->text);
	if (!m->words)
		return -ENOMEM;
	if (m->is_missing)
		return add_missing(m);

	find_other(m);
	return mend(m);
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *cause = f->cause->id;
	struct mending m = { .p = p, .k = f->culprit };
	int err;

	m.is_client = p->record && p->record->vantage == VANTAGE_CLIENT;
	m.is_router = !strncmp(cause, "router-", 7);
	m.is_tunnel = !strcmp(cause, "vpn-split-tunnel");
	if (!kit_is_here(p, f) || (!m.is_client && !kit_is_one(p)))
		return -ENOENT;
	if (m.k->kind == CULPRIT_NEIGHBOUR &&
	    strcmp(cause, "client-wrong-gateway") != 0)
		return -ENOENT;
	/* To be forwarded to the server; or the way to the other end. */
	m.to = m.is_client || m.is_router ? ask->server : ask->client;
	m.to_text = kit_address(p, &m.to);
	m.tool = address_is_v4(&m.to) ? "ip" : "ip -6";
	m.table = fix_culprit_text(m.k, "table");
	m.table = kit_is_word(m.table) ? m.table : "main";
	err = choose_way(&m);
	netlink_close(m.n);
	return err;
}

const struct repair repair_route = {
	.id = "route",
	.culprits = { CULPRIT_ROUTE, CULPRIT_NEIGHBOUR },
	.causes = { "route-missing-reply", "route-reply-onlink",
		    "route-reply-wrong-gateway", "subnet-overlap",
		    "router-no-route", "router-route-blackhole",
		    "router-route-prohibit", "router-route-unreachable",
		    "client-no-route", "client-wrong-gateway",
		    "client-wrong-netmask", "client-route-blackhole",
		    "client-route-prohibit", "client-route-unreachable",
		    "vpn-split-tunnel" },
	.propose = propose,
};
