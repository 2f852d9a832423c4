#pragma once

#include <stddef.h>

#include "cli/check_rights.h"
#include "cli/recording.h"
#include "cli/source.h"
#include "fact/vantage.h"

struct flow_table;

/*
 * A capture that this run makes itself: a recording of packets.
 */
/* Begins, and waits until it captures. 0 or -errno. */
int own_capture_begin(struct recording *p, struct check_rights *r,
		      const struct live_request *q);

/* Why it could not begin, as a sentence. */
const char *own_capture_reason(int err);

/* Its packets into the table. 0 or -errno. */
int own_capture_flows(struct source *source, struct flow_table *table);

/* A table for the flows of such a capture, which drops what is too much. NULL
 * without memory. */
struct flow_table *own_capture_table(void);

/* What was mapped, as an input. */
struct source own_capture_source(const void *data, size_t size,
				 enum vantage vantage);
