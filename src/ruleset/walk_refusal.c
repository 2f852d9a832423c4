/*
 * The ICMP error or the reset that a reject sends: it leaves this host as any
 * packet does, and its own rules may stop it. It belongs to the connection of
 * what it answers, against its direction (nf_conntrack_attach()); without one,
 * connection tracking knows nothing of it.
 */
#include "ruleset/walk_state.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_ICMP6 = 58 };

enum { FLAG_RST = 4, FLAG_ACK = 16 };

enum { FAMILY_V6 = 10 };

/* Numbers of RTN_* (include/uapi/linux/rtnetlink.h), of ICMP's types. */
enum { TYPE_LOCAL = 2, UNREACHABLE = 3, UNREACHABLE6 = 1 };

enum { DEFAULT_TTL = 64 };

static u128 get(const struct point *p, enum field f)
{
	return point_has(p, f) ? p->value[f] : 0;
}

static void take(struct point *to, enum field f, const struct point *from,
		 enum field g)
{
	if (point_has(from, g))
		point_set(to, f, from->value[g]);
	else
		point_forget(to, f);
}

/* RFC 9293 3.5.2: of an ACK, a bare reset; else one that acknowledges. */
static void make_reset(struct point *p, const struct point *packet)
{
	bool was_ack = get(packet, FIELD_TCP_FLAGS) & FLAG_ACK;
	bool is_v6 = get(packet, FIELD_FAMILY) == FAMILY_V6;

	point_set(p, FIELD_PROTO, PROTO_TCP);
	point_set(p, FIELD_TCP_FLAGS, was_ack ? FLAG_RST : FLAG_RST | FLAG_ACK);
	take(p, FIELD_SADDR, packet, FIELD_DADDR);
	take(p, FIELD_SADDR_TYPE, packet, FIELD_DADDR_TYPE);
	take(p, FIELD_SPORT, packet, FIELD_DPORT);
	take(p, FIELD_DPORT, packet, FIELD_SPORT);
	point_set(p, FIELD_LENGTH, is_v6 ? 60 : 40);
}

/* An error comes from the address that the packet was for, or, if that is not
 * this host's, from the one that is nearest to the sender. */
static void make_error(struct point *p, const struct point *packet,
		       const struct walk *w, const struct walk_verdict *v)
{
	bool is_v6 = v->reject == REJECT_ICMP6;
	u128 own, length = get(packet, FIELD_LENGTH);

	point_set(p, FIELD_PROTO, is_v6 ? PROTO_ICMP6 : PROTO_ICMP);
	point_set(p, FIELD_ICMP_TYPE, is_v6 ? UNREACHABLE6 : UNREACHABLE);
	point_set(p, FIELD_ICMP_CODE, v->reject_code);
	point_set(p, FIELD_LENGTH, length + (is_v6 ? 48 : 28));
	point_set(p, FIELD_SADDR_TYPE, TYPE_LOCAL);
	if (w->is_from_here)
		take(p, FIELD_SADDR, packet, FIELD_SADDR);
	else if (get(packet, FIELD_DADDR_TYPE) == TYPE_LOCAL)
		take(p, FIELD_SADDR, packet, FIELD_DADDR);
	else if (walk_nat_own_address(w, w->iif, &own))
		point_set(p, FIELD_SADDR, own);
	else
		point_forget(p, FIELD_SADDR);
}

static void join_connection(struct point *p, const struct point *packet)
{
	u128 state = get(packet, FIELD_CT_STATE);

	if (state == CT_INVALID || state == CT_UNTRACKED) {
		point_set(p, FIELD_CT_STATE, CT_INVALID);
		return;
	}

	for (unsigned f = FIELD_CT_DIRECTION; f <= FIELD_CT_MARK; f++)
		take(p, (enum field)f, packet, (enum field)f);
	point_set(p, FIELD_CT_STATE, CT_RELATED);
	point_set(p, FIELD_CT_DIRECTION, !get(packet, FIELD_CT_DIRECTION));
}

/* The kernel's own socket is no file, and has no owner. */
static void leave_here(struct point *p, const struct walk *w, bool is_reset)
{
	point_set(p, FIELD_IIF, 0);
	if (w->is_from_here)
		point_set(p, FIELD_OIF, field_from_name("lo", 2));
	else if (w->has_iif)
		point_set(p, FIELD_OIF, w->iif);
	else
		point_forget(p, FIELD_OIF);
	point_set(p, FIELD_HAS_SOCKET, !is_reset);
	point_set(p, FIELD_UID, UINT32_MAX);
	point_set(p, FIELD_GID, UINT32_MAX);
}

/* A field of the connection's first direction. */
static struct walk_end end_of(const struct point *packet, enum field address,
			      enum field port, bool has_ports)
{
	return (struct walk_end){
		.address = packet->value[address],
		.port = has_ports ? packet->value[port] : 0,
		.has_address = point_has(packet, address),
		.has_port = !has_ports || point_has(packet, port),
	};
}

/* The connection is set up as far as its packet came, and what was translated
 * of it is set back: of an error, its source, whoever sends it, and whom it is
 * for (nf_nat_icmp_reply_translation()). */
static void translate_back(const struct point *packet, const struct walk *w,
			   bool is_reset, struct walk *ret)
{
	bool is_new = get(packet, FIELD_CT_STATE) == CT_NEW;

	for (int i = 0; i < MANIP_COUNT; i++)
		ret->is_done[i] = w->is_done[i] || !is_new;
	if (get(packet, FIELD_CT_DIRECTION))
		return;

	ret->is_undoing[MANIP_SOURCE] = get(packet, FIELD_CT_DNAT);
	ret->is_undoing[MANIP_DESTINATION] = get(packet, FIELD_CT_SNAT);
	ret->undo[MANIP_SOURCE] =
		end_of(packet, FIELD_CT_DADDR, FIELD_CT_DPORT, is_reset);
	ret->undo[MANIP_DESTINATION] =
		end_of(packet, FIELD_CT_SADDR, FIELD_CT_SPORT, is_reset);
}

void walk_refusal_make(const struct point *packet, const struct walk *w,
		       const struct walk_verdict *v, struct walk *ret,
		       struct point *ret_packet)
{
	bool is_reset = v->reject == REJECT_TCP_RESET;
	struct point p = { 0 };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		point_set(&p, (enum field)f, 0);
	take(&p, FIELD_FAMILY, packet, FIELD_FAMILY);
	take(&p, FIELD_DADDR, packet, FIELD_SADDR);
	take(&p, FIELD_DADDR_TYPE, packet, FIELD_SADDR_TYPE);
	take(&p, FIELD_MAC_SADDR, packet, FIELD_MAC_DADDR);
	take(&p, FIELD_MAC_DADDR, packet, FIELD_MAC_SADDR);
	point_set(&p, FIELD_TTL, DEFAULT_TTL);
	if (is_reset)
		make_reset(&p, packet);
	else
		make_error(&p, packet, w, v);
	join_connection(&p, packet);
	leave_here(&p, w, is_reset);
	*ret_packet = p;

	walk_hooks_begin(ret, w->plan, w->host, ret_packet);
	translate_back(packet, w, is_reset, ret);
}
