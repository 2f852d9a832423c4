#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

/* Packets to come, given in any order, taken by time; those of one time in the
 * order in which they were given. Holds only what is still to come. */
struct queue;

struct queue *queue_new(void);
void queue_free(struct queue *q);

/* Copies s. 0 or -ENOMEM. */
int queue_add(struct queue *q, const struct wire_segment *s);

/* The first packet before the time, or NULL; valid until the next call. */
const struct wire_segment *queue_take(struct queue *q, int64_t before_ns);

/* How many were in it at most. */
uint32_t queue_peak(const struct queue *q);
