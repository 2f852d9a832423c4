#include "trace/printers/layers.h"
#include "trace/printers/pen.h"

/* RFC 768, as tcpdump 4.99.3 tells it without -v. */
enum {
	UDP_HEAD = 8,
	PROTOCOL_UDP = 17,
	PORT_NFS = 2049,
	LAP_DDP = 2,
};

struct udp {
	const struct layers_ip *ip;
	struct cursor c; /* the payload */
	uint16_t sport, dport;
	uint32_t length;  /* of the payload, by the shorter of both lengths */
	uint32_t udp_len; /* of the payload, by the UDP header */
	bool fragmented;
};

static void print_ends(struct line *l, const struct udp *u)
{
	const struct layers_ip *ip = u->ip;
	bool has_addresses = ip->protocol == PROTOCOL_UDP;

	if (has_addresses) {
		layers_address(l, ip, ip->src);
		text_char(l->out, '.');
	}
	line_port_udp(l, u->sport);
	text_str(l->out, " > ");
	if (has_addresses) {
		layers_address(l, ip, ip->dst);
		text_char(l->out, '.');
	}
	line_port_udp(l, u->dport);
	text_str(l->out, ": ");
}

/* Which of the ports must be the known one. */
enum side {
	SIDE_ANY,
	SIDE_SOURCE,
	SIDE_DESTINATION,
};

/* What tcpdump prints of the payload; it asks in the order of this enum. */
enum order {
	ORDER_DNS,
	ORDER_MDNS,
	ORDER_TIMED,
	ORDER_TFTP,
	ORDER_BOOTP,
	ORDER_RIP,
	ORDER_AODV,
	ORDER_ISAKMP,
	ORDER_SNMP,
	ORDER_NTP,
	ORDER_KRB,
	ORDER_L2TP,
	ORDER_VAT,
	ORDER_ZEPHYR,
	ORDER_RX,
	ORDER_RIPNG,
	ORDER_DHCP6,
	ORDER_AHCP,
	ORDER_BABEL,
	ORDER_HNCP,
	ORDER_WB,
	ORDER_AUTORP,
	ORDER_RADIUS,
	ORDER_HSRP,
	ORDER_LWRES,
	ORDER_LDP,
	ORDER_OLSR,
	ORDER_LSPPING,
	ORDER_BCM_LI,
	ORDER_BFD,
	ORDER_LMP,
	ORDER_VQP,
	ORDER_SFLOW,
	ORDER_LWAPP,
	ORDER_SIP,
	ORDER_SYSLOG,
	ORDER_OTV,
	ORDER_VXLAN,
	ORDER_GENEVE,
	ORDER_LISP,
	ORDER_VXLAN_GPE,
	ORDER_ZEP,
	ORDER_MPLS,
	ORDER_ATALK, /* by its content */
	ORDER_PTP,
	ORDER_SOMEIP,
	ORDER_NONE,
};

struct application {
	uint16_t port;
	enum side side;
	enum order order;
};

