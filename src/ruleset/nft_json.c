#include "ruleset/nft_json.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft.h"
#include "ruleset/nft_build.h"

/* The object's table, by its name and family. */
static struct nft_table *table_of(struct nft_json *j, json_t *v,
				  const char *name)
{
	const char *family = nft_json_string(v, "family");
	const char *table = nft_json_string(v, name);
	enum table_family f = TABLE_IP;

	if (!table || (family && !nft_tree_family(family, &f))) {
		nft_tree_problem(j->tree, NULL,
				 _("An object without a table is left out."));
		return NULL;
	}

	return nft_tree_table(j->tree, f, nft_json_copy(j, table));
}

static bool has_word(json_t *list, const char *word)
{
	json_t *v;
	size_t i;

	if (json_is_string(list))
		return strcmp(json_string_value(list), word) == 0;
	json_array_foreach(list, i, v) if (json_is_string(v) &&
					   strcmp(json_string_value(v), word) ==
						   0) return true;

	return false;
}

static void read_table(struct nft_json *j, json_t *v, bool is_insert)
{
	struct nft_table *t = table_of(j, v, "name");

	(void)is_insert;
	if (t && has_word(json_object_get(v, "flags"), "dormant"))
		t->is_dormant = true;
}

static const char *devices(struct nft_json *j, json_t *v)
{
	struct text names = TEXT_NULL;
	json_t *name;
	size_t i;

	if (!v)
		return NULL;
	if (json_is_string(v))
		text_str(&names, json_string_value(v));
	json_array_foreach(v, i, name)
	{
		if (i)
			text_char(&names, ',');
		if (json_is_string(name))
			text_str(&names, json_string_value(name));
	}
	return nft_tree_text(j->tree, &names);
}

static void read_chain(struct nft_json *j, json_t *v, bool is_insert)
{
	struct nft_table *t = table_of(j, v, "table");
	const char *name = nft_json_string(v, "name");
	struct text number = TEXT_NULL;
	struct nft_chain *c;

	(void)is_insert;
	if (!t || !name)
		return;

	c = nft_tree_chain(j->tree, t, nft_json_copy(j, name));
	if (!c)
		return;
	c->handle = (uint64_t)json_integer_value(json_object_get(v, "handle"));
	c->type = nft_json_copy(j, nft_json_string(v, "type"));
	c->hook = nft_json_copy(j, nft_json_string(v, "hook"));
	c->policy = nft_json_copy(j, nft_json_string(v, "policy"));
	c->device = devices(j, json_object_get(v, "dev"));
	text_i64(&number, json_integer_value(json_object_get(v, "prio")));
	c->priority = nft_tree_text(j->tree, &number);
	if (c->hook && !c->device && t->family == TABLE_NETDEV)
		ruleset_note(j->tree->ruleset,
			     &(struct place){ .file = j->tree->file },
			     _("This version of nft does not say in JSON which "
			       "device chain %s is on; it is taken for "
			       "all."),
			     name);
}

static void read_rule(struct nft_json *j, json_t *v, bool is_insert)
{
	struct nft_table *t = table_of(j, v, "table");
	const char *chain = nft_json_string(v, "chain");
	json_t *list = json_object_get(v, "expr"), *one;
	struct nft_rule *rule;
	struct nft_chain *c;
	size_t i;

	if (!t || !chain)
		return;

	c = nft_tree_chain(j->tree, t, nft_json_copy(j, chain));
	rule = nft_tree_alloc(j->tree, sizeof(*rule));
	if (!c || !rule)
		return;

	rule->handle =
		(uint64_t)json_integer_value(json_object_get(v, "handle"));
	rule->comment = nft_json_copy(j, nft_json_string(v, "comment"));
	json_array_foreach(list, i, one) nft_json_stmt(j, one, rule);

	if (is_insert || !c->last) {
		rule->next = c->first;
		c->first = rule;
		if (!c->last)
			c->last = rule;
	} else {
		c->last->next = rule;
		c->last = rule;
	}
}

/* "ipv4_addr", or a list of types. */
static struct nft_expr *types(struct nft_json *j, json_t *v)
{
	struct nft_expr *all;

	if (!v)
		return NULL;

	/* typeof, of newer versions: {"concat": […]} or a question. */
	if (json_is_object(v)) {
		struct nft_expr *e = nft_json_expr(j, v);

		if (!e || e->kind == NFT_CONCAT)
			return e;
		all = nft_tree_expr(j->tree, NFT_CONCAT, NULL, NULL);
		nft_tree_add(all, e);
		return all;
	}

	all = nft_tree_expr(j->tree, NFT_CONCAT, NULL, NULL);
	if (json_is_array(v)) {
		json_t *word;
		size_t i;

		json_array_foreach(v, i, word)
			nft_tree_add(all, nft_json_expr(j, word));
	} else {
		nft_tree_add(all, nft_json_expr(j, v));
	}
	return all;
}

/* "ipv4_addr . inet_service": what a map holds is one string in some
 * versions. */
static struct nft_expr *data_types(struct nft_json *j, json_t *v)
{
	const char *s = json_string_value(v), *dot;
	struct nft_expr *all;

	if (!s)
		return types(j, v);

	all = nft_tree_expr(j->tree, NFT_CONCAT, NULL, NULL);
	while ((dot = strstr(s, " . "))) {
		nft_tree_add(all,
			     nft_tree_expr(j->tree, NFT_WORD,
					   nft_tree_copy(j->tree, s,
							 (size_t)(dot - s)),
					   NULL));
		s = dot + 3;
	}
	nft_tree_add(all, nft_tree_expr(j->tree, NFT_WORD, nft_json_copy(j, s),
					NULL));
	return all;
}

