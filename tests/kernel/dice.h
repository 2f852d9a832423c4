#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ruleset/value.h"

/* Random numbers that a seed repeats (xorshift64*, Vigna 2016). */
struct dice {
	uint64_t state;
};

static inline struct dice dice_new(uint64_t seed)
{
	return (struct dice){ seed * UINT64_C(0x9e3779b97f4a7c15) | 1 };
}

static inline uint64_t dice_u64(struct dice *d)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return d->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 … below - 1; 0 where below is 0. */
static inline uint64_t dice_below(struct dice *d, uint64_t below)
{
	return below ? (dice_u64(d) >> 1) % below : 0;
}

/* Once in so many times. */
static inline bool dice_one_in(struct dice *d, unsigned times)
{
	return !dice_below(d, times);
}

static inline u128 dice_u128(struct dice *d)
{
	u128 high = dice_u64(d);

	return high << 64 | dice_u64(d);
}

/* Within the range, both ends included. */
static inline u128 dice_within(struct dice *d, u128 first, u128 last)
{
	u128 span = last - first + 1;

	return span ? first + dice_u128(d) % span : dice_u128(d);
}
