#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/nft_json.h"
#include "ruleset/nft_print.h"

const char *nft_json_string(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

const char *nft_json_copy(struct nft_json *j, const char *s)
{
	return s ? nft_tree_copy(j->tree, s, strlen(s)) : NULL;
}

/* The number, word or name that v is; nothing else. */
static void add_scalar(struct text *out, json_t *v)
{
	if (json_is_string(v))
		text_str(out, json_string_value(v));
	else if (json_is_integer(v))
		text_i64(out, json_integer_value(v));
	else if (json_is_boolean(v))
		text_str(out, json_is_true(v) ? "exists" : "missing");
}

static void add_member(struct text *out, json_t *object, const char *name)
{
	json_t *v = json_object_get(object, name);

	if (!v)
		return;
	if (out->len)
		text_char(out, ' ');
	add_scalar(out, v);
}

static struct nft_expr *key(struct nft_json *j, struct text *words)
{
	return nft_tree_expr(j->tree, NFT_KEY,
			     nft_print_key(nft_tree_text(j->tree, words)),
			     NULL);
}

static struct nft_expr *payload(struct nft_json *j, json_t *v)
{
	struct text words = TEXT_NULL;

	if (!json_object_get(v, "base")) {
		add_member(&words, v, "protocol");
		add_member(&words, v, "field");
		return key(j, &words);
	}

	text_char(&words, '@');
	add_scalar(&words, json_object_get(v, "base"));
	text_char(&words, ',');
	add_scalar(&words, json_object_get(v, "offset"));
	text_char(&words, ',');
	add_scalar(&words, json_object_get(v, "len"));
	return key(j, &words);
}

/* "meta", "rt", "socket", "ct": their key, with what stands before it. */
static struct nft_expr *keyed(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_member(&words, v, "dir");
	add_member(&words, v, "family");
	add_member(&words, v, "key");
	if (json_object_get(v, "level")) {
		text_str(&words, " level");
		add_member(&words, v, "level");
	}
	return key(j, &words);
}

static struct nft_expr *ipsec(struct nft_json *j, json_t *v)
{
	struct text words = TEXT_NULL;

	text_str(&words, "ipsec");
	add_member(&words, v, "dir");
	if (json_integer_value(json_object_get(v, "spnum"))) {
		text_str(&words, " spnum");
		add_member(&words, v, "spnum");
	}
	add_member(&words, v, "family");
	add_member(&words, v, "key");
	return key(j, &words);
}

static struct nft_expr *fib(struct nft_json *j, json_t *v)
{
	json_t *flags = json_object_get(v, "flags"), *flag;
	struct text words = TEXT_NULL;
	size_t i;

	text_str(&words, "fib");
	if (!json_is_array(flags))
		add_member(&words, v, "flags");
	json_array_foreach(flags, i, flag)
	{
		text_str(&words, i ? " . " : " ");
		add_scalar(&words, flag);
	}
	add_member(&words, v, "result");
	return key(j, &words);
}

/* "exthdr", "tcp option", "sctp chunk", "ip option": NAME [FIELD]. A header
 * alone is asked for as "exthdr frag". */
static struct nft_expr *option(struct nft_json *j, json_t *v, const char *name)
{
	struct text words = TEXT_NULL;

	if (strcmp(name, "exthdr") != 0 || !json_object_get(v, "field"))
		text_str(&words, name);
	if (json_object_get(v, "base")) {
		text_str(&words, " @");
		add_scalar(&words, json_object_get(v, "base"));
		text_char(&words, ',');
		add_scalar(&words, json_object_get(v, "offset"));
		text_char(&words, ',');
		add_scalar(&words, json_object_get(v, "len"));
		return key(j, &words);
	}
	add_member(&words, v, "name");
	add_member(&words, v, "field");
	return key(j, &words);
}

static struct nft_expr *osf(struct nft_json *j, json_t *v)
{
	struct text words = TEXT_NULL;

	text_str(&words, "osf");
	if (json_object_get(v, "ttl")) {
		text_str(&words, " ttl");
		add_member(&words, v, "ttl");
	}
	add_member(&words, v, "key");
	return key(j, &words);
}

/* numgen inc mod 2 offset 1; jhash KEY mod 2 seed 0x1; symhash mod 2 */
static struct nft_expr *generated(struct nft_json *j, json_t *v,
				  const char *name)
{
	json_int_t seed = json_integer_value(json_object_get(v, "seed"));
	struct text words = TEXT_NULL;

	text_str(&words, name);
	add_member(&words, v, "mode");
	if (json_object_get(v, "expr")) {
		text_char(&words, ' ');
		nft_print_expr(&words,
			       nft_json_expr(j, json_object_get(v, "expr")));
	}
	text_str(&words, " mod");
	add_member(&words, v, "mod");
	if (seed) {
		text_str(&words, " seed 0x");
		text_hex(&words, (uint64_t)seed, 1);
	}
	if (json_integer_value(json_object_get(v, "offset"))) {
		text_str(&words, " offset");
		add_member(&words, v, "offset");
	}
	return key(j, &words);
}

static struct nft_expr *all_of(struct nft_json *j, json_t *list,
			       enum nft_kind kind)
{
	struct nft_expr *e = nft_tree_expr(j->tree, kind, NULL, NULL);
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) nft_tree_add(e, nft_json_expr(j, v));
	return e && e->first ? e : NULL;
}

/* [a, b], [a, b, c]: a | b | c */
static struct nft_expr *operation(struct nft_json *j, json_t *list,
				  enum nft_kind kind)
{
	struct nft_expr *e = nft_json_expr(j, json_array_get(list, 0));
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) if (i) e =
		nft_tree_pair(j->tree, kind, e, nft_json_expr(j, v));
	return e;
}

