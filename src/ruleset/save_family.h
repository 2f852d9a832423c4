#pragma once

#include "ruleset/model.h"

/* What a save text does not say outright is told by what it holds. */

/* TABLE_IP or TABLE_IP6, by addresses, ICMPv6 and the file's name. */
enum table_family save_family(const char *file, const char *text, size_t len);

/* The table that a built-in chain of no named table most likely is in. */
const char *save_family_table(const char *chain);
