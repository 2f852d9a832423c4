#pragma once

#include "ruleset/model.h"
#include "ruleset/ranges.h"

struct arena;

/*
 * What rules do to all packets at once.
 *
 * A space is the set of all packets of one family that can stand at one hook:
 * one dimension for each field, with the values that it can have there, and one
 * for each variable. A condition becomes boxes in it, a base chain with all
 * that it jumps to becomes a program: one list of boxes with what happens to
 * the packets in them. Programs of one space can be searched together.
 *
 * The space is never too small: facts that are not modelled (that ct-src is src
 * where there is no NAT) leave more packets than there are. So what is proven to
 * be dead is dead, and a packet that is found must still be tried by linear.h.
 *
 * What a rule changes on the way (marks) is a new dimension after the change.
 */

/* One dimension: a field, a field after a change (version > 0), or a variable,
 * which is 0 or 1 (field is FIELD_COUNT then). */
struct dim {
	enum field field;
	unsigned version;
	/* Of a variable: as the rule writes it, or a question of fields that has
	 * too many pieces to be boxes. */
	const char *text;
	const struct cond *cond;
	enum doubt doubt;
	const char *of;   /* where each rule has its own: the rule's text */
	const void *user; /* who asked for it last */
	const struct ranges *all; /* the values that occur */
};

/* The values along one dimension. */
struct side {
	unsigned dim;
	const struct ranges *set;
};

/* A product of sets; sides in the order of their dimensions, those that are
 * not named being whole. Never empty, never changed, in an arena. */
struct box {
	unsigned count;
	struct side side[];
};

struct boxes {
	const struct box **box;
	size_t count;
};

struct space {
	struct arena *arena;
	enum table_family family; /* TABLE_IP or TABLE_IP6 */
	enum hook hook;
	struct dim *dims;
	unsigned dim_count, dim_capacity;
	/* Variables that differ from rule to rule (limit, random) get a dimension
	 * for each; else they only make their entries uncertain. */
	bool has_doubts;
	uint64_t used; /* FIELD_BIT()s of fields that rules ask for */
	/* Conditions that had too many pieces and became variables. */
	unsigned coarse_count;
};

/* NULL when there is no memory. Lives in the arena. The chain, or one at the
 * same hook, tells what can stand there; has_conntrack, whether fragments are
 * put together before. */
struct space *space_new(struct arena *a, enum table_family family,
			const struct chain *at, bool has_conntrack);

/* Whether a rule or chain makes the kernel track connections. */
bool space_has_conntrack(const struct ruleset *r);

/* The dimension of a field at that version, made where there is none. */
unsigned space_field(struct space *s, enum field f, unsigned version);

/* Of a variable: the one with the same text, or question, doubt and rule; where
 * it has a user, one that this user did not ask for yet. UINT_MAX when there is
 * no memory; so for space_field(). */
unsigned space_variable(struct space *s, const struct dim *wanted);
