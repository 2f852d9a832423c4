#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

struct line;

/*
 * A DNS message while it is printed, and the domain names in it (RFC 1035
 * 4.1.4, the bit labels of RFC 2673).
 *
 * A place is an offset from the message's first byte. It may lie behind what
 * was captured: tcpdump lets its pointers run ahead of the data, and what it
 * prints depends on how far. dns_at() makes a cursor of a place, a bad one if
 * there is nothing.
 */
struct dns_message {
	struct line *l;
	struct cursor bytes; /* from the header on, all that was captured */
	bool is_mdns;
	uint32_t labels; /* walked over so far, see dns_name.c */
};

/* How the printing of a part went on. */
enum dns_step {
	DNS_NEXT,
	DNS_STOP, /* damaged or cut: tcpdump's NULL, and mostly "[|domain]" */
	DNS_CUT,  /* a read left the captured bytes: tcpdump's longjmp */
};

size_t dns_captured(const struct dns_message *m);
struct cursor dns_at(const struct dns_message *m, size_t place);

/* Moves *place behind the name there; false if it does not end or has a label
 * of an unknown kind. */
bool dns_name_skip(const struct dns_message *m, size_t *place);

/* Prints the name at *place and moves *place behind it. Pointers in it count
 * from base. */
enum dns_step dns_name_print(struct dns_message *m, size_t *place, size_t base);
