#pragma once

#include "report/report.h"
#include "trace/flow.h"

/* What a report says of a flow, except its verdict and its packets' lines. The
 * name and the facts are borrowed. */
void explain_flow(struct report_flow *ret, const struct flow *f,
		  const struct flow_note *note, const struct fact_set *facts);