static void add_elements(struct nft_json *j, struct nft_set *s, json_t *v)
{
	struct nft_expr *e = v ? nft_json_expr_set(j, v) : NULL;

	if (!e || !e->first)
		return;
	if (s->elements->last)
		s->elements->last->next = e->first;
	else
		s->elements->first = e->first;
	s->elements->last = e->last;
}

static void read_set(struct nft_json *j, json_t *v, bool is_insert)
{
	struct nft_table *t = table_of(j, v, "table");
	const char *name = nft_json_string(v, "name");
	struct nft_set *s;

	(void)is_insert;
	if (!t || !name)
		return;

	s = nft_tree_set(j->tree, t, nft_json_copy(j, name));
	if (!s)
		return;
	if (json_object_get(v, "type"))
		s->type = types(j, json_object_get(v, "type"));
	if (json_object_get(v, "map"))
		s->data = data_types(j, json_object_get(v, "map"));
	s->size = (uint64_t)json_integer_value(json_object_get(v, "size"));
	add_elements(j, s, json_object_get(v, "elem"));
}

static const struct {
	const char *name;
	void (*read)(struct nft_json *j, json_t *v, bool is_insert);
} objects[] = {
	{ "table", read_table }, { "chain", read_chain },
	{ "rule", read_rule },   { "set", read_set },
	{ "map", read_set },     { "element", read_set },
};

/* Known, and of no meaning for packets. */
static const char *const ignored[] = {
	"metainfo",  "counter",    "quota",          "limit",    "secmark",
	"ct helper", "ct timeout", "ct expectation", "synproxy", "flowtable",
};

static void flush(struct nft_json *j, json_t *v)
{
	json_t *what = json_object_get(v, "table");
	struct nft_table *t;

	if (json_object_get(v, "ruleset")) {
		nft_tree_flush(j->tree);
		return;
	}
	if (json_object_get(v, "chain")) {
		struct nft_chain *c;
		const char *name;

		what = json_object_get(v, "chain");
		t = table_of(j, what, "table");
		name = nft_json_string(what, "name");
		c = t && name ? nft_tree_find_chain(t, name) : NULL;
		if (c)
			c->first = c->last = NULL;
		return;
	}
	t = what ? table_of(j, what, "name") : NULL;
	for (struct nft_chain *c = t ? t->first_chain : NULL; c; c = c->next)
		c->first = c->last = NULL;
}

static void delete (struct nft_json *j, json_t *v)
{
	json_t *what = json_object_get(v, "table");
	const struct nft_table *t = what ? table_of(j, what, "name") : NULL;

	if (t)
		nft_tree_drop_table(j->tree, t->family, t->name);
	else
		nft_tree_problem(j->tree, NULL,
				 _("Only whole tables can be deleted in JSON "
				   "that is read; this is left out."));
}

static void read_object(struct nft_json *j, json_t *v, bool is_insert)
{
	void *first = json_object_iter(v);
	const char *name = first ? json_object_iter_key(first) : "";
	json_t *value = first ? json_object_iter_value(first) : NULL;

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].name, name) == 0) {
			objects[i].read(j, value, is_insert);
			return;
		}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (strcmp(ignored[i], name) == 0)
			return;

	nft_tree_problem(j->tree, NULL,
			 _("\"%.60s\" is no object of nft's JSON that is known "
			   "here; it is left out."),
			 name);
}

/* An object, or a command with one. */
static void read_item(struct nft_json *j, json_t *v)
{
	static const char *const adding[] = { "add", "create", "insert",
					      "replace" };
	json_t *inner;

	for (size_t i = 0; i < sizeof(adding) / sizeof(adding[0]); i++) {
		inner = json_object_get(v, adding[i]);
		if (inner) {
			read_object(j, inner, strcmp(adding[i], "insert") == 0);
			return;
		}
	}
	inner = json_object_get(v, "flush");
	if (inner) {
		flush(j, inner);
		return;
	}
	inner = json_object_get(v, "delete");
	if (inner)
		delete (j, inner);
	else
		read_object(j, v, false);
}

/* Where in the text jansson stopped. */
static void bad_json(struct nft_tree *t, const char *text, size_t len,
		     const json_error_t *error)
{
	struct nft_source source = { .file = t->file,
				     .text = text,
				     .len = len };
	size_t at = error->position > 0 ? (size_t)error->position : 0;

	t->sources = &source;
	nft_tree_problem(t, text + (at < len ? at : len),
			 _("This is no JSON: %s."), error->text);
	t->sources = NULL;
}

static int read_document(struct nft_tree *t, json_t *root)
{
	struct nft_json j = { .tree = t };
	json_t *list = json_object_get(root, "nftables"), *v;
	size_t i;

	if (!json_is_array(list)) {
		nft_tree_problem(t, NULL,
				 _("There is no list \"nftables\" in this "
				   "JSON."));
		return 0;
	}

	json_array_foreach(list, i, v)
	{
		read_item(&j, v);
		if (t->failed)
			return -ENOMEM;
	}
	return nft_build(t);
}

int nft_json_read(struct ruleset *r, const char *file, const char *text,
		  size_t len)
{
	struct nft_tree tree;
	json_error_t error;
	json_t *root;
	int err = nft_tree_init(&tree, r, file);

	if (err)
		return err;

	root = json_loadb(text, len, 0, &error);
	if (root)
		err = read_document(&tree, root);
	else if (json_error_code(&error) == json_error_out_of_memory)
		err = -ENOMEM;
	else
		bad_json(&tree, text, len, &error);
	json_decref(root);
	if (tree.failed)
		err = -ENOMEM;
	nft_tree_done(&tree);
	return err;
}
