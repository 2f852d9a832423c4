#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * A stand-in for a client: a SYN or a datagram as the client's own, put where
 * those come in, so that this kernel takes it for one: netfilter, routing and
 * sockets see it come from that device, with that source.
 *
 * Where the kernel can (Linux 5.18), the frame is handed to the device's receive
 * path (stand_in_live.h): nothing of the host is made or changed. Else it comes
 * out of a throwaway network namespace by a veth, whose end here redirects it
 * into that device (stand_in_veth.h): it goes with the process that has it.
 *
 * So it meets what is behind the driver: XDP in generic mode, taps, traffic
 * control, netfilter at ingress, and all the rest. It does not meet the wire,
 * the card, the driver and XDP in it, nor devices that this one stands on.
 *
 * What the host answers leaves it, for the real client. A SYN-ACK is not
 * acknowledged: a process is kept that can take the SYN back.
 */
enum { STAND_IN_FRAME = 128 /* bytes that one may have */ };

struct stand_in {
	struct address client, server;
	uint32_t device;  /* index of that it comes in by */
	uint16_t port;    /* of the server's end */
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint8_t ttl;
	/* Stations; zeros where the link has none. to_mac may stay zeros for
	 * stand_in_begin(), which knows the device's own. */
	uint8_t to_mac[6], from_mac[6];
};

/* What was not asked for but chosen, so that nobody can aim at a connection
 * that there is. */
struct stand_in_sent {
	uint32_t sequence;
	uint16_t port; /* of the client's end */
	bool is_by_veth;
};

/* Its frame; taking_back: the RST that ends what its SYN began. ret has room for
 * STAND_IN_FRAME bytes. Returns how many there are; 0: the addresses do not fit
 * one another, or there is nothing to take back. */
size_t stand_in_frame(uint8_t *ret, const struct stand_in *q,
		      const struct stand_in_sent *who, bool taking_back);

/*
 * Sends it. Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, which the veth
 * needs in any case. *control becomes a socket that keeps it: when it is closed,
 * by whatever becomes of its owner, a RST follows a SYN, so that nothing stays
 * half open; after a byte was written to it, nothing follows. 0; -EOPNOTSUPP:
 * this kernel cannot, or not on that device; -EPERM; -ENODEV, -ENETDOWN;
 * -EINVAL: a question that makes no sense; -errno.
 */
int stand_in_begin(const struct stand_in *asked, struct stand_in_sent *sent,
		   int *control);
