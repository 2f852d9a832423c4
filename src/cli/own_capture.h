#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/check_rights.h"
#include "cli/source.h"
#include "fact/vantage.h"

struct flow_table;

/*
 * A capture that this run makes itself: it goes on in a process of its own and
 * can be read while it does.
 */
struct own_capture {
	int file, control; /* -1: none */
	bool is_armed;
};

/* Begins, and waits until it captures. 0 or -errno. */
int own_capture_begin(struct own_capture *p, struct check_rights *r,
		      const struct live_request *q);

/* Why it could not begin, as a sentence. */
const char *own_capture_reason(int err);

/* What has been captured until now. 0 with *size 0: nothing. -errno. */
int own_capture_map(const struct own_capture *p, void **data, size_t *size);
void own_capture_unmap(void *data, size_t size);

/* Lets it write out what has come, and close. Reading goes on. */
void own_capture_finish(struct own_capture *p);
/* Ends it all. */
void own_capture_done(struct own_capture *p);

/* Its packets into the table. 0 or -errno. */
int own_capture_flows(struct source *source, struct flow_table *table);

/* A table for the flows of such a capture, which drops what is too much. NULL
 * without memory. */
struct flow_table *own_capture_table(void);

/* What was mapped, as an input. */
struct source own_capture_source(const void *data, size_t size,
				 enum vantage vantage);
