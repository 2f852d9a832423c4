#include "ruleset/model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "ruleset/keep.h"
#include "ruleset/set_use.h"

const char *const engine_names[ENGINE_COUNT] = {
	[ENGINE_LEGACY] = "iptables-legacy",
	[ENGINE_IPTABLES_NFT] = "iptables-nft",
	[ENGINE_NFT] = "nft",
};

const char *const table_family_names[TABLE_FAMILY_COUNT] = {
	[TABLE_IP] = "ip",         [TABLE_IP6] = "ip6",
	[TABLE_INET] = "inet",     [TABLE_ARP] = "arp",
	[TABLE_BRIDGE] = "bridge", [TABLE_NETDEV] = "netdev",
};

const char *const action_kind_names[ACTION_KIND_COUNT] = {
	[ACTION_NONE] = "none",       [ACTION_ACCEPT] = "accept",
	[ACTION_DROP] = "drop",       [ACTION_REJECT] = "reject",
	[ACTION_RETURN] = "return",   [ACTION_CONTINUE] = "continue",
	[ACTION_JUMP] = "jump",       [ACTION_GOTO] = "goto",
	[ACTION_QUEUE] = "queue",     [ACTION_STEAL] = "steal",
	[ACTION_SET] = "set",         [ACTION_NAT] = "nat",
	[ACTION_NOTRACK] = "notrack", [ACTION_VERDICT_MAP] = "vmap",
	[ACTION_UNKNOWN] = "unknown",
};

const char *const hook_names[HOOK_COUNT] = {
	[HOOK_INGRESS] = "ingress",
	[HOOK_PREROUTING] = "prerouting",
	[HOOK_INPUT] = "input",
	[HOOK_FORWARD] = "forward",
	[HOOK_OUTPUT] = "output",
	[HOOK_EGRESS] = "egress",
	[HOOK_POSTROUTING] = "postrouting",
	[HOOK_NONE] = "none",
};

u128 action_value(const struct action *a, u128 value, u128 from)
{
	u128 with = a->xor_mask;
	u128 last = field_last(a->field);
	u128 step;

	if (a->from != FIELD_COUNT)
		with ^= from & a->from_mask;
	value = (value & a->and_mask) ^ with;
	if (a->add < 0) {
		step = (u128) - (int64_t)a->add;
		return value > step ? value - step : 0;
	}
	step = (u128)a->add;
	return a->add && value > last - step ? last : value + step;
}

struct ruleset *ruleset_new(struct problems *problems)
{
	struct ruleset *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;

	r->problems = problems;
	r->notes = problems_new();
	r->arena = arena_new();
	r->scratch = arena_new();
	if (!r->arena || !r->scratch || !r->notes) {
		ruleset_free(r);
		return NULL;
	}

	return r;
}

void ruleset_free(struct ruleset *r)
{
	if (!r)
		return;

	keep_done(r);
	arena_free(r->arena);
	arena_free(r->scratch);
	problems_free(r->notes);
	free(r);
}

void ruleset_note(struct ruleset *r, const struct place *where,
		  const char *format, ...)
{
	char text[512];
	const struct problem *p;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);

	for (size_t i = 0; (p = problems_at(r->notes, i)); i++)
		if (strcmp(p->text, text) == 0)
			return;

	problems_add(
		r->notes,
		&(struct problem){ .file = where->file, .line = where->line },
		"%s", text);
}

struct table *ruleset_find_table(const struct ruleset *r, enum engine engine,
				 enum table_family family, const char *name)
{
	for (struct table *t = r->first; t; t = t->next)
		if (t->engine == engine && t->family == family &&
		    strcmp(t->name, name) == 0)
			return t;

	return NULL;
}

struct table *ruleset_table(struct ruleset *r, enum engine engine,
			    enum table_family family, const char *name)
{
	struct table *t = ruleset_find_table(r, engine, family, name);

	if (t)
		return t;

	t = arena_alloc(r->arena, sizeof(*t));
	if (!t)
		return NULL;

	t->engine = engine;
	t->family = family;
	t->name = arena_string(r->arena, name);
	if (!t->name)
		return NULL;

	if (r->last)
		r->last->next = t;
	else
		r->first = t;
	r->last = t;
	return t;
}

struct chain *ruleset_find_chain(const struct table *t, const char *name)
{
	return name_index_find(&t->chain_names, name, 0);
}

