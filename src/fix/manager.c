#include "fix/manager.h"

#include <string.h>

const struct manager *manager_find(const char *id)
{
	for (size_t i = 0; i < manager_count; i++)
		if (!strcmp(manager_list[i]->id, id))
			return manager_list[i];

	return NULL;
}

const struct manager *manager_of(const struct fix_planning *p,
				 const struct chain *c, const struct rule *rule)
{
	(void)p;
	(void)c;
	(void)rule;
	return NULL;
}
