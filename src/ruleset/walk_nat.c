/*
 * Address translation: which packets meet nat chains, what the targets change,
 * and how a reply is set back (net/netfilter/nf_nat_core.c).
 */
#include "ruleset/ranges.h"
#include "ruleset/walk_state.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17 };

enum { PROTO_DCCP = 33, PROTO_ICMP6 = 58, PROTO_SCTP = 132, PROTO_LITE = 136 };

enum { FAMILY_V6 = 10 };

/* Numbers of RTN_* (include/uapi/linux/rtnetlink.h). */
enum { TYPE_UNICAST = 1, TYPE_LOCAL = 2 };

static enum walk_manip manip_of(enum hook hook)
{
	return hook == HOOK_PREROUTING || hook == HOOK_OUTPUT
		       ? MANIP_DESTINATION
		       : MANIP_SOURCE;
}

static bool is_loopback(u128 address)
{
	struct address a = field_to_address(address);

	return address_is_loopback(&a);
}

static bool is_of_link(u128 address)
{
	return address >> 118 == 0xfe80 >> 6;
}

bool walk_nat_is_local(const struct walk *w, u128 address)
{
	if (is_loopback(address))
		return true;

	for (size_t i = 0; w->host && i < w->host->count; i++)
		if (w->host->addresses[i].address == address)
			return true;

	return false;
}

static u128 lo(void)
{
	return field_from_name("lo", 2);
}

/* The interface to an address of a network that the host stands in. */
static bool route(const struct walk *w, u128 address, u128 *ret_oif)
{
	const struct walk_address *best = NULL;

	for (size_t i = 0; w->host && i < w->host->count; i++) {
		const struct walk_address *a = &w->host->addresses[i];
		unsigned rest = 128 - a->prefix;
		bool is_in = rest >= 128 ||
			     (a->address >> rest) == (address >> rest);

		if (is_in && a->prefix && (!best || a->prefix > best->prefix))
			best = a;
	}

	if (best)
		*ret_oif = best->interface;
	return best;
}

/* The destination is another one: it decides anew where the packet goes. */
static void redirected(struct walk *w, bool is_local)
{
	bool is_out = w->hook == HOOK_OUTPUT;
	u128 address = w->packet->value[FIELD_DADDR];

	w->is_local = is_local;
	point_set(w->packet, FIELD_DADDR_TYPE,
		  is_local ? TYPE_LOCAL : TYPE_UNICAST);
	if (is_local) {
		w->oif = is_out ? lo() : 0;
		w->has_oif = true;
	} else {
		w->has_oif = point_has(w->packet, FIELD_DADDR) &&
			     route(w, address, &w->oif);
	}
}

/* A source that was translated is mostly this host's; who knows its addresses
 * knows better. */
static void set_source_type(struct walk *w)
{
	const struct point *p = w->packet;
	bool is_here = !w->host || walk_nat_is_local(w, p->value[FIELD_SADDR]);

	if (point_has(p, FIELD_SADDR) || !w->host)
		point_set(w->packet, FIELD_SADDR_TYPE,
			  is_here ? TYPE_LOCAL : TYPE_UNICAST);
	else
		point_forget(w->packet, FIELD_SADDR_TYPE);
}

static bool is_other(const struct point *p, enum field f, u128 value,
		     bool is_known)
{
	return !is_known || !point_has(p, f) || p->value[f] != value;
}

/* Half of a connection's ends, changed by a rule or set back. Whether anything
 * was (perhaps) changed. */
static bool change(struct walk *w, const struct rule *rule,
		   enum walk_manip manip, const struct walk_end *to)
{
	bool changed = false;
	bool is_src = manip == MANIP_SOURCE;
	enum field address = is_src ? FIELD_SADDR : FIELD_DADDR;
	enum field port = is_src ? FIELD_SPORT : FIELD_DPORT;
	const struct point *p = w->packet;

	if (is_other(p, address, to->address, to->has_address)) {
		walk_act_change(w, rule, address, to->address, to->has_address);
		changed = true;
	}
	if (!to->has_port ||
	    (point_has(p, port) && p->value[port] != to->port)) {
		walk_act_change(w, rule, port, to->port, to->has_port);
		changed = true;
	}

	return changed;
}

static bool is_single(const struct ranges *r)
{
	return r->count == 1 && r->range[0].first == r->range[0].last;
}

/* NETMAP keeps the host's bits. */
static u128 netmap(const struct ranges *r, u128 address)
{
	u128 host = r->range[0].first ^ r->range[0].last;

	return (address & host) | (r->range[0].first & ~host);
}

