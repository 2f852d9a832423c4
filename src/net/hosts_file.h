#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/address.h"

/*
 * hosts(5): the lines that name a host. Those that glibc skips are skipped. The
 * text is the caller's.
 */
enum { HOSTS_LINES = 8, HOSTS_TEXT = 120 };

struct hosts_line {
	struct address address;
	unsigned line;         /* from 1 */
	char text[HOSTS_TEXT]; /* as it stands, cut when it is longer */
};

/* The lines of that name, up to HOSTS_LINES of them; how many. */
size_t hosts_file_find(struct hosts_line ret[static HOSTS_LINES],
		       const char *text, size_t len, const char *host);
