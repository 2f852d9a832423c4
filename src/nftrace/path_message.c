#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <string.h>

#include "base/text.h"
#include "net/frame.h"
#include "net/link.h"
#include "net/packet.h"
#include "nftrace/message.h"
#include "nftrace/path_parts.h"

/* nf_tables.h: bytes of the headers that the kernel sends of a packet. */
enum { NETWORK_MOST = 40, TRANSPORT_MOST = 20 };

bool path_same(const struct path_string *a, const struct path_string *b)
{
	return a->len == b->len && !memcmp(a->s, b->s, a->len);
}

static struct path_string string_of(const struct cursor *value)
{
	const char *s = (const char *)value->pos;
	const size_t most = cursor_left(value);

	return (struct path_string){ most ? s : "",
				     most ? strnlen(s, most) : 0 };
}

void path_head_read(struct path_head *ret, const uint8_t *data, size_t length)
{
	const struct frame f = { .caplen = (uint32_t)length,
				 .len = (uint32_t)length,
				 .link = LINK_RAW,
				 .data = data };
	struct packet p;

	if (!length)
		return;
	packet_clear(&p);
	packet_decode(&p, &f);
	if (!p.version)
		return;

	*ret = (struct path_head){ .from = p.src,
				   .to = p.dst,
				   .from_port = p.sport,
				   .to_port = p.dport,
				   .protocol = p.protocol,
				   .ip_id = p.ip_id,
				   .is_known = true };
	if (p.protocol == PACKET_TCP) {
		ret->seq = p.tcp.seq;
		ret->flags = (uint8_t)p.tcp.flags;
	}
}

/* The two headers side by side are the packet's beginning. */
static void join_headers(struct path_head *ret, const struct cursor *network,
			 const struct cursor *transport)
{
	uint8_t bytes[NETWORK_MOST + TRANSPORT_MOST];
	const size_t n = cursor_left(network), t = cursor_left(transport);

	if (!n || n > NETWORK_MOST || t > TRANSPORT_MOST)
		return;

	memcpy(bytes, network->pos, n);
	if (t)
		memcpy(bytes + n, transport->pos, t);
	path_head_read(ret, bytes, n + t);
}

/* nf_tables.h: enum nft_verdicts below NF_DROP, the byte of linux/netfilter.h
 * otherwise. */
static enum nftrace_verdict verdict_of(uint32_t code)
{
	static const enum nftrace_verdict own[] = {
		[1] = NFTRACE_CONTINUE, [2] = NFTRACE_CONTINUE,
		[3] = NFTRACE_JUMP,     [4] = NFTRACE_JUMP,
		[5] = NFTRACE_RETURN,
	};

	static const enum nftrace_verdict netfilter[] = {
		[NF_DROP] = NFTRACE_DROP,     [NF_ACCEPT] = NFTRACE_ACCEPT,
		[NF_STOLEN] = NFTRACE_STOLEN, [NF_QUEUE] = NFTRACE_QUEUE,
		[NF_REPEAT] = NFTRACE_UNSAID, [NF_STOP] = NFTRACE_ACCEPT,
	};

	const uint32_t below = -code;

	if (below && below < sizeof(own) / sizeof(own[0]))
		return own[below];
	if ((code & NF_VERDICT_MASK) < sizeof(netfilter) / sizeof(netfilter[0]))
		return netfilter[code & NF_VERDICT_MASK];

	return NFTRACE_UNSAID;
}

static enum nftrace_verdict read_verdict(struct cursor value, bool is_big)
{
	enum nftrace_verdict ret = NFTRACE_UNSAID;
	struct message_attr attr;

	while (message_attr_next(&value, is_big, &attr))
		if (attr.type == NFTA_VERDICT_CODE)
			ret = verdict_of(cursor_be32(&attr.value));

	return ret;
}

bool path_nft_event(struct cursor attrs, bool is_big, uint8_t family,
		    struct path_event *ret)
{
	enum { KNOWN = NFTA_TRACE_POLICY + 1 };
	struct cursor at[KNOWN] = { 0 };
	struct message_attr attr;
	uint32_t type;

