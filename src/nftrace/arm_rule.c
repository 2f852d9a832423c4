#include "nftrace/arm_rule.h"

#include <stdio.h> /* libnftnl/expr.h needs it */

#include <arpa/inet.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stddef.h>
#include <string.h>

enum { RATE = 50, BURST = 25 };

struct build {
	struct nftnl_rule *r;
	bool failed;
};

static struct nftnl_expr *expr(struct build *b, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (!e)
		b->failed = true;
	return e;
}

static void compare(struct build *b, const void *data, uint32_t length)
{
	struct nftnl_expr *e = expr(b, "cmp");

	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	(void)nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, length);
	nftnl_rule_add_expr(b->r, e);
}

static void meta(struct build *b, enum nft_meta_keys key, const void *data,
		 uint32_t length)
{
	struct nftnl_expr *e = expr(b, "meta");

	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	nftnl_rule_add_expr(b->r, e);
	compare(b, data, length);
}

static void load(struct build *b, enum nft_payload_bases base, uint32_t offset,
		 uint32_t length, uint32_t to)
{
	struct nftnl_expr *e = expr(b, "payload");

	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, to);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, length);
	nftnl_rule_add_expr(b->r, e);
}

/* RFC 791 3.1, RFC 8200 3 */
static void load_address(struct build *b, bool is_v4, bool is_source)
{
	if (is_v4)
		load(b, NFT_PAYLOAD_NETWORK_HEADER, is_source ? 12 : 16, 4,
		     NFT_REG_1);
	else
		load(b, NFT_PAYLOAD_NETWORK_HEADER, is_source ? 8 : 24, 16,
		     NFT_REG_1);
}

static void match_address(struct build *b, const struct arm *a,
			  const struct address *address, bool is_source)
{
	load_address(b, a->is_v4, is_source);
	if (a->is_v4)
		compare(b, address->bytes + 12, 4);
	else
		compare(b, address->bytes, 16);
}

static void match_port(struct build *b, uint16_t port, bool is_source)
{
	const uint16_t wire = htons(port);

	load(b, NFT_PAYLOAD_TRANSPORT_HEADER, is_source ? 0 : 2, 2, NFT_REG_1);
	compare(b, &wire, sizeof(wire));
}

static void limit(struct build *b)
{
	struct nftnl_expr *e = expr(b, "limit");

	if (!e)
		return;

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, RATE);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, BURST);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_rule_add_expr(b->r, e);
}

static void set_trace(struct build *b)
{
	static const uint8_t one = 1;
	struct nftnl_expr *e = expr(b, "immediate");

	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	(void)nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &one, sizeof(one));
	nftnl_rule_add_expr(b->r, e);
	e = expr(b, "meta");
	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_NFTRACE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
	nftnl_rule_add_expr(b->r, e);
}

/* One end's address and port, side by side, as the set's key. */
static void load_end(struct build *b, bool is_v4, bool is_source)
{
	load_address(b, is_v4, is_source);
	load(b, NFT_PAYLOAD_TRANSPORT_HEADER, is_source ? 0 : 2, 2,
	     is_v4 ? NFT_REG32_01 : NFT_REG32_04);
}

static void remember(struct build *b, bool is_v4)
{
	struct nftnl_expr *e;

	load_end(b, is_v4, true);
	e = expr(b, "dynset");
	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	(void)nftnl_expr_set_str(e, NFTNL_EXPR_DYNSET_SET_NAME, ARM_RULE_SET);
	nftnl_rule_add_expr(b->r, e);
}

static void match_remembered(struct build *b, bool is_v4, bool is_source)
{
	struct nftnl_expr *e;

	load_end(b, is_v4, is_source);
	e = expr(b, "lookup");
	if (!e)
		return;

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	(void)nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, ARM_RULE_SET);
	nftnl_rule_add_expr(b->r, e);
}

static void match_protocol(struct build *b, const struct arm *a, uint8_t family)
{
	const uint16_t type = htons(a->is_v4 ? ETH_P_IP : ETH_P_IPV6);

	if (family == NFPROTO_BRIDGE || family == NFPROTO_NETDEV)
		meta(b, NFT_META_PROTOCOL, &type, sizeof(type));
	meta(b, NFT_META_L4PROTO, &a->q->protocol, 1);
}

static void match_flow(struct build *b, const struct arm *a, bool is_to)
{
	const struct nftrace_request *q = a->q;

	if (q->has_client)
		match_address(b, a, &q->client, is_to);
	if (q->has_server)
		match_address(b, a, &q->server, !is_to);
	if (q->port)
		match_port(b, q->port, !is_to);
}

struct nftnl_rule *arm_rule(const struct arm *a, uint8_t family,
			    enum arm_rule_kind kind)
{
	struct build b = { .r = nftnl_rule_alloc() };

	if (!b.r)
		return NULL;

	match_protocol(&b, a, family);
	if (kind == ARM_RULE_TO || kind == ARM_RULE_FROM)
		match_flow(&b, a, kind == ARM_RULE_TO);
	else
		match_remembered(&b, a->is_v4, kind == ARM_RULE_LEARNT_TO);
	limit(&b);
	set_trace(&b);
	if (kind == ARM_RULE_TO &&
	    (family == NFPROTO_IPV4 || family == NFPROTO_IPV6))
		remember(&b, a->is_v4);
	if (!b.failed)
		return b.r;

	nftnl_rule_free(b.r);
	return NULL;
}
