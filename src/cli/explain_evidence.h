#pragma once

#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

struct flow;
struct source;

/*
 * The packets that are shown as evidence, fetched in a second reading of the
 * inputs. First every flow that will be shown is announced, then all lines are
 * fetched at once, then they are asked for flow by flow, in the same order.
 */
struct evidence;

struct evidence *evidence_new(void);
void evidence_free(struct evidence *e);

/* The proofs of this flow are wanted; ordinals only grow. 0 or -ENOMEM. */
int evidence_want(struct evidence *e, uint64_t ordinal, const struct flow *f);

/* Reads the inputs again, as far as something of them is wanted. */
int evidence_fetch(struct evidence *e, const struct source *sources,
		   size_t count);

/* The lines of that flow; they belong to e. Flows that were not announced have
 * none. */
void evidence_lines(struct evidence *e, uint64_t ordinal,
		    const struct source *sources,
		    struct packet_line ret[static SHOWN_PACKETS]);
