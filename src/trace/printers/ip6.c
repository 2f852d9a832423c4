#include "trace/printers/layers.h"

/* RFC 8200, as tcpdump 4.99.3 tells it. */
enum {
	IP6_HEAD = 40,
	NEXT_TCP = 6,
	NEXT_UDP = 17,
	NEXT_DCCP = 33,
	NEXT_SCTP = 132,
};

struct ip6 {
	struct cursor whole; /* from the header on, with all captured bytes */
	struct layers_ip ip;
	struct ip6_ext ext;
	uint32_t length; /* what the layer below says that there is */
	uint32_t left;   /* what the lengths leave behind the headers so far */
};

static void print_missing(struct line *l, uint32_t len, uint32_t length)
{
	if (length >= len)
		return;

	text_str(l->out, "truncated-ip6 - ");
	text_u64(l->out, len - length);
	text_str(l->out, " bytes missing!");
}

/* Those that do not print the addresses themselves. */
static bool needs_addresses(uint8_t next)
{
	return next != NEXT_TCP && next != NEXT_UDP && next != NEXT_SCTP &&
	       next != NEXT_DCCP;
}

/* All extension headers are behind. Only now the length is known for certain,
 * because a jumbogram has it in one of them (RFC 2675). */
static bool print_payload(struct line *l, struct ip6 *ip6)
{
	const struct ip6_ext *ext = &ip6->ext;
	struct cursor c = ext->c;
	uint32_t len = IP6_HEAD;

	if (ext->has_jumbo) {
		len = ext->payload_len + IP6_HEAD;
		if (len < ext->passed)
			return layers_cut(l, "ip6");
		print_missing(l, len, ip6->length);
	} else if (!ext->payload_len && ext->passed > IP6_HEAD) {
		return layers_cut(l, "ip6");
	}

	if (ext->has_jumbo || !ext->payload_len) {
		ip6->left = len - ext->passed;
		c.end = layers_within(ip6->whole, len).end;
	}

	return ip_payload_print(l, c, ip6->left, &ip6->ip, ext->next,
				ext->fragmented);
}

static bool print_headers(struct line *l, struct ip6 *ip6)
{
	for (;;) {
		uint32_t before = ip6->ext.passed;
		enum ip6_ext_answer answer = ip6_ext_print(l, &ip6->ext);

		if (answer == IP6_EXT_NONE)
			return print_payload(l, ip6);
		if (answer != IP6_EXT_NEXT)
			return answer == IP6_EXT_STOP;

		l->protocol = "ip6";
		if (ip6->left < ip6->ext.passed - before)
			return false;
		ip6->left -= ip6->ext.passed - before;
	}
}

static bool print_datagram(struct line *l, struct cursor c, const uint8_t *head,
			   uint32_t length)
{
	uint16_t payload_len = layers_be16(head + 4);
	struct ip6 ip6 = {
		.whole = c,
		.ip = {
			.src = head + 8,
			.dst = head + 24,
			.is_v6 = true,
			.protocol = head[6],
		},
		.ext = {
			.next = head[6],
			.passed = IP6_HEAD,
			.header_len = payload_len,
			.payload_len = payload_len,
		},
		.length = length,
		.left = payload_len ? payload_len : length,
	};

	if (payload_len)
		print_missing(l, payload_len + (uint32_t)IP6_HEAD, length);

	ip6.ext.c = layers_within(c, (size_t)ip6.left + IP6_HEAD);
	cursor_skip(&ip6.ext.c, IP6_HEAD);
	if (needs_addresses(ip6.ext.next))
		layers_addresses(l, &ip6.ip, ": ");
	return print_headers(l, &ip6);
}

bool ip6_print(struct line *l, struct cursor c, uint32_t length)
{
	struct cursor rest = c;
	const uint8_t *head = cursor_bytes(&rest, IP6_HEAD);

	l->protocol = "ip6";
	if (!head)
		return false;
	if (l->ip_depth++ == LAYERS_MOST)
		return layers_beyond(l, "ip6");
	if (length < IP6_HEAD) {
		text_str(l->out, "truncated-ip6 ");
		text_u64(l->out, length);
		return true;
	}

	text_str(l->out, "IP6 ");
	if (head[0] >> 4 != 6) {
		text_str(l->out, "version error: ");
		text_u64(l->out, head[0] >> 4);
		text_str(l->out, " != 6");
		return true;
	}

	return print_datagram(l, c, head, length);
}
