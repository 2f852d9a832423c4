#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * Finding things by their names, in rulesets of 100,000 rules: a hash table in
 * an arena, which only grows. The names are the caller's; several things may
 * have the same one, told apart by a number.
 */
struct name_index {
	struct name_slot *slots;
	size_t count, capacity;
};

/* The thing of that name and number, or NULL. */
void *name_index_find(const struct name_index *x, const char *name,
		      unsigned number);

/* Adds one that is not in it. -ENOMEM or 0. */
int name_index_add(struct name_index *x, struct arena *a, const char *name,
		   unsigned number, void *thing);
