#include "ruleset/nft_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/nft_key.h"
#include "ruleset/nft_names.h"
#include "ruleset/nft_tree.h"
#include "ruleset/value_names.h"

const char *nft_print_key(const char *words)
{
	static const char *const same[][2] = {
		{ "meta secpath", "meta ipsec" },
		{ "meta ibriport", "meta ibrname" },
		{ "meta obriport", "meta obrname" },
		{ "@th,0,16", "th sport" },
		{ "@th,16,16", "th dport" },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(same[i][0], words) == 0)
			return same[i][1];

	return words;
}

static bool is_plain(const char *s)
{
	return *s && !s[strcspn(s, " \t\"'(){}[]$;,#&|")];
}

/* Seconds of "1h30m10s", or -1. */
static long long duration(const char *s)
{
	static const struct {
		const char *unit;
		long long seconds;
	} units[] = { { "d", 86400 },
		      { "h", 3600 },
		      { "ms", 0 },
		      { "m", 60 },
		      { "s", 1 } };

	long long sum = 0;

	while (*s >= '0' && *s <= '9') {
		char *end;
		long long number = strtoll(s, &end, 10);
		size_t i = 0;

		while (i < 5 &&
		       strncmp(end, units[i].unit, strlen(units[i].unit)) != 0)
			i++;
		if (i == 5 || number > 1000000000)
			return -1;
		sum += number * units[i].seconds;
		s = end + strlen(units[i].unit);
		if (!*s)
			return sum;
	}

	return -1;
}

static void print_word(struct text *out, const char *s, bool is_name)
{
	char *end;
	unsigned long long number;

	if (strncmp(s, "0x", 2) == 0 && strlen(s) <= 18) {
		number = strtoull(s, &end, 16);
		if (!*end) {
			text_u64(out, number);
			return;
		}
	}

	if (!is_name && duration(s) >= 0) {
		text_i64(out, duration(s));
		return;
	}
	if (!is_name && is_plain(s)) {
		text_str(out, s);
		return;
	}
	text_char(out, '"');
	text_str(out, s);
	text_char(out, '"');
}

static const struct {
	const char *between, *open, *close;
} forms[] = {
	[NFT_PREFIX] = { "/", "", "" },   [NFT_RANGE] = { "-", "", "" },
	[NFT_LIST] = { ",", "", "" },     [NFT_SET] = { ", ", "{ ", " }" },
	[NFT_CONCAT] = { " . ", "", "" }, [NFT_PAIR] = { " : ", "", "" },
	[NFT_AND] = { " & ", "", "" },    [NFT_OR] = { " | ", "", "" },
	[NFT_XOR] = { " ^ ", "", "" },    [NFT_LEFT] = { " << ", "", "" },
	[NFT_RIGHT] = { " >> ", "", "" }, [NFT_MAP] = { " map ", "", "" },
};

/* Longer sets are cut: the text is to be read. */
enum { SHOWN_ELEMENTS = 64 };

/* What is known of the values that are printed. */
struct naming {
	bool is_name;
	const struct nft_expr *asked; /* the question, or several; or NULL */
};

static void print(struct text *out, const struct nft_expr *e,
		  const struct naming *n);

/* What is asked, in the operations around it. */
static const struct nft_expr *question(const struct nft_expr *e)
{
	while (e && e->kind >= NFT_AND && e->kind <= NFT_RIGHT)
		e = e->first;

	return e && (e->kind == NFT_KEY || e->kind == NFT_CONCAT) ? e : NULL;
}

/* A part of a value: of a concatenation, its own question. */
static struct naming naming_of(const struct nft_expr *e, unsigned part,
			       const struct naming *n)
{
	struct naming one = *n;

	if (e->kind == NFT_LEFT || e->kind == NFT_RIGHT || e->kind == NFT_MAP ||
	    e->kind == NFT_PREFIX || (e->kind == NFT_PAIR && part))
		one.asked = NULL;
	if (e->kind == NFT_CONCAT && one.asked) {
		if (one.asked->kind == NFT_CONCAT)
			one.asked = one.asked->first;
		for (; part && one.asked; part--)
			one.asked = one.asked->next;
		one.asked = question(one.asked);
	}
	return one;
}

