#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "probe/talk.h"

/*
 * Services that greet with a line: what they have in common. Each lists the
 * beginnings by which it says that it serves, and by which it says that it does
 * not.
 */
struct greeting {
	const char *name;            /* "SMTP" */
	const char *const *serving;  /* NULL at the end */
	const char *const *refusing; /* "421 ": it is up, and refuses */
	const char *unlike;          /* a word of others, or NULL */
	const char *bye;             /* to take leave with */
};

/* Waits for the greeting, judges it, takes leave. 0 or -errno. */
int greeting_hear(struct talk *t, const struct greeting *g);

/* It refuses in words: those are told. */
void greeting_tell_refusal(struct talk *t, const void *words, size_t len);
