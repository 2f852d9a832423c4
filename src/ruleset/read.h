#pragma once

#include "ruleset/model.h"

/*
 * Reading a ruleset of whatever kind: recognises what each part of a text is
 * and gives it to that reader. A text may be a mix, as it is pasted: shell
 * prompts and empty lines between parts are passed over, and what the prompt's
 * command says ("ip6tables -t nat -L") is believed.
 *
 * Readers return 0 or -ENOMEM. What is wrong with the text becomes problems;
 * the rest is read. After the last file: ruleset_link().
 */

enum read_kind {
	READ_SAVE,    /* iptables-save, ip6tables-save, iptables -S */
	READ_LISTING, /* iptables -L */
	READ_NFT_TEXT,
	READ_NFT_JSON,
	READ_IPSET,
	READ_NOTHING, /* prompts, empty lines, what no reader knows */
	READ_KIND_COUNT
};

/* What is known about a text besides itself. */
struct read_hint {
	enum engine engine;       /* ENGINE_COUNT: the text says it */
	enum table_family family; /* TABLE_FAMILY_COUNT: the text says it */
	const char *table;        /* of listings and -S; NULL: not known */
	uint64_t line;            /* number of the text's first line; 0: 1 */
};

#define READ_NO_HINT                                                           \
	(&(struct read_hint){ .engine = ENGINE_COUNT,                          \
			      .family = TABLE_FAMILY_COUNT })

/* The file's name must outlive the ruleset; it may tell the family. */
int ruleset_read(struct ruleset *r, const char *file, const char *text,
		 size_t len);

/* What the first part of a text that can be read is. */
enum read_kind read_recognise(const char *text, size_t len);