	while (message_attr_next(&attrs, is_big, &attr))
		if (attr.type < KNOWN)
			at[attr.type] = attr.value;
	*ret = (struct path_event){
		.id = cursor_be32(&at[NFTA_TRACE_ID]),
		.table = string_of(&at[NFTA_TRACE_TABLE]),
		.chain = string_of(&at[NFTA_TRACE_CHAIN]),
		.step = { .engine = NFTRACE_NFT,
			  .family = family,
			  .verdict = NFTRACE_CONTINUE },
	};
	type = cursor_be32(&at[NFTA_TRACE_TYPE]);
	if (cursor_left(&at[NFTA_TRACE_RULE_HANDLE]))
		ret->step.handle = cursor_be64(&at[NFTA_TRACE_RULE_HANDLE]);
	ret->step.is_policy = type == NFT_TRACETYPE_POLICY;
	if (ret->step.is_policy && cursor_left(&at[NFTA_TRACE_POLICY]))
		ret->step.verdict =
			verdict_of(cursor_be32(&at[NFTA_TRACE_POLICY]));
	else if (type == NFT_TRACETYPE_RETURN)
		ret->step.verdict = NFTRACE_RETURN;
	else if (cursor_left(&at[NFTA_TRACE_VERDICT]))
		ret->step.verdict =
			read_verdict(at[NFTA_TRACE_VERDICT], is_big);
	join_headers(&ret->head, &at[NFTA_TRACE_NETWORK_HEADER],
		     &at[NFTA_TRACE_TRANSPORT_HEADER]);

	return cursor_ok(&attrs) && ret->table.len && ret->chain.len;
}

/* The end of a chain is told as a rule without a handle, before its policy. */
bool path_is_nothing(const struct nftrace_step *s)
{
	return !s->handle && !s->is_policy && s->verdict == NFTRACE_CONTINUE;
}

/* ipt_do_table(): "TRACE: filter:INPUT:rule:2 ". A chain's name may have colons
 * of its own. */
static bool read_prefix(struct path_string s, struct path_event *ret)
{
	static const char begin[] = "TRACE: ";
	const size_t skip = sizeof(begin) - 1;
	unsigned number = 0, factor = 1;
	size_t end, colon;
	const char *word;

	while (s.len && s.s[s.len - 1] == ' ')
		s.len--;
	if (s.len <= skip || memcmp(s.s, begin, skip) != 0)
		return false;
	s.s += skip;
	s.len -= skip;

	end = s.len;
	while (end && s.s[end - 1] >= '0' && s.s[end - 1] <= '9' &&
	       factor < 1000000000) {
		number += (unsigned)(s.s[--end] - '0') * factor;
		factor *= 10;
	}
	if (!end || end == s.len || s.s[end - 1] != ':')
		return false;
	word = memrchr(s.s, ':', --end);
	if (!word)
		return false;

	ret->table = (struct path_string){ s.s, 0 };
	while (s.s[ret->table.len] != ':')
		ret->table.len++;
	colon = ret->table.len;
	if (s.s + colon >= word)
		return false;
	ret->chain.s = s.s + colon + 1;
	ret->chain.len = (size_t)(word - ret->chain.s);
	ret->step.number = number;
	ret->step.is_policy = s.s[end - 1] == 'y' && word[1] == 'p';
	if (word[1] == 'r' && word[2] == 'e')
		ret->step.verdict = NFTRACE_RETURN;

	return ret->table.len && ret->chain.len;
}

bool path_legacy_event(struct cursor attrs, bool is_big, uint8_t family,
		       struct path_event *ret)
{
	struct message_attr attr;
	bool is_trace = false;

	*ret = (struct path_event){
		.step = { .engine = NFTRACE_LEGACY,
			  .family = family,
			  .verdict = NFTRACE_UNSAID },
	};
	while (message_attr_next(&attrs, is_big, &attr)) {
		if (attr.type == NFULA_PREFIX)
			is_trace = read_prefix(string_of(&attr.value), ret);
		else if (attr.type == NFULA_PAYLOAD)
			path_head_read(&ret->head, attr.value.pos,
				       cursor_left(&attr.value));
	}

	return is_trace && cursor_ok(&attrs) && ret->head.is_known;
}

bool path_rule_read(struct cursor attrs, bool is_big, uint8_t family,
		    struct path_rule *ret)
{
	struct message_attr attr;

	*ret = (struct path_rule){ .family = family };
	while (message_attr_next(&attrs, is_big, &attr)) {
		if (attr.type == NFTA_RULE_TABLE)
			ret->table = string_of(&attr.value);
		else if (attr.type == NFTA_RULE_CHAIN)
			ret->chain = string_of(&attr.value);
		else if (attr.type == NFTA_RULE_HANDLE)
			ret->handle = cursor_be64(&attr.value);
	}

	return cursor_ok(&attrs) && ret->handle;
}
