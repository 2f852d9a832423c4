#include "host/ipsec.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"
#include "host/route.h"

enum { FILE_BYTES = 65536, DEMANDS_MOST = 6 };

/* What a policy demands. */
struct demand {
	uint32_t reqid;
	uint8_t protocol, mode;
	bool is_optional;
};

struct policy {
	struct xfrm_userpolicy_info info;
	struct demand demands[DEMANDS_MOST];
	size_t demand_count;
	bool is_unsure; /* it depends on a mark */
	bool is_aside;  /* of an interface of IPsec, or of a socket */
};

/* The best so far: of those that match, the first by priority. */
struct search {
	const struct ipsec_question *question;
	struct policy best;
	bool has_best;
	bool is_unsure; /* one before it may match, too */
	uint32_t unsure_priority;
};

static struct address to_address(const xfrm_address_t *a, uint16_t family)
{
	return netlink_to_address(a, family == AF_INET ? 4 : 16);
}

/* 1, 0, or -1: not known. */
static int port_matches(uint16_t value, uint16_t mask, uint16_t port)
{
	if (!mask)
		return 1;
	if (!port)
		return -1;

	return !((value ^ htons(port)) & mask);
}

static int matches(const struct policy *p, const struct ipsec_question *q)
{
	const struct xfrm_selector *s = &p->info.sel;
	uint16_t family = s->family;
	bool is_v4 = address_is_v4(&q->source);
	struct address source = to_address(&s->saddr, family);
	struct address destination = to_address(&s->daddr, family);
	int ports[2];

	if (family != (is_v4 ? AF_INET : AF_INET6) ||
	    !route_is_prefix(&source, s->prefixlen_s, &q->source) ||
	    !route_is_prefix(&destination, s->prefixlen_d, &q->destination) ||
	    (s->proto && s->proto != q->protocol))
		return 0;

	ports[0] = port_matches(s->sport, s->sport_mask, q->source_port);
	ports[1] = port_matches(s->dport, s->dport_mask, q->destination_port);
	if (!ports[0] || !ports[1])
		return 0;
	if (s->ifindex && q->device && (uint32_t)s->ifindex != q->device)
		return 0;
	if (ports[0] < 0 || ports[1] < 0 || p->is_unsure ||
	    (s->ifindex && !q->device))
		return -1;

	return 1;
}

static void read_demands(struct policy *p, const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);
	const char *at = mnl_attr_get_payload(a);

	for (size_t i = 0; i < DEMANDS_MOST; i++) {
		struct xfrm_user_tmpl t;

		if ((i + 1) * sizeof(t) > len)
			return;
		memcpy(&t, at + i * sizeof(t), sizeof(t));
		p->demands[p->demand_count++] =
			(struct demand){ .reqid = t.reqid,
					 .protocol = t.id.proto,
					 .mode = t.mode,
					 .is_optional = t.optional };
	}
}

static void read_attributes(struct policy *p, const struct nlmsghdr *m)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_attributes(m, sizeof(p->info));
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == XFRMA_TMPL)
			read_demands(p, a);
		else if (type == XFRMA_MARK)
			p->is_unsure = true;
		else if (type == XFRMA_IF_ID)
			p->is_aside = true;
	}
}

static int take_policy(const struct nlmsghdr *m, void *context)
{
	struct search *s = context;
	struct policy p = { 0 };
	int match;

	if (m->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(p.info))
		return 0;

	memcpy(&p.info, mnl_nlmsg_get_payload(m), sizeof(p.info));
	if (p.info.dir != (s->question->direction == IPSEC_IN
				   ? XFRM_POLICY_IN
				   : XFRM_POLICY_OUT))
		return 0;

	read_attributes(&p, m);
	match = p.is_aside ? 0 : matches(&p, s->question);
	if (match < 0 &&
	    (!s->is_unsure || p.info.priority < s->unsure_priority)) {
		s->is_unsure = true;
		s->unsure_priority = p.info.priority;
	}
	if (match > 0 &&
	    (!s->has_best || p.info.priority < s->best.info.priority)) {
		s->has_best = true;
		s->best = p;
	}
	return 0;
}

