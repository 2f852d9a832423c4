#include "trace/line_names.h"
#include "trace/printers/layers.h"

/* IEEE 802.2 and SNAP. */
enum {
	LLC_UI = 0x03,
	LLC_XID = 0xaf,
	LLC_XID_BASIC = 0x81,
	LLC_POLL_U = 0x10,
	LLC_POLL = 0x0100,
	SAP_IP = 0x06,
	SAP_STP = 0x42,
	SAP_SNAP = 0xaa,
	SAP_IPX = 0xe0,
	SAP_ISO = 0xfe,
	SAP_GLOBAL = 0xff,
	OUI_ETHER = 0x000000,
	OUI_CISCO = 0x00000c,
	OUI_CISCO_BRIDGED = 0x0000f8,
	OUI_BRIDGED = 0x0080c2,
	OUI_APPLE = 0x080007,
	BRIDGE_PAD = 2,
};

struct llc {
	struct cursor whole; /* from the header on */
	struct cursor body;
	uint32_t length; /* of the body */
	uint32_t head_len;
	const struct layers_macs *macs;
	uint8_t dsap, ssap; /* without their lowest bit */
	bool is_response;
	bool is_unnumbered;
	uint16_t control;
};

struct named {
	uint32_t value;
	const char *name;
};

static const char *name_of(const struct named *table, size_t count,
			   uint32_t value)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].value == value)
			return table[i].name;
	return NULL;
}

static void print_sap(struct line *l, uint8_t sap, const char *unknown)
{
	static const struct named saps[] = {
		{ 0x00, "Null" },      { 0xff, "Global" },
		{ 0x02, "802.1B I" },  { 0x03, "802.1B G" },
		{ SAP_IP, "IP" },      { 0x04, "SNA" },
		{ 0x0e, "ProWay NM" }, { SAP_STP, "STP" },
		{ 0x4e, "RS511" },     { 0x7e, "ISO8208" },
		{ 0x8e, "ProWay" },    { SAP_SNAP, "SNAP" },
		{ SAP_IPX, "IPX" },    { 0xf0, "NetBeui" },
		{ SAP_ISO, "OSI" },
	};
	const char *name = name_of(saps, sizeof(saps) / sizeof(saps[0]), sap);

	if (name) {
		text_str(l->out, name);
		return;
	}

	text_str(l->out, unknown);
	text_hex(l->out, sap, 2);
}

static void print_saps(struct line *l, const struct llc *llc)
{
	if (llc->macs) {
		line_mac(l, llc->macs->src);
		text_char(l->out, ' ');
	}
	if (llc->ssap != llc->dsap) {
		print_sap(l, llc->ssap, "Unknown SSAP 0x");
		text_char(l->out, ' ');
	}
	if (llc->macs || llc->ssap != llc->dsap)
		text_str(l->out, "> ");
	if (llc->macs) {
		line_mac(l, llc->macs->dst);
		text_char(l->out, ' ');
	}
	print_sap(l, llc->dsap, "Unknown DSAP 0x");
	text_char(l->out, ' ');
}

static void print_flags(struct line *l, const struct llc *llc, uint16_t poll)
{
	const char *flags;

	if (llc->control & poll)
		flags = llc->is_response ? "Final" : "Poll";
	else
		flags = llc->is_response ? "Response" : "Command";

	text_str(l->out, ", Flags [");
	text_str(l->out, flags);
	text_str(l->out, "], length ");
	text_u64(l->out, llc->length + llc->head_len);
}

/* The rest is not understood: all of it is dumped. */
static bool print_dump(struct line *l, const struct llc *llc)
{
	dump_ascii(l, llc->whole);
	return true;
}

static bool print_xid(struct line *l, const struct llc *llc)
{
	struct cursor c = llc->body;
	const uint8_t *xid;

	if (llc->length == 0)
		return true;
	if (!cursor_left(&c))
		return layers_cut(l, "llc");
	if (cursor_peek(&c) != LLC_XID_BASIC)
		return print_dump(l, llc);

	xid = cursor_bytes(&c, 3);
	if (!xid || llc->length < 3) {
		text_str(l->out, " [|llc]");
		dump_ascii(l, llc->body);
		return true;
	}

	text_format(l->out, ": %02x %02x", xid[1], xid[2]);
	return true;
}

