#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_names.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_text.h"

/* How many words a question has behind its first. */
enum tail {
	TAIL_NONE,   /* "iifname": is "meta iifname" */
	TAIL_ONE,    /* "tcp dport" */
	TAIL_CT,     /* ct [original|reply] [ip|ip6] key */
	TAIL_OPTION, /* tcp dport, or tcp option maxseg size */
	TAIL_ARP,    /* arp saddr ip, or arp operation */
	TAIL_ROUTE,  /* rt [ip|ip6] nexthop */
	TAIL_FIB,
	TAIL_SOCKET,
	TAIL_OSF,
	TAIL_NUMGEN,
	TAIL_SYMHASH,
	TAIL_JHASH,
	TAIL_IPSEC
};

static const struct first_word {
	const char *word;
	enum tail tail;
} first_words[] = {
	{ "meta", TAIL_ONE },       { "ct", TAIL_CT },
	{ "ip", TAIL_OPTION },      { "ip6", TAIL_ONE },
	{ "tcp", TAIL_OPTION },     { "udp", TAIL_ONE },
	{ "udplite", TAIL_ONE },    { "sctp", TAIL_OPTION },
	{ "dccp", TAIL_OPTION },    { "th", TAIL_ONE },
	{ "icmp", TAIL_ONE },       { "icmpv6", TAIL_ONE },
	{ "igmp", TAIL_ONE },       { "ah", TAIL_ONE },
	{ "esp", TAIL_ONE },        { "comp", TAIL_ONE },
	{ "ether", TAIL_ONE },      { "vlan", TAIL_ONE },
	{ "arp", TAIL_ARP },        { "gre", TAIL_ONE },
	{ "hbh", TAIL_ONE },        { "rt", TAIL_ROUTE },
	{ "rt0", TAIL_ONE },        { "rt2", TAIL_ONE },
	{ "srh", TAIL_ONE },        { "frag", TAIL_ONE },
	{ "dst", TAIL_ONE },        { "mh", TAIL_ONE },
	{ "exthdr", TAIL_ONE },     { "fib", TAIL_FIB },
	{ "socket", TAIL_SOCKET },  { "osf", TAIL_OSF },
	{ "numgen", TAIL_NUMGEN },  { "symhash", TAIL_SYMHASH },
	{ "jhash", TAIL_JHASH },    { "ipsec", TAIL_IPSEC },
	{ "iif", TAIL_NONE },       { "iifname", TAIL_NONE },
	{ "iiftype", TAIL_NONE },   { "iifgroup", TAIL_NONE },
	{ "oif", TAIL_NONE },       { "oifname", TAIL_NONE },
	{ "oiftype", TAIL_NONE },   { "oifgroup", TAIL_NONE },
	{ "mark", TAIL_NONE },      { "skuid", TAIL_NONE },
	{ "skgid", TAIL_NONE },     { "nftrace", TAIL_NONE },
	{ "rtclassid", TAIL_NONE }, { "ibriport", TAIL_NONE },
	{ "ibrname", TAIL_NONE },   { "obriport", TAIL_NONE },
	{ "obrname", TAIL_NONE },   { "pkttype", TAIL_NONE },
	{ "cpu", TAIL_NONE },       { "cgroup", TAIL_NONE },
};

static const struct first_word *first_word(const struct nft_lex *l)
{
	for (size_t i = 0; i < sizeof(first_words) / sizeof(first_words[0]);
	     i++)
		if (nft_lex_is(l, first_words[i].word))
			return &first_words[i];

	return NULL;
}

static bool at_word(const struct nft_text *p)
{
	return p->lex.token.kind == NFT_TOKEN_WORD;
}

static void add_word(struct nft_text *p, struct text *words)
{
	if (!at_word(p)) {
		nft_text_bad(p);
		return;
	}
	if (words->len)
		text_char(words, ' ');
	text_bytes(words, p->lex.token.text, p->lex.token.len);
	p->word = p->lex.token.at;
	nft_lex_next(&p->lex);
}

