#pragma once

#include "net/frame.h"
#include "net/packet.h"

struct flow_table;

/*
 * Packets on their way into the flow table, which is quicker with many at a
 * time: memory is slower than the work, and the records of many are fetched at
 * once. Frames come in batches; the packets of a text one by one, each only
 * until the next is read, so they are copied with their words and kept until
 * there are enough.
 */
struct gather;

/* The table must outlive it. NULL without memory. */
struct gather *gather_new(struct flow_table *table);
void gather_free(struct gather *g);

/* 0 or -ENOMEM, all of them. An input takes one of the two ways. */
int gather_frames(struct gather *g, const struct frame *f, int count);
int gather_packet(struct gather *g, const struct packet *p);

/* Hands over what was kept; at the end of every input. */
int gather_flush(struct gather *g);
