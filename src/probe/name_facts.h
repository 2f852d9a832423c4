#pragma once

#include "base/text.h"
#include "fact/case.h"
#include "probe/name_evidence.h"

/*
 * What is known of a name, as facts: nothing is asked here. Files and lines that
 * are to blame are named. Facts about what failed are told only where the name
 * was not resolved, so that they cannot be taken for the connection's.
 */

/* Tells the facts of the whole, adds the addresses to be tried, and writes what
 * the step found into step. */
enum step_status name_facts_tell(struct case_record *c,
				 const struct name_evidence *e,
				 struct text *step);

/* To be called once the addresses were tried, before a verdict is drawn: whether
 * an address that only DNS gives works where the others do not. */
void name_facts_settle(struct case_record *c);
