#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/nft_json.h"
#include "ruleset/nft_print.h"

static struct nft_stmt *new_stmt(struct nft_json *j, enum nft_stmt_kind kind)
{
	return nft_tree_stmt(j->tree, kind, NULL, NULL);
}

static struct nft_stmt *words_stmt(struct nft_json *j, enum nft_stmt_kind kind,
				   struct text *words)
{
	return nft_tree_stmt(j->tree, kind, nft_tree_text(j->tree, words),
			     NULL);
}

static json_int_t integer(json_t *v, const char *name)
{
	return json_integer_value(json_object_get(v, name));
}

static void add_string(struct text *out, json_t *v, const char *name,
		       const char *head, bool is_quoted)
{
	const char *s = nft_json_string(v, name);

	if (!s)
		return;
	text_str(out, head);
	if (is_quoted)
		text_char(out, '"');
	text_str(out, s);
	if (is_quoted)
		text_char(out, '"');
}

static void add_integer(struct text *out, json_t *v, const char *name,
			const char *head)
{
	if (!json_is_integer(json_object_get(v, name)))
		return;
	text_str(out, head);
	text_i64(out, integer(v, name));
}

/* An expression behind words. */
static void add_expr(struct nft_json *j, struct text *out, json_t *v,
		     const char *head)
{
	const struct nft_expr *e = nft_json_expr(j, v);

	if (!e)
		return;
	text_str(out, head);
	nft_print_expr(out, e);
}

/* A word, or words with commas between. */
static void add_words(struct text *out, json_t *v, const char *between)
{
	json_t *word;
	size_t i;

	if (json_is_string(v))
		text_str(out, json_string_value(v));
	json_array_foreach(v, i, word)
	{
		if (i)
			text_str(out, between);
		if (json_is_string(word))
			text_str(out, json_string_value(word));
	}
}

static const struct {
	const char *word;
	enum nft_op op;
} ops[] = {
	{ "==", NFT_EQUAL },    { "!=", NFT_NOT_EQUAL },
	{ "<", NFT_LESS },      { "<=", NFT_LESS_EQUAL },
	{ ">", NFT_GREATER },   { ">=", NFT_GREATER_EQUAL },
	{ "in", NFT_IMPLICIT }, { "!", NFT_NONE_OF },
};

static struct nft_stmt *match(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_MATCH);
	const char *op = nft_json_string(v, "op");

	(void)name;
	if (!s)
		return NULL;
	s->left = nft_json_expr(j, json_object_get(v, "left"));
	s->right = nft_json_expr(j, json_object_get(v, "right"));
	for (size_t i = 0; op && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].word, op) == 0)
			s->op = ops[i].op;
	return s->left && s->right ? s : NULL;
}

static struct nft_stmt *decision(struct nft_json *j, json_t *v,
				 const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_DECISION);

	if (!s)
		return NULL;
	s->left = nft_tree_expr(j->tree, NFT_VERDICT, name, NULL);
	if (s->left)
		s->left->note = nft_json_copy(j, nft_json_string(v, "target"));
	return s->left ? s : NULL;
}

static struct nft_stmt *verdict_map(struct nft_json *j, json_t *v,
				    const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_VMAP);

	(void)name;
	if (!s)
		return NULL;
	s->left = nft_json_expr(j, json_object_get(v, "key"));
	s->right = nft_json_expr(j, json_object_get(v, "data"));
	return s->left && s->right ? s : NULL;
}

static struct nft_stmt *mangle(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_ASSIGN);

	(void)name;
	if (!s)
		return NULL;
	s->left = nft_json_expr(j, json_object_get(v, "key"));
	s->right = nft_json_expr(j, json_object_get(v, "value"));
	return s->left && s->right ? s : NULL;
}

/* {"ct helper": "ftp"}: ct helper set "ftp" */
static struct nft_stmt *ct_object(struct nft_json *j, json_t *v,
				  const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_ASSIGN);

	if (!s)
		return NULL;
	s->left = nft_tree_expr(j->tree, NFT_KEY, name, NULL);
	s->right = nft_json_expr(j, v);
	return s->left && s->right ? s : NULL;
}

/* Of a named object: counter name "x". */
static struct nft_stmt *named(struct nft_json *j, enum nft_stmt_kind kind,
			      json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	text_str(&words, " name \"");
	text_str(&words, json_string_value(v));
	text_char(&words, '"');
	return words_stmt(j, kind, &words);
}

static struct nft_stmt *counter(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s;

	if (json_is_string(v))
		return named(j, NFT_PASS, v, name);

	s = new_stmt(j, NFT_COUNTER);
	if (s) {
		s->counters.packets = (uint64_t)integer(v, "packets");
		s->counters.bytes = (uint64_t)integer(v, "bytes");
		s->counters.known = true;
	}
	return s;
}

static struct nft_stmt *inverted(struct nft_stmt *s, json_t *v)
{
	if (s)
		s->inverted = json_is_true(json_object_get(v, "inv"));
	return s;
}