struct chain *ruleset_chain(struct ruleset *r, struct table *t,
			    const char *name)
{
	struct chain *c = ruleset_find_chain(t, name);

	if (c)
		return c;

	c = arena_alloc(r->arena, sizeof(*c));
	if (!c)
		return NULL;

	c->table = t;
	c->hook = HOOK_NONE;
	c->index = r->chain_count;
	c->name = arena_string(r->arena, name);
	if (!c->name ||
	    name_index_add(&t->chain_names, r->arena, c->name, 0, c))
		return NULL;

	r->chain_count++;
	if (t->last)
		t->last->next = c;
	else
		t->first = c;
	t->last = c;
	return c;
}

void ruleset_hook(struct chain *c, enum hook hook, int priority,
		  const char *type, enum action_kind policy)
{
	c->hook = hook;
	c->priority = priority;
	c->type = type;
	c->policy = policy;
}

/* iptables-nft has it behind the nat chains (iptables/nft.c, xtables_ipv4[]). */
enum { SECURITY = 50, SECURITY_NFT = 150 };

/* Which table has which chains at which priority: enum nf_ip_hook_priorities of
 * include/uapi/linux/netfilter_ipv4.h, and the tables' valid_hooks. A nat table
 * translates the destination before routing and the source after it. */
static const struct builtin {
	const char *table, *chain;
	enum hook hook;
	int priority;
	const char *type;
} builtins[] = {
	{ "raw", "PREROUTING", HOOK_PREROUTING, -300, "filter" },
	{ "raw", "OUTPUT", HOOK_OUTPUT, -300, "filter" },
	{ "mangle", "PREROUTING", HOOK_PREROUTING, -150, "filter" },
	{ "mangle", "INPUT", HOOK_INPUT, -150, "filter" },
	{ "mangle", "FORWARD", HOOK_FORWARD, -150, "filter" },
	{ "mangle", "OUTPUT", HOOK_OUTPUT, -150, "route" },
	{ "mangle", "POSTROUTING", HOOK_POSTROUTING, -150, "filter" },
	{ "nat", "PREROUTING", HOOK_PREROUTING, -100, "nat" },
	{ "nat", "INPUT", HOOK_INPUT, 100, "nat" },
	{ "nat", "OUTPUT", HOOK_OUTPUT, -100, "nat" },
	{ "nat", "POSTROUTING", HOOK_POSTROUTING, 100, "nat" },
	{ "filter", "INPUT", HOOK_INPUT, 0, "filter" },
	{ "filter", "FORWARD", HOOK_FORWARD, 0, "filter" },
	{ "filter", "OUTPUT", HOOK_OUTPUT, 0, "filter" },
	{ "security", "INPUT", HOOK_INPUT, SECURITY, "filter" },
	{ "security", "FORWARD", HOOK_FORWARD, SECURITY, "filter" },
	{ "security", "OUTPUT", HOOK_OUTPUT, SECURITY, "filter" },
};

bool ruleset_builtin(struct chain *c)
{
	bool is_nft = c->table->engine == ENGINE_IPTABLES_NFT;

	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		const struct builtin *b = &builtins[i];

		if (strcmp(b->table, c->table->name) == 0 &&
		    strcmp(b->chain, c->name) == 0) {
			bool is_moved = is_nft && b->priority == SECURITY;

			ruleset_hook(c, b->hook,
				     is_moved ? SECURITY_NFT : b->priority,
				     b->type, ACTION_ACCEPT);
			return true;
		}
	}

	return false;
}

static void renumber(struct chain *c)
{
	unsigned number = 0;

	for (struct rule *rule = c->first; rule; rule = rule->next) {
		rule->number = ++number;
		c->last = rule;
	}
	c->rule_count = number;
	if (!number)
		c->last = NULL;
}

/* Where the pointer to the rule of that number is. */
static struct rule **rule_at(struct chain *c, unsigned number)
{
	struct rule **at = &c->first;

	while (*at && --number)
		at = &(*at)->next;
	return at;
}

void ruleset_insert_rule(struct ruleset *r, struct chain *c, struct rule *rule,
			 unsigned number)
{
	struct rule **at;

	rule->chain = c;
	r->rule_count++;
	if (number && number <= c->rule_count) {
		at = rule_at(c, number);
		rule->next = *at;
		*at = rule;
		renumber(c);
		return;
	}

	rule->number = ++c->rule_count;
	rule->next = NULL;
	if (c->last)
		c->last->next = rule;
	else
		c->first = rule;
	c->last = rule;
}

struct rule *ruleset_rule(struct ruleset *r, struct chain *c)
{
	struct rule *rule = arena_alloc(r->arena, sizeof(*rule));

	if (rule)
		ruleset_insert_rule(r, c, rule, 0);
	return rule;
}