/* Takes the word if it is one of the list (words with spaces between). */
static bool add_one_of(struct nft_text *p, struct text *words, const char *list)
{
	const struct nft_token *t = &p->lex.token;

	while (at_word(p) && *list) {
		size_t len = strcspn(list, " ");

		if (len == t->len && memcmp(list, t->text, len) == 0) {
			add_word(p, words);
			return true;
		}
		list += len;
		list += *list == ' ';
	}

	return false;
}

static bool is_existence(const struct nft_lex *l)
{
	return nft_lex_is(l, "exists") || nft_lex_is(l, "missing");
}

/* tcp option NAME [FIELD], sctp chunk NAME [FIELD], ip option NAME FIELD. */
static void add_option(struct nft_text *p, struct text *words)
{
	bool is_option =
		nft_lex_is(&p->lex, "option") || nft_lex_is(&p->lex, "chunk");

	add_word(p, words);
	if (!is_option)
		return;

	add_word(p, words);
	if (at_word(p) && !is_existence(&p->lex))
		add_word(p, words);
}

/* fib saddr . iif oif. */
static void add_fib(struct nft_text *p, struct text *words)
{
	add_word(p, words);
	while (nft_lex_take(&p->lex, ".")) {
		text_str(words, " .");
		add_word(p, words);
	}
	add_word(p, words);
}

/* "mod 4 seed 0x1 offset 2" */
static void add_modulus(struct nft_text *p, struct text *words)
{
	while (add_one_of(p, words, "mod seed offset"))
		add_word(p, words);
}

static void add_jhash(struct nft_text *p, struct text *words)
{
	struct nft_expr *key = nft_text_expr_key(p);

	if (!key) {
		nft_text_bad(p);
		return;
	}
	text_char(words, ' ');
	nft_print_expr(words, key);
	add_modulus(p, words);
}

static void add_ct(struct nft_text *p, struct text *words)
{
	add_one_of(p, words, "original reply");
	add_one_of(p, words, "ip ip6");
	add_word(p, words);
}

static void add_arp(struct nft_text *p, struct text *words)
{
	bool is_address =
		nft_lex_is(&p->lex, "saddr") || nft_lex_is(&p->lex, "daddr");

	add_word(p, words);
	if (is_address)
		add_word(p, words);
}

static void add_ipsec(struct nft_text *p, struct text *words)
{
	add_word(p, words);
	if (add_one_of(p, words, "spnum"))
		add_word(p, words);
	add_one_of(p, words, "ip ip6");
	add_word(p, words);
}

static void add_osf(struct nft_text *p, struct text *words)
{
	if (add_one_of(p, words, "ttl"))
		add_word(p, words);
	add_word(p, words);
}

static void add_socket(struct nft_text *p, struct text *words)
{
	bool is_cgroup = nft_lex_is(&p->lex, "cgroupv2");

	add_word(p, words);
	if (is_cgroup && add_one_of(p, words, "level"))
		add_word(p, words);
}

static void add_tail(struct nft_text *p, struct text *words, enum tail tail)
{
	switch (tail) {
	case TAIL_NONE:
		break;
	case TAIL_ONE:
		add_word(p, words);
		break;
	case TAIL_CT:
		add_ct(p, words);
		break;
	case TAIL_OPTION:
		add_option(p, words);
		break;
	case TAIL_ARP:
		add_arp(p, words);
		break;
	case TAIL_ROUTE:
		add_one_of(p, words, "ip ip6");
		add_word(p, words);
		break;
	case TAIL_FIB:
		add_fib(p, words);
		break;
	case TAIL_SOCKET:
		add_socket(p, words);
		break;
	case TAIL_OSF:
		add_osf(p, words);
		break;
	case TAIL_NUMGEN:
		add_word(p, words);
		add_modulus(p, words);
		break;
	case TAIL_SYMHASH:
		add_modulus(p, words);
		break;
	case TAIL_JHASH:
		add_jhash(p, words);
		break;
	case TAIL_IPSEC:
		add_ipsec(p, words);
		break;
	}
}

/* @th,16,32 */
static struct nft_expr *raw_payload(struct nft_text *p)
{
	struct text words = TEXT_NULL;
	const char *at = p->lex.token.at;

