#pragma once

#include "fix/repair.h"

/*
 * What a simple rule says, by its words in the syntax of iptables or of nft: so
 * that a manager can say the same in its own language. Addresses and ports as
 * written.
 */
enum { RULE_WORD = 64 };

struct rule_words {
	bool is_v6;
	bool has_family;
	char protocol[RULE_WORD]; /* "tcp"; "": any */
	char source[RULE_WORD], destination[RULE_WORD];
	char source_port[RULE_WORD], port[RULE_WORD];
	char in[RULE_WORD], out[RULE_WORD]; /* devices */
	char verdict[RULE_WORD];            /* in iptables' words: "ACCEPT" */
	bool is_new;                        /* only of state new */
	bool is_whole;                      /* nothing else stands there */
};

/* Fills what is there; what is not understood turns is_whole off. */
void rule_words_read(struct rule_words *ret, const char *words);

/* The words in the syntax of that table's tool, in the plan's arena; NULL: they
 * say more than can be put in the other one. */
const char *rule_words_for(struct fix_planning *p, const struct table *t,
			   const char *words);
