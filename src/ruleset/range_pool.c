#include "ruleset/range_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/ranges.h"

static uint64_t mix(uint64_t h, u128 n)
{
	h = (h ^ (uint64_t)n) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 29 ^ (uint64_t)(n >> 64)) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

static size_t hash(const struct ranges *x)
{
	uint64_t h = x->count;

	for (size_t i = 0; i < x->count; i++)
		h = mix(mix(h, x->range[i].first), x->range[i].last);
	return (size_t)h;
}

/* Where the ranges stand, or the free slot where they belong. */
static const struct ranges **slot(const struct range_pool *p,
				  const struct ranges *x)
{
	size_t i = hash(x) & (p->capacity - 1);

	while (p->slots[i] && !ranges_equal(p->slots[i], x))
		i = (i + 1) & (p->capacity - 1);
	return &p->slots[i];
}

static int grow(struct range_pool *p)
{
	struct range_pool bigger = { .capacity = p->capacity ? 2 * p->capacity
							     : 256 };

	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;

	for (size_t i = 0; i < p->capacity; i++)
		if (p->slots[i])
			*slot(&bigger, p->slots[i]) = p->slots[i];
	free(p->slots);
	p->slots = bigger.slots;
	p->capacity = bigger.capacity;
	return 0;
}

const struct ranges *range_pool_keep(struct range_pool *p, struct arena *a,
				     const struct ranges *x)
{
	size_t bytes = x->count * sizeof(x->range[0]);
	const struct ranges **s;
	struct ranges *copy;

	if (2 * (p->count + 1) > p->capacity && grow(p))
		return NULL;

	s = slot(p, x);
	if (*s)
		return *s;

	copy = arena_alloc(a, sizeof(*copy) + bytes);
	if (!copy)
		return NULL;
	copy->count = x->count;
	memcpy(copy->range, x->range, bytes);
	p->count++;
	return *s = copy;
}

void range_pool_done(struct range_pool *p)
{
	free(p->slots);
	*p = (struct range_pool){ 0 };
}
