#pragma once

#include "host/counters.h"
#include "host/links.h"
#include "host/look.h"
#include "host/lookup.h"

/*
 * The way of a client's packets into this host, and of the answers out of it:
 * asked of the kernel, which decides it, and replayed where it refuses, so that
 * the rule or route to blame can be named. What the packet filter changes on the
 * way (addresses, marks) is not known here.
 */
enum way_end {
	WAY_UNKNOWN,    /* refused, and not understood why */
	WAY_LOCAL,      /* to this host's own sockets */
	WAY_FORWARD,    /* to another host, through this one */
	WAY_NOT_OURS,   /* not this host's address, and it forwards nothing */
	WAY_NO_ROUTE,   /* to forward it by */
	WAY_ROUTE,      /* that refuses it: blackhole, prohibit, unreachable */
	WAY_RULE,       /* of policy routing, that refuses it */
	WAY_SOURCE_OWN, /* it bears an address of this host as its source */
	WAY_REVERSE_PATH, /* rp_filter: its source is not to be reached so */
};

struct way_in {
	enum way_end end;
	struct route route;              /* of WAY_LOCAL and WAY_FORWARD */
	struct lookup lookup;            /* of WAY_ROUTE and WAY_RULE */
	const struct links_link *device; /* that it comes in by */
	int reverse_path; /* rp_filter as it counts there: 0, 1 or 2 */
	const char *reverse_path_of; /* "all", or the device: whose it is */
	bool is_forwarding;          /* what comes in there */
	/* A mark that the packet filter sets might change it. */
	bool is_unsure;
};

/* Where the packet is to go, once the packet filter has translated it. */
const struct address *way_destination(const struct look_question *q);
uint16_t way_port(const struct look_question *q);

/* The question has client, server and device. 0; -ENODEV: that is none of this
 * host's; -errno. */
int way_in(const struct looking *l, struct way_in *ret);

struct way_back {
	bool has_route;
	struct route route;
	int refusal; /* what a socket would get, without a route */
	/* Why, where that could be told: its error is the kernel's. */
	struct lookup lookup;
	bool is_told;
	bool is_in_main;                 /* the table main would carry it */
	const struct links_link *device; /* that it leaves by, or NULL */
	struct address next_hop;         /* gateway, or the client itself */
	/* It is asked for on the link (ARP, neighbour discovery). */
	bool has_next_hop;
	bool is_unsure;
	/* No rule of policy routing but the three of the kernel's own. */
	bool has_usual_rules;
};

/* The answer to the question's client; from its server, where that is known and
 * this host's own. 0 or -errno. */
int way_back(const struct looking *l, struct way_back *ret);

/* The state of a look that asks what the kernel has counted of an attempt. */
struct way_counted {
	struct counters_taken before;
	bool has_before;
};

/* A look's before(), whose state begins so. 0 or -errno. */
int way_count(struct looking *l);

/* As a culprit of the server. Their text is as `ip' writes it. */
struct culprit *way_route_culprit(const struct looking *l,
				  const struct route *r);
struct culprit *way_rule_culprit(const struct looking *l,
				 const struct policy_rule *r);
struct culprit *way_sysctl_culprit(const struct looking *l, const char *name,
				   int64_t value);
struct culprit *way_link_culprit(const struct looking *l,
				 const struct links_link *link);

/* A setting of a device and of all: "net.ipv4.conf.X.NAME". The greater of the
 * two, as most count; *of: "all" or the device, where it is. 0 or -errno. */
int way_setting(int family, const char *device, const char *name, int64_t *ret,
		const char **of);

/* Whether its answers may be led elsewhere by marks, or by who owns a socket:
 * a rule of policy routing asks for one. */
int way_has_marks(struct netlink *n, int family, bool *ret);

/* Bytes of an address as IPv4's or IPv6's words: "10.1.0.7". In the arena. */
const char *way_words(const struct looking *l, const struct address *a);
