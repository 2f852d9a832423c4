#pragma once

#include "ruleset/model.h"

/* What a save text does not say outright is told by what it holds. */

/* TABLE_IP or TABLE_IP6, by addresses, ICMPv6 and the file's name. */
enum table_family save_family(const char *file, const char *text, size_t len);

/* The table that `iptables -S` prints, by the built-in chains whose policies it
 * names. */
const char *save_family_table(const char *text, size_t len);

/* The table that has these of PREROUTING, INPUT, FORWARD, OUTPUT and
 * POSTROUTING. */
const char *save_family_by_chains(const bool seen[static 5]);
