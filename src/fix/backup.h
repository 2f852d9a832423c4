#pragma once

#include <stdbool.h>

#include "base/text.h"

/*
 * A backup that counts: every tool ended well, every table is whole, and there are
 * as many rules in it as the kernel says itself, asked without the tools. An empty
 * one is accepted only where that count is zero.
 */

/* rules: live_gather()'s of this network namespace, just read. 0; -EINVAL with
 * why; -errno. */
int backup_check(const struct text *rules, struct text *why);

/* Entries that ip_tables keeps for a table as iptables-save prints it: one for each
 * rule and each policy, two for each chain of one's own, and one at the end
 * (net/ipv4/netfilter/ip_tables.c, libiptc). at: behind "*table\n"; ret_end: behind its
 * COMMIT; NULL: it has none. */
unsigned backup_save_entries(const char *at, const char **ret_end);

/* Rules in what iptables-save, or nft -a, printed. */
unsigned backup_save_rules(const char *text);
unsigned backup_nft_rules(const char *text);
