#pragma once

#include <stddef.h>

/*
 * What has to be put back should all of us die, in /run/kiriwake, which is the
 * user's alone: a file for each network namespace, named by its cookie (5.14),
 * which no other gets before the next boot; of an older kernel by its inode.
 * Where /run is another one (a mount namespace), so is the journal: what was left
 * there is mended by a run there.
 */
enum { JOURNAL_VALUE = 64 };

struct journal_entry {
	int number; /* of net.netfilter.nf_log */
	char value[JOURNAL_VALUE];
};

/* The folder; made where it is not, if is_made. -errno. */
int journal_open(int is_made);

/* On the disk when it returns. 0 or -errno. */
int journal_write(int folder, const struct journal_entry *e);

/* 0; -ENOENT: there is none, or it is of another boot; -errno. */
int journal_read(int folder, struct journal_entry *e);

/* 0 or -errno. */
int journal_remove(int folder);