/* By port. */
static const struct application applications[] = {
	{ 53, SIDE_ANY, ORDER_DNS },
	{ 67, SIDE_ANY, ORDER_BOOTP },
	{ 68, SIDE_ANY, ORDER_BOOTP },
	{ 69, SIDE_ANY, ORDER_TFTP },
	{ 88, SIDE_ANY, ORDER_KRB },
	{ 123, SIDE_ANY, ORDER_NTP },
	{ 161, SIDE_ANY, ORDER_SNMP },
	{ 162, SIDE_ANY, ORDER_SNMP },
	{ 319, SIDE_ANY, ORDER_PTP },
	{ 320, SIDE_ANY, ORDER_PTP },
	{ 496, SIDE_ANY, ORDER_AUTORP },
	{ 500, SIDE_ANY, ORDER_ISAKMP },
	{ 514, SIDE_ANY, ORDER_SYSLOG },
	{ 520, SIDE_ANY, ORDER_RIP },
	{ 521, SIDE_ANY, ORDER_RIPNG },
	{ 525, SIDE_ANY, ORDER_TIMED },
	{ 546, SIDE_ANY, ORDER_DHCP6 },
	{ 547, SIDE_ANY, ORDER_DHCP6 },
	{ 646, SIDE_ANY, ORDER_LDP },
	{ 654, SIDE_ANY, ORDER_AODV },
	{ 698, SIDE_ANY, ORDER_OLSR },
	{ 701, SIDE_ANY, ORDER_LMP },
	{ 750, SIDE_ANY, ORDER_KRB },
	{ 921, SIDE_ANY, ORDER_LWRES },
	{ 1589, SIDE_ANY, ORDER_VQP },
	{ 1645, SIDE_ANY, ORDER_RADIUS },
	{ 1646, SIDE_ANY, ORDER_RADIUS },
	{ 1700, SIDE_ANY, ORDER_RADIUS },
	{ 1701, SIDE_ANY, ORDER_L2TP },
	{ 1812, SIDE_ANY, ORDER_RADIUS },
	{ 1813, SIDE_ANY, ORDER_RADIUS },
	{ 1985, SIDE_DESTINATION, ORDER_HSRP },
	{ 2103, SIDE_ANY, ORDER_ZEPHYR },
	{ 2104, SIDE_ANY, ORDER_ZEPHYR },
	{ 3456, SIDE_DESTINATION, ORDER_VAT },
	{ 3503, SIDE_ANY, ORDER_LSPPING },
	{ 3784, SIDE_DESTINATION, ORDER_BFD },
	{ 3785, SIDE_DESTINATION, ORDER_BFD },
	{ 3799, SIDE_ANY, ORDER_RADIUS },
	{ 4342, SIDE_ANY, ORDER_LISP },
	{ 4500, SIDE_ANY, ORDER_ISAKMP },
	{ 4567, SIDE_DESTINATION, ORDER_WB },
	{ 4784, SIDE_DESTINATION, ORDER_BFD },
	{ 4789, SIDE_ANY, ORDER_VXLAN },
	{ 4790, SIDE_ANY, ORDER_VXLAN_GPE },
	{ 5060, SIDE_ANY, ORDER_SIP },
	{ 5353, SIDE_ANY, ORDER_MDNS },
	{ 5359, SIDE_ANY, ORDER_AHCP },
	{ 6081, SIDE_ANY, ORDER_GENEVE },
	{ 6343, SIDE_ANY, ORDER_SFLOW },
	{ 6635, SIDE_ANY, ORDER_MPLS },
	{ 6696, SIDE_ANY, ORDER_BABEL },
	{ 6697, SIDE_ANY, ORDER_BABEL },
	{ 6784, SIDE_DESTINATION, ORDER_BFD },
	{ 7000, SIDE_ANY, ORDER_RX },
	{ 7001, SIDE_ANY, ORDER_RX },
	{ 7002, SIDE_ANY, ORDER_RX },
	{ 7003, SIDE_ANY, ORDER_RX },
	{ 7004, SIDE_ANY, ORDER_RX },
	{ 7005, SIDE_ANY, ORDER_RX },
	{ 7006, SIDE_ANY, ORDER_RX },
	{ 7007, SIDE_ANY, ORDER_RX },
	{ 7008, SIDE_ANY, ORDER_RX },
	{ 7009, SIDE_ANY, ORDER_RX },
	{ 7500, SIDE_ANY, ORDER_ISAKMP },
	{ 8231, SIDE_ANY, ORDER_HNCP },
	{ 8472, SIDE_ANY, ORDER_OTV },
	{ 8500, SIDE_ANY, ORDER_ISAKMP },
	{ 12222, SIDE_ANY, ORDER_LWAPP },
	{ 12223, SIDE_ANY, ORDER_LWAPP },
	{ 17754, SIDE_ANY, ORDER_ZEP },
	{ 30490, SIDE_ANY, ORDER_SOMEIP },
	{ 49152, SIDE_SOURCE, ORDER_BCM_LI },
};

/* wrong: the side on which the port does not count. */
static enum order find_order(uint16_t port, enum side wrong)
{
	size_t low = 0;
	size_t high = sizeof(applications) / sizeof(applications[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct application *a = &applications[middle];

		if (a->port == port)
			return a->side == wrong ? ORDER_NONE : a->order;
		if (a->port < port)
			low = middle + 1;
		else
			high = middle;
	}

	return ORDER_NONE;
}

/* AppleTalk in UDP has ranges of ports and a byte that tells it. */
static bool is_atalk_port(uint16_t port)
{
	return (port >= 200 && port < 328) || (port >= 768 && port < 896) ||
	       (port >= 16512 && port < 16640);
}

static bool is_atalk(const struct udp *u)
{
	struct cursor c = u->c;

	if (!is_atalk_port(u->sport) && !is_atalk_port(u->dport))
		return false;

	cursor_skip(&c, 2);
	return cursor_u8(&c) == LAP_DDP;
}

static enum order order_of(const struct udp *u)
{
	enum order a = find_order(u->sport, SIDE_DESTINATION);
	enum order b = find_order(u->dport, SIDE_SOURCE);
	enum order first = a < b ? a : b;

