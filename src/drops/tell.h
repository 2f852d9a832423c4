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
	bool is_whole;    /* all was attached before its first packet came */
};

/* Whether this event is of that flow, one way or the other. */
bool drops_is_of(const struct drop_event *e, const struct drops_flow *who);

/*
 * What the kernel did to its packets, as facts of the source "drops"
 * (meanings.def). To be called when the packets' own facts are told: what was
 * seen of them (a RST that left, a frame for this host) says what an event
 * means. They carry no culprit. DROPS_WATCHED and DROP_NONE only where nothing
 * was missed, and DROP_NONE only of packets that were seen. Nothing is told of a
 * flow whose two ends have one address. Returns how many events were of it.
 */
size_t drops_tell(const struct drops_list *l, const struct drops_flow *who,
		  struct facts *facts);
