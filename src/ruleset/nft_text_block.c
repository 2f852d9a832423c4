#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_text.h"

/* The rest of a line that says nothing about packets. */
static void pass_over(struct nft_text *p)
{
	nft_lex_skip(&p->lex);
}

/* Reads statements to the closing brace with one(). */
static void block(struct nft_text *p, void *what,
		  void (*one)(struct nft_text *p, void *what))
{
	struct nft_define *outer = p->defines;

	if (!nft_text_expect(p, "{"))
		return;

	while (!p->tree->failed) {
		nft_text_newlines(p);
		if (p->lex.token.kind == NFT_TOKEN_END ||
		    nft_lex_is(&p->lex, "}"))
			break;
		if (!nft_text_directive(p))
			one(p, what);
		nft_text_mend(p);
	}
	nft_text_expect(p, "}");
	p->defines = outer;
}

struct nft_rule *nft_text_block_rule(struct nft_text *p)
{
	struct nft_rule *rule = nft_tree_alloc(p->tree, sizeof(*rule));
	const char *at = p->lex.token.at;

	if (!rule)
		return NULL;

	rule->at = at;
	p->lex.handle = 0;
	nft_text_stmt_rule(p, rule);
	rule->handle = p->lex.handle;
	/* Where its first word is not understood, none was taken. */
	if (p->lex.last_end > at)
		rule->len = (size_t)(p->lex.last_end - at);
	rule->is_bad = p->is_bad;
	nft_text_mend(p);
	if (rule->is_bad)
		rule->text = nft_tree_copy(p->tree, at,
					   (size_t)(p->lex.last_end - at));
	return rule;
}

static void append_rule(struct nft_chain *c, struct nft_rule *rule)
{
	if (!rule)
		return;

	if (c->last)
		c->last->next = rule;
	else
		c->first = rule;
	c->last = rule;
}

