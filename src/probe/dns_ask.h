#pragma once

#include "probe/talk.h"

/*
 * A name server, asked what all of them know: the servers of the root, without
 * recursion. Any well-formed answer shows that it serves, a refusal too: which
 * names it answers for is not the question here.
 */

/* Over TCP, two bytes of length stand before the message (RFC 1035 4.2.2). */
int dns_ask_speak(struct talk *t, bool is_tcp);
