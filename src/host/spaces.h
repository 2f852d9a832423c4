#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The other network namespaces of this machine: those that processes live in,
 * and those that were given a name (ip-netns(8)). Whose processes may not be
 * traced, theirs are not seen (CAP_SYS_PTRACE); to ask there takes
 * CAP_SYS_ADMIN.
 */
enum { SPACES_WHERE = 64 };

struct spaces_one {
	uint64_t inode;
	char where[SPACES_WHERE]; /* as netlink_open_in() has it */
};

struct spaces {
	struct spaces_one *list;
	size_t count, room;
	bool is_partial;
};

/* 0 or -errno; spaces_done() in either case. */
int spaces_read(struct spaces *ret);
void spaces_done(struct spaces *s);
