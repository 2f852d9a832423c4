#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/model.h"

struct arena;
struct text;

/*
 * What nft's two syntaxes have in common: a tree of words, before any word has
 * been given a meaning.
 *
 * The readers (nft_text.c, nft_json.c) make it, nft_build.c gives it meaning
 * and throws it away. Everything is in the tree's own arena. A question such as
 * "tcp dport" is one node with its words in nft's own order, whichever syntax
 * it came from, so that the tables of matches/ are asked in one way.
 */
enum nft_kind {
	NFT_WORD,      /* a name, number, address: as written */
	NFT_PREFIX,    /* address, length */
	NFT_RANGE,     /* first, last */
	NFT_LIST,      /* a, b */
	NFT_SET,       /* { a, b } */
	NFT_CONCAT,    /* a . b */
	NFT_PAIR,      /* key : value, in a map's set */
	NFT_REFERENCE, /* @name */
	NFT_KEY,       /* a question: "ct original ip saddr" */
	NFT_AND,
	NFT_OR,
	NFT_XOR,
	NFT_LEFT,   /* << */
	NFT_RIGHT,  /* >> */
	NFT_MAP,    /* key, set: what the key's element holds */
	NFT_VERDICT /* accept; jump: note is the chain */
};

struct nft_expr {
	enum nft_kind kind;
	bool is_quoted;
	bool is_number;   /* in JSON */
	const char *text; /* of a word, key, reference, verdict */
	const char *note; /* an element's comment, a verdict's chain */
	const char *at;   /* where it stands in the source; NULL: JSON */
	struct nft_expr *first, *last, *next;
};

enum nft_op {
	NFT_IMPLICIT, /* none was written: "is", or for flags "has one of" */
	NFT_EQUAL,
	NFT_NOT_EQUAL,
	NFT_LESS,
	NFT_LESS_EQUAL,
	NFT_GREATER,
	NFT_GREATER_EQUAL,
	NFT_NONE_OF, /* "!": flags that are all unset */
	NFT_OP_COUNT
};

enum nft_stmt_kind {
	NFT_MATCH,    /* left op right */
	NFT_DECISION, /* left: the verdict */
	NFT_VMAP,     /* left: the key, right: its map */
	NFT_REJECT,   /* words: "tcp reset", "icmp", …; right: its code */
	NFT_NAT,      /* words: "dnat"; left: address, right: port */
	NFT_ASSIGN,   /* left set right */
	NFT_COUNTER,
	NFT_RATE,    /* words: limit, quota, ct count; a question of what was */
	NFT_UPDATE,  /* words: "add"; name: the set; left: what; inner */
	NFT_NOTRACK, /* and the rest, by words alone: */
	NFT_QUEUE,
	NFT_STEAL,    /* fwd */
	NFT_SYNPROXY, /* takes SYN and ACK */
	NFT_PASS,     /* the packet goes on: log, dup, … */
	NFT_UNKNOWN   /* name: how it is named to the user */
};

struct nft_stmt {
	enum nft_stmt_kind kind;
	enum nft_op op;
	bool inverted;      /* RATE: over */
	const char *words;  /* canonical; NULL where the parts say it */
	const char *name;   /* UPDATE, UNKNOWN */
	const char *family; /* NAT: "ip", "ip6" or NULL */
	const char *flags;  /* NAT: "random,persistent" */
	struct nft_expr *left, *right;
	struct nft_stmt *inner;
	struct counters counters;
	const char *at;
	struct nft_stmt *next;
};

struct nft_rule {
	struct nft_stmt *first, *last;
	const char *text; /* NULL: to be printed from the statements */
	const char *comment;
	uint64_t handle;
	const char *at;
	size_t len;  /* of its words in the source; 0: JSON */
	bool is_bad; /* could not be read: it may do anything */
	struct nft_rule *next;
};

struct nft_chain {
	const char *name;
	const char *hook; /* NULL: none */
	const char *type, *priority, *device;
	const char *policy; /* NULL: accept */
	uint64_t handle;
	struct nft_rule *first, *last;
	const char *at;
	struct nft_chain *next;
};

/* A named set or map. */
struct nft_set {
	const char *name;
	struct nft_expr *type; /* words or keys (typeof), perhaps in a CONCAT */
	struct nft_expr *data; /* of a map */
	uint64_t size;
	struct nft_expr *elements; /* a SET */
	const char *at;
	struct nft_set *next;
};

struct nft_table {
	enum table_family family;
	const char *name;
	bool is_dormant;
	struct nft_chain *first_chain, *last_chain;
	struct nft_set *first_set, *last_set;
	const char *at;
	struct nft_table *next;
};

/* A text that was read, to find lines and columns again. */
struct nft_source {
	const char *file;
	const char *text;
	size_t len;
	/* The last place that was asked for: rules are asked in order. */
	const char *known_start;
	uint64_t known_line;
	struct nft_source *next;
};

struct nft_tree {
	struct arena *arena;
	struct ruleset *ruleset;
	struct nft_source *sources;
	const char *file;
	struct nft_table *first, *last;
	/* What problems quote where there is no place: the rule's text. */
	const char *about;
	bool failed; /* no memory */
};

/* Start and end of a tree that will go into r; -ENOMEM. */
int nft_tree_init(struct nft_tree *t, struct ruleset *r, const char *file);
void nft_tree_done(struct nft_tree *t);

/* All of these give NULL and mark the tree failed when memory is out; adding
 * NULL does nothing. So a reader reads on and asks once. */
void *nft_tree_alloc(struct nft_tree *t, size_t size);
const char *nft_tree_copy(struct nft_tree *t, const char *s, size_t len);
const char *nft_tree_text(struct nft_tree *t, struct text *x);
struct nft_expr *nft_tree_expr(struct nft_tree *t, enum nft_kind kind,
			       const char *text, const char *at);
void nft_tree_add(struct nft_expr *parent, struct nft_expr *child);
struct nft_expr *nft_tree_pair(struct nft_tree *t, enum nft_kind kind,
			       struct nft_expr *a, struct nft_expr *b);
struct nft_stmt *nft_tree_stmt(struct nft_tree *t, enum nft_stmt_kind kind,
			       const char *words, const char *at);
void nft_tree_append(struct nft_rule *rule, struct nft_stmt *s);

/* Found, or made. */
struct nft_table *nft_tree_table(struct nft_tree *t, enum table_family family,
				 const char *name);
struct nft_chain *nft_tree_chain(struct nft_tree *t, struct nft_table *table,
				 const char *name);
struct nft_set *nft_tree_set(struct nft_tree *t, struct nft_table *table,
			     const char *name);
struct nft_table *nft_tree_find_table(struct nft_tree *t,
				      enum table_family family,
				      const char *name);
struct nft_chain *nft_tree_find_chain(struct nft_table *table,
				      const char *name);
struct nft_set *nft_tree_find_set(struct nft_table *table, const char *name);

/* The family of that name; false if it is none. */
bool nft_tree_family(const char *word, enum table_family *ret);

/* Everything of nft, of this file and of those before it, is gone. */
void nft_tree_flush(struct nft_tree *t);
void nft_tree_drop_table(struct nft_tree *t, enum table_family family,
			 const char *name);

/* Where that is: file and line, and if wanted the column. */
struct place nft_tree_place(struct nft_tree *t, const char *at,
			    uint64_t *ret_column);

/* A problem there. */
__attribute__((format(printf, 3, 4))) void
nft_tree_problem(struct nft_tree *t, const char *at, const char *format, ...);

/* Whether a word is that one. */
bool nft_tree_is(const struct nft_expr *e, enum nft_kind kind,
		 const char *text);
