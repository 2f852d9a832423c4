#pragma once

#include <stdint.h>

/* Random numbers that a seed decides, the same on every machine (splitmix64,
 * Steele et al. 2014). Not for secrets. */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *r);
uint32_t rng_u32(struct rng *r);
/* 0 up to and without limit, which is not 0. */
uint32_t rng_below(struct rng *r, uint32_t limit);
/* low up to and with high. */
int64_t rng_between(struct rng *r, int64_t low, int64_t high);
/* 0 up to and without 1. */
double rng_share(struct rng *r);