/* "filter", "dstnat + 10", "-150", $prio: as one word. */
static const char *priority(struct nft_text *p)
{
	struct text words = TEXT_NULL;

	if (nft_lex_is(&p->lex, "$")) {
		const struct nft_expr *e = nft_text_variable(p);

		if (e && e->text)
			text_str(&words, e->text);
	}
	for (unsigned i = 0; i < 4 && !nft_lex_at_end(&p->lex); i++) {
		text_bytes(&words, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
	}
	return nft_tree_text(p->tree, &words);
}

/* device "eth0", devices = { eth0, eth1 } */
static const char *devices(struct nft_text *p)
{
	struct text names = TEXT_NULL;
	const struct nft_expr *e, *i;

	nft_lex_take(&p->lex, "=");
	e = nft_text_expr_value(p, true, false);
	for (i = e && e->kind != NFT_WORD ? e->first : e; i; i = i->next) {
		if (names.len)
			text_char(&names, ',');
		if (i->text)
			text_str(&names, i->text);
	}
	return nft_tree_text(p->tree, &names);
}

/* type filter hook input [device eth0] priority filter; policy drop; */
static void base_chain(struct nft_text *p, struct nft_chain *c)
{
	c->type = nft_text_word(p);
	if (!nft_text_expect(p, "hook"))
		return;

	c->hook = nft_text_word(p);
	while (!p->is_bad && !nft_lex_at_end(&p->lex)) {
		if (nft_lex_take(&p->lex, "device") ||
		    nft_lex_take(&p->lex, "devices"))
			c->device = devices(p);
		else if (nft_lex_take(&p->lex, "priority"))
			c->priority = priority(p);
		else
			nft_text_bad(p);
	}
}

static void chain_line(struct nft_text *p, void *what)
{
	struct nft_chain *c = what;

	if (nft_lex_take(&p->lex, "type")) {
		base_chain(p, c);
	} else if (nft_lex_take(&p->lex, "policy")) {
		if (nft_lex_is(&p->lex, "$")) {
			const struct nft_expr *e = nft_text_variable(p);

			c->policy = e ? e->text : NULL;
		} else {
			c->policy = nft_text_word(p);
		}
	} else if (nft_lex_is(&p->lex, "comment") ||
		   nft_lex_is(&p->lex, "flags") ||
		   nft_lex_is(&p->lex, "devices")) {
		pass_over(p);
	} else {
		append_rule(c, nft_text_block_rule(p));
	}
}

void nft_text_block_chain(struct nft_text *p, struct nft_chain *c)
{
	block(p, c, chain_line);
}

/* ipv4_addr . inet_service */
static struct nft_expr *type_words(struct nft_text *p)
{
	struct nft_expr *all =
		nft_tree_expr(p->tree, NFT_CONCAT, NULL, p->lex.token.at);

	nft_lex_take(&p->lex, "interval");
	do {
		const char *at = p->lex.token.at;

		nft_tree_add(all, nft_tree_expr(p->tree, NFT_WORD,
						nft_text_word(p), at));
	} while (!p->is_bad && nft_lex_take(&p->lex, "."));
	return p->is_bad ? NULL : all;
}

/* typeof ip saddr . tcp dport; and of data: verdict. */
static struct nft_expr *type_keys(struct nft_text *p)
{
	struct nft_expr *e, *all;

	nft_lex_take(&p->lex, "interval");
	e = nft_text_expr_key(p);
	if (!e)
		return type_words(p);
	if (e->kind == NFT_CONCAT)
		return e;

	all = nft_tree_expr(p->tree, NFT_CONCAT, NULL, e->at);
	nft_tree_add(all, e);
	return all;
}

static void set_type(struct nft_text *p, struct nft_set *s,
		     struct nft_expr *(*read)(struct nft_text *p))
{
	s->type = read(p);
	if (nft_lex_take(&p->lex, ":"))
		s->data = read(p);
}

static void set_elements(struct nft_text *p, struct nft_set *s)
{
	struct nft_expr *e;

	if (!nft_text_expect(p, "="))
		return;

	e = nft_text_expr_value(p, false, false);
	if (!e)
		return;

	if (e->kind != NFT_SET) {
		nft_tree_add(s->elements, e);
		return;
	}
	if (!s->elements->first)
		s->elements->first = e->first;
	else
		s->elements->last->next = e->first;
	if (e->last)
		s->elements->last = e->last;
}

static void set_line(struct nft_text *p, void *what)
{
	struct nft_set *s = what;

	if (nft_lex_take(&p->lex, "type")) {
		set_type(p, s, type_words);
	} else if (nft_lex_take(&p->lex, "typeof")) {
		set_type(p, s, type_keys);
	} else if (nft_lex_take(&p->lex, "size")) {
		const char *size = nft_text_word(p);

		s->size = size ? strtoull(size, NULL, 0) : 0;
	} else if (nft_lex_take(&p->lex, "elements")) {
		set_elements(p, s);
	} else {
		/* timeout, gc-interval, policy, auto-merge, counter, comment;
		 * flags, for whether packets add to it the rules tell. */
		pass_over(p);
	}
}

void nft_text_block_set(struct nft_text *p, struct nft_set *s)
{
	block(p, s, set_line);
}

static void named_block(struct nft_text *p, struct nft_table *table,
			bool is_chain)
{
	const char *at = p->lex.token.at;
	const char *name = nft_text_word(p);

	if (!name)
		return;

	if (is_chain) {
		struct nft_chain *c = nft_tree_chain(p->tree, table, name);

		if (!c)
			return;
		c->at = at;
		p->lex.handle = 0;
		if (nft_lex_is(&p->lex, "{"))
			nft_text_block_chain(p, c);
	} else {
		struct nft_set *s = nft_tree_set(p->tree, table, name);

		if (!s)
			return;
		s->at = at;
		if (nft_lex_is(&p->lex, "{"))
			nft_text_block_set(p, s);
	}
}

static void table_line(struct nft_text *p, void *what)
{
	struct nft_table *table = what;

	if (nft_lex_take(&p->lex, "chain")) {
		named_block(p, table, true);
	} else if (nft_lex_take(&p->lex, "set") ||
		   nft_lex_take(&p->lex, "map")) {
		named_block(p, table, false);
	} else if (nft_lex_take(&p->lex, "flags")) {
		if (nft_lex_is(&p->lex, "dormant"))
			table->is_dormant = true;
		pass_over(p);
	} else {
		static const char *const objects[] = {
			"flowtable", "counter", "quota",    "limit",
			"ct",        "secmark", "synproxy", "comment",
		};

		for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]);
		     i++)
			if (nft_lex_is(&p->lex, objects[i])) {
				pass_over(p);
				return;
			}
		nft_text_bad(p);
	}
}

void nft_text_block_table(struct nft_text *p, struct nft_table *table)
{
	block(p, table, table_line);
}
