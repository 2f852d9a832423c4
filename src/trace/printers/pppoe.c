#include "trace/printers/layers.h"

/* RFC 2516. */
enum {
	PPPOE_HEAD = 6,
	CODE_SESSION = 0x00,
	CODE_PADI = 0x09,
	PADI_MOST = 1478,
	TAG_END = 0,
	TEXT_MOST = 79,
};

struct named {
	uint16_t value;
	const char *name;
};

static void print_named(struct line *l, const struct named *table, size_t count,
			uint16_t value, const char *unknown)
{
	for (size_t i = 0; i < count; i++) {
		if (table[i].value == value) {
			text_str(l->out, table[i].name);
			return;
		}
	}

	text_str(l->out, unknown);
	text_hex(l->out, value, 1);
}

static void print_tag_name(struct line *l, uint16_t tag)
{
	static const struct named tags[] = {
		{ TAG_END, "EOL" },
		{ 0x0101, "Service-Name" },
		{ 0x0102, "AC-Name" },
		{ 0x0103, "Host-Uniq" },
		{ 0x0104, "AC-Cookie" },
		{ 0x0105, "Vendor-Specific" },
		{ 0x0110, "Relay-Session-ID" },
		{ 0x0120, "PPP-Max-Payload" },
		{ 0x0201, "Service-Name-Error" },
		{ 0x0202, "AC-System-Error" },
		{ 0x0203, "Generic-Error" },
	};

	text_str(l->out, " [");
	print_named(l, tags, sizeof(tags) / sizeof(tags[0]), tag, "TAG-0x");
}

static bool is_print(uint8_t c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* As text when most of it is; only its beginning is then looked at. */
static void print_tag(struct line *l, uint16_t tag, struct cursor value)
{
	struct cursor shown = layers_within(value, TEXT_MOST);
	size_t printable = 0;

	print_tag_name(l, tag);
	for (struct cursor c = shown; cursor_left(&c);)
		printable += is_print(cursor_u8(&c));

	if (printable * 2 > cursor_left(&shown)) {
		text_str(l->out, " \"");
		while (cursor_left(&shown)) {
			uint8_t byte = cursor_u8(&shown);

			text_char(l->out, (char)(is_print(byte) ? byte : '.'));
		}
		text_char(l->out, '"');
	} else if (cursor_left(&value)) {
		text_str(l->out, " 0x");
		while (cursor_left(&value))
			text_format(l->out, "%02X", cursor_u8(&value));
	}
	text_char(l->out, ']');
}

static bool print_tags(struct line *l, struct cursor c, uint32_t length)
{
	uint32_t done = 0;
	uint16_t tag = 0xffff;

	while (tag != TAG_END && done < length) {
		struct cursor value;
		uint16_t len;

		tag = cursor_be16(&c);
		len = cursor_be16(&c);
		value = cursor_take(&c, len);
		if (!cursor_ok(&c))
			return false;

		print_tag(l, tag, value);
		done += 4U + len;
	}

	return true;
}

static void print_head(struct line *l, const uint8_t *head, uint32_t length)
{
	static const struct named codes[] = {
		{ CODE_PADI, "PADI" }, { 0x07, "PADO" }, { 0x19, "PADR" },
		{ 0x65, "PADS" },      { 0xa7, "PADT" }, { CODE_SESSION, "" },
	};
	uint32_t len = layers_be16(head + 4);

	if (head[0] >> 4 != 1)
		text_format(l->out, " [ver %u]", head[0] >> 4);
	if ((head[0] & 0xf) != 1)
		text_format(l->out, " [type %u]", head[0] & 0xfU);
	text_str(l->out, "PPPoE ");
	print_named(l, codes, sizeof(codes) / sizeof(codes[0]), head[1],
		    "PAD-");
	if (head[1] == CODE_PADI && len > PADI_MOST)
		text_format(l->out, " [len %u!]", len);
	if (len > length)
		text_format(l->out, " [len %u > %u!]", len, length);
	if (layers_be16(head + 2))
		text_format(l->out, " [ses 0x%x]", layers_be16(head + 2));
}

bool pppoe_print(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *head;
	uint32_t len;

	l->protocol = "pppoe";
	if (length < PPPOE_HEAD) {
		text_format(l->out, " (length %u < %u) (invalid)", length,
			    (unsigned)PPPOE_HEAD);
		return true;
	}

	head = cursor_bytes(&c, PPPOE_HEAD);
	if (!head)
		return false;

	length -= PPPOE_HEAD;
	print_head(l, head, length);
	len = layers_be16(head + 4);
	if (len > length)
		len = length;
	if (head[1] != CODE_SESSION)
		return print_tags(l, c, len);

	text_char(l->out, ' ');
	return ppp_print(l, c, len);
}
