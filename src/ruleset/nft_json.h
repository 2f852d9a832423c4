#pragma once

#include <jansson.h>

#include "ruleset/nft_tree.h"

/*
 * What the files that read nft's JSON share; nft_json_read() is nft.h's
 * (libnftables-json(5)).
 *
 * What is not known there becomes a question or a statement whose name is its
 * JSON, so that nothing is lost and the builder names it.
 */
enum { NFT_JSON_DEPTH = 32 };

struct nft_json {
	struct nft_tree *tree;
	unsigned depth;
};

/* The member's string, or NULL. It belongs to the document. */
const char *nft_json_string(const json_t *object, const char *name);

/* Copied into the tree. */
const char *nft_json_copy(struct nft_json *j, const char *s);

/* nft_json_expr.c: any expression; NULL: null, or none at all. */
struct nft_expr *nft_json_expr(struct nft_json *j, json_t *v);

/* The elements of a set or map, in a SET. */
struct nft_expr *nft_json_expr_set(struct nft_json *j, json_t *list);

/* nft_json_stmt.c: one statement into the rule. */
void nft_json_stmt(struct nft_json *j, json_t *v, struct nft_rule *rule);
