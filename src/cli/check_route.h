#pragma once

#include "cli/check_local.h"

struct netlink;

/*
 * The route's part of check_local: what the kernel would do with the packets,
 * and, where it refuses them, which route, rule or interface is to blame.
 */
/* 0 or -errno. */
int check_route(struct case_record *c, struct attempt *a, struct netlink *n,
		const struct links *links, struct check_local *state);
