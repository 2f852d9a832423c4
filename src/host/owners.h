#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which processes have a socket open: /proc/PID/fd of all of them, searched for
 * the sockets that are asked for and no others. Several may share one: a server
 * and its workers. Those of other users are seen with CAP_SYS_PTRACE only.
 */
struct owner {
	uint32_t inode;
	int pid, fd;
};

struct owners {
	struct owner *list;
	size_t count, room;
	bool is_partial; /* some process could not be looked into */
};

/* Of those inodes; NULL: of all sockets there are. 0 or -errno; owners_done() in
 * either case. */
int owners_find(const uint32_t *inodes, size_t count, struct owners *ret);
void owners_done(struct owners *o);

/* The first that has it, or NULL. */
const struct owner *owners_of(const struct owners *o, uint32_t inode);

/* For host/guard.h, whose process answers for others: of all sockets, as
 * owners_find() reads it. */
struct text;
int owners_answer(const char *none, struct text *ret);

/* All of them, so that a machine with many is searched once for several who ask
 * at about the same time. */
struct owners_cache {
	struct owners all;
	int64_t at_ns; /* clock_now() when it was read; 0: never */
};

int owners_find_cached(struct owners_cache *c, const uint32_t *inodes,
		       size_t count, struct owners *ret);

/* What is asked next is about another time: what is older than a moment is read
 * again then. */
void owners_cache_renew(struct owners_cache *c);
void owners_cache_done(struct owners_cache *c);
