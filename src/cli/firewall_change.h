#pragma once

#include "ruleset/compare.h"

struct json;
struct text;

/* One difference of two rulesets, as `firewall diff' tells it and as plans tell
 * what they change. */
void firewall_change_json(struct json *j, const struct change *c);
void firewall_change_text(struct text *out, const struct change *c);
