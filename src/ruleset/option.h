#pragma once

#include "ruleset/model.h"
#include "ruleset/ranges.h"

/*
 * How matches and targets are written: the tables that both parsers and both
 * printers run on. A file of matches/ or targets/ holds one table, and code
 * only where its meaning is more than "the field is in these values".
 */

struct build;

/* One option as iptables has it; a list of them ends with a NULL name. */
struct option {
	const char *name;  /* "--dport": the one that iptables-save writes */
	const char *alias; /* "--destination-port", or NULL */
	enum value_type type;
	enum field field; /* what it asks for; FIELD_COUNT: compile() knows */
	const struct choice *choices; /* VALUE_CHOICE, VALUE_CHOICES */
	bool is_list;                 /* values with commas between */
	bool is_plain;                /* printed without names, without /32 */
	/* A name that nobody here knows is taken, too: no ranges then. */
	bool may_be_name;
	/* Not printed when it has this value, which is the default. */
	const char *usual;
	/* Printed with this value where it was not given; in IPv6 with the
	 * other one, if there is one. */
	const char *always, *always_v6;
	/* Two words follow (--tcp-flags, --match-set); one is meant where
	 * this is 0 and the type is not VALUE_NONE. */
	unsigned words;
	/* Short for another option of the table, with that value (--syn), or
	 * without a meaning another name for it. */
	const char *stands_for, *meaning;
	/* Reads what no type says: fills text, ranges and mask of the argument.
	 * value is terminated; 0, -ENOMEM or an enum value_error. */
	int (*read)(struct build *b, const char *value, struct argument *ret);
};

/* The ports of TCP and UDP. */
#define OPTION_PORT(option_name, other, what)                                  \
	{                                                                      \
		.name = (option_name), .alias = (other), .type = VALUE_PORT,   \
		.field = (what), .may_be_name = true, .usual = "0:65535"       \
	}

#define OPTION_PORTS                                                           \
	OPTION_PORT("--sport", "--source-port", FIELD_SPORT),                  \
		OPTION_PORT("--dport", "--destination-port", FIELD_DPORT)

/* What a packet must have before nft can ask: else no rule that asks holds. */
enum {
	NFT_NEEDS_TRANSPORT = 1, /* its transport's header: no later fragment */
	NFT_NEEDS_TRACKED = 2,   /* a connection: not invalid, not untracked */
	NFT_NEEDS_SOCKET = 4,    /* a process of this host that sent it */
	NFT_NEEDS_NONZERO = 8    /* the field itself: 0 is "has none" */
};

/* One question of nft's: "tcp dport", "ct state"; ends with NULL words. A
 * packet meets it only where what it implies holds. */
struct nft_key {
	const char *words;
	enum field field; /* FIELD_COUNT: asked, but not modelled: a variable */
	enum value_type type;
	uint8_t protocol; /* implied transport protocol, 0: none */
	uint8_t family;   /* implied: 4, 6 or 0 */
	uint8_t shift;    /* the value's place in the field (dscp: 2) */
	u128 mask;        /* bits of the field that are asked for; 0: all */
	const struct choice *choices; /* names of values, before the type's */
	enum doubt doubt;             /* of a question that is not modelled */
	uint8_t needs;                /* NFT_NEEDS_… */
	bool is_flags;                /* bits: without operator, one of them */
};

/* For read(): the words as they were written. */
int option_as_it_is(struct build *b, const char *value, struct argument *ret);

/* What a rule is built into, while it is read. */
struct build {
	struct ruleset *ruleset;
	struct rule *rule;
	/* Where what is built lives, until build_rule_done() copies what
	 * stays; NULL: in the ruleset's own arena, to stay. */
	struct arena *arena;
	bool is_v6; /* the rule's own family, where it has one: ip6tables */
	uint8_t protocol;   /* of -p, for names of services; 0: none */
	const char *text;   /* of the target at hand, for its action */
	struct term *terms; /* so far; build_rule_done() moves them */
	size_t count, capacity;
	bool failed; /* no memory */
};

static inline struct arena *build_arena(const struct build *b)
{
	return b->arena ? b->arena : b->ruleset->arena;
}

struct match {
	const char *name; /* of -m */
	const struct option *options;
	const struct nft_key *keys; /* or NULL */
	/* Its answer is in no packet: one variable for the whole match. */
	bool is_variable;
	enum doubt doubt;
	/* Options stay in the order in which they were given, and may be
	 * repeated (policy's --next). */
	bool keeps_order;
	/* Changes arguments to what iptables-save prints, when all are read:
	 * defaults that depend on others. */
	int (*settle)(struct build *b, struct use *u);
	/* Adds the conditions of one use; NULL: each option is a condition on
	 * its field. -ENOMEM, or 0. */
	int (*compile)(struct build *b, const struct use *u);
};

struct target {
	const char *name; /* of -j */
	const struct option *options;
	int (*settle)(struct build *b, struct use *u);
	/* Adds the action; NULL: ACTION_NONE, the packet goes on. */
	int (*compile)(struct build *b, const struct use *u);
	/* What it does is not known: ACTION_UNKNOWN, or with a NULL text
	 * ACTION_NONE. */
	const char *unknown;
};

extern const struct match *const match_list[];
extern const size_t match_count;
extern const struct target *const target_list[];
extern const size_t target_count;

const struct match *match_named(const char *name, size_t len);
const struct target *target_named(const char *name, size_t len);

/* The key whose words are these ("tcp dport"), and its match. */
const struct nft_key *match_key(const char *words, size_t len);

/* Conditions, appended to the rule. */
void build_cond(struct build *b, const struct cond *c);
void build_ranges(struct build *b, enum field f, const struct ranges *r,
		  bool inverted);
void build_masked(struct build *b, enum field f, u128 mask,
		  const struct ranges *r, bool inverted);
/* The condition on the option's field; a name that nobody here knows is a
 * variable of the host. VALUE_NONE has none. */
void build_argument(struct build *b, const struct argument *a);

/* All of them. */
void build_each(struct build *b, const struct use *u);
void build_value(struct build *b, enum field f, u128 value);

/* Rates, random numbers, lists that packets fill and what nobody knows get a
 * variable of this rule's own: the same words in two rules need not have the
 * same answer. The others share one for each text. */
void build_variable(struct build *b, enum doubt doubt, const char *text,
		    bool inverted);
/* The whole use as one variable, in its own words. -ENOMEM or 0. */
int build_use_variable(struct build *b, const struct use *u, enum doubt doubt);

/* The packet belongs to a connection. */
void build_tracked(struct build *b);

/* TTL or hop limit: equal, less, greater. -ENOMEM or 0. */
int build_hops(struct build *b, const struct use *u);

/* The use's ICMP type and code (VALUE_ICMP, VALUE_ICMP6). -ENOMEM or 0. */
int build_icmp(struct build *b, const struct use *u);
void build_action(struct build *b, const struct action *a);

/* Moves the terms into the rule; -ENOMEM if anything failed on the way. */
int build_rule_done(struct build *b);

/* The use's argument of that option, or NULL. */
const struct argument *use_argument(const struct use *u, const char *name);
