#pragma once

#include "ruleset/nft_key.h"
#include "ruleset/nft_tree.h"

/*
 * From nft's tree to the model: what words mean. One struct nft_build lasts for
 * the tree; its lower half for one rule.
 *
 * What a rule asks without saying so is added as nft adds it: "tcp dport 22"
 * asks for the protocol first, "ip saddr" in an inet table for the family.
 */
struct nft_build {
	struct nft_tree *tree;
	struct ruleset *ruleset;
	struct table *table;
	const struct nft_table *from;
	struct build b; /* the rule */
	const char *at; /* of the statement */
	/* What the terms so far ask for; 0: nothing yet. */
	unsigned family;
	u128 protocol;
	bool has_protocol, is_whole, is_tracked, has_socket;
};

/* All of the tree into its ruleset; 0 or -ENOMEM. */
int nft_build(struct nft_tree *t);

/* The model's own copy of the text; x is done with. */
const char *nft_build_text(struct nft_build *nb, struct text *x);

/* A note of what is not known, once for each name. */
void nft_build_tell(struct nft_build *nb, const char *name, const char *at);

/* nft_match.c: the conditions of a match. */
void nft_match_add(struct nft_build *nb, const struct nft_stmt *s);

/* What a key implies. */
void nft_match_require(struct nft_build *nb, const struct nft_key *k);
void nft_match_protocol(struct nft_build *nb, u128 protocol);
void nft_match_family(struct nft_build *nb, unsigned family);

/* A question that is in no packet, as a variable of that text. */
void nft_match_variable(struct nft_build *nb, enum doubt doubt,
			const struct nft_stmt *s, bool inverted);

/* The question that e asks, operators and all; false if it cannot be said. */
bool nft_match_question(const struct nft_expr *e, struct nft_question *ret);

/* The key's node in it, or NULL. */
const struct nft_expr *nft_match_key(const struct nft_expr *e);

/* nft_set.c: the keys' values that stand in a set, or what they lead to. */
struct nft_set_shape {
	struct nft_question part[SET_PARTS];
	unsigned count;
	/* Of a map's data: value and port; none: verdicts, or no map. */
	const struct nft_key *data[2];
};

/* A named one. */
void nft_set_add(struct nft_build *nb, const struct nft_set *from);

/* One written within a rule. NULL: no memory, or told. */
struct set *nft_set_inline(struct nft_build *nb,
			   const struct nft_set_shape *shape,
			   const struct nft_expr *e);

/* nft_action.c: every other statement. */
void nft_action_add(struct nft_build *nb, const struct nft_stmt *s);

/* The action of a verdict, kind and chain. */
struct action nft_action_verdict(struct nft_build *nb,
				 const struct nft_expr *e);
