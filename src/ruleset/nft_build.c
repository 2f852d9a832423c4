#include "ruleset/nft_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_print.h"

const char *nft_build_text(struct nft_build *nb, struct text *x)
{
	const char *copy = NULL;

	if (text_ok(x))
		copy = arena_copy(nb->ruleset->arena, text_string(x), x->len);
	text_done(x);
	if (!copy)
		nb->tree->failed = true;
	return copy;
}

static const char *own(struct nft_build *nb, const char *s)
{
	const char *copy = s ? arena_string(nb->ruleset->arena, s) : NULL;

	if (s && !copy)
		nb->tree->failed = true;
	return copy;
}

void nft_build_tell(struct nft_build *nb, const char *name, const char *at)
{
	struct place place = nft_tree_place(nb->tree, at, NULL);

	ruleset_note(
		nb->ruleset, &place,
		_("kiriwake does not know \"%s\"; what rules with it do is "
		  "unknown."),
		name);
}

/* Names of priorities (nft(8), "Standard priority names"). */
static const struct {
	const char *name;
	int priority, bridge; /* 0: not there */
} priorities[] = {
	{ "raw", -300, 0 },    { "mangle", -150, 0 }, { "dstnat", -100, -300 },
	{ "filter", 0, -200 }, { "security", 50, 0 }, { "srcnat", 100, 300 },
	{ "out", 100, 100 },
};

/* "filter+5", "dstnat-10", "-150". False if it is none. */
static bool read_priority(const struct nft_build *nb, const char *s, int *ret)
{
	bool is_bridge = nb->from->family == TABLE_BRIDGE;
	long number = 0;
	char *end;

	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]);
	     i++) {
		size_t len = strlen(priorities[i].name);

		if (strncmp(s, priorities[i].name, len) != 0)
			continue;
		number = is_bridge ? priorities[i].bridge
				   : priorities[i].priority;
		s += len;
		if (!*s) {
			*ret = (int)number;
			return true;
		}
		break;
	}

	errno = 0;
	number += strtol(s, &end, 10);
	if (errno || *end || end == s || number < INT32_MIN ||
	    number > INT32_MAX)
		return false;

	*ret = (int)number;
	return true;
}

static const char *const types[] = { "filter", "nat", "route" };

static void add_base(struct nft_build *nb, const struct nft_chain *from,
		     struct chain *c)
{
	enum hook hook = HOOK_NONE;
	const char *type = NULL;
	int priority = 0;

	for (unsigned i = 0; i < HOOK_NONE; i++)
		if (strcmp(hook_names[i], from->hook) == 0)
			hook = (enum hook)i;
	for (size_t i = 0; from->type && i < sizeof(types) / sizeof(types[0]);
	     i++)
		if (strcmp(types[i], from->type) == 0)
			type = types[i];

	if (hook == HOOK_NONE || !type ||
	    (from->priority && !read_priority(nb, from->priority, &priority))) {
		nft_tree_problem(nb->tree, from->at,
				 _("The hook of chain %s is not understood; "
				   "the chain is taken for one that no packet "
				   "meets by itself."),
				 from->name);
		return;
	}
	ruleset_hook(c, hook, priority, type,
		     from->policy && strcmp(from->policy, "drop") == 0
			     ? ACTION_DROP
			     : ACTION_ACCEPT);
	c->device = own(nb, from->device);
}

/* What no term of this rule has asked for yet. */
static void begin_rule(struct nft_build *nb, struct rule *rule)
{
	nb->b = (struct build){ .ruleset = nb->ruleset, .rule = rule };
	nb->family = nb->from->family == TABLE_IP    ? 4
		     : nb->from->family == TABLE_IP6 ? 6
						     : 0;
	nb->b.is_v6 = nb->family == 6;
	nb->has_protocol = false;
	nb->is_whole = false;
	nb->is_tracked = false;
	nb->has_socket = false;
}

