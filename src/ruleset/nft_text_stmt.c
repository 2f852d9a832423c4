#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_text.h"

static bool at_word(const struct nft_text *p)
{
	return p->lex.token.kind == NFT_TOKEN_WORD;
}

static bool at_name(const struct nft_text *p)
{
	return at_word(p) || p->lex.token.kind == NFT_TOKEN_STRING;
}

/* Appends the next token, strings in quotes, a space before it. */
static void add_token(struct nft_text *p, struct text *words)
{
	const struct nft_token *t = &p->lex.token;

	if (words->len)
		text_char(words, ' ');
	if (t->kind == NFT_TOKEN_STRING)
		text_char(words, '"');
	text_bytes(words, t->text, t->len);
	if (t->kind == NFT_TOKEN_STRING)
		text_char(words, '"');
	nft_lex_next(&p->lex);
}

static bool is_one_of(const struct nft_lex *l, const char *const *list)
{
	for (; *list; list++)
		if (nft_lex_is(l, *list))
			return true;

	return false;
}

static struct nft_stmt *words_stmt(struct nft_text *p, enum nft_stmt_kind kind,
				   struct text *words, const char *at)
{
	const char *s = nft_tree_text(p->tree, words);

	return p->is_bad ? NULL : nft_tree_stmt(p->tree, kind, s, at);
}

static uint64_t number(struct nft_text *p)
{
	const char *word = nft_text_word(p);

	return word ? strtoull(word, NULL, 0) : 0;
}

static struct nft_stmt *counter(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;
	struct nft_stmt *s;

	nft_lex_next(&p->lex);
	if (nft_lex_is(&p->lex, "name")) {
		text_str(&words, "counter");
		add_token(p, &words);
		/* counter name tcp dport map { … } */
		while (!nft_lex_at_end(&p->lex) && words.len < 200 &&
		       p->lex.token.kind == NFT_TOKEN_STRING)
			add_token(p, &words);
		return words_stmt(p, NFT_PASS, &words, at);
	}

	s = nft_tree_stmt(p->tree, NFT_COUNTER, NULL, at);
	if (s && nft_lex_take(&p->lex, "packets")) {
		s->counters.packets = number(p);
		if (nft_text_expect(p, "bytes"))
			s->counters.bytes = number(p);
	}
	if (s)
		s->counters.known = true;
	return s;
}

/* What follows the word and takes one more token each, until something else
 * comes. */
static struct nft_stmt *options(struct nft_text *p, enum nft_stmt_kind kind,
				const char *const *with_value,
				const char *const *alone)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;

	add_token(p, &words);
	while (!p->is_bad) {
		if (is_one_of(&p->lex, with_value)) {
			add_token(p, &words);
			if (!at_name(p)) {
				nft_text_bad(p);
				break;
			}
			add_token(p, &words);
		} else if (is_one_of(&p->lex, alone)) {
			add_token(p, &words);
		} else if (nft_lex_is(&p->lex, ",")) {
			nft_lex_next(&p->lex);
			text_char(&words, ',');
			if (at_word(p)) {
				text_bytes(&words, p->lex.token.text,
					   p->lex.token.len);
				nft_lex_next(&p->lex);
			}
		} else {
			break;
		}
	}

	return words_stmt(p, kind, &words, at);
}

static struct nft_stmt *log_stmt(struct nft_text *p)
{
	static const char *const with_value[] = {
		"prefix",          "level", "group", "snaplen",
		"queue-threshold", "tcp",   NULL
	};
	static const char *const alone[] = { "flags", "ip",  "options", "skuid",
					     "ether", "all", NULL };

	return options(p, NFT_PASS, with_value, alone);
}

static struct nft_stmt *synproxy(struct nft_text *p)
{
	static const char *const with_value[] = { "mss", "wscale", "name",
						  NULL };
	static const char *const alone[] = { "timestamp", "sack-perm", NULL };

	return options(p, NFT_SYNPROXY, with_value, alone);
}

/* "10 mbytes", or the rest of "10 mbytes/second": the lexer leaves "/" within
 * words. */
