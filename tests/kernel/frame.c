#include "frame.h"

#include <string.h>

#include "net/address.h"
#include "net/checksum.h"

enum { V4_HEADER = 20, V6_HEADER = 40, V6_FRAGMENT = 8 };

static unsigned field(const struct point *p, enum field f, unsigned usual)
{
	return point_has(p, f) ? (unsigned)p->value[f] : usual;
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

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

bool frame_is_v6(const struct point *p)
{
	return field(p, FIELD_FAMILY, FRAME_IPV4) == FRAME_IPV6;
}

bool frame_has_ports(unsigned protocol)
{
	return protocol == FRAME_TCP || protocol == FRAME_UDP ||
	       protocol == FRAME_SCTP || protocol == FRAME_DCCP ||
	       protocol == FRAME_UDPLITE;
}

bool frame_is_error(bool v6, unsigned type)
{
	if (v6)
		return type >= 1 && type < 128;

	return (type >= 3 && type <= 5) || type == 11 || type == 12;
}

/* RFC 9260 appendix A: CRC-32C, least significant bit first. */
static uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = ~UINT32_C(0);

	while (len--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
	}
	return ~crc;
}

static size_t transport_header(const struct point *p, unsigned protocol)
{
	switch (protocol) {
	case FRAME_TCP:
		return field(p, FIELD_TCP_MSS, 0) ? 24 : 20;
	case FRAME_SCTP:
		return 12 + 20; /* with an INIT chunk */
	case FRAME_DCCP:
		return 20; /* a request */
	case FRAME_AH:
		return 24;
	default:
		return 8;
	}
}

static void write_tcp(uint8_t *at, const struct point *p, size_t header)
{
	unsigned mss = field(p, FIELD_TCP_MSS, 0);

	put32(at + 4, 0x01020304);
	put32(at + 8,
	      field(p, FIELD_TCP_FLAGS, 0) & FRAME_ACK ? 0x05060708 : 0);
	at[12] = (uint8_t)(header / 4 << 4);
	at[13] = (uint8_t)field(p, FIELD_TCP_FLAGS, FRAME_SYN);
	put16(at + 14, 64240);
	if (mss) {
		at[20] = 2;
		at[21] = 4;
		put16(at + 22, mss);
	}
}

static void write_sctp(uint8_t *at, size_t len)
{
	at[12] = 1; /* INIT: its tag is 0 */
	put16(at + 14, (unsigned)(len - 12));
	put32(at + 16, 0x11223344);
	put32(at + 20, 65535);
	put16(at + 24, 1);
	put16(at + 26, 1);
	put32(at + 28, 1);
}

static void write_dccp(uint8_t *at)
{
	at[4] = 5; /* words of the header */
	at[8] = 1; /* a request with a long sequence number */
}

static void write_icmp(uint8_t *at, const struct point *p, size_t len,
		       const struct point *quoted)
{
	bool v6 = frame_is_v6(p);
	unsigned type = field(p, FIELD_ICMP_TYPE, v6 ? 128 : 8);

	at[0] = (uint8_t)type;
	at[1] = (uint8_t)field(p, FIELD_ICMP_CODE, 0);
	if (!frame_is_error(v6, type)) {
		put16(at + 4, FRAME_ID);
		put16(at + 6, 1);
	} else if (quoted && len > 8) {
		static struct frame inner;
		struct point copy = *quoted;

		frame_write(&inner, &copy, NULL);
		if (inner.len - FRAME_ETHER < len - 8)
			len = 8 + inner.len - FRAME_ETHER;
		memcpy(at + 8, inner.data + FRAME_ETHER, len - 8);
	}
}

/* The pseudo header's sum, of TCP, UDP and ICMPv6. */
static uint64_t pseudo(const uint8_t *ip, bool v6, unsigned protocol,
		       size_t len)
{
	uint8_t tail[4] = { 0, (uint8_t)protocol, (uint8_t)(len >> 8),
			    (uint8_t)len };
	uint64_t sum =
		v6 ? checksum_add(0, ip + 8, 32) : checksum_add(0, ip + 12, 8);

	return checksum_add(sum, tail, sizeof(tail));
}

static size_t checksum_place(unsigned protocol)
{
	if (protocol == FRAME_TCP)
		return 16;
	if (protocol == FRAME_UDP || protocol == FRAME_DCCP ||
	    protocol == FRAME_UDPLITE)
		return 6;
	return 2;
}

/* Before it answers with ICMP, the kernel checks nearly everything as if it
 * were summed like TCP, IPv4's unknown protocols without the pseudo header
 * (net/netfilter/utils.c nf_ip_checksum(), nf_reject_verify_csum()): so it is
 * summed like that. */
