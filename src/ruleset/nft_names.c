#include "ruleset/nft_names.h"

#include <stdlib.h>
#include <string.h>

#include "ruleset/nft_key.h"
#include "ruleset/value_names.h"

/* nft's words, where they are others than iptables' (nftables, proto.c). */
static const struct choice icmp_types[] = {
	{ "echo-reply", 0 },           { "destination-unreachable", 3 },
	{ "source-quench", 4 },        { "redirect", 5 },
	{ "echo-request", 8 },         { "router-advertisement", 9 },
	{ "router-solicitation", 10 }, { "time-exceeded", 11 },
	{ "parameter-problem", 12 },   { "timestamp-request", 13 },
	{ "timestamp-reply", 14 },     { "info-request", 15 },
	{ "info-reply", 16 },          { "address-mask-request", 17 },
	{ "address-mask-reply", 18 },  { 0 },
};

static const struct choice icmp6_types[] = {
	{ "destination-unreachable", 1 },
	{ "packet-too-big", 2 },
	{ "time-exceeded", 3 },
	{ "parameter-problem", 4 },
	{ "echo-request", 128 },
	{ "echo-reply", 129 },
	{ "mld-listener-query", 130 },
	{ "mld-listener-report", 131 },
	{ "mld-listener-done", 132 },
	{ "nd-router-solicit", 133 },
	{ "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 },
	{ "nd-neighbor-advert", 136 },
	{ "nd-redirect", 137 },
	{ "router-renumbering", 138 },
	{ "ind-neighbor-solicit", 141 },
	{ "ind-neighbor-advert", 142 },
	{ "mld2-listener-report", 143 },
	{ 0 },
};

/* EtherTypes, in either order of their bytes: -nn writes them as they lie in
 * memory. */
static const struct choice ether_types[] = {
	{ "ip", 0x0800 },
	{ "ip", 0x0008 },
	{ "arp", 0x0806 },
	{ "arp", 0x0608 },
	{ "ip6", 0x86dd },
	{ "ip6", 0xdd86 },
	{ 0 },
};

/* NFT_REJECT_ICMPX_* (netfilter/nf_tables.h). */
static const struct choice icmpx_codes[] = {
	{ "no-route", 0 },
	{ "port-unreachable", 1 },
	{ "host-unreachable", 2 },
	{ "admin-prohibited", 3 },
	{ 0 },
};

static const struct choice *names_of(const struct nft_key *k)
{
	if (strcmp(k->words, "meta protocol") == 0 ||
	    strcmp(k->words, "ether type") == 0)
		return ether_types;
	if (k->choices)
		return k->choices;
	if (k->type == VALUE_ICMP)
		return icmp_types;
	if (k->type == VALUE_ICMP6)
		return icmp6_types;
	if (k->type == VALUE_PROTOCOL || k->type == VALUE_TCP_FLAGS ||
	    k->type == VALUE_PACKET_TYPE || k->type == VALUE_ADDRESS_TYPE ||
	    k->type == VALUE_DSCP)
		return value_names(k->type, VALUE_NFT);

	return NULL;
}

const char *nft_names_value(const struct nft_key *k, const char *digits)
{
	const struct choice *names = names_of(k);
	unsigned long number;
	char *end;

	if (!names || *digits < '0' || *digits > '9')
		return NULL;
	number = strtoul(digits, &end, 10);
	/* protocols(5) has other names for 0 than nft. */
	if (*end || (!number && k->type == VALUE_PROTOCOL))
		return NULL;

	return value_names_word(names, number);
}

const struct choice *nft_names_reject(const char *kind)
{
	if (strcmp(kind, "icmp") == 0)
		return nft_key_of("icmp code")->choices;
	if (strcmp(kind, "icmpv6") == 0)
		return nft_key_of("icmpv6 code")->choices;
	if (strcmp(kind, "icmpx") == 0)
		return icmpx_codes;

	return NULL;
}

/* The fields of headers, with a space around each, that no table of matches/
 * has (nftables, proto.c). Headers do not change; what else nft asks, meta and
 * ct, grows with the kernel, and is noted as not known. */
static const struct fields {
	const char *header, *names;
} fields[] = {
	{ "tcp ", " sequence ackseq doff reserved window checksum urgptr " },
	{ "udp ", " length checksum " },
	{ "udplite ", " csumcov cscov checksum " },
	{ "sctp ", " vtag checksum " },
	{ "dccp ", " type " },
	{ "th ", " " },
	{ "ip ", " version hdrlength dscp ecn length id frag-off ttl protocol "
		 "checksum saddr daddr " },
	{ "ip6 ", " version dscp ecn flowlabel length nexthdr hoplimit saddr "
		  "daddr " },
	{ "icmp ", " type code checksum id sequence gateway mtu " },
	{ "icmpv6 ", " type code checksum parameter-problem packet-too-big mtu "
		     "id sequence max-delay taddr daddr " },
	{ "igmp ", " type checksum mrt group " },
	{ "ah ", " nexthdr hdrlength reserved spi sequence " },
	{ "esp ", " spi sequence " },
	{ "comp ", " nexthdr flags cpi " },
	{ "ether ", " daddr saddr type " },
	{ "vlan ", " id cfi dei pcp type " },
	{ "frag ", " nexthdr reserved frag-off reserved2 more-fragments id " },
	{ "hbh ", " nexthdr hdrlength " },
	{ "dst ", " nexthdr hdrlength " },
	{ "mh ", " nexthdr hdrlength type reserved checksum " },
};

bool nft_names_question(const char *words)
{
	const char *space = strchr(words, ' ');

	if (!space || match_key(words, strlen(words)) || strchr(space + 1, ' '))
		return true;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *s = fields[i].names;
		size_t len = strlen(space);

		if (strncmp(words, fields[i].header,
			    (size_t)(space + 1 - words)) != 0)
			continue;
		while ((s = strstr(s, space)) && s[len] != ' ')
			s++;
		return s != NULL;
	}

	return true;
}
