#include "trace/printers/layers.h"

/* Linux "cooked" captures: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2. */
enum {
	SLL_HEAD = 16,
	SLL2_HEAD = 20,
	SLL_NOVELL = 0x0001,
	SLL_LLC = 0x0004,
	SLL_VLAN = 0x8100,
	LENGTH_MOST = 1500,
	RADIOTAP = 803, /* ARPHRD_ */
};

struct sll {
	const uint8_t *address;
	uint16_t address_len;
	uint16_t type; /* of the header itself, before any VLAN tag */
	uint16_t packet_type;
	uint32_t interface;
	uint32_t length; /* behind the header */
	bool is_v2;
};

static const char *packet_type(uint16_t type)
{
	static const char *const names[] = { "In", "B", "M", "P", "Out" };

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "?";
}

/* A word in a column, at its left or at its right. */
static void print_padded(struct line *l, const char *s, int width, bool is_left)
{
	int blanks = width;

	for (const char *p = s; *p; p++)
		blanks--;
	if (is_left)
		text_str(l->out, s);
	text_fill(l->out, ' ', blanks > 0 ? (size_t)blanks : 0);
	if (!is_left)
		text_str(l->out, s);
}

/* What tcpdump tells of the header when it does not know the content. */
static void print_header(struct line *l, const struct sll *sll, uint32_t length)
{
	if (sll->is_v2) {
		text_str(l->out, "ifindex ");
		text_u64(l->out, sll->interface);
		text_char(l->out, ' ');
	} else {
		print_padded(l, packet_type(sll->packet_type), 3, false);
		text_char(l->out, ' ');
	}
	if (sll->address_len == 6) {
		line_mac(l, sll->address);
		text_char(l->out, ' ');
	}

	if (sll->type == SLL_NOVELL) {
		text_str(l->out, "802.3");
	} else if (sll->type == SLL_LLC) {
		text_str(l->out, "802.2");
	} else if (sll->type <= LENGTH_MOST) {
		text_str(l->out, "ethertype Unknown (0x");
		text_hex(l->out, sll->type, 4);
		text_char(l->out, ')');
	} else {
		ethertype_describe(l, sll->type);
	}

	text_str(l->out, ", length ");
	text_u64(l->out, length);
	text_str(l->out, ": ");
}

static bool print_type(struct line *l, struct cursor c, const struct sll *sll,
		       uint16_t type, uint32_t length)
{
	const struct ethertype *e;

	if (type == SLL_NOVELL)
		return layers_beyond(l, "ipx");
	if (type == SLL_LLC)
		return llc_print(l, c, length, NULL);
	if (type <= LENGTH_MOST) {
		dump_ascii(l, c);
		return true;
	}

	e = ethertype_find(type);
	if (e)
		return ethertype_print(l, e, c, length);

	print_header(l, sll, length + (sll->is_v2 ? SLL2_HEAD : SLL_HEAD));
	dump_ascii(l, c);
	return true;
}

static bool print_content(struct line *l, struct cursor c,
			  const struct sll *sll)
{
	uint16_t type = sll->type;
	uint32_t length = sll->length;

	while (type == SLL_VLAN) {
		const uint8_t *tag = cursor_bytes(&c, 4);
		const char *name;

		if (!tag)
			return layers_cut(l, "vlan");
		type = layers_be16(tag + 2);
		if (type <= LENGTH_MOST)
			type = SLL_LLC;
		name = ethertype_name(type);
		text_str(l->out, "ethertype ");
		text_str(l->out, name ? name : "Unknown");
		text_str(l->out, ", ");
		length -= 4;
	}

	return print_type(l, c, sll, type, length);
}

bool sll_print(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *head = cursor_bytes(&c, SLL_HEAD);
	struct sll sll;

	if (!head)
		return layers_cut(l, "sll");

	sll = (struct sll){
		.packet_type = layers_be16(head),
		.address_len = layers_be16(head + 4),
		.address = head + 6,
		.type = layers_be16(head + 14),
		.length = length - SLL_HEAD,
	};
	l->protocol = "sll";
	if (layers_be16(head + 2) == RADIOTAP)
		return layers_beyond(l, "802.11_radio");

	return print_content(l, c, &sll);
}

bool sll2_print(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *head = cursor_bytes(&c, SLL2_HEAD);
	struct sll sll;

	if (!head)
		return layers_cut(l, "sll2");

	sll = (struct sll){
		.is_v2 = true,
		.type = layers_be16(head),
		.interface = layers_be32(head + 4),
		.packet_type = head[10],
		.address_len = head[11],
		.address = head + 12,
		.length = length - SLL2_HEAD,
	};
	l->protocol = "sll2";
	print_padded(l, line_interface(l, sll.interface), 5, true);
	text_char(l->out, ' ');
	print_padded(l, packet_type(sll.packet_type), 3, true);
	text_char(l->out, ' ');
	if (layers_be16(head + 8) == RADIOTAP)
		return layers_beyond(l, "802.11_radio");

	return print_content(l, c, &sll);
}
