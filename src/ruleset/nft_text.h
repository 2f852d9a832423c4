#pragma once

#include "ruleset/nft_lex.h"
#include "ruleset/nft_tree.h"

/*
 * What the files that read nft's text share; nft_text_read() is nft.h's.
 *
 * A statement that cannot be read is told once, at the word where reading
 * stopped; then is_bad holds until nft_text_mend(), everything gives NULL, and
 * the caller passes over the rest of the line.
 */
struct nft_define {
	const char *name;
	struct nft_expr *value;
	struct nft_define *next;
};

/* Deeper than this no sane text nests: braces, parentheses, includes. */
enum { NFT_TEXT_DEPTH = 32 };

struct nft_text {
	struct nft_tree *tree;
	struct nft_lex lex;
	const char *file;
	struct nft_define *defines;
	unsigned depth;    /* of expressions */
	unsigned includes; /* of files */
	const char *word;  /* of a question: where its last one stands */
	bool is_bad;
};

/* Tells that the next token was not to be expected, and what would have been
 * (translated, or NULL). */
void nft_text_bad(struct nft_text *p);

/* The next word or string, copied; NULL, and bad, if it is neither. */
const char *nft_text_word(struct nft_text *p);

/* Takes that mark or word; else bad. */
bool nft_text_expect(struct nft_text *p, const char *text);

/* A copy of the defined value, or NULL, and bad. The next token is "$". */
struct nft_expr *nft_text_variable(struct nft_text *p);

/* nft_text_expr.c: the left side of a match, with masks and concatenations;
 * NULL and nothing taken if the next word asks nothing. */
struct nft_expr *nft_text_expr_key(struct nft_text *p);

/* A value, or several between commas if is_list. Where keys may stand ("dnat to
 * ip saddr map …"), they are taken for such. */
struct nft_expr *nft_text_expr_value(struct nft_text *p, bool is_list,
				     bool may_be_key);

/* A set in braces; the next token is "{". */
struct nft_expr *nft_text_expr_set(struct nft_text *p);

/* Past newlines and semicolons. */
void nft_text_newlines(struct nft_text *p);

/* After a statement that could not be read: past what is left of it. */
void nft_text_mend(struct nft_text *p);

/* define, redefine, undefine, include: true if it was one. */
bool nft_text_directive(struct nft_text *p);

/* nft_text_block.c: "{ … }" of a table, chain, set; the next token is "{". */
void nft_text_block_table(struct nft_text *p, struct nft_table *table);
void nft_text_block_chain(struct nft_text *p, struct nft_chain *c);
void nft_text_block_set(struct nft_text *p, struct nft_set *s);

/* Reads one rule, to the end of the line. NULL: no memory. */
struct nft_rule *nft_text_block_rule(struct nft_text *p);

/* nft_text_command.c: one command, whatever it is. */
void nft_text_command(struct nft_text *p);

/* nft_text_stmt.c: the statements of one rule, to the end of the line. */
void nft_text_stmt_rule(struct nft_text *p, struct nft_rule *rule);
