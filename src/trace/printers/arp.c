#include "trace/printers/layers.h"

/* RFC 826. */
enum {
	ARP_HEAD = 8,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ARP_REVERSE_REQUEST = 3,
	ARP_REVERSE_REPLY = 4,
	ARP_INVERSE_REQUEST = 8,
	ARP_INVERSE_REPLY = 9,
	HARDWARE_FRAME_RELAY = 15,
	HARDWARE_ATM = 19,
	PROTOCOL_IP = 0x0800,
	PROTOCOL_TRAILER = 0x1000,
};

struct arp {
	struct cursor whole;
	const uint8_t *sender_mac, *sender, *target_mac, *target;
	uint16_t hardware;
	uint16_t protocol;
	uint16_t op;
	uint8_t mac_len, address_len;
};

static void print_hardware(struct line *l, uint16_t hardware)
{
	static const struct {
		uint16_t number;
		const char *name;
	} names[] = {
		{ 1, "Ethernet" },       { 6, "TokenRing" },
		{ 7, "ArcNet" },         { HARDWARE_FRAME_RELAY, "FrameRelay" },
		{ 23, "Strip" },         { 24, "IEEE 1394" },
		{ HARDWARE_ATM, "ATM" }, { 32, "InfiniBand" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == hardware) {
			text_str(l->out, names[i].name);
			return;
		}
	}

	text_format(l->out, "Unknown Hardware (%u)", hardware);
}

/* Addresses that are not of Ethernet and IPv4: only what kinds they are. */
static void print_kinds(struct line *l, const struct arp *arp)
{
	const char *name = ethertype_name(arp->protocol);

	print_hardware(l, arp->hardware);
	text_format(l->out, " (len %u), ", arp->mac_len);
	if (name)
		text_str(l->out, name);
	else
		text_format(l->out, "Unknown Protocol (0x%04x)", arp->protocol);
	text_format(l->out, " (len %u)", arp->address_len);
}

static void print_mac(struct line *l, const struct arp *arp, const uint8_t *mac)
{
	if (arp->hardware == HARDWARE_FRAME_RELAY) {
		(void)layers_beyond(l, "q922");
		return;
	}
	if (arp->mac_len == 6) {
		line_mac(l, mac);
		return;
	}

	for (unsigned i = 0; i < arp->mac_len; i++) {
		if (i)
			text_char(l->out, ':');
		text_hex(l->out, mac[i], 2);
	}
}

static void print_request(struct line *l, const struct arp *arp)
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < arp->mac_len; i++)
		bits |= arp->target_mac[i];

	text_str(l->out, "Request who-has ");
	line_address4(l, arp->target);
	if (bits) {
		text_str(l->out, " (");
		print_mac(l, arp, arp->target_mac);
		text_char(l->out, ')');
	}
	text_str(l->out, " tell ");
	line_address4(l, arp->sender);
}

static void print_reply(struct line *l, const struct arp *arp)
{
	text_str(l->out, "Reply ");
	line_address4(l, arp->sender);
	text_str(l->out, " is-at ");
	print_mac(l, arp, arp->sender_mac);
}

static void print_who_is(struct line *l, const struct arp *arp)
{
	text_str(l->out, arp->op == ARP_REVERSE_REQUEST
				 ? "Reverse Request who-is "
				 : "Inverse Request who-is ");
	print_mac(l, arp, arp->target_mac);
	text_str(l->out, " tell ");
	print_mac(l, arp, arp->sender_mac);
}

static void print_at(struct line *l, const struct arp *arp)
{
	bool is_reverse = arp->op == ARP_REVERSE_REPLY;

	text_str(l->out, is_reverse ? "Reverse Reply " : "Inverse Reply ");
	print_mac(l, arp, is_reverse ? arp->target_mac : arp->sender_mac);
	text_str(l->out, " at ");
	line_address4(l, is_reverse ? arp->target : arp->sender);
}

/* False: not an operation that is printed; all of it is dumped. */
static bool print_operation(struct line *l, const struct arp *arp)
{
	static const struct {
		uint16_t op;
		void (*print)(struct line *l, const struct arp *arp);
	} operations[] = {
		{ ARP_REQUEST, print_request },
		{ ARP_REPLY, print_reply },
		{ ARP_REVERSE_REQUEST, print_who_is },
		{ ARP_REVERSE_REPLY, print_at },
		{ ARP_INVERSE_REQUEST, print_who_is },
		{ ARP_INVERSE_REPLY, print_at },
	};

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]);
	     i++) {
		if (operations[i].op == arp->op) {
			operations[i].print(l, arp);
			return true;
		}
	}

	if (arp->op == 10)
		text_str(l->out, "NACK Reply ");
	else
		text_format(l->out, "Unknown (%u) ", arp->op);
	dump_ascii(l, arp->whole);
	return false;
}

/* The four addresses behind the header; false when they are not all there. */
static bool find_addresses(struct arp *arp, struct cursor *c)
{
	arp->sender_mac = cursor_bytes(c, arp->mac_len);
	arp->sender = cursor_bytes(c, arp->address_len);
	arp->target_mac = cursor_bytes(c, arp->mac_len);
	arp->target = cursor_bytes(c, arp->address_len);
	return cursor_ok(c);
}

bool arp_print(struct line *l, struct cursor c, uint32_t length)
{
	struct arp arp = { .whole = c };
	const uint8_t *head = cursor_bytes(&c, ARP_HEAD);

	l->protocol = "arp";
	if (!head)
		return false;

	arp.hardware = layers_be16(head);
	arp.protocol = layers_be16(head + 2);
	arp.mac_len = head[4];
	arp.address_len = head[5];
	arp.op = layers_be16(head + 6);
	if (arp.hardware == HARDWARE_ATM)
		return layers_beyond(l, "atmarp");
	if (!find_addresses(&arp, &c))
		return false;

	text_str(l->out, "ARP, ");
	if ((arp.protocol != PROTOCOL_IP && arp.protocol != PROTOCOL_TRAILER) ||
	    arp.address_len != 4 || arp.mac_len == 0)
		print_kinds(l, &arp);
	else if (!print_operation(l, &arp))
		return true;

	text_str(l->out, ", length ");
	text_u64(l->out, length);
	return true;
}
