#pragma once

#include <stdbool.h>

#include "diag/symptom.h"
#include "fact/fact.h"

/*
 * What was found on the server that stops a client's packets, in the order in
 * which they meet it (blockers.def).
 */

/* How many there are. */
enum {

#define X(name, tcp, udp) BLOCKER_##name,
#include "diag/blockers.def"
#undef X
	BLOCKERS,
};

/* The place of that fact on a packet's way, from 1; 0: it is none of these. */
unsigned blockers_place(enum fact_kind kind);

/* Whether it stops a packet before the kernel has made the answer to it. */
bool blockers_is_inbound(enum fact_kind kind);

/* The first of the facts that a packet meets, or FACT_NONE. An answered probe
 * has shown for a part of its way that it meets none there. */
enum fact_kind blockers_first(const struct fact_set *facts);

/* What the client sees of what stands at that place, from 1. */
enum symptom blockers_shown(unsigned place, const struct fact_set *facts);

/* What the client sees of it. */
enum symptom blockers_symptom(enum fact_kind kind,
			      const struct fact_set *facts);

/* Whether they tell of a server before any packet came to it, or but one that
 * it made itself and answered. */
bool blockers_foretell(const struct fact_set *facts);
