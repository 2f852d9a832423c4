#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/symptom.h"
#include "fact/culprit.h"
#include "fact/fact.h"

/* How many facts a row may name. */
enum { CAUSE_FACTS = 32 };

/* Where the fault sits. */
enum fault_place {
	PLACE_UNKNOWN,
	PLACE_CLIENT,
	PLACE_CLIENT_LINK,
	PLACE_PATH,
	PLACE_ROUTER,
	PLACE_SERVER_LINK,
	PLACE_SERVER,
	PLACE_SERVICE,
	PLACE_DNS,
	PLACES,
};

const char *place_name(enum fault_place p);

/* How often the cause is met, by the catalogue; ranks those that remain. */
enum frequency { FREQUENCY_RARE, FREQUENCY_OCCASIONAL, FREQUENCY_COMMON };

/*
 * A row of the catalogue: data only, one file each under diag/causes.
 *
 * A cause is a candidate for a flow when it shows the flow's symptom, all facts
 * of needs were seen, at least one of needs_any (where it has any), and none of
 * ruled_out_by. So leaving a fact out of ruled_out_by keeps the cause in the
 * set: that is the safe side.
 */
struct cause {
	const char *id;          /* binding, never translated */
	int number;              /* in the catalogue */
	const char *title;       /* a short claim, no full stop */
	const char *meaning;     /* what is wrong, in a sentence or two */
	const char *told_apart;  /* from what it looks like, and how */
	const char *separate_by; /* where and by which command it is decided */
	const char *fix;
	enum fault_place place;
	bool is_anywhere; /* a box on the way may have it just as well */
	enum frequency frequency;
	enum culprit_kind culprit;
	uint32_t shows; /* SYMPTOM_BIT()s */
	enum fact_kind needs[CAUSE_FACTS];
	enum fact_kind needs_any[CAUSE_FACTS];
	enum fact_kind ruled_out_by[CAUSE_FACTS];
	enum fact_kind
		favoured_by[CAUSE_FACTS]; /* ranks it higher, proves nothing */
	/* What the server itself shows where this is the cause, with the
	 * culprit: any of these. Where none of them was seen although it was
	 * looked for (any of looked_by), it is not the cause. A fact stands
	 * here only if it is sure to stop the client's packets; what merely
	 * may is no reason to blame it. Their order on a packet's way is that
	 * of diag/blockers.def. */
	enum fact_kind found_by[CAUSE_FACTS];
	enum fact_kind looked_by[CAUSE_FACTS];
	enum fact_kind proven_by; /* the fact that names the culprit itself */
	/* What the host's rules do where this is the cause: one of FACT_RULES_*.
	 * Where they do another of these, it is not. */
	enum fact_kind ruled_by;
	/* What the kernel itself reports of the attempt's packets where this is
	 * the cause (FACT_DROP_*, FACT_DROP_NONE among them): any of these. Where
	 * its reports were read and none of these is among them, it is not. Empty:
	 * its reports say nothing of it. */
	enum fact_kind dropped_as[CAUSE_FACTS];
};

extern const struct cause *const cause_list[];
extern const size_t cause_count;

/* The row of that id, or NULL. */
const struct cause *cause_find(const char *id);

/* The first of the list (CAUSE_FACTS at most, a zero behind the last) that was
 * seen, or FACT_NONE. */
enum fact_kind cause_first_seen(const struct fact_set *facts,
				const enum fact_kind *list);

/* Whether the host's rules name it. */
bool cause_is_ruled(const struct cause *c, const struct fact_set *facts);
