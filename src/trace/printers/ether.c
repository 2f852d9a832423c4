#include "trace/printers/layers.h"

enum {
	ETHER_HEAD = 14,
	MAC_LEN = 6,
	LENGTH_MOST = 1500, /* above it is a type */
};

enum ether_kind {
	ETHER_TYPE,
	ETHER_VLAN,
	ETHER_MACSEC,
	ETHER_JUMBO, /* Alteon's: LLC behind a type */
	ETHER_ARISTA,
	ETHER_LENGTH,
};

static enum ether_kind kind_of(uint16_t type)
{
	static const struct {
		uint16_t type;
		enum ether_kind kind;
	} kinds[] = {
		{ 0x8100, ETHER_VLAN },   { 0x88a8, ETHER_VLAN },
		{ 0x9100, ETHER_VLAN },   { 0x9200, ETHER_VLAN },
		{ 0x88e5, ETHER_MACSEC }, { 0x8870, ETHER_JUMBO },
		{ 0xd28b, ETHER_ARISTA },
	};

	if (type <= LENGTH_MOST)
		return ETHER_LENGTH;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return kinds[i].kind;
	return ETHER_TYPE;
}

/* length is that of the whole frame, c what follows its last type. */
static bool print_unknown(struct line *l, struct cursor c, uint32_t length,
			  uint16_t type, const struct layers_macs *macs)
{
	line_mac(l, macs->src);
	text_str(l->out, " > ");
	line_mac(l, macs->dst);
	text_str(l->out, ", ");
	ethertype_describe(l, type);
	text_str(l->out, ", length ");
	text_u64(l->out, length);
	text_str(l->out, ": ");
	dump_ascii(l, c);
	return true;
}

/* More bytes than there were on the wire: a header around this one is wrong. */
static bool print_too_short(struct line *l, uint32_t length, size_t caplen)
{
	text_str(l->out, "[length ");
	text_u64(l->out, length);
	text_str(l->out, " < caplen ");
	text_u64(l->out, caplen);
	text_str(l->out, "] (invalid)");
	return true;
}

/* Passes the tags; length is what remains behind them. */
static bool skip_tags(struct cursor *c, uint32_t *length, uint16_t *type)
{
	while (kind_of(*type) == ETHER_VLAN) {
		const uint8_t *tag = cursor_bytes(c, 4);

		if (!tag || *length < 4)
			return false;
		*type = layers_be16(tag + 2);
		*length -= 4;
	}

	return true;
}

static bool print_content(struct line *l, struct cursor c, uint32_t whole,
			  uint32_t length, uint16_t type,
			  const struct layers_macs *macs)
{
	const struct ethertype *e;

	switch (kind_of(type)) {
	case ETHER_LENGTH:
		if (type < length)
			length = type;
		return llc_print(l, layers_within(c, length), length, macs);
	case ETHER_JUMBO:
		return llc_print(l, c, length, macs);
	case ETHER_MACSEC:
		/* Behind a VLAN tag tcpdump does not look for it. */
	case ETHER_VLAN:
	case ETHER_TYPE:
		break;
	case ETHER_ARISTA:
		return layers_beyond(l, "arista");
	}

	e = ethertype_find(type);
	if (!e)
		return print_unknown(l, c, whole, type, macs);
	return ethertype_print(l, e, c, length);
}

bool ether_print(struct line *l, struct cursor c, uint32_t length)
{
	struct layers_macs macs;
	const uint8_t *head;
	uint16_t type;
	uint32_t whole = length;

	l->protocol = "ether";
	if (length < cursor_left(&c))
		return print_too_short(l, length, cursor_left(&c));

	head = cursor_bytes(&c, ETHER_HEAD);
	if (!head)
		return false;

	macs = (struct layers_macs){ .src = head + MAC_LEN, .dst = head };
	type = layers_be16(head + 2 * (size_t)MAC_LEN);
	length -= ETHER_HEAD;
	if (type == 0x0800)
		return ip_print(l, c, length);
	if (type == 0x88e5)
		return layers_beyond(l, "macsec");
	if (!skip_tags(&c, &length, &type))
		return layers_cut(l, "vlan");

	return print_content(l, c, whole, length, type, &macs);
}