	nft_lex_next(&p->lex);
	text_char(&words, '@');
	for (unsigned i = 0; i < 3; i++) {
		if (i && !nft_text_expect(p, ","))
			break;
		if (i)
			text_char(&words, ',');
		if (!at_word(p)) {
			nft_text_bad(p);
			break;
		}
		text_bytes(&words, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
	}
	return nft_tree_expr(p->tree, NFT_KEY,
			     nft_print_key(nft_tree_text(p->tree, &words)), at);
}

static bool is_raw_payload(const struct nft_lex *l)
{
	struct nft_lex ahead = *l;

	if (!nft_lex_take(&ahead, "@"))
		return false;
	if (ahead.token.kind != NFT_TOKEN_WORD)
		return false;
	nft_lex_next(&ahead);
	return nft_lex_is(&ahead, ",");
}

/* What nft does not have is told; the rule stays, and may match or not. */
static struct nft_expr *known_key(struct nft_text *p, const char *words,
				  const char *at)
{
	if (words && !nft_names_question(words))
		nft_tree_problem(p->tree, p->word,
				 _("There is no field \"%s\"."), words);
	return nft_tree_expr(p->tree, NFT_KEY, nft_print_key(words), at);
}

/* One question, without masks. */
static struct nft_expr *plain_key(struct nft_text *p)
{
	const struct first_word *f = first_word(&p->lex);
	const char *at = p->lex.token.at;
	struct text words = TEXT_NULL;

	if (is_raw_payload(&p->lex))
		return raw_payload(p);
	if (!f)
		return NULL;

	if (f->tail == TAIL_NONE)
		text_str(&words, "meta");
	add_word(p, &words);
	add_tail(p, &words, f->tail);
	if (p->is_bad) {
		text_done(&words);
		return NULL;
	}
	return known_key(p, nft_tree_text(p->tree, &words), at);
}

/* Whether a question stands here, and not a value that is called like one
 * ("ip protocol tcp accept"): then what follows would be no field. */
static bool is_key(const struct nft_text *p)
{
	const struct first_word *f = first_word(&p->lex);
	struct nft_lex ahead = p->lex;

	if (is_raw_payload(&p->lex))
		return true;
	if (!f)
		return false;
	if (f->tail == TAIL_NONE)
		return true;
	nft_lex_next(&ahead);
	return ahead.token.kind == NFT_TOKEN_WORD;
}

static struct nft_expr *operation(struct nft_text *p, unsigned level,
				  bool may_be_key);

static struct nft_expr *parenthesis(struct nft_text *p)
{
	struct nft_expr *e;

	nft_lex_next(&p->lex);
	e = nft_text_expr_value(p, true, true);
	return nft_text_expect(p, ")") ? e : NULL;
}

static struct nft_expr *reference(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *name;

	nft_lex_next(&p->lex);
	name = nft_text_word(p);
	return name ? nft_tree_expr(p->tree, NFT_REFERENCE, name, at) : NULL;
}

/* "[2001:db8::1]", before ":80". */
static struct nft_expr *bracketed(struct nft_text *p)
{
	struct nft_expr *e;

	nft_lex_next(&p->lex);
	e = operation(p, 0, false);
	return nft_text_expect(p, "]") ? e : NULL;
}

static struct nft_expr *word(struct nft_text *p)
{
	const struct nft_token t = p->lex.token;
	struct nft_expr *e;

	if (t.kind != NFT_TOKEN_WORD && t.kind != NFT_TOKEN_STRING &&
	    !nft_lex_is(&p->lex, "*")) {
		nft_text_bad(p);
		return NULL;
	}
	nft_lex_next(&p->lex);
	e = nft_tree_expr(p->tree, NFT_WORD,
			  nft_tree_copy(p->tree, t.text, t.len), t.at);
	if (e)
		e->is_quoted = t.kind == NFT_TOKEN_STRING;
	return e;
}

static struct nft_expr *primary(struct nft_text *p, bool may_be_key)
{
	if (nft_lex_is(&p->lex, "("))
		return parenthesis(p);
	if (nft_lex_is(&p->lex, "["))
		return bracketed(p);
	if (nft_lex_is(&p->lex, "{"))
		return nft_text_expr_set(p);
	if (nft_lex_is(&p->lex, "$"))
		return nft_text_variable(p);
	if (may_be_key && is_key(p))
		return plain_key(p);
	if (nft_lex_is(&p->lex, "@"))
		return reference(p);
	return word(p);
}

/* 10.0.0.0/8, 22-80. "syn / fin,syn" is no prefix: the match takes it. */
static struct nft_expr *ranged(struct nft_text *p, bool may_be_key)
{
	struct nft_expr *e = primary(p, may_be_key);
	struct nft_lex ahead = p->lex;

