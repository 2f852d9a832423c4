#include "ruleset/nft_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

int nft_tree_init(struct nft_tree *t, struct ruleset *r, const char *file)
{
	*t = (struct nft_tree){ .ruleset = r, .file = file };
	t->arena = arena_new();
	return t->arena ? 0 : -ENOMEM;
}

void nft_tree_done(struct nft_tree *t)
{
	arena_free(t->arena);
	t->arena = NULL;
}

void *nft_tree_alloc(struct nft_tree *t, size_t size)
{
	void *p = arena_alloc(t->arena, size);

	if (!p)
		t->failed = true;
	return p;
}

const char *nft_tree_copy(struct nft_tree *t, const char *s, size_t len)
{
	const char *copy = arena_copy(t->arena, s, len);

	if (!copy)
		t->failed = true;
	return copy ? copy : "";
}

const char *nft_tree_text(struct nft_tree *t, struct text *x)
{
	const char *copy;

	if (!text_ok(x))
		t->failed = true;
	copy = nft_tree_copy(t, text_string(x), x->len);
	text_done(x);
	return copy;
}

struct nft_expr *nft_tree_expr(struct nft_tree *t, enum nft_kind kind,
			       const char *text, const char *at)
{
	struct nft_expr *e = nft_tree_alloc(t, sizeof(*e));

	if (e) {
		e->kind = kind;
		e->text = text;
		e->at = at;
	}
	return e;
}

void nft_tree_add(struct nft_expr *parent, struct nft_expr *child)
{
	if (!parent || !child)
		return;

	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	if (!parent->at)
		parent->at = child->at;
}

struct nft_expr *nft_tree_pair(struct nft_tree *t, enum nft_kind kind,
			       struct nft_expr *a, struct nft_expr *b)
{
	struct nft_expr *e;

	if (!a || !b)
		return NULL;

	/* a | b | c is one list: trees do not grow deep. */
	if (a->kind == kind && kind >= NFT_AND && kind <= NFT_RIGHT) {
		nft_tree_add(a, b);
		return a;
	}

	e = nft_tree_expr(t, kind, NULL, a->at);
	nft_tree_add(e, a);
	nft_tree_add(e, b);
	return e;
}

struct nft_stmt *nft_tree_stmt(struct nft_tree *t, enum nft_stmt_kind kind,
			       const char *words, const char *at)
{
	struct nft_stmt *s = nft_tree_alloc(t, sizeof(*s));

	if (s) {
		s->kind = kind;
		s->words = words;
		s->at = at;
	}
	return s;
}

void nft_tree_append(struct nft_rule *rule, struct nft_stmt *s)
{
	if (!rule || !s)
		return;

	if (rule->last)
		rule->last->next = s;
	else
		rule->first = s;
	rule->last = s;
}

struct nft_table *nft_tree_find_table(struct nft_tree *t,
				      enum table_family family,
				      const char *name)
{
	for (struct nft_table *i = t->first; i; i = i->next)
		if (i->family == family && strcmp(i->name, name) == 0)
			return i;

	return NULL;
}

struct nft_table *nft_tree_table(struct nft_tree *t, enum table_family family,
				 const char *name)
{
	struct nft_table *table = nft_tree_find_table(t, family, name);

	if (table)
		return table;

	table = nft_tree_alloc(t, sizeof(*table));
	if (!table)
		return NULL;

	table->family = family;
	table->name = name;
	if (t->last)
		t->last->next = table;
	else
		t->first = table;
	t->last = table;
	return table;
}

