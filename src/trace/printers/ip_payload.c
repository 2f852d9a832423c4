#include "trace/printers/layers.h"

/* What an IP header's protocol field leads to. */
enum {
	NEXT_ICMP = 1,
	NEXT_IGMP = 2,
	NEXT_IPV4 = 4,
	NEXT_TCP = 6,
	NEXT_UDP = 17,
	NEXT_IPV6 = 41,
	NEXT_GRE = 47,
	NEXT_ESP = 50,
	NEXT_AH = 51,
	NEXT_ICMP6 = 58,
	NEXT_NONE = 59,
	NEXT_ND = 77,
	NEXT_IPCOMP = 108,
	NEXT_ETHERNET = 143,
};

/* tcpdump's own list. */
static const char *const names[] = {
	/* clang-format off */
	"hopopt", "icmp", "igmp", "ggp", "ipencap", "st", "tcp", "cbt", "egp",
	"igp", "bbn-rcc-mon", "nvp-ii", "pup", "argus", "emcon", "xnet",
	"chaos", "udp", "mux", "dcn-meas", "hmp", "prm", "xns-idp", "trunk-1",
	"trunk-2", "leaf-1", "leaf-2", "rdp", "irtp", "iso-tp4", "netblt",
	"mfe-nsp", "merit-inp", "dccp", "3pc", "idpr", "xtp", "ddp",
	"idpr-cmtp", "tp++", "il", "ipv6", "sdrp", "ipv6-route", "ipv6-frag",
	"idrp", "rsvp", "gre", "dsr", "bna", "esp", "ah", "i-nlsp", "swipe",
	"narp", "mobile", "tlsp", "skip", "ipv6-icmp", "ipv6-nonxt",
	"ipv6-opts", NULL, "cftp", NULL, "sat-expak", "kryptolan", "rvd",
	"ippc", NULL, "sat-mon", "visa", "ipcv", "cpnx", "rspf", "wsn", "pvp",
	"br-sat-mon", "sun-nd", "wb-mon", "wb-expak", "iso-ip", "vmtp",
	"secure-vmtp", "vines", "ttp", "nsfnet-igp", "dgp", "tcf", "eigrp",
	"ospf", "sprite-rpc", "larp", "mtp", "ax.25", "ipip", "micp",
	"scc-sp", "etherip", "encap", NULL, "gmtp", "ifmp", "pnni", "pim",
	"aris", "scps", "qnx", "a/n", "ipcomp", "snp", "compaq-peer",
	"ipx-in-ip", "vrrp", "pgm", NULL, "l2tp", "ddx", "iatp", "stp", "srp",
	"uti", "smp", "sm", "ptp", "isis", "fire", "crtp", "crudp",
	"sscopmce", "iplt", "sps", "pipe", "sctp", "fc", "rsvp-e2e-ignore",
	"mobility-header", "udplite", "mpls-in-ip", "manet", "hip", "shim6",
	"wesp", "rohc",
	/* clang-format on */
};

const char *ip_payload_name(uint8_t protocol)
{
	static const char *const last[] = { "exptest-253", "exptest-254",
					    "reserved" };

	if (protocol >= 253)
		return last[protocol - 253];
	return protocol < sizeof(names) / sizeof(names[0]) ? names[protocol]
							   : NULL;
}

struct ip_payload {
	struct cursor c;
	uint32_t length;
	const struct layers_ip *ip;
	bool fragmented;
};

/* A protocol that belongs to the other version of IP. */
static bool print_misplaced(struct line *l, const char *name, const char *where)
{
	text_format(l->out, "[%s requires %s] (invalid)", name, where);
	return true;
}

static bool print_tcp(struct line *l, const struct ip_payload *p)
{
	return tcp_print(l, p->c, p->length, p->ip);
}

static bool print_udp(struct line *l, const struct ip_payload *p)
{
	return udp_print(l, p->c, p->length, p->ip, p->fragmented);
}

static bool print_icmp(struct line *l, const struct ip_payload *p)
{
	if (p->ip->is_v6)
		return print_misplaced(l, "ICMP", "IPv4");
	return icmp_print(l, p->c, p->length, p->fragmented);
}

static bool print_icmp6(struct line *l, const struct ip_payload *p)
{
	if (!p->ip->is_v6)
		return print_misplaced(l, "ICMPv6", "IPv6");
	return icmp6_print(l, p->c, p->length, p->fragmented);
}

static bool print_igmp(struct line *l, const struct ip_payload *p)
{
	if (p->ip->is_v6)
		return print_misplaced(l, "IGMP", "IPv4");
	return igmp_print(l, p->c, p->length);
}

static bool print_ip4(struct line *l, const struct ip_payload *p)
{
	return ip_print(l, p->c, p->length);
}

static bool print_ip6(struct line *l, const struct ip_payload *p)
{
	return ip6_print(l, p->c, p->length);
}

static bool print_gre(struct line *l, const struct ip_payload *p)
{
	return gre_print(l, p->c, p->length);
}

static bool print_ethernet(struct line *l, const struct ip_payload *p)
{
	if (!p->ip->is_v6)
		return print_misplaced(l, "Ethernet", "IPv6");
	return ether_print(l, p->c, p->length);
}

