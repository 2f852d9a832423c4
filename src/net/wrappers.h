#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "base/text.h"
#include "net/address.h"

/*
 * TCP wrappers: what hosts.allow and hosts.deny say of a client that wants a
 * daemon, as libwrap 7.6.q of Debian reads them (hosts_access(5),
 * hosts_options(5); built with PROCESS_OPTIONS, with IPv6, without PARANOID).
 * Where the manual and libwrap differ, it is libwrap that is followed: see
 * the comments beside the code.
 *
 * Nothing is looked up here: not a name, not a netgroup, and a pattern that
 * names a file is read through the caller. What hangs on something that was
 * not told is unknown. Which programs obey the files is host/libwrap_user.h's
 * to say.
 */
enum wrappers_answer {
	WRAPPERS_ALLOWED,
	WRAPPERS_DENIED,
	WRAPPERS_TWISTED, /* another command answers in the daemon's stead */
	WRAPPERS_UNKNOWN,
};

/* What an unknown answer hangs on; with another answer, what hides which line
 * gives it. */
enum wrappers_why {
	WRAPPERS_NOT_UNKNOWN,
	WRAPPERS_NETGROUP,
	WRAPPERS_CLIENT_NAME,
	WRAPPERS_SERVER_NAME,
	WRAPPERS_PATTERN_FILE, /* it cannot be read from here */
	WRAPPERS_COMMAND,      /* aclexec: what the command returns */
};

/* What became of looking an address up. */
enum wrappers_name {
	WRAPPERS_NAME_NOT_ASKED,
	WRAPPERS_NAME_KNOWN,
	WRAPPERS_NAME_NONE,
	WRAPPERS_NAME_PARANOID, /* the name's addresses are others */
};

struct wrappers_host {
	struct address address;
	enum wrappers_name asked;
	const char *name; /* of a known one */
};

/* Without an answer of the client's ident server: its user is unknown. */
struct wrappers_ask {
	const char *daemon; /* the process' name, argv[0] without its folder */
	struct wrappers_host server;
	struct wrappers_host client;
	uint16_t server_port; /* 0: not known */
	/* The file that a pattern names. 0, -ENOENT, or another -errno when it
	 * could not be looked at. NULL: none can. */
	int (*read)(void *with, const char *path, struct text *out);
	/* Whether there is such a user, or such a group: libwrap refuses when
	 * an option names one that is not there. NULL: all are taken to be. */
	bool (*has_account)(void *with, bool is_group, const char *name);
	void *with;
};

enum wrappers_state {
	WRAPPERS_READ,
	WRAPPERS_MISSING,    /* as an empty one */
	WRAPPERS_UNREADABLE, /* by the daemon: who owns it cannot read it */
};

struct wrappers_file {
	const char *name; /* outlives the decision */
	const char *text;
	size_t len;
	enum wrappers_state state;
};

/* What the deciding line does besides. */
enum wrappers_effect {
	WRAPPERS_SPAWNS = 1,
	WRAPPERS_TWISTS = 2,
	WRAPPERS_BANNERS = 4,
	WRAPPERS_ACLEXEC = 8,
	WRAPPERS_IDENT = 16, /* asks the client's port 113 who its user is */
};

enum { WRAPPERS_TEXT = 160 };

struct wrappers_decision {
	enum wrappers_answer answer;
	enum wrappers_why why;
	const char *file;   /* whose line decides; NULL: no line matches */
	unsigned line;      /* its first, from 1; 0: the file as a whole */
	unsigned last_line; /* as libwrap counts it in its messages */
	unsigned effects;   /* of enum wrappers_effect */
	bool is_broken;     /* it refuses because it cannot be read */
	char text[WRAPPERS_TEXT]; /* the line, cut when it is longer */
};

void wrappers_decide(struct wrappers_decision *ret,
		     const struct wrappers_file *allow,
		     const struct wrappers_file *deny,
		     const struct wrappers_ask *ask);

/* What libwrap complains of in a file, and patterns that never match. */
void wrappers_check(const struct wrappers_file *file, struct problems *p);
