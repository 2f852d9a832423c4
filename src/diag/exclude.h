#pragma once

#include "diag/diag.h"

/*
 * Why a cause that shows the symptom is none of the candidates all the same.
 */

/* Whether a fact, or the want of one, excludes the cause; *ret says which. */
bool exclude_cause(const struct cause *c, const struct fact_set *facts,
		   struct exclusion *ret);
