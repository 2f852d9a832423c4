#include "nftrace/arm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "nftrace/arm_rule.h"

/* Headers of before 5.12 do not have it. */
enum { FLAG_OWNER = 0x2 };

enum {
	BATCH_SIZE = 512 << 10,
	MESSAGES = 1024,
	SET_ID = 1,
	SET_SIZE = 64,
	SET_TIMEOUT = 4000, /* ms */
	SWEEP_MOST = 8,
};

/* What may be left out, and what may not. */
enum part { PART_MAIN, PART_BRIDGE, PART_INGRESS };

struct batch {
	struct mnl_nlmsg_batch *b;
	uint32_t sequence;
	enum part part;
	uint8_t parts[MESSAGES];
	uint16_t flags;
	struct nlmsghdr *last;
	bool failed;
};

static struct nlmsghdr *message(struct batch *b, uint16_t type, uint8_t family,
				uint16_t flags)
{
	b->last = nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(b->b), type,
					family, flags, b->sequence);
	if (b->sequence < MESSAGES)
		b->parts[b->sequence] = (uint8_t)b->part;
	b->sequence++;
	return b->last;
}

static void next(struct batch *b)
{
	if (!mnl_nlmsg_batch_next(b->b) || b->sequence >= MESSAGES)
		b->failed = true;
}

static void add_table(struct batch *b, const struct arm *a, uint8_t family)
{
	struct nftnl_table *t = nftnl_table_alloc();

	if (!t) {
		b->failed = true;
		return;
	}

	(void)nftnl_table_set_str(t, NFTNL_TABLE_NAME, a->name);
	nftnl_table_set_u32(t, NFTNL_TABLE_FLAGS, a->is_plain ? 0 : FLAG_OWNER);
	nftnl_table_nlmsg_build_payload(
		message(b, NFT_MSG_NEWTABLE, family, NLM_F_CREATE | NLM_F_EXCL),
		t);
	next(b);
	nftnl_table_free(t);
}

/* Whom the client's end was: a set that rules fill, so that answers are known
 * again where the server's end has been translated. */
static void add_set(struct batch *b, const struct arm *a, uint8_t family)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (!s) {
		b->failed = true;
		return;
	}

	(void)nftnl_set_set_str(s, NFTNL_SET_TABLE, a->name);
	(void)nftnl_set_set_str(s, NFTNL_SET_NAME, ARM_RULE_SET);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, family);
	nftnl_set_set_u32(s, NFTNL_SET_ID, SET_ID);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_EVAL | NFT_SET_TIMEOUT);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, 0);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, a->is_v4 ? 8 : 20);
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, SET_SIZE);
	nftnl_set_set_u64(s, NFTNL_SET_TIMEOUT, SET_TIMEOUT);
	nftnl_set_nlmsg_build_payload(
		message(b, NFT_MSG_NEWSET, family, NLM_F_CREATE | NLM_F_EXCL),
		s);
	next(b);
	nftnl_set_free(s);
}

struct place {
	uint8_t family;
	const char *name;
	uint32_t hook;
	int32_t priority;
	const char *device; /* of netdev, or NULL */
};

static void add_chain(struct batch *b, const struct arm *a,
		      const struct place *p)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c) {
		b->failed = true;
		return;
	}

	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, a->name);
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, p->name);
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, p->hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, p->priority);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	if (p->device)
		(void)nftnl_chain_set_str(c, NFTNL_CHAIN_DEV, p->device);
	nftnl_chain_nlmsg_build_payload(message(b, NFT_MSG_NEWCHAIN, p->family,
						NLM_F_CREATE | NLM_F_EXCL),
					c);
	next(b);
	nftnl_chain_free(c);
}

static void add_rule(struct batch *b, const struct arm *a,
		     const struct place *p, enum arm_rule_kind kind)
{
	struct nftnl_rule *r = arm_rule(a, p->family, kind);

	if (!r) {
		b->failed = true;
		return;
	}

	(void)nftnl_rule_set_str(r, NFTNL_RULE_TABLE, a->name);
	(void)nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, p->name);
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, p->family);
	nftnl_rule_nlmsg_build_payload(message(b, NFT_MSG_NEWRULE, p->family,
					       NLM_F_CREATE | NLM_F_APPEND),
				       r);
	next(b);
	nftnl_rule_free(r);
}

static void add_place(struct batch *b, const struct arm *a,
		      const struct place *p)
{
	const bool is_main =
		p->family == NFPROTO_IPV4 || p->family == NFPROTO_IPV6;

	add_chain(b, a, p);
	add_rule(b, a, p, ARM_RULE_TO);
	add_rule(b, a, p, ARM_RULE_FROM);
	if (is_main)
		add_rule(b, a, p, ARM_RULE_LEARNT_FROM);
	/* The server's end may be another one by now. */
	if (is_main && strcmp(p->name, "prerouting") != 0 &&
	    strcmp(p->name, "output") != 0)
		add_rule(b, a, p, ARM_RULE_LEARNT_TO);
}

