#include "fix/effect.h"

#include <errno.h>

int fix_effect_compute(struct fix_planning *p, struct fix_candidate *c,
		       const struct walk_result **ret_left)
{
	(void)p;
	(void)c;
	(void)ret_left;
	return -ENOENT;
}

int fix_effect_of(struct fix_planning *p, struct fix_candidate *c,
		  const struct ruleset *after,
		  const struct walk_result **ret_left)
{
	(void)p;
	(void)c;
	(void)after;
	(void)ret_left;
	return -ENOENT;
}
