#include "host/stopped.h"

#include <stddef.h>

#include "fact/fact.h"

static const enum fact_kind before_rules[] = {
	FACT_BRIDGE_PORT_MET,
	FACT_TC_INGRESS_COUNTED,
	FACT_CONNTRACK_COUNTED,
};

static const enum fact_kind before_socket[] = {
	FACT_SERVER_LINK_DOWN,
	FACT_BRIDGE_PORT_BLOCKED,
	FACT_TC_INGRESS_DROPS,
	FACT_CONNTRACK_FULL,
	FACT_RULES_EARLY,
	FACT_DNAT_LOOPBACK,
	FACT_POLICY_RULE_IN,
	FACT_FORWARDING_OFF,
	FACT_ADDRESS_NOT_OWN,
	FACT_SOURCE_OWN,
	FACT_RP_FILTER_DROPS,
	FACT_RULES_ORDER,
	FACT_RULES_MISMATCH,
	FACT_RULES_V6,
	FACT_RULES_SET,
	FACT_RULES_POLICY,
	FACT_RULES_CATCHALL,
	FACT_RULES_REJECT_ICMP,
	FACT_RULES_REJECT_RST,
	FACT_RULES_DROP,
	FACT_RULES_UDP,
	FACT_RULES_SET_FULL,
	FACT_RULES_SECOND,
	FACT_RULES_LEGACY,
	FACT_RULES_NOTRACK,
	FACT_RULES_RATE,
	FACT_RULES_CONNLIMIT,
	FACT_RULES_TIME,
	FACT_RULES_MAC,
	FACT_RULES_KNOCK,
	FACT_RULES_QUEUE,
	FACT_RULES_KUBE,
	FACT_RULES_CONTAINER,
	FACT_RULES_FORWARD_DROP,
	FACT_RULES_FORWARD_REJECT,
	FACT_RULES_BRIDGED,
};

static const enum fact_kind at_socket[] = {
	FACT_XFRM_BLOCKS,           FACT_XFRM_STATE_MISSING,
	FACT_CHECKSUM_COUNTED,      FACT_SOCKET_FILTER_NOTHING,
	FACT_SOCKET_FILTER_DROPPED, FACT_UDP_BUFFER_FULL,
	FACT_KEY_DROPPED,           FACT_TTL_DROPPED,
	FACT_ACCEPT_QUEUE_FULL,     FACT_SYN_QUEUE_FULL,
	FACT_TW_RECYCLE_DROPS,      FACT_POLICY_RULE_BACK,
	FACT_ROUTE_BACK_NONE,       FACT_ROUTE_BACK_REFUSED,
	FACT_RULES_REPLY,           FACT_REPLY_OVERLAP,
	FACT_REPLY_ONLINK,          FACT_REPLY_GATEWAY,
};

static bool has_any(const struct facts *f, const enum fact_kind *list,
		    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fact_has(&f->set, list[i]))
			return true;

	return false;
}

bool stopped_before_rules(const struct facts *f)
{
	return has_any(f, before_rules,
		       sizeof(before_rules) / sizeof(*before_rules));
}

bool stopped_before_socket(const struct facts *f)
{
	return has_any(f, before_socket,
		       sizeof(before_socket) / sizeof(*before_socket));
}

bool stopped_before_answer(const struct facts *f)
{
	return stopped_before_socket(f) ||
	       has_any(f, at_socket, sizeof(at_socket) / sizeof(*at_socket));
}
