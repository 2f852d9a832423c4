#pragma once

#include <stdbool.h>

#include "trace/pasted_line.h"

/*
 * From "(tos …)" or the addresses to the end of the line: IPv4, IPv6, what
 * they encapsulate, UDP, and protocols that are only named. version is that of
 * the header before it, 0 when nothing told. False when no addresses stand
 * there.
 */
bool pasted_ip_read(struct pasted_line *l, uint8_t version);

/* Behind the bracket of "(tos 0x0, ttl 64, id 1, …)" or tcpdump 3's "(ttl 64,
 * id 1)": reads them up to the closing one. False when there is none. */
bool pasted_ip_fields(struct pasted_line *l);