static void add_again(struct batch *b, const struct arm *a, uint8_t family)
{
	for (size_t i = 0; i < a->place_count; i++) {
		char name[32];

		if (a->places[i].family != family)
			continue;
		(void)snprintf(name, sizeof(name), ARM_AGAIN "%zu", i);
		add_place(b, a,
			  &(struct place){ family, name, a->places[i].hook,
					   a->places[i].priority, NULL });
	}
}

/* The raw table and all others come later than the first two places. The rest is
 * for answers to what was masqueraded: only now is it seen whose they are. */
static void add_main(struct batch *b, const struct arm *a)
{
	enum { BEHIND_NAT = -99 }; /* NF_IP_PRI_NAT_DST + 1 */

	static const struct place places[] = {
		{ 0, "prerouting", NF_INET_PRE_ROUTING, INT_MIN, NULL },
		{ 0, "output", NF_INET_LOCAL_OUT, INT_MIN, NULL },
		{ 0, "translated", NF_INET_PRE_ROUTING, BEHIND_NAT, NULL },
		{ 0, "input", NF_INET_LOCAL_IN, INT_MIN, NULL },
		{ 0, "forward", NF_INET_FORWARD, INT_MIN, NULL },
	};
	const uint8_t family = a->is_v4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	b->part = PART_MAIN;
	add_table(b, a, family);
	add_set(b, a, family);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct place p = places[i];

		p.family = family;
		add_place(b, a, &p);
	}
	add_again(b, a, family);
}

static void add_bridge(struct batch *b, const struct arm *a)
{
	/* linux/netfilter_bridge.h: as those of inet. */
	b->part = PART_BRIDGE;
	add_table(b, a, NFPROTO_BRIDGE);
	add_place(b, a,
		  &(struct place){ NFPROTO_BRIDGE, "prerouting",
				   NF_INET_PRE_ROUTING, INT_MIN, NULL });
	add_place(b, a,
		  &(struct place){ NFPROTO_BRIDGE, "output", NF_INET_LOCAL_OUT,
				   INT_MIN, NULL });
	add_again(b, a, NFPROTO_BRIDGE);
}

static void add_ingress(struct batch *b, const struct arm *a)
{
	b->part = PART_INGRESS;
	add_table(b, a, NFPROTO_NETDEV);
	for (size_t i = 0; i < a->q->device_count && i < NFTRACE_DEVICES; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "ingress-%zu", i);
		add_place(b, a,
			  &(struct place){ NFPROTO_NETDEV, name,
					   NF_NETDEV_INGRESS, INT_MIN,
					   a->q->devices[i] });
	}
}

/* The kernel has answered when sendto() returns. 0, or what it refused, and of
 * which part. */
static int answer(struct mnl_socket *nl, const struct batch *b,
		  enum part *refused)
{
	char buffer[1 << 15] __attribute__((aligned(8)));
	int err = 0;
	ssize_t len;

