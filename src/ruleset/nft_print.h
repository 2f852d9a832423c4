#pragma once

struct nft_expr;
struct nft_stmt;
struct nft_rule;
struct text;

/*
 * Trees as text, as nft writes it: the names of variables, and the text of
 * rules that came as JSON. Of equal trees the text is equal, whichever syntax
 * they came from; numbers are decimal, for JSON knows no others.
 */
void nft_print_expr(struct text *out, const struct nft_expr *e);
void nft_print_stmt(struct text *out, const struct nft_stmt *s);

/* All statements but counters. */
void nft_print_rule(struct text *out, const struct nft_rule *rule);

/* One question may be asked in two ways: nft's own, lasting as long as words
 * does. */
const char *nft_print_key(const char *words);