static bool print_unnumbered(struct line *l, const struct llc *llc)
{
	static const struct named commands[] = {
		{ LLC_UI, "ui" },  { 0xe3, "test" }, { LLC_XID, "xid" },
		{ 0x63, "ua" },    { 0x43, "disc" }, { 0x0f, "dm" },
		{ 0x6f, "sabme" }, { 0x87, "frmr" },
	};
	uint32_t command = llc->control & ~(uint32_t)LLC_POLL_U & 0xff;
	const char *name = name_of(
		commands, sizeof(commands) / sizeof(commands[0]), command);

	text_str(l->out, "Unnumbered, ");
	if (name)
		text_str(l->out, name);
	else
		text_hex(l->out, command, 2);
	print_flags(l, llc, LLC_POLL_U);

	if (command == LLC_XID)
		return print_xid(l, llc);
	return print_dump(l, llc);
}

static bool print_numbered(struct line *l, const struct llc *llc)
{
	static const char *const supervisory[] = { "Receiver Ready",
						   "Receiver not Ready",
						   "Reject", "?" };
	bool is_supervisory = llc->control & 1;

	if (is_supervisory) {
		text_str(l->out, "Supervisory, ");
		text_str(l->out, supervisory[llc->control >> 2 & 3]);
	} else {
		text_str(l->out, "Information, send seq ");
		text_u64(l->out, llc->control >> 1 & 0x7f);
	}

	text_str(l->out, ", rcv seq ");
	text_u64(l->out, llc->control >> 9 & 0x7f);
	print_flags(l, llc, LLC_POLL);
	return is_supervisory ? true : print_dump(l, llc);
}

static const char *snap_pid_name(uint32_t oui, uint16_t pid)
{
	static const struct named cisco[] = {
		{ 0x2000, "CDP" },  { 0x2003, "VTP" },
		{ 0x2004, "DTP" },  { 0x0111, "UDLD" },
		{ 0x010b, "PVST" }, { 0x010c, "VLAN Bridge" },
	};
	static const struct named bridged[] = {
		{ 0x0001, "Ethernet + FCS" },
		{ 0x0007, "Ethernet w/o FCS" },
		{ 0x0002, "802.4 + FCS" },
		{ 0x0008, "802.4 w/o FCS" },
		{ 0x0003, "Token Ring + FCS" },
		{ 0x0009, "Token Ring w/o FCS" },
		{ 0x0004, "FDDI + FCS" },
		{ 0x000a, "FDDI w/o FCS" },
		{ 0x0005, "802.6 + FCS" },
		{ 0x000b, "802.6 w/o FCS" },
		{ 0x000e, "BPDU" },
	};

	if (oui == OUI_ETHER || oui == OUI_CISCO_BRIDGED || oui == OUI_APPLE)
		return ethertype_name(pid);
	if (oui == OUI_CISCO)
		return name_of(cisco, sizeof(cisco) / sizeof(cisco[0]), pid);
	if (oui == OUI_BRIDGED)
		return name_of(bridged, sizeof(bridged) / sizeof(bridged[0]),
			       pid);
	return NULL;
}

static bool print_unknown_snap(struct line *l, const struct llc *llc,
			       uint32_t oui, uint16_t pid)
{
	const char *maker = line_names_maker(oui);
	const char *name = snap_pid_name(oui, pid);

	if (llc->macs) {
		line_mac(l, llc->macs->src);
		text_str(l->out, " > ");
		line_mac(l, llc->macs->dst);
		text_char(l->out, ' ');
	}

	text_str(l->out, "SNAP, ");
	if (oui == OUI_ETHER)
		ethertype_describe(l, pid);
	else
		text_format(l->out, "oui %s (0x%06x), pid %s (0x%04x)",
			    maker ? maker : "Unknown", oui,
			    name ? name : "Unknown", pid);
	text_str(l->out, ", length ");
	text_u64(l->out, llc->length - 5);
	text_str(l->out, ": ");
	return print_dump(l, llc);
}

