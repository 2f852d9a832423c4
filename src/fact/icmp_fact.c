#include "fact/icmp_fact.h"

#include "net/icmp.h"

static enum fact_kind unreachable4(uint8_t code)
{
	static const enum fact_kind facts[] = {
		[ICMP_NET_UNREACHABLE] = FACT_ICMP_NET,
		[ICMP_HOST_UNREACHABLE] = FACT_ICMP_HOST,
		[ICMP_PROTOCOL_UNREACHABLE] = FACT_ICMP_PROTOCOL,
		[ICMP_PORT_UNREACHABLE] = FACT_ICMP_PORT,
		[ICMP_FRAGMENTATION_NEEDED] = FACT_ICMP_TOO_BIG,
		[ICMP_NET_UNKNOWN] = FACT_ICMP_NET,
		[ICMP_HOST_UNKNOWN] = FACT_ICMP_HOST,
		[ICMP_NET_PROHIBITED] = FACT_ICMP_PROHIBITED,
		[ICMP_HOST_PROHIBITED] = FACT_ICMP_PROHIBITED,
		[ICMP_NET_TOS] = FACT_ICMP_NET,
		[ICMP_HOST_TOS] = FACT_ICMP_HOST,
		[ICMP_ADMIN_PROHIBITED] = FACT_ICMP_PROHIBITED,
	};

	return code < sizeof(facts) / sizeof(*facts) ? facts[code] : FACT_NONE;
}

static enum fact_kind unreachable6(uint8_t code)
{
	static const enum fact_kind facts[] = {
		[ICMP6_NO_ROUTE] = FACT_ICMP_NET,
		[ICMP6_PROHIBITED] = FACT_ICMP_PROHIBITED,
		[ICMP6_BEYOND_SCOPE] = FACT_ICMP_NET,
		[ICMP6_ADDRESS_UNREACHABLE] = FACT_ICMP_HOST,
		[ICMP6_PORT_UNREACHABLE] = FACT_ICMP_PORT,
		[ICMP6_POLICY] = FACT_ICMP_REJECT_ROUTE,
		[ICMP6_REJECT_ROUTE] = FACT_ICMP_REJECT_ROUTE,
	};

	return code < sizeof(facts) / sizeof(*facts) ? facts[code] : FACT_NONE;
}

enum fact_kind icmp_fact(uint8_t version, uint8_t type, uint8_t code)
{
	uint8_t expired =
		version == 4 ? ICMP_TIME_EXCEEDED : ICMP6_TIME_EXCEEDED;

	if (type == expired)
		return code ? FACT_ICMP_REASSEMBLY : FACT_ICMP_TTL;
	if (version == 4)
		return unreachable4(code);
	if (type == ICMP6_PACKET_TOO_BIG)
		return FACT_ICMP_TOO_BIG;

	return unreachable6(code);
}
