#include "host/tc.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/gen_stats.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"
#include "host/tc_filter.h"

/* A host of pods has hundreds of devices with filters. */
enum { PLACES_MOST = 512, FILTERS_MOST = 4096 };

/* BPF_TCX_INGRESS and _EGRESS of linux/bpf.h, since Linux 6.6. */
static const uint32_t tcx_types[TC_SIDES] = {
	[TC_INGRESS] = 46,
	[TC_EGRESS] = 47,
};

static void read_kind(char ret[static TC_KIND], const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);

	len = strnlen(mnl_attr_get_payload(a), len);
	if (len >= TC_KIND)
		len = TC_KIND - 1;
	memcpy(ret, mnl_attr_get_payload(a), len);
	ret[len] = 0;
}

uint64_t tc_drops_of(const struct nlattr *stats)
{
	const struct nlattr *a;
	struct gnet_stats_queue q;

	for (struct netlink_walk w = netlink_nest(stats);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == TCA_STATS_QUEUE &&
		    mnl_attr_get_payload_len(a) >= sizeof(q)) {
			memcpy(&q, mnl_attr_get_payload(a), sizeof(q));
			return q.drops;
		}

	return 0;
}

static int take_qdisc(const struct nlmsghdr *m, void *context)
{
	const struct tcmsg *head = mnl_nlmsg_get_payload(m);
	struct tc *t = context;
	const struct nlattr *a;
	struct tc_qdisc *q;

	if (m->nlmsg_type != RTM_NEWQDISC ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;

	q = arena_alloc(t->arena, sizeof(*q));
	if (!q)
		return -ENOMEM;

	q->device = (uint32_t)head->tcm_ifindex;
	q->handle = head->tcm_handle;
	q->parent = head->tcm_parent;
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*head));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == TCA_KIND)
			read_kind(q->kind, a);
		else if (mnl_attr_get_type(a) == TCA_STATS2)
			q->drops = tc_drops_of(a);
	q->next = t->qdiscs;
	t->qdiscs = q;
	return 0;
}

struct place {
	struct tc *tc;
	uint32_t device, parent;
	enum tc_side side;
	size_t count;
};

static void read_filter(struct tc *t, struct tc_filter *f,
			const struct nlmsghdr *m)
{
	const struct nlattr *options = NULL, *a;

	for (struct netlink_walk w =
		     netlink_attributes(m, sizeof(struct tcmsg));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == TCA_KIND)
			read_kind(f->kind, a);
		else if (mnl_attr_get_type(a) == TCA_OPTIONS)
			options = a;
		else if (mnl_attr_get_type(a) == TCA_CHAIN &&
			 mnl_attr_get_payload_len(a) >= sizeof(uint32_t))
			f->chain = mnl_attr_get_u32(a);
	tc_filter_read(t->arena, f, options);
}

static int take_filter(const struct nlmsghdr *m, void *context)
{
	const struct tcmsg *head = mnl_nlmsg_get_payload(m);
	struct place *p = context;
	struct tc_filter *f;

	if (m->nlmsg_type != RTM_NEWTFILTER ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;
	if (p->count++ >= FILTERS_MOST) {
		p->tc->is_partial = true;
		return 0;
	}

	f = arena_alloc(p->tc->arena, sizeof(*f));
	if (!f)
		return -ENOMEM;

	f->device = p->device;
	f->side = p->side;
	f->parent = p->parent;
	f->handle = head->tcm_handle;
	f->priority = (uint16_t)(head->tcm_info >> 16);
	f->protocol = __builtin_bswap16((uint16_t)head->tcm_info);
	read_filter(p->tc, f, m);
	/* The head of a list of them comes with no handle. */
	if (!f->handle)
		return 0;
	if (p->tc->last)
		p->tc->last->next = f;
	else
		p->tc->filters = f;
	p->tc->last = f;
	return 0;
}

static int read_filters(struct netlink *n, struct place *p)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETTFILTER, NLM_F_DUMP);
	struct tcmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	int error;

	head->tcm_ifindex = (int)p->device;
	head->tcm_parent = p->parent;
	error = netlink_ask(n, m, take_filter, p);
	/* That kind takes none, or it is gone since. */
	if (error == -EINVAL || error == -ENODEV || error == -EOPNOTSUPP ||
	    error == -ENOENT)
		return 0;

	return error;
}

