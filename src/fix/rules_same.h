#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * Whether two readings of a host's rules (live_gather()) are of the same rules:
 * what each tool printed is compared byte by byte, without what changes by
 * itself: counters, handles, times, comments of the tools.
 */
bool rules_same(const void *x, size_t x_len, const void *y, size_t y_len);

/* What is compared of one tool's words; appended. */
void rules_same_text(struct text *out, const char *printed, size_t len);

/* This network namespace's rules, now. 0 or -errno; -EAGAIN: a tool failed. */
int rules_same_gather(struct text *ret);

/* Handles that a listing of nft (-a) has and an earlier one has not, ascending,
 * which is the order in which they were given: as nft -e -a would have told them.
 * For whoever did not live to hear it. */
void rules_same_echo(struct text *out, const void *before, size_t before_len,
		     const void *now, size_t now_len);
