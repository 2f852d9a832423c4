#include "host/tc_filter.h"

#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <string.h>

#include "host/filter_code.h"
#include "host/first_packet.h"
#include "host/netlink.h"

/* The first lists of u32 have the table 800:: of their own. */
enum { U32_ROOT_BITS = 20, U32_ROOT = 0x800, U32_TABLE_BITS = 0xfffff };

static bool has_bytes(const struct nlattr *a, size_t len)
{
	return mnl_attr_get_payload_len(a) >= len;
}

static enum tc_action of_verdict(int32_t verdict)
{
	if (verdict == TC_ACT_SHOT)
		return TC_DROP;
	if (verdict == TC_ACT_OK)
		return TC_PASS;
	if (verdict == TC_ACT_PIPE)
		return TC_PIPE;
	if (verdict == TC_ACT_UNSPEC)
		return TC_NEXT;
	if (verdict == TC_ACT_STOLEN || verdict == TC_ACT_REDIRECT)
		return TC_AWAY;

	return TC_MAY;
}

static enum tc_action read_gact(const struct nlattr *options)
{
	enum tc_action action = TC_MAY;
	const struct nlattr *a;
	struct tc_gact g;

	for (struct netlink_walk w = netlink_nest(options);
	     (a = netlink_next(&w)) != NULL;) {
		/* Of so many packets one is treated otherwise. */
		if (mnl_attr_get_type(a) == TCA_GACT_PROB)
			return TC_MAY;
		if (mnl_attr_get_type(a) != TCA_GACT_PARMS ||
		    !has_bytes(a, sizeof(g)))
			continue;
		memcpy(&g, mnl_attr_get_payload(a), sizeof(g));
		action = of_verdict(g.action);
	}

	return action;
}

static enum tc_action read_mirred(const struct nlattr *options)
{
	const struct nlattr *a;
	struct tc_mirred m;

	for (struct netlink_walk w = netlink_nest(options);
	     (a = netlink_next(&w)) != NULL;) {
		if (mnl_attr_get_type(a) != TCA_MIRRED_PARMS ||
		    !has_bytes(a, sizeof(m)))
			continue;
		memcpy(&m, mnl_attr_get_payload(a), sizeof(m));
		if (m.eaction == TCA_EGRESS_REDIR ||
		    m.eaction == TCA_INGRESS_REDIR)
			return TC_AWAY;
		return of_verdict(m.action);
	}

	return TC_MAY;
}

/* One action: what it does, and what it has dropped. */
static enum tc_action read_action(struct tc_filter *f,
				  const struct nlattr *action)
{
	const struct nlattr *kind = NULL, *options = NULL, *a;

	for (struct netlink_walk w = netlink_nest(action);
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == TCA_ACT_KIND &&
		    mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
			kind = a;
		else if (type == TCA_ACT_OPTIONS)
			options = a;
		else if (type == TCA_ACT_STATS)
			f->drops += tc_drops_of(a);
	}
	if (!kind || !options)
		return TC_MAY;
	if (!strcmp(mnl_attr_get_str(kind), "gact"))
		return read_gact(options);
	if (!strcmp(mnl_attr_get_str(kind), "mirred"))
		return read_mirred(options);

	/* A limit (police), or a change to the packet. */
	return TC_MAY;
}

/* The actions one after the other, until one decides; without any it passes. */
static void read_actions(struct tc_filter *f, const struct nlattr *list)
{
	enum tc_action whole = TC_PIPE;
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(list);
	     (a = netlink_next(&w)) != NULL;) {
		enum tc_action one = read_action(f, a);

		if (whole == TC_PIPE)
			whole = one;
	}
	f->action = whole == TC_PIPE ? TC_PASS : whole;
}

static struct tc_key *new_key(struct tc_filter *f, enum tc_base base,
			      uint16_t at, uint16_t len)
{
	struct tc_key *k = &f->keys[f->key_count];

	if (f->key_count == TC_KEYS || len > TC_KEY_BYTES) {
		f->is_unsure = true;
		return NULL;
	}
	f->key_count++;
	*k = (struct tc_key){ .base = base, .at = at, .len = len };
	memset(k->mask, 0xff, len);
	return k;
}

