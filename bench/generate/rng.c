#include "rng.h"

uint64_t rng_next(struct rng *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint32_t rng_u32(struct rng *r)
{
	return (uint32_t)(rng_next(r) >> 32);
}

uint32_t rng_below(struct rng *r, uint32_t limit)
{
	return (uint32_t)((uint64_t)rng_u32(r) * limit >> 32);
}

int64_t rng_between(struct rng *r, int64_t low, int64_t high)
{
	return low + (int64_t)(rng_next(r) % (uint64_t)(high - low + 1));
}

double rng_share(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}
