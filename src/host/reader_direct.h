#pragma once

#include <stdbool.h>

#include "host/reader.h"

/*
 * The reader that asks the kernel by this process, with the rights it has. It
 * is never freed.
 */
struct reader *reader_direct(void);

/* Its parts, for a process that answers others. */
int reader_direct_netlink(const struct reader_question *q, struct text *ret);

/* Of an open file: what reader_file() appends. */
int reader_direct_content(int fd, size_t most, struct text *ret);

/* Of an open folder, which is closed: reader_names(), or reader_links(). */
int reader_direct_entries(int fd, bool with_links, struct text *ret);
