#pragma once

#include <stdbool.h>

#include "ruleset/model.h"

/*
 * Rulesets into this namespace's kernel by the tools that people use, and
 * back from it with their counters.
 */
enum kernel_kind {
	KERNEL_IPSET, /* first: rules name sets */
	KERNEL_LEGACY4,
	KERNEL_LEGACY6,
	KERNEL_NFT4, /* iptables-nft */
	KERNEL_NFT6,
	KERNEL_NFT,
	KERNEL_KINDS
};

extern const char *const kernel_names[KERNEL_KINDS];

/* Loads the text. False: the kernel or the tool will not have it, and why is
 * on stderr where it is not quiet. */
bool kernel_load(enum kernel_kind kind, const char *text, bool quiet);

/* What the kernel holds of these kinds, with counters, without our own table;
 * linked. NULL where it cannot be read. */
struct ruleset *kernel_dump(const bool kinds[KERNEL_KINDS],
			    struct problems *problems);

/* The text as a ruleset of that kind; to be linked. 0 or -ENOMEM. */
int kernel_read(struct ruleset *r, enum kernel_kind kind, const char *file,
		const char *text);