	return first > ORDER_ATALK && is_atalk(u) ? ORDER_ATALK : first;
}

static bool print_dns(struct line *l, struct cursor c, uint32_t length)
{
	return dns_print(l, c, length, false, false);
}

static bool print_mdns(struct line *l, struct cursor c, uint32_t length)
{
	return dns_print(l, c, length, false, true);
}

static const struct {
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond;
} printers[ORDER_NONE] = {
	[ORDER_DNS] = { print_dns, NULL },
	[ORDER_MDNS] = { print_mdns, NULL },
	[ORDER_TIMED] = { NULL, "timed" },
	[ORDER_TFTP] = { NULL, "tftp" },
	[ORDER_BOOTP] = { NULL, "bootp" },
	[ORDER_RIP] = { NULL, "rip" },
	[ORDER_AODV] = { NULL, "aodv" },
	[ORDER_ISAKMP] = { NULL, "isakmp" },
	[ORDER_SNMP] = { NULL, "snmp" },
	[ORDER_NTP] = { NULL, "ntp" },
	[ORDER_KRB] = { NULL, "krb" },
	[ORDER_L2TP] = { NULL, "l2tp" },
	[ORDER_VAT] = { NULL, "vat" },
	[ORDER_ZEPHYR] = { NULL, "zephyr" },
	[ORDER_RX] = { NULL, "rx" },
	[ORDER_RIPNG] = { NULL, "ripng" },
	[ORDER_DHCP6] = { NULL, "dhcp6" },
	[ORDER_AHCP] = { NULL, "ahcp" },
	[ORDER_BABEL] = { NULL, "babel" },
	[ORDER_HNCP] = { NULL, "hncp" },
	[ORDER_WB] = { NULL, "wb" },
	[ORDER_AUTORP] = { NULL, "cisco_autorp" },
	[ORDER_RADIUS] = { NULL, "radius" },
	[ORDER_HSRP] = { NULL, "hsrp" },
	[ORDER_LWRES] = { NULL, "lwres" },
	[ORDER_LDP] = { NULL, "ldp" },
	[ORDER_OLSR] = { NULL, "olsr" },
	[ORDER_LSPPING] = { NULL, "lspping" },
	[ORDER_BCM_LI] = { NULL, "bcm_li" },
	[ORDER_BFD] = { NULL, "bfd" },
	[ORDER_LMP] = { NULL, "lmp" },
	[ORDER_VQP] = { NULL, "vqp" },
	[ORDER_SFLOW] = { NULL, "sflow" },
	[ORDER_LWAPP] = { NULL, "lwapp" },
	[ORDER_SIP] = { text_proto_sip, NULL },
	[ORDER_SYSLOG] = { text_proto_syslog, NULL },
	[ORDER_OTV] = { NULL, "otv" },
	[ORDER_VXLAN] = { vxlan_print, NULL },
	[ORDER_GENEVE] = { NULL, "geneve" },
	[ORDER_LISP] = { NULL, "lisp" },
	[ORDER_VXLAN_GPE] = { NULL, "vxlan_gpe" },
	[ORDER_ZEP] = { NULL, "zep" },
	[ORDER_MPLS] = { mpls_print, NULL },
	[ORDER_ATALK] = { NULL, "llap" },
	[ORDER_PTP] = { NULL, "ptp" },
	[ORDER_SOMEIP] = { NULL, "someip" },
};

/* A call to the port, or a reply from it. */
static bool is_nfs(const struct udp *u)
{
	struct cursor c = u->c;
	uint32_t direction;

	if (u->dport != PORT_NFS && u->sport != PORT_NFS)
		return false;
	cursor_skip(&c, 4);
	direction = cursor_be32(&c);
	if (!cursor_ok(&c))
		return false;

	return (u->dport == PORT_NFS && direction == 0) ||
	       (u->sport == PORT_NFS && direction == 1);
}

static bool print_lengths(struct line *l, const struct udp *u)
{
	if (u->udp_len > u->length && !u->fragmented) {
		text_str(l->out, "UDP, bad length ");
		text_u64(l->out, u->udp_len);
		text_str(l->out, " > ");
		text_u64(l->out, u->length);
		return true;
	}

	text_str(l->out, "UDP, length ");
	text_u64(l->out, u->udp_len);
	return true;
}

static bool print_payload(struct line *l, const struct udp *u)
{
	enum order order = order_of(u);

	if (is_nfs(u))
		return layers_beyond(l, "nfs");
	if (order == ORDER_NONE)
		return print_lengths(l, u);
	if (!printers[order].print)
		return layers_beyond(l, printers[order].beyond);
	return printers[order].print(l, u->c, u->length);
}

static bool print_bad_length(struct line *l, const char *what, uint32_t length)
{
	text_str(l->out, what);
	text_u64(l->out, length);
	return true;
}

bool udp_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_ip *ip, bool fragmented)
{
	struct udp u = { .ip = ip, .fragmented = fragmented };
	const uint8_t *ports = cursor_bytes(&c, 4);

	l->protocol = "udp";
	if (!ports) {
		if (ip->protocol == PROTOCOL_UDP)
			layers_addresses(l, ip, ": ");
		return false;
	}

	u.sport = layers_be16(ports);
	u.dport = layers_be16(ports + 2);
	print_ends(l, &u);
	if (length < UDP_HEAD)
		return print_bad_length(l, "truncated-udp ", length);

	u.udp_len = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;

	/* A jumbogram, RFC 2675. */
	if (!u.udp_len && length > 65535)
		u.udp_len = length;
	if (u.udp_len < UDP_HEAD)
		return print_bad_length(l, "truncated-udplength ", u.udp_len);

	u.udp_len -= UDP_HEAD;
	u.length = length - UDP_HEAD;
	if (u.udp_len < u.length)
		u.length = u.udp_len;

	cursor_skip(&c, 2);
	if (!cursor_ok(&c))
		return false;
	u.c = c;
	return print_payload(l, &u);
}
