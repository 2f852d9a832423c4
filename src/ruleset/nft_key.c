#include "ruleset/nft_key.h"

#include <string.h>

#include "base/arena.h"

/* Questions that no table knows by their whole words: by their beginning. What
 * none of these begins is not nft's, or is new. */
static const struct nft_key opaque[] = {
	{ .words = "@", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "tcp option ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 6,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "tcp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 6,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "udp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 17,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "udplite ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 136,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "sctp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 132,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "dccp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 33,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "icmp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 1,
	  .family = 4,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "icmpv6 ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 58,
	  .family = 6,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "igmp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 2,
	  .family = 4,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "ah ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 51,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "esp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 50,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "comp ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .protocol = 108,
	  .needs = NFT_NEEDS_TRANSPORT },
	{ .words = "th ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "ip ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .family = 4 },
	{ .words = "ip6 ",
	  .field = FIELD_COUNT,
	  .doubt = DOUBT_PAYLOAD,
	  .family = 6 },
	{ .words = "ether ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "vlan ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "arp ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "gre ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "exthdr ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "hbh ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "frag ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "dst ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "mh ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "rt0 ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "rt2 ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "srh ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "osf ", .field = FIELD_COUNT, .doubt = DOUBT_PAYLOAD },
	{ .words = "rt ", .field = FIELD_COUNT, .doubt = DOUBT_HOST },
	{ .words = "fib ", .field = FIELD_COUNT, .doubt = DOUBT_HOST },
	{ .words = "socket ", .field = FIELD_COUNT, .doubt = DOUBT_HOST },
	{ .words = "ipsec ", .field = FIELD_COUNT, .doubt = DOUBT_HOST },
	{ .words = "numgen ", .field = FIELD_COUNT, .doubt = DOUBT_RANDOM },
	{ .words = "jhash ", .field = FIELD_COUNT, .doubt = DOUBT_RANDOM },
	{ .words = "symhash ", .field = FIELD_COUNT, .doubt = DOUBT_RANDOM },
	{ .words = "symhash", .field = FIELD_COUNT, .doubt = DOUBT_RANDOM },
	{ .words = "", .field = FIELD_COUNT, .doubt = DOUBT_MATCH },
};

const struct nft_key *nft_key_of(const char *words)
{
	const struct nft_key *k = match_key(words, strlen(words));

	for (size_t i = 0; !k; i++)
		if (strncmp(opaque[i].words, words, strlen(opaque[i].words)) ==
		    0)
			k = &opaque[i];

	return k;
}

/* A set's types, and the question whose values they are. */
static const char *const types[][2] = {
	{ "ipv4_addr", "ip saddr" },
	{ "ipv6_addr", "ip6 saddr" },
	{ "inet_service", "th dport" },
	{ "inet_proto", "meta l4proto" },
	{ "ether_addr", "ether saddr" },
	{ "ifname", "meta iifname" },
	{ "iface_index", "meta iif" },
	{ "mark", "meta mark" },
	{ "icmp_type", "icmp type" },
	{ "icmpv6_type", "icmpv6 type" },
	{ "icmp_code", "icmp code" },
	{ "icmpv6_code", "icmpv6 code" },
	{ "ct_state", "ct state" },
	{ "ct_dir", "ct direction" },
	{ "pkt_type", "meta pkttype" },
	{ "uid", "meta skuid" },
	{ "gid", "meta skgid" },
	{ "nf_proto", "meta nfproto" },
	{ "ether_type", "meta protocol" },
	{ "dscp", "ip dscp" },
	{ "ecn", "ip ecn" },
	{ "tcp_flag", "tcp flags" },
	{ "fib_addrtype", "fib daddr type" },
};

const struct nft_key *nft_key_of_type(const char *word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i][0], word) == 0)
			return nft_key_of(types[i][1]);

	return NULL;
}

bool nft_key_is_known(const struct nft_key *k)
{
	return k->field != FIELD_COUNT;
}

struct nft_question nft_key_question(const struct nft_key *k)
{
	u128 all = nft_key_is_known(k) ? field_last(k->field) : ~(u128)0;

	/* The kernel's bits: more than our numbers of states. */
	if (k->field == FIELD_CT_STATE)
		all = 0xff;
	return (struct nft_question){ .key = k,
				      .and = k->mask ? k->mask : all,
				      .shift = k->shift };
}

/* IPv4 addresses are ::ffff:0:0/96 in their field; masks of them have the same
 * above, which must stay out of it. */
static bool is_v4(const struct nft_question *q, u128 number)
{
	return q->key->type == VALUE_ADDRESS && number >> 32 == 0xffff;
}

static u128 low_bits(const struct nft_question *q, u128 number)
{
	return is_v4(q, number) ? number & 0xffffffff : number;
}

bool nft_key_and(struct nft_question *q, u128 number)
{
	if (is_v4(q, number))
		number |= ~(u128)0xffffffff;
	q->and &= number << q->shift;
	q->xor &= number << q->shift;
	q->is_changed = true;
	return true;
}

