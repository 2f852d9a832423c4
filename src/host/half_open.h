#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

/*
 * Whether the kernel holds a half-open connection of a client: then it took the
 * SYN, found the listener, and made the answer (sock_diag(7), SYN-RECV). No
 * privilege is needed.
 */
struct half_open_tuple {
	struct address client, server;
	uint16_t client_port, port;
};

/* 0 or -errno. */
int half_open_read(const struct half_open_tuple *t, bool *ret);
