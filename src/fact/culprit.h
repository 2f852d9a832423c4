#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fact/vantage.h"

/* What is to blame. */
enum culprit_kind {
	CULPRIT_NONE,
	CULPRIT_FIREWALL_RULE,
	CULPRIT_FIREWALL_POLICY,
	CULPRIT_SET_ELEMENT,
	CULPRIT_SOCKET,
	CULPRIT_PROCESS,
	CULPRIT_SYSCTL,
	CULPRIT_ROUTE,
	CULPRIT_POLICY_RULE,
	CULPRIT_NEIGHBOUR,
	CULPRIT_LINK,
	CULPRIT_CONNTRACK,
	CULPRIT_BPF_PROGRAM,
	CULPRIT_TC_FILTER,
	CULPRIT_XFRM_POLICY,
	CULPRIT_WRAPPER_LINE,
	CULPRIT_CONFIG_LINE,
	CULPRIT_NAME_RECORD,
	CULPRIT_CERTIFICATE,
	CULPRIT_ROUTER,
	CULPRIT_MIDDLEBOX,
	CULPRITS,
};

const char *culprit_name(enum culprit_kind k);

/* What the JSON says of it besides: "chain": "INPUT", "rule": 5, … The members
 * of an object in it come last: "shadowed_accept.rule". */
struct culprit_field {
	const char *name;
	const char *text; /* NULL: the number */
	int64_t number;
};

enum { CULPRIT_FIELDS = 12 };

/*
 * The exact thing to blame: this rule, this route, this line of that file. Its
 * fields are those that design.md lists for its kind, in any order. It and its
 * strings belong to the arena that it was made in.
 */
struct culprit {
	enum culprit_kind kind;
	enum vantage vantage;
	const char *text; /* as its owner would write it */
	struct culprit_field fields[CULPRIT_FIELDS];
	size_t count;
};

/* NULL without memory; culprit_text() and culprit_number() take that NULL. */
__attribute__((format(printf, 4, 5))) struct culprit *
culprit_new(struct arena *a, enum culprit_kind kind, enum vantage vantage,
	    const char *format, ...);

/* Adds a field. The value is copied, the name is not; NULL and "" add none. */
void culprit_text(struct culprit *c, struct arena *a, const char *name,
		  const char *value);
void culprit_number(struct culprit *c, const char *name, int64_t value);

/* The kind of that name; false: there is none. */
bool culprit_kind_parse(enum culprit_kind *ret, const char *name);