/*
 * u32: words of the packet, compared under a mask, counted from the IP header.
 */
static void read_selector(struct tc_filter *f, const struct nlattr *a)
{
	struct tc_u32_sel s;
	const char *at = mnl_attr_get_payload(a);

	if (!has_bytes(a, sizeof(s))) {
		f->is_unsure = true;
		return;
	}

	memcpy(&s, at, sizeof(s));
	if (!has_bytes(a, sizeof(s) + s.nkeys * sizeof(struct tc_u32_key)) ||
	    s.flags & ~TC_U32_TERMINAL)
		f->is_unsure = true;
	for (unsigned i = 0; i < s.nkeys && !f->is_unsure; i++) {
		struct tc_u32_key one;
		struct tc_key *k;

		memcpy(&one, at + sizeof(s) + i * sizeof(one), sizeof(one));
		if (one.offmask || one.off < -14 || one.off > 1500) {
			f->is_unsure = true;
			break;
		}
		k = new_key(f, TC_BASE_FRAME, (uint16_t)(ETH_HLEN + one.off),
			    4);
		if (!k)
			break;
		memcpy(k->value, &one.val, 4);
		memcpy(k->mask, &one.mask, 4);
	}
}

static void read_u32(struct tc_filter *f, const struct nlattr *options)
{
	const struct nlattr *a;

	/* A table of filters, or one that is reached from another. */
	f->is_container = true;
	f->is_unsure =
		(f->handle >> U32_ROOT_BITS & U32_TABLE_BITS) != U32_ROOT;
	for (struct netlink_walk w = netlink_nest(options);
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == TCA_U32_SEL) {
			f->is_container = false;
			read_selector(f, a);
		} else if (type == TCA_U32_ACT) {
			read_actions(f, a);
		} else if (type == TCA_U32_LINK || type == TCA_U32_INDEV ||
			   type == TCA_U32_MARK || type == TCA_U32_POLICE) {
			f->is_unsure = true;
		}
	}
}

/*
 * flower: fields by their names.
 */
enum { FLOWER_V4 = 1, FLOWER_V6 = 2, FLOWER_BOTH = 3 };

static const struct flower_field {
	uint16_t type, mask; /* TCA_FLOWER_KEY_*; 0: no mask */
	uint16_t at, len;
	enum tc_base base;
	unsigned families;
} flower_fields[] = {
	{ TCA_FLOWER_KEY_ETH_TYPE, 0, 12, 2, TC_BASE_FRAME, FLOWER_BOTH },
	{ TCA_FLOWER_KEY_IP_PROTO, 0, 9, 1, TC_BASE_NETWORK, FLOWER_V4 },
	{ TCA_FLOWER_KEY_IP_PROTO, 0, 6, 1, TC_BASE_NETWORK, FLOWER_V6 },
	{ TCA_FLOWER_KEY_IPV4_SRC, TCA_FLOWER_KEY_IPV4_SRC_MASK, 12, 4,
	  TC_BASE_NETWORK, FLOWER_V4 },
	{ TCA_FLOWER_KEY_IPV4_DST, TCA_FLOWER_KEY_IPV4_DST_MASK, 16, 4,
	  TC_BASE_NETWORK, FLOWER_V4 },
	{ TCA_FLOWER_KEY_IPV6_SRC, TCA_FLOWER_KEY_IPV6_SRC_MASK, 8, 16,
	  TC_BASE_NETWORK, FLOWER_V6 },
	{ TCA_FLOWER_KEY_IPV6_DST, TCA_FLOWER_KEY_IPV6_DST_MASK, 24, 16,
	  TC_BASE_NETWORK, FLOWER_V6 },
	{ TCA_FLOWER_KEY_TCP_SRC, TCA_FLOWER_KEY_TCP_SRC_MASK, 0, 2,
	  TC_BASE_TRANSPORT, FLOWER_BOTH },
	{ TCA_FLOWER_KEY_TCP_DST, TCA_FLOWER_KEY_TCP_DST_MASK, 2, 2,
	  TC_BASE_TRANSPORT, FLOWER_BOTH },
	{ TCA_FLOWER_KEY_UDP_SRC, TCA_FLOWER_KEY_UDP_SRC_MASK, 0, 2,
	  TC_BASE_TRANSPORT, FLOWER_BOTH },
	{ TCA_FLOWER_KEY_UDP_DST, TCA_FLOWER_KEY_UDP_DST_MASK, 2, 2,
	  TC_BASE_TRANSPORT, FLOWER_BOTH },
};