static void print_list(struct text *out, const struct nft_expr *e,
		       const struct naming *n)
{
	unsigned count = 0;

	text_str(out, forms[e->kind].open);
	for (const struct nft_expr *i = e->first; i; i = i->next) {
		bool is_loose = e->kind == NFT_AND && i->kind == NFT_OR;
		struct naming one = naming_of(e, count, n);

		if (i != e->first)
			text_str(out, forms[e->kind].between);
		if (++count > SHOWN_ELEMENTS) {
			text_str(out, "…");
			break;
		}
		if (is_loose)
			text_char(out, '(');
		print(out, i, &one);
		if (is_loose)
			text_char(out, ')');
	}
	text_str(out, forms[e->kind].close);
}

/* A number by its name, where a number was written that has one. */
static const char *name_of(const struct nft_expr *e, const struct naming *n)
{
	if (!e->is_number || !n->asked || n->asked->kind != NFT_KEY)
		return NULL;

	return nft_names_value(nft_key_of(n->asked->text), e->text);
}

static void print(struct text *out, const struct nft_expr *e,
		  const struct naming *n)
{
	const char *name;

	switch (e->kind) {
	case NFT_WORD:
		name = name_of(e, n);
		if (name)
			text_str(out, name);
		else
			print_word(out, e->text, n->is_name);
		break;
	case NFT_KEY:
		text_str(out, e->text);
		break;
	case NFT_REFERENCE:
		text_char(out, '@');
		text_str(out, e->text);
		break;
	case NFT_VERDICT:
		text_str(out, e->text);
		if (e->note) {
			text_char(out, ' ');
			text_str(out, e->note);
		}
		break;
	case NFT_PREFIX:
	case NFT_RANGE:
	case NFT_LIST:
	case NFT_SET:
	case NFT_CONCAT:
	case NFT_PAIR:
	case NFT_AND:
	case NFT_OR:
	case NFT_XOR:
	case NFT_LEFT:
	case NFT_RIGHT:
	case NFT_MAP:
		print_list(out, e, n);
		break;
	}
}

void nft_print_expr(struct text *out, const struct nft_expr *e)
{
	const struct naming n = { .asked = NULL };

	if (e)
		print(out, e, &n);
}

