#pragma once

#include "ruleset/model.h"

/*
 * Which interfaces and networks the rules name: what a guess at a slip of the
 * pen stands on. Only audit*.c include this.
 */

/* One range that one rule names. */
struct mention {
	u128 first, last;
	const struct rule *rule; /* NULL: an element of a set */
	bool is_interface;       /* else an address */
	bool is_from;            /* where packets shall come from */
	bool is_of[2];           /* of IPv4 rules, of IPv6 rules */
};

/* In the order of the rules. */
struct named {
	struct mention *list; /* malloc()ed */
	size_t count, capacity;
	bool is_cut; /* too many to guess anything */
};

/* 0 or -ENOMEM. */
int audit_named_read(const struct ruleset *r, struct named *ret);
void audit_named_done(struct named *n);

/* The only source network that the rule's own conditions ask for. */
bool audit_named_source(const struct rule *rule, struct range *ret);

/* What a name or a network was most likely meant to be: something nearly the
 * same that several other rules name, where none names the first and nothing
 * else is as near. */
enum nearness { NEAR_NOTHING, NEAR_NAME, NEAR_OCTET, NEAR_LENGTH };

enum nearness audit_named_interface(const struct named *n,
				    const struct rule *rule, bool is_v6,
				    u128 name, u128 *ret);
enum nearness audit_named_network(const struct named *n,
				  const struct rule *rule,
				  const struct range *network,
				  struct range *ret);