/* Where the rule sends it. */
struct aim {
	const struct ranges *address, *port;
	struct walk_end end;
	bool is_local;
	bool is_renumbered; /* ICMP's id is another, even of a destination */
};

static enum answer aim_map(const struct walk *w, const struct action *a,
			   struct aim *aim)
{
	const struct element *e;
	enum answer found = cond_lookup(a->map, a->key, w->packet, &e);

	if (found == ANSWER_YES && e) {
		if (e->data)
			aim->address = e->data;
		if (e->data_port)
			aim->port = e->data_port;
	}

	return found;
}

static bool has_ports(const struct point *p)
{
	u128 proto = p->value[FIELD_PROTO];

	return point_has(p, FIELD_PROTO) &&
	       (proto == PROTO_TCP || proto == PROTO_UDP ||
		proto == PROTO_SCTP || proto == PROTO_DCCP ||
		proto == PROTO_LITE);
}

static bool keeps_port(const struct walk *w, enum field address,
		       const struct aim *aim)
{
	enum field f = address == FIELD_SADDR ? FIELD_SPORT : FIELD_DPORT;

	return !aim->port || !aim->port->count || !has_ports(w->packet) ||
	       ranges_has(aim->port, w->packet->value[f]);
}

static void aim_address(const struct walk *w, const struct action *a,
			enum field f, struct aim *aim)
{
	struct walk_end *end = &aim->end;

	end->address = w->packet->value[f];
	end->has_address = point_has(w->packet, f);
	if (!aim->address || !aim->address->count)
		return;

	if (a->nat == NAT_NETMAP_SOURCE || a->nat == NAT_NETMAP_DESTINATION) {
		end->address = netmap(aim->address, end->address);
		return;
	}

	/* A source that is among them stays, if its port does (nf_in_range()). */
	if (f == FIELD_SADDR && !a->random && end->has_address &&
	    ranges_has(aim->address, end->address) && keeps_port(w, f, aim))
		return;
	end->has_address = is_single(aim->address);
	end->address = aim->address->range[0].first;
}

static void aim_port(const struct walk *w, const struct action *a, enum field f,
		     struct aim *aim)
{
	struct walk_end *end = &aim->end;

	end->port = w->packet->value[f];
	end->has_port = true;
	if (!has_ports(w->packet))
		return;
	if (!aim->port || !aim->port->count) {
		end->has_port = !a->random || f != FIELD_SPORT;
		return;
	}
	if (!a->random && ranges_has(aim->port, end->port))
		return;

	end->has_port = is_single(aim->port);
	end->port = aim->port->range[0].first;
}

/* An address that the host speaks from by the interface: of the packet's
 * family, and not a route to a network. */
static bool is_own(const struct walk *w, const struct walk_address *own,
		   u128 interface)
{
	bool is_v6 = w->packet->value[FIELD_FAMILY] == FAMILY_V6;
	struct address a = field_to_address(own->address);
	bool is_route = own->prefix < 127 && !(own->address << own->prefix);

	return own->interface == interface && address_is_v4(&a) != is_v6 &&
	       !is_route;
}

/* The interface's first address of the packet's family; of IPv6, the first of
 * the destination's scope, if it has one: of the link (fe80::/10), or not. */
bool walk_nat_own_address(const struct walk *w, u128 interface, u128 *ret)
{
	bool link = is_of_link(w->packet->value[FIELD_DADDR]);
	bool found = false;

	for (size_t i = 0; w->host && i < w->host->count; i++) {
		const struct walk_address *own = &w->host->addresses[i];

		if (!is_own(w, own, interface))
			continue;
		if (found && (is_of_link(*ret) == link ||
			      is_of_link(own->address) != link))
			continue;
		*ret = own->address;
		found = true;
	}

	return found;
}

/* How many bits of the destination are those of the address's network. */
static unsigned nearness(const struct walk *w, const struct walk_address *own)
{
	u128 differs = own->address ^ w->packet->value[FIELD_DADDR];
	unsigned same = 0;

	if (!point_has(w->packet, FIELD_DADDR))
		return 0;
	while (same < own->prefix && !(differs >> (127 - same)))
		same++;
	return same;
}

/* Of several addresses, IPv4 takes the one in whose network the next hop is,
 * else the first (inet_select_addr()); IPv6 the one that is most like the
 * destination (RFC 6724, 5; ipv6_get_saddr_eval()). Loopback's is for
 * loopback alone. A gateway is not known here: it is taken to be in the first's. */