/* What tcpdump prints further of Cisco's and of bridged frames; or NULL. */
static const char *snap_beyond(uint32_t oui, uint16_t pid)
{
	static const struct {
		uint32_t oui;
		uint16_t pid;
		const char *beyond;
	} known[] = {
		{ OUI_CISCO, 0x2000, "cdp" },
		{ OUI_CISCO, 0x2004, "dtp" },
		{ OUI_CISCO, 0x0111, "udld" },
		{ OUI_CISCO, 0x2003, "vtp" },
		{ OUI_CISCO, 0x010b, "stp" },
		{ OUI_CISCO, 0x010c, "stp" },
		{ OUI_BRIDGED, 0x0003, "token-ring" },
		{ OUI_BRIDGED, 0x0009, "token-ring" },
		{ OUI_BRIDGED, 0x0004, "fddi" },
		{ OUI_BRIDGED, 0x000a, "fddi" },
		{ OUI_BRIDGED, 0x000e, "stp" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].oui == oui && known[i].pid == pid)
			return known[i].beyond;
	return NULL;
}

static bool print_snap(struct line *l, const struct llc *llc)
{
	struct cursor c = llc->body;
	const uint8_t *head = cursor_bytes(&c, 5);
	const struct ethertype *e = NULL;
	const char *beyond;
	uint32_t oui;
	uint16_t pid;

	l->protocol = "snap";
	if (!head || llc->length < 5)
		return false;

	oui = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2];
	pid = layers_be16(head + 3);
	if (oui == OUI_ETHER || oui == OUI_CISCO_BRIDGED ||
	    (oui == OUI_APPLE && pid == 0x809b))
		e = ethertype_find(pid);
	if (e)
		return ethertype_print(l, e, c, llc->length - 5);

	if (oui == OUI_BRIDGED && (pid == 0x0001 || pid == 0x0007)) {
		cursor_skip(&c, BRIDGE_PAD);
		if (!cursor_ok(&c))
			return false;
		return ether_print(l, c, llc->length - 5 - BRIDGE_PAD);
	}

	beyond = snap_beyond(oui, pid);
	if (beyond)
		return layers_beyond(l, beyond);
	return print_unknown_snap(l, llc, oui, pid);
}

static bool print_body(struct line *l, const struct llc *llc)
{
	if (llc->ssap == llc->dsap && llc->control == LLC_UI) {
		if (llc->ssap == SAP_SNAP)
			return print_snap(l, llc);
		if (llc->ssap == SAP_STP)
			return layers_beyond(l, "stp");
		if (llc->ssap == SAP_IP)
			return ip_print(l, llc->body, llc->length);
		if (llc->ssap == SAP_IPX)
			return layers_beyond(l, "ipx");
		if (llc->ssap == SAP_ISO)
			return layers_beyond(l, "isoclns");
	}

	print_saps(l, llc);
	return llc->is_unnumbered ? print_unnumbered(l, llc)
				  : print_numbered(l, llc);
}

static bool print_short(struct line *l, struct cursor c)
{
	text_str(l->out, " [|llc]");
	dump_ascii(l, c);
	return true;
}

bool llc_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_macs *macs)
{
	struct llc llc = { .whole = c, .macs = macs };
	const uint8_t *head = cursor_bytes(&c, 3);

	l->protocol = "llc";
	if (!head || length < 3)
		return print_short(l, llc.whole);

	llc.control = head[2];
	llc.head_len = 3;
	llc.is_unnumbered = (head[2] & 3) == 3;
	if (!llc.is_unnumbered) {
		const uint8_t *more = cursor_bytes(&c, 1);

		if (!more || length < 4)
			return print_short(l, llc.whole);
		llc.control = (uint16_t)(more[0] << 8 | head[2]);
		llc.head_len = 4;
	}

	if (head[0] == SAP_GLOBAL && head[1] == SAP_GLOBAL)
		return layers_beyond(l, "ipx");

	llc.dsap = head[0] & 0xfe;
	llc.ssap = head[1] & 0xfe;
	llc.is_response = head[1] & 1;
	llc.body = c;
	llc.length = length - llc.head_len;
	return print_body(l, &llc);
}
