#include "host/links.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/netlink.h"

/* A host of containers has hundreds, a router of subscribers thousands. */
enum { LINKS_MOST = 65536 };

/* One more of size bytes at the list's end; NULL without memory. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count >= LINKS_MOST)
		return NULL;
	/* Doubled at each power of two. */
	if (count & (count - 1))
		return list;

	return realloc(list, (count ? count * 2 : 1) * size);
}

static void read_string(char ret[static LINKS_NAME], const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);

	if (len >= LINKS_NAME)
		len = LINKS_NAME - 1;
	memcpy(ret, mnl_attr_get_payload(a), len);
	ret[len] = 0;
}

static void read_vlan(struct links_link *l, const struct nlattr *nest)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == IFLA_VLAN_ID &&
		    mnl_attr_get_payload_len(a) == sizeof(uint16_t))
			l->vlan = mnl_attr_get_u16(a);
}

/* The kind stands before what only it has. */
static void read_info(struct links_link *l, const struct nlattr *nest)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;) {
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			read_string(l->kind, a);
		if (mnl_attr_get_type(a) == IFLA_INFO_DATA &&
		    !strcmp(l->kind, "vlan"))
			read_vlan(l, a);
	}
}

static void read_number(struct links_link *l, uint16_t type,
			const struct nlattr *a)
{
	if (type == IFLA_MTU)
		l->mtu = mnl_attr_get_u32(a);
	else if (type == IFLA_MASTER)
		l->master = mnl_attr_get_u32(a);
	else if (type == IFLA_LINK)
		l->below = mnl_attr_get_u32(a);
}

static void read_flag(struct links_link *l, uint16_t type,
		      const struct nlattr *a)
{
	if (type == IFLA_OPERSTATE)
		l->state = mnl_attr_get_u8(a);
	else if (type == IFLA_CARRIER)
		l->has_carrier = mnl_attr_get_u8(a);
}

static void read_link(struct links_link *l, const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);
	size_t len = mnl_attr_get_payload_len(a);

	if (type == IFLA_IFNAME) {
		read_string(l->name, a);
	} else if (type == IFLA_LINKINFO) {
		read_info(l, a);
	} else if (type == IFLA_ADDRESS && len == sizeof(l->mac)) {
		memcpy(l->mac, mnl_attr_get_payload(a), sizeof(l->mac));
		l->has_mac = true;
	} else if (len == sizeof(uint32_t)) {
		read_number(l, type, a);
	} else if (len == 1) {
		read_flag(l, type, a);
	}
}

static int take_link(const struct nlmsghdr *m, void *context)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(m);
	struct links *l = context;
	const struct nlattr *a;
	struct links_link *list;

	if (m->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*i))
		return 0;

	list = grow(l->links, l->count, sizeof(*list));
	if (!list)
		return -ENOMEM;

	l->links = list;
	list[l->count] = (struct links_link){ .index = (uint32_t)i->ifi_index,
					      .flags = i->ifi_flags,
					      .type = i->ifi_type };
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*i));
	     (a = netlink_next(&w)) != NULL;)
		read_link(&list[l->count], a);
	l->count++;
	return 0;
}

static void read_address(struct links_address *l, const struct nlattr *a,
			 bool is_local)
{
	uint16_t type = mnl_attr_get_type(a);
	uint16_t len = mnl_attr_get_payload_len(a);

	/* The peer of a point-to-point link is IFA_ADDRESS, and ours is
	 * IFA_LOCAL; without a peer both are ours, or only the first is there
	 * (IPv6). */
	if ((type == IFA_ADDRESS && !is_local) || type == IFA_LOCAL)
		if (len == 4 || len == 16)
			l->address = netlink_to_address(mnl_attr_get_payload(a),
							len);
	if (type == IFA_FLAGS && len == sizeof(uint32_t)) {
		l->is_tentative = mnl_attr_get_u32(a) &
				  (IFA_F_TENTATIVE | IFA_F_DADFAILED);
		l->is_another = mnl_attr_get_u32(a) & IFA_F_DADFAILED;
	}
}

