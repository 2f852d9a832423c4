#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a program obeys hosts.allow and hosts.deny: looked up, for it is no
 * longer so of most. A process that runs shows it by the libraries in its
 * memory; a file that is to be started, by those that it asks for itself.
 */
enum libwrap_user {
	LIBWRAP_USER_NO,
	LIBWRAP_USER_YES,
	LIBWRAP_USER_IDLE, /* loaded, but the program was not told to use it */
	LIBWRAP_USER_UNKNOWN, /* it cannot be looked at from here */
};

enum { LIBWRAP_USER_NAME = 64 };

struct libwrap_process {
	enum libwrap_user use;
	/* argv[0] without its folder: what hosts.allow calls the daemon. Some
	 * programs give libwrap a name of their own. */
	char daemon[LIBWRAP_USER_NAME];
};

/* 0 or -errno; -ENOENT, -ESRCH: there is no such process. */
int libwrap_user_process(int pid, struct libwrap_process *ret);

/* 0 or -errno; -ENOENT: there is no such file. */
int libwrap_user_file(const char *path, enum libwrap_user *ret);
