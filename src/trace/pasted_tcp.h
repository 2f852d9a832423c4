#pragma once

#include <stdbool.h>

#include "trace/pasted_line.h"

/* Behind "a > b: " of TCP, in tcpdump 4's form, tcpdump 3's and that of -q.
 * False when it has none of these forms: then nothing was read. */
bool pasted_tcp_read(struct pasted_line *l);

/* Whether it has one of them. */
bool pasted_tcp_sees(const struct cursor *c);
