#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_text.h"

enum verb {
	VERB_ADD, /* create, and no verb at all */
	VERB_INSERT,
	VERB_REPLACE,
	VERB_DELETE, /* destroy */
	VERB_FLUSH,
	VERB_OTHER /* list, reset, monitor, …: changes nothing */
};

static const struct {
	const char *word;
	enum verb verb;
} verbs[] = {
	{ "add", VERB_ADD },        { "create", VERB_ADD },
	{ "insert", VERB_INSERT },  { "replace", VERB_REPLACE },
	{ "delete", VERB_DELETE },  { "destroy", VERB_DELETE },
	{ "flush", VERB_FLUSH },    { "list", VERB_OTHER },
	{ "reset", VERB_OTHER },    { "monitor", VERB_OTHER },
	{ "describe", VERB_OTHER }, { "export", VERB_OTHER },
	{ "get", VERB_OTHER },
};

static enum verb take_verb(struct nft_text *p)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (nft_lex_take(&p->lex, verbs[i].word))
			return verbs[i].verb;

	return VERB_ADD;
}

/* The family that may stand there; ip without one. */
static enum table_family take_family(struct nft_text *p)
{
	for (unsigned i = 0; i < TABLE_FAMILY_COUNT; i++)
		if (nft_lex_take(&p->lex, table_family_names[i]))
			return (enum table_family)i;

	return TABLE_IP;
}

/* "[FAMILY] TABLE" that exists; else told, and bad. */
static struct nft_table *known_table(struct nft_text *p)
{
	enum table_family family = take_family(p);
	const char *at = p->lex.token.at;
	const char *name = nft_text_word(p);
	struct nft_table *t;

	if (!name)
		return NULL;

	t = nft_tree_find_table(p->tree, family, name);
	/* It may have come with a file before this one. */
	if (!t &&
	    ruleset_find_table(p->tree->ruleset, ENGINE_NFT, family, name))
		t = nft_tree_table(p->tree, family, name);
	if (!t && !p->tree->failed) {
		p->is_bad = true;
		nft_tree_problem(p->tree, at, _("There is no table %s %s."),
				 table_family_names[family], name);
	}
	return t;
}

static void table_command(struct nft_text *p, enum verb verb)
{
	const char *at = p->lex.token.at;
	enum table_family family = take_family(p);
	const char *name = nft_text_word(p);
	struct nft_table *table;

	if (!name)
		return;

	if (verb == VERB_DELETE) {
		nft_tree_drop_table(p->tree, family, name);
		return;
	}

	table = nft_tree_table(p->tree, family, name);
	if (!table)
		return;
	if (verb == VERB_FLUSH) {
		for (struct nft_chain *c = table->first_chain; c; c = c->next)
			c->first = c->last = NULL;
		return;
	}
	if (!table->at)
		table->at = at;
	if (nft_lex_is(&p->lex, "{"))
		nft_text_block_table(p, table);
}

static void drop_chain(struct nft_table *table, const char *name)
{
	struct nft_chain **at = &table->first_chain;

	table->last_chain = NULL;
	while (*at) {
		if (strcmp((*at)->name, name) == 0) {
			*at = (*at)->next;
		} else {
			table->last_chain = *at;
			at = &(*at)->next;
		}
	}
}

static void drop_set(struct nft_table *table, const char *name)
{
	struct nft_set **at = &table->first_set;

	table->last_set = NULL;
	while (*at) {
		if (strcmp((*at)->name, name) == 0) {
			*at = (*at)->next;
		} else {
			table->last_set = *at;
			at = &(*at)->next;
		}
	}
}

static void chain_command(struct nft_text *p, enum verb verb)
{
	struct nft_table *table = known_table(p);
	const char *at = p->lex.token.at;
	const char *name = table ? nft_text_word(p) : NULL;
	struct nft_chain *c;

	if (!name)
		return;

	if (verb == VERB_DELETE) {
		drop_chain(table, name);
		return;
	}
	if (verb == VERB_FLUSH) {
		c = nft_tree_find_chain(table, name);
		if (c)
			c->first = c->last = NULL;
		return;
	}

	c = nft_tree_chain(p->tree, table, name);
	if (!c)
		return;
	if (!c->at)
		c->at = at;
	if (nft_lex_is(&p->lex, "{"))
		nft_text_block_chain(p, c);
}

static void set_command(struct nft_text *p, enum verb verb)
{
	struct nft_table *table = known_table(p);
	const char *at = p->lex.token.at;
	const char *name = table ? nft_text_word(p) : NULL;
	struct nft_set *s;

	if (!name)
		return;

	if (verb == VERB_DELETE) {
		drop_set(table, name);
		return;
	}
	s = verb == VERB_FLUSH ? nft_tree_find_set(table, name)
			       : nft_tree_set(p->tree, table, name);
	if (!s)
		return;
	if (verb == VERB_FLUSH) {
		s->elements->first = s->elements->last = NULL;
		return;
	}
	s->at = at;
	if (nft_lex_is(&p->lex, "{"))
		nft_text_block_set(p, s);
}

/* Whether two elements have one key. */
static bool same_key(const struct nft_expr *a, const struct nft_expr *b)
{
	struct text x = TEXT_NULL, y = TEXT_NULL;
	bool same;

	nft_print_expr(&x, a->kind == NFT_PAIR ? a->first : a);
	nft_print_expr(&y, b->kind == NFT_PAIR ? b->first : b);
	same = strcmp(text_string(&x), text_string(&y)) == 0;
	text_done(&x);
	text_done(&y);
	return same;
}

