#include "cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { SLOTS = 16 * 1024, MOST = SLOTS / 2 };

struct names {
	struct arena *arena;
	size_t count;

	struct {
		struct address address;
		const char *name;
	} slots[SLOTS];
};

struct names *names_new(void)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;

	n->arena = arena_new();
	if (!n->arena) {
		free(n);
		return NULL;
	}

	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;

	arena_free(n->arena);
	free(n);
}

static size_t slot_of(const struct names *n, const struct address *a)
{
	uint64_t low;
	size_t i;

	memcpy(&low, a->bytes + 8, sizeof(low));
	i = (size_t)(low * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SLOTS;
	while (n->slots[i].name && !address_equal(&n->slots[i].address, a))
		i = (i + 1) % SLOTS;

	return i;
}

void names_add(struct names *n, const struct address *a, const char *name)
{
	size_t i = slot_of(n, a);

	if (n->slots[i].name || n->count == MOST)
		return;

	n->slots[i].name = arena_string(n->arena, name);
	if (!n->slots[i].name)
		return;
	n->slots[i].address = *a;
	n->count++;
}

const char *names_of(const struct names *n, const struct address *a)
{
	return n->slots[slot_of(n, a)].name;
}
