#pragma once

#include <stdint.h>

#include "nftrace/arm.h"

struct nftnl_rule;

/* One rule's expressions: this flow, 50 a second of it, set nftrace. */
#define ARM_RULE_SET "ends"

enum arm_rule_kind {
	ARM_RULE_TO,   /* the client to the server; its end is remembered */
	ARM_RULE_FROM, /* the server's answers */
	/* To and from an end that is remembered, whatever the other end has
	 * been translated to. */
	ARM_RULE_LEARNT_TO,
	ARM_RULE_LEARNT_FROM,
};

/* For a chain of the family; NULL: no memory. nftnl_rule_free() it. */
struct nftnl_rule *arm_rule(const struct arm *a, uint8_t family,
			    enum arm_rule_kind kind);
