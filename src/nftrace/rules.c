#include "nftrace/rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { READ_SIZE = 1 << 16, KEPT_SIZE = 1 << 16, ATTRS = 32, PLACE_ROW = 1024 };

struct dump {
	struct record_file *file;
	struct arm *arm;
	char *kept; /* messages to be written */
	size_t kept_size;
	bool clears; /* a rule sets nftrace itself */
	bool failed;
};

static int take_attr(const struct nlattr *attr, void *context)
{
	const struct nlattr **attrs = context;

	if (mnl_attr_get_type(attr) < ATTRS)
		attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void flush(struct dump *d)
{
	/* Room has to be left for what is traced. */
	if (d->file->written > RECORD_FILE_MOST / 2)
		d->kept_size = 0;
	if (d->kept_size &&
	    record_write(d->file, RECORD_RULES, d->kept, d->kept_size))
		d->failed = true;
	d->kept_size = 0;
}

/* Table, chain and handle; what the rule does is not wanted. */
static void keep(struct dump *d, const struct nlmsghdr *h,
		 const struct nlattr **attrs)
{
	static const uint16_t wanted[] = { NFTA_RULE_TABLE, NFTA_RULE_CHAIN,
					   NFTA_RULE_HANDLE };
	const struct nfgenmsg *from = mnl_nlmsg_get_payload(h);
	struct nlmsghdr *to;
	struct nfgenmsg *g;

	if (d->kept_size + 1024 > KEPT_SIZE)
		flush(d);
	to = mnl_nlmsg_put_header(d->kept + d->kept_size);
	to->nlmsg_type = h->nlmsg_type;
	g = mnl_nlmsg_put_extra_header(to, sizeof(*g));
	*g = *from;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		mnl_attr_put(to, wanted[i],
			     mnl_attr_get_payload_len(attrs[wanted[i]]),
			     mnl_attr_get_payload(attrs[wanted[i]]));
	d->kept_size += NLMSG_ALIGN((size_t)to->nlmsg_len);
}

/* meta nftrace set */
static bool sets_nftrace(const struct nlattr *expression)
{
	const struct nlattr *attrs[ATTRS] = { 0 }, *meta[ATTRS] = { 0 };

	(void)mnl_attr_parse_nested(expression, take_attr, attrs);
	if (!attrs[NFTA_EXPR_NAME] || !attrs[NFTA_EXPR_DATA] ||
	    strcmp(mnl_attr_get_str(attrs[NFTA_EXPR_NAME]), "meta"))
		return false;

	(void)mnl_attr_parse_nested(attrs[NFTA_EXPR_DATA], take_attr, meta);
	return meta[NFTA_META_KEY] && meta[NFTA_META_SREG] &&
	       ntohl(mnl_attr_get_u32(meta[NFTA_META_KEY])) == NFT_META_NFTRACE;
}

static int on_expression(const struct nlattr *attr, void *context)
{
	struct dump *d = context;

	d->clears = d->clears || sets_nftrace(attr);
	return MNL_CB_OK;
}

static bool is_other(const struct nlattr *table)
{
	return strncmp(mnl_attr_get_str(table), ARM_PREFIX,
		       sizeof(ARM_PREFIX) - 1) != 0;
}

static int on_rule(const struct nlmsghdr *h, void *context)
{
	struct dump *d = context;
	const struct nlattr *attrs[ATTRS] = { 0 };

	(void)mnl_attr_parse(h, sizeof(struct nfgenmsg), take_attr, attrs);
	if (!attrs[NFTA_RULE_TABLE] || !attrs[NFTA_RULE_CHAIN] ||
	    !attrs[NFTA_RULE_HANDLE] || !is_other(attrs[NFTA_RULE_TABLE]))
		return MNL_CB_OK;

	keep(d, h, attrs);
	if (d->clears || !attrs[NFTA_RULE_EXPRESSIONS])
		return MNL_CB_OK;
	(void)mnl_attr_parse_nested(attrs[NFTA_RULE_EXPRESSIONS], on_expression,
				    d);
	return MNL_CB_OK;
}

/* net/ipv4/netfilter/iptable_*.c: raw, mangle, nat, filter, security */
static const int32_t legacy_priorities[] = { -300, -150, -100, 0, 50, 100 };

enum { LEGACY_COUNT = sizeof(legacy_priorities) / sizeof(int32_t) };

static bool is_legacy(int32_t priority)
{
	for (size_t i = 0; i < LEGACY_COUNT; i++)
		if (legacy_priorities[i] == priority)
			return true;

	return false;
}

static struct arm_place *find_place(struct arm *a, const struct arm_place *p)
{
	for (size_t i = 0; i < a->place_count; i++) {
		struct arm_place *at = &a->places[i];

		if (at->family == p->family && at->hook == p->hook &&
		    at->priority == p->priority)
			return at;
	}

	return NULL;
}

static void add_place(struct arm *a, const struct arm_place *p)
{
	if (!find_place(a, p) && a->place_count < ARM_PLACES)
		a->places[a->place_count++] = *p;
}

/* Whether who is not seen behind this place's only base chain was stopped in it:
 * not where others may be at the same place, nor where an address is translated,
 * which nobody behind knows again. */
static bool is_alone(const struct dump *d, const struct arm_place *p,
		     const char *type)
{
	const bool is_ip = p->family != NFPROTO_BRIDGE;

	if (strcmp(type, "nat") == 0 || p->priority == INT_MAX)
		return false;
	if (is_ip && d->arm->q->has_legacy && is_legacy(p->priority))
		return false;
	return p->priority < NF_IP_PRI_NAT_SRC ||
	       (p->hook != NF_INET_POST_ROUTING && p->hook != NF_INET_LOCAL_IN);
}

static void note_place(struct dump *d, const struct arm_place *p,
		       const struct nlattr **chain, uint8_t family)
{
	char row[PLACE_ROW];
	const char *table = mnl_attr_get_str(chain[NFTA_CHAIN_TABLE]);
	const char *name = mnl_attr_get_str(chain[NFTA_CHAIN_NAME]);
	const uint32_t head[] = {
		(uint32_t)(find_place(d->arm, p) - d->arm->places), family
	};
	int len;

	memcpy(row, head, sizeof(head));
	len = snprintf(row + sizeof(head), sizeof(row) - sizeof(head), "%s%c%s",
		       table, '\0', name);
	if (len > 0 && (size_t)len + sizeof(head) < sizeof(row))
		(void)record_write(d->file, RECORD_PLACE, row,
				   sizeof(head) + (size_t)len + 1);
}

/* A chain of the same priority that is added later comes earlier, so the place
 * of a base chain itself is just before it (nf_hook_entries_grow()). */
static int on_chain(const struct nlmsghdr *h, void *context)
{
	struct dump *d = context;
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(h);
	const struct nlattr *attrs[ATTRS] = { 0 }, *hook[ATTRS] = { 0 };
	struct arm_place p = { .family = g->nfgen_family }, behind;
	uint32_t number;

	(void)mnl_attr_parse(h, sizeof(*g), take_attr, attrs);
	if (!attrs[NFTA_CHAIN_HOOK] || !attrs[NFTA_CHAIN_TABLE] ||
	    !attrs[NFTA_CHAIN_NAME] || !attrs[NFTA_CHAIN_TYPE] ||
	    !is_other(attrs[NFTA_CHAIN_TABLE]))
		return MNL_CB_OK;
	(void)mnl_attr_parse_nested(attrs[NFTA_CHAIN_HOOK], take_attr, hook);
	if (!hook[NFTA_HOOK_HOOKNUM] || !hook[NFTA_HOOK_PRIORITY])
		return MNL_CB_OK;

	if (p.family == NFPROTO_INET)
		p.family = d->arm->is_v4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	/* inet's own ingress is that of a device. */
	number = ntohl(mnl_attr_get_u32(hook[NFTA_HOOK_HOOKNUM]));
	if (number >= NF_INET_NUMHOOKS)
		return MNL_CB_OK;
	p.hook = (uint8_t)number;
	p.priority = (int32_t)ntohl(mnl_attr_get_u32(hook[NFTA_HOOK_PRIORITY]));
	add_place(d->arm, &p);
	if (!is_alone(d, &p, mnl_attr_get_str(attrs[NFTA_CHAIN_TYPE])))
		return MNL_CB_OK;

	behind = p;
	behind.priority++;
	add_place(d->arm, &behind);
	if (find_place(d->arm, &p) && find_place(d->arm, &behind))
		note_place(d, &p, attrs, g->nfgen_family);
	return MNL_CB_OK;
}

static void add_legacy(struct arm *a)
{
	struct arm_place p = { .family =
				       a->is_v4 ? NFPROTO_IPV4 : NFPROTO_IPV6 };

	for (p.hook = 0; p.hook < (uint8_t)NF_INET_NUMHOOKS; p.hook++)
		for (size_t i = 0; i < LEGACY_COUNT; i++) {
			p.priority = legacy_priorities[i];
			add_place(a, &p);
		}
}

static int dump(struct mnl_socket *nl, uint16_t type, mnl_cb_t on_message,
		struct dump *d)
{
	char *buffer = malloc(READ_SIZE);
	struct nlmsghdr *h;
	struct nfgenmsg *g;
	const unsigned sequence = type + 1U;
	int status = -1;

	if (!buffer)
		return -ENOMEM;

	h = mnl_nlmsg_put_header(buffer);
	h->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = sequence;
	g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->nfgen_family = AF_UNSPEC;
	g->version = NFNETLINK_V0;
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) >= 0)
		do {
			ssize_t len =
				mnl_socket_recvfrom(nl, buffer, READ_SIZE);

			status = len < 0 ? -1
					 : mnl_cb_run(buffer, (size_t)len,
						      sequence,
						      mnl_socket_get_portid(nl),
						      on_message, d);
		} while (status > 0);
	free(buffer);
	return status < 0 ? -errno : 0;
}

/* A dump during which the rules were changed says nothing of places. */
static int dump_rules(struct mnl_socket *nl, struct dump *d)
{
	enum { TIMES = 3 };

	for (int i = 0; i < TIMES; i++) {
		int err = dump(nl, NFT_MSG_GETRULE, on_rule, d);

		flush(d);
		if (err != -EINTR)
			return err;
		(void)record_write(d->file, RECORD_RULES, NULL, 0);
	}

	return 0;
}

int rules_note(struct record_file *f, struct arm *a)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct dump d = { .file = f, .arm = a, .kept = calloc(1, KEPT_SIZE) };
	int err = nl && d.kept ? 0 : -ENOMEM;

	if (!err && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (!err)
		err = dump_rules(nl, &d);
	if (!err && d.clears) {
		err = dump(nl, NFT_MSG_GETCHAIN, on_chain, &d);
		if (err == -EINTR)
			err = dump(nl, NFT_MSG_GETCHAIN, on_chain, &d);
		if (a->q->has_legacy)
			add_legacy(a);
	}
	if (nl)
		(void)mnl_socket_close(nl);
	free(d.kept);
	return err == -EINTR ? 0 : err;
}
