#include "ruleset/save_rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ruleset/save.h"

static const struct option base_options[] = {
	{ .name = "-s",
	  .alias = "--source",
	  .type = VALUE_ADDRESS,
	  .may_be_name = true,
	  .field = FIELD_SADDR },
	{ .name = "-d",
	  .alias = "--destination",
	  .type = VALUE_ADDRESS,
	  .may_be_name = true,
	  .field = FIELD_DADDR },
	{ .name = "-i",
	  .alias = "--in-interface",
	  .type = VALUE_INTERFACE,
	  .field = FIELD_IIF },
	{ .name = "-o",
	  .alias = "--out-interface",
	  .type = VALUE_INTERFACE,
	  .field = FIELD_OIF },
	{ .name = "-p",
	  .alias = "--protocol",
	  .type = VALUE_PROTOCOL,
	  .field = FIELD_PROTO },
	{ .name = "-f",
	  .alias = "--fragment",
	  .type = VALUE_NONE,
	  .field = FIELD_FRAGMENT },
	{ .name = "--src", .stands_for = "-s" },
	{ .name = "--dst", .stands_for = "-d" },
	{ .name = "--proto", .stands_for = "-p" },
	{ 0 },
};

/* The rule while its words are read. */
struct reading {
	const struct save_rule *in;
	struct tokens *words;
	size_t at;
	struct build b;
	struct options_use base;
	struct options_use *uses; /* matches, in their order */
	size_t count, capacity;
	struct options_use target;
	bool has_target;
	bool inverted;        /* "!" stands before the word at hand */
	bool is_other_family; /* -4 in a rule of IPv6 */
};

static const struct token *word(const struct reading *r)
{
	return &r->words->list[r->at];
}

static bool is_word(const struct token *t, const char *s)
{
	return t->text[0] == s[0] && t->text[1] == s[1] && !t->is_quoted &&
	       strcmp(t->text, s) == 0;
}

static int complain(const struct reading *r, const struct token *t,
		    const char *sentence)
{
	const struct rule *rule = r->b.rule;

	problems_add(
		r->in->ruleset->problems,
		&(struct problem){ .file = rule->place.file,
				   .line = rule->place.line,
				   .column = r->in->excerpt ? 0 : t->column,
				   .excerpt = r->in->excerpt ? r->in->excerpt
							     : r->in->line },
		/* Each sentence was made for one word. */
		_(sentence), t->text);
	return -EINVAL;
}

static struct options_use *new_use(struct reading *r)
{
	if (r->count == r->capacity) {
		size_t capacity = r->capacity ? 2 * r->capacity : 8;
		struct options_use *u = realloc(r->uses, capacity * sizeof(*u));

		if (!u)
			return NULL;
		r->uses = u;
		r->capacity = capacity;
	}

	return &r->uses[r->count++];
}

static int add_match(struct reading *r, const struct match *m)
{
	struct options_use *u = new_use(r);

	if (!u)
		return -ENOMEM;

	options_begin(m, NULL, u);
	return 0;
}

