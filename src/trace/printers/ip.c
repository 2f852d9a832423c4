#include "trace/printers/layers.h"

/* RFC 791, as tcpdump 4.99.3 tells it. */
enum {
	IP_HEAD = 20,
	IP_MORE_FRAGMENTS = 0x2000,
	IP_OFFSET = 0x1fff,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_DCCP = 33,
	PROTOCOL_SCTP = 132,
};

void layers_address(struct line *l, const struct layers_ip *ip,
		    const uint8_t *address)
{
	if (ip->is_v6)
		line_address6(l, address);
	else
		line_address4(l, address);
}

void layers_addresses(struct line *l, const struct layers_ip *ip,
		      const char *after)
{
	layers_address(l, ip, ip->src);
	text_str(l->out, " > ");
	layers_address(l, ip, ip->dst);
	text_str(l->out, after);
}

static bool print_wrong_version(struct line *l, unsigned version)
{
	if (version == 6)
		text_str(l->out, "IP6, wrong link-layer encapsulation");
	else
		text_format(l->out, "IP%u", version);
	text_str(l->out, " (invalid)");
	return true;
}

/* The transport header is not in here: the protocol's name stands for it. */
static bool print_later_fragment(struct line *l, const struct layers_ip *ip)
{
	const char *name = NULL;

	layers_addresses(l, ip, ": ");
	if (!l->options->numeric)
		name = ip_payload_name(ip->protocol);
	if (name) {
		text_str(l->out, name);
		return true;
	}

	text_str(l->out, "ip-proto-");
	text_u64(l->out, ip->protocol);
	return true;
}

/* Those that do not print the addresses themselves. */
static bool needs_addresses(uint8_t protocol)
{
	return protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP &&
	       protocol != PROTOCOL_SCTP && protocol != PROTOCOL_DCCP;
}

/* c begins with the header; len is what the header says that there is. */
static bool print_datagram(struct line *l, struct cursor c, const uint8_t *head,
			   uint32_t len)
{
	uint32_t head_len = (head[0] & 0xfU) * 4;
	uint16_t fragment = layers_be16(head + 6);
	struct layers_ip ip = {
		.src = head + 12,
		.dst = head + 16,
		.protocol = head[9],
	};

	c = layers_within(c, len);
	if (fragment & IP_OFFSET)
		return print_later_fragment(l, &ip);

	if (needs_addresses(ip.protocol))
		layers_addresses(l, &ip, ": ");
	if (cursor_left(&c) < head_len) {
		text_format(l->out,
			    " [remaining caplen(%zu) < header length(%u)]",
			    cursor_left(&c), head_len);
		return false;
	}

	cursor_skip(&c, head_len);
	return ip_payload_print(l, c, len - head_len, &ip, ip.protocol,
				fragment & IP_MORE_FRAGMENTS);
}

static bool print_bad_number(struct line *l, const char *what, uint32_t number)
{
	text_str(l->out, what);
	text_u64(l->out, number);
	return true;
}

bool ip_print(struct line *l, struct cursor c, uint32_t length)
{
	struct cursor rest = c;
	const uint8_t *head;
	uint32_t head_len, len;

	l->protocol = "ip";
	if (!cursor_left(&c))
		return false;
	if (l->ip_depth++ == LAYERS_MOST)
		return layers_beyond(l, "ip");
	if (cursor_peek(&c) >> 4 != 4)
		return print_wrong_version(l, cursor_peek(&c) >> 4);

	text_str(l->out, "IP ");
	head = cursor_bytes(&rest, IP_HEAD);
	if (!head)
		return false;
	if (length < IP_HEAD)
		return print_bad_number(l, "truncated-ip ", length);

	head_len = (head[0] & 0xfU) * 4;
	if (head_len < IP_HEAD)
		return print_bad_number(l, "bad-hlen ", head_len);

	len = layers_be16(head + 2);
	if (length < len) {
		text_str(l->out, "truncated-ip - ");
		text_u64(l->out, len - length);
		text_str(l->out, " bytes missing! ");
	}
	if (len < head_len)
		return print_bad_number(l, "bad-len ", len);

	return print_datagram(l, c, head, len);
}
