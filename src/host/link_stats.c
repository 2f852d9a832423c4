#include "host/link_stats.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/netlink.h"

enum { FIRST_ROOM = 16, LINKS_MOST = 65536 };

struct reading {
	struct link_stats_list *ret;
	size_t room;
};

static struct link_stats *next(struct reading *r)
{
	struct link_stats_list *l = r->ret;

	if (l->count == r->room) {
		size_t room = r->room ? r->room * 2 : FIRST_ROOM;
		struct link_stats *list =
			room > LINKS_MOST
				? NULL
				: realloc(l->list, room * sizeof(*list));

		if (!list)
			return NULL;
		l->list = list;
		r->room = room;
	}

	l->list[l->count] = (struct link_stats){ 0 };
	return &l->list[l->count++];
}

/* Older kernels know fewer counters, newer ones more. */
static void take_stats(struct link_stats *s, const struct nlattr *a)
{
	struct rtnl_link_stats64 all = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	memcpy(&all, mnl_attr_get_payload(a),
	       len < sizeof(all) ? len : sizeof(all));
	s->rx_missed =
		all.rx_missed_errors + all.rx_fifo_errors + all.rx_over_errors;
	s->rx_errors = all.rx_errors;
	s->tx_dropped = all.tx_dropped;
	s->tx_errors = all.tx_errors;
}

static int take(const struct nlmsghdr *m, void *context)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(m);
	const struct nlattr *a;
	struct link_stats *s;

	if (m->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*i))
		return 0;
	s = next(context);
	if (!s)
		return -ENOMEM;

	s->index = (uint32_t)i->ifi_index;
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*i));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == IFLA_STATS64)
			take_stats(s, a);
	return 0;
}

int link_stats_read(struct netlink *n, struct link_stats_list *ret)
{
	struct reading r = { .ret = ret };
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETLINK, NLM_F_DUMP);

	*ret = (struct link_stats_list){ 0 };
	(void)mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	return netlink_ask(n, m, take, &r);
}

void link_stats_done(struct link_stats_list *l)
{
	free(l->list);
	*l = (struct link_stats_list){ 0 };
}

const struct link_stats *link_stats_of(const struct link_stats_list *l,
				       uint32_t index)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->list[i].index == index)
			return &l->list[i];

	return NULL;
}
