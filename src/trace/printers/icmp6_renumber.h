#pragma once

#include "base/cursor.h"

struct line;

/* ICMPv6 router renumbering (RFC 2894). c is the whole message; one that ends
 * early is marked "[|icmp6]" and the line goes on. */
void icmp6_renumber_print(struct line *l, struct cursor c);
