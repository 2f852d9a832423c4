#pragma once

#include <stddef.h>

#include "base/text.h"

/*
 * What a service is, by the first bytes that it sends. A guess that is good
 * enough to tell people what answers; nothing is decided by it alone.
 */

/* "SSH", "HTTP", …, or NULL. */
const char *first_bytes_name(const void *data, size_t len);

/* As a person may see it on a terminal: the first line or so, without control
 * characters. */
void first_bytes_clean(struct text *out, const void *data, size_t len);