	*refused = PART_MAIN;
	while (!err && (len = recv(mnl_socket_get_fd(nl), buffer,
				   sizeof(buffer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *h = (const void *)buffer;
		int left = (int)len;

		for (; mnl_nlmsg_ok(h, left) && !err;
		     h = mnl_nlmsg_next(h, &left)) {
			const struct nlmsgerr *e;

			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			e = mnl_nlmsg_get_payload(h);
			err = e->error;
			if (err && h->nlmsg_seq < MESSAGES)
				*refused = (enum part)b->parts[h->nlmsg_seq];
		}
	}

	return err;
}

static int transact(struct mnl_socket *nl, struct batch *b, enum part *refused)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	*refused = PART_MAIN;
	if (b->failed)
		return -ENOBUFS;
	if (sendto(mnl_socket_get_fd(nl), mnl_nlmsg_batch_head(b->b),
		   mnl_nlmsg_batch_size(b->b), 0,
		   (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;

	return answer(nl, b, refused);
}

static void begin(struct batch *b)
{
	b->part = PART_MAIN;
	nftnl_batch_begin(mnl_nlmsg_batch_current(b->b), b->sequence++);
	next(b);
}

static int try_make(const struct arm *a, struct mnl_socket *nl,
		    enum part *refused)
{
	char *buffer = malloc((size_t)BATCH_SIZE * 2);
	struct batch b = { .sequence = 1 };
	int err;

	*refused = PART_MAIN;
	if (!buffer)
		return -ENOMEM;
	b.b = mnl_nlmsg_batch_start(buffer, BATCH_SIZE);
	if (!b.b) {
		free(buffer);
		return -ENOMEM;
	}

	begin(&b);
	add_main(&b, a);
	if (a->q->has_bridge && !a->no_bridge)
		add_bridge(&b, a);
	if (a->q->device_count && !a->no_ingress)
		add_ingress(&b, a);
	b.part = PART_MAIN;
	nftnl_batch_end(mnl_nlmsg_batch_current(b.b), b.sequence++);
	next(&b);
	err = transact(nl, &b, refused);
	mnl_nlmsg_batch_stop(b.b);
	free(buffer);
	return err;
}

int arm_make(struct arm *a, struct mnl_socket *nl)
{
	for (;;) {
		enum part refused;
		int err = try_make(a, nl, &refused);

		if (!err || err == -EPERM)
			return err;
		/* Too many base chains for one transaction. */
		if ((err == -EMSGSIZE || err == -ENOBUFS) && a->place_count) {
			a->place_count = 0;
			a->no_places = true;
			continue;
		}
		if (refused == PART_BRIDGE && !a->no_bridge)
			a->no_bridge = true;
		else if (refused == PART_INGRESS && !a->no_ingress)
			a->no_ingress = true;
		else
			return err == -EINVAL ? -EOPNOTSUPP : err;
	}
}

static void delete_one(const struct arm *a, struct mnl_socket *nl,
		       uint8_t family)
{
	char buffer[4096] __attribute__((aligned(8)));
	struct batch b = { .sequence = 1 };
	struct nftnl_table *t = nftnl_table_alloc();
	enum part refused;

	b.b = mnl_nlmsg_batch_start(buffer, sizeof(buffer) / 2);
	if (t && b.b) {
		begin(&b);
		(void)nftnl_table_set_str(t, NFTNL_TABLE_NAME, a->name);
		nftnl_table_nlmsg_build_payload(
			message(&b, NFT_MSG_DELTABLE, family, 0), t);
		next(&b);
		nftnl_batch_end(mnl_nlmsg_batch_current(b.b), b.sequence++);
		next(&b);
		(void)transact(nl, &b, &refused);
	}
	if (b.b)
		mnl_nlmsg_batch_stop(b.b);
	nftnl_table_free(t);
}

void arm_delete(const struct arm *a, struct mnl_socket *nl)
{
	static const uint8_t families[] = { NFPROTO_IPV4, NFPROTO_IPV6,
					    NFPROTO_BRIDGE, NFPROTO_NETDEV };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		delete_one(a, nl, families[i]);
}

/* A plain table says until when it is somebody's. */
#define PLAIN_PREFIX ARM_PREFIX "plain-"

static int64_t since_boot(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

void arm_name(struct arm *a)
{
	enum { GRACE = 3 };

	const long pid = getpid();
	const unsigned long long now = (unsigned long long)clock_now();

	if (a->is_plain)
		(void)snprintf(
			a->name, sizeof(a->name), PLAIN_PREFIX "%lld-%ld-%llx",
			(long long)since_boot() + NFTRACE_SECONDS + GRACE, pid,
			now & 0xffffff);
	else
		(void)snprintf(a->name, sizeof(a->name), ARM_PREFIX "%ld-%llx",
			       pid, now);
}

struct sweep {
	struct arm late[SWEEP_MOST];
	size_t count;
};

static int on_table(const struct nlmsghdr *h, void *context)
{
	const size_t skip = sizeof(PLAIN_PREFIX) - 1;
	struct sweep *s = context;
	struct nftnl_table *t = nftnl_table_alloc();
	const char *name;

	if (!t)
		return MNL_CB_ERROR;
	if (!nftnl_table_nlmsg_parse(h, t) && s->count < SWEEP_MOST) {
		name = nftnl_table_get_str(t, NFTNL_TABLE_NAME);
		if (name && !strncmp(name, PLAIN_PREFIX, skip) &&
		    strtoll(name + skip, NULL, 10) < since_boot())
			(void)snprintf(s->late[s->count++].name, ARM_NAME, "%s",
				       name);
	}
	nftnl_table_free(t);
	return MNL_CB_OK;
}

int arm_sweep(struct mnl_socket *nl)
{
	char buffer[1 << 14] __attribute__((aligned(8)));
	struct nlmsghdr *h = nftnl_nlmsg_build_hdr(buffer, NFT_MSG_GETTABLE,
						   AF_UNSPEC, NLM_F_DUMP, 1);
	struct sweep s = { .count = 0 };
	int status = 1;

	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -errno;
	while (status > 0) {
		ssize_t len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));

		status = len < 0 ? -1
				 : mnl_cb_run(buffer, (size_t)len, 1,
					      mnl_socket_get_portid(nl),
					      on_table, &s);
	}
	if (status < 0)
		return -errno;
	for (size_t i = 0; i < s.count; i++)
		arm_delete(&s.late[i], nl);

	return 0;
}