	if (!e)
		return NULL;

	if (nft_lex_take(&p->lex, "-"))
		return nft_tree_pair(p->tree, NFT_RANGE, e, primary(p, false));
	if (nft_lex_take(&ahead, "/") && ahead.token.kind == NFT_TOKEN_WORD &&
	    ahead.token.text[0] >= '0' && ahead.token.text[0] <= '9') {
		nft_lex_next(&p->lex);
		e = nft_tree_pair(p->tree, NFT_PREFIX, e, word(p));
	}
	return e;
}

static const struct operator
{
	const char *mark, *word;
	enum nft_kind kind;
	unsigned level;
}

operators[] = {
	{ "|", "or", NFT_OR, 0 },         { "^", "xor", NFT_XOR, 1 },
	{ "&", "and", NFT_AND, 2 },       { "<<", "lshift", NFT_LEFT, 3 },
	{ ">>", "rshift", NFT_RIGHT, 3 },
};

enum { OPERATOR_LEVELS = 4 };

static const struct operator*
	operator_at(const struct nft_lex *l, unsigned level)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (operators[i].level == level &&
		    (nft_lex_is(l, operators[i].mark) ||
		     nft_lex_is(l, operators[i].word)))
			return &operators[i];

	return NULL;
}

/* Operators of this level and tighter ones, from left to right. */
static struct nft_expr *operation(struct nft_text *p, unsigned level,
				  bool may_be_key)
{
	const struct operator* o;
	struct nft_expr *e;
	unsigned count = 0;

	if (level == OPERATOR_LEVELS)
		return ranged(p, may_be_key);
	if (p->depth >= NFT_TEXT_DEPTH * OPERATOR_LEVELS) {
		nft_text_bad(p);
		return NULL;
	}

	p->depth++;
	e = operation(p, level + 1, may_be_key);
	while (e && (o = operator_at(&p->lex, level))) {
		/* << and >> in turns nest. */
		if (++count > NFT_TEXT_DEPTH && level == 3)
			nft_text_bad(p);
		nft_lex_next(&p->lex);
		e = nft_tree_pair(p->tree, o->kind, e,
				  operation(p, level + 1, may_be_key));
	}
	p->depth--;
	return p->is_bad ? NULL : e;
}

/* "KEY map SET": what the element holds. */
static struct nft_expr *mapped(struct nft_text *p, struct nft_expr *key)
{
	if (!key || !nft_lex_take(&p->lex, "map"))
		return key;

	return nft_tree_pair(p->tree, NFT_MAP, key,
			     operation(p, OPERATOR_LEVELS, false));
}

/* a . b . c, each an operation. */
static struct nft_expr *concatenation(struct nft_text *p, bool may_be_key)
{
	struct nft_expr *e = operation(p, 0, may_be_key);
	struct nft_expr *all;

	if (!e || !nft_lex_is(&p->lex, "."))
		return mapped(p, e);

	all = nft_tree_expr(p->tree, NFT_CONCAT, NULL, e->at);
	nft_tree_add(all, e);
	while (nft_lex_take(&p->lex, "."))
		nft_tree_add(all, operation(p, 0, may_be_key));
	return p->is_bad ? NULL : mapped(p, all);
}

struct nft_expr *nft_text_expr_key(struct nft_text *p)
{
	if (!first_word(&p->lex) && !is_raw_payload(&p->lex) &&
	    !nft_lex_is(&p->lex, "("))
		return NULL;

	return concatenation(p, true);
}