bool nft_key_or(struct nft_question *q, u128 number)
{
	number = low_bits(q, number);
	q->and &= ~(number << q->shift);
	q->xor = (q->xor &~(number << q->shift)) | number << q->shift;
	q->is_changed = true;
	return true;
}

bool nft_key_xor(struct nft_question *q, u128 number)
{
	number = low_bits(q, number);
	q->xor ^= number << q->shift;
	q->is_changed = true;
	return true;
}

bool nft_key_left(struct nft_question *q, unsigned bits)
{
	u128 kept;

	if (bits > q->shift || bits > 127)
		return false;

	/* What the earlier shift threw away stays away. */
	kept = ~(((u128)1 << q->shift) - 1);
	q->and &= kept;
	q->xor &= kept;
	q->shift -= bits;
	q->is_changed = true;
	return true;
}

bool nft_key_right(struct nft_question *q, unsigned bits)
{
	if (q->shift + bits > 127)
		return false;

	q->shift += bits;
	q->is_changed = true;
	return true;
}

u128 nft_key_last(const struct nft_question *q)
{
	return (q->and | q->xor) >> q->shift;
}

/* enum ip_conntrack_info's bits, NF_CT_STATE_BIT and its like, as nft has them
 * (include/uapi/linux/netfilter/nf_conntrack_common.h). */
static u128 kernel_value(enum field f, u128 x)
{
	static const uint8_t states[CT_STATE_COUNT] = {
		[CT_INVALID] = 1, [CT_ESTABLISHED] = 2, [CT_RELATED] = 4,
		[CT_NEW] = 8,     [CT_UNTRACKED] = 64,
	};

	return f == FIELD_CT_STATE ? states[x] : x;
}

enum { SMALL_BITS = 8 };

/* The x of a field so small that each can be tried: y is in wanted, or, without
 * wanted, has one of the bits. */
static const struct ranges *try_all(struct arena *a,
				    const struct nft_question *q,
				    const struct ranges *wanted, u128 bits)
{
	struct range list[1 << SMALL_BITS];
	enum field f = q->key->field;
	u128 last = f == FIELD_CT_STATE ? CT_STATE_COUNT - 1 : field_last(f);
	size_t count = 0;

	for (u128 x = 0; x <= last; x++) {
		u128 y = ((kernel_value(f, x) & q->and) ^ q->xor) >> q->shift;

		if (wanted ? ranges_has(wanted, y) : (y & bits) != 0)
			list[count++] = (struct range){ x, x };
	}

	return ranges_of(a, list, count);
}

bool nft_key_is_small(const struct nft_key *k)
{
	return field_info[k->field].bits <= SMALL_BITS;
}

const struct ranges *nft_key_ranges(struct arena *a,
				    const struct nft_question *q,
				    const struct ranges *wanted, u128 *ret_mask)
{
	u128 all = field_last(q->key->field);
	const struct ranges *moved, *plain;
	struct ranges *r;

	*ret_mask = ~(u128)0;
	if (!wanted)
		return NULL;
	if (nft_key_is_small(q->key))
		return try_all(a, q, wanted, 0);
	if (q->and == all && !q->xor &&!q->shift)
		return wanted;

	/* y << shift, with all that the shift would throw away. */
	r = arena_alloc(a, sizeof(*r) + wanted->count * sizeof(r->range[0]));
	if (!r)
		return NULL;
	for (size_t i = 0; i < wanted->count; i++) {
		u128 first = wanted->range[i].first;
		u128 last = wanted->range[i].last;

		if (last > all >> q->shift)
			last = all >> q->shift;
		if (first > last)
			continue;
		if (q->xor &&(first != last || q->shift)) {
			*ret_mask = 0;
			return NULL;
		}
		first = (first << q->shift) ^ q->xor ;
		last = (last << q->shift | (((u128)1 << q->shift) - 1)) ^ q->xor
			;
		r->range[r->count++] = (struct range){ first, last };
	}
	moved = ranges_of(a, r->range, r->count);
	if (!moved || q->and == all)
		return moved;

	/* A mask that is a prefix needs none. */
	plain = ranges_masked(a, moved, q->and, field_info[q->key->field].bits,
			      moved->count);
	if (plain)
		return plain;
	*ret_mask = q->and;
	return moved;
}

const struct ranges *nft_key_bits(struct arena *a, const struct nft_question *q,
				  u128 bits, u128 *ret_mask, bool *ret_inverted)
{
	*ret_mask = ~(u128)0;
	*ret_inverted = false;
	if (nft_key_is_small(q->key))
		return try_all(a, q, NULL, bits);

	if (q->xor) {
		*ret_mask = 0;
		return NULL;
	}
	*ret_inverted = true;
	*ret_mask = q->and &(bits << q->shift);
	if (!*ret_mask) {
		/* No bit can be set: nothing is in "no ranges". */
		*ret_inverted = false;
		*ret_mask = ~(u128)0;
		return ranges_none(a);
	}
	return ranges_one(a, 0, 0);
}
