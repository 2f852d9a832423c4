#pragma once

#include "fix/repair.h"

/*
 * The line of a daemon's configuration that says where it listens: of daemons
 * whose files are known, found by what it says, not by where it stands. Only
 * lines that are in force are looked at, not comments.
 */

/* How another address comes beside the one that stands there. */
enum conf_more {
	CONF_MORE_LINE,      /* a line like it */
	CONF_MORE_COMMA,     /* "127.0.0.1,10.0.0.2" */
	CONF_MORE_SPACE,     /* "127.0.0.1 10.0.0.2" */
	CONF_MORE_SEMICOLON, /* "{ 127.0.0.1; 10.0.0.2; }" */
	CONF_MORE_NONE,      /* it takes one only */
};

struct daemon_conf {
	const char *programs; /* as the kernel calls them, blanks between */
	const char *option;   /* the argument before the file's name, or NULL */
	const char *paths;    /* usual ones, as conf_files_list() has them */
	const char *address;  /* keywords, blanks between */
	const char *port;     /* NULL: it stands with the address */
	/* NULL: it cannot be told one. Without a keyword for the port, the device
	 * stands on the port's line. */
	const char *device;
	const char *all4, *all6; /* the value for all addresses */
	/* Where no line says it: the line that does, around the address. */
	const char *fresh, *fresh_end;
	const char *test;  /* the command that checks the file; NULL */
	uint16_t usual[2]; /* its ports */
	enum conf_more more;
	bool reloads; /* listens anew without a restart */
};

/* NULL: it is not known. */
const struct daemon_conf *daemon_conf_of(const char *program);

/* A place in a text. */
struct conf_place {
	uint64_t line;
	size_t at, len; /* in the line: what the keyword is given */
};

/* The first line that is in force, begins with one of the keywords (NULL: any),
 * and gives it that word; word: whole, "[" and ":22" may stand around it. False: there
 * is none. Any bytes. */
bool daemon_conf_find(const char *content, const char *keys, const char *word,
		      struct conf_place *ret);

/* The line with another word there, or with it beside. */
const char *daemon_conf_words(struct fix_planning *p, const char *line,
			      const struct conf_place *at, const char *word,
			      enum conf_more more);
