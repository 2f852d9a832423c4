/*
 * The answer to a packet: SYN,ACK to SYN, echo reply to echo request, a
 * datagram to a datagram. It goes the way back, belongs to the connection that
 * the packet made, and its addresses are those that the packet had when it
 * arrived; translation sets them back on the way.
 */
#include "ruleset/walk_state.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_ICMP6 = 58 };

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_PSH = 8, FLAG_ACK = 16 };

/* Numbers of RTN_* (include/uapi/linux/rtnetlink.h). */
enum { TYPE_BROADCAST = 3, TYPE_MULTICAST = 5 };

enum { DEFAULT_TTL = 64 };

static u128 get(const struct point *p, enum field f)
{
	return point_has(p, f) ? p->value[f] : 0;
}

/* Questions of ICMP and their answers (RFC 792, 950, 4443, 4861). */
static bool icmp_answer(const struct point *sent, u128 *ret_type)
{
	static const struct {
		uint8_t proto, type, answer;
	} pairs[] = {
		{ PROTO_ICMP, 8, 0 },      { PROTO_ICMP, 13, 14 },
		{ PROTO_ICMP, 17, 18 },    { PROTO_ICMP6, 128, 129 },
		{ PROTO_ICMP6, 133, 134 }, { PROTO_ICMP6, 135, 136 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i].proto == get(sent, FIELD_PROTO) &&
		    pairs[i].type == get(sent, FIELD_ICMP_TYPE)) {
			*ret_type = pairs[i].answer;
			return true;
		}

	return false;
}

static u128 tcp_answer(u128 flags)
{
	if (flags & FLAG_SYN && !(flags & FLAG_ACK))
		return FLAG_SYN | FLAG_ACK;
	if (flags & FLAG_FIN)
		return FLAG_FIN | FLAG_ACK;
	/* What is said is answered. */
	if (flags & FLAG_PSH)
		return FLAG_PSH | FLAG_ACK;

	return FLAG_ACK;
}

static bool is_answered(const struct point *sent)
{
	u128 proto = get(sent, FIELD_PROTO);
	u128 type = get(sent, FIELD_DADDR_TYPE), answer;

	if (get(sent, FIELD_FRAGMENT) || type == TYPE_BROADCAST ||
	    type == TYPE_MULTICAST)
		return false;
	if (proto == PROTO_ICMP || proto == PROTO_ICMP6)
		return icmp_answer(sent, &answer);

	return proto != PROTO_TCP || !(get(sent, FIELD_TCP_FLAGS) & FLAG_RST);
}

static void take(struct point *to, enum field f, const struct point *from,
		 enum field g)
{
	if (point_has(from, g))
		point_set(to, f, from->value[g]);
	else
		point_forget(to, f);
}

static void swap(struct point *to, const struct point *from, enum field f,
		 enum field g)
{
	take(to, f, from, g);
	take(to, g, from, f);
}

static void answer_transport(struct point *p, const struct point *sent)
{
	u128 proto = get(sent, FIELD_PROTO), type = 0;
	u128 head = get(sent, FIELD_FAMILY) == 10 ? 72 : 52;

	if (proto == PROTO_ICMP || proto == PROTO_ICMP6) {
		(void)icmp_answer(sent, &type);
		point_set(p, FIELD_ICMP_TYPE, type);
	}
	if (proto != PROTO_TCP || !point_has(sent, FIELD_TCP_FLAGS))
		return;

	point_set(p, FIELD_TCP_FLAGS, tcp_answer(sent->value[FIELD_TCP_FLAGS]));
	if (!(get(p, FIELD_TCP_FLAGS) & FLAG_SYN)) {
		point_set(p, FIELD_LENGTH, head);
		point_set(p, FIELD_TCP_MSS, 0);
	}
}

/* An answer without a connection is judged by itself: one that only an answer
 * can be is invalid (nf_conntrack_proto_tcp.c: tcp_new(); _icmp.c), neighbours
 * are not tracked (_icmpv6.c: noct_valid_new[]). */
static enum ct_state lone_state(const struct point *p)
{
	enum { ROUTER_ADVERTISEMENT = 134, NEIGHBOUR_ADVERTISEMENT = 136 };

	u128 proto = get(p, FIELD_PROTO), type = get(p, FIELD_ICMP_TYPE);

