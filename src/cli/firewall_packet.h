#pragma once

#include "ruleset/packet_words.h"

struct firewall;

/* The packet that a command line asks about: words, a frame of a capture, or
 * both (words go before what the frame says). */
struct firewall_packet {
	const char *words; /* as they came, joined by blanks; or NULL */
	const char *from;  /* CAPTURE#N, or NULL */
	struct packet_words packet;
};

/* Takes --packet, with all the words that follow, or --packet-from, at
 * argv[*i]: 1; 0 if it is neither; -1 with the reason said. */
int firewall_packet_take(struct firewall *f, struct firewall_packet *p,
			 int argc, char *argv[], int *i);

/* Reads it, and assumes nothing. 0, or an exit status with the reason said. */
int firewall_packet_read(struct firewall *f, struct firewall_packet *p);
