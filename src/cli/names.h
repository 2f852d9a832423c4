#pragma once

#include "net/address.h"

/* Names of hosts that a text gave instead of their addresses. */
struct names;

struct names *names_new(void);
void names_free(struct names *n);

/* Remembers the name, once; without memory it is forgotten. */
void names_add(struct names *n, const struct address *a, const char *name);

/* The name, or NULL. */
const char *names_of(const struct names *n, const struct address *a);