/* Words that belong to no unknown match or target before them. */
static bool ends_unknown(const struct token *t)
{
	static const char *const ends[] = {
		"-m", "--match", "-j", "--jump", "-g", "--goto",
		"-s", "-d",      "-i", "-o",     "-p", "-c",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (is_word(t, ends[i]))
			return true;

	return false;
}

/* The words after an unknown name, as they stand in the line. */
static int take_unknown(struct reading *r, struct options_use *u,
			const char *name)
{
	size_t first = r->at, end;
	const struct token *list = r->words->list;

	while (r->at < r->words->count && !ends_unknown(word(r)))
		r->at++;
	end = r->at;
	/* "! -s": the sign is of what follows. */
	if (end > first && end < r->words->count &&
	    is_word(&list[end - 1], "!"))
		r->at = --end;

	u->use.name = name;
	u->use.words = "";
	if (end > first)
		u->use.words = arena_copy(build_arena(&r->b),
					  r->in->line + list[first].column - 1,
					  list[end - 1].end -
						  (list[first].column - 1));
	return u->use.words ? 0 : -ENOMEM;
}

static int take_match(struct reading *r)
{
	const struct match *m;
	struct options_use *u;
	const char *name;
	int err;

	if (++r->at >= r->words->count)
		return complain(r, word(r) - 1,
				N_("A value is missing after %s."));

	name = word(r)->text;
	m = match_named(name, word(r)->len);
	r->at++;
	if (m) {
		err = add_match(r, m);
		if (!err && !m->options)
			err = take_unknown(r, &r->uses[r->count - 1], name);
		return err;
	}

	u = new_use(r);
	if (!u)
		return -ENOMEM;
	options_begin(NULL, NULL, u);

	ruleset_note(r->in->ruleset, &r->b.rule->place,
		     _("The match %s is not known here; whether it holds "
		       "stays open."),
		     name);
	return take_unknown(r, u, name);
}

static bool is_verdict(const char *name)
{
	return strcmp(name, "ACCEPT") == 0 || strcmp(name, "DROP") == 0 ||
	       strcmp(name, "RETURN") == 0 || strcmp(name, "QUEUE") == 0;
}

static int take_target(struct reading *r, bool is_goto)
{
	const struct target *t;
	const char *name;
	int err;

	if (++r->at >= r->words->count)
		return complain(r, word(r) - 1,
				N_("A value is missing after %s."));

	name = word(r)->text;
	t = is_goto ? NULL : target_named(name, word(r)->len);
	r->at++;
	r->has_target = true;
	options_begin(NULL, t, &r->target);

	r->target.use.name = name;
	r->target.use.is_target = true;
	r->target.use.is_goto = is_goto;
	if ((t && t->options) || is_goto || is_verdict(name))
		return 0;

	err = take_unknown(r, &r->target, name);
	if (!err && !t && *r->target.use.words)
		ruleset_note(r->in->ruleset, &r->b.rule->place,
			     _("The target %s is not known here; what it does "
			       "stays open."),
			     name);
	return err;
}

/* -c PACKETS BYTES. */
static int take_counters(struct reading *r)
{
	struct counters *c = &r->b.rule->counters;
	const struct token *t = word(r);

	if (r->at + 2 >= r->words->count)
		return complain(r, t, N_("A value is missing after %s."));

	c->packets = strtoull(t[1].text, NULL, 10);
	c->bytes = strtoull(t[2].text, NULL, 10);
	c->known = true;
	r->at += 3;
	return 0;
}

/* The words that iptables itself takes. 1: none of them. */
static int take_own(struct reading *r)
{
	const struct token *t = word(r);

	if (is_word(t, "!")) {
		r->inverted = true;
		r->at++;
		return 0;
	}
	if (is_word(t, "-m") || is_word(t, "--match"))
		return take_match(r);
	if (is_word(t, "-j") || is_word(t, "--jump"))
		return take_target(r, false);
	if (is_word(t, "-g") || is_word(t, "--goto"))
		return take_target(r, true);
	if (is_word(t, "-c") || is_word(t, "--set-counters"))
		return take_counters(r);
	if (is_word(t, "-4") || is_word(t, "--ipv4") || is_word(t, "-6") ||
	    is_word(t, "--ipv6")) {
		if (r->in->is_v6 != (t->text[t->len - 1] == '6'))
			r->is_other_family = true;
		r->at++;
		return 0;
	}

	return 1;
}

/* Options of one use. 1: it has none of that name. */
static int take_of(struct reading *r, struct options_use *u)
{
	struct options_error e = { 0 };
	int used = options_take(&r->b, u, r->words, r->at, r->inverted, &e);

	if (used == -EINVAL)
		return complain(r, e.token, e.sentence);
	if (used < 0)
		return used;
	if (!used)
		return 1;

	r->at += (size_t)used;
	r->inverted = false;
	return 0;
}

/* The protocol's own match is loaded when one of its options is met. */
static int take_implied(struct reading *r)
{
	static const struct {
		uint8_t protocol;
		const char *match;
	} implied[] = {
		{ 6, "tcp" },    { 17, "udp" },   { 136, "udp" }, { 1, "icmp" },
		{ 58, "icmp6" }, { 132, "sctp" }, { 33, "dccp" }, { 50, "esp" },
		{ 51, "ah" },    { 135, "mh" },
	};
	const struct match *m = NULL;
	const char *end = strchr(word(r)->text, '=');
	size_t len = end ? (size_t)(end - word(r)->text) : word(r)->len;
	int err;

	for (size_t i = 0; i < sizeof(implied) / sizeof(implied[0]); i++)
		if (r->b.protocol == implied[i].protocol)
			m = match_named(implied[i].match,
					strlen(implied[i].match));
	if (!m || !options_find(m->options, word(r)->text, len, true))
		return 1;

	err = add_match(r, m);
	return err ? err : take_of(r, &r->uses[r->count - 1]);
}

static void note_protocol(struct reading *r)
{
	for (size_t i = 0; i < r->base.use.count; i++) {
		const struct argument *a = &r->base.arguments[i];

		if (a->option->field == FIELD_PROTO && !a->inverted)
			r->b.protocol = (uint8_t)a->ranges->range[0].first;
	}
}

/* The options of what was loaded, the latest first, then the rule's own. 1:
 * none of them. */
static int take_loaded(struct reading *r)
{
	int err = 1;

	if (r->has_target && !r->target.use.words)
		err = take_of(r, &r->target);
	for (size_t i = r->count; i-- > 0 && err == 1;)
		err = take_of(r, &r->uses[i]);
	if (err == 1) {
		err = take_of(r, &r->base);
		note_protocol(r);
	}
	return err;
}

static int take_option(struct reading *r)
{
	int err;

	r->words->may_be_short = false;
	err = take_loaded(r);
	if (err == 1) {
		r->words->may_be_short = true;
		err = take_implied(r);
	}
	if (err == 1)
		err = take_loaded(r);
	if (err == 1)
		err = complain(r, word(r),
			       N_("The option %s belongs to no match and no "
				  "target before it."));
	return err;
}

static int take_words(struct reading *r)
{
	int err = 0;

	while (!err && r->at < r->words->count) {
		err = take_own(r);
		if (err == 1)
			err = take_option(r);
	}

	return err;
}

/* "-p all", "-s 0.0.0.0/0", "-i +": iptables-save does not print what asks for
 * nothing. */
static bool asks_nothing(const struct argument *a, bool is_v6)
{
	enum field f = a->option->field;
	const struct range *r;

	if (!a->ranges || !a->ranges->count)
		return false;

	r = a->ranges->range;
	if (f == FIELD_PROTO)
		return !r->first && r->first == r->last;
	if (a->inverted || a->mask != ~(u128)0)
		return false;
	if (f == FIELD_SADDR || f == FIELD_DADDR)
		return (!is_v6 && r->first == (u128)0xffff << 32 &&
			r->last - r->first == 0xffffffff) ||
		       (!r->first && !~r->last);
	return f != FIELD_FRAGMENT && !r->first && !~r->last;
}

static void base_terms(struct reading *r)
{
	struct options_use *u = &r->base;
	size_t kept = 0;

	for (size_t i = 0; i < u->use.count; i++) {
		struct argument *a = &u->arguments[i];

		if (asks_nothing(a, r->in->is_v6))
			continue;
		if (a->option->field == FIELD_FRAGMENT)
			build_value(&r->b, FIELD_FRAGMENT, !a->inverted);
		else
			build_argument(&r->b, a);
		u->arguments[kept++] = *a;
	}

	u->use.count = kept;
}

static const char *use_text(struct reading *r, const struct use *u)
{
	struct text out = TEXT_NULL;
	const char *text;

	save_print_use(&out, u);
	text = arena_string(build_arena(&r->b), text_string(&out));
	if (!text_ok(&out))
		text = NULL;
	text_done(&out);
	return text;
}

static int match_terms(struct reading *r, const struct use *u)
{
	const struct match *m = u->match;

	if (m && m->compile)
		return m->compile(&r->b, u);
	if (!m || m->is_variable)
		return build_use_variable(&r->b, u, m ? m->doubt : DOUBT_MATCH);

	build_each(&r->b, u);
	return 0;
}

static enum action_kind verdict(const char *name)
{
	switch (name[0]) {
	case 'A':
		return ACTION_ACCEPT;
	case 'D':
		return ACTION_DROP;
	case 'Q':
		return ACTION_QUEUE;
	}
	return ACTION_RETURN;
}

/* What -j or -g does, where no code of the target says it. */
static enum action_kind plain_kind(const struct use *u)
{
	if (u->target && !u->target->unknown)
		return ACTION_NONE;
	if (u->target || (u->words && *u->words))
		return ACTION_UNKNOWN;
	if (u->is_goto)
		return ACTION_GOTO;

	return is_verdict(u->name) ? verdict(u->name) : ACTION_JUMP;
}

static int target_terms(struct reading *r, const struct use *u)
{
	struct action a = { .from = FIELD_COUNT, .field = FIELD_COUNT };

	a.text = use_text(r, u);
	if (!a.text)
		return -ENOMEM;

	if (u->target && u->target->compile) {
		r->b.text = a.text;
		return u->target->compile(&r->b, u);
	}

	a.kind = plain_kind(u);
	if (a.kind == ACTION_GOTO || a.kind == ACTION_JUMP)
		a.chain_name = u->name;
	build_action(&r->b, &a);
	return 0;
}

/* The rule's own options, matches, target. */
static int all_uses(struct reading *r, const struct use **ret,
		    size_t *ret_count)
{
	size_t count = r->count + 2, n = 0;
	struct use *uses =
		arena_alloc(build_arena(&r->b), count * sizeof(*uses));

	if (!uses)
		return -ENOMEM;

	r->base.use.arguments = r->base.arguments;
	uses[n++] = r->base.use;
	for (size_t i = 0; i < r->count; i++)
		uses[n++] = r->uses[i].use;
	if (r->has_target)
		uses[n++] = r->target.use;
	*ret = uses;
	*ret_count = n;
	return 0;
}

/* As iptables-save prints it; the line itself, where it is that. */
static int keep_words(struct reading *r, const struct use *uses, size_t count)
{
	struct rule *rule = r->b.rule;
	struct text out = TEXT_NULL;
	bool is_same;

	text_str(&out, "-A ");
	save_print_name(&out, rule->chain->name);
	for (size_t i = 0; i < count; i++) {
		/* The rule's own options begin with their space. */
		if (uses[i].name)
			text_char(&out, ' ');
		save_print_use(&out, &uses[i]);
	}

	is_same = rule->text && strcmp(text_string(&out), rule->text) == 0;
	rule->words =
		is_same ? rule->text
			: arena_string(r->b.ruleset->arena, text_string(&out));
	if (!text_ok(&out))
		rule->words = NULL;
	text_done(&out);
	return rule->words ? 0 : -ENOMEM;
}

static int keep_comment(struct reading *r)
{
	struct rule *rule = r->b.rule;

	if (!rule->comment)
		return 0;

	rule->comment = arena_string(r->b.ruleset->arena, rule->comment);
	return rule->comment ? 0 : -ENOMEM;
}

static int settle(struct reading *r)
{
	int err = options_end(&r->b, &r->base);

	for (size_t i = 0; i < r->count && !err; i++)
		err = options_end(&r->b, &r->uses[i]);
	if (!err && r->has_target)
		err = options_end(&r->b, &r->target);
	return err;
}

static int compile(struct reading *r)
{
	const struct use *uses = NULL;
	size_t count = 0;
	int err = settle(r);

	if (r->in->hides_interfaces)
		build_variable(&r->b, DOUBT_HIDDEN,
			       _("the interfaces, which the listing hides"),
			       false);
	base_terms(r);
	if (!err)
		err = all_uses(r, &uses, &count);
	for (size_t i = 1; i < count && !err; i++)
		err = uses[i].is_target ? target_terms(r, &uses[i])
					: match_terms(r, &uses[i]);
	if (!err)
		err = keep_words(r, uses, count);
	return err ? err : keep_comment(r);
}

int save_rule_read(const struct save_rule *s, struct rule *rule)
{
	static const struct match base = { .options = base_options };
	struct reading r = {
		.in = s,
		.words = s->words,
		.at = s->from,
		.b = { .ruleset = s->ruleset,
		       .rule = rule,
		       .arena = s->ruleset->scratch,
		       .is_v6 = s->is_v6 },
	};
	int err;

	options_begin(&base, NULL, &r.base);
	r.base.use.match = NULL;
	err = take_words(&r);
	if (!err)
		err = compile(&r);
	if (err)
		r.b.count = 0;
	if (build_rule_done(&r.b) && !err)
		err = -ENOMEM;
	free(r.uses);
	if (!err && r.is_other_family)
		err = 1;
	return err;
}
