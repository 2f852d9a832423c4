#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *chunk;
	uint64_t fail_at;
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;

	while (a->chunk) {
		struct chunk *next = a->chunk->next;

		free(a->chunk);
		a->chunk = next;
	}
	free(a);
}

void arena_clear(struct arena *a)
{
	struct chunk *kept = NULL;

	while (a->chunk) {
		struct chunk *next = a->chunk->next;

		if (!kept && a->chunk->size == CHUNK_BYTES)
			kept = a->chunk;
		else
			free(a->chunk);
		a->chunk = next;
	}

	if (!kept)
		return;
	kept->next = NULL;
	kept->used = 0;
	a->chunk = kept;
}

bool arena_has(const struct arena *a, const void *p)
{
	uintptr_t at = (uintptr_t)p;

	for (const struct chunk *c = a->chunk; c; c = c->next)
		if (at >= (uintptr_t)c->data &&
		    at - (uintptr_t)c->data < c->used)
			return true;

	return false;
}

static struct chunk *chunk_new(struct arena *a, size_t size)
{
	size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
	struct chunk *c;

	if (bytes > SIZE_MAX - sizeof(*c))
		return NULL;

	c = malloc(sizeof(*c) + bytes);
	if (!c)
		return NULL;

	c->next = a->chunk;
	c->used = 0;
	c->size = bytes;
	a->chunk = c;
	return c;
}

static int must_fail(struct arena *a)
{
	if (!a->fail_at)
		return 0;
	if (a->fail_at == 1)
		return 1;

	a->fail_at--;
	return 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *c = a->chunk;
	void *p;

	if (must_fail(a) || size > SIZE_MAX - align)
		return NULL;

	size = (size + align - 1) / align * align;
	if (!c || size > c->size - c->used) {
		c = chunk_new(a, size);
		if (!c)
			return NULL;
	}

	p = c->data + c->used;
	c->used += size;
	return memset(p, 0, size);
}

char *arena_copy(struct arena *a, const void *data, size_t len)
{
	char *s = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

	if (s && len)
		memcpy(s, data, len);

	return s;
}

char *arena_string(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

void arena_fail_at(struct arena *a, uint64_t nth)
{
	a->fail_at = nth;
}
