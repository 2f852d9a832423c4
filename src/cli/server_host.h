#pragma once

#include <stdbool.h>

#include "fact/case.h"

/*
 * Which host is looked at: this one, and what it answers may be kept (--save),
 * or one that was saved so (--host), which is looked at without rights, and of
 * which nothing else is asked.
 */
struct reader;
struct snapshot;

struct server_host {
	struct snapshot *snapshot;     /* NULL: nothing is kept */
	struct reader *reader, *asked; /* ours; who is asked but for us */
	int file;                      /* to be written; -1: none */
	bool is_saved;                 /* --host */
};

/* Reads a saved host: a file, or a case that holds one. The rights are given up
 * before its bytes are looked at. 0; EXIT_USAGE, said; or -errno. */
int server_host_load(struct server_host *h, const char *path);

/* Somebody else made what is read next: gives up all rights. 0 or -errno. */
int server_host_distrust(void);

/* From now on the saved host is asked, or what this one answers is kept, if
 * there is a file to write. 0 or -errno. */
int server_host_begin(struct server_host *h);

/* What more is kept, so that other ports can be asked for later. */
void server_host_complete(const struct server_host *h);

/* What the host calls itself, as the case's target. 0 or -errno. */
int server_host_name(struct case_record *c);

/* Writes what was kept. 0 or -errno. */
int server_host_save(struct server_host *h);

/* Everything as before server_host_begin(), and what is kept freed. */
void server_host_end(struct server_host *h);