	if (proto == PROTO_ICMP6 &&
	    (type == ROUTER_ADVERTISEMENT || type == NEIGHBOUR_ADVERTISEMENT))
		return CT_UNTRACKED;
	if (proto == PROTO_ICMP || proto == PROTO_ICMP6)
		return CT_INVALID;
	if (proto == PROTO_TCP &&
	    get(p, FIELD_TCP_FLAGS) & (FLAG_SYN | FLAG_FIN))
		return CT_INVALID;

	return CT_NEW;
}

static void answer_connection(struct point *p)
{
	u128 state = get(p, FIELD_CT_STATE);
	bool has_one = state != CT_INVALID && state != CT_UNTRACKED;

	if (has_one) {
		point_set(p, FIELD_CT_STATE, CT_ESTABLISHED);
		point_set(p, FIELD_CT_DIRECTION, !get(p, FIELD_CT_DIRECTION));
		point_set(p, FIELD_CT_SEEN_REPLY, 1);
		point_set(p, FIELD_CT_CONFIRMED, 1);
		return;
	}

	for (unsigned f = FIELD_CT_DIRECTION; f <= FIELD_CT_MARK; f++)
		point_set(p, (enum field)f, 0);
	for (unsigned f = FIELD_CT_SADDR; f <= FIELD_CT_PROTO; f++)
		point_forget(p, (enum field)f);
	point_set(p, FIELD_CT_STATE, lone_state(p));
}

static void answer_addresses(struct point *p, const struct point *sent,
			     const struct point *last)
{
	swap(p, last, FIELD_SADDR, FIELD_DADDR);
	swap(p, last, FIELD_SPORT, FIELD_DPORT);
	swap(p, sent, FIELD_MAC_SADDR, FIELD_MAC_DADDR);
	swap(p, sent, FIELD_IPSEC_IN, FIELD_IPSEC_OUT);
	swap(p, sent, FIELD_PHYS_IIF, FIELD_PHYS_OIF);
	take(p, FIELD_SADDR_TYPE, last, FIELD_DADDR_TYPE);
	take(p, FIELD_DADDR_TYPE, last, FIELD_SADDR_TYPE);
}

/* The sender of a reply that leaves here is a process that nobody named. */
static void answer_ways(struct point *p, const struct walk *w)
{
	bool to_here = w->is_local;

	if (to_here)
		point_set(p, FIELD_IIF, 0);
	else if (w->has_oif)
		point_set(p, FIELD_IIF, w->oif);
	else
		point_forget(p, FIELD_IIF);

	if (w->is_from_here && !to_here)
		point_set(p, FIELD_OIF, 0);
	else if (w->has_iif)
		point_set(p, FIELD_OIF, w->iif);
	else
		point_forget(p, FIELD_OIF);

	point_set(p, FIELD_HAS_SOCKET, to_here || w->is_from_here);
	point_forget(p, FIELD_UID);
	point_forget(p, FIELD_GID);
}

static struct walk_end end_of(const struct point *p, enum field address,
			      enum field port)
{
	return (struct walk_end){ .address = p->value[address],
				  .port = p->value[port],
				  .has_address = point_has(p, address),
				  .has_port = point_has(p, port) };
}

bool walk_reply_make(const struct point *sent, const struct walk *w,
		     struct walk *ret, struct point *ret_packet)
{
	const struct point *last = w->packet;
	struct point p = *last;

	if (!is_answered(sent))
		return false;

	answer_addresses(&p, sent, last);
	answer_transport(&p, sent);
	answer_connection(&p);
	answer_ways(&p, w);
	point_set(&p, FIELD_MARK, 0);
	point_set(&p, FIELD_TTL, DEFAULT_TTL);
	point_set(&p, FIELD_TOS, 0);
	point_set(&p, FIELD_RPFILTER, 1);
	point_set(&p, FIELD_PACKET_TYPE, 0);
	*ret_packet = p;

	walk_hooks_begin(ret, w->plan, w->host, ret_packet);
	/* To whom it goes is where the packet came from. */
	ret->is_local = w->is_from_here;
	ret->is_undoing[MANIP_DESTINATION] = get(last, FIELD_CT_SNAT);
	ret->is_undoing[MANIP_SOURCE] = get(last, FIELD_CT_DNAT);
	ret->undo[MANIP_DESTINATION] = end_of(sent, FIELD_SADDR, FIELD_SPORT);
	ret->undo[MANIP_SOURCE] = end_of(sent, FIELD_DADDR, FIELD_DPORT);
	return true;
}
