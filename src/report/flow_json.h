#pragma once

#include "base/json.h"
#include "report/report.h"

/* One flow with its verdict as the object that doc/explain.schema.json
 * describes: both JSON formats write it. */
void flow_json(struct json *j, const struct report_flow *f);

/* The packets of a fault are shown, those of other flows only on demand. */
bool flow_json_wants(struct report *r, const struct report_flow *f);

void flow_json_problems(struct json *j, const struct problems *problems);
void flow_json_summary(struct json *j, const struct report_summary *s);
