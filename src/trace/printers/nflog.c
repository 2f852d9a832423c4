#include <string.h>
#include <sys/socket.h>

#include "trace/printers/layers.h"

enum {
	NFLOG_HEAD = 4,
	TLV_HEAD = 4,
	TLV_PAYLOAD = 9,
};

/* A field of a TLV, in the byte order of whoever captured, taken for ours. */
static uint16_t host16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Moves c and length to the packet; false when the bytes end before it. */
static bool find_payload(struct cursor *c, uint32_t *length)
{
	while (*length > 0) {
		struct cursor here = *c;
		const uint8_t *tlv = cursor_bytes(&here, TLV_HEAD);
		uint16_t size;

		if (!tlv)
			return false;

		size = host16(tlv);
		if (size % 4)
			size = (uint16_t)(size + 4 - size % 4);
		if (size < TLV_HEAD || cursor_left(c) < size)
			return false;

		if (host16(tlv + 2) == TLV_PAYLOAD)
			size = TLV_HEAD;
		cursor_skip(c, size);
		*length -= size;
		if (host16(tlv + 2) == TLV_PAYLOAD)
			break;
	}

	return true;
}

static bool print_unknown(struct line *l, struct cursor c, const uint8_t *head,
			  uint32_t length)
{
	text_str(l->out, "version ");
	text_u64(l->out, head[1]);
	text_str(l->out, ", resource ID ");
	text_u64(l->out, layers_be16(head + 2));
	text_str(l->out, ", family Unknown (");
	text_u64(l->out, head[0]);
	text_str(l->out, "), length ");
	text_u64(l->out, length);
	text_str(l->out, ": ");
	dump_ascii(l, c);
	return true;
}

bool nflog_print(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *head = cursor_bytes(&c, NFLOG_HEAD);

	if (!head)
		return layers_cut(l, "nflog");

	l->protocol = "nflog";
	if (head[1] != 0) {
		text_str(l->out, "version ");
		text_u64(l->out, head[1]);
		text_str(l->out, " (unknown)");
		return true;
	}

	length -= NFLOG_HEAD;
	if (!find_payload(&c, &length))
		return false;

	if (head[0] == AF_INET)
		return ip_print(l, c, length);
	if (head[0] == AF_INET6)
		return ip6_print(l, c, length);
	return print_unknown(l, c, head, length + NFLOG_HEAD);
}
