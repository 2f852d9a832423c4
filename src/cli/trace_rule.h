#pragma once

#include "nftrace/path.h"
#include "ruleset/model.h"

/*
 * A step of the kernel's trace (nftrace/path.h), found in the rules that were
 * read. Both belong to the ruleset; NULL: it is not in it.
 */
const struct chain *trace_rule_chain(const struct ruleset *r,
				     const struct nftrace_step *step);

/* By its handle, where both have one; else by its number. A policy has none. */
const struct rule *trace_rule(const struct chain *c,
			      const struct nftrace_step *step);
