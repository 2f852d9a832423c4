#pragma once

#include <stdint.h>

#include "story.h"

/*
 * How each kind of flow goes, packet by packet, and what is right to say of
 * it: the list that one may add to.
 */

enum scenario_transport {
	SCENARIO_TCP,
	SCENARIO_UDP,
	SCENARIO_DNS, /* UDP, port 53 in any case */
	SCENARIO_ICMP,
};

struct scenario {
	const char *name;
	const char *symptom; /* that is right; several are parted by "/" */
	void (*tell)(struct story *s);
	uint16_t weight;  /* of 1000 flows or so */
	uint16_t seconds; /* that it takes at most */
	uint8_t transport;
	uint8_t variant; /* of tell */
};

/* One of those that end before left_ns have passed. */
const struct scenario *scenario_pick(struct rng *rng, int64_t left_ns);

/* Puts all packets of the flow, from start_ns on, into the queue. 0 or
 * -ENOMEM. */
int scenario_tell(const struct scenario *which, struct story_stage *stage,
		  struct wire_flow *flow, int64_t start_ns);
