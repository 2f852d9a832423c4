#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/links.h"

/*
 * What stands at the interfaces of this network namespace and what they have
 * counted: XDP programs, bridges and their ports, packets that never came up
 * (RTM_GETLINK). No privilege is needed.
 */
struct netlink;
struct look_question;

struct device_counts {
	uint64_t received;
	/* Lost before the kernel saw them: rings and buffers of the card. */
	uint64_t missed;
	uint64_t dropped;
};

struct device {
	uint32_t index;
	uint32_t master; /* bridge, bond or VRF that it is a part of; 0 */
	uint32_t lower;  /* that it stands on, as a VLAN does; 0 */
	char name[LINKS_NAME];
	char kind[LINKS_NAME];      /* "bridge", "veth"; "": hardware */
	char port_kind[LINKS_NAME]; /* "bridge", "bond": what it is a part of */
	uint32_t xdp;               /* the program's id; 0: none */
	uint8_t xdp_mode;           /* XDP_ATTACHED_* */
	uint8_t port_state;         /* BR_STATE_*, of a bridge's port */
	bool is_isolated;
	struct device_counts counts;
};

struct devices {
	struct device *list;
	size_t count;
};

/* 0 or -errno; devices_done() in either case. */
int devices_read(struct netlink *route, struct devices *ret);
void devices_done(struct devices *d);

/* NULL: there is none. */
const struct device *devices_find(const struct devices *d, uint32_t index);

enum device_carries {
	DEVICE_ASIDE, /* the packets do not pass there */
	DEVICE_MAY,   /* it is one of several parts of what they pass */
	DEVICE_CARRIES,
};

/* Whether what comes by the device of passes that one: it itself, what it stands
 * on, what it is a part of, its parts. */
enum device_carries devices_carry(const struct devices *d, uint32_t index,
				  uint32_t of);

/* By which of them the client's packets come, as far as it can be told: where
 * one was seen, or that of the address that it asks for. 0: not known. */
uint32_t devices_asked(const struct links *l, const struct look_question *q);
