#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A pcapng file while it is captured: one section, an interface each, packets
 * with nanoseconds (draft-ietf-opsawg-pcapng). What blocks.h reads.
 */

/* The section's header. 0 or -errno. */
int pcapng_write_head(int fd);

/* The next interface; they count from 0. link is a LINKTYPE. */
int pcapng_write_interface(int fd, uint16_t link, uint32_t snaplen,
			   const char *name);

int pcapng_write_packet(int fd, uint32_t interface, int64_t time_ns,
			const void *data, uint32_t caplen, uint32_t len);
