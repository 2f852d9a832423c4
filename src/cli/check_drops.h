#pragma once

#include "cli/recording.h"
#include "fact/case.h"

struct check_local;
struct check_rights;
struct nftrace_packet;

/*
 * The kernel's own reports of what this host does to the attempts' packets
 * (src/drops). They begin beside the attempts, and nobody waits for them: what
 * is answered at once needs none, and what is not answered is sent again after
 * they have begun.
 */
struct check_drops {
	struct recording recording;
	int64_t armed_ns; /* clock_now(); 0: not yet */
	int error;        /* why there are none */
	bool is_whole;    /* none of them was lost when they were read last */
	bool is_begun, is_over, is_told;
};

void check_drops_begin(struct check_drops *d, struct check_rights *r,
		       const struct case_record *c);

/* Whether they are read by now. Nothing tells when they began to be, so it is to
 * be called now and then. */
bool check_drops_are_armed(struct check_drops *d);

/* What the kernel has reported of this attempt's packets until now, as facts of
 * it. May be called again. 0 or -ENOMEM. */
int check_drops_look(struct check_drops *d, struct case_record *c,
		     struct attempt *a, const struct check_local *s);

/* Whether the packet filter dropped that very packet, as is reported by now. */
bool check_drops_took(struct check_drops *d, const struct nftrace_packet *p);

/* Whether a SYN of it was sent while the kernel's reports were read, and none of
 * them is of a drop. d: NULL: there are none. */
bool check_drops_saw_none(const struct check_drops *d, const struct attempt *a,
			  const struct check_local *s);

/* Waits for what is on its way, tells it of those that failed as facts and as a
 * step, and ends: s is the state of each attempt of the case. What could not be
 * looked at is told where it was wanted. 0 or -ENOMEM. */
int check_drops_end(struct check_drops *d, struct case_record *c,
		    const struct check_local *s);

/* Ends it without a word, if it has not ended. */
void check_drops_done(struct check_drops *d);