static void add_amount(struct nft_text *p, struct text *words)
{
	if (!at_word(p)) {
		nft_text_bad(p);
		return;
	}
	add_token(p, words);
	if (nft_lex_take(&p->lex, "/")) {
		text_char(words, '/');
		if (at_word(p))
			text_bytes(words, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
	} else if (at_word(p)) {
		add_token(p, words);
		if (nft_lex_take(&p->lex, "/") && at_word(p)) {
			text_char(words, '/');
			add_token(p, words);
		}
	}
}

/* limit rate over 10/second burst 5 packets; limit name "x" */
static struct nft_stmt *limit(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;
	struct nft_stmt *s;
	bool inverted;

	add_token(p, &words);
	if (nft_lex_is(&p->lex, "name")) {
		add_token(p, &words);
		add_token(p, &words);
		return words_stmt(p, NFT_RATE, &words, at);
	}

	if (!nft_lex_is(&p->lex, "rate")) {
		nft_text_bad(p);
		text_done(&words);
		return NULL;
	}
	add_token(p, &words);
	inverted = nft_lex_take(&p->lex, "over");
	if (!inverted)
		nft_lex_take(&p->lex, "until");
	add_amount(p, &words);
	if (nft_lex_take(&p->lex, "burst")) {
		struct text burst = TEXT_NULL;

		add_amount(p, &burst);
		/* What nft does not print: its defaults. */
		if (strcmp(text_string(&burst), "5 packets") != 0) {
			text_str(&words, " burst ");
			text_str(&words, text_string(&burst));
		}
		text_done(&burst);
	}
	s = words_stmt(p, NFT_RATE, &words, at);
	if (s)
		s->inverted = inverted;
	return s;
}

static struct nft_stmt *quota(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;
	struct nft_stmt *s;
	bool inverted;

	add_token(p, &words);
	if (nft_lex_is(&p->lex, "name")) {
		add_token(p, &words);
		add_token(p, &words);
		return words_stmt(p, NFT_RATE, &words, at);
	}

	inverted = nft_lex_take(&p->lex, "over");
	if (!inverted)
		nft_lex_take(&p->lex, "until");
	add_amount(p, &words);
	if (nft_lex_take(&p->lex, "used")) {
		struct text used = TEXT_NULL;

		add_amount(p, &used);
		text_done(&used);
	}
	s = words_stmt(p, NFT_RATE, &words, at);
	if (s)
		s->inverted = inverted;
	return s;
}

static struct nft_stmt *ct_count(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;
	struct nft_stmt *s;
	bool inverted;

	add_token(p, &words);
	add_token(p, &words);
	inverted = nft_lex_take(&p->lex, "over");
	if (at_word(p))
		add_token(p, &words);
	else
		nft_text_bad(p);
	s = words_stmt(p, NFT_RATE, &words, at);
	if (s)
		s->inverted = inverted;
	return s;
}

/* reject with icmp type host-unreachable, which newer nft writes without
 * "type". */
static struct nft_stmt *reject(struct nft_text *p)
{
	struct nft_stmt *s =
		nft_tree_stmt(p->tree, NFT_REJECT, "", p->lex.token.at);

	nft_lex_next(&p->lex);
	if (!s || !nft_lex_take(&p->lex, "with"))
		return s;

	s->words = nft_text_word(p);
	if (!s->words)
		return NULL;
	if (strcmp(s->words, "tcp") == 0) {
		s->words = "tcp reset";
		return nft_text_expect(p, "reset") ? s : NULL;
	}

	nft_lex_take(&p->lex, "type");
	s->right = nft_text_expr_value(p, false, false);
	return s->right ? s : NULL;
}

/* The flags behind a NAT statement, with commas between. */
static void nat_flags(struct nft_text *p, struct nft_stmt *s)
{
	static const char *const flags[] = { "random", "fully-random",
					     "persistent", NULL };
	struct text words = TEXT_NULL;

	while (is_one_of(&p->lex, flags)) {
		if (words.len)
			text_char(&words, ',');
		text_bytes(&words, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
		nft_lex_take(&p->lex, ",");
	}
	if (words.len)
		s->flags = nft_tree_text(p->tree, &words);
	else
		text_done(&words);
}

/* ip [interval] [prefix] [addr . port] to ADDRESS[:PORT] [FLAGS] */
static struct nft_stmt *nat(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *words = nft_text_word(p);
	struct nft_stmt *s = nft_tree_stmt(p->tree, NFT_NAT, words, at);
	bool is_netmap = false;

	if (!s)
		return NULL;

	if (nft_lex_take(&p->lex, "ip"))
		s->family = "ip";
	else if (nft_lex_take(&p->lex, "ip6"))
		s->family = "ip6";
	nft_lex_take(&p->lex, "interval");
	is_netmap = nft_lex_take(&p->lex, "prefix");
	if (nft_lex_take(&p->lex, "addr"))
		(void)(nft_text_expect(p, ".") && nft_text_expect(p, "port"));
	/* tproxy may go without "to", and old rules "masquerade to :1-2". */
	if (nft_lex_take(&p->lex, "to") || nft_lex_is(&p->lex, ":")) {
		if (!nft_lex_is(&p->lex, ":"))
			s->left = nft_text_expr_value(p, false, true);
		if (nft_lex_take(&p->lex, ":"))
			s->right = nft_text_expr_value(p, false, true);
	}
	nat_flags(p, s);
	if (is_netmap)
		s->flags = "netmap";
	return p->is_bad ? NULL : s;
}

/* The braces of add, update and meter: { KEY [timeout 1m] [limit …] [: DATA] }
 */
static void update_body(struct nft_text *p, struct nft_stmt *s,
			struct nft_stmt *(*inner)(struct nft_text *p))
{
	struct nft_stmt **last = &s->inner;

	if (!nft_text_expect(p, "{"))
		return;

	s->left = nft_text_expr_value(p, false, true);
	while (!p->is_bad && !nft_lex_is(&p->lex, "}") &&
	       !nft_lex_is(&p->lex, ":") && !nft_lex_at_end(&p->lex)) {
		if (nft_lex_take(&p->lex, "timeout") ||
		    nft_lex_take(&p->lex, "expires")) {
			nft_lex_next(&p->lex);
			continue;
		}
		*last = inner(p);
		if (!*last)
			return;
		if ((*last)->kind != NFT_COUNTER)
			last = &(*last)->next;
		else
			*last = NULL;
	}
	if (nft_lex_take(&p->lex, ":"))
		s->right = nft_text_expr_value(p, false, true);
	if (!p->is_bad)
		nft_text_expect(p, "}");
}

static struct nft_stmt *stateful(struct nft_text *p)
{
	struct nft_lex ahead = p->lex;

	if (nft_lex_is(&p->lex, "limit"))
		return limit(p);
	if (nft_lex_is(&p->lex, "quota"))
		return quota(p);
	if (nft_lex_is(&p->lex, "counter"))
		return counter(p);
	if (nft_lex_take(&ahead, "ct") && nft_lex_is(&ahead, "count"))
		return ct_count(p);

	nft_text_bad(p);
	return NULL;
}

/* add @set { … }, and the older "set add … @set". */
static struct nft_stmt *update(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *words = nft_text_word(p);
	struct nft_stmt *s = nft_tree_stmt(p->tree, NFT_UPDATE, words, at);

	if (!s || !nft_text_expect(p, "@"))
		return NULL;

	s->name = nft_text_word(p);
	update_body(p, s, stateful);
	return p->is_bad ? NULL : s;
}

static struct nft_stmt *old_update(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct nft_stmt *s;

	nft_lex_next(&p->lex);
	s = nft_tree_stmt(p->tree, NFT_UPDATE, nft_text_word(p), at);
	if (!s)
		return NULL;

	s->left = nft_text_expr_value(p, false, true);
	if (nft_lex_take(&p->lex, "timeout"))
		nft_lex_next(&p->lex);
	if (!nft_text_expect(p, "@"))
		return NULL;
	s->name = nft_text_word(p);
	return p->is_bad ? NULL : s;
}

/* meter NAME [size N] { … } */
static struct nft_stmt *meter(struct nft_text *p)
{
	struct nft_stmt *s =
		nft_tree_stmt(p->tree, NFT_UPDATE, "meter", p->lex.token.at);

	nft_lex_next(&p->lex);
	if (!s)
		return NULL;
	if (nft_lex_is(&p->lex, "{"))
		s->name = "";
	else
		s->name = nft_text_word(p);
	if (nft_lex_take(&p->lex, "size"))
		nft_lex_next(&p->lex);
	update_body(p, s, stateful);
	return p->is_bad ? NULL : s;
}

/* All that is left of it, kept by its words: dup to x device y, queue num 1-3
 * bypass. */
static struct nft_stmt *rest(struct nft_text *p, enum nft_stmt_kind kind)
{
	const char *at = p->lex.token.at;

	while (!nft_lex_at_end(&p->lex) && !nft_lex_is(&p->lex, "comment"))
		nft_lex_next(&p->lex);
	return nft_tree_stmt(
		p->tree, kind,
		nft_tree_copy(p->tree, at, (size_t)(p->lex.last_end - at)), at);
}

static struct nft_stmt *dup(struct nft_text *p)
{
	return rest(p, NFT_PASS);
}

static struct nft_stmt *fwd(struct nft_text *p)
{
	return rest(p, NFT_STEAL);
}

static struct nft_stmt *queue(struct nft_text *p)
{
	return rest(p, NFT_QUEUE);
}

/* "flow add @f": three tokens, so that a counter may follow. */
static struct nft_stmt *flow(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;

	add_token(p, &words);
	if (at_word(p))
		add_token(p, &words);
	if (nft_text_expect(p, "@")) {
		text_str(&words, " @");
		text_bytes(&words, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
	}
	return words_stmt(p, NFT_PASS, &words, at);
}

/* xt target MASQUERADE: what nft 1.0.6 prints of iptables-nft's rules. */
static struct nft_stmt *xt(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;
	struct nft_stmt *s;

	for (unsigned i = 0; i < 3 && at_name(p); i++)
		add_token(p, &words);
	s = words_stmt(p, NFT_UNKNOWN, &words, at);
	if (s)
		s->name = s->words;
	return s;
}

static struct nft_stmt *notrack(struct nft_text *p)
{
	const char *at = p->lex.token.at;

	nft_lex_next(&p->lex);
	return nft_tree_stmt(p->tree, NFT_NOTRACK, NULL, at);
}

/* last used 1m2s */
static struct nft_stmt *last(struct nft_text *p)
{
	static const char *const with_value[] = { "used", NULL };
	static const char *const alone[] = { NULL };

	return options(p, NFT_PASS, with_value, alone);
}

static struct nft_stmt *verdict(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *word = nft_text_word(p);
	struct nft_stmt *s = nft_tree_stmt(p->tree, NFT_DECISION, NULL, at);

	if (!s)
		return NULL;

	s->left = nft_tree_expr(p->tree, NFT_VERDICT, word, at);
	if (!s->left)
		return NULL;
	if (strcmp(word, "jump") != 0 && strcmp(word, "goto") != 0)
		return s;

	if (nft_lex_is(&p->lex, "$")) {
		const struct nft_expr *value = nft_text_variable(p);

		s->left->note = value ? value->text : NULL;
	} else {
		s->left->note = nft_text_word(p);
	}
	return s->left->note ? s : NULL;
}

static enum nft_op operator_of(struct nft_text *p)
{
	static const struct {
		const char *mark, *word;
		enum nft_op op;
	} ops[] = {
		{ "==", "eq", NFT_EQUAL },
		{ "!=", "ne", NFT_NOT_EQUAL },
		{ "<=", "le", NFT_LESS_EQUAL },
		{ ">=", "ge", NFT_GREATER_EQUAL },
		{ "<", "lt", NFT_LESS },
		{ ">", "gt", NFT_GREATER },
		{ "!", "not", NFT_NONE_OF },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (nft_lex_take(&p->lex, ops[i].mark) ||
		    nft_lex_take(&p->lex, ops[i].word))
			return ops[i].op;

	return NFT_IMPLICIT;
}

/* tcp flags syn / fin,syn,rst: flags & mask == value. */
static void divided(struct nft_text *p, struct nft_stmt *s)
{
	struct nft_expr *mask;

	if (!s->right || !nft_lex_take(&p->lex, "/"))
		return;

	mask = nft_text_expr_value(p, true, false);
	s->left = nft_tree_pair(p->tree, NFT_AND, s->left, mask);
	if (s->op == NFT_IMPLICIT)
		s->op = NFT_EQUAL;
}

/* "1:2", of traffic control's classes, is one value. */
static void class_id(struct nft_text *p, struct nft_expr *e)
{
	struct text words = TEXT_NULL;

	if (!e || e->kind != NFT_WORD || p->lex.token.is_spaced ||
	    !nft_lex_is(&p->lex, ":"))
		return;

	nft_lex_next(&p->lex);
	text_str(&words, e->text);
	text_char(&words, ':');
	text_bytes(&words, p->lex.token.text, p->lex.token.len);
	if (at_word(p))
		nft_lex_next(&p->lex);
	e->text = nft_tree_text(p->tree, &words);
}

/* KEY [op] VALUE, KEY vmap MAP, KEY set VALUE */
static struct nft_stmt *match(struct nft_text *p)
{
	struct nft_stmt *s =
		nft_tree_stmt(p->tree, NFT_MATCH, NULL, p->lex.token.at);

	if (!s)
		return NULL;

	s->left = nft_text_expr_key(p);
	if (!s->left) {
		nft_text_bad(p);
		return NULL;
	}

	if (nft_lex_take(&p->lex, "vmap")) {
		s->kind = NFT_VMAP;
		s->right = nft_text_expr_value(p, false, false);
	} else if (nft_lex_take(&p->lex, "set")) {
		s->kind = NFT_ASSIGN;
		s->right = nft_text_expr_value(p, true, true);
	} else {
		s->op = operator_of(p);
		s->right = nft_text_expr_value(p, true, false);
		divided(p, s);
	}
	class_id(p, s->right);
	return s->right && s->left ? s : NULL;
}

static const struct statement {
	const char *word;
	struct nft_stmt *(*read)(struct nft_text *p);
} statements[] = {
	{ "accept", verdict },  { "drop", verdict },
	{ "return", verdict },  { "continue", verdict },
	{ "jump", verdict },    { "goto", verdict },
	{ "counter", counter }, { "log", log_stmt },
	{ "limit", limit },     { "quota", quota },
	{ "reject", reject },   { "snat", nat },
	{ "dnat", nat },        { "masquerade", nat },
	{ "redirect", nat },    { "tproxy", nat },
	{ "add", update },      { "update", update },
	{ "delete", update },   { "set", old_update },
	{ "meter", meter },     { "flow", flow },
	{ "notrack", notrack }, { "synproxy", synproxy },
	{ "queue", queue },     { "dup", dup },
	{ "fwd", fwd },         { "xt", xt },
	{ "last", last },
};

static struct nft_stmt *statement(struct nft_text *p)
{
	struct nft_lex ahead = p->lex;

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (nft_lex_is(&p->lex, statements[i].word))
			return statements[i].read(p);

	if (nft_lex_take(&ahead, "ct") && nft_lex_is(&ahead, "count"))
		return ct_count(p);

	return match(p);
}

/* As it stood, but on one line. */
static void add_source(struct text *out, const char *from, const char *to)
{
	bool is_spaced = out->len > 0;

	for (; from < to; from++) {
		if (strchr(" \t\r\n\\", *from)) {
			is_spaced = true;
			continue;
		}
		if (is_spaced)
			text_char(out, ' ');
		is_spaced = false;
		text_char(out, *from);
	}
}

void nft_text_stmt_rule(struct nft_text *p, struct nft_rule *rule)
{
	struct text text = TEXT_NULL;

	while (!p->is_bad && !p->tree->failed && !nft_lex_at_end(&p->lex)) {
		const char *at = p->lex.token.at;
		struct nft_stmt *s = NULL;

		if (nft_lex_take(&p->lex, "comment"))
			rule->comment = nft_text_word(p);
		else
			s = statement(p);
		nft_tree_append(rule, s);
		if (!s || s->kind != NFT_COUNTER)
			add_source(&text, at, p->lex.last_end);
	}
	rule->text = nft_tree_text(p->tree, &text);
}
