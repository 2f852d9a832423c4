#pragma once

#include "cli/check.h"
#include "cli/run.h"

/*
 * One judgement, in its own process.
 */
struct run_case {
	struct run *run;
	struct run_place *place;
	struct check check;
	/* It could not go where the program was. */
	bool lacks_cgroup, lacks_network;
};

/* The attempt failed, or has waited for so long that it is as good as that. */
static inline bool run_case_has_failed(const struct run_case *c)
{
	return c->place->failures || c->place->waiting;
}

/* What is to be reached; port 0: only the name. 0 or -errno. */
int run_case_target(struct run_case *c, const char *host, uint16_t port);

/* run_own.c: after check_look(): draws the verdict, of what it found, if that
 * is what the program was told, or else of what the program was told. 0;
 * positive: there is nothing to tell; -errno. */
int run_own_judge(struct run_case *c);

/* Of a call that failed before a destination was known. The same. */
int run_own_nowhere(struct run_case *c);

/* Nothing failed: the verdict says so of what it reached. The same. */
int run_own_healthy(struct run_case *c);

/* The connection worked, and the program failed: what the service says to us.
 * The same. */
int run_own_worked(struct run_case *c);

/* Whether any of its TCP connections worked. */
bool run_own_works(const struct run *r);
