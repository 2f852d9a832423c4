#pragma once

#include <stdbool.h>

#include "nftrace/arm.h"
#include "nftrace/record.h"

/*
 * The kernel's nft rules, before anything is armed: which handle has which place
 * in its chain goes to the file (of each message its table, chain and handle);
 * and, where a rule clears nftrace, the places at which it has to be set again.
 */
int rules_note(struct record_file *f, struct arm *a);