/* Kinds without filters; all others are asked for theirs. */
static bool has_no_filters(const char *kind)
{
	static const char *const kinds[] = { "noqueue", "mq",    "pfifo_fast",
					     "pfifo",   "bfifo", "fq",
					     "tbf",     "netem", "codel" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kind, kinds[i]))
			return true;

	return false;
}

bool tc_is_hook(const struct tc_qdisc *q)
{
	return !strcmp(q->kind, "clsact") || !strcmp(q->kind, "ingress");
}

static int read_at(struct netlink *n, struct tc *t, const struct tc_qdisc *q)
{
	struct place p = { .tc = t,
			   .device = q->device,
			   .parent = q->handle,
			   .side = TC_EGRESS };
	int error;

	if (!tc_is_hook(q))
		return read_filters(n, &p);

	p.side = TC_INGRESS;
	p.parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	error = read_filters(n, &p);
	if (error || strcmp(q->kind, "clsact") != 0)
		return error;

	p.side = TC_EGRESS;
	p.parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
	return read_filters(n, &p);
}

int tc_read(struct netlink *route, struct tc *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETQDISC, NLM_F_DUMP);
	size_t places = 0;
	int error;

	*ret = (struct tc){ .arena = arena_new() };
	if (!ret->arena)
		return -ENOMEM;

	mnl_nlmsg_put_extra_header(m, sizeof(struct tcmsg));
	error = netlink_ask(route, m, take_qdisc, ret);
	for (const struct tc_qdisc *q = ret->qdiscs; q && !error; q = q->next) {
		if (has_no_filters(q->kind))
			continue;
		if (places++ >= PLACES_MOST) {
			ret->is_partial = true;
			break;
		}
		error = read_at(route, ret, q);
	}
	return error;
}

void tc_done(struct tc *t)
{
	if (t->arena)
		arena_free(t->arena);
	*t = (struct tc){ 0 };
}

struct programs {
	uint32_t device, side; /* the question */
	uint32_t count, first;
};

static int query_programs(void *context, void *filled, size_t size)
{
	const struct programs *asked = context;
	struct programs *ret = filled;
	uint32_t ids[16] = { 0 };
	/* The device stands where a descriptor does for other hooks. */
	union bpf_attr attr = { .query = { .target_fd = asked->device,
					   .attach_type =
						   tcx_types[asked->side],
					   .prog_ids = (uintptr_t)ids,
					   .prog_cnt = 16 } };

	memset(ret, 0, size);
	/* A kernel without that hook has no program there. */
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) &&
	    errno != ENOSPC)
		return errno == EINVAL || errno == ENOENT || errno == ENODEV
			       ? 0
			       : -errno;

	ret->count = attr.query.prog_cnt;
	ret->first = ids[0];
	return 0;
}

int tc_answer(const char *rest, struct text *ret)
{
	struct programs asked = { 0 }, got = { 0 };
	uint32_t n[2];
	int error;

	if (!reader_key_numbers(rest, n, 2) ||
	    n[1] >= sizeof(tcx_types) / sizeof(*tcx_types))
		return -EINVAL;

	asked.device = n[0];
	asked.side = n[1];
	error = query_programs(&asked, &got, sizeof(got));
	text_bytes(ret, &got, sizeof(got));
	return error;
}

int tc_programs(uint32_t device, enum tc_side side, uint32_t *id)
{
	struct programs asked = { .device = device, .side = side };
	struct text key = TEXT_NULL;
	struct programs got;
	int error;

	text_format(&key, "tcx %u %u", device, (unsigned)side);
	error = reader_value(text_string(&key), query_programs, &asked, &got,
			     sizeof(got));
	text_done(&key);
	if (error)
		return error;

	*id = got.first;
	return (int)(got.count & INT32_MAX);
}

const struct tc_qdisc *tc_qdisc_of(const struct tc *t, const struct tc_qdisc *q)
{
	for (const struct tc_qdisc *o = t->qdiscs; o; o = o->next)
		if (o->device == q->device && o->handle == q->handle &&
		    o->parent == q->parent && !strcmp(o->kind, q->kind))
			return o;

	return NULL;
}

const struct tc_filter *tc_filter_of(const struct tc *t,
				     const struct tc_filter *f)
{
	for (const struct tc_filter *o = t->filters; o; o = o->next)
		if (o->device == f->device && o->parent == f->parent &&
		    o->handle == f->handle && o->priority == f->priority &&
		    o->chain == f->chain && !strcmp(o->kind, f->kind))
			return o;

	return NULL;
}