static bool print_none(struct line *l, const struct ip_payload *p)
{
	(void)p;
	text_str(l->out, "no next header");
	return true;
}

static bool print_nd(struct line *l, const struct ip_payload *p)
{
	text_str(l->out, " nd ");
	text_u64(l->out, p->length);
	return true;
}

static bool print_ipcomp(struct line *l, const struct ip_payload *p)
{
	struct cursor c = p->c;
	const uint8_t *head = cursor_bytes(&c, 4);

	l->protocol = "ipcomp";
	if (!head)
		return false;

	text_str(l->out, "IPComp(cpi=0x");
	text_hex(l->out, layers_be16(head + 2), 4);
	text_char(l->out, ')');
	return true;
}

static bool print_esp(struct line *l, const struct ip_payload *p)
{
	struct cursor c = p->c;
	const uint8_t *head = cursor_bytes(&c, 8);

	l->protocol = "esp";
	if (!head || !cursor_left(&c))
		return false;

	text_str(l->out, "ESP(spi=0x");
	text_hex(l->out, layers_be32(head), 8);
	text_str(l->out, ",seq=0x");
	text_hex(l->out, layers_be32(head + 4), 1);
	text_str(l->out, "), length ");
	text_u64(l->out, p->length);
	return true;
}

/* RFC 4302. Moves behind it; false when the captured bytes ended. */
static bool print_ah(struct line *l, struct ip_payload *p, uint8_t *next)
{
	struct cursor c = p->c;
	uint32_t head_len;
	uint32_t value;

	l->protocol = "ah";
	if (!cursor_left(&c))
		return false;
	*next = cursor_u8(&c);
	text_str(l->out, "AH");
	head_len = (cursor_u8(&c) + 2U) * 4;
	if (!cursor_ok(&c))
		return false;

	text_char(l->out, '(');
	value = cursor_be16(&c);
	if (value)
		text_format(l->out, "reserved=0x%x[MustBeZero],", value);
	value = cursor_be32(&c);
	if (!cursor_ok(&c))
		return false;
	text_format(l->out, "spi=0x%08x,", value);
	value = cursor_be32(&c);
	if (!cursor_ok(&c))
		return false;
	text_format(l->out, "seq=0x%x,icv=0x", value);

	for (uint32_t i = 12; i < head_len; i++) {
		value = cursor_u8(&c);
		if (!cursor_ok(&c))
			return false;
		text_hex(l->out, value, 2);
	}
	text_str(l->out, "): ");

	/* A header shorter than its fixed part is gone back into, as there. */
	cursor_skip(&p->c, head_len);
	p->length -= head_len;
	return true;
}

static bool print_unknown(struct line *l, const struct ip_payload *p,
			  uint8_t next)
{
	const char *name = l->options->numeric ? NULL : ip_payload_name(next);

	text_char(l->out, ' ');
	if (name) {
		text_str(l->out, name);
	} else {
		text_str(l->out, "ip-proto-");
		text_u64(l->out, next);
	}
	text_char(l->out, ' ');
	text_u64(l->out, p->length);
	return true;
}

struct payload_printer {
	uint8_t next;
	bool (*print)(struct line *l, const struct ip_payload *p);
	const char *beyond;
};

static const struct payload_printer printers[] = {
	{ NEXT_TCP, print_tcp, NULL },
	{ NEXT_UDP, print_udp, NULL },
	{ NEXT_ICMP, print_icmp, NULL },
	{ NEXT_ICMP6, print_icmp6, NULL },
	{ NEXT_IGMP, print_igmp, NULL },
	{ NEXT_IPV4, print_ip4, NULL },
	{ NEXT_IPV6, print_ip6, NULL },
	{ NEXT_GRE, print_gre, NULL },
	{ NEXT_ESP, print_esp, NULL },
	{ NEXT_IPCOMP, print_ipcomp, NULL },
	{ NEXT_ND, print_nd, NULL },
	{ NEXT_NONE, print_none, NULL },
	{ NEXT_ETHERNET, print_ethernet, NULL },
	{ 132, NULL, "sctp" },
	{ 33, NULL, "dccp" },
	{ 9, NULL, "igrp" },
	{ 88, NULL, "eigrp" },
	{ 8, NULL, "egp" },
	{ 89, NULL, "ospf" },
	{ 46, NULL, "rsvp" },
	{ 55, NULL, "mobile" },
	{ 103, NULL, "pim" },
	{ 112, NULL, "vrrp" },
	{ 113, NULL, "pgm" },
};

bool ip_payload_print(struct line *l, struct cursor c, uint32_t length,
		      const struct layers_ip *ip, uint8_t next_header,
		      bool fragmented)
{
	struct ip_payload p = { c, length, ip, fragmented };

	while (next_header == NEXT_AH)
		if (!print_ah(l, &p, &next_header))
			return false;

	for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++) {
		if (printers[i].next != next_header)
			continue;
		if (printers[i].print)
			return printers[i].print(l, &p);
		return layers_beyond(l, printers[i].beyond);
	}

	return print_unknown(l, &p, next_header);
}
