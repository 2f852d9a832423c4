#pragma once

#include "follow.h"

/*
 * Conversations: packets of one flow, one after the other and from both sides,
 * with retransmissions, strays, resets and ICMP errors. Of each the state is
 * foretold (follow.h) from what became of those before it: one that a rule
 * drops makes no entry, and the next is new again. Of TCP and UDP, a connection
 * may be translated to what the walk foretells: then the other side answers
 * what it got, and nobody asks the chains again.
 */
enum { CONVERSATION_MOST = 14 };

/* Makes the shots of one between the ends of the seed, which was settled and
 * is of no entry; how many, 0: none can be had of it. Ends before the first
 * whose fate nobody can tell; the reason goes to ret_open, and is NULL where
 * nothing was left out. */
unsigned conversation_make(const struct predictor *p, struct dice *dice,
			   const struct shot *seed,
			   struct shot ret[CONVERSATION_MOST],
			   const char **ret_open);

/* A shot's own tuple and the one that answers it, for track_delete(). */
void conversation_tuple(const struct shot *s, bool reply, struct point *ret);
