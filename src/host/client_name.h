#pragma once

#include "net/address.h"
#include "net/wrappers.h"

/*
 * What libwrap makes of a client's name: the name that its address leads to,
 * held against the addresses that the name leads to. Asks this host's resolver,
 * as the daemon does for every such client: it may wait for a name server, two
 * seconds for each question.
 */
enum { CLIENT_NAME_SIZE = 256 };

struct client_name {
	enum wrappers_name asked;
	char name[CLIENT_NAME_SIZE]; /* also of one that is paranoid */
};

/* 0 or -errno. */
int client_name_read(const struct address *a, struct client_name *ret);
