#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct line;

/*
 * ICMPv6 node information queries and replies (RFC 4620, and the draft of
 * icmp-name-lookup-03 that KAME spoke). c is the whole message. False when a
 * read left the captured bytes, as the printers of printer.h.
 */
bool icmp6_node_print(struct line *l, struct cursor c, uint32_t length);
