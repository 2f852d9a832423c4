#pragma once

#include <stdbool.h>

#include "host/generic.h"
#include "host/reader.h"

/*
 * The reader that asks the kernel by this process, with the rights it has. It
 * is never freed.
 */
struct reader *reader_direct(void);

/* Its parts, for a process that answers others. */
int reader_direct_netlink(const struct reader_question *q, struct text *ret);

/* Whose a question of generic netlink is: "wireguard"; "" where nothing is. 0 or
 * -errno. */
int reader_direct_generic(const struct reader_question *q,
			  char ret[static GENERIC_NAME]);

/* Of an open file: what reader_file() appends. */
int reader_direct_content(int fd, size_t most, struct text *ret);

struct stat;
void reader_direct_status(const struct stat *st, struct text *ret);

/* Of an open folder, which is closed: reader_names(), or reader_links(). */
int reader_direct_entries(int fd, bool with_links, struct text *ret);
