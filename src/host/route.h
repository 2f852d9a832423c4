#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * Routes, as the kernel has them and as it would choose (rtnetlink(7)). Which
 * of them a refused lookup met is for lookup.h.
 */
struct netlink;

/* What is to be sent, as far as it is known. */
struct route_question {
	struct address destination;
	struct address source; /* has_source */
	uint32_t mark;
	uint32_t uid;    /* has_uid; else any rule for users is as for root */
	uint32_t device; /* that the socket is bound to, or the scope; or 0 */
	uint16_t port;   /* 0: none */
	uint16_t source_port; /* 0: not chosen yet */
	uint8_t protocol;
	bool has_source;
	bool has_uid;
	/* What came in: the index and the name of its device; 0 and NULL: this
	 * host sends it. */
	uint32_t in;
	const char *in_name;
};

struct route {
	struct address destination;          /* with prefix */
	struct address gateway;              /* has_gateway */
	struct address source;               /* has_source: preferred */
	uint32_t table, device, metric, mtu; /* 0: not said */
	uint32_t flags;                      /* RTNH_F_* and RTM_F_* */
	uint8_t family, prefix, type, protocol, scope; /* RTN_*, RTPROT_*, … */
	uint8_t tos;
	uint8_t preference; /* of IPv6's routers; has_preference */
	bool has_gateway, has_source, has_preference, has_device;
	bool is_source_chosen; /* by the kernel: the entry has none */
};

/* What the kernel would do: 0, with *ret as the route and what was resolved
 * from it; ROUTE_REFUSED with the error that a socket would get (positive
 * errno); -errno of our own. */
enum { ROUTE_REFUSED = 1 };

int route_get(struct netlink *n, const struct route_question *q,
	      struct route *ret, int *refusal);

/* All routes of a family; each() returns below 0 to end it. */
typedef int route_each(const struct route *r, void *context);
int route_dump(struct netlink *n, int family, route_each *each, void *context);

/* Whether the route is for that address, by its prefix alone. */
bool route_covers(const struct route *r, const struct address *a);

/* Whether both addresses are the same in their first bits. */
bool route_is_prefix(const struct address *net, unsigned prefix,
		     const struct address *a);

/* As `ip route' prints it, without the table. The device's name is the
 * caller's; NULL: it is left out. */
struct text;
void route_text(struct text *out, const struct route *r, const char *device);

/* "main", "local", "default" or the number. */
void route_table_text(struct text *out, uint32_t table);
