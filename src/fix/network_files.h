#pragma once

#include "fix/repair.h"

/*
 * Where a host keeps its network's setup: ifupdown's interfaces(5),
 * systemd.network(5), NetworkManager's connections, the ifcfg files of Red Hat,
 * netplan. What a repair adds or takes away by hand would be gone, or back, with
 * the next boot.
 */

/* A thing to be set up with a device, in the language of each. NULL: that one
 * cannot say it. */
struct network_item {
	const char *device;
	bool is_v6;
	const char *command;  /* ifupdown: "ip route add … dev eth0" */
	const char *networkd; /* a section, several lines */
	const char *property, *value; /* nmcli: "ipv4.routes", "NET GATEWAY" */
	const char *ifcfg, *ifcfg_line; /* "route-": the file's name's begin */
};

/* Adds the lasting change, or says in the candidate why there is none. 0 or
 * -ENOMEM. */
int network_files_keep(struct fix_planning *p, struct fix_candidate *c,
		       const struct network_item *item);

/* The line of ifupdown that runs these words of `ip' goes away: "route",
 * "blackhole 10.1.0.0/16". The same. */
int network_files_drop(struct fix_planning *p, struct fix_candidate *c,
		       const char *object, const char *words);

/* The gateway that a file names for all ways of that family, and the device; the
 * file's path. NULL: none does. */
const char *network_files_gateway(struct fix_planning *p, bool is_v6,
				  const char **device, const char **path);

/* What interfaces(5) gives a device in one family; NULL: nothing. */
struct network_setup {
	const char *path, *address, *gateway;
	unsigned prefix; /* of address; 0: not said */
};

/* Only what has to be asked to set it (ifup): the other ones do so by themselves
 * as soon as the device is up. False: nothing there. */
bool network_files_setup(struct fix_planning *p, const char *device, bool is_v6,
			 struct network_setup *ret);

/* For tests and fuzzing: the line behind a device's stanza in interfaces(5); 0:
 * there is none. Any bytes. */
uint64_t network_files_stanza_end(const char *content, const char *device,
				  bool is_v6);