/*
 * The associations: whether any could fulfil a template.
 */
struct need {
	const struct demand *demand;
	bool has_any;
};

static int take_state(const struct nlmsghdr *m, void *context)
{
	struct need *n = context;
	struct xfrm_usersa_info s;

	if (m->nlmsg_type != XFRM_MSG_NEWSA ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(s))
		return 0;

	memcpy(&s, mnl_nlmsg_get_payload(m), sizeof(s));
	if (s.id.proto == n->demand->protocol && s.mode == n->demand->mode &&
	    (!n->demand->reqid || n->demand->reqid == s.reqid))
		n->has_any = true;
	return 0;
}

static int has_state(struct netlink *n, const struct demand *t, bool *ret)
{
	struct netlink_request room;
	struct need need = { .demand = t };
	int error = netlink_ask(
		n, netlink_request(&room, XFRM_MSG_GETSA, NLM_F_DUMP),
		take_state, &need);

	*ret = need.has_any;
	return error;
}

/* What the policy does to a packet that comes in clear text. */
static int judge_demands(struct netlink *n, const struct policy *p,
			 enum ipsec_direction direction,
			 struct ipsec_answer *ret)
{
	ret->says = IPSEC_PASSES;
	for (size_t i = 0; i < p->demand_count; i++) {
		bool has = true;
		int error;

		if (p->demands[i].is_optional)
			continue;
		ret->says = IPSEC_MAY;
		/* On the way out a daemon is asked to make one. */
		if (direction == IPSEC_OUT)
			return 0;
		error = has_state(n, &p->demands[i], &has);
		if (error)
			return error;
		if (!has) {
			ret->says = IPSEC_DEMANDS;
			return 0;
		}
	}

	return 0;
}

static void put_prefix(struct text *t, const char *name,
		       const xfrm_address_t *a, const struct xfrm_selector *s,
		       unsigned len)
{
	struct address address = to_address(a, s->family);

	text_str(t, name);
	address_text(t, &address);
	text_format(t, "/%u", len);
}

static void put_policy(struct ipsec_answer *ret, const struct policy *p)
{
	const struct xfrm_selector *s = &p->info.sel;
	struct text t = TEXT_NULL;
	size_t len;

	put_prefix(&t, "src ", &s->saddr, s, s->prefixlen_s);
	put_prefix(&t, " dst ", &s->daddr, s, s->prefixlen_d);
	if (s->proto)
		text_format(&t, " proto %u", s->proto);
	if (s->sport_mask)
		text_format(&t, " sport %u", ntohs(s->sport));
	if (s->dport_mask)
		text_format(&t, " dport %u", ntohs(s->dport));
	text_format(&t, " dir %s action %s priority %u",
		    p->info.dir == XFRM_POLICY_IN ? "in" : "out",
		    p->info.action == XFRM_POLICY_BLOCK ? "block" : "allow",
		    p->info.priority);
	for (size_t i = 0; i < p->demand_count; i++)
		text_format(&t, " tmpl proto %s mode %s",
			    p->demands[i].protocol == IPPROTO_ESP  ? "esp"
			    : p->demands[i].protocol == IPPROTO_AH ? "ah"
								   : "comp",
			    p->demands[i].mode == XFRM_MODE_TUNNEL
				    ? "tunnel"
				    : "transport");
	len = t.len < sizeof(ret->text) ? t.len : sizeof(ret->text) - 1;
	memcpy(ret->text, text_string(&t), len);
	ret->text[len] = 0;
	text_done(&t);
}

/* What is done to that for which there is no policy. */
static int take_default(const struct nlmsghdr *m, void *context)
{
	struct xfrm_userpolicy_default *d = context;

	if (mnl_nlmsg_get_payload_len(m) >= sizeof(*d))
		memcpy(d, mnl_nlmsg_get_payload(m), sizeof(*d));
	return 0;
}

