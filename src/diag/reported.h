#pragma once

#include "diag/cause.h"
#include "fact/fact.h"

/*
 * What the kernel's own reports (the facts of drops/tell.h) say for and against
 * a cause. A report that nobody here can read speaks against nothing.
 */

/* The report that is of something else than this cause, or FACT_NONE. */
enum fact_kind reported_against(const struct cause *c,
				const struct fact_set *facts);

/* Whether a report names what this cause does, and not only that the packet
 * filter, or nothing, dropped the packet. */
bool reported_names(const struct cause *c, const struct fact_set *facts);

/* Whether the client's own kernel reports what this cause does on servers. */
bool reported_own(const struct cause *c, const struct fact_set *facts);

/* Whether the kernel reports the client's packets and no capture shows them, as
 * with those that an XDP program drops. */
bool reported_unseen(const struct fact_set *facts);

/* What the client then sees of it. */
enum symptom reported_symptom(const struct fact_set *facts);
