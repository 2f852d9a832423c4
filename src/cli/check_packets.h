#pragma once

#include "cli/own_capture.h"
#include "fact/case.h"

/*
 * The run's own packets: captured while the probes run, and read afterwards as
 * any capture is. What they show becomes facts of the attempts, and lines as
 * tcpdump prints them.
 */
struct check_packets {
	struct recording capture;
};

/* Captures where the attempts' packets leave. Where that is not possible, the
 * case says why. */
void check_packets_begin(struct check_packets *p, struct check_rights *r,
			 struct case_record *c);

/* Whether what was captured until now holds an answer to the attempt, whatever
 * became of it here: 1 or 0; -ENODATA: there is none (p: NULL); -errno. */
int check_packets_answered(const struct check_packets *p,
			   const struct case_record *c,
			   const struct attempt *a);

/* Ends the capture and reads it. Copies it to the descriptor, if that is not
 * below 0. 0 or -errno. */
int check_packets_end(struct check_packets *p, struct case_record *c,
		      int copy_to);
