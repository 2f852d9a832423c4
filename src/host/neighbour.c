#include "host/neighbour.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/text.h"
#include "host/netlink.h"

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
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*d));
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) != NDA_LLADDR || len > NEIGHBOUR_MAC)
			continue;
		memcpy(e->mac, mnl_attr_get_payload(a), len);
		e->mac_length = (uint8_t)len;
	}

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
