#pragma once

#include "ruleset/model.h"

struct json;
struct text;
struct walk_verdict;

/*
 * A rule or a policy as the one to blame: the culprit of design.md 4, with the
 * same fields for every command that names rules. Strings belong to the
 * ruleset.
 */
struct culprit {
	const struct chain *chain;
	const struct rule *rule;            /* NULL: the chain's policy */
	const struct rule *shadowed_accept; /* or NULL */
	const char *owner;                  /* "docker", or NULL: not known */
};

/* Members of the object that is open: kind, engine, family, table, chain,
 * rule, handle, text, comment, owner, shadowed_accept, file and line. */
void culprit_json(struct json *j, const struct culprit *c);

/* As an object of its own; null where there is no chain. */
void culprit_object(struct json *j, const struct culprit *c);

/* In one line: "iptables-legacy ip filter INPUT rule 5: -A INPUT …". */
void culprit_text(struct text *out, const struct culprit *c);
