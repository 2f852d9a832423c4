/* Rules that refuse: the smallest change that lets the connection through. */
#include <errno.h>

#include "fix/repair.h"

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	(void)p;
	(void)f;
	return -ENOENT;
}

const struct repair repair_rules = {
	.id = "rules",
	.culprits = { CULPRIT_FIREWALL_RULE, CULPRIT_FIREWALL_POLICY,
		      CULPRIT_SET_ELEMENT },
	.propose = propose,
};
