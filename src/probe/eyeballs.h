#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/case.h"

/*
 * Which of a name's addresses an application would end up with, and how late,
 * going by what each attempt found. Pure. The attempts stand in the order of
 * getaddrinfo(); each was tried on its own, so its own time is known.
 */
struct eyeballs {
	/* Indices of attempts, or -1: none of them is reached. */
	int racing;     /* RFC 8305: a quarter of a second between attempts */
	int sequential; /* one after the other, as most programs do */
	int64_t racing_ns, sequential_ns; /* until then, since the start */
	/* The addresses that a sequential program waits for in vain come before
	 * the one that it uses. */
	size_t failed_before;
	bool is_endless; /* one of those stays silent: the kernel's 127 s */
};

void eyeballs_judge(struct eyeballs *ret, const struct attempt *attempts,
		    size_t count);
