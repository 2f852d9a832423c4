#include "diag/cause.h"

#include <string.h>

const struct cause *cause_find(const char *id)
{
	for (size_t i = 0; i < cause_count; i++)
		if (!strcmp(cause_list[i]->id, id))
			return cause_list[i];

	return NULL;
}

const char *place_name(enum fault_place p)
{
	static const char *const names[PLACES] = {
		[PLACE_UNKNOWN] = "unknown",
		[PLACE_CLIENT] = "client",
		[PLACE_CLIENT_LINK] = "client-link",
		[PLACE_PATH] = "path",
		[PLACE_ROUTER] = "router",
		[PLACE_SERVER_LINK] = "server-link",
		[PLACE_SERVER] = "server",
		[PLACE_SERVICE] = "service",
		[PLACE_DNS] = "dns",
	};

	return names[p];
}

enum fact_kind cause_first_seen(const struct fact_set *facts,
				const enum fact_kind *list)
{
	for (int i = 0; i < CAUSE_FACTS && list[i]; i++)
		if (fact_has(facts, list[i]))
			return list[i];

	return FACT_NONE;
}

bool cause_is_ruled(const struct cause *c, const struct fact_set *facts)
{
	return c->ruled_by && fact_has(facts, c->ruled_by);
}
