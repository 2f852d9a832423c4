/*
 * Which rule took the packets that came: by the counter that moved with them.
 */
#include <errno.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "cli/rule_why.h"
#include "cli/server_counters.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

int server_rules_after(struct server_rules *s, const struct look_question *q,
		       const struct fact_set *seen, unsigned packets,
		       struct facts *facts)
{
	(void)q;
	(void)seen;
	(void)packets;
	(void)facts;
	if (!s || !s->ruleset || !s->way.is_known)
		return 0;
	return 0;
}
