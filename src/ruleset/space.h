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
	const char *text; /* of a variable, as the rule writes it */
	enum doubt doubt;
	const struct variable *variable; /* NULL: a question of fields that has
					  * too many pieces to be boxes */
	const struct cond *cond;         /* that question */
	const struct ranges *all;        /* the values that occur */
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
	/* Variables that differ at each use (limit, random) get a dimension for
	 * each; else they only make their entries uncertain. */
	bool has_doubts;
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

/* Of a variable; the same text, doubt and number of use are the same. */
unsigned space_variable(struct space *s, const struct dim *wanted,
			unsigned use);

/*
 * A program: what flattening makes of a base chain.
 *
 * Entries are tried in order. A packet in the box of one that ends has met its
 * fate; in one that skips, it goes on at entry skip_to (a RETURN hides the rest
 * of its call); in one that passes, with the next. A chain that is jumped to
 * stands in the place of each jump, its boxes cut with the jump's.
 */
enum entry_kind { ENTRY_PASSES, ENTRY_ENDS, ENTRY_SKIPS };

struct entry {
	const struct box *box;
	const struct rule *rule;     /* NULL: the policy */
	const struct action *action; /* NULL: the policy, or conditions only */
	enum entry_kind kind;
	uint32_t skip_to;
	uint32_t call; /* which of calls it is in */
	/* A packet in the box may pass all the same, or another fate may meet
	 * it: rate limits, chance, a rule that is not fully known. */
	bool is_uncertain;
	bool is_hidden; /* for the only reason that the source hides something */
};

struct call {
	const struct chain *chain;
	const struct rule *by; /* NULL: the base chain */
	uint32_t parent;
	uint32_t first, end; /* its entries */
};

/* Too many entries: the program is cut short and proves nothing. */
enum { PROGRAM_ENTRIES = 4 * 1000 * 1000 };

struct overlap;

struct program {
	struct space *space;
	const struct chain *base;
	enum action_kind policy;
	struct entry *entries; /* the last is the policy */
	size_t count, capacity;
	struct call *calls;
	size_t call_count, call_capacity;
	bool is_cut;
	bool has_skips;
	struct overlap *ends, *skips; /* indexes, made when first needed */
};

/* 0 or -ENOMEM. base NULL: a chain that is not there, which accepts. The entries
 * are malloc()ed; program_done() frees them, boxes are the space's. */
int program_init(struct program *p, struct space *s, const struct chain *base);
void program_done(struct program *p);

/* What an entry that ends does with a packet. */
enum action_kind program_outcome(const struct program *p, size_t entry);

/* Whether packets that end there and there meet the same fate: verdict, reject
 * type, translation. */
bool program_same_fate(const struct program *p, size_t i,
		       const struct program *q, size_t j);
