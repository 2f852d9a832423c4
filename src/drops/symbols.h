#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The kernel's functions by address (/proc/kallsyms), for kernels whose programs
 * cannot write names themselves (before Linux 5.13). Needs CAP_SYSLOG: without
 * it all addresses are zero, and nothing is found.
 */
struct symbol {
	uint64_t at;
	size_t name; /* in text */
};

struct symbols {
	struct text text;
	struct symbol *list; /* by address */
	size_t count;
};

/* 0 or -errno. */
int symbols_read(struct symbols *s);

/* Takes what s->text holds. 0 or -ENOMEM. */
int symbols_sort(struct symbols *s);
void symbols_done(struct symbols *s);

/* Of the function that the address is in; "" if it is in none. */
const char *symbols_find(const struct symbols *s, uint64_t at);
