#include "ruleset/name_index.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

struct name_slot {
	const char *name; /* NULL: free */
	void *thing;
	unsigned number;
	uint32_t hash;
};

/* FNV-1a. */
static uint32_t hash(const char *name, unsigned number)
{
	uint32_t h = 2166136261U ^ number;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619U;
	return h;
}

/* The slot of the name, or the free one where it belongs. */
static struct name_slot *slot(const struct name_index *x, const char *name,
			      unsigned number, uint32_t h)
{
	size_t mask = x->capacity - 1;

	for (size_t i = h & mask;; i = (i + 1) & mask) {
		struct name_slot *s = &x->slots[i];

		if (!s->name || (s->hash == h && s->number == number &&
				 strcmp(s->name, name) == 0))
			return s;
	}
}

void *name_index_find(const struct name_index *x, const char *name,
		      unsigned number)
{
	if (!x->count)
		return NULL;

	return slot(x, name, number, hash(name, number))->thing;
}

static int grow(struct name_index *x, struct arena *a)
{
	struct name_index bigger = { .capacity = x->capacity ? 4 * x->capacity
							     : 16 };

	bigger.slots = arena_alloc(a, bigger.capacity * sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;

	for (size_t i = 0; i < x->capacity; i++) {
		const struct name_slot *s = &x->slots[i];

		if (s->name)
			*slot(&bigger, s->name, s->number, s->hash) = *s;
	}
	bigger.count = x->count;
	*x = bigger;
	return 0;
}

int name_index_add(struct name_index *x, struct arena *a, const char *name,
		   unsigned number, void *thing)
{
	uint32_t h = hash(name, number);

	if (2 * (x->count + 1) > x->capacity && grow(x, a))
		return -ENOMEM;

	*slot(x, name, number, h) = (struct name_slot){
		.name = name, .thing = thing, .number = number, .hash = h
	};
	x->count++;
	return 0;
}
