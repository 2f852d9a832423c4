#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Names as tcpdump prints them without -n: of hosts by gethostbyaddr(), of
 * ports by the system's list of services, of Ethernet addresses by
 * /etc/ethers. Each is asked for once; a question to the name service may take
 * its time.
 */
struct line_names;

/* NULL when memory ran out. Reads the list of services. */
struct line_names *line_names_new(void);
void line_names_free(struct line_names *n);

void line_names_v4(struct line_names *n, const uint8_t v4[static 4],
		   struct text *out);
void line_names_v6(struct line_names *n, const uint8_t v6[static 16],
		   struct text *out);

/* With the maker's name behind it where there is none of its own. */
void line_names_mac(struct line_names *n, const uint8_t mac[static 6],
		    struct text *out);
void line_names_port(struct line_names *n, bool is_udp, uint16_t port,
		     struct text *out);

/* Numbers, for -n and for what has no name. */
void line_names_plain_v6(const uint8_t v6[static 16], struct text *out);
void line_names_plain_mac(const uint8_t mac[static 6], struct text *out);

/* The maker of tcpdump's short list, or NULL. */
const char *line_names_maker(uint32_t oui);
