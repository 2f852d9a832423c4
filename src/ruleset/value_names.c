#include "ruleset/value_names.h"

#include <string.h>

#include "ruleset/field.h"

static const struct choice families[] = {
	{ "ip", 2 }, { "ip6", 10 }, { "ipv4", 2 }, { "ipv6", 10 }, { 0 },
};

/* protocols(5) of Debian, and the other names that iptables knows. */
static const struct choice protocols[] = {
	{ "icmp", 1 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "igmp", 2 },
	{ "ggp", 3 },
	{ "ipencap", 4 },
	{ "st", 5 },
	{ "egp", 8 },
	{ "igp", 9 },
	{ "pup", 12 },
	{ "hmp", 20 },
	{ "xns-idp", 22 },
	{ "rdp", 27 },
	{ "iso-tp4", 29 },
	{ "dccp", 33 },
	{ "xtp", 36 },
	{ "ddp", 37 },
	{ "idpr-cmtp", 38 },
	{ "ipv6", 41 },
	{ "ipv6-route", 43 },
	{ "ipv6-frag", 44 },
	{ "idrp", 45 },
	{ "rsvp", 46 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ah", 51 },
	{ "skip", 57 },
	{ "ipv6-icmp", 58 },
	{ "ipv6-nonxt", 59 },
	{ "ipv6-opts", 60 },
	{ "rspf", 73 },
	{ "vmtp", 81 },
	{ "eigrp", 88 },
	{ "ospf", 89 },
	{ "ax.25", 93 },
	{ "ipip", 94 },
	{ "etherip", 97 },
	{ "encap", 98 },
	{ "pim", 103 },
	{ "ipcomp", 108 },
	{ "vrrp", 112 },
	{ "l2tp", 115 },
	{ "isis", 124 },
	{ "sctp", 132 },
	{ "fc", 133 },
	{ "mobility-header", 135 },
	{ "udplite", 136 },
	{ "mpls-in-ip", 137 },
	{ "manet", 138 },
	{ "hip", 139 },
	{ "shim6", 140 },
	{ "wesp", 141 },
	{ "rohc", 142 },
	{ "ethernet", 143 },
	{ "icmpv6", 58 },
	{ "icmp6", 58 },
	{ "ipv6-mh", 135 },
	{ "mh", 135 },
	{ "ipv4", 4 },
	{ "all", 0 },
	{ "ip", 0 },
	{ "hopopt", 0 },
	{ 0 },
};

static const struct choice tcp_flags[] = {
	{ "FIN", 1 },  { "SYN", 2 },  { "RST", 4 },  { "PSH", 8 },
	{ "ACK", 16 }, { "URG", 32 }, { "ECE", 64 }, { "CWR", 128 },
	{ "ALL", 63 }, { "NONE", 0 }, { "ECN", 64 }, { 0 },
};

static const struct choice tcp_flags_nft[] = {
	{ "fin", 1 },  { "syn", 2 },  { "rst", 4 },  { "psh", 8 },
	{ "ack", 16 }, { "urg", 32 }, { "ecn", 64 }, { "cwr", 128 },
	{ "ece", 64 }, { 0 },
};

static const struct choice ct_states[] = {
	{ "INVALID", CT_INVALID },     { "NEW", CT_NEW },
	{ "RELATED", CT_RELATED },     { "ESTABLISHED", CT_ESTABLISHED },
	{ "UNTRACKED", CT_UNTRACKED }, { 0 },
};

static const struct choice ct_states_nft[] = {
	{ "invalid", CT_INVALID },     { "established", CT_ESTABLISHED },
	{ "related", CT_RELATED },     { "new", CT_NEW },
	{ "untracked", CT_UNTRACKED }, { 0 },
};

/* PACKET_* of include/uapi/linux/if_packet.h. */
static const struct choice packet_types[] = {
	{ "unicast", 0 }, { "broadcast", 1 }, { "multicast", 2 },
	{ "other", 3 },   { "otherhost", 3 }, { "host", 0 },
	{ "bcast", 1 },   { "mcast", 2 },     { 0 },
};

static const struct choice packet_types_nft[] = {
	{ "host", 0 },  { "broadcast", 1 }, { "multicast", 2 },
	{ "other", 3 }, { "unicast", 0 },   { 0 },
};

/* RTN_* of include/uapi/linux/rtnetlink.h. */
static const struct choice address_types[] = {
	{ "UNSPEC", 0 },
	{ "UNICAST", 1 },
	{ "LOCAL", 2 },
	{ "BROADCAST", 3 },
	{ "ANYCAST", 4 },
	{ "MULTICAST", 5 },
	{ "BLACKHOLE", 6 },
	{ "UNREACHABLE", 7 },
	{ "PROHIBIT", 8 },
	{ "THROW", 9 },
	{ "NAT", 10 },
	{ "XRESOLVE", 11 },
	{ 0 },
};

static const struct choice address_types_nft[] = {
	{ "unspec", 0 },
	{ "unicast", 1 },
	{ "local", 2 },
	{ "broadcast", 3 },
	{ "anycast", 4 },
	{ "multicast", 5 },
	{ "blackhole", 6 },
	{ "unreachable", 7 },
	{ "prohibit", 8 },
	{ "throw", 9 },
	{ "nat", 10 },
	{ "xresolve", 11 },
	{ 0 },
};

static const struct choice dscp[] = {
	{ "cs0", 0x00 },
	{ "cs1", 0x08 },
	{ "cs2", 0x10 },
	{ "cs3", 0x18 },
	{ "cs4", 0x20 },
	{ "cs5", 0x28 },
	{ "cs6", 0x30 },
	{ "cs7", 0x38 },
	{ "be", 0x00 },
	{ "af11", 0x0a },
	{ "af12", 0x0c },
	{ "af13", 0x0e },
	{ "af21", 0x12 },
	{ "af22", 0x14 },
	{ "af23", 0x16 },
	{ "af31", 0x1a },
	{ "af32", 0x1c },
	{ "af33", 0x1e },
	{ "af41", 0x22 },
	{ "af42", 0x24 },
	{ "af43", 0x26 },
	{ "ef", 0x2e },
	{ "va", 0x2c },
	{ "lephb", 0x01 },
	{ 0 },
};

/* RFC 1349. */
static const struct choice tos[] = {
	{ "Minimize-Delay", 0x10 },       { "Maximize-Throughput", 0x08 },
	{ "Maximize-Reliability", 0x04 }, { "Minimize-Cost", 0x02 },
	{ "Normal-Service", 0x00 },       { 0 },
};

static const struct choice *const names[VALUE_TYPE_COUNT][2] = {
	[VALUE_FAMILY] = { families, families },
	[VALUE_PROTOCOL] = { protocols, protocols },
	[VALUE_TCP_FLAGS] = { tcp_flags, tcp_flags_nft },
	[VALUE_CT_STATE] = { ct_states, ct_states_nft },
	[VALUE_PACKET_TYPE] = { packet_types, packet_types_nft },
	[VALUE_ADDRESS_TYPE] = { address_types, address_types_nft },
	[VALUE_DSCP] = { dscp, dscp },
	[VALUE_TOS] = { tos, tos },
};

enum { ANY_CODE = 256 };

const struct value_icmp value_icmp4[] = {
	{ "echo-reply", 0, ANY_CODE },
	{ "pong", 0, ANY_CODE },
	{ "destination-unreachable", 3, ANY_CODE },
	{ "network-unreachable", 3, 0 },
	{ "host-unreachable", 3, 1 },
	{ "protocol-unreachable", 3, 2 },
	{ "port-unreachable", 3, 3 },
	{ "fragmentation-needed", 3, 4 },
	{ "source-route-failed", 3, 5 },
	{ "network-unknown", 3, 6 },
	{ "host-unknown", 3, 7 },
	{ "network-prohibited", 3, 9 },
	{ "host-prohibited", 3, 10 },
	{ "TOS-network-unreachable", 3, 11 },
	{ "TOS-host-unreachable", 3, 12 },
	{ "communication-prohibited", 3, 13 },
	{ "host-precedence-violation", 3, 14 },
	{ "precedence-cutoff", 3, 15 },
	{ "source-quench", 4, ANY_CODE },
	{ "redirect", 5, ANY_CODE },
	{ "network-redirect", 5, 0 },
	{ "host-redirect", 5, 1 },
	{ "TOS-network-redirect", 5, 2 },
	{ "TOS-host-redirect", 5, 3 },
	{ "echo-request", 8, ANY_CODE },
	{ "ping", 8, ANY_CODE },
	{ "router-advertisement", 9, ANY_CODE },
	{ "router-solicitation", 10, ANY_CODE },
	{ "time-exceeded", 11, ANY_CODE },
	{ "ttl-exceeded", 11, ANY_CODE },
	{ "ttl-zero-during-transit", 11, 0 },
	{ "ttl-zero-during-reassembly", 11, 1 },
	{ "parameter-problem", 12, ANY_CODE },
	{ "ip-header-bad", 12, 0 },
	{ "required-option-missing", 12, 1 },
	{ "timestamp-request", 13, ANY_CODE },
	{ "timestamp-reply", 14, ANY_CODE },
	{ "info-request", 15, ANY_CODE },
	{ "info-reply", 16, ANY_CODE },
	{ "address-mask-request", 17, ANY_CODE },
	{ "address-mask-reply", 18, ANY_CODE },
	{ 0 },
};

const struct value_icmp value_icmp6[] = {
	{ "destination-unreachable", 1, ANY_CODE },
	{ "no-route", 1, 0 },
	{ "communication-prohibited", 1, 1 },
	{ "beyond-scope", 1, 2 },
	{ "address-unreachable", 1, 3 },
	{ "port-unreachable", 1, 4 },
	{ "failed-policy", 1, 5 },
	{ "reject-route", 1, 6 },
	{ "packet-too-big", 2, ANY_CODE },
	{ "time-exceeded", 3, ANY_CODE },
	{ "ttl-exceeded", 3, ANY_CODE },
	{ "ttl-zero-during-transit", 3, 0 },
	{ "ttl-zero-during-reassembly", 3, 1 },
	{ "parameter-problem", 4, ANY_CODE },
	{ "bad-header", 4, 0 },
	{ "unknown-header-type", 4, 1 },
	{ "unknown-option", 4, 2 },
	{ "echo-request", 128, ANY_CODE },
	{ "ping", 128, ANY_CODE },
	{ "echo-reply", 129, ANY_CODE },
	{ "pong", 129, ANY_CODE },
	{ "mld-listener-query", 130, ANY_CODE },
	{ "mld-listener-report", 131, ANY_CODE },
	{ "mld-listener-done", 132, ANY_CODE },
	{ "mld-listener-reduction", 132, ANY_CODE },
	{ "router-solicitation", 133, ANY_CODE },
	{ "nd-router-solicit", 133, ANY_CODE },
	{ "router-advertisement", 134, ANY_CODE },
	{ "nd-router-advert", 134, ANY_CODE },
	{ "neighbour-solicitation", 135, ANY_CODE },
	{ "neighbor-solicitation", 135, ANY_CODE },
	{ "nd-neighbor-solicit", 135, ANY_CODE },
	{ "neighbour-advertisement", 136, ANY_CODE },
	{ "neighbor-advertisement", 136, ANY_CODE },
	{ "nd-neighbor-advert", 136, ANY_CODE },
	{ "redirect", 137, ANY_CODE },
	{ "nd-redirect", 137, ANY_CODE },
	{ "router-renumbering", 138, ANY_CODE },
	{ "ind-neighbor-solicit", 141, ANY_CODE },
	{ "ind-neighbor-advert", 142, ANY_CODE },
	{ "mld2-listener-report", 143, ANY_CODE },
	{ 0 },
};

static unsigned lower(char c)
{
	unsigned u = (unsigned char)c;

	return u - 'A' < 26 ? u + ('a' - 'A') : u;
}

/* ASCII only: the user's locale must not change which words are equal. */
bool value_same_word(const char *word, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!word[i] || lower(word[i]) != lower(s[i]))
			return false;

	return !word[len];
}

const struct choice *value_names(enum value_type type,
				 enum value_dialect dialect)
{
	return names[type][dialect];
}

bool value_names_find(const struct choice *list, const char *s, size_t len,
		      u128 *ret)
{
	for (const struct choice *c = list; c && c->word; c++)
		if (value_same_word(c->word, s, len)) {
			*ret = c->value;
			return true;
		}

	return false;
}

const char *value_names_word(const struct choice *list, u128 value)
{
	for (const struct choice *c = list; c && c->word; c++)
		if (c->value == value)
			return c->word;

	return NULL;
}

const char *value_word(enum value_type type, u128 value)
{
	return value_names_word(names[type][VALUE_NFT], value);
}
