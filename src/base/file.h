#pragma once

#include <stddef.h>

#include "base/text.h"

/* Appends what the descriptor gives until its end. 0, or -errno; -EFBIG when it
 * is more than most bytes. */
int file_read(struct text *out, int fd, size_t most);

/* The same of a file. */
int file_load(struct text *out, const char *path, size_t most);

/* Writes all of it. 0 or -errno. */
int file_write(int fd, const void *data, size_t len);
