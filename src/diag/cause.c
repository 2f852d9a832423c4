#include "diag/cause.h"

#include <string.h>

const struct cause *cause_find(const char *id)
{
	for (size_t i = 0; i < cause_count; i++)
		if (!strcmp(cause_list[i]->id, id))
			return cause_list[i];

	return NULL;
}

const char *place_name(enum fault_place p)
{
	static const char *const names[PLACES] = {
		[PLACE_UNKNOWN] = "unknown",
		[PLACE_CLIENT] = "client",
		[PLACE_CLIENT_LINK] = "client-link",
		[PLACE_PATH] = "path",
		[PLACE_ROUTER] = "router",
		[PLACE_SERVER_LINK] = "server-link",
		[PLACE_SERVER] = "server",
		[PLACE_SERVICE] = "service",
		[PLACE_DNS] = "dns",
	};

	return names[p];
}

const char *culprit_name(enum culprit_kind k)
{
	static const char *const names[CULPRITS] = {
		[CULPRIT_NONE] = "none",
		[CULPRIT_FIREWALL_RULE] = "firewall-rule",
		[CULPRIT_FIREWALL_POLICY] = "firewall-policy",
		[CULPRIT_SET_ELEMENT] = "set-element",
		[CULPRIT_SOCKET] = "socket",
		[CULPRIT_PROCESS] = "process",
		[CULPRIT_SYSCTL] = "sysctl",
		[CULPRIT_ROUTE] = "route",
		[CULPRIT_POLICY_RULE] = "policy-rule",
		[CULPRIT_NEIGHBOUR] = "neighbour",
		[CULPRIT_LINK] = "link",
		[CULPRIT_CONNTRACK] = "conntrack",
		[CULPRIT_BPF_PROGRAM] = "bpf-program",
		[CULPRIT_TC_FILTER] = "tc-filter",
		[CULPRIT_XFRM_POLICY] = "xfrm-policy",
		[CULPRIT_WRAPPER_LINE] = "wrapper-line",
		[CULPRIT_CONFIG_LINE] = "config-line",
		[CULPRIT_NAME_RECORD] = "name-record",
		[CULPRIT_CERTIFICATE] = "certificate",
		[CULPRIT_ROUTER] = "router",
		[CULPRIT_MIDDLEBOX] = "middlebox",
	};

	return names[k];
}