struct nft_chain *nft_tree_find_chain(struct nft_table *table, const char *name)
{
	for (struct nft_chain *c = table->first_chain; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;

	return NULL;
}

struct nft_chain *nft_tree_chain(struct nft_tree *t, struct nft_table *table,
				 const char *name)
{
	struct nft_chain *c = nft_tree_find_chain(table, name);

	if (c)
		return c;

	c = nft_tree_alloc(t, sizeof(*c));
	if (!c)
		return NULL;

	c->name = name;
	if (table->last_chain)
		table->last_chain->next = c;
	else
		table->first_chain = c;
	table->last_chain = c;
	return c;
}

struct nft_set *nft_tree_find_set(struct nft_table *table, const char *name)
{
	for (struct nft_set *s = table->first_set; s; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;

	return NULL;
}

struct nft_set *nft_tree_set(struct nft_tree *t, struct nft_table *table,
			     const char *name)
{
	struct nft_set *s = nft_tree_find_set(table, name);

	if (s)
		return s;

	s = nft_tree_alloc(t, sizeof(*s));
	if (!s)
		return NULL;

	s->name = name;
	s->elements = nft_tree_expr(t, NFT_SET, NULL, NULL);
	if (!s->elements)
		return NULL;

	if (table->last_set)
		table->last_set->next = s;
	else
		table->first_set = s;
	table->last_set = s;
	return s;
}

bool nft_tree_family(const char *word, enum table_family *ret)
{
	for (unsigned i = 0; i < TABLE_FAMILY_COUNT; i++)
		if (strcmp(table_family_names[i], word) == 0) {
			*ret = (enum table_family)i;
			return true;
		}

	return false;
}

/* Unlinks from the model what earlier files gave; its memory stays the
 * arena's. */
static void forget(struct ruleset *r, const struct nft_table *which)
{
	struct table **at = &r->first;

	r->last = NULL;
	while (*at) {
		struct table *t = *at;
		bool gone = t->engine == ENGINE_NFT;

		if (which)
			gone = gone && t->family == which->family &&
			       strcmp(t->name, which->name) == 0;
		if (gone) {
			for (struct chain *c = t->first; c; c = c->next)
				r->rule_count -= c->rule_count;
			*at = t->next;
		} else {
			r->last = t;
			at = &t->next;
		}
	}
}

void nft_tree_flush(struct nft_tree *t)
{
	t->first = NULL;
	t->last = NULL;
	forget(t->ruleset, NULL);
}

void nft_tree_drop_table(struct nft_tree *t, enum table_family family,
			 const char *name)
{
	struct nft_table **at = &t->first;

	t->last = NULL;
	while (*at) {
		struct nft_table *i = *at;

		if (i->family == family && strcmp(i->name, name) == 0) {
			*at = i->next;
		} else {
			t->last = i;
			at = &i->next;
		}
	}
	forget(t->ruleset,
	       &(struct nft_table){ .family = family, .name = name });
}

static struct nft_source *source_of(const struct nft_tree *t, const char *at)
{
	for (struct nft_source *s = t->sources; s; s = s->next)
		if (at && at >= s->text && at <= s->text + s->len)
			return s;

	return NULL;
}

struct place nft_tree_place(struct nft_tree *t, const char *at,
			    uint64_t *ret_column)
{
	struct nft_source *s = source_of(t, at);
	struct place place = { .file = s ? s->file : t->file };

	if (ret_column)
		*ret_column = 0;
	if (!s)
		return place;

	if (!s->known_start || at < s->known_start) {
		s->known_start = s->text;
		s->known_line = 1;
	}
	for (const char *i = s->known_start; i < at; i++)
		if (*i == '\n') {
			s->known_line++;
			s->known_start = i + 1;
		}

	place.line = s->known_line;
	if (ret_column)
		*ret_column = (uint64_t)(at - s->known_start) + 1;
	return place;
}

/* The line that at stands in. */
static const char *line_at(struct nft_tree *t, const char *at)
{
	const struct nft_source *s = source_of(t, at);
	const char *from = at, *to = at;

	if (!s)
		return NULL;

	while (from > s->text && from[-1] != '\n')
		from--;
	while (to < s->text + s->len && *to != '\n')
		to++;
	return nft_tree_copy(t, from, (size_t)(to - from));
}

void nft_tree_problem(struct nft_tree *t, const char *at, const char *format,
		      ...)
{
	struct problem p = { 0 };
	struct place place;
	char *text = NULL;
	va_list args;
	int n;

	/* Past those that are kept, only the count matters. */
	if (problems_count(t->ruleset->problems) >= PROBLEMS_KEPT) {
		problems_add(t->ruleset->problems, &p, "%s", "");
		return;
	}

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		t->failed = true;
		return;
	}

	place = nft_tree_place(t, at, &p.column);
	p.file = place.file;
	p.line = place.line;
	p.excerpt = line_at(t, at);
	if (!p.excerpt)
		p.excerpt = t->about;
	problems_add(t->ruleset->problems, &p, "%s", text);
	free(text);
}

bool nft_tree_is(const struct nft_expr *e, enum nft_kind kind, const char *text)
{
	return e && e->kind == kind && e->text && strcmp(e->text, text) == 0;
}