static void write_checksum(const uint8_t *ip, bool v6, unsigned protocol,
			   uint8_t *at, size_t len)
{
	bool has_pseudo = v6 || protocol == FRAME_TCP ||
			  protocol == FRAME_UDP || protocol == FRAME_UDPLITE;
	size_t place = checksum_place(protocol);
	uint64_t sum;

	if (protocol == FRAME_SCTP) {
		uint32_t crc = crc32c(at, len);

		for (int i = 0; i < 4; i++)
			at[8 + i] = (uint8_t)(crc >> 8 * i);
		return;
	}
	if (protocol == FRAME_ESP || protocol == FRAME_AH ||
	    protocol == FRAME_GRE)
		return;

	sum = has_pseudo ? pseudo(ip, v6, protocol, len) : 0;
	sum = checksum_add(sum, at, len);
	put16(at + place, checksum_fold(sum));
	if (protocol == FRAME_UDP && !get16(at + place))
		put16(at + place, 0xffff);
}

static void write_transport(uint8_t *at, const uint8_t *ip, struct point *p,
			    size_t len, const struct point *quoted)
{
	unsigned protocol = field(p, FIELD_PROTO, FRAME_TCP);

	if (frame_has_ports(protocol)) {
		put16(at, field(p, FIELD_SPORT, 0));
		put16(at + 2, field(p, FIELD_DPORT, 0));
	}
	if (protocol == FRAME_TCP)
		write_tcp(at, p, transport_header(p, protocol));
	else if (protocol == FRAME_UDP)
		put16(at + 4, (unsigned)len);
	else if (protocol == FRAME_SCTP)
		write_sctp(at, len);
	else if (protocol == FRAME_DCCP)
		write_dccp(at);
	else if (protocol == FRAME_ICMP || protocol == FRAME_ICMP6)
		write_icmp(at, p, len, quoted);
	else if (protocol == FRAME_ESP)
		put32(at, field(p, FIELD_SPI, 0));
	else if (protocol == FRAME_AH) {
		at[0] = 59;
		at[1] = 4;
		put32(at + 4, field(p, FIELD_SPI, 0));
	}
	write_checksum(ip, frame_is_v6(p), protocol, at, len);
}

static void put_address(uint8_t *at, const struct point *p, enum field f,
			bool v6)
{
	struct address a = field_to_address(p->value[f]);

	memcpy(at, a.bytes + (v6 ? 0 : 12), v6 ? 16 : 4);
}

static void write_v4(uint8_t *ip, const struct point *p, size_t len)
{
	ip[0] = 0x45;
	ip[1] = (uint8_t)field(p, FIELD_TOS, 0);
	put16(ip + 2, (unsigned)len);
	put16(ip + 4, FRAME_ID);
	if (field(p, FIELD_FRAGMENT, 0))
		put16(ip + 6, 100);
	ip[8] = (uint8_t)field(p, FIELD_TTL, 64);
	ip[9] = (uint8_t)field(p, FIELD_PROTO, FRAME_TCP);
	put_address(ip + 12, p, FIELD_SADDR, false);
	put_address(ip + 16, p, FIELD_DADDR, false);
	put16(ip + 10, checksum_fold(checksum_add(0, ip, V4_HEADER)));
}

static void write_v6(uint8_t *ip, const struct point *p, size_t len)
{
	unsigned traffic_class = field(p, FIELD_TOS, 0);
	unsigned protocol = field(p, FIELD_PROTO, FRAME_TCP);

	ip[0] = (uint8_t)(0x60 | traffic_class >> 4);
	ip[1] = (uint8_t)(traffic_class << 4);
	put16(ip + 4, (unsigned)(len - V6_HEADER));
	ip[6] = (uint8_t)protocol;
	ip[7] = (uint8_t)field(p, FIELD_TTL, 64);
	put_address(ip + 8, p, FIELD_SADDR, true);
	put_address(ip + 24, p, FIELD_DADDR, true);
	if (field(p, FIELD_FRAGMENT, 0)) {
		ip[6] = 44;
		ip[V6_HEADER] = (uint8_t)protocol;
		put16(ip + V6_HEADER + 2, 100 << 3);
		put32(ip + V6_HEADER + 4, FRAME_ID);
	}
}

static void write_ether(uint8_t *at, const struct point *p)
{
	uint64_t source = 0x020000000001, target = 0xffffffffffff;

	if (point_has(p, FIELD_MAC_SADDR))
		source = (uint64_t)p->value[FIELD_MAC_SADDR];
	if (point_has(p, FIELD_MAC_DADDR))
		target = (uint64_t)p->value[FIELD_MAC_DADDR];
	for (int i = 0; i < 6; i++) {
		at[i] = (uint8_t)(target >> (40 - 8 * i));
		at[6 + i] = (uint8_t)(source >> (40 - 8 * i));
	}
	put16(at + 12, frame_is_v6(p) ? 0x86dd : 0x0800);
}

