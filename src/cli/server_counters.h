#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/model.h"

/*
 * Which counters of rules and policies moved between two readings of the same
 * host's rules. Pure: it only holds the two against each other.
 *
 * A rule is the same where its table, chain, text and (of nft) handle are; of
 * several equal ones the first is the first. Rules that came or went between
 * are left out.
 */
struct server_counter {
	const struct chain *chain; /* of the first reading */
	const struct rule *rule;   /* NULL: the chain's policy */
	uint64_t packets, bytes;   /* by which it grew */
};

struct server_counters {
	struct server_counter *list; /* malloc()ed */
	size_t count;
	bool has_changed; /* the rules are not the same any more */
};

/* 0 or -ENOMEM; server_counters_done() in either case. */
int server_counters_compare(const struct ruleset *before,
			    const struct ruleset *after,
			    struct server_counters *ret);
void server_counters_done(struct server_counters *c);

/* Whether the rule, of another reading, was not there in this one: all that it
 * counted, it counted since. */
bool server_counters_is_new(const struct ruleset *before,
			    const struct rule *rule);

/* The action by which a rule may refuse, or NULL. */
const struct action *server_counters_refusal(const struct rule *r);

/* Whether what the counter says is that all conditions of the rule held: no
 * condition stands behind it, as nft lets one write. */
bool server_counters_is_exact(const struct rule *r);

/* Whether so many packets of one length make these counts: what a repeated SYN
 * is. */
bool server_counters_is_even(const struct server_counter *c);
