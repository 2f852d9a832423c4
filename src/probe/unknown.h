#pragma once

#include "probe/talk.h"

/*
 * Services of which nothing is known: what can be found out without harm. Only
 * what happens before anything was said is a fault; that a service does not
 * answer what it was never meant to is none.
 */

/* Listens, then tries HTTP, then TLS on a connection of its own; who hangs up on
 * both is listened to once more. 0 or -errno. */
int unknown_speak(struct talk *t);

/* What a service said by itself or to a question, which is good as such. */
void unknown_tell(struct talk *t);

/* Sends what the user gave, and shows what comes back. 0 or -errno. */
int unknown_send(struct talk *t);
