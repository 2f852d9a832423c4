/*
 * IP inside UDP: VXLAN (RFC 7348), GTP-U (3GPP TS 29.281) and Teredo (RFC 4380).
 *
 * A port alone proves nothing, so the inner packet must fit: the tunnel's own
 * header is strict, and what follows is a whole IP header whose length is not
 * beyond what is there. Else the datagram is what it looks like.
 */
#include "net/decode.h"

enum {
	PORT_VXLAN = 4789,
	PORT_VXLAN_LINUX = 8472, /* drivers/net/vxlan, before IANA */
	PORT_GTP = 2152,
	PORT_TEREDO = 3544,
	VXLAN_VNI_VALID = 0x08,
	GTP_VERSION_1 = 0x30, /* and the protocol type bit */
	GTP_OPTIONAL = 0x07,  /* E, S, PN */
	GTP_EXTENSION = 0x04,
	GTP_G_PDU = 255,
	ETHERNET_HEADER = 14,
	TEREDO_ORIGIN =
		0x0000, /* an indicator of eight bytes before the packet */
};

/* A whole IPv4 or IPv6 header that does not claim more than there can be. */
static bool is_ip(struct cursor c, uint32_t room)
{
	uint8_t first = cursor_u8(&c);
	uint32_t length;

	if (first >> 4 == 6) {
		cursor_skip(&c, 3);
		length = cursor_be16(&c) + 40U;
		cursor_skip(&c, 34);
	} else {
		cursor_skip(&c, 1);
		length = cursor_be16(&c);
		cursor_skip(&c, 16);
		if (first >> 4 != 4 || (first & 0xf) < 5 || length < 20)
			return false;
	}

	return cursor_ok(&c) && length <= room;
}

static bool vxlan_decode(struct decode *d, struct cursor c, uint32_t room)
{
	uint32_t flags = cursor_be32(&c);
	uint32_t vni = cursor_be32(&c);
	struct cursor inner = c;
	uint16_t type;

	if (flags != (uint32_t)VXLAN_VNI_VALID << 24 || vni & 0xff)
		return false;

	cursor_skip(&inner, ETHERNET_HEADER - 2);
	type = cursor_be16(&inner);
	if (type != ETHERTYPE_OF_ARP && !is_ip(inner, room))
		return false;

	ethertype_decode(d, &inner, type);
	return true;
}

static bool gtp_decode(struct decode *d, struct cursor c, uint32_t room)
{
	uint8_t flags = cursor_u8(&c);
	uint8_t type = cursor_u8(&c);
	uint8_t next = 0;

	cursor_skip(&c, 6);
	if ((flags & ~GTP_OPTIONAL) != GTP_VERSION_1 || type != GTP_G_PDU)
		return false;
	if (flags & GTP_OPTIONAL) {
		cursor_skip(&c, 3);
		next = cursor_u8(&c);
	}
	for (int i = 0; flags & GTP_EXTENSION && next && i < DECODE_DEPTH;
	     i++) {
		uint8_t words = cursor_u8(&c);

		if (!words)
			return false;
		cursor_skip(&c, words * 4U - 2);
		next = cursor_u8(&c);
	}
	if (!cursor_ok(&c) || !is_ip(c, room))
		return false;

	ip_decode(d, &c);
	return true;
}

static bool teredo_decode(struct decode *d, struct cursor c, uint32_t room)
{
	struct cursor ahead = c;

	if (cursor_be16(&ahead) == TEREDO_ORIGIN)
		cursor_skip(&c, 8);
	if (cursor_peek(&c) >> 4 != 6 || !is_ip(c, room))
		return false;

	ip_decode(d, &c);
	return true;
}

bool tunnel_decode(struct decode *d, const struct cursor *at, uint32_t room)
{
	const struct packet *p = d->packet;

	if (p->dport == PORT_VXLAN || p->dport == PORT_VXLAN_LINUX)
		return vxlan_decode(d, *at, room);
	if (p->dport == PORT_GTP)
		return gtp_decode(d, *at, room);
	if (p->dport == PORT_TEREDO || p->sport == PORT_TEREDO)
		return teredo_decode(d, *at, room);

	return false;
}