static struct nft_stmt *limit(struct nft_json *j, json_t *v, const char *name)
{
	const char *unit = nft_json_string(v, "rate_unit");
	bool is_packets = !unit || strcmp(unit, "packets") == 0;
	json_int_t burst = integer(v, "burst");
	struct text words = TEXT_NULL;

	if (json_is_string(v))
		return named(j, NFT_RATE, v, name);

	text_str(&words, "limit rate ");
	text_i64(&words, integer(v, "rate"));
	if (!is_packets) {
		text_char(&words, ' ');
		text_str(&words, unit);
	}
	add_string(&words, v, "per", "/", false);
	if (burst && !(is_packets && burst == 5)) {
		const char *burst_unit = nft_json_string(v, "burst_unit");

		text_str(&words, " burst ");
		text_i64(&words, burst);
		text_char(&words, ' ');
		text_str(&words,
			 !is_packets && burst_unit ? burst_unit : "packets");
	}
	return inverted(words_stmt(j, NFT_RATE, &words), v);
}

static struct nft_stmt *quota(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	if (json_is_string(v))
		return named(j, NFT_RATE, v, name);

	text_str(&words, "quota");
	add_integer(&words, v, "val", " ");
	add_string(&words, v, "val_unit", " ", false);
	return inverted(words_stmt(j, NFT_RATE, &words), v);
}

static struct nft_stmt *ct_count(struct nft_json *j, json_t *v,
				 const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_integer(&words, v, "val", " ");
	return inverted(words_stmt(j, NFT_RATE, &words), v);
}

static struct nft_stmt *reject(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s = new_stmt(j, NFT_REJECT);
	const char *type = nft_json_string(v, "type");

	(void)name;
	if (!s)
		return NULL;
	s->words = type ? nft_json_copy(j, type) : "";
	s->right = nft_json_expr(j, json_object_get(v, "expr"));
	return s;
}

static struct nft_stmt *nat(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s = nft_tree_stmt(j->tree, NFT_NAT, name, NULL);
	const char *family = nft_json_string(v, "family");
	struct text flags = TEXT_NULL;

	if (!s)
		return NULL;
	if (family)
		s->family = strcmp(family, "ip6") == 0 ? "ip6" : "ip";
	s->left = nft_json_expr(j, json_object_get(v, "addr"));
	s->right = nft_json_expr(j, json_object_get(v, "port"));
	add_words(&flags, json_object_get(v, "flags"), ",");
	if (flags.len)
		s->flags = nft_tree_text(j->tree, &flags);
	else
		text_done(&flags);
	return s;
}

static struct nft_stmt *any(struct nft_json *j, json_t *v);

/* {"op", "elem", "set", "stmt"}, and of maps "data", "map". */
static struct nft_stmt *update(struct nft_json *j, json_t *v, const char *name)
{
	const char *op = nft_json_string(v, "op");
	const char *set = nft_json_string(v, name);
	json_t *inner = json_object_get(v, "stmt"), *one;
	struct nft_stmt *s, **last;
	size_t i;

	s = nft_tree_stmt(j->tree, NFT_UPDATE, nft_json_copy(j, op), NULL);
	if (!s || !op || !set)
		return NULL;
	s->name = nft_json_copy(j, *set == '@' ? set + 1 : set);
	s->left = nft_json_expr(j, json_object_get(v, "elem"));
	s->right = nft_json_expr(j, json_object_get(v, "data"));
	last = &s->inner;
	json_array_foreach(inner, i, one)
	{
		*last = any(j, one);
		if (*last && (*last)->kind == NFT_COUNTER)
			*last = NULL;
		if (*last)
			last = &(*last)->next;
	}
	return s->left ? s : NULL;
}

static struct nft_stmt *meter(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_stmt *s = nft_tree_stmt(j->tree, NFT_UPDATE, name, NULL);
	const char *own = nft_json_string(v, "name");

	if (!s)
		return NULL;
	s->name = own ? nft_json_copy(j, own) : "";
	s->left = nft_json_expr(j, json_object_get(v, "key"));
	s->inner = any(j, json_object_get(v, "stmt"));
	return s->left ? s : NULL;
}

/* "tcp sequence", "tcp options" are one flag with two words to nft's text. */
static void add_log_flags(struct text *out, json_t *flags)
{
	bool has_tcp = false;
	json_t *flag;
	size_t i;

	if (json_is_string(flags)) {
		text_str(out, " flags ");
		text_str(out, json_string_value(flags));
	}
	json_array_foreach(flags, i, flag)
	{
		const char *s = json_string_value(flag);

		if (!s)
			continue;
		if (has_tcp && strncmp(s, "tcp ", 4) == 0) {
			text_char(out, ',');
			text_str(out, s + 4);
			continue;
		}
		has_tcp = has_tcp || strncmp(s, "tcp ", 4) == 0;
		text_str(out, " flags ");
		text_str(out, s);
	}
}

