#pragma once

#include "probe/talk.h"

/*
 * A service over UDP: nothing is connected, so the first answer is also the
 * first sign of life. An ICMP error says who refuses; silence says little where
 * nobody has to answer.
 */

/* A socket that is connected to the attempt's address, and keeps its errors. A
 * descriptor or -errno. */
int datagrams_open(const struct probing *p);

/* By the speaker that knows the service; else what the user gave, or an empty
 * datagram. 0 or -errno. */
int datagrams_speak(struct talk *t);
