#include "trace/printers/layers.h"

/* RFC 1661, 1662. */
enum {
	PPP_HEAD = 4,
	PPP_COMPRESSED = 0x00fd,
};

struct protocol {
	uint16_t number;
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond;
};

static const struct protocol protocols[] = {
	{ 0x0021, ip_print, NULL },   { 0x0057, ip6_print, NULL },
	{ 0x0800, ip_print, NULL },   { 0x86dd, ip6_print, NULL },
	{ 0x002f, ip_print, NULL },   { 0x0281, mpls_print, NULL },
	{ 0x0283, mpls_print, NULL }, { 0xc021, NULL, "lcp" },
	{ 0x8021, NULL, "ipcp" },     { 0x8023, NULL, "osicp" },
	{ 0x8281, NULL, "mplscp" },   { 0x8057, NULL, "ip6cp" },
	{ 0x80fd, NULL, "ccp" },      { 0xc02b, NULL, "bacp" },
	{ 0x003d, NULL, "mlppp" },    { 0xc223, NULL, "chap" },
	{ 0xc023, NULL, "pap" },      { 0xc02d, NULL, "bap" },
	{ 0x8137, NULL, "ipx" },      { 0x002b, NULL, "ipx" },
	{ 0x0023, NULL, "isoclns" },
};

/* Those of which only the name is known. */
static const char *name_of(uint16_t number)
{
	static const struct {
		uint16_t number;
		const char *name;
	} names[] = {
		{ 0x0025, "NS" },       { 0x0027, "DECNET" },
		{ 0x0029, "APPLE" },    { 0x002d, "VJC IP" },
		{ 0x0031, "BRPDU" },    { 0x0033, "STII" },
		{ 0x0035, "VINES" },    { 0x0201, "HELLO" },
		{ 0x0231, "LUXCOM" },   { 0x0233, "SNS" },
		{ 0x8025, "NSCP" },     { 0x8027, "DECNETCP" },
		{ 0x8029, "APPLECP" },  { 0x802b, "IPXCP" },
		{ 0x8033, "STIICP" },   { 0x8035, "VINESCP" },
		{ 0xc025, "LQM" },      { 0xc227, "EAP" },
		{ 0xc027, "SPAP" },     { 0xc123, "Old-SPAP" },
		{ 0xc03d, "MLPPP-CP" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

static bool print_protocol(struct line *l, struct cursor c, uint32_t length,
			   uint16_t number)
{
	const char *name = name_of(number);

	if (number >> 8 == 0x7e) /* an escape: framing for serial lines */
		return layers_beyond(l, "ppp_hdlc");

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i].number != number)
			continue;
		if (protocols[i].print)
			return protocols[i].print(l, c, length);
		return layers_beyond(l, protocols[i].beyond);
	}

	if (number == PPP_COMPRESSED) {
		text_str(l->out, "compressed PPP data");
		return true;
	}

	if (name)
		text_str(l->out, name);
	else
		text_format(l->out, "unknown PPP protocol (0x%04x)", number);
	text_char(l->out, ' ');
	dump_hex(l, layers_within(c, length));
	return true;
}

bool ppp_print(struct line *l, struct cursor c, uint32_t length)
{
	struct cursor head = c;
	uint16_t address = cursor_be16(&head);
	uint16_t number;

	l->protocol = "ppp";
	if (!cursor_ok(&head) || length < 2)
		return false;

	/* Address and control, or the direction that pppd writes there. */
	if (address == 0xff03 || address == 0x0003 || address == 0x0103) {
		cursor_skip(&c, 2);
		length -= 2;
	}
	if (length < 2 || !cursor_left(&c))
		return false;

	/* An odd byte is a whole protocol number. */
	if (cursor_peek(&c) % 2) {
		number = cursor_u8(&c);
		return print_protocol(l, c, length - 1, number);
	}

	number = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;
	return print_protocol(l, c, length - 2, number);
}

bool ppp_print_frame(struct line *l, struct cursor c, uint32_t length)
{
	if (cursor_left(&c) < PPP_HEAD)
		return layers_cut(l, "ppp");

	return ppp_print(l, c, length);
}
