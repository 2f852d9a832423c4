#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * The sockets of TCP and UDP, as sock_diag(7) tells them. No privilege is
 * needed for those of one's own network namespace; only keys of TCP-MD5 are told
 * to CAP_NET_ADMIN alone. It tells nothing of filters (SO_ATTACH_FILTER), of
 * IP_MINTTL or TCP_DEFER_ACCEPT: that is for socket_options.h. Whose a socket
 * is: owners.h.
 */
struct listener {
	/* 0.0.0.0 and :: where it is bound to none. */
	struct address address, peer;
	uint64_t cookie;
	uint32_t inode; /* 0: no program has it (yet) */
	uint32_t uid;
	uint32_t device; /* that it is bound to; 0: none */
	/* Of one that listens: connections that wait for accept(), and how many
	 * may. Of others: bytes that wait to be read, or acknowledged. */
	uint32_t queued, backlog;
	/* Packets that the kernel threw away there; bytes of packets in it, and
	 * how many there may be: has_memory. */
	uint32_t drops, memory, memory_most;
	uint16_t port, peer_port;
	uint8_t protocol, state; /* TCP_LISTEN, … of netinet/tcp.h */
	bool is_v6;              /* a socket of AF_INET6 */
	bool is_v6only;
	bool has_memory;
	bool is_rough; /* by listeners_proc.h: much of it is not known */
	bool has_key;  /* of TCP-MD5 */
	bool has_key_for_client;
};

enum { LISTENERS_ANY_STATE = 0xfff };

struct listeners_question {
	const char *where;            /* as netlink_open_in() has it */
	const struct address *client; /* for has_key_for_client; or NULL */
	uint32_t states;              /* 1 << TCP_LISTEN | … */
	uint16_t port, peer_port;     /* 0: any */
	uint8_t protocol;
	/* The kernel is asked for all ports, so that a saved host holds them
	 * all. */
	bool asks_all;
};

struct listeners {
	struct listener *list;
	size_t count, room;
};

/* 0 or -errno; -ENOENT: this kernel tells nothing of that protocol.
 * listeners_done() in either case. */
int listeners_read(const struct listeners_question *q, struct listeners *ret);
void listeners_done(struct listeners *l);

/* Those that take new clients of that port: TCP's that listen, UDP's that are
 * connected to nobody. */
int listeners_read_open(const char *where, uint8_t protocol, uint16_t port,
			const struct address *client, struct listeners *ret);

/* What becomes of a packet for an address and port at a socket of that port. */
struct listeners_packet {
	struct address address; /* has_address */
	uint32_t device;        /* that it comes in by; 0: not known */
	bool has_address;
};

/* From what fits to what fits least. */
enum listeners_fit {
	LISTENERS_HERE,     /* it is handed to this socket */
	LISTENERS_MAYBE,    /* that depends on the device, or the address */
	LISTENERS_DEVICE,   /* bound to another device */
	LISTENERS_ADDRESS,  /* bound to another address */
	LISTENERS_V6ONLY,   /* to all of IPv6 only, and the packet is IPv4 */
	LISTENERS_V4ONLY,   /* it is of IPv4, and the packet IPv6 */
	LISTENERS_LOOPBACK, /* bound to the loopback's address or device */
	LISTENERS_FITS,
};

enum listeners_fit listeners_fit(const struct listener *s,
				 const struct listeners_packet *p);

/* 0.0.0.0 or ::. */
bool listeners_is_any(const struct address *a);

/* "10.0.0.1:22", "[::]%eth0:22"; device: its name, or NULL. */
struct text;
void listeners_text(struct text *out, const struct listener *s,
		    const char *device);
