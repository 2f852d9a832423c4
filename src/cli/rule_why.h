#pragma once

#include "fact/fact.h"
#include "ruleset/walk.h"

/*
 * Why rules refuse a packet, as one of FACT_RULES_*: what a walk found, in the
 * words of the catalogue. The same for files (explain --ruleset) and for the
 * rules in force (server).
 */
struct rule_why {
	const struct walk_plan *plan;
	const struct walk_host *host; /* or NULL */
	const struct walk_result *result;
	const struct walk_blocker *blocker;
	const struct point *packet; /* as it set out */
	/* These are all rules that the host has: what one of its tables does
	 * beside another is told, too, and where it forwards to. */
	bool is_whole;
	bool is_bridged; /* a bridge carries it, and shows it to the rules */
	/* Whether a socket of the host serves the port; NULL: not known. */
	bool (*is_served)(const struct rule_why *w, uint16_t port);
	const void *context; /* the caller's */
};

enum fact_kind rule_why(const struct rule_why *w);

/* The same of a rule whose counter moved, by what it asks for alone:
 * FACT_RULES_DROP and its like where that says nothing. */
enum fact_kind rule_why_asked(const struct rule *r, const struct action *a);

/* A REJECT is silent where the rules stop its own answer. */
bool rule_why_is_silent(const struct walk_result *r,
			const struct walk_verdict *v);

/* Whether the verdict's own ICMP error is what the facts show. */
bool rule_why_fits_icmp(const struct walk_verdict *v,
			const struct fact_set *facts);