struct nft_expr *nft_text_expr_value(struct nft_text *p, bool is_list,
				     bool may_be_key)
{
	struct nft_expr *e = concatenation(p, may_be_key);
	struct nft_expr *all;

	if (!e || !is_list || !nft_lex_is(&p->lex, ","))
		return e;

	all = nft_tree_expr(p->tree, NFT_LIST, NULL, e->at);
	nft_tree_add(all, e);
	while (nft_lex_take(&p->lex, ","))
		nft_tree_add(all, concatenation(p, may_be_key));
	return p->is_bad ? NULL : all;
}

/* Marks and options of an element: timeout 1h expires 3s counter packets 0
 * bytes 0 limit rate 1/second comment "x". */
static void element_extras(struct nft_text *p, struct nft_expr *e)
{
	static const char stop[] = ",}:\n";

	while (!p->is_bad && at_word(p)) {
		bool is_comment = nft_lex_take(&p->lex, "comment");

		if (is_comment) {
			e->note = nft_text_word(p);
			continue;
		}
		/* Its words end at a comma, a colon, or the next one's. */
		while (p->lex.token.kind != NFT_TOKEN_END &&
		       !(p->lex.token.kind == NFT_TOKEN_MARK &&
			 p->lex.token.len == 1 &&
			 strchr(stop, *p->lex.token.text)) &&
		       !nft_lex_is(&p->lex, "comment"))
			nft_lex_next(&p->lex);
	}
}

static void skip_newlines(struct nft_text *p)
{
	while (p->lex.token.kind == NFT_TOKEN_NEWLINE)
		nft_lex_next(&p->lex);
}

/* accept, jump x: the value of a verdict map. */
static struct nft_expr *verdict(struct nft_text *p)
{
	static const char *const words[] = { "accept", "drop", "continue",
					     "return", "queue" };
	const char *at = p->lex.token.at;
	struct nft_expr *e;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (nft_lex_take(&p->lex, words[i]))
			return nft_tree_expr(p->tree, NFT_VERDICT, words[i],
					     at);

	if (!nft_lex_is(&p->lex, "jump") && !nft_lex_is(&p->lex, "goto"))
		return NULL;

	e = nft_tree_expr(p->tree, NFT_VERDICT,
			  nft_lex_is(&p->lex, "jump") ? "jump" : "goto", at);
	nft_lex_next(&p->lex);
	if (e && nft_lex_is(&p->lex, "$")) {
		const struct nft_expr *value = nft_text_variable(p);

		e->note = value ? value->text : NULL;
	} else if (e) {
		e->note = nft_text_word(p);
	}
	return e;
}

static struct nft_expr *element(struct nft_text *p)
{
	struct nft_expr *key = concatenation(p, false);
	struct nft_expr *data;

	if (!key)
		return NULL;

	skip_newlines(p);
	element_extras(p, key);
	if (p->is_bad || !nft_lex_take(&p->lex, ":"))
		return key;

	skip_newlines(p);
	data = verdict(p);
	if (!data && !p->is_bad)
		data = concatenation(p, false);
	if (!data)
		return NULL;

	element_extras(p, key);
	data = nft_tree_pair(p->tree, NFT_PAIR, key, data);
	if (data)
		data->note = key->note;
	return data;
}

struct nft_expr *nft_text_expr_set(struct nft_text *p)
{
	struct nft_expr *set =
		nft_tree_expr(p->tree, NFT_SET, NULL, p->lex.token.at);

	nft_lex_next(&p->lex);
	p->depth++;
	skip_newlines(p);
	while (set && !p->is_bad && !nft_lex_is(&p->lex, "}")) {
		struct nft_expr *e = element(p);

		/* A set within a set, from a variable, is its elements. */
		if (e && e->kind == NFT_SET) {
			while (e->first) {
				struct nft_expr *i = e->first;

				e->first = i->next;
				i->next = NULL;
				nft_tree_add(set, i);
			}
		} else {
			nft_tree_add(set, e);
		}
		skip_newlines(p);
		if (!nft_lex_take(&p->lex, ","))
			break;
		skip_newlines(p);
	}
	p->depth--;
	if (p->is_bad || !nft_text_expect(p, "}"))
		return NULL;

	return set;
}
