#pragma once

#include "predict.h"
#include "ruleset/audit.h"

/*
 * The audit's witnesses as packets on the wire: what a finding says of its
 * witness has to be what the walk, and so the kernel, does with it.
 */
enum claim {
	CLAIM_HOLDS,
	CLAIM_FALSE,
	CLAIM_AWAY, /* the witness does not come to the chain as it is */
};

enum { CLAIM_BASES = 16 };

/* The base chains that the finding may be about; how many. */
unsigned claim_bases(const struct ruleset *r, const struct finding *f,
		     const struct chain *ret[CLAIM_BASES]);

/* The shot is settled. Of the witness only the fields that count (FIELD_BIT()s)
 * are asked for. What is not as the witness wants goes to ret_field,
 * FIELD_COUNT: it never came to the chain. */
enum claim claim_check(const struct predictor *p, const struct finding *f,
		       const struct point *witness, const struct chain *base,
		       const struct shot *s, uint64_t fields,
		       enum field *ret_field);
