/*
 * From hook to hook: which come, what they see of the interfaces, and where
 * connection tracking stands.
 */
#include <string.h>

#include "ruleset/walk_state.h"

enum { FAMILY_V6 = 10 };

void walk_hooks_begin(struct walk *w, const struct walk_plan *plan,
		      const struct walk_host *host, struct point *packet)
{
	memset(w, 0, sizeof(*w));
	w->plan = plan;
	w->host = host;
	w->packet = packet;
	w->iif = packet->value[FIELD_IIF];
	w->oif = packet->value[FIELD_OIF];
	w->has_iif = point_has(packet, FIELD_IIF);
	w->has_oif = point_has(packet, FIELD_OIF);
	w->is_from_here = w->has_iif && !w->iif;
	w->is_local = w->has_oif && !w->oif;
	w->verdict.decision = WALK_ACCEPT;
}

/* Until it was looked at, a packet has no connection: "ct state invalid" holds
 * of it, and no mark, status or direction is there. */
static void hide(struct walk *w, struct point *tracking)
{
	struct point *p = w->packet;

	w->tracking = tracking;
	*tracking = *p;
	for (unsigned f = FIELD_CT_STATE; f <= FIELD_CT_MARK; f++)
		point_set(p, (enum field)f, 0);
	p->value[FIELD_CT_STATE] = CT_INVALID;
}

/* What the kernel answers to a packet, a reset or an ICMP error, belongs to that
 * packet's connection before any hook (nf_ct_attach()). It has no owner; what a
 * process sends has one. */
static bool is_kernels_answer(const struct walk *w)
{
	enum { TCP = 6, RST = 4, ICMP = 1, ICMP6 = 58 };
	const struct point *p = w->packet;
	u128 proto = p->value[FIELD_PROTO];

	if (!w->is_from_here || p->value[FIELD_CT_STATE] != CT_RELATED)
		return false;
	if (p->value[FIELD_HAS_SOCKET] && point_has(p, FIELD_UID) &&
	    p->value[FIELD_UID] != UINT32_MAX)
		return false;

	return proto == ICMP || proto == ICMP6 ||
	       (proto == TCP && p->value[FIELD_TCP_FLAGS] & RST);
}

static void copy(struct point *to, enum field f, const struct point *from,
		 enum field g)
{
	if (!point_has(to, f) && point_has(from, g))
		point_set(to, f, from->value[g]);
}

/* The original direction's ends, where nobody said them. */
static void fill_tuple(struct point *p)
{
	bool is_reply = p->value[FIELD_CT_DIRECTION];

	copy(p, FIELD_CT_PROTO, p, FIELD_PROTO);
	copy(p, FIELD_CT_SADDR, p, is_reply ? FIELD_DADDR : FIELD_SADDR);
	copy(p, FIELD_CT_DADDR, p, is_reply ? FIELD_SADDR : FIELD_DADDR);
	copy(p, FIELD_CT_SPORT, p, is_reply ? FIELD_DPORT : FIELD_SPORT);
	copy(p, FIELD_CT_DPORT, p, is_reply ? FIELD_SPORT : FIELD_DPORT);
}

static void track(struct walk *w)
{
	struct point *p = w->packet;
	bool is_untracked = p->value[FIELD_CT_STATE] == CT_UNTRACKED;

	if (w->is_tracked)
		return;

	w->is_tracked = true;
	if (is_untracked && w->tracking)
		return;
	if (w->tracking) {
		for (unsigned f = FIELD_CT_STATE; f <= FIELD_CT_MARK; f++) {
			p->value[f] = w->tracking->value[f];
			p->known = (p->known & ~FIELD_BIT(f)) |
				   (w->tracking->known & FIELD_BIT(f));
		}
	}
	fill_tuple(p);
}

static bool run_stop(struct walk *w, const struct plan_hook *h,
		     const struct plan_stop *s)
{
	u128 device = w->hook == HOOK_EGRESS ? w->oif : w->iif;

	switch (s->kind) {
	case PLAN_CONNTRACK:
		track(w);
		return true;
	case PLAN_NAT:
		return walk_nat_stop(w, h);
	case PLAN_CHAIN:
		break;
	}

	if (s->device && s->device != device)
		return true;

	return walk_chain_run(w, s->chain);
}

