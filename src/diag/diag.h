#pragma once

#include <stddef.h>

#include "diag/cause.h"
#include "diag/symptom.h"
#include "fact/fact.h"

/*
 * Facts into verdicts, and nothing else: no source is asked, no packet looked
 * at. The symptom follows from the facts by a table; the causes that show it and
 * that no fact contradicts are the candidates. So the same facts always give
 * the same verdict, and that verdict is kept: a trace of a million flows has a
 * few dozen different ones.
 */
enum certainty {
	CERTAINTY_NONE, /* there is nothing to be certain of: healthy or unknown */
	CERTAINTY_SUSPECTED,
	CERTAINTY_INFERRED,
	CERTAINTY_PROVEN,
	CERTAINTIES,
};

/* "suspected", …; NULL for none. */
const char *certainty_name(enum certainty c);

/* A cause that shows the symptom, and the fact that excludes it. */
struct exclusion {
	const struct cause *cause;
	enum fact_kind by;
	bool is_missing; /* it would need that fact, which was not seen */
};

struct verdict {
	enum status status;
	enum symptom symptom;
	enum certainty certainty;
	enum fault_place place; /* where all that is left sits */
	enum culprit_kind
		culprit; /* of the kind all that is left would blame */
	const struct cause *cause;         /* the likeliest, or NULL */
	const struct cause **alternatives; /* the others, likeliest first */
	size_t alternative_count;
	/* Found on the server too, and met later by the packet. */
	const struct cause **also;
	size_t also_count;
	struct exclusion *ruled_out; /* in the order of the catalogue */
	size_t ruled_out_count;
};

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *d);

/* The verdict on these facts; it belongs to d, and is valid until the next call.
 * NULL without memory. */
const struct verdict *diag_judge(struct diag *d, const struct fact_set *facts);

/* The symptom alone. */
enum symptom diag_symptom(const struct fact_set *facts);