static bool has_local(const struct nlmsghdr *m)
{
	const struct nlattr *a;

	for (struct netlink_walk w =
		     netlink_attributes(m, sizeof(struct ifaddrmsg));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == IFA_LOCAL)
			return true;

	return false;
}

static int take_address(const struct nlmsghdr *m, void *context)
{
	const struct ifaddrmsg *i = mnl_nlmsg_get_payload(m);
	struct links *l = context;
	struct links_address *list;
	const struct nlattr *a;
	bool is_local;

	if (m->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*i))
		return 0;

	list = grow(l->addresses, l->address_count, sizeof(*list));
	if (!list)
		return -ENOMEM;

	l->addresses = list;
	is_local = has_local(m);
	list[l->address_count] = (struct links_address){
		.index = i->ifa_index,
		.prefix = i->ifa_prefixlen,
		.scope = i->ifa_scope,
	};
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*i));
	     (a = netlink_next(&w)) != NULL;)
		read_address(&list[l->address_count], a, is_local);
	l->address_count++;
	return 0;
}

static int dump(struct netlink *n, uint16_t type, size_t size,
		netlink_each *each, struct links *l)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, type, NLM_F_DUMP);

	(void)mnl_nlmsg_put_extra_header(m, size);
	return netlink_ask(n, m, each, l);
}

int links_read(struct netlink *n, struct links *ret)
{
	int error;

	*ret = (struct links){ 0 };
	error = dump(n, RTM_GETLINK, sizeof(struct ifinfomsg), take_link, ret);
	if (error)
		return error;

	return dump(n, RTM_GETADDR, sizeof(struct ifaddrmsg), take_address,
		    ret);
}

void links_done(struct links *l)
{
	free(l->links);
	free(l->addresses);
	*l = (struct links){ 0 };
}

const struct links_link *links_by_index(const struct links *l, uint32_t index)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->links[i].index == index)
			return &l->links[i];

	return NULL;
}

const struct links_address *links_own(const struct links *l,
				      const struct address *a)
{
	for (size_t i = 0; i < l->address_count; i++)
		if (address_equal(&l->addresses[i].address, a))
			return &l->addresses[i];

	return NULL;
}

bool links_is_up(const struct links_link *l)
{
	return l->flags & IFF_UP;
}

bool links_is_loopback(const struct links_link *l)
{
	return l->flags & IFF_LOOPBACK;
}

bool links_is_tunnel(const struct links_link *l)
{
	static const char *const kinds[] = {
		"tun",  "wireguard", "ipip", "sit", "gre",    "gretap",
		"vti",  "vti6",      "xfrm", "ppp", "ip6tnl", "ip6gre",
		"ovpn", "l2tpeth",   "amt",  "gtp",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(l->kind, kinds[i]))
			return true;

	return l->type == ARPHRD_PPP || l->type == ARPHRD_TUNNEL ||
	       l->type == ARPHRD_TUNNEL6 || l->type == ARPHRD_IPGRE ||
	       l->type == ARPHRD_SIT;
}

bool links_has_neighbours(const struct links_link *l)
{
	return !(l->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT));
}

const struct links_link *links_bridge(const struct links *l, uint32_t index)
{
	const struct links_link *one = links_by_index(l, index);

	if (one && one->master)
		one = links_by_index(l, one->master);

	return one && !strcmp(one->kind, "bridge") ? one : NULL;
}

bool links_has_mac(const struct links *l, const uint8_t mac[6])
{
	for (size_t i = 0; i < l->count; i++)
		if (l->links[i].has_mac && !memcmp(l->links[i].mac, mac, 6))
			return true;

	return false;
}

bool links_may_bridge(const struct links *l, const struct address *a)
{
	if (links_own(l, a))
		return false;

	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->links[i].kind, "bridge"))
			return true;

	return false;
}