static struct nft_expr *prefix(struct nft_json *j, json_t *v)
{
	return nft_tree_pair(j->tree, NFT_PREFIX,
			     nft_json_expr(j, json_object_get(v, "addr")),
			     nft_json_expr(j, json_object_get(v, "len")));
}

static struct nft_expr *map(struct nft_json *j, json_t *v)
{
	return nft_tree_pair(j->tree, NFT_MAP,
			     nft_json_expr(j, json_object_get(v, "key")),
			     nft_json_expr(j, json_object_get(v, "data")));
}

/* {"val": …, "comment": …}; times and counters say nothing about packets. */
static struct nft_expr *element(struct nft_json *j, json_t *v)
{
	struct nft_expr *e = nft_json_expr(j, json_object_get(v, "val"));

	if (e)
		e->note = nft_json_copy(j, nft_json_string(v, "comment"));
	return e;
}

struct nft_expr *nft_json_expr_set(struct nft_json *j, json_t *list)
{
	struct nft_expr *set = nft_tree_expr(j->tree, NFT_SET, NULL, NULL);
	json_t *v;
	size_t i;

	if (!json_is_array(list))
		nft_tree_add(set, nft_json_expr(j, list));
	json_array_foreach(list, i, v)
	{
		struct nft_expr *e;

		/* [key, value] of a map */
		if (json_is_array(v) && json_array_size(v) == 2) {
			e = nft_json_expr(j, json_array_get(v, 0));
			if (e) {
				const char *note = e->note;

				e = nft_tree_pair(
					j->tree, NFT_PAIR, e,
					nft_json_expr(j, json_array_get(v, 1)));
				if (e)
					e->note = note;
			}
		} else {
			e = nft_json_expr(j, v);
		}
		nft_tree_add(set, e);
	}
	return set;
}

static struct nft_expr *verdict(struct nft_json *j, json_t *v, const char *name)
{
	struct nft_expr *e = nft_tree_expr(j->tree, NFT_VERDICT, name, NULL);

	if (e)
		e->note = nft_json_copy(j, nft_json_string(v, "target"));
	return e;
}

static const struct {
	const char *name;
	enum nft_kind kind;
	struct nft_expr *(*read)(struct nft_json *j, json_t *list,
				 enum nft_kind kind);
} lists[] = {
	{ "concat", NFT_CONCAT, all_of }, { "range", NFT_RANGE, all_of },
	{ "&", NFT_AND, operation },      { "|", NFT_OR, operation },
	{ "^", NFT_XOR, operation },      { "<<", NFT_LEFT, operation },
	{ ">>", NFT_RIGHT, operation },
};

static const struct {
	const char *name;
	struct nft_expr *(*read)(struct nft_json *j, json_t *v);
} simple[] = {
	{ "payload", payload }, { "prefix", prefix },
	{ "map", map },         { "elem", element },
	{ "fib", fib },         { "osf", osf },
	{ "ipsec", ipsec },     { "set", nft_json_expr_set },
};

static const struct {
	const char *name, *as;
	struct nft_expr *(*read)(struct nft_json *j, json_t *v, const char *as);
} with_name[] = {
	{ "meta", "meta", keyed },
	{ "ct", "ct", keyed },
	{ "rt", "rt", keyed },
	{ "socket", "socket", keyed },
	{ "exthdr", "exthdr", option },
	{ "tcp option", "tcp option", option },
	{ "ip option", "ip option", option },
	{ "sctp chunk", "sctp chunk", option },
	{ "dccp option", "dccp option", option },
	{ "numgen", "numgen", generated },
	{ "jhash", "jhash", generated },
	{ "symhash", "symhash", generated },
	{ "accept", "accept", verdict },
	{ "drop", "drop", verdict },
	{ "continue", "continue", verdict },
	{ "return", "return", verdict },
	{ "queue", "queue", verdict },
	{ "jump", "jump", verdict },
	{ "goto", "goto", verdict },
};

static struct nft_expr *object(struct nft_json *j, json_t *v)
{
	void *first = json_object_iter(v);
	const char *name = first ? json_object_iter_key(first) : "";
	json_t *value = first ? json_object_iter_value(first) : NULL;
	struct text words = TEXT_NULL;
	char *dump;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i].name, name) == 0)
			return lists[i].read(j, value, lists[i].kind);
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (strcmp(simple[i].name, name) == 0)
			return simple[i].read(j, value);
	for (size_t i = 0; i < sizeof(with_name) / sizeof(with_name[0]); i++)
		if (strcmp(with_name[i].name, name) == 0)
			return with_name[i].read(j, value, with_name[i].as);

	dump = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
	text_str(&words, dump ? dump : "");
	free(dump);
	return key(j, &words);
}

struct nft_expr *nft_json_expr(struct nft_json *j, json_t *v)
{
	struct text words = TEXT_NULL;
	struct nft_expr *e = NULL;
	const char *s;

	if (!v || json_is_null(v) || j->depth >= NFT_JSON_DEPTH)
		return NULL;

	j->depth++;
	if (json_is_array(v)) {
		e = all_of(j, v, NFT_LIST);
	} else if (json_is_object(v)) {
		e = object(j, v);
	} else {
		add_scalar(&words, v);
		s = nft_tree_text(j->tree, &words);
		if (s[0] == '@' && s[1])
			e = nft_tree_expr(j->tree, NFT_REFERENCE, s + 1, NULL);
		else
			e = nft_tree_expr(j->tree, NFT_WORD, s, NULL);
		if (e)
			e->is_number = json_is_integer(v);
	}
	j->depth--;
	return e;
}
