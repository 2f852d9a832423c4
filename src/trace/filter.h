#pragma once

#include <stdbool.h>

struct frame;

/*
 * tcpdump's filter language, by libpcap: compiled once for every link type that
 * comes up. The only file that calls libpcap's compiler.
 */
struct filter;

/*
 * expression must outlive the filter. Checked at once against Ethernet, with
 * numeric names only as far as libpcap goes. 0, -ENOMEM, or 1: it is wrong, and
 * *ret_why, the caller's to free(), says why.
 */
__attribute__((warn_unused_result)) int
filter_new(struct filter **ret, const char *expression, char **ret_why);
void filter_free(struct filter *f);

/* Whether the frame passes. On a link type for which the expression has no
 * meaning, nothing does. */
bool filter_passes(struct filter *f, const struct frame *frame);
