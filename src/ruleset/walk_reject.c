/*
 * What the sender of a rejected packet gets, and when he gets nothing
 * (net/ipv4/netfilter/nf_reject_ipv4.c, nf_reject_ipv6.c; RFC 1122 3.2.2,
 * RFC 4443 2.4: no error about an error, a group, a later fragment).
 */
#include "ruleset/walk_state.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_ICMP6 = 58 };

enum { FLAG_RST = 4 };

/* Numbers of RTN_* (include/uapi/linux/rtnetlink.h). */
enum { TYPE_BROADCAST = 3, TYPE_MULTICAST = 5 };

static bool is(const struct point *p, enum field f, u128 value)
{
	return point_has(p, f) && p->value[f] == value;
}

static bool is_v6(const struct point *p)
{
	return is(p, FIELD_FAMILY, 10);
}

static bool is_to_group(const struct point *p)
{
	return is(p, FIELD_DADDR_TYPE, TYPE_BROADCAST) ||
	       is(p, FIELD_DADDR_TYPE, TYPE_MULTICAST);
}

/* Errors among ICMP's types; those that the kernel does not know, and router
 * discovery, count as such (icmp_pointers[] of net/ipv4/icmp.c). Below 128 are
 * ICMPv6's errors. */
static bool is_icmp_error(const struct point *p)
{
	u128 type = p->value[FIELD_ICMP_TYPE];

	if (!point_has(p, FIELD_ICMP_TYPE))
		return false;
	if (is_v6(p))
		return is(p, FIELD_PROTO, PROTO_ICMP6) && type < 128;

	return is(p, FIELD_PROTO, PROTO_ICMP) && type != 0 && type != 8 &&
	       (type < 13 || type > 18);
}

static bool is_silent(const struct point *p, enum reject reject)
{
	if (is(p, FIELD_FRAGMENT, 1) || is_to_group(p))
		return true;
	if (reject == REJECT_TCP_RESET)
		return !is(p, FIELD_PROTO, PROTO_TCP) ||
		       (point_has(p, FIELD_TCP_FLAGS) &&
			p->value[FIELD_TCP_FLAGS] & FLAG_RST);
	if (point_has(p, FIELD_PACKET_TYPE) && p->value[FIELD_PACKET_TYPE])
		return true;

	return is_icmp_error(p);
}

void walk_reject_answer(const struct point *p, const struct action *a,
			struct walk_verdict *v)
{
	/* By NFT_REJECT_ICMPX_*: no route, port, host, prohibited. */
	static const uint8_t by_four[] = { 0, 3, 1, 13 };
	static const uint8_t by_six[] = { 0, 4, 3, 1 };
	enum reject reject = a->reject;
	uint8_t code = a->reject_code;

	if (reject == REJECT_ICMPX) {
		reject = is_v6(p) ? REJECT_ICMP6 : REJECT_ICMP;
		if (code < sizeof(by_six))
			code = is_v6(p) ? by_six[code] : by_four[code];
	}

	v->decision = is_silent(p, reject) ? WALK_DROP : WALK_REJECT;
	v->reject = reject;
	v->reject_code = code;
}

const char *walk_reject_name(const struct walk_verdict *v)
{
	static const char *const four[] = {
		[0] = "icmp-net-unreachable",   [1] = "icmp-host-unreachable",
		[2] = "icmp-proto-unreachable", [3] = "icmp-port-unreachable",
		[9] = "icmp-net-prohibited",    [10] = "icmp-host-prohibited",
		[13] = "icmp-admin-prohibited",
	};
	static const char *const six[] = {
		[0] = "icmp6-no-route",         [1] = "icmp6-adm-prohibited",
		[3] = "icmp6-addr-unreachable", [4] = "icmp6-port-unreachable",
		[5] = "icmp6-policy-fail",      [6] = "icmp6-reject-route",
	};
	const char *name = NULL;

	if (v->decision != WALK_REJECT)
		return NULL;
	if (v->reject == REJECT_TCP_RESET)
		return "tcp-reset";
	if (v->reject == REJECT_ICMP6 &&
	    v->reject_code < sizeof(six) / sizeof(*six))
		name = six[v->reject_code];
	if (v->reject == REJECT_ICMP &&
	    v->reject_code < sizeof(four) / sizeof(*four))
		name = four[v->reject_code];
	if (name)
		return name;

	return v->reject == REJECT_ICMP6 ? "icmp6-unreachable"
					 : "icmp-unreachable";
}