static bool masquerade_address(const struct walk *w, u128 *ret)
{
	bool is_v6 = w->packet->value[FIELD_FAMILY] == FAMILY_V6;
	unsigned most = 0;
	bool found = w->has_oif && walk_nat_own_address(w, w->oif, ret) &&
		     !is_loopback(*ret);

	if (is_v6 && is_loopback(w->packet->value[FIELD_DADDR])) {
		*ret = w->packet->value[FIELD_DADDR];
		return point_has(w->packet, FIELD_DADDR);
	}
	for (size_t i = 0; found && i < w->host->count; i++) {
		const struct walk_address *own = &w->host->addresses[i];
		unsigned near;

		if (!is_own(w, own, w->oif) ||
		    is_of_link(own->address) != is_of_link(*ret))
			continue;
		near = nearness(w, own);
		if (near > most && (is_v6 || near >= own->prefix)) {
			most = near;
			*ret = own->address;
		}
	}

	return found;
}

static void aim_masquerade(const struct walk *w, struct aim *aim)
{
	aim->end.has_address = masquerade_address(w, &aim->end.address);
}

/* REDIRECT: to the first address of the interface where the packet came in; of
 * the host's own packets, to loopback (nf_nat_redirect.c). Without knowledge
 * of addresses, a packet to this host is taken to be for that one already. */
static void aim_redirect(const struct walk *w, struct aim *aim)
{
	struct walk_end *end = &aim->end;
	struct address loopback = address_v4(0x7f000001);

	aim->is_local = true;
	if (w->hook == HOOK_OUTPUT) {
		end->has_address = true;
		end->address = w->packet->value[FIELD_FAMILY] == FAMILY_V6
				       ? 1
				       : field_from_address(&loopback);
	} else if (!walk_nat_own_address(w, w->iif, &end->address)) {
		end->has_address = end->has_address && w->is_local;
	}
}

static bool is_icmp(const struct point *p)
{
	u128 proto = p->value[FIELD_PROTO];

	return point_has(p, FIELD_PROTO) &&
	       (proto == PROTO_ICMP || proto == PROTO_ICMP6);
}

static void aim_at(const struct walk *w, const struct action *a,
		   enum walk_manip manip, struct aim *aim)
{
	bool is_src = manip == MANIP_SOURCE;

	aim->is_renumbered = a->random && is_icmp(w->packet);
	aim_address(w, a, is_src ? FIELD_SADDR : FIELD_DADDR, aim);
	aim_port(w, a, is_src ? FIELD_SPORT : FIELD_DPORT, aim);
	if (a->nat == NAT_MASQUERADE)
		aim_masquerade(w, aim);
	else if (a->nat == NAT_REDIRECT)
		aim_redirect(w, aim);
	else if (!is_src && aim->end.has_address)
		aim->is_local =
			walk_nat_is_local(w, aim->end.address) ||
			(w->is_local &&
			 aim->end.address == w->packet->value[FIELD_DADDR]);
}

/* TPROXY leaves the packet as it is and gives it to a socket of this host. nft's
 * goes on behind it (nft_tproxy.c). */
static enum walk_flow act_tproxy(struct walk *w, const struct rule *rule)
{
	redirected(w, true);
	return rule->chain->table->engine == ENGINE_NFT ? FLOW_TERM
							: FLOW_ACCEPT;
}

/* A packet that goes against its connection, as a reset of a REJECT, and is the
 * first to ask: what is set up is the way of the connection's first packet, and
 * this one stays as it is (nf_nat_packet()). The connection's status tells
 * (nf_nat_setup_info()). */
static void set_up_against(struct walk *w, const struct action *a,
			   enum walk_manip manip, const struct aim *to)
{
	static const enum field ends[][2] = {
		{ FIELD_SADDR, FIELD_CT_SADDR },
		{ FIELD_DADDR, FIELD_CT_DADDR },
		{ FIELD_SPORT, FIELD_CT_SPORT },
		{ FIELD_DPORT, FIELD_CT_DPORT },
	};

	bool is_src = manip == MANIP_SOURCE;
	struct point p = *w->packet;
	struct walk first = *w;
	struct aim aim = { .address = to->address, .port = to->port };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (point_has(&p, ends[i][1]))
			point_set(&p, ends[i][0], p.value[ends[i][1]]);
	first.packet = &p;
	aim_at(&first, a, manip, &aim);
	w->is_done[manip] = true;
	if (is_other(&p, is_src ? FIELD_SADDR : FIELD_DADDR, aim.end.address,
		     aim.end.has_address) ||
	    (has_ports(&p) && is_other(&p, is_src ? FIELD_SPORT : FIELD_DPORT,
				       aim.end.port, aim.end.has_port)))
		point_set(w->packet, is_src ? FIELD_CT_SNAT : FIELD_CT_DNAT, 1);
}

