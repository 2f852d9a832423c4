#pragma once

#include "drops/event.h"

/*
 * In whose run of the packet filter it happened, by the functions of a stack:
 * the place first, then its callers, NULL behind the last. Outside the packet
 * filter both are none.
 */
void hooks_of(const char *const *stack, enum drop_hook *hook,
	      enum drop_engine *engine);
