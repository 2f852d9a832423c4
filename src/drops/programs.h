#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drops/drops.h"
#include "drops/event.h"
#include "drops/reasons.h"
#include "drops/record.h"

struct bpf_link;
struct bpf_object;

/*
 * The BPF programs of watch.bpf.c: loaded, attached, and their maps mapped, so
 * that nothing needs rights afterwards. What this kernel does not have, or
 * refuses, is left out. They go with the descriptors: nothing is pinned.
 */
enum { PROGRAMS_MOST = 16 };

struct programs {
	struct bpf_object *object;
	struct bpf_link *links[PROGRAMS_MOST];
	struct record_shared *shared; /* live */
	int ring;                     /* of libbpf's ring_buffer__new() */
	bool has_names;               /* of functions are in the records */
	struct reasons reasons;
	const char *missing[DROP_WHATS + 1]; /* NULL behind the last */
};

/* 0, or -errno: -EPERM, -EOPNOTSUPP (not one of them). */
int programs_load(struct programs *p, const struct drops_request *q);

/* Nothing more comes. They are still there: to take them away may wait for all
 * CPUs, a tenth of a second. */
void programs_stop(struct programs *p);

/* What was only counted, and not told since, once all is stopped: each key as a
 * record, to the callback of the ring. How much it is. */
uint64_t programs_held(const struct programs *p,
		       int (*take)(void *context, void *record, size_t size),
		       void *context);

/* How often one was not run, because another ran on that CPU. */
uint64_t programs_missed(const struct programs *p);
void programs_done(struct programs *p);