static int judge_default(struct netlink *n, enum ipsec_direction direction,
			 struct ipsec_answer *ret)
{
	struct xfrm_userpolicy_default d = { 0 };
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, XFRM_MSG_GETDEFAULT, 0);
	uint8_t said;
	int error;

	(void)mnl_nlmsg_put_extra_header(m, sizeof(d));
	error = netlink_ask(n, m, take_default, &d);
	/* Kernels before 5.15 let it pass. */
	if (error && error != -EINVAL && error != -EOPNOTSUPP)
		return error;

	said = direction == IPSEC_IN ? d.in : d.out;
	ret->says = said == XFRM_USERPOLICY_BLOCK ? IPSEC_BLOCKS : IPSEC_PASSES;
	memcpy(ret->text, "default block",
	       said == XFRM_USERPOLICY_BLOCK ? sizeof("default block") : 0);
	return 0;
}

static int judge(struct netlink *n, const struct search *s,
		 struct ipsec_answer *ret)
{
	if (s->is_unsure &&
	    (!s->has_best || s->unsure_priority <= s->best.info.priority)) {
		ret->says = IPSEC_MAY;
		return 0;
	}
	if (!s->has_best)
		return judge_default(n, s->question->direction, ret);

	ret->has_policy = true;
	ret->priority = s->best.info.priority;
	ret->index = s->best.info.index;
	put_policy(ret, &s->best);
	if (s->best.info.action == XFRM_POLICY_BLOCK) {
		ret->says = IPSEC_BLOCKS;
		return 0;
	}

	return judge_demands(n, &s->best, s->question->direction, ret);
}

int ipsec_judge(const struct ipsec_question *q, struct ipsec_answer *ret)
{
	struct search s = { .question = q };
	struct netlink_request room;
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_XFRM);

	*ret = (struct ipsec_answer){ .says = IPSEC_PASSES };
	/* Not built in: then there is none. */
	if (error)
		return error == -EPROTONOSUPPORT ? 0 : error;

	error = netlink_ask(
		n, netlink_request(&room, XFRM_MSG_GETPOLICY, NLM_F_DUMP),
		take_policy, &s);
	if (!error)
		error = judge(n, &s, ret);
	netlink_close(n);
	return error;
}

static const char *after_name(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 ||
	    (line[len] != ' ' && line[len] != '\t'))
		return NULL;

	return line + len;
}

static void take_line(struct ipsec_counts *ret, const char *line)
{
	static const char *const others[] = {
		"XfrmInPolError",     "XfrmOutNoStates",     "XfrmOutPolDead",
		"XfrmOutPolError",    "XfrmOutError",        "XfrmAcquireError",
		"XfrmInStateInvalid", "XfrmOutStateInvalid",
	};
	const char *value;

	value = after_name(line, "XfrmInPolBlock");
	if (!value)
		value = after_name(line, "XfrmInNoPols");
	if (value)
		ret->blocked[IPSEC_IN] += strtoull(value, NULL, 10);
	value = after_name(line, "XfrmOutPolBlock");
	if (value)
		ret->blocked[IPSEC_OUT] += strtoull(value, NULL, 10);
	value = after_name(line, "XfrmInTmplMismatch");
	if (value)
		ret->mismatched += strtoull(value, NULL, 10);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		value = after_name(line, others[i]);
		if (value)
			ret->others += strtoull(value, NULL, 10);
	}
}

void ipsec_count_parse(struct ipsec_counts *ret, const char *text)
{
	*ret = (struct ipsec_counts){ .is_counted = true };
	while (*text) {
		take_line(ret, text);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

int ipsec_count(struct ipsec_counts *ret)
{
	struct text t = TEXT_NULL;
	int error = reader_file("/proc/net/xfrm_stat", FILE_BYTES, &t);

	*ret = (struct ipsec_counts){ 0 };
	if (!error)
		ipsec_count_parse(ret, text_string(&t));
	text_done(&t);
	return error == -ENOENT ? 0 : error;
}
