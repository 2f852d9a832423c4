#pragma once

#include "report/report.h"
#include "ruleset/walk.h"

/*
 * The rule or policy that stops a packet, as reports tell it: in the words of
 * whoever would look it up.
 */

/* What stands in the ruleset stays there; the policy's words are the arena's.
 * 0 or -ENOMEM. */
int rule_told(const struct walk_blocker *b, struct arena *a,
	      struct report_rule *ret);

/* The same as a culprit, for facts. NULL without memory. */
struct culprit *rule_told_culprit(const struct walk_blocker *b, struct arena *a,
				  enum vantage vantage);
