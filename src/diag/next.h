#pragma once

#include <stddef.h>

#include "diag/diag.h"

/*
 * What to look at next, and where: the step that halves what is left. The
 * command has CLIENT, SERVER, PORT and PROTO (tcp, udp) in it, which whoever
 * prints it fills in.
 */
struct next_step {
	const char *where;   /* a vantage's name, or router; not translated */
	const char *command; /* to be copied */
	const char *why;     /* a sentence, not translated yet */
};

/* The i-th step for the verdict, or NULL. */
const struct next_step *next_at(const struct verdict *v,
				const struct fact_set *facts, size_t i);
