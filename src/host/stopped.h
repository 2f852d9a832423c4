#pragma once

#include <stdbool.h>

/*
 * Whether something else was found that stops a client's packets before a look's
 * own place: then the look's counters did not move because nothing came so far,
 * which says nothing of what would become of it there.
 */
struct facts;

/* What was shown by counters to have stopped them before any rule of the packet
 * filter, whose counters then stand still. */
bool stopped_before_rules(const struct facts *f);

/* Before IPsec's policies and the sockets: the packet filter and what stands
 * before it. */
bool stopped_before_socket(const struct facts *f);

/* Before the answer leaves. */
bool stopped_before_answer(const struct facts *f);