static const char *rule_text(struct nft_build *nb, const struct nft_rule *from)
{
	struct text words = TEXT_NULL;

	if (from->text)
		return own(nb, from->text);

	nft_print_rule(&words, from);
	if (from->comment) {
		text_str(&words, words.len ? " comment \"" : "comment \"");
		text_str(&words, from->comment);
		text_char(&words, '"');
	}
	return nft_build_text(nb, &words);
}

/* Where it says more than the text. Variables mean nothing elsewhere. */
static const char *listed(struct nft_build *nb, const struct nft_rule *from,
			  const char *text)
{
	const char *copy;

	if (!from->len || memchr(from->at, '$', from->len) ||
	    (text && strlen(text) == from->len &&
	     memcmp(text, from->at, from->len) == 0))
		return NULL;

	copy = arena_copy(nb->ruleset->arena, from->at, from->len);
	if (!copy)
		nb->tree->failed = true;
	return copy;
}

static void add_rule(struct nft_build *nb, const struct nft_rule *from,
		     struct chain *c)
{
	struct rule *rule = ruleset_rule(nb->ruleset, c);

	if (!rule) {
		nb->tree->failed = true;
		return;
	}

	rule->handle = from->handle;
	rule->place = nft_tree_place(nb->tree, from->at, NULL);
	rule->comment = own(nb, from->comment);
	rule->text = rule_text(nb, from);
	rule->listed = listed(nb, from, rule->text);
	nb->tree->about = rule->text;
	begin_rule(nb, rule);
	for (const struct nft_stmt *s = from->first; s; s = s->next) {
		nb->at = s->at;
		nft_action_add(nb, s);
	}
	if (from->is_bad)
		build_action(&nb->b, &(struct action){ .kind = ACTION_UNKNOWN,
						       .field = FIELD_COUNT,
						       .from = FIELD_COUNT,
						       .text = rule->text });
	nb->tree->about = NULL;
	if (build_rule_done(&nb->b))
		nb->tree->failed = true;
}

static void add_chains(struct nft_build *nb)
{
	for (const struct nft_chain *i = nb->from->first_chain; i;
	     i = i->next) {
		struct chain *c =
			ruleset_chain(nb->ruleset, nb->table, i->name);

		if (!c) {
			nb->tree->failed = true;
			return;
		}
		if (!c->place.file)
			c->place = nft_tree_place(nb->tree, i->at, NULL);
		if (i->handle)
			c->handle = i->handle;
		if (i->hook)
			add_base(nb, i, c);
	}
}

static void add_table(struct nft_build *nb, const struct nft_table *from)
{
	nb->from = from;
	nb->table = ruleset_table(nb->ruleset, ENGINE_NFT, from->family,
				  from->name);
	if (!nb->table) {
		nb->tree->failed = true;
		return;
	}
	if (!nb->table->place.file)
		nb->table->place = nft_tree_place(nb->tree, from->at, NULL);
	nb->table->is_dormant = nb->table->is_dormant || from->is_dormant;

	/* Jumps need the chains, rules the sets. */
	add_chains(nb);
	for (const struct nft_set *s = from->first_set; s && !nb->tree->failed;
	     s = s->next)
		nft_set_add(nb, s);
	for (const struct nft_chain *i = from->first_chain;
	     i && !nb->tree->failed; i = i->next) {
		struct chain *c = ruleset_find_chain(nb->table, i->name);

		for (const struct nft_rule *r = i->first;
		     r && c && !nb->tree->failed; r = r->next)
			add_rule(nb, r, c);
	}
}

int nft_build(struct nft_tree *t)
{
	struct nft_build nb = { .tree = t, .ruleset = t->ruleset };

	for (const struct nft_table *i = t->first; i && !t->failed; i = i->next)
		if (!ruleset_find_table(t->ruleset, ENGINE_IPTABLES_NFT,
					i->family, i->name))
			add_table(&nb, i);

	return t->failed ? -ENOMEM : 0;
}
