#pragma once

#include "base/text.h"
#include "drops/reasons.h"
#include "drops/record.h"

/* The stream of stream.h, written. */
void stream_write_head(struct text *out);
void stream_write_attached(struct text *out);
void stream_write_missing(struct text *out, const char *name);
void stream_write_lost(struct text *out, uint64_t lost);

/* reason: its name, or "". names: of the place and its callers, NULL behind
 * the last; NULL: it has none. */
void stream_write_event(struct text *out, const struct record *r,
			const char *reason, const char *const *names);
