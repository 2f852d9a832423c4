#pragma once

#include <stdbool.h>

#include "nftrace/record.h"

/*
 * What each rule of iptables-legacy does, as far as its target alone says it: the
 * kernel's trace names the rule only, and calls one without conditions "policy" or
 * "return" (ipt_do_table()), as it does what stands behind the last one.
 */
enum { LEGACY_NAME = 32 };

/* What a record of RECORD_CHAINS is a row of, each followed by a byte for every
 * rule and one for what is behind the last. The names are terminated. */
struct legacy_chain {
	uint32_t rules;
	char table[LEGACY_NAME], chain[LEGACY_NAME];
};

enum legacy_byte {
	LEGACY_ACCEPT = 'A',
	LEGACY_DROP = 'D',
	LEGACY_CONTINUE = 'C',
	LEGACY_JUMP = 'J',
	LEGACY_QUEUE = 'Q',
	LEGACY_RETURN = 'R',
	LEGACY_UNSAID = '?', /* a target that nobody here knows */
};

/* Of all tables of the family that there are, which only root may ask for (asking
 * for a table makes it); what cannot be read is left out. */
void legacy_note(struct record_file *f, bool is_v4);
