#pragma once

#include "report/report.h"
#include "trace/flow.h"

struct problems;

/*
 * explain --ruleset: the first packet of a failing flow is walked through the
 * rules of its server, and what they do to it becomes facts (FACT_RULES_*).
 *
 * A trace does not hold what some rules ask for: the interface, marks, what
 * connection tracking says. The state is that of a first packet. The interface
 * is tried: each that the rules name, and one that they do not; where that makes
 * a difference, the rules are unsure.
 */
struct explain_ruleset;

/* Reads the files as one ruleset. NULL without memory. What cannot be read is a
 * problem. */
struct explain_ruleset *explain_ruleset_new(const char *const *files,
					    size_t count,
					    struct problems *problems);
void explain_ruleset_free(struct explain_ruleset *x);

/* Adds to the flow's facts. 0, with *ret as what the rules refuse it by (valid
 * as long as x) or with a NULL text; or -ENOMEM. */
int explain_ruleset_facts(struct explain_ruleset *x, const struct flow *f,
			  const struct flow_note *note, struct fact_set *facts,
			  struct report_rule *ret);
