#pragma once

#include "diag/diag.h"
#include "fact/case.h"

/*
 * The verdict on a case: each address is judged by its own facts and those of
 * the name, and one verdict is chosen for the whole: that of the address which
 * an application would be stopped at.
 */
struct case_part {
	const struct facts *facts; /* the attempt's with the general ones */
	const struct verdict *verdict;
	const struct culprit *culprit; /* that the facts name, or NULL */
};

struct case_verdict {
	/* The whole: status is degraded where another address carries the
	 * connection. */
	struct verdict verdict;
	const struct facts *facts;
	const struct culprit *culprit;
	const struct attempt *attempt;         /* it is about; NULL: the name */
	struct case_part parts[CASE_ATTEMPTS]; /* of the attempts */
};

/* What the facts name, of those that speak for the cause; NULL: nothing. */
const struct culprit *case_culprit(const struct cause *cause,
				   const struct facts *f);

/* 0 or -ENOMEM. It lives as long as d and the case. */
int case_judge(struct diag *d, struct case_record *c, struct case_verdict *ret);
