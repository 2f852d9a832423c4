#include "trace/printers/layers.h"

struct ethertype {
	uint16_t type;
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond; /* where print is NULL */
};

static const struct ethertype ethertypes[] = {
	{ 0x0800, ip_print, NULL },       { 0x86dd, ip6_print, NULL },
	{ 0x0806, arp_print, NULL },      { 0x8035, arp_print, NULL },
	{ 0x8847, mpls_print, NULL },     { 0x8848, mpls_print, NULL },
	{ 0x8863, pppoe_print, NULL },    { 0x8864, pppoe_print, NULL },
	{ 0x3c12, pppoe_print, NULL },    { 0x3c13, pppoe_print, NULL },
	{ 0x9000, loopback_print, NULL }, { 0x6003, NULL, "decnet" },
	{ 0x809b, NULL, "atalk" },        { 0x80f3, NULL, "aarp" },
	{ 0x8137, NULL, "ipx" },          { 0xfefe, NULL, "isoclns" },
	{ 0x888e, NULL, "eap" },          { 0x8899, NULL, "realtek" },
	{ 0x880b, NULL, "ppp" },          { 0x8808, NULL, "mpcp" },
	{ 0x8809, NULL, "slow" },         { 0x8902, NULL, "cfm" },
	{ 0xabcd, NULL, "cfm" },          { 0x88cc, NULL, "lldp" },
	{ 0x894f, NULL, "nsh" },          { 0x88ca, NULL, "tipc" },
	{ 0x886f, NULL, "msnlb" },        { 0x0707, NULL, "geonet" },
	{ 0x8947, NULL, "geonet" },       { 0x1111, NULL, "calm_fast" },
	{ 0x88a2, NULL, "aoe" },          { 0x88f7, NULL, "ptp" },
};

const struct ethertype *ethertype_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return &ethertypes[i];
	return NULL;
}

bool ethertype_print(struct line *l, const struct ethertype *e, struct cursor c,
		     uint32_t length)
{
	return e->print ? e->print(l, c, length) : layers_beyond(l, e->beyond);
}

const char *ethertype_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ 0x0800, "IPv4" },
		{ 0x8847, "MPLS unicast" },
		{ 0x8848, "MPLS multicast" },
		{ 0x86dd, "IPv6" },
		{ 0x8100, "802.1Q" },
		{ 0x9100, "802.1Q-9100" },
		{ 0x88a8, "802.1Q-QinQ" },
		{ 0x9200, "802.1Q-9200" },
		{ 0x88e5, "802.1AE MACsec" },
		{ 0x0200, "PUP" },
		{ 0x0806, "ARP" },
		{ 0x8035, "Reverse ARP" },
		{ 0x0600, "NS" },
		{ 0x0500, "Sprite" },
		{ 0x1000, "Trail" },
		{ 0x6001, "MOP DL" },
		{ 0x6002, "MOP RC" },
		{ 0x6003, "DN" },
		{ 0x6004, "LAT" },
		{ 0x6007, "SCA" },
		{ 0x6558, "TEB" },
		{ 0x8038, "Lanbridge" },
		{ 0x803c, "DEC DNS" },
		{ 0x803e, "DEC DTS" },
		{ 0x805b, "VEXP" },
		{ 0x805c, "VPROD" },
		{ 0x809b, "Appletalk" },
		{ 0x80f3, "Appletalk ARP" },
		{ 0x8137, "IPX" },
		{ 0x880b, "PPP" },
		{ 0x8808, "MPCP" },
		{ 0x8809, "Slow Protocols" },
		{ 0x8863, "PPPoE D" },
		{ 0x8864, "PPPoE S" },
		{ 0x888e, "EAPOL" },
		{ 0x8899, "Realtek protocols" },
		{ 0x886f, "MS NLB heartbeat" },
		{ 0x8870, "Jumbo" },
		{ 0x894f, "NSH" },
		{ 0x9000, "Loopback" },
		{ 0xfefe, "OSI" },
		{ 0x00fe, "GRE-OSI" },
		{ 0xabcd, "CFM (old)" },
		{ 0x8902, "CFM" },
		{ 0x893a, "IEEE1905.1" },
		{ 0x88cc, "LLDP" },
		{ 0x88ca, "TIPC" },
		{ 0x0707, "GeoNet (old)" },
		{ 0x8947, "GeoNet" },
		{ 0x1111, "CALM FAST" },
		{ 0x88a2, "AoE" },
		{ 0x88f7, "PTP" },
		{ 0xd28b, "Arista Vendor Specific Protocol" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}

void ethertype_describe(struct line *l, uint16_t type)
{
	const char *name = ethertype_name(type);

	text_str(l->out, "ethertype ");
	text_str(l->out, name ? name : "Unknown");
	text_str(l->out, " (0x");
	text_hex(l->out, type, 4);
	text_char(l->out, ')');
}
