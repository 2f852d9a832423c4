#pragma once

#include "trace/pasted_line.h"

/* Behind "ICMP ": type, code, and the packet it is about, as far as words and
 * the lines that -v adds tell. */
void pasted_icmp_read(struct pasted_line *l);
