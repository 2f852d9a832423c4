#pragma once

#include <stdbool.h>

#include "nftrace/record.h"

/*
 * How many rules each chain of iptables-legacy has: the kernel calls a rule without
 * conditions "policy" or "return" when it traces it (ipt_do_table()), as it does
 * what stands behind the last rule; the number tells them apart.
 */
enum { LEGACY_NAME = 32 };

/* What a record of RECORD_CHAINS is a row of; terminated names. */
struct legacy_chain {
	uint32_t rules;
	char table[LEGACY_NAME], chain[LEGACY_NAME];
};

/* Of all tables of the family that there are; what cannot be read is left out. */
void legacy_note(struct record_file *f, bool is_v4);
