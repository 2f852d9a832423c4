#pragma once

#include "cli/check_local.h"
#include "nftrace/path.h"
#include "ruleset/walk.h"

/*
 * Which of this host's own rules takes the attempt's packets or the answers to
 * them, by the kernel's own trace (src/nftrace). One more attempt is made for it,
 * so it is for where the rules themselves do not say.
 */
enum { CHECK_TRACE_SYNS = 1 };

struct check_trace {
	struct case_record *record;
	struct attempt *attempt;
	const struct check_local *state;
	const struct probe_options *options;
	const struct ruleset *ruleset; /* as far as it could be read */
	struct arena *arena;           /* of what it finds out */

	/* What it finds out. The blocker's chain is NULL where the ruleset does
	 * not have it: the step is what the kernel says. */
	struct walk_blocker blocker;
	struct nftrace_step step;
};

/* 1: a rule was named; 0: none takes them; -errno: it could not be traced, or
 * no SYN is left to do so. */
int check_trace_rules(struct check_trace *t);
