#include "fix/rehearse.h"

#include <errno.h>
#include <stddef.h>

const char *const rehearsal_check_names[REHEARSAL_CHECKS] = {
	"before",      "applied",   "after",  "session",    "session-forgotten",
	"new-session", "witnesses", "undone", "experiment",
};

int rehearse(struct fix_planning *p, struct fix_candidate *c, struct room *r,
	     bool is_experiment)
{
	(void)p;
	(void)c;
	(void)r;
	(void)is_experiment;
	return -EOPNOTSUPP;
}
