#pragma once

#include "cli/server.h"

/*
 * Where a packet as the client's has to be put so that it meets what the
 * client's own meet, and when there is no such place: what would be untrue is
 * not tried.
 */
struct server_probe_way {
	struct stand_in ask;
	char device[LINKS_NAME]; /* that it is put into */
	/* That this one stands on, or is made of: what is set up there is not
	 * met. "": none. */
	char below[LINKS_NAME];
};

/* client: the facts that are foretold of it. NULL, and *ret is it; or why there
 * is none, as a sentence. */
const char *server_probe_way(const struct server *s,
			     const struct fact_set *client,
			     struct server_probe_way *ret);
