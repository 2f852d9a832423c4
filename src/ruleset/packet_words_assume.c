/*
 * What is not said of a packet: the defaults, each the likeliest that fits the
 * rest. They are listed where a packet is judged, so nobody is deceived.
 */
#include "net/address.h"
#include "ruleset/packet_words.h"
#include "ruleset/ranges.h"

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ICMP6 = 58,
	PROTO_SCTP = 132,
	PROTO_LITE = 136
};

enum { FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

enum { FAMILY_V4 = 2, FAMILY_V6 = 10 };

/* Numbers of RTN_* (include/uapi/linux/rtnetlink.h), PACKET_* (if_packet.h). */
enum {
	TYPE_UNICAST = 1,
	TYPE_LOCAL = 2,
	TYPE_BROADCAST = 3,
	TYPE_MULTICAST = 5
};

enum { PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST };

bool packet_words_has(u128 proto, enum field f)
{
	bool is_icmp = proto == PROTO_ICMP || proto == PROTO_ICMP6;

	if (f == FIELD_ICMP_TYPE || f == FIELD_ICMP_CODE)
		return is_icmp;
	if (f == FIELD_TCP_FLAGS || f == FIELD_TCP_MSS)
		return proto == PROTO_TCP;
	if (f == FIELD_SPI)
		return proto == 50 || proto == 51;
	if (f == FIELD_SPORT || f == FIELD_DPORT || f == FIELD_CT_SPORT ||
	    f == FIELD_CT_DPORT)
		return proto == PROTO_TCP || proto == PROTO_UDP ||
		       proto == PROTO_DCCP || proto == PROTO_SCTP ||
		       proto == PROTO_LITE;

	return true;
}

/* The value, or the first of the set that was given. */
static bool first_of(const struct packet_words *w, enum field f, u128 *ret)
{
	if (w->set[f] && w->set[f]->count)
		*ret = w->set[f]->range[0].first;
	else if (point_has(&w->point, f))
		*ret = w->point.value[f];
	else
		return false;

	return true;
}

static u128 get(const struct packet_words *w, enum field f)
{
	u128 value;

	return first_of(w, f, &value) ? value : 0;
}

static bool is_said(const struct packet_words *w, enum field f)
{
	return w->said & FIELD_BIT(f);
}

static void assume(struct packet_words *w, enum field f, u128 value)
{
	if (is_said(w, f) || point_has(&w->point, f))
		return;

	point_set(&w->point, f, value);
	w->assumed |= FIELD_BIT(f);
}

static bool is_v4(u128 address)
{
	return address >> 32 == 0xffff;
}

static void assume_family(struct packet_words *w)
{
	bool is_v6 = get(w, FIELD_PROTO) == PROTO_ICMP6;
	u128 address;

	if (first_of(w, FIELD_SADDR, &address) ||
	    first_of(w, FIELD_DADDR, &address))
		is_v6 = !is_v4(address);
	assume(w, FIELD_FAMILY, is_v6 ? FAMILY_V6 : FAMILY_V4);
}

static bool is_v6_packet(const struct packet_words *w)
{
	return get(w, FIELD_FAMILY) == FAMILY_V6;
}

static void assume_proto(struct packet_words *w)
{
	bool is_icmp =
		is_said(w, FIELD_ICMP_TYPE) || is_said(w, FIELD_ICMP_CODE);

	if (is_icmp)
		assume(w, FIELD_PROTO,
		       is_v6_packet(w) ? PROTO_ICMP6 : PROTO_ICMP);
	assume(w, FIELD_PROTO, PROTO_TCP);
}

static bool is_loopback(u128 address)
{
	struct address a = field_to_address(address);

	return address_is_loopback(&a);
}

/* Documentation's addresses (RFC 5737, 3849): nobody's. */
static void assume_ends(struct packet_words *w)
{
	static const char lo[] = "lo", eth0[] = "eth0";
	bool v6 = is_v6_packet(w);
	u128 doc6 = (u128)0x20010db8 << 96;
	u128 v4 = (u128)0xffff << 32;
	bool is_looped = is_loopback(get(w, FIELD_SADDR)) ||
			 is_loopback(get(w, FIELD_DADDR));
	u128 device = is_looped ? field_from_name(lo, sizeof(lo) - 1)
				: field_from_name(eth0, sizeof(eth0) - 1);

	if (is_said(w, FIELD_OIF))
		device = 0;
	assume(w, FIELD_IIF, device);
	assume(w, FIELD_OIF, 0);
	assume(w, FIELD_SADDR, v6 ? doc6 | 1 : v4 | 0xc0000201);
	assume(w, FIELD_DADDR, v6 ? doc6 | 2 : v4 | 0xc6336401);
}

static bool is_established(const struct packet_words *w)
{
	return is_said(w, FIELD_CT_STATE) &&
	       get(w, FIELD_CT_STATE) == CT_ESTABLISHED;
}

static void assume_transport(struct packet_words *w)
{
	u128 proto = get(w, FIELD_PROTO);
	bool ports = packet_words_has(proto, FIELD_SPORT);
	u128 service = proto == PROTO_UDP ? 53 : 80;
	bool is_tcp = proto == PROTO_TCP;
	u128 type = proto == PROTO_ICMP6 ? 128 : 8;

	if (proto != PROTO_ICMP && proto != PROTO_ICMP6)
		type = 0;
	assume(w, FIELD_SPORT, ports ? 50000 : 0);
	assume(w, FIELD_DPORT, ports ? service : 0);
	if (is_tcp)
		assume(w, FIELD_TCP_FLAGS,
		       is_established(w) ? FLAG_ACK : FLAG_SYN);
	assume(w, FIELD_TCP_FLAGS, 0);
	assume(w, FIELD_ICMP_TYPE, type);
	assume(w, FIELD_ICMP_CODE, 0);
	assume(w, FIELD_SPI, 0);
}

/* What connection tracking makes of a first packet of these kinds: neighbour
 * discovery is not tracked (nf_conntrack_proto_icmpv6.c), an answer belongs to
 * a connection that was there, an error is related to one. */
static enum ct_state icmp_state(u128 proto, u128 type)
{
	if (proto == PROTO_ICMP6) {
		if ((type >= 130 && type <= 136) || type == 143)
			return CT_UNTRACKED;
		if (type < 128)
			return CT_RELATED;
		return type == 129 ? CT_ESTABLISHED : CT_NEW;
	}

