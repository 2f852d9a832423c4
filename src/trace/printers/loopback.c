#include "trace/printers/layers.h"

/* The Configuration Testing Protocol of Ethernet 2: its fields are little-
 * endian. */
enum {
	LOOPBACK_REPLY = 1,
	LOOPBACK_FORWARD = 2,
};

/* As tcpdump does after an error: the captured bytes must still be there. */
static bool print_invalid(struct line *l, struct cursor c, uint32_t length)
{
	text_str(l->out, " (invalid)");
	return cursor_left(&c) >= length;
}

static bool print_data(struct line *l, struct cursor c, uint32_t length)
{
	text_str(l->out, ", data (");
	text_u64(l->out, length);
	text_str(l->out, " octets)");
	return cursor_left(&c) >= length;
}

static bool print_reply(struct line *l, struct cursor c, uint32_t length)
{
	uint16_t receipt;

	text_str(l->out, ", Reply");
	if (length < 2)
		return print_invalid(l, c, length);

	receipt = cursor_le16(&c);
	if (!cursor_ok(&c))
		return false;
	text_str(l->out, ", receipt number ");
	text_u64(l->out, receipt);
	return print_data(l, c, length - 2);
}

static bool print_forward(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *mac;

	text_str(l->out, ", Forward Data");
	if (length < 6)
		return print_invalid(l, c, length);

	mac = cursor_bytes(&c, 6);
	if (!mac)
		return false;
	text_str(l->out, ", forwarding address ");
	line_mac(l, mac);
	return print_data(l, c, length - 6);
}

static bool print_message(struct line *l, struct cursor c, uint32_t length)
{
	uint16_t function;

	if (length < 2)
		return print_invalid(l, c, length);

	function = cursor_le16(&c);
	if (!cursor_ok(&c))
		return false;
	length -= 2;
	if (function == LOOPBACK_REPLY)
		return print_reply(l, c, length);
	if (function == LOOPBACK_FORWARD)
		return print_forward(l, c, length);

	text_str(l->out, ",  invalid (");
	text_u64(l->out, function);
	text_char(l->out, ')');
	return cursor_left(&c) >= length;
}

bool loopback_print(struct line *l, struct cursor c, uint32_t length)
{
	uint16_t skip;

	l->protocol = "loopback";
	text_str(l->out, "Loopback");
	if (length < 2)
		return print_invalid(l, c, length);

	skip = cursor_le16(&c);
	if (!cursor_ok(&c))
		return false;
	length -= 2;
	text_str(l->out, ", skipCount ");
	text_u64(l->out, skip);
	if (skip % 8)
		text_str(l->out, " (bogus)");
	if (skip > length)
		return print_invalid(l, c, length);

	cursor_skip(&c, skip);
	if (!cursor_ok(&c))
		return false;
	return print_message(l, c, length - skip);
}
