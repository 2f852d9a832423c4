#pragma once

struct ruleset;
struct text;
struct cond;
struct action;

/*
 * A model as text in one canonical form, for tests: two sources say the same
 * if and only if their dumps are equal. Tables, chains and sets stand in the
 * order of their names, rules in their own, with conditions and actions as
 * the evaluator sees them. Not in it: places, handles, counters, the rules'
 * own text.
 */
void dump_ruleset(struct text *out, const struct ruleset *r);
void dump_cond(struct text *out, const struct cond *c);
void dump_action(struct text *out, const struct action *a);
