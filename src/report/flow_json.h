#pragma once

#include "base/json.h"
#include "report/report.h"

/* One flow with its verdict as the object that doc/explain.schema.json
 * describes: both JSON formats write it. */
void flow_json(struct json *j, const struct report_flow *f);

/* Its member "verdict" alone. */
void flow_json_verdict(struct json *j, const struct report_flow *f);

/* A culprit as an object. */
void flow_json_culprit(struct json *j, const struct culprit *c);

/* The packets of a fault are shown, those of other flows only on demand. */
bool flow_json_wants(struct report *r, const struct report_flow *f);

void flow_json_problems(struct json *j, const struct problems *problems);
void flow_json_summary(struct json *j, const struct report_summary *s);
