#pragma once

#include "ruleset/field.h"

/*
 * Conditions: what a rule asks of a packet, as data.
 *
 * Nearly everything is "this field is in these ranges"; the rest is made of
 * that by all, any and not, by looking up sets, and by variables for what no
 * packet shows. Evaluation, dead-rule search and diagrams all read this form,
 * so a match is written once.
 */

/* Where something stands in what was read. */
struct place {
	const char *file; /* as the user named it, or "live (iptables-save)" */
	uint64_t line;    /* from 1; 0: not text */
};

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* Why a variable's value is not known. */
enum doubt {
	DOUBT_RATE,   /* limit, hashlimit, connlimit, quota: what went before */
	DOUBT_RANDOM, /* statistic, random */
	DOUBT_TIME,   /* the clock */
	DOUBT_RECENT, /* lists that packets fill: recent, dynamic sets */
	DOUBT_PAYLOAD, /* bytes that a packet's words do not hold: string, u32 */
	DOUBT_SET,     /* a set that was not given */
	DOUBT_HOST,    /* other state of the host: routing realm, cgroup, cpu */
	DOUBT_HIDDEN,  /* the source does not show it (iptables -L) */
	DOUBT_MATCH,   /* a match that kiriwake does not know */
	DOUBT_COUNT
};

struct variable {
	const char *text; /* as the rule writes it */
	enum doubt doubt;
	unsigned index; /* within the ruleset, from 0 */
	struct variable *next;
};

/* Parts of a set's key. */
enum { SET_PARTS = 5 };

enum __attribute__((packed)) cond_kind {
	COND_RANGES,   /* (field & mask) is in ranges */
	COND_LOOKUP,   /* the key's fields are an element of the set */
	COND_ALL,      /* each of the list; of none: yes */
	COND_ANY,      /* one of the list; of none: no */
	COND_VARIABLE, /* who knows */
	COND_EQUAL     /* field equals the other field (rare) */
};

/* Rulesets are made of these: 32 bytes, so what excludes each other shares its
 * place. */
struct cond {
	enum cond_kind kind;
	bool inverted;
	/* RANGES, EQUAL */
	enum field field, other;

	union {
		const struct ranges *ranges; /* RANGES */
		const struct set *set;       /* LOOKUP; see set_name */
		struct cond *list;           /* ALL, ANY */
		const struct variable *variable;
	};

	union {
		/* RANGES, EQUAL; all ones where there is none. */
		u128 mask;

		struct {
			/* LOOKUP. An unused part of the key is FIELD_COUNT.
			 * Until ruleset_link() there may be only the name. */
			const char *set_name;
			enum field key[SET_PARTS];
		};

		size_t count; /* ALL, ANY */
	};
};

/* An element of a set or map: a box over the key's parts. */
struct element {
	struct range part[SET_PARTS];
	bool is_exception; /* ipset's nomatch */
	const char *text;  /* as written */
	const char *comment;
	const struct action *action;    /* verdict maps */
	const struct ranges *data;      /* of maps: the value, one part */
	const struct ranges *data_port; /* "addr . port" maps: its second */
};

struct set {
	const struct table *table; /* NULL: ipset's */
	const char *name;          /* NULL: written within a rule */
	const char *type; /* "hash:ip,port", "ipv4_addr . inet_service" */
	enum value_type parts[SET_PARTS];
	unsigned part_count;
	uint64_t size; /* maximum of elements, 0: not said */
	struct element *elements;
	size_t count, capacity;
	/* Elements are told; else every lookup is a variable. */
	bool is_given;
	/* Packets add to it (nft's dynamic, ipset's SET target): that an
	 * element is not there now is no promise. */
	bool is_dynamic;
	bool is_sorted; /* by the first part, with which none overlap */
	const struct set **members; /* list:set */
	size_t member_count;
	struct place place;
	struct set *next;
};

/* How many conditions stand in its list: of ALL and ANY; else none. */
static inline size_t cond_count(const struct cond *c)
{
	return c->kind == COND_ALL || c->kind == COND_ANY ? c->count : 0;
}

/* The answer for a packet. Where it is unknown, ret_why, if not NULL, gets the
 * condition that made it so. */
enum answer cond_eval(const struct cond *c, const struct point *p,
		      const struct cond **ret_why);

/* Somebody who answers, or guesses, where a packet does not: asked for single
 * conditions (RANGES, EQUAL, LOOKUP, VARIABLE), as if not inverted. */
struct cond_oracle {
	enum answer (*ask)(void *context, const struct cond *c);
	void *context;
};

/* As cond_eval(); oracle may be NULL. */
enum answer cond_ask(const struct cond *c, const struct point *p,
		     const struct cond_oracle *oracle,
		     const struct cond **ret_why);

/* The element that the key's fields of p find: NULL and ANSWER_NO when none
 * does. */
enum answer cond_lookup(const struct set *s, const enum field key[SET_PARTS],
			const struct point *p,
			const struct element **ret_found);

/* Whether two conditions ask the same. */
bool cond_equal(const struct cond *a, const struct cond *b);
