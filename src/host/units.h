#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/address.h"

/*
 * The units of systemd that would have a port open: sockets, which say so, and
 * services that are usual there, which do not. From their files and links;
 * whether one is started or has failed only systemd knows (unit_state.h), where
 * it runs at all.
 */
struct unit {
	const char *name; /* telnet.socket */
	const char *file;
	unsigned line; /* of ListenStream= or ListenDatagram=; 0: a service */
	const char *text; /* what it listens on, as it stands */
	bool is_enabled;  /* something wants it at the start */
	bool is_masked;   /* it cannot be started at all */
	const struct unit *next;
};

struct units {
	const struct unit *list;
	bool is_running; /* systemd runs here: systemctl can be asked */
	bool is_there;   /* there are units at all */
};

/* 0 or -errno. protocol: of IP. */
int units_find(struct units *ret, struct arena *a, uint8_t protocol,
	       uint16_t port);

/* One Listen line's value, "22", "10.0.0.1:22", "[::]:22": the port, or 0. */
uint16_t units_port(const char *value);