static void drop_element(struct nft_set *s, const struct nft_expr *gone)
{
	struct nft_expr **at = &s->elements->first;

	s->elements->last = NULL;
	while (*at) {
		if (same_key(*at, gone)) {
			*at = (*at)->next;
		} else {
			s->elements->last = *at;
			at = &(*at)->next;
		}
	}
}

static void element_command(struct nft_text *p, enum verb verb)
{
	struct nft_table *table = known_table(p);
	const char *at = p->lex.token.at;
	const char *name = table ? nft_text_word(p) : NULL;
	struct nft_set *s = name ? nft_tree_find_set(table, name) : NULL;
	struct nft_expr *e, *next;

	if (!name)
		return;
	if (!s) {
		p->is_bad = true;
		nft_tree_problem(p->tree, at, _("There is no set %s."), name);
		return;
	}

	e = nft_text_expr_value(p, false, false);
	for (e = e && e->kind == NFT_SET ? e->first : e; e; e = next) {
		next = e->next;
		e->next = NULL;
		if (verb == VERB_DELETE)
			drop_element(s, e);
		else
			nft_tree_add(s->elements, e);
	}
}

/* Where a rule goes: before or behind another, named by handle or index. */
struct position {
	bool is_given;
	bool is_index;
	uint64_t number;
};

static struct position take_position(struct nft_text *p)
{
	struct position where = { 0 };
	const char *number;

	if (!nft_lex_is(&p->lex, "index") && !nft_lex_is(&p->lex, "handle") &&
	    !nft_lex_is(&p->lex, "position"))
		return where;

	where.is_given = true;
	where.is_index = nft_lex_is(&p->lex, "index");
	nft_lex_next(&p->lex);
	number = nft_text_word(p);
	where.number = number ? strtoull(number, NULL, 0) : 0;
	return where;
}

/* The link that leads to the rule meant, or to the end. */
static struct nft_rule **find_rule(struct nft_chain *c, struct position where)
{
	struct nft_rule **at = &c->first;
	uint64_t index = 0;

	while (*at) {
		if (where.is_index ? index == where.number
				   : (*at)->handle == where.number)
			break;
		index++;
		at = &(*at)->next;
	}

	return at;
}

static void place_rule(struct nft_chain *c, enum verb verb,
		       struct position where, struct nft_rule *rule)
{
	struct nft_rule **at = &c->first;

	if (where.is_given)
		at = find_rule(c, where);
	if ((verb == VERB_REPLACE || verb == VERB_DELETE) && *at)
		*at = (*at)->next;
	if (verb == VERB_ADD && where.is_given && *at)
		at = &(*at)->next;
	if (verb == VERB_ADD && !where.is_given && c->last)
		at = &c->last->next;
	if (rule) {
		rule->next = *at;
		*at = rule;
	}
	if (rule && !rule->next)
		c->last = rule;
	if (verb == VERB_DELETE || verb == VERB_REPLACE) {
		c->last = NULL;
		for (struct nft_rule *i = c->first; i; i = i->next)
			c->last = i;
	}
}

/* [FAMILY] TABLE CHAIN [handle N] STATEMENTS */
static void rule_command(struct nft_text *p, enum verb verb)
{
	struct nft_table *table = known_table(p);
	const char *at = p->lex.token.at;
	const char *name = table ? nft_text_word(p) : NULL;
	struct nft_rule *rule = NULL;
	struct nft_chain *c;
	struct position where;

	if (!name)
		return;

	c = nft_tree_find_chain(table, name);
	if (!c) {
		const struct table *known =
			ruleset_find_table(p->tree->ruleset, ENGINE_NFT,
					   table->family, table->name);

		if (known && ruleset_find_chain(known, name))
			c = nft_tree_chain(p->tree, table, name);
	}
	if (!c) {
		p->is_bad = true;
		nft_tree_problem(p->tree, at,
				 _("There is no chain %s in table %s."), name,
				 table->name);
		return;
	}

	where = take_position(p);
	if (verb != VERB_DELETE)
		rule = nft_text_block_rule(p);
	place_rule(c, verb, where, rule);
}

static const struct {
	const char *word;
	void (*run)(struct nft_text *p, enum verb verb);
} objects[] = {
	{ "table", table_command },     { "chain", chain_command },
	{ "set", set_command },         { "map", set_command },
	{ "element", element_command }, { "rule", rule_command },
};

void nft_text_command(struct nft_text *p)
{
	static const char *const ignored[] = {
		"flowtable", "counter",  "quota",    "limit",  "ct",
		"secmark",   "synproxy", "counters", "quotas", "limits"
	};
	enum verb verb = take_verb(p);

	if (verb == VERB_OTHER) {
		nft_lex_skip(&p->lex);
		return;
	}
	if (verb == VERB_FLUSH && nft_lex_take(&p->lex, "ruleset")) {
		nft_lex_skip(&p->lex);
		nft_tree_flush(p->tree);
		return;
	}

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (nft_lex_take(&p->lex, objects[i].word)) {
			objects[i].run(p, verb);
			/* What follows must be the line's end. */
			if (!p->is_bad && !nft_lex_at_end(&p->lex))
				nft_text_bad(p);
			return;
		}

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (nft_lex_is(&p->lex, ignored[i])) {
			nft_lex_skip(&p->lex);
			return;
		}

	nft_text_bad(p);
}
