#pragma once

#include "ruleset/packet_words.h"
#include "ruleset/walk.h"

struct firewall;

/* What is known of the host that a packet meets: its addresses, as --address
 * gives them, or, of the live ruleset, its own. */
enum { FIREWALL_ADDRESSES = 256 };

struct firewall_host {
	struct walk_address list[FIREWALL_ADDRESSES];
	struct walk_host host;
};

/* IFACE=ADDRESS/LENGTH, as `ip -br address' has them. 0, or EXIT_USAGE with
 * the reason said. */
int firewall_host_take(struct firewall *f, struct firewall_host *h,
		       const char *value);

/* Adds this host's own where its own rules were read and no --address was
 * given; of lo, none: loopback is known. */
void firewall_host_live(const struct firewall *f, struct firewall_host *h);

/* What the addresses say of a packet, where its words do not: the interface
 * that it comes in by, or leaves by, and to which of them it goes. Before
 * packet_words_assume(). */
void firewall_host_assume(const struct firewall_host *h,
			  struct packet_words *w);
