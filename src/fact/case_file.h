#pragma once

#include "base/problem.h"
#include "base/text.h"
#include "fact/case.h"

/*
 * A case as a file: everything that its verdict is drawn from, as JSON, so that
 * it can be judged again elsewhere with the same result. Facts, steps and
 * culprits are told by the ids that the other JSON has; what a newer program
 * wrote and this one does not know is reported and left out.
 */

enum { CASE_FORMAT = 1 };

/* Appends the whole file. */
void case_write(struct text *out, const struct case_record *c);

/* Reads it back. 0; -ENOMEM; -EBADMSG: it is none, as the problems say. What
 * could be read of a damaged one is there. name must outlive the problems. */
int case_read(struct case_record **ret, const char *name, const char *data,
	      size_t len, struct problems *problems);
