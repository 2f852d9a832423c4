#pragma once

#include "cli/server.h"
#include "cli/source.h"

/*
 * What only the frame of an attempt's first packet shows: the device that it
 * came in by, its stations and its VLAN.
 */

/* Fills these in, as far as they are there. 0 or -errno. */
int server_frame_find(const struct server *s, struct server_seen *seen,
		      const struct source *source);
