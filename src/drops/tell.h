#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drops/event.h"
#include "fact/case.h"

/* Whose packets: one connection's or one client's attempts. */
struct drops_flow {
	uint8_t protocol;
	struct address client, server;
	uint16_t client_port; /* 0: any */
	uint16_t port;
	/* Where the packet filter sends it on to: has_inner. */
	struct address inner;
	uint16_t inner_port;
	bool has_inner;
	int64_t since_ns; /* CLOCK_MONOTONIC: nothing older is of it */
	bool is_client;   /* this host is the client: check, run */
};

/* Whether this event is of that flow, one way or the other. */
bool drops_is_of(const struct drop_event *e, const struct drops_flow *who);

/* What the kernel did to its packets, as facts of the source "drops"
 * (meanings.def). DROPS_WATCHED and DROPS_NONE only where nothing was missed.
 * Returns how many events were of it. */
size_t drops_tell(const struct drops_list *l, const struct drops_flow *who,
		  struct facts *facts);
