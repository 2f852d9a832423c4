#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nft_tree;

/*
 * Words and marks of nft's text. Addresses (IPv6, MAC) are one word although
 * they hold colons; "22-80" are three, "eth0.100" and "nd-router-advert" one,
 * as in nft. The text need not be terminated; nothing is read behind its end.
 */
enum nft_token_kind {
	NFT_TOKEN_END,     /* of the text */
	NFT_TOKEN_NEWLINE, /* or ';' */
	NFT_TOKEN_WORD,
	NFT_TOKEN_STRING, /* "in quotes", without them */
	NFT_TOKEN_MARK    /* any other: "{", "==", "@" */
};

struct nft_token {
	enum nft_token_kind kind;
	const char *at; /* in the text: the first byte, before a quote */
	const char *text;
	size_t len;
	bool is_spaced; /* white space stands before it */
};

struct nft_lex {
	const char *pos, *end;
	struct nft_token token; /* the next one, not yet taken */
	/* Of the last comment "# handle 8", which nft -a writes; 0: none. */
	uint64_t handle;
	const char *last_end; /* behind the token taken last */
};

void nft_lex_init(struct nft_lex *l, const char *text, size_t len);

/* Takes the next token. */
void nft_lex_next(struct nft_lex *l);

/* Whether the next token is that mark, or that word without quotes. */
bool nft_lex_is(const struct nft_lex *l, const char *text);

/* The same, and takes it. */
bool nft_lex_take(struct nft_lex *l, const char *text);

/* Whether the next token ends a statement: newline, "}", or the text's end. */
bool nft_lex_at_end(const struct nft_lex *l);

/* Past the rest of the statement, blocks within it and all. */
void nft_lex_skip(struct nft_lex *l);
