#include "host/neighbour.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"
#include "host/sysctl.h"

enum { TABLE_BYTES = 1 << 20 };

/* The kernel counts in ticks of a hundredth of a second (USER_HZ). */
enum { TICKS = 100 };

static void read_attribute(struct neighbour *e, const struct nlattr *a)
{
	uint16_t len = mnl_attr_get_payload_len(a);
	uint16_t type = mnl_attr_get_type(a);
	struct nda_cacheinfo info;

	if (type == NDA_LLADDR && len <= NEIGHBOUR_MAC) {
		memcpy(e->mac, mnl_attr_get_payload(a), len);
		e->mac_length = (uint8_t)len;
	}
	if (type == NDA_CACHEINFO && len >= sizeof(info)) {
		memcpy(&info, mnl_attr_get_payload(a), sizeof(info));
		e->changed_s = info.ndm_updated / TICKS;
	}
}

static int take(const struct nlmsghdr *m, void *context)
{
	const struct ndmsg *d = mnl_nlmsg_get_payload(m);
	struct neighbour *e = context;
	const struct nlattr *a;

	if (m->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*d))
		return 0;

	e->is_known = true;
	e->state = d->ndm_state;
	e->changed_s = UINT32_MAX;
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*d));
	     (a = netlink_next(&w)) != NULL;)
		read_attribute(e, a);

	return 0;
}

int neighbour_get(struct netlink *n, const struct address *a, uint32_t device,
		  struct neighbour *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETNEIGH, 0);
	struct ndmsg *d = mnl_nlmsg_put_extra_header(m, sizeof(*d));
	uint16_t len;
	const void *bytes = netlink_address(a, &len);
	int error;

	*ret = (struct neighbour){ 0 };
	d->ndm_family = (uint8_t)netlink_family(a);
	d->ndm_ifindex = (int)device;
	mnl_attr_put(m, NDA_DST, len, bytes);
	error = netlink_ask(n, m, take, ret);
	return error == -ENOENT || error == -ENODEV ? 0 : error;
}

struct dumping {
	neighbour_each *each;
	void *context;
};

static int take_each(const struct nlmsghdr *m, void *context)
{
	const struct ndmsg *d = mnl_nlmsg_get_payload(m);
	struct dumping *dumping = context;
	struct neighbour_entry e = { 0 };
	const struct nlattr *a;
	bool has_address = false;

	if (take(m, &e.neighbour) || !e.neighbour.is_known)
		return 0;

	e.device = (uint32_t)d->ndm_ifindex;
	e.is_router = d->ndm_flags & NTF_ROUTER;
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*d));
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) != NDA_DST || (len != 4 && len != 16))
			continue;
		e.address = netlink_to_address(mnl_attr_get_payload(a), len);
		has_address = true;
	}
	return has_address ? dumping->each(&e, dumping->context) : 0;
}

int neighbour_dump(struct netlink *n, int family, neighbour_each *each,
		   void *context)
{
	struct dumping dumping = { each, context };
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETNEIGH, NLM_F_DUMP);
	struct ndmsg *d = mnl_nlmsg_put_extra_header(m, sizeof(*d));

	d->ndm_family = (uint8_t)family;
	return netlink_ask(n, m, take_each, &dumping);
}

static int take_port(const struct nlmsghdr *m, void *context)
{
	const struct ndmsg *d = mnl_nlmsg_get_payload(m);
	uint32_t *port = context;

	if (m->nlmsg_type == RTM_NEWNEIGH &&
	    mnl_nlmsg_get_payload_len(m) >= sizeof(*d) && d->ndm_ifindex > 0)
		*port = (uint32_t)d->ndm_ifindex;
	return 0;
}

int neighbour_port(struct netlink *n, uint32_t bridge, const uint8_t mac[6],
		   uint32_t *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETNEIGH, 0);
	struct ndmsg *d = mnl_nlmsg_put_extra_header(m, sizeof(*d));
	int error;

	*ret = 0;
	d->ndm_family = AF_BRIDGE;
	mnl_attr_put(m, NDA_LLADDR, 6, mac);
	mnl_attr_put_u32(m, NDA_MASTER, bridge);
	error = netlink_ask(n, m, take_port, ret);
	return error == -ENOENT || error == -ENODEV ? 0 : error;
}

bool neighbour_has_failed(const struct neighbour *e)
{
	return e->is_known && e->state & NUD_FAILED;
}

bool neighbour_is_asked(const struct neighbour *e)
{
	return e->is_known && e->state & NUD_INCOMPLETE;
}

bool neighbour_answers(const struct neighbour *e)
{
	return e->is_known && e->mac_length && e->state & NUD_REACHABLE;
}

bool neighbour_is_permanent(const struct neighbour *e)
{
	return e->is_known && e->state & NUD_PERMANENT;
}

/* Each processor's row begins with the number of entries, which is one for
 * all, and ends with how often the table was full. */
void neighbour_table_parse(struct neighbour_table *ret, const char *text)
{
	const char *line = strchr(text, '\n');

	*ret = (struct neighbour_table){ 0 };
	while (line && line[1]) {
		const char *at = line + 1;
		uint64_t first = 0, last = 0;
		bool is_first = true;

		line = strchr(at, '\n');
		while (at && *at && (!line || at < line)) {
			char *end;
			uint64_t value = strtoull(at, &end, 16);

			if (end == at)
				break;
			if (is_first)
				first = value;
			is_first = false;
			last = value;
			at = end;
		}
		ret->entries = first;
		ret->full += last;
	}
}

int neighbour_table_read(int family, struct neighbour_table *ret)
{
	bool is_v4 = family == AF_INET;
	struct text t = TEXT_NULL;
	int64_t most = 0;
	int error = reader_file(is_v4 ? "/proc/net/stat/arp_cache"
				      : "/proc/net/stat/ndisc_cache",
				TABLE_BYTES, &t);

	*ret = (struct neighbour_table){ 0 };
	if (!error) {
		neighbour_table_parse(ret, text_string(&t));
		error = sysctl_number(
			is_v4 ? "net.ipv4.neigh.default.gc_thresh3"
			      : "net.ipv6.neigh.default.gc_thresh3",
			&most);
		ret->most = most > 0 ? (uint64_t)most : 0;
	}
	text_done(&t);
	return error;
}

void neighbour_text(struct text *out, const struct neighbour *e)
{
	static const struct {
		uint16_t state;
		const char *name;
	} states[] = {
		{ NUD_INCOMPLETE, "INCOMPLETE" },
		{ NUD_REACHABLE, "REACHABLE" },
		{ NUD_STALE, "STALE" },
		{ NUD_DELAY, "DELAY" },
		{ NUD_PROBE, "PROBE" },
		{ NUD_FAILED, "FAILED" },
		{ NUD_NOARP, "NOARP" },
		{ NUD_PERMANENT, "PERMANENT" },
	};

	for (size_t i = 0; i < e->mac_length; i++) {
		if (i)
			text_char(out, ':');
		text_hex(out, e->mac[i], 2);
	}
	if (e->mac_length)
		text_char(out, ' ');
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (e->state & states[i].state) {
			text_str(out, states[i].name);
			return;
		}
	text_str(out, "NONE");
}