	if (type == 3 || type == 4 || type == 5 || type == 11 || type == 12)
		return CT_RELATED;
	if (type == 0 || type == 14 || type == 16 || type == 18)
		return CT_ESTABLISHED;

	return CT_NEW;
}

static enum ct_state state_of(const struct packet_words *w)
{
	u128 proto = get(w, FIELD_PROTO);
	u128 flags = get(w, FIELD_TCP_FLAGS);

	if (proto == PROTO_ICMP || proto == PROTO_ICMP6)
		return icmp_state(proto, get(w, FIELD_ICMP_TYPE));
	if (proto != PROTO_TCP)
		return CT_NEW;

	return (flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) == FLAG_SYN
		       ? CT_NEW
		       : CT_ESTABLISHED;
}

static bool is_answer(const struct packet_words *w)
{
	u128 proto = get(w, FIELD_PROTO), type = get(w, FIELD_ICMP_TYPE);
	u128 flags = get(w, FIELD_TCP_FLAGS);

	if (get(w, FIELD_CT_STATE) != CT_ESTABLISHED)
		return false;
	if (proto == PROTO_ICMP)
		return type == 0 || type == 14 || type == 16 || type == 18;
	if (proto == PROTO_ICMP6)
		return type == 129;

	return proto == PROTO_TCP &&
	       (flags & (FLAG_SYN | FLAG_ACK)) == (FLAG_SYN | FLAG_ACK);
}

static void assume_tuple(struct packet_words *w)
{
	static const enum field original[][2] = {
		{ FIELD_CT_SADDR, FIELD_SADDR },
		{ FIELD_CT_DADDR, FIELD_DADDR },
		{ FIELD_CT_SPORT, FIELD_SPORT },
		{ FIELD_CT_DPORT, FIELD_DPORT },
	};

	bool is_reply = get(w, FIELD_CT_DIRECTION);

	if (!w->set[FIELD_PROTO])
		assume(w, FIELD_CT_PROTO, get(w, FIELD_PROTO));
	for (unsigned i = 0; i < 4; i++) {
		enum field f = original[is_reply ? i ^ 1 : i][1];

		if (!w->set[f])
			assume(w, original[i][0], get(w, f));
	}
}

static void assume_connection(struct packet_words *w)
{
	bool is_known;

	assume(w, FIELD_CT_STATE, state_of(w));
	is_known = get(w, FIELD_CT_STATE) == CT_ESTABLISHED;
	assume(w, FIELD_CT_DIRECTION, is_answer(w));
	assume(w, FIELD_CT_DNAT, 0);
	assume(w, FIELD_CT_SNAT, 0);
	assume(w, FIELD_CT_SEEN_REPLY, is_known);
	assume(w, FIELD_CT_ASSURED,
	       is_known && get(w, FIELD_PROTO) == PROTO_TCP && !is_answer(w));
	assume(w, FIELD_CT_CONFIRMED, is_known);
	assume(w, FIELD_CT_EXPECTED, 0);
	assume(w, FIELD_CT_MARK, 0);
	assume_tuple(w);
}

/* A SYN with the options of Linux; an ACK with timestamps; a ping's 56 bytes. */
static unsigned length_of(const struct packet_words *w)
{
	u128 proto = get(w, FIELD_PROTO);
	unsigned head = is_v6_packet(w) ? 40 : 20;

	if (proto == PROTO_TCP)
		return head + (get(w, FIELD_TCP_FLAGS) & FLAG_SYN ? 40 : 32);

	return head + (proto == PROTO_UDP ? 40 : 64);
}

static void assume_head(struct packet_words *w)
{
	bool syn = get(w, FIELD_PROTO) == PROTO_TCP &&
		   get(w, FIELD_TCP_FLAGS) & FLAG_SYN;
	u128 mss = is_v6_packet(w) ? 1440 : 1460;

	assume(w, FIELD_MARK, 0);
	assume(w, FIELD_LENGTH, length_of(w));
	assume(w, FIELD_TTL, 64);
	assume(w, FIELD_TOS, 0);
	assume(w, FIELD_FRAGMENT, 0);
	assume(w, FIELD_TCP_MSS, syn ? mss : 0);
	assume(w, FIELD_MAC_SADDR, (u128)0x02 << 40 | 1);
	assume(w, FIELD_MAC_DADDR, (u128)0x02 << 40 | 2);
}

static unsigned type_of(u128 address, bool is_ours)
{
	struct address a = field_to_address(address);

	if (address == ((u128)0xffff << 32 | 0xffffffff))
		return TYPE_BROADCAST;
	if (address_is_group(&a))
		return TYPE_MULTICAST;

	return is_ours || address_is_loopback(&a) ? TYPE_LOCAL : TYPE_UNICAST;
}

static void assume_place(struct packet_words *w)
{
	bool is_from_here = is_said(w, FIELD_OIF) && !get(w, FIELD_IIF);
	bool is_for_here = !get(w, FIELD_OIF);
	unsigned dst = type_of(get(w, FIELD_DADDR), is_for_here);
	unsigned kind = PACKET_HOST;

	if (!is_from_here && dst == TYPE_BROADCAST)
		kind = PACKET_BROADCAST;
	if (!is_from_here && dst == TYPE_MULTICAST)
		kind = PACKET_MULTICAST;
	assume(w, FIELD_PACKET_TYPE, kind);
	assume(w, FIELD_SADDR_TYPE, type_of(get(w, FIELD_SADDR), is_from_here));
	assume(w, FIELD_DADDR_TYPE, dst);
	assume(w, FIELD_RPFILTER, 1);
	assume(w, FIELD_HAS_SOCKET, is_from_here);
	assume(w, FIELD_UID, 0);
	assume(w, FIELD_GID, 0);
	assume(w, FIELD_IPSEC_IN, 0);
	assume(w, FIELD_ROUTING, 0);
	assume(w, FIELD_IPSEC_OUT, 0);
	assume(w, FIELD_PHYS_IIF, 0);
	assume(w, FIELD_PHYS_OIF, 0);
}

void packet_words_assume(struct packet_words *w)
{
	assume_family(w);
	assume_proto(w);
	assume_ends(w);
	assume_transport(w);
	assume_connection(w);
	assume_head(w);
	assume_place(w);
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (!packet_words_has(get(w, FIELD_PROTO), (enum field)f))
			w->assumed &= ~FIELD_BIT(f);
}
