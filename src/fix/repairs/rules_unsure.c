/*
 * Where it looks as if rules refused it and nobody saw which of them: they are
 * asked here. A rule may let the handshake pass and refuse what comes behind it.
 */
#include <errno.h>

#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/repairs/rules_parts.h"

/* One that names its rule is mended by `rules', and the whole way with it. */
static bool is_mended_there(const struct fix_plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (fix_is_of_rules(&plan->faults[i]))
			return true;

	return false;
}

/* Where they let it pass, nothing is said: they may not all have been read. */
static bool is_refused(struct fix_planning *p)
{
	struct walk_result *first, *next;

	return p->ruleset && p->source && p->has_packet &&
	       !effect_walk(p, p->ruleset, &first, &next) &&
	       !(effect_gets_through(first) && effect_gets_through(next));
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	if (f->culprit || !f->cause->ruled_by || !kit_is_here(p, f) ||
	    is_mended_there(p->plan) || !is_refused(p))
		return -ENOENT;

	return rules_propose(p, f);
}

const struct repair repair_rules_unsure = {
	.id = "rules-unsure",
	.causes = { "firewall-reject-rst", "firewall-reject-icmp",
		    "firewall-drop-silent", "firewall-output-drop",
		    "firewall-policy-drop", "firewall-catchall-reject",
		    "client-output-drop", "client-output-reject",
		    "client-input-no-established" },
	.propose = propose,
};