static void translate(struct walk *w, const struct rule *rule,
		      enum walk_manip manip, const struct aim *aim)
{
	u128 before = w->packet->value[FIELD_DADDR];
	bool was_known = point_has(w->packet, FIELD_DADDR);
	const struct walk_end *end = &aim->end;

	w->is_done[manip] = true;
	if (!change(w, rule, manip, end) && !aim->is_renumbered)
		return;

	point_set(w->packet,
		  manip == MANIP_SOURCE ? FIELD_CT_SNAT : FIELD_CT_DNAT, 1);
	if (manip == MANIP_SOURCE) {
		set_source_type(w);
		return;
	}
	if (!was_known || !end->has_address || before != end->address ||
	    aim->is_local != w->is_local)
		redirected(w, aim->is_local);
}

enum walk_flow walk_nat_act(struct walk *w, const struct rule *rule,
			    const struct action *a)
{
	enum walk_manip manip = manip_of(w->hook);
	struct aim aim = { .address = a->address, .port = a->port };

	if (a->nat == NAT_TPROXY)
		return act_tproxy(w, rule);
	if (w->is_done[manip])
		return FLOW_ACCEPT;

	if (a->map) {
		enum answer found = aim_map(w, a, &aim);

		if (found == ANSWER_NO)
			return FLOW_NEXT;
		if (found == ANSWER_UNKNOWN)
			return walk_act_unknown(w, rule, a);
	}

	if (point_has(w->packet, FIELD_CT_DIRECTION) &&
	    w->packet->value[FIELD_CT_DIRECTION]) {
		set_up_against(w, a, manip, &aim);
		return FLOW_ACCEPT;
	}
	aim_at(w, a, manip, &aim);
	translate(w, rule, manip, &aim);
	return FLOW_ACCEPT;
}

/* A reply is translated back without asking any chain. */
static void undo(struct walk *w, enum walk_manip manip)
{
	if (!w->is_undoing[manip])
		return;

	(void)change(w, NULL, manip, &w->undo[manip]);
	w->is_undoing[manip] = false;
	if (manip == MANIP_DESTINATION)
		point_set(w->packet, FIELD_DADDR_TYPE,
			  w->is_local ? TYPE_LOCAL : TYPE_UNICAST);
	else
		set_source_type(w);
}

static bool has_connection(const struct point *p)
{
	u128 state = p->value[FIELD_CT_STATE];

	return point_has(p, FIELD_CT_STATE) && state != CT_INVALID &&
	       state != CT_UNTRACKED;
}

/* Chains are asked once for a connection. One that was confirmed has been: it is
 * still new to "ct state" while nobody answered (nf_nat_inet_fn()). */
static bool is_first(const struct point *p)
{
	u128 state = p->value[FIELD_CT_STATE];
	u128 proto = p->value[FIELD_PROTO];

	if (point_has(p, FIELD_CT_CONFIRMED) && p->value[FIELD_CT_CONFIRMED])
		return false;
	if (state == CT_NEW)
		return true;

	return state == CT_RELATED && proto != PROTO_ICMP &&
	       proto != PROTO_ICMP6;
}

/* Asks the chains how the first packet's connection is to be translated. False:
 * one of them stopped it. */
static bool set_up(struct walk *w, const struct plan_hook *h,
		   enum walk_manip manip)
{
	if (w->is_done[manip] || !is_first(w->packet))
		return true;

	for (size_t i = 0; i < h->nat_count; i++) {
		if (!walk_chain_run(w, h->nat[i].chain))
			return false;
		if (w->is_done[manip])
			break;
	}

	w->is_done[manip] = true;
	return true;
}

/* A reply that is not tracked stays with the address that it came to. */
static void leave(struct walk *w)
{
	if (w->is_undoing[MANIP_DESTINATION])
		redirected(w,
			   !w->host ||
				   walk_nat_is_local(
					   w, w->packet->value[FIELD_DADDR]));
	w->is_undoing[MANIP_DESTINATION] = false;
}

bool walk_nat_stop(struct walk *w, const struct plan_hook *h)
{
	enum walk_manip manip = manip_of(w->hook);

	if (!has_connection(w->packet)) {
		leave(w);
		return true;
	}

	if (!set_up(w, h, manip))
		return false;

	undo(w, manip);
	return true;
}
