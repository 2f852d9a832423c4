#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * The interfaces of this network namespace and their addresses, at one moment
 * (RTM_GETLINK, RTM_GETADDR). No privilege is needed.
 */
struct netlink;

enum { LINKS_NAME = 16 };

struct links_link {
	uint32_t index;
	char name[LINKS_NAME];
	char kind[LINKS_NAME]; /* "veth", "wireguard", "tun"; "": hardware */
	uint32_t flags, mtu;   /* IFF_* */
	uint32_t master;       /* index of the bridge, bond or VRF; 0: none */
	uint16_t type;         /* ARPHRD_* */
	uint16_t vlan;         /* the number of a VLAN's device; 0: none */
	uint32_t below;        /* index of that which it stands on; or 0 */
	uint8_t state;         /* RFC 2863: IF_OPER_* */
	uint8_t mac[6];        /* of Ethernet; has_mac */
	bool has_carrier, has_mac;
};

struct links_address {
	struct address address;
	uint32_t index; /* of its link */
	uint8_t prefix, scope;
	bool is_tentative; /* or found to be another's: not usable */
	bool is_another;   /* another host answered for it (RFC 4862 5.4.5) */
};

struct links {
	struct links_link *links;
	struct links_address *addresses;
	size_t count, address_count;
};

/* 0 or -errno; links_done() in either case. */
int links_read(struct netlink *n, struct links *ret);
void links_done(struct links *l);

/* NULL: there is none. */
const struct links_link *links_by_index(const struct links *l, uint32_t index);
/* Whose that address is, or NULL. */
const struct links_address *links_own(const struct links *l,
				      const struct address *a);

/* The bridge that the device is, or that it is a port of; or NULL. */
const struct links_link *links_bridge(const struct links *l, uint32_t index);
/* What is for that address may be for a bridge here to carry: it is none of this
 * host's. */
bool links_may_bridge(const struct links *l, const struct address *a);
/* Whether any device here has that station's address. */
bool links_has_mac(const struct links *l, const uint8_t mac[6]);

/* Administratively up. */
bool links_is_up(const struct links_link *l);
bool links_is_loopback(const struct links_link *l);
/* Packets enter a tunnel there: a VPN's device. */
bool links_is_tunnel(const struct links_link *l);
/* Whether neighbours are asked for on it (ARP, neighbour discovery). */
bool links_has_neighbours(const struct links_link *l);
