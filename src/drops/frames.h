#pragma once

#include "drops/record.h"
#include "drops/symbols.h"

/*
 * The functions of a stack, by name. The kernel has written them where it can;
 * else they are looked up. Only names: no address leaves the collector.
 */
struct frames {
	struct symbols symbols;
	char names[RECORD_NAMES];
	char place[RECORD_PLACE];
};

/* Empty; symbols may be read into it. */
void frames_init(struct frames *f);

/* The place, then its callers, as long as f and stack are there; NULL behind
 * the last. */
void frames_name(struct frames *f, const struct record_stack *stack,
		 const char *ret[RECORD_FRAMES + 2]);