static struct nft_stmt *log_stmt(struct nft_json *j, json_t *v,
				 const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_string(&words, v, "prefix", " prefix ", true);
	add_integer(&words, v, "group", " group ");
	add_integer(&words, v, "snaplen", " snaplen ");
	add_integer(&words, v, "queue-threshold", " queue-threshold ");
	add_string(&words, v, "level", " level ", false);
	add_log_flags(&words, json_object_get(v, "flags"));
	return words_stmt(j, NFT_PASS, &words);
}

static struct nft_stmt *notrack(struct nft_json *j, json_t *v, const char *name)
{
	(void)v;
	(void)name;
	return new_stmt(j, NFT_NOTRACK);
}

/* dup to ADDRESS device DEVICE; fwd likewise. */
static struct nft_stmt *send(struct nft_json *j, json_t *v, const char *name)
{
	json_t *address = json_object_get(v, "addr");
	bool is_fwd = strcmp(name, "fwd") == 0;
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_string(&words, v, "family", " ", false);
	add_expr(j, &words, address, " to ");
	add_string(&words, v, "dev", address ? " device " : " to ", true);
	return words_stmt(j, is_fwd ? NFT_STEAL : NFT_PASS, &words);
}

static struct nft_stmt *queue(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	if (json_object_get(v, "flags")) {
		text_str(&words, " flags ");
		add_words(&words, json_object_get(v, "flags"), ",");
	}
	add_expr(j, &words, json_object_get(v, "num"), " to ");
	return words_stmt(j, NFT_QUEUE, &words);
}

static struct nft_stmt *flow(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_string(&words, v, "op", " ", false);
	add_string(&words, v, "flowtable", " ", false);
	return words_stmt(j, NFT_PASS, &words);
}

static struct nft_stmt *synproxy(struct nft_json *j, json_t *v,
				 const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	if (json_is_string(v)) {
		text_str(&words, " name \"");
		text_str(&words, json_string_value(v));
		text_char(&words, '"');
	}
	add_integer(&words, v, "mss", " mss ");
	add_integer(&words, v, "wscale", " wscale ");
	if (json_object_get(v, "flags")) {
		text_char(&words, ' ');
		add_words(&words, json_object_get(v, "flags"), " ");
	}
	return words_stmt(j, NFT_SYNPROXY, &words);
}

static struct nft_stmt *last(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	(void)v;
	text_str(&words, name);
	return words_stmt(j, NFT_PASS, &words);
}

/* {"xt": {"type": "match", "name": "string"}}, or null. */
static struct nft_stmt *xt(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;
	struct nft_stmt *s;

	text_str(&words, name);
	add_string(&words, v, "type", " ", false);
	add_string(&words, v, "name", " ", true);
	s = words_stmt(j, NFT_UNKNOWN, &words);
	if (s)
		s->name = s->words;
	return s;
}

static const struct {
	const char *name;
	struct nft_stmt *(*read)(struct nft_json *j, json_t *v,
				 const char *name);
} statements[] = {
	{ "match", match },
	{ "accept", decision },
	{ "drop", decision },
	{ "continue", decision },
	{ "return", decision },
	{ "jump", decision },
	{ "goto", decision },
	{ "vmap", verdict_map },
	{ "mangle", mangle },
	{ "ct helper", ct_object },
	{ "ct timeout", ct_object },
	{ "ct expectation", ct_object },
	{ "counter", counter },
	{ "limit", limit },
	{ "quota", quota },
	{ "ct count", ct_count },
	{ "reject", reject },
	{ "snat", nat },
	{ "dnat", nat },
	{ "masquerade", nat },
	{ "redirect", nat },
	{ "tproxy", nat },
	{ "set", update },
	{ "map", update },
	{ "meter", meter },
	{ "log", log_stmt },
	{ "notrack", notrack },
	{ "dup", send },
	{ "fwd", send },
	{ "queue", queue },
	{ "flow", flow },
	{ "synproxy", synproxy },
	{ "last", last },
	{ "xt", xt },
};

/* Kept by its JSON. */
static struct nft_stmt *unknown(struct nft_json *j, json_t *v, const char *name)
{
	char *dump = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
	struct text words = TEXT_NULL;
	struct nft_stmt *s;

	text_str(&words, dump ? dump : "");
	free(dump);
	s = words_stmt(j, NFT_UNKNOWN, &words);
	if (s)
		s->name = name ? nft_json_copy(j, name) : s->words;
	return s;
}

static struct nft_stmt *any(struct nft_json *j, json_t *v)
{
	void *first = json_object_iter(v);
	const char *name = first ? json_object_iter_key(first) : NULL;
	struct nft_stmt *s = NULL;

	if (j->depth >= NFT_JSON_DEPTH)
		return NULL;

	j->depth++;
	for (size_t i = 0;
	     name && i < sizeof(statements) / sizeof(statements[0]); i++)
		if (strcmp(statements[i].name, name) == 0)
			s = statements[i].read(j, json_object_iter_value(first),
					       statements[i].name);
	j->depth--;
	return s ? s : unknown(j, v, name);
}

void nft_json_stmt(struct nft_json *j, json_t *v, struct nft_rule *rule)
{
	nft_tree_append(rule, any(j, v));
}
