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
