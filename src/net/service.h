#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Service names: what a port is called, and the port that a name means.
 *
 * IANA's names, with those that Debian and Red Hat have beyond them, are built
 * in, so that text from another machine reads the same everywhere. Names that
 * only this system knows (services(5)) are looked up after them. protocol is
 * an IP protocol number; other than TCP and UDP count as TCP, which most of
 * them share their ports with.
 */

/*
 * The port of the len bytes at name, regardless of case. A name that stands
 * for the other protocol only is taken too: tcpdump knows it may be so. False
 * when nobody knows it; *ret is untouched then.
 */
bool service_port(const char *name, size_t len, uint8_t protocol,
		  uint16_t *ret);

/* IANA's name of a port, or NULL. Lives for ever. */
const char *service_iana_name(uint16_t port, uint8_t protocol);
