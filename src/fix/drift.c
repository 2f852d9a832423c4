#include "fix/drift.h"

#include <errno.h>

int drift_read(struct fix_planning *p, const char *root, struct drift *ret)
{
	(void)p;
	(void)root;
	(void)ret;
	return -ENODATA;
}

int drift_load(struct fix_planning *p, const char *root, struct room *room,
	       struct drift *ret)
{
	(void)p;
	(void)root;
	(void)room;
	(void)ret;
	return -ENODATA;
}

int drift_candidate(struct fix_planning *p, const char *root,
		    struct fix_candidate *c)
{
	(void)p;
	(void)root;
	(void)c;
	return 0;
}