enum { FLOWER_FIELDS = sizeof(flower_fields) / sizeof(*flower_fields) };

static bool is_flower_note(uint16_t type)
{
	return type == TCA_FLOWER_CLASSID || type == TCA_FLOWER_FLAGS ||
	       type == TCA_FLOWER_IN_HW_COUNT || type == TCA_FLOWER_ACT;
}

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == type)
			return a;

	return NULL;
}

/* Whether the field of that attribute is one of these. */
static bool read_field(struct tc_filter *f, const struct nlattr *options,
		       const struct nlattr *a)
{
	unsigned family = f->protocol == ETH_P_IPV6 ? FLOWER_V6 : FLOWER_V4;
	uint16_t type = mnl_attr_get_type(a);

	for (size_t i = 0; i < FLOWER_FIELDS; i++) {
		const struct flower_field *one = &flower_fields[i];
		const struct nlattr *mask;
		struct tc_key *k;

		if (one->mask && one->mask == type)
			return true;
		if (one->type != type || !(one->families & family))
			continue;
		k = new_key(f, one->base, one->at, one->len);
		if (!k || !has_bytes(a, one->len))
			return false;
		memcpy(k->value, mnl_attr_get_payload(a), one->len);
		mask = one->mask ? find(options, one->mask) : NULL;
		if (mask && has_bytes(mask, one->len))
			memcpy(k->mask, mnl_attr_get_payload(mask), one->len);
		return true;
	}

	return false;
}

static void read_flower(struct tc_filter *f, const struct nlattr *options)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(options);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == TCA_FLOWER_ACT)
			read_actions(f, a);
		else if (!is_flower_note(mnl_attr_get_type(a)) &&
			 !read_field(f, options, a))
			f->is_unsure = true;
}

static void read_matchall(struct tc_filter *f, const struct nlattr *options)
{
	const struct nlattr *a = find(options, TCA_MATCHALL_ACT);

	if (a)
		read_actions(f, a);
}

/*
 * bpf: a program, classic or not.
 */
static void read_code(struct arena *arena, struct tc_filter *f,
		      const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);
	struct sock_filter *code = arena_alloc(arena, len + 1);

	if (!code)
		return;

	memcpy(code, mnl_attr_get_payload(a), len);
	f->code = code;
	f->code_count = len / sizeof(*code);
}

static void read_program(struct arena *arena, struct tc_filter *f,
			 const struct nlattr *options)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(options);
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);
		bool is_word = has_bytes(a, sizeof(uint32_t));

		if (type == TCA_BPF_ACT)
			read_actions(f, a);
		else if (type == TCA_BPF_OPS)
			read_code(arena, f, a);
		else if (type == TCA_BPF_ID && is_word)
			f->program = mnl_attr_get_u32(a);
		else if (type == TCA_BPF_FLAGS && is_word)
			f->is_direct =
				mnl_attr_get_u32(a) & TCA_BPF_FLAG_ACT_DIRECT;
		else if (type == TCA_BPF_NAME &&
			 mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
			memcpy(f->name, mnl_attr_get_str(a),
			       strnlen(mnl_attr_get_str(a), TC_NAME - 1));
	}
}