static void set_interface(struct point *p, enum field f, u128 name, bool known)
{
	if (known)
		point_set(p, f, name);
	else
		point_forget(p, f);
}

/* Which of the two interfaces a hook shows. Since 5.7 postrouting knows where a
 * forwarded packet came in (28f8bfd1ac94). */
static void show_interfaces(struct walk *w, enum hook hook)
{
	bool out = hook == HOOK_FORWARD || hook == HOOK_OUTPUT ||
		   hook == HOOK_POSTROUTING || hook == HOOK_EGRESS;
	bool in = hook != HOOK_OUTPUT && hook != HOOK_EGRESS;

	set_interface(w->packet, FIELD_IIF, in ? w->iif : 0, !in || w->has_iif);
	set_interface(w->packet, FIELD_OIF, out ? w->oif : 0,
		      !out || w->has_oif);
}

static bool run_hook(struct walk *w, enum hook hook)
{
	bool is_v6 = w->packet->value[FIELD_FAMILY] == FAMILY_V6;
	const struct plan_hook *h =
		&w->plan->hooks[is_v6 ? PLAN_V6 : PLAN_V4][hook];

	w->hook = hook;
	show_interfaces(w, hook);
	for (size_t i = 0; i < h->count; i++)
		if (!run_stop(w, h, &h->stops[i]))
			return false;

	return true;
}

/* What a local process sends to the host itself leaves by lo and comes in
 * there; its connection stays with it. */
static bool comes_back(const struct walk *w)
{
	static const char lo[] = "lo";

	return w->has_oif && w->oif == field_from_name(lo, sizeof(lo) - 1);
}

static bool run_in(struct walk *w)
{
	return run_hook(w, HOOK_INGRESS) && run_hook(w, HOOK_PREROUTING);
}

static bool run_out(struct walk *w)
{
	return run_hook(w, HOOK_POSTROUTING) && run_hook(w, HOOK_EGRESS);
}

/* Its connection was confirmed where it left (nf_confirm()). */
static void confirm(struct point *p)
{
	u128 state = p->value[FIELD_CT_STATE];

	if (point_has(p, FIELD_CT_STATE) && state != CT_INVALID &&
	    state != CT_UNTRACKED)
		point_set(p, FIELD_CT_CONFIRMED, 1);
}

/* At lo, where who sent it is forgotten (loopback_xmit(): skb_orphan()). */
static void arrive(struct walk *w)
{
	struct point *p = w->packet;

	confirm(p);
	w->iif = w->oif;
	w->has_iif = true;
	w->oif = 0;
	w->is_local = true;
	point_set(p, FIELD_HAS_SOCKET, 0);
	point_forget(p, FIELD_UID);
	point_forget(p, FIELD_GID);
}

static void run_from_here(struct walk *w)
{
	if (!run_hook(w, HOOK_OUTPUT) || !run_out(w) || !comes_back(w))
		return;

	arrive(w);
	if (run_in(w))
		(void)run_hook(w, HOOK_INPUT);
}

/* Routed: the forward hook sees the TTL of the next hop (ip_forward(),
 * ip6_forward()). One that has no hop left is answered by routing, not by
 * rules; it is walked on as it is. */
static bool run_forward(struct walk *w)
{
	if (point_has(w->packet, FIELD_TTL) && w->packet->value[FIELD_TTL] > 1)
		w->packet->value[FIELD_TTL]--;
	return run_hook(w, HOOK_FORWARD);
}

void walk_hooks_run(struct walk *w, struct point *tracking)
{
	if (w->plan->has_early && !is_kernels_answer(w))
		hide(w, tracking);
	if (w->is_from_here) {
		run_from_here(w);
		return;
	}

	if (!run_in(w))
		return;
	if (w->is_local)
		(void)run_hook(w, HOOK_INPUT);
	else if (run_forward(w))
		(void)run_out(w);
}