void frame_write(struct frame *f, struct point *p, const struct point *quoted)
{
	bool v6 = frame_is_v6(p);
	bool later = field(p, FIELD_FRAGMENT, 0);
	unsigned protocol = field(p, FIELD_PROTO, FRAME_TCP);
	size_t header = !v6     ? V4_HEADER
			: later ? V6_HEADER + V6_FRAGMENT
				: V6_HEADER;
	size_t least = header + (later ? 8 : transport_header(p, protocol));
	size_t len;
	uint8_t *ip = f->data + FRAME_ETHER;

	if (quoted && frame_is_error(v6, field(p, FIELD_ICMP_TYPE, 8)) &&
	    (protocol == FRAME_ICMP || protocol == FRAME_ICMP6))
		least += frame_is_v6(quoted) ? 48 : 40;
	len = field(p, FIELD_LENGTH, (unsigned)least);
	if (len < least || len > FRAME_MAX - FRAME_ETHER)
		len = least;
	point_set(p, FIELD_LENGTH, len);

	memset(f->data, 0, FRAME_ETHER + len);
	write_ether(f->data, p);
	if (v6)
		write_v6(ip, p, len);
	else
		write_v4(ip, p, len);
	if (!later)
		write_transport(ip + header, ip, p, len - header, quoted);
	f->len = FRAME_ETHER + len;
}

void frame_number(struct frame *f, uint32_t seq, uint32_t ack)
{
	uint8_t *ip = f->data + FRAME_ETHER;
	bool v6 = ip[0] >> 4 == 6;
	size_t header = v6 ? V6_HEADER : V4_HEADER;
	uint8_t *at = ip + header;

	put32(at + 4, seq);
	put32(at + 8, ack);
	put16(at + 16, 0);
	write_checksum(ip, v6, FRAME_TCP, at, f->len - FRAME_ETHER - header);
}

static bool read_transport(const uint8_t *at, size_t len, struct point *ret,
			   struct point *ret_quoted)
{
	unsigned protocol = (unsigned)ret->value[FIELD_PROTO];

	if (frame_has_ports(protocol) && len >= 4) {
		point_set(ret, FIELD_SPORT, get16(at));
		point_set(ret, FIELD_DPORT, get16(at + 2));
	}
	if (protocol == FRAME_TCP && len >= 20)
		point_set(ret, FIELD_TCP_FLAGS, at[13]);
	if ((protocol == FRAME_ICMP || protocol == FRAME_ICMP6) && len >= 8) {
		point_set(ret, FIELD_ICMP_TYPE, at[0]);
		point_set(ret, FIELD_ICMP_CODE, at[1]);
		if (ret_quoted && frame_is_error(frame_is_v6(ret), at[0])) {
			uint8_t whole[FRAME_ETHER + 128] = { 0 };
			size_t rest = len - 8;

			if (rest > 128)
				rest = 128;
			put16(whole + 12,
			      get16(at + 8) >> 12 == 6 ? 0x86dd : 0x0800);
			memcpy(whole + FRAME_ETHER, at + 8, rest);
			frame_read(whole, FRAME_ETHER + rest, ret_quoted, NULL);
		}
	}
	return true;
}

static void read_addresses(const uint8_t *at, bool v6, struct point *ret)
{
	struct address source, target;

	source = v6 ? address_v6(at) : address_v4(get32(at));
	target = v6 ? address_v6(at + 16) : address_v4(get32(at + 4));
	point_set(ret, FIELD_SADDR, field_from_address(&source));
	point_set(ret, FIELD_DADDR, field_from_address(&target));
}

bool frame_read(const uint8_t *data, size_t len, struct point *ret,
		struct point *ret_quoted)
{
	const uint8_t *ip = data + FRAME_ETHER;
	size_t header;

	*ret = (struct point){ 0 };
	if (ret_quoted)
		*ret_quoted = (struct point){ 0 };
	if (len < FRAME_ETHER + V4_HEADER)
		return false;

	len -= FRAME_ETHER;
	if (get16(data + 12) == 0x86dd && len >= V6_HEADER) {
		header = V6_HEADER;
		point_set(ret, FIELD_FAMILY, FRAME_IPV6);
		point_set(ret, FIELD_LENGTH, V6_HEADER + get16(ip + 4));
		point_set(ret, FIELD_TTL, ip[7]);
		point_set(ret, FIELD_TOS,
			  (unsigned)(ip[0] << 4 | ip[1] >> 4) & 0xff);
		point_set(ret, FIELD_PROTO, ip[6]);
		if (ip[6] == 0 && len >= V6_HEADER + 8) { /* MLD's alert */
			point_set(ret, FIELD_PROTO, ip[V6_HEADER]);
			header += 8;
		}
		read_addresses(ip + 8, true, ret);
	} else if (get16(data + 12) == 0x0800) {
		header = (size_t)(ip[0] & 0xf) * 4;
		point_set(ret, FIELD_FAMILY, FRAME_IPV4);
		point_set(ret, FIELD_LENGTH, get16(ip + 2));
		point_set(ret, FIELD_TTL, ip[8]);
		point_set(ret, FIELD_TOS, ip[1]);
		point_set(ret, FIELD_PROTO, ip[9]);
		read_addresses(ip + 12, false, ret);
	} else {
		return false;
	}
	return header <= len &&
	       read_transport(ip + header, len - header, ret, ret_quoted);
}
