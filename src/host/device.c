#include "host/device.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/look.h"
#include "host/netlink.h"

enum { DEVICES_MOST = 65536, DEPTH_MOST = 8 };

static void read_name(char ret[static LINKS_NAME], const struct nlattr *a)
{
	size_t len =
		strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));

	if (len >= LINKS_NAME)
		len = LINKS_NAME - 1;
	memcpy(ret, mnl_attr_get_payload(a), len);
	ret[len] = 0;
}

static bool has_bytes(const struct nlattr *a, size_t len)
{
	return mnl_attr_get_payload_len(a) >= len;
}

static void read_port(struct device *d, const struct nlattr *data)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(data);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == IFLA_BRPORT_STATE &&
		    has_bytes(a, 1))
			d->port_state = mnl_attr_get_u8(a);
		else if (mnl_attr_get_type(a) == IFLA_BRPORT_ISOLATED &&
			 has_bytes(a, 1))
			d->is_isolated = mnl_attr_get_u8(a);
}

static void read_info(struct device *d, const struct nlattr *nest)
{
	const struct nlattr *data = NULL, *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			read_name(d->kind, a);
		else if (mnl_attr_get_type(a) == IFLA_INFO_SLAVE_KIND)
			read_name(d->port_kind, a);
		else if (mnl_attr_get_type(a) == IFLA_INFO_SLAVE_DATA)
			data = a;
	if (data && !strcmp(d->port_kind, "bridge"))
		read_port(d, data);
}

static void read_xdp(struct device *d, const struct nlattr *nest)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == IFLA_XDP_ATTACHED && has_bytes(a, 1))
			d->xdp_mode = mnl_attr_get_u8(a);
		/* Several at once have their ids apart: the first is told. */
		else if ((type == IFLA_XDP_PROG_ID ||
			  type == IFLA_XDP_DRV_PROG_ID ||
			  type == IFLA_XDP_SKB_PROG_ID ||
			  type == IFLA_XDP_HW_PROG_ID) &&
			 has_bytes(a, sizeof(uint32_t)) && !d->xdp)
			d->xdp = mnl_attr_get_u32(a);
	}
}

static void read_counts(struct device *d, const struct nlattr *a)
{
	struct rtnl_link_stats64 s = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	/* Older kernels know fewer of them. */
	memcpy(&s, mnl_attr_get_payload(a), len < sizeof(s) ? len : sizeof(s));
	d->counts.received = s.rx_packets;
	d->counts.missed =
		s.rx_missed_errors + s.rx_fifo_errors + s.rx_over_errors;
	d->counts.dropped = s.rx_dropped;
}

struct lower {
	uint32_t index;
	bool is_elsewhere; /* in another network namespace */
};

static void read_device(struct device *d, struct lower *l,
			const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);
	bool is_word = has_bytes(a, sizeof(uint32_t));

	if (type == IFLA_IFNAME)
		read_name(d->name, a);
	else if (type == IFLA_MASTER && is_word)
		d->master = mnl_attr_get_u32(a);
	else if (type == IFLA_LINK && is_word)
		l->index = mnl_attr_get_u32(a);
	else if (type == IFLA_LINK_NETNSID)
		l->is_elsewhere = true;
	else if (type == IFLA_LINKINFO)
		read_info(d, a);
	else if (type == IFLA_XDP)
		read_xdp(d, a);
	else if (type == IFLA_STATS64)
		read_counts(d, a);
}

static struct device *grow(struct devices *d)
{
	struct device *list = d->list;

	if (d->count >= DEVICES_MOST)
		return NULL;
	/* Doubled at each power of two. */
	if (!(d->count & (d->count - 1)))
		list = realloc(list,
			       (d->count ? d->count * 2 : 1) * sizeof(*list));
	if (!list)
		return NULL;

	d->list = list;
	list[d->count] = (struct device){ 0 };
	return &list[d->count++];
}

static int take(const struct nlmsghdr *m, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(m);
	struct lower lower = { 0 };
	const struct nlattr *a;
	struct device *d;

	if (m->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;

	d = grow(context);
	if (!d)
		return -ENOMEM;

	d->index = (uint32_t)head->ifi_index;
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*head));
	     (a = netlink_next(&w)) != NULL;)
		read_device(d, &lower, a);
	/* The other end of a veth is not what it stands on. */
	if (!lower.is_elsewhere && strcmp(d->kind, "veth") != 0)
		d->lower = lower.index;
	return 0;
}

int devices_read(struct netlink *route, struct devices *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETLINK, NLM_F_DUMP);

	*ret = (struct devices){ 0 };
	(void)mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	return netlink_ask(route, m, take, ret);
}

void devices_done(struct devices *d)
{
	free(d->list);
	*d = (struct devices){ 0 };
}

const struct device *devices_find(const struct devices *d, uint32_t index)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].index == index)
			return &d->list[i];

	return NULL;
}

/* From a device to what it is a part of, until that is reached. */
static bool is_part(const struct devices *d, uint32_t index, uint32_t of)
{
	for (int depth = 0; depth < DEPTH_MOST && index; depth++) {
		const struct device *one = devices_find(d, index);

		if (index == of)
			return true;
		index = one ? one->master : 0;
	}

	return false;
}

enum device_carries devices_carry(const struct devices *d, uint32_t index,
				  uint32_t of)
{
	const struct device *one;

	/* The device, what it is a part of, and what it stands on. */
	for (int depth = 0; depth < DEPTH_MOST && of; depth++) {
		if (is_part(d, of, index))
			return DEVICE_CARRIES;
		if (is_part(d, index, of))
			return DEVICE_MAY;
		one = devices_find(d, of);
		of = one ? one->lower : 0;
	}

	return DEVICE_ASIDE;
}

uint32_t devices_asked(const struct links *l, const struct look_question *q)
{
	const struct links_address *own =
		q->has_server ? links_own(l, &q->server) : NULL;

	if (q->device)
		return q->device;

	return own ? own->index : 0;
}
