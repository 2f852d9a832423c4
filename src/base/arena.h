#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that is given back all at once: everything learned about one case
 * lives and dies with it, so nothing in it is freed on its own.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Gives back everything; what is allocated next may take its place. */
void arena_clear(struct arena *a);

/* Whether p points into what was allocated. */
bool arena_has(const struct arena *a, const void *p);

/* Zeroed memory, aligned for anything; NULL when there is none. */
void *arena_alloc(struct arena *a, size_t size);

/* A terminated copy of len bytes; NULL when there is no memory. */
char *arena_copy(struct arena *a, const void *data, size_t len);
char *arena_string(struct arena *a, const char *s);

/* For tests: the nth allocation from now on fails, and every one after it.
 * 0 switches this off. */
void arena_fail_at(struct arena *a, uint64_t nth);
