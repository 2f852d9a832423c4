#pragma once

#include <stdbool.h>

#include "trace/pasted_line.h"

/*
 * What stands between the time and the IP header: interface and direction of
 * -i any, the link header of -e in its many forms, VLAN, MPLS, PPPoE; and ARP,
 * which ends there.
 */

/* Reads on to the end of the line. False when no packet begins here. */
bool pasted_link_read(struct pasted_line *l);

/* "52:54:00:12:34:56", also with single digits; false when it is not one. */
bool pasted_link_mac(struct cursor *c, uint8_t ret[static 6]);
