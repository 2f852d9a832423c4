#pragma once

#include <stddef.h>

#include "ruleset/model.h"

struct firewall;
struct text;

/*
 * A ruleset in the order in which a packet meets it: what `firewall show'
 * prints, as text and as JSON.
 */

/* A rule that jumps or goes to a chain. */
struct listing_call {
	const struct rule *rule;
	struct listing_call *next;
};

struct listing {
	/* Chains of hooks by hook, priority and who registered last; then the
	 * others, by table. */
	const struct chain **chains;
	size_t base_count, count;
	/* By chain->index: who jumps there, in the rules' order. */
	struct listing_call **calls;
};

/* In the ruleset's arena; -ENOMEM, or 0. */
int firewall_listing(const struct firewall *f, struct listing *ret);

void firewall_listing_text(const struct firewall *f, const struct listing *l,
			   struct text *out);
void firewall_listing_json(const struct firewall *f, const struct listing *l,
			   struct text *out);
