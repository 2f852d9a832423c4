#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fact/case.h"
#include "host/counters.h"
#include "host/links.h"
#include "host/neighbour.h"
#include "host/route.h"

struct check_drops;
struct check_packets;
struct check_rights;
struct own_policy;
struct probe_options;

/*
 * What this host's own kernel and set-up do to one attempt: its route before
 * connect(), and, when that failed or stays silent, whatever here could be to
 * blame: the next hop, the own firewall, BPF programs of the cgroup, security
 * modules, ports, limits. All of it is only read; what may not be read is told
 * as not looked.
 */
struct check_local {
	/* The caller's, before the first call: who may ask what only root may
	 * (NULL: we ask ourselves), the kernel's reports of drops and the own
	 * capture (NULL: there are none), and the mark of the application's
	 * sockets. */
	struct check_rights *rights;
	struct check_drops *drops;
	const struct check_packets *packets;
	uint32_t mark;

	/* Ours. */
	struct route_question question;
	struct route route;
	struct links_link link;  /* that the route leads by */
	struct neighbour before; /* the next hop's entry */
	struct address next_hop; /* has_next_hop: it is asked for on the link */
	struct counters_taken counters; /* before */
	int64_t began_ns;
	bool has_route, has_next_hop, has_counters, has_looked;
	uint32_t gid;      /* of who sends */
	bool has_tunnel;   /* an interface that leads into one is up */
	bool has_legacy;   /* iptables-legacy has tables of this family */
	bool has_firewall; /* its step was told */
	bool has_denied;   /* what could refuse by itself was looked at */
};

/* Before connect(): the step "route", and its facts. Takes about a millisecond.
 * 0, or -errno for our own failures only: then nothing is known. */
int check_local_before(struct case_record *c, struct attempt *a,
		       const struct probe_options *o,
		       struct check_local *state);

/* After connect() failed, or a second or more of silence: the causes at home.
 * May be called again later: what is known by then is added. */
int check_local_after(struct case_record *c, struct attempt *a,
		      const struct probe_options *o, struct check_local *state);
