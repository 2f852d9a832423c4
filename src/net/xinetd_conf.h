#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/problem.h"
#include "net/address.h"

/*
 * xinetd.conf(5): the services, with what "defaults" and the included files
 * add, and whom xinetd itself lets in. As xinetd 2.3.15 reads it. What is
 * looked up (names of hosts and networks) is not looked up here: it makes the
 * answer unknown where it counts. Everything belongs to the arena.
 */
struct xinetd_word {
	const char *text;
	const char *file;
	unsigned line;
	const struct xinetd_word *next;
};

/* An attribute that was set: where, and its words, which may be none. */
struct xinetd_list {
	const char *file; /* NULL: not set */
	unsigned line;    /* where it was set first, or anew */
	const struct xinetd_word *words;
};

enum xinetd_flag {
	XINETD_V4 = 1,
	XINETD_V6 = 2,
	XINETD_NAME_IN_ARGS = 4,
	XINETD_NO_LIBWRAP = 8,
	XINETD_SENSOR = 16, /* whoever comes is locked out */
};

struct xinetd_service {
	const char *name, *id;
	const char *file;
	unsigned line;     /* of "service" */
	unsigned off_line; /* of "disable = yes"; 0: none */
	const char *off_file;
	bool is_off; /* for that, or by a list in defaults */
	bool has_port;
	uint16_t port;
	uint8_t protocol; /* 0: neither TCP nor UDP */
	bool is_internal, is_unlisted;
	bool waits;
	unsigned flags;     /* of enum xinetd_flag */
	const char *server; /* the program; NULL: none */
	unsigned server_line;
	const char *argument; /* the first of server_args, or NULL */
	const char *bind;     /* address, or NULL: all */
	const char *redirect; /* "host port", or NULL */
	const char *daemon;   /* as libwrap sees it; NULL: not asked */
	struct xinetd_list only_from, no_access, access_times;
	struct xinetd_list instances, per_source, cps;
	struct xinetd_service *next;
};

struct xinetd_conf;

/* Whom to ask for what a file includes: a file's or a folder's path. It reads
 * it with xinetd_conf_read() into the same. 0, or -errno. */
typedef int xinetd_include(void *with, struct xinetd_conf *c, const char *path,
			   bool is_folder);

struct xinetd_conf *xinetd_conf_new(struct arena *a, struct problems *p,
				    xinetd_include *include, void *with);

/* Adds what a file says; name lives as long as the arena. 0 or -errno. */
int xinetd_conf_read(struct xinetd_conf *c, const char *name, const char *text,
		     size_t len);

/* Once all is read: the services, filled up from the defaults. */
const struct xinetd_service *xinetd_conf_end(struct xinetd_conf *c);

enum xinetd_answer { XINETD_ALLOWED, XINETD_DENIED, XINETD_UNKNOWN };

struct xinetd_ask {
	struct address client;
	bool has_name;    /* its name was looked up */
	const char *name; /* NULL: it has none */
	int minute;       /* of the day, local time; -1: not known */
};

struct xinetd_decision {
	enum xinetd_answer answer;
	const char *attribute; /* that decides; NULL: none stands against it */
	const char *text;      /* its word that matches, or NULL */
	const char *file;
	unsigned line;
};

/* Whether xinetd's own lists let this client in. */
void xinetd_conf_decide(struct xinetd_decision *ret,
			const struct xinetd_service *s,
			const struct xinetd_ask *ask);

/* The first of the list that is for that port: of those that are off, or of
 * those that are not. NULL: there is none. */
const struct xinetd_service *xinetd_conf_find(const struct xinetd_service *list,
					      uint8_t protocol, uint16_t port,
					      bool is_off);
