/* Packets as bytes, from the fields that rules ask for. */
#include <netinet/in.h>
#include <string.h>

#include "fix/rehearse_parts.h"
#include "net/checksum.h"

enum {
	FAMILY_V6 = 10, /* NFPROTO_IPV6 */
	V4 = 20,
	V6 = 40,
	TCP = 20,
	UDP = 8,
};

static bool is_v6(const struct point *p)
{
	return p->value[FIELD_FAMILY] == FAMILY_V6;
}

static bool has_ports(u128 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* Over the transport's bytes and, but of ICMP, the addresses (RFC 9293 3.1,
 * RFC 8200 8.1). */
static uint16_t sum_of(const struct room_frame *f, size_t head, uint8_t proto)
{
	bool is_v4 = head == V4;
	uint8_t pseudo[8] = { 0 };
	size_t len = f->len - head;
	uint64_t sum = 0;

	if (proto != IPPROTO_ICMP) {
		put32(pseudo, (uint32_t)len);
		pseudo[7] = proto;
		sum = checksum_add(sum, pseudo, sizeof(pseudo));
		sum = checksum_add(sum, f->bytes + (is_v4 ? 12 : 8),
				   is_v4 ? 8 : 32);
	}
	return checksum_fold(checksum_add(sum, f->bytes + head, len));
}

static size_t put_transport(struct room_frame *f, size_t head,
			    const struct point *p)
{
	uint8_t *at = f->bytes + head;
	uint8_t proto = (uint8_t)p->value[FIELD_PROTO];
	size_t len = 16, sum_at = 0;

	if (has_ports(proto)) {
		put16(at, (unsigned)p->value[FIELD_SPORT]);
		put16(at + 2, (unsigned)p->value[FIELD_DPORT]);
	}
	if (proto == IPPROTO_TCP) {
		len = TCP;
		put32(at + 4, f->number << ROOM_SEQUENCE_SHIFT);
		at[12] = TCP / 4 << 4;
		at[13] = (uint8_t)p->value[FIELD_TCP_FLAGS];
		put16(at + 14, 64240);
		sum_at = 16;
	} else if (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE) {
		put16(at + 4, UDP + 8);
		sum_at = 6;
	} else if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		at[0] = (uint8_t)p->value[FIELD_ICMP_TYPE];
		at[1] = (uint8_t)p->value[FIELD_ICMP_CODE];
		put16(at + 4, f->number);
		sum_at = 2;
	}
	f->len = (uint16_t)(head + len);
	if (sum_at)
		put16(at + sum_at, sum_of(f, head, proto));
	return len;
}

/* A group's is nobody's. */
static void put_mac(struct room_frame *f, const struct point *p)
{
	u128 mac =
		point_has(p, FIELD_MAC_SADDR) ? p->value[FIELD_MAC_SADDR] : 0;

	if (mac >> 40 & 1)
		return;
	for (int i = 5; i >= 0; i--, mac >>= 8)
		f->mac[i] = (uint8_t)mac;
}

void rehearse_frame_put(const struct rehearsing *s, struct room_frame *f,
			const struct point *p)
{
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);
	uint8_t *b = f->bytes;
	uint8_t ttl = (uint8_t)p->value[FIELD_TTL];
	size_t len;

	/* One hop more may be needed. */
	if (ttl < 2)
		ttl = 64;
	if (is_v6(p)) {
		b[0] = 0x60;
		put32(b, 0x60000000 | f->number);
		b[6] = (uint8_t)p->value[FIELD_PROTO];
		b[7] = ttl;
		memcpy(b + 8, from.bytes, 16);
		memcpy(b + 24, to.bytes, 16);
		len = put_transport(f, V6, p);
		put16(b + 4, (unsigned)len);
	} else {
		b[0] = 0x45;
		b[1] = (uint8_t)p->value[FIELD_TOS];
		put16(b + 4, f->number);
		b[8] = ttl;
		b[9] = (uint8_t)p->value[FIELD_PROTO];
		memcpy(b + 12, from.bytes + 12, 4);
		memcpy(b + 16, to.bytes + 12, 4);
		(void)put_transport(f, V4, p);
		put16(b + 2, f->len);
		put16(b + 10, checksum_fold(checksum_add(0, b, V4)));
	}
	put_mac(f, p);
	f->device = p->value[FIELD_IIF] ? s->device : ROOM_BY_ROUTE;
	for (size_t i = 0; i < s->plan.device_count; i++) {
		const char *name = s->plan.devices[i].name;

		if (p->value[FIELD_IIF] == field_from_name(name, strlen(name)))
			f->device = (uint16_t)i;
	}
}
