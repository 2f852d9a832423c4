#pragma once

#include "net/wrappers.h"

/*
 * Whether lists of patterns match. For net/wrappers*.c only.
 */
enum wrappers_matches { WRAPPERS_NO, WRAPPERS_MAYBE, WRAPPERS_YES };

struct wrappers_match {
	const struct wrappers_ask *ask;
	enum wrappers_why why; /* the first thing that was not known */
	bool asks_ident;
	unsigned depth; /* of files that name files */
};

/* The lists are cut up. */
enum wrappers_matches wrappers_match_daemons(struct wrappers_match *m,
					     char *list);
enum wrappers_matches wrappers_match_clients(struct wrappers_match *m,
					     char *list);

/* "net/mask" that matches nothing whatever the address. */
bool wrappers_match_never(const char *net, const char *mask);