/* Names of interfaces are quoted by nft. */
static bool asks_name(const struct nft_expr *left)
{
	static const char *const names[] = { "meta iif", "meta oif",
					     "meta iifname", "meta oifname" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (nft_tree_is(left, NFT_KEY, names[i]))
			return true;

	return false;
}

static const char *const ops[NFT_OP_COUNT] = {
	[NFT_IMPLICIT] = " ",         [NFT_EQUAL] = " == ",
	[NFT_NOT_EQUAL] = " != ",     [NFT_LESS] = " < ",
	[NFT_LESS_EQUAL] = " <= ",    [NFT_GREATER] = " > ",
	[NFT_GREATER_EQUAL] = " >= ", [NFT_NONE_OF] = " ! ",
};

/* "==" is written only where flags or masks are asked for: elsewhere nothing
 * says the same. */
static const char *op_text(const struct nft_stmt *s)
{
	if (s->op == NFT_EQUAL && s->right && s->right->kind == NFT_SET)
		return " ";
	if (s->op == NFT_EQUAL && s->left->kind == NFT_KEY &&
	    strcmp(s->left->text, "tcp flags") != 0 &&
	    strncmp(s->left->text, "ct st", 5) != 0)
		return " ";

	return ops[s->op];
}

/* dnat ip to 10.0.0.1:80 random */
static void print_nat(struct text *out, const struct nft_stmt *s)
{
	text_str(out, s->words);
	if (s->family) {
		text_char(out, ' ');
		text_str(out, s->family);
	}
	if (s->left || s->right)
		text_str(out, " to ");
	nft_print_expr(out, s->left);
	if (s->right)
		text_char(out, ':');
	nft_print_expr(out, s->right);
	if (s->flags) {
		text_char(out, ' ');
		text_str(out, s->flags);
	}
}

/* update @set { ip saddr limit rate 1/second } */
static void print_update(struct text *out, const struct nft_stmt *s)
{
	text_str(out, s->words);
	text_str(out, " @");
	text_str(out, s->name);
	text_str(out, " { ");
	nft_print_expr(out, s->left);
	for (const struct nft_stmt *i = s->inner; i; i = i->next) {
		text_char(out, ' ');
		nft_print_stmt(out, i);
	}
	if (s->right) {
		text_str(out, " : ");
		nft_print_expr(out, s->right);
	}
	text_str(out, " }");
}

/* limit rate over 10/second, ct count over 5: "over" stands behind the words
 * that say what is counted. */
static void print_rate(struct text *out, const struct nft_stmt *s)
{
	static const char *const heads[] = { "limit rate ", "quota ",
					     "ct count " };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t len = strlen(heads[i]);

		if (!s->inverted || strncmp(s->words, heads[i], len) != 0)
			continue;
		text_str(out, heads[i]);
		text_str(out, "over ");
		text_str(out, s->words + len);
		return;
	}
	text_str(out, s->words);
}

static void print_sides(struct text *out, const struct nft_stmt *s,
			const char *between)
{
	struct naming n = { .asked = question(s->left) };

	print(out, s->left, &n);
	text_str(out, between);
	n.is_name = s->kind == NFT_MATCH && asks_name(s->left);
	if (s->right)
		print(out, s->right, &n);
}

/* reject with icmp port-unreachable */
static void print_reject(struct text *out, const struct nft_stmt *s)
{
	const struct choice *codes = nft_names_reject(s->words);
	const char *name = NULL;

	text_str(out, *s->words ? "reject with " : "reject");
	text_str(out, s->words);
	if (!s->right)
		return;

	if (s->right->is_number && s->right->kind == NFT_WORD)
		name = value_names_word(codes,
					strtoul(s->right->text, NULL, 10));
	text_char(out, ' ');
	if (name)
		text_str(out, name);
	else
		nft_print_expr(out, s->right);
}

void nft_print_stmt(struct text *out, const struct nft_stmt *s)
{
	switch (s->kind) {
	case NFT_MATCH:
		print_sides(out, s, op_text(s));
		break;
	case NFT_VMAP:
		print_sides(out, s, " vmap ");
		break;
	case NFT_ASSIGN:
		print_sides(out, s, " set ");
		break;
	case NFT_DECISION:
		nft_print_expr(out, s->left);
		break;
	case NFT_REJECT:
		print_reject(out, s);
		break;
	case NFT_NAT:
		print_nat(out, s);
		break;
	case NFT_UPDATE:
		print_update(out, s);
		break;
	case NFT_RATE:
		print_rate(out, s);
		break;
	case NFT_COUNTER:
		text_str(out, "counter");
		break;
	case NFT_NOTRACK:
		text_str(out, "notrack");
		break;
	case NFT_QUEUE:
	case NFT_STEAL:
	case NFT_SYNPROXY:
	case NFT_PASS:
	case NFT_UNKNOWN:
		text_str(out, s->words);
		break;
	}
}

void nft_print_rule(struct text *out, const struct nft_rule *rule)
{
	bool is_first = true;

	for (const struct nft_stmt *s = rule->first; s; s = s->next) {
		if (s->kind == NFT_COUNTER)
			continue;
		if (!is_first)
			text_char(out, ' ');
		nft_print_stmt(out, s);
		is_first = false;
	}
}
