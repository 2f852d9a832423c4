#pragma once

#include "base/problem.h"
#include "ruleset/cond.h"
#include "ruleset/name_index.h"

/*
 * Rulesets of iptables (both backends) and nft, in one form.
 *
 * Readers fill it, in an arena that owns everything; nothing in it is freed or
 * changed on its own. A ruleset may come from several files and hold tables of
 * several engines: what a packet meets is decided by hooks and priorities, as
 * in the kernel, and no longer by who wrote a rule.
 *
 * A rule is a list of terms, walked from left to right: conditions, and
 * actions that are taken when all conditions before them hold. That is what
 * nft does; an iptables rule is the case of conditions, counter, one target.
 */

struct match;
struct target;
struct option;
struct chain;
struct keep;
struct table;

enum engine { ENGINE_LEGACY, ENGINE_IPTABLES_NFT, ENGINE_NFT, ENGINE_COUNT };

/* As JSON and culprits name it: "iptables-legacy", … */
extern const char *const engine_names[ENGINE_COUNT];

/* Of a table; a set of struct point's FAMILY values meets it. */
enum table_family {
	TABLE_IP,
	TABLE_IP6,
	TABLE_INET,
	TABLE_ARP,
	TABLE_BRIDGE,
	TABLE_NETDEV,
	TABLE_FAMILY_COUNT
};

extern const char *const table_family_names[TABLE_FAMILY_COUNT];

/* In the order of a packet's way through a host. */
enum hook {
	HOOK_INGRESS,
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOK_EGRESS,
	HOOK_NONE, /* a chain that others jump to */
	HOOK_COUNT
};

extern const char *const hook_names[HOOK_COUNT]; /* as nft writes them */

struct counters {
	uint64_t packets;
	uint64_t bytes;
	bool known;
};

enum action_kind {
	ACTION_NONE, /* a log, a counter: the packet goes on */
	ACTION_ACCEPT,
	ACTION_DROP,
	ACTION_REJECT,
	ACTION_RETURN,
	ACTION_CONTINUE, /* nft's: to the next rule */
	ACTION_JUMP,
	ACTION_GOTO,
	ACTION_QUEUE, /* a program decides */
	ACTION_STEAL, /* taken by another part of the kernel: SYNPROXY, tproxy */
	ACTION_SET,   /* a field gets a new value */
	ACTION_NAT,
	ACTION_NOTRACK,
	ACTION_VERDICT_MAP, /* nft's vmap: the element says what to do */
	ACTION_UNKNOWN,     /* not modelled: it may do anything */
	ACTION_KIND_COUNT
};

/* "accept", "drop", …: in JSON, too; never translated. */
extern const char *const action_kind_names[ACTION_KIND_COUNT];

/* What the sender of a rejected packet is told. */
enum reject {
	REJECT_TCP_RESET,
	REJECT_ICMP,  /* type 3 */
	REJECT_ICMP6, /* type 1 */
	REJECT_ICMPX  /* nft's icmpx: by the packet's family */
};

enum nat_kind {
	NAT_SOURCE,
	NAT_DESTINATION,
	NAT_MASQUERADE,
	NAT_REDIRECT,
	NAT_NETMAP_SOURCE,
	NAT_NETMAP_DESTINATION,
	NAT_TPROXY
};

struct action {
	enum action_kind kind;
	/* JUMP, GOTO; and the name, should there be no such chain. */
	const struct chain *chain;
	const char *chain_name;
	/* REJECT. The code is ICMP's; of REJECT_ICMPX, NFT_REJECT_ICMPX_*. */
	enum reject reject;
	uint8_t reject_code;
	/* SET: field = (field & and_mask) ^ xor_mask, and, with from !=
	 * FIELD_COUNT, ^ (from & from_mask). With a map: what the element holds.
	 * Random, without one: nobody can tell what. */
	enum field field, from;
	u128 and_mask, xor_mask, from_mask;
	/* SET: added last; the sum stops at 0 and at the field's last (TTL's
	 * inc and dec). */
	int add;
	/* NAT: to an address and port among these; NULL: as they are. */
	enum nat_kind nat;
	const struct ranges *address, *port;
	bool random; /* which of several cannot be foretold */
	/* QUEUE: one of these takes it; -1: nobody can tell which. */
	int queue, queue_last;
	bool queue_bypass; /* without a reader the packet goes on */
	/* VERDICT_MAP, SET, NAT with a map: looked up by these fields. */
	const struct set *map;
	enum field key[SET_PARTS];
	/* As written in the rule, and why it is not modelled (UNKNOWN). */
	const char *text;
};

/* The field's new value by a SET without a map: from what it is, and what the
 * other field is (0 where there is none). */
u128 action_value(const struct action *a, u128 value, u128 from);

/* One option of a match or target, as it was given. */
struct argument {
	const struct option *option;
	const char *text; /* canonical: as iptables-save writes it */
	bool inverted;
	const struct ranges *ranges; /* what it says, where it is a set */
	u128 mask;                   /* of a value/mask; else all ones */
	struct place place;
	size_t column;
};

/* A match or target of an iptables rule, with its options in the order of its
 * table, while the rule is read. An unknown one has neither match nor
 * target but words. One without a name holds the rule's own options: -s, -d,
 * -i, -o, -p, -f. */
