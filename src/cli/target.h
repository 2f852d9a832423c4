#pragma once

#include "fact/case.h"

/*
 * TARGET as people type it: HOST:PORT, [V6]:PORT, HOST PORT, tcp://HOST:PORT,
 * udp://HOST:PORT, or a service's URL (https://HOST[:PORT][/PATH]). PORT may be a
 * service name.
 */

/*
 * Reads it, and after it the word that is a port of its own, or NULL. Strings
 * go into the arena. 0; or -EINVAL with what is wrong, and what was probably
 * meant, appended to why as a sentence; -ENOMEM.
 */
int target_parse(struct target *ret, struct arena *arena, const char *text,
		 const char *port, struct text *why);

/* SERVICE or PORT: "5555", "ssh", "tcp/5555", "udp/53". False: none of them. */
bool target_port(const char *word, uint8_t *protocol, uint16_t *port);
