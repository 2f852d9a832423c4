#pragma once

#include "trace/pasted_line.h"

/* Behind "ICMP6, ": as pasted_icmp_read(). tcpdump 4 does not print what an
 * ICMPv6 error quotes. */
void pasted_icmp6_read(struct pasted_line *l);
