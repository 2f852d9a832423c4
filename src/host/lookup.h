#pragma once

#include "host/policy_rule.h"
#include "host/route.h"

/*
 * Why the kernel has no route: its lookup replayed over the rules and the
 * tables, because the kernel's own answer is only an error. It names the rule
 * or the route that refuses; the caller compares the error with the kernel's,
 * so a lookup that this does not model (VRF, nexthop groups that died) is not
 * told wrongly.
 */
enum lookup_end {
	LOOKUP_NONE,  /* no route at all */
	LOOKUP_ROUTE, /* this one: it refuses, or would carry it */
	LOOKUP_RULE,  /* this rule refuses by itself */
};

struct lookup {
	enum lookup_end end;
	int error; /* that a socket would get; 0: it would be sent */
	struct route route;
	struct policy_rule rule; /* that refuses, or that led to the table */
	bool has_rule;
};

/* out: the name of q->device, or "". 0 or -errno. */
int lookup_replay(struct netlink *n, const struct route_question *q,
		  const char *out, struct lookup *ret);
