#pragma once

#include <stdbool.h>

#include "kernel.h"

/*
 * The rulesets that the judge was told to judge: files, each of a kind, that
 * are loaded into the namespace in the order of their kinds.
 */
enum { GIVEN_MOST = 16 };

struct given {
	enum kernel_kind kind;
	const char *path;
	char *text;
};

struct givens {
	struct given file[GIVEN_MOST];
	unsigned count;
	bool kinds[KERNEL_KINDS]; /* that were loaded */
};

/* One more, "KIND:FILE", which outlives it. False: it cannot be read. */
bool given_parse(struct givens *g, const char *arg);
void given_done(struct givens *g);

/* Their model; NULL: none can be made of them. The caller's. */
struct ruleset *given_read(const struct givens *g, struct problems *problems);

/* Into the kernel; false: it did not take one. */
bool given_load(struct givens *g);
