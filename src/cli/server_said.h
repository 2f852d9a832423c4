#pragma once

#include "base/text.h"
#include "cli/server.h"

/*
 * The bytes with which each side of a TCP connection began, as this run's own
 * capture holds them: in their order, as far as no packet is missing or cut.
 * They are untrusted.
 */
struct server_said {
	struct text client, server;
};

/* 0 or -errno. The caller gives it back in either case. */
int server_said_read(struct server_said *ret, struct server *s,
		     const struct server_seen *seen, uint16_t port);
void server_said_done(struct server_said *said);