void ruleset_delete_rule(struct ruleset *r, struct chain *c, unsigned number)
{
	struct rule **at = number ? rule_at(c, number) : NULL;

	if (!at || !*at)
		return;

	*at = (*at)->next;
	r->rule_count--;
	renumber(c);
}

void ruleset_flush_chain(struct ruleset *r, struct chain *c)
{
	r->rule_count -= c->rule_count;
	c->first = c->last = NULL;
	c->rule_count = 0;
}

const struct set *ruleset_find_set(const struct ruleset *r,
				   const struct table *t, const char *name)
{
	return name_index_find(t ? &t->set_names : &r->ipset_names, name, 0);
}

struct set *ruleset_set(struct ruleset *r, struct table *t, const char *name)
{
	struct set **first = t ? &t->first_set : &r->first_ipset;
	struct set **last = t ? &t->last_set : &r->last_ipset;
	struct name_index *names = t ? &t->set_names : &r->ipset_names;
	struct set *s = name_index_find(names, name, 0);

	if (s)
		return s;

	s = arena_alloc(r->arena, sizeof(*s));
	if (!s)
		return NULL;

	s->table = t;
	s->name = arena_string(r->arena, name);
	if (!s->name || name_index_add(names, r->arena, s->name, 0, s))
		return NULL;

	if (*last)
		(*last)->next = s;
	else
		*first = s;
	*last = s;
	return s;
}

static struct variable *new_variable(struct ruleset *r, enum doubt doubt,
				     const char *text)
{
	struct variable *v;

	v = arena_alloc(r->arena, sizeof(*v));
	if (!v)
		return NULL;

	v->text = arena_string(r->arena, text);
	if (!v->text)
		return NULL;

	v->doubt = doubt;
	v->index = r->variable_count++;
	if (r->last_variable)
		r->last_variable->next = v;
	else
		r->first_variable = v;
	r->last_variable = v;
	return v;
}

const struct variable *ruleset_variable(struct ruleset *r, enum doubt doubt,
					const char *text)
{
	struct name_index *texts = &r->variable_texts;
	struct variable *v = name_index_find(texts, text, doubt);

	if (v)
		return v;

	v = new_variable(r, doubt, text);
	if (v && name_index_add(texts, r->arena, v->text, doubt, v))
		return NULL;
	return v;
}

const struct variable *
ruleset_fresh_variable(struct ruleset *r, enum doubt doubt, const char *text)
{
	return new_variable(r, doubt, text);
}

/* The set of a lookup, or, where it was not given, a variable instead. */
static int link_cond(struct ruleset *r, const struct table *t, struct cond *c)
{
	const struct set *s;
	const char *name;
	int err = 0;

	if (c->kind == COND_ALL || c->kind == COND_ANY) {
		for (size_t i = 0; i < c->count && !err; i++)
			err = link_cond(r, t, &c->list[i]);
		return err;
	}
	if (c->kind != COND_LOOKUP || c->set)
		return 0;

	name = c->set_name;
	s = ruleset_find_set(r, t && t->engine == ENGINE_NFT ? t : NULL, name);
	if (s && s->is_given && !s->table)
		return set_use_link(r, c, s);
	if (s && s->is_given) {
		c->set = s;
		return 0;
	}

	c->kind = COND_VARIABLE;
	c->variable = ruleset_variable(r, DOUBT_SET, name);
	return c->variable ? 0 : -ENOMEM;
}

static void link_jump(struct ruleset *r, const struct rule *rule,
		      struct action *a)
{
	if ((a->kind != ACTION_JUMP && a->kind != ACTION_GOTO) || a->chain)
		return;

	a->chain = ruleset_find_chain(rule->chain->table, a->chain_name);
	if (a->chain)
		return;

	a->kind = ACTION_UNKNOWN;
	problems_add(r->problems,
		     &(struct problem){ .file = rule->place.file,
					.line = rule->place.line,
					.excerpt = rule->text },
		     _("There is no chain and no target named %s."),
		     a->chain_name);
}

static int link_rule(struct ruleset *r, struct rule *rule)
{
	int err = 0;

	for (size_t i = 0; i < rule->term_count && !err; i++) {
		struct term *t = &rule->terms[i];

		if (t->is_action)
			link_jump(r, rule, t->action);
		else
			err = link_cond(r, rule->chain->table, &t->cond);
	}

	return err;
}

int ruleset_link(struct ruleset *r)
{
	int err = set_use_mark_dynamic(r);

	keep_done(r);
	for (struct table *t = r->first; t; t = t->next)
		for (struct chain *c = t->first; c; c = c->next)
			for (struct rule *rule = c->first; rule && !err;
			     rule = rule->next)
				err = link_rule(r, rule);

	return err;
}
