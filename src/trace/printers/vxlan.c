#include "trace/printers/layers.h"

enum {
	VXLAN_HEAD = 8,
	VXLAN_HAS_VNI = 0x08,
};

/* RFC 7348. The frame inside is on a line of its own. */
bool vxlan_print(struct line *l, struct cursor c, uint32_t length)
{
	uint8_t flags;
	const uint8_t *vni;

	l->protocol = "vxlan";
	text_str(l->out, "VXLAN");
	if (length < VXLAN_HEAD) {
		text_str(l->out, " (invalid)");
		return true;
	}

	flags = cursor_u8(&c);
	if (!cursor_ok(&c))
		return false;
	text_str(l->out, flags & VXLAN_HAS_VNI ? ", flags [I] (0x"
					       : ", flags [invalid] (0x");
	text_hex(l->out, flags, 2);
	text_str(l->out, "), ");

	cursor_skip(&c, 3);
	vni = cursor_bytes(&c, 3);
	if (!vni)
		return false;
	text_str(l->out, "vni ");
	text_u64(l->out,
		 (uint32_t)vni[0] << 16 | (uint32_t)vni[1] << 8 | vni[2]);
	text_char(l->out, '\n');

	cursor_skip(&c, 1);
	if (!cursor_ok(&c))
		return false;
	return ether_print(l, c, length - VXLAN_HEAD);
}
