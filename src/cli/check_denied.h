#pragma once

#include "cli/check_local.h"

/*
 * What at home can refuse or swallow packets besides routes and neighbours: BPF
 * programs of the cgroup, security modules, the ports and descriptors of this
 * host, its reverse path filter, and its firewall (check_own_rules.h). Each is
 * looked at only where it could explain what happened.
 */
/* 0 or -errno. */
int check_denied(struct case_record *c, struct attempt *a,
		 const struct probe_options *o, struct check_local *state);

/* The setting that has the reverse path filter drop what comes in by a device. */
const struct culprit *check_denied_rp_filter(struct case_record *c,
					     const char *device);
