#pragma once

#include "host/tc.h"

/*
 * One filter of traffic control: its attributes as the kernel dumps them, and
 * whether it matches a packet. For tc.c.
 */
struct nlattr;

/* f's kind, chain and protocol are set. What is not understood makes it
 * unsure. options may be NULL. */
void tc_filter_read(struct arena *arena, struct tc_filter *f,
		    const struct nlattr *options);

/* What it does to this packet: TC_NEXT where it does not match. */
enum tc_action tc_filter_judge(const struct tc_filter *f,
			       const struct first_packet *p);

/* The drops that the statistics hold (TCA_STATS2, TCA_ACT_STATS). */
uint64_t tc_drops_of(const struct nlattr *stats);
