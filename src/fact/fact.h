#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The one currency: what was seen, where, and by which source. Sources (a trace,
 * this host, a probe, the kernel's drop events) only report facts; diag only
 * reads them. So every verdict can be explained, replayed and tested from a
 * file, without root.
 */
enum fact_kind {
	FACT_NONE,

#define X(name, id, shown, sentence) FACT_##name,
#include "fact/kinds.def"
#undef X
	FACT_KINDS,
};

/* The facts known of one flow. A fact that is not in the set was not seen,
 * which is not the same as seen not to be. */
struct fact_set {
	uint64_t words[3];
};

_Static_assert((int)FACT_KINDS <= 192, "struct fact_set is too small");

static inline void fact_add(struct fact_set *set, enum fact_kind kind)
{
	set->words[(unsigned)kind / 64] |= UINT64_C(1) << ((unsigned)kind % 64);
}

static inline void fact_remove(struct fact_set *set, enum fact_kind kind)
{
	set->words[(unsigned)kind / 64] &=
		~(UINT64_C(1) << ((unsigned)kind % 64));
}

static inline bool fact_has(const struct fact_set *set, enum fact_kind kind)
{
	return set->words[(unsigned)kind / 64] >> ((unsigned)kind % 64) & 1;
}

/* The id that stands in the JSON. */
const char *fact_id(enum fact_kind kind);

/* A whole sentence for people, not translated yet: pass it to _(). */
const char *fact_sentence(enum fact_kind kind);

/* The packet of a flow that shows a fact. */
enum fact_shown {
	SHOWN_FIRST,  /* its first packet: the SYN, the request */
	SHOWN_REPEAT, /* the last repetition of that */
	SHOWN_ANSWER, /* the first packet of the other side */
	SHOWN_ERROR,  /* ICMP error, RST, alert, error answer */
	SHOWN_STUCK,  /* the segment that is not acknowledged, sent last */
	SHOWN_END,    /* the first FIN */
	SHOWN_PACKETS,
	SHOWN_SEEN = SHOWN_PACKETS, /* evidence, but not one packet */
	SHOWN_CONTEXT,              /* not evidence by itself */
};

enum fact_shown fact_shown(enum fact_kind kind);

/* Where evidence comes from. */
enum vantage {
	VANTAGE_UNKNOWN,
	VANTAGE_CLIENT,
	VANTAGE_SERVER,
	VANTAGE_ROUTER,
	VANTAGES,
};

/* "client", …; "unknown" for a file of which nothing was said. */
const char *vantage_name(enum vantage v);
