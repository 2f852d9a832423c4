#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fact/culprit.h"
#include "fact/vantage.h"

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
enum { FACT_WORDS = 9 };

struct fact_set {
	uint64_t words[FACT_WORDS];
};

_Static_assert((int)FACT_KINDS <= FACT_WORDS * 64,
	       "struct fact_set is too small");

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

/* The kind of that id, or FACT_NONE. */
enum fact_kind fact_find(const char *id);

/* One thing that was observed. */
struct fact {
	enum fact_kind kind;
	enum vantage vantage;
	const char *source; /* who found it out: a probe's or a reader's id */
	int64_t at_ns;      /* wall clock */
	/* What was seen, with the numbers of this case: a whole sentence,
	 * translated. NULL: the kind's own sentence says it all. */
	const char *text;
	const struct culprit *culprit; /* what it names, or NULL */
};

/*
 * Facts as they are found out, of one flow or attempt. All of them lie in the
 * arena, which is the caller's. Memory that runs out is told once, by failed.
 */
struct facts {
	struct arena *arena;
	struct fact_set set;
	struct fact *list;
	size_t count, room;
	enum vantage vantage; /* of what is told; unknown: the client */
	bool failed;
};

/* Adds one, seen now at the facts' vantage; format NULL: no words of its own. A kind
 * that is known already gets the new words and culprit, where it had none. */
__attribute__((format(printf, 5, 6))) void
fact_tell(struct facts *f, enum fact_kind kind, const char *source,
	  const struct culprit *culprit, const char *format, ...);

/* The same, for those that take a format themselves. */
__attribute__((format(printf, 5, 0))) void
fact_tell_list(struct facts *f, enum fact_kind kind, const char *source,
	       const struct culprit *culprit, const char *format, va_list ap);

/* Takes it back: something else shows that it was not so. */
void facts_forget(struct facts *f, enum fact_kind kind);

/* The first of that kind, or NULL. */
const struct fact *facts_get(const struct facts *f, enum fact_kind kind);

/* Adds all of b to a; the strings stay where they are. */
void facts_join(struct facts *a, const struct facts *b);