void tc_filter_read(struct arena *arena, struct tc_filter *f,
		    const struct nlattr *options)
{
	f->action = TC_PASS;
	if (!options || f->chain) {
		/* Other chains are gone to from the first. */
		f->is_container = true;
	} else if (!strcmp(f->kind, "u32")) {
		read_u32(f, options);
	} else if (!strcmp(f->kind, "flower")) {
		read_flower(f, options);
	} else if (!strcmp(f->kind, "matchall")) {
		read_matchall(f, options);
	} else if (!strcmp(f->kind, "bpf")) {
		read_program(arena, f, options);
	} else {
		f->is_unsure = true;
		f->action = TC_MAY;
	}
}

/* 1: they are equal; 0: they are not; -1: that is not known. */
static int compare(const struct tc_key *k, const struct first_packet *p)
{
	size_t from = k->at;
	int equal = 1;

	if (k->base != TC_BASE_FRAME)
		from += k->base == TC_BASE_NETWORK ? p->network : p->transport;
	for (size_t i = 0; i < k->len; i++) {
		size_t at = from + i;
		uint8_t known = at < p->len ? p->known[at] : 0;
		uint8_t byte = at < p->len ? p->bytes[at] : 0;

		if ((byte ^ k->value[i]) & k->mask[i] & known)
			return 0;
		if (k->mask[i] & ~known)
			equal = -1;
	}

	return equal;
}

static int matches(const struct tc_filter *f, const struct first_packet *p)
{
	int whole = f->is_unsure ? -1 : 1;

	for (size_t i = 0; i < f->key_count; i++) {
		int one = compare(&f->keys[i], p);

		if (!one)
			return 0;
		if (one < 0)
			whole = -1;
	}

	return whole;
}

static uint16_t type_of(const struct first_packet *p)
{
	return (uint16_t)(p->bytes[12] << 8 | p->bytes[13]);
}

/* What it does where it matches, which is not known. */
static enum tc_action perhaps(enum tc_action action)
{
	if (action == TC_PASS || action == TC_MAY_PASS)
		return TC_MAY_PASS;

	return action == TC_NEXT ? TC_NEXT : TC_MAY;
}

static enum tc_action of_program(uint32_t said)
{
	enum tc_action action = of_verdict((int32_t)said);

	/* What a program may not say counts as nothing said. */
	return action == TC_PIPE || said > TC_ACT_VALUE_MAX ? TC_NEXT : action;
}

static enum tc_action judge_code(const struct tc_filter *f,
				 const struct first_packet *p)
{
	const struct filter_code_packet packet = { p->bytes, p->known, p->len,
						   p->network, type_of(p) };
	uint32_t said;

	if (!f->code ||
	    !filter_code_run(f->code, f->code_count, &packet, &said))
		return f->is_direct ? TC_MAY : perhaps(f->action);
	if (f->is_direct)
		return of_program(said);

	return said ? f->action : TC_NEXT;
}

enum tc_action tc_filter_judge(const struct tc_filter *f,
			       const struct first_packet *p)
{
	int match;

	if (f->is_container ||
	    (f->protocol != ETH_P_ALL && f->protocol != type_of(p)))
		return TC_NEXT;
	if (!strcmp(f->kind, "bpf"))
		return judge_code(f, p);

	match = matches(f, p);
	if (match < 0)
		return perhaps(f->action);

	return match ? f->action : TC_NEXT;
}

enum tc_action tc_judge(const struct tc *t, uint32_t device, enum tc_side side,
			const struct first_packet *p,
			const struct tc_filter **ret)
{
	bool is_unsure = t->is_partial;
	uint32_t passed = 0; /* the place that let it pass */

	*ret = NULL;
	for (const struct tc_filter *f = t->filters; f; f = f->next) {
		enum tc_action one;

		if (f->device != device || f->side != side ||
		    (passed && f->parent == passed))
			continue;
		one = tc_filter_judge(f, p);
		if (one == TC_PASS)
			passed = f->parent;
		is_unsure = is_unsure || one == TC_MAY_PASS;
		if (one == TC_NEXT || one == TC_PASS || one == TC_MAY_PASS)
			continue;
		*ret = f;
		return is_unsure && one == TC_DROP ? TC_MAY : one;
	}

	return t->is_partial ? TC_MAY : TC_PASS;
}