struct use {
	const struct match *match;
	const struct target *target;
	const struct argument *arguments;
	size_t count;
	const char *name;  /* "tcp" */
	const char *words; /* of an unknown one: its options, word for word */
	bool is_target;
	bool is_goto; /* -g: the name is a chain's */
};

struct term {
	bool is_action;

	union {
		struct cond cond;
		struct action *action;
	};
};

struct rule {
	const struct chain *chain;
	unsigned number; /* from 1, as --line-numbers counts */
	unsigned term_count;
	uint64_t handle;  /* nft's, 0: none known */
	const char *text; /* as the source wrote it, without counters */
	const char *comment;
	struct counters counters;
	struct place place;
	struct term *terms;
	/* iptables only: as iptables-save writes it, from "-A" on. Often the
	 * same as text. */
	const char *words;
	/* nft only: as it was listed, with counters and whole sets; NULL: as
	 * text says. */
	const char *listed;
	/* What the source did not show (iptables -L hides interfaces). */
	bool is_incomplete;
	struct rule *next;
};

struct chain {
	const struct table *table;
	const char *name;
	enum hook hook;
	int priority;
	const char *type;   /* filter, nat, route; NULL: of no hook */
	const char *device; /* ingress and egress; NULL: any; a,b: of both */
	enum action_kind policy; /* ACCEPT or DROP; NONE: of no hook */
	struct counters counters;
	struct place place;
	uint64_t handle;
	struct rule *first, *last;
	unsigned rule_count;
	struct chain *next;
	unsigned index; /* within the ruleset, from 0 */
};

struct table {
	enum engine engine;
	enum table_family family;
	const char *name;
	struct place place;
	struct chain *first, *last;
	struct set *first_set, *last_set;
	bool is_dormant; /* nft: flags dormant */
	struct table *next;
	struct name_index chain_names, set_names;
};

struct ruleset {
	struct arena *arena;
	/* For readers: of a line at most, that clear it. */
	struct arena *scratch;
	struct keep *keep;         /* keep.h; NULL: nothing yet */
	struct problems *problems; /* what the user can mend */
	struct problems *notes;    /* what he should know: unknown matches */
	struct table *first, *last;
	struct set *first_ipset, *last_ipset; /* ipset's: of no table */
	unsigned chain_count;
	uint64_t rule_count;
	/* Variables: what rules depend on that no packet shows. One for each
	 * distinct text, so that equal questions have equal answers. */
	struct variable *first_variable, *last_variable;
	unsigned variable_count;
	struct name_index variable_texts, ipset_names;
};

/* NULL when there is no memory. The problems, the caller's, outlive it; the
 * notes are its own. */
struct ruleset *ruleset_new(struct problems *problems);
void ruleset_free(struct ruleset *r);

/* The table, made where there is none. NULL when there is no memory; so do
 * all that follow. Names are copied. */
struct table *ruleset_table(struct ruleset *r, enum engine engine,
			    enum table_family family, const char *name);
struct table *ruleset_find_table(const struct ruleset *r, enum engine engine,
				 enum table_family family, const char *name);

/* The chain, made (without a hook) where there is none. */
struct chain *ruleset_chain(struct ruleset *r, struct table *t,
			    const char *name);
struct chain *ruleset_find_chain(const struct table *t, const char *name);

/* Makes it a base chain of the hook. */
void ruleset_hook(struct chain *c, enum hook hook, int priority,
		  const char *type, enum action_kind policy);

/* iptables' built-in chains: hook, priority and type by table and name
 * (net/ipv4/netfilter/iptable_*.c). False if it is none. */
bool ruleset_builtin(struct chain *c);

/* A new rule at the chain's end, numbered. */
struct rule *ruleset_rule(struct ruleset *r, struct chain *c);

/* Puts a rule, made in the arena by the caller, where it gets that number;
 * those from there on count one more. 0, or a number that is too great: at the
 * chain's end. */
void ruleset_insert_rule(struct ruleset *r, struct chain *c, struct rule *rule,
			 unsigned number);

/* Takes rules out again: one, or all. */
void ruleset_delete_rule(struct ruleset *r, struct chain *c, unsigned number);
void ruleset_flush_chain(struct ruleset *r, struct chain *c);

struct set *ruleset_set(struct ruleset *r, struct table *t, const char *name);
const struct set *ruleset_find_set(const struct ruleset *r,
				   const struct table *t, const char *name);

/* The variable of this text; equal texts are one. */
const struct variable *ruleset_variable(struct ruleset *r, enum doubt doubt,
					const char *text);

/* A new one of that text, whose answer is that of no other. */
const struct variable *
ruleset_fresh_variable(struct ruleset *r, enum doubt doubt, const char *text);

/* Adds a note, unless there is one of the same words. */
__attribute__((format(printf, 3, 4))) void
ruleset_note(struct ruleset *r, const struct place *where, const char *format,
	     ...);

/* Jumps find their chains; lookups their sets (those that are not given turn
 * into variables); called once, when all is read. Problems name what is
 * missing. */
int ruleset_link(struct ruleset *r);
