#include "ruleset/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "ruleset/save_family.h"
#include "ruleset/save_rule.h"

/* The text while it is read. */
struct reading {
	struct ruleset *ruleset;
	const char *file;
	enum engine engine;
	enum table_family family;
	const char *table_hint;
	struct table *table; /* of "*filter", until COMMIT; NULL */
	struct tokens tokens;
	struct place place;
	const char *text; /* all of it */
	size_t len;
	struct text buffer; /* of the line */
	const char *line;   /* terminated */
	size_t line_len;
	size_t rule_column; /* of -A */
	bool failed;        /* no memory */
	bool has_star;      /* the table was begun, and must be committed */
	/* The last line of that table. */
	uint64_t last_line;
	const char *last;
	size_t last_len;
};

static const struct token *word(const struct reading *r, size_t i)
{
	return &r->tokens.list[i];
}

static void complain(const struct reading *r, size_t column,
		     const char *sentence, const char *what)
{
	problems_add(r->ruleset->problems,
		     &(struct problem){ .file = r->place.file,
					.line = r->place.line,
					.column = column,
					.excerpt = r->line },
		     /* Each sentence was made for one word. */
		     _(sentence), what);
}

/* The table at hand; of -S, which names none, by the hint or the chains. */
static struct table *table(struct reading *r)
{
	const char *name = r->table_hint;

	if (r->table)
		return r->table;

	if (!name)
		name = save_family_table(r->text, r->len);
	r->table = ruleset_table(r->ruleset, r->engine, r->family, name);
	if (r->table && !r->table->place.file)
		r->table->place = r->place;
	return r->table;
}

static struct chain *chain(struct reading *r, const char *name)
{
	struct table *t = table(r);
	struct chain *c;

	if (!t)
		return NULL;

	c = ruleset_find_chain(t, name);
	if (c)
		return c;

	c = ruleset_chain(r->ruleset, t, name);
	if (c) {
		c->place = r->place;
		(void)ruleset_builtin(c);
	}
	return c;
}

/* Told of the line where COMMIT should follow. */
static void miss_commit(const struct reading *r)
{
	struct text last = TEXT_NULL;

	text_bytes(&last, r->last, r->last_len);
	problems_add(r->ruleset->problems,
		     &(struct problem){ .file = r->place.file,
					.line = r->last_line,
					.excerpt = text_string(&last) },
		     _("The table %s ends here without COMMIT: "
		       "iptables-restore would not load it."),
		     r->table->name);
	text_done(&last);
}

/* "*filter". A second one of the same file replaces the first, as it does for
 * iptables-restore; of another file it adds to it, as with --noflush. */
static int begin_table(struct reading *r)
{
	const char *name = word(r, 0)->text + 1;
	struct table *t =
		ruleset_find_table(r->ruleset, r->engine, r->family, name);

	if (r->table && r->has_star)
		miss_commit(r);
	if (t && t->place.file == r->file)
		for (struct chain *c = t->first; c; c = c->next)
			ruleset_flush_chain(r->ruleset, c);
	if (!t)
		t = ruleset_table(r->ruleset, r->engine, r->family, name);
	if (!t)
		return -ENOMEM;

	t->place = r->place;
	r->table = t;
	r->has_star = true;
	return 0;
}

static void read_policy(struct reading *r, struct chain *c,
			const struct token *policy)
{
	if (strcmp(policy->text, "-") == 0)
		return;
	if (c->hook == HOOK_NONE)
		complain(
			r, policy->column,
			N_("%s is the policy of a chain that has none: no hook "
			   "calls it."),
			policy->text);
	else if (strcmp(policy->text, "ACCEPT") == 0)
		c->policy = ACTION_ACCEPT;
	else if (strcmp(policy->text, "DROP") == 0)
		c->policy = ACTION_DROP;
	else
		complain(r, policy->column, N_("%s is not a policy."),
			 policy->text);
}

static bool read_count(const char **s, char end, uint64_t *ret)
{
	char *after;

	if (**s < '0' || **s > '9')
		return false;

	*ret = strtoull(*s, &after, 10);
	*s = after + 1;
	return *after == end;
}

/* "[12:3456]" */
static void read_counters(const struct reading *r, const struct token *t,
			  struct counters *ret)
{
	const char *s = t->text + 1;

	ret->known = t->text[0] == '[' && read_count(&s, ':', &ret->packets) &&
		     read_count(&s, ']', &ret->bytes) && !*s;
	if (ret->known)
		return;

	*ret = (struct counters){ 0 };
	complain(r, t->column,
		 N_("%s is not a pair of counters, [packets:bytes]."), t->text);
}

/* ":INPUT DROP [0:0]". */
static int declare_chain(struct reading *r)
{
	const char *name = word(r, 0)->text + 1;
	struct chain *c;

	if (!*name) {
		complain(r, 1, N_("The name of a chain is missing after %s."),
			 ":");
		return 0;
	}

	c = chain(r, name);
	if (!c)
		return -ENOMEM;

	/* With --noflush a chain that is declared again is emptied. */
	if (c->hook == HOOK_NONE && c->first)
		ruleset_flush_chain(r->ruleset, c);
	if (r->tokens.count > 1)
		read_policy(r, c, word(r, 1));
	if (r->tokens.count > 2)
		read_counters(r, word(r, 2), &c->counters);
	return 0;
}

/* Where a new rule goes, and what is known of it. */
struct where {
	struct chain *chain;
	unsigned number; /* 0: the chain's end */
	size_t from;     /* its first word */
	struct counters counters;
};

/* A rule that cannot be read keeps its place, and may do anything: without it
 * the packets that it was written for would seem to pass. */
static int leave_open(struct reading *r, struct rule *rule, size_t from)
{
	struct build b = { .ruleset = r->ruleset, .rule = rule };
	struct text words = TEXT_NULL;

	text_str(&words, "-A ");
	save_print_name(&words, rule->chain->name);
	for (; from < r->tokens.count; from++) {
		const struct token *t = word(r, from);

		text_char(&words, ' ');
		if (t->is_chosen)
			save_print_name(&words, t->text);
		else
			text_bytes(&words, r->line + t->column - 1,
				   t->end - (t->column - 1));
	}
	rule->words = text_ok(&words) ? arena_string(r->ruleset->arena,
						     text_string(&words))
				      : NULL;
	text_done(&words);
	if (!rule->words)
		return -ENOMEM;

	build_action(&b, &(struct action){ .kind = ACTION_UNKNOWN,
					   .field = FIELD_COUNT,
					   .from = FIELD_COUNT,
					   .text = rule->text });
	return build_rule_done(&b);
}

static int add_rule(struct reading *r, const struct where *w)
{
	struct arena *a = r->ruleset->arena;
	struct save_rule in = {
		.ruleset = r->ruleset,
		.words = &r->tokens,
		.from = w->from,
		.line = r->line,
		.is_v6 = r->family == TABLE_IP6,
	};
	size_t start = r->rule_column - 1;
	struct rule *rule = arena_alloc(a, sizeof(*rule));
	int err;

	if (!rule)
		return -ENOMEM;

	rule->chain = w->chain;
	rule->place = r->place;
	rule->counters = w->counters;
	rule->text = arena_copy(a, r->line + start, r->line_len - start);
	if (!rule->text)
		return -ENOMEM;

	err = save_rule_read(&in, rule);
	if (err == -EINVAL)
		err = leave_open(r, rule, w->from);
	if (!err)
		ruleset_insert_rule(r->ruleset, w->chain, rule, w->number);
	return err == -ENOMEM ? err : 0;
}

static const char *const source_options[] = { "-s", "--source", "--src", NULL };
static const char *const destination_options[] = { "-d", "--destination",
						   "--dst", NULL };

/* An address option of several addresses: each makes a rule of its own. */
struct addresses {
	size_t at; /* the word; 0: there is none */
	struct token list;
	size_t count;
};

static struct addresses find_addresses(const struct reading *r, size_t from,
				       const char *const *names)
{
	struct addresses a = { .count = 1 };

	for (size_t i = from + 1; i < r->tokens.count; i++)
		for (size_t n = 0; names[n] && !a.at; n++)
			if (word(r, i - 1)->text[0] == '-' &&
			    strcmp(word(r, i - 1)->text, names[n]) == 0 &&
			    strchr(word(r, i)->text, ','))
				a.at = i;
	if (!a.at)
		return a;

	a.list = *word(r, a.at);
	for (const char *s = a.list.text; *s; s++)
		a.count += *s == ',' && s[1];
	return a;
}

/* Puts the i-th address in the word's place. */
static int choose(struct reading *r, const struct addresses *a, size_t i)
{
	const char *s = a->list.text;
	struct token *t;

	if (!a->at)
		return 0;

	for (; i; i--)
		s = strchr(s, ',') + 1;
	t = &r->tokens.list[a->at];
	t->len = strcspn(s, ",");
	t->text = arena_copy(r->ruleset->scratch, s, t->len);
	t->is_chosen = true;
	return t->text ? 0 : -ENOMEM;
}

/* One line may be several rules: a product of its source and destination
 * addresses. Each -I goes above the one before it. */
static int add_rules(struct reading *r, const struct where *w)
{
	struct addresses s = find_addresses(r, w->from, source_options);
	struct addresses d = find_addresses(r, w->from, destination_options);
	int err = 0;

	for (size_t i = 0; i < s.count && !err; i++)
		for (size_t j = 0; j < d.count && !err; j++) {
			err = choose(r, &s, i);
			if (!err)
				err = choose(r, &d, j);
			if (!err)
				err = add_rule(r, w);
		}

	return err;
}

/* The chain that the word after the command names; NULL: none there. */
static const char *chain_word(struct reading *r, size_t at)
{
	if (at + 1 < r->tokens.count && word(r, at + 1)->len)
		return word(r, at + 1)->text;

	complain(r, word(r, at)->column,
		 N_("The name of a chain is missing after %s."),
		 word(r, at)->text);
	return NULL;
}

/* A rule's number at that word; 0: it is none. */
static unsigned number_at(const struct reading *r, size_t at)
{
	const struct token *t = at < r->tokens.count ? word(r, at) : NULL;
	unsigned long n;
	char *end;

	if (!t || t->text[0] < '0' || t->text[0] > '9')
		return 0;

	n = strtoul(t->text, &end, 10);
	return *end || n > UINT32_MAX ? 0 : (unsigned)n;
}

static int append(struct reading *r, size_t at, struct chain *c,
		  const struct counters *counters)
{
	return add_rules(r, &(struct where){ .chain = c,
					     .from = at + 2,
					     .counters = *counters });
}

static int insert(struct reading *r, size_t at, struct chain *c,
		  const struct counters *counters)
{
	unsigned number = number_at(r, at + 2);

	return add_rules(r, &(struct where){ .chain = c,
					     .number = number ? number : 1,
					     .from = at + 2 + !!number,
					     .counters = *counters });
}

static int replace(struct reading *r, size_t at, struct chain *c,
		   const struct counters *counters)
{
	unsigned number = number_at(r, at + 2);
	unsigned before = c->rule_count;
	int err;

	if (!number || number > before) {
		complain(r, word(r, at)->column,
			 N_("The chain %s has no rule of that number."),
			 c->name);
		return 0;
	}

	err = add_rules(r, &(struct where){ .chain = c,
					    .number = number,
					    .from = at + 3,
					    .counters = *counters });
	if (!err && c->rule_count > before)
		ruleset_delete_rule(r->ruleset, c,
				    number + c->rule_count - before);
	return err;
}

/* The rule of the same canonical words; 0: none. */
static unsigned same_rule(const struct chain *c, const struct rule *wanted)
{
	struct text a = TEXT_NULL, b = TEXT_NULL;
	unsigned number = 0;

	save_print_rule(&a, wanted);
	for (const struct rule *x = c->first; x && !number; x = x->next) {
		text_clear(&b);
		save_print_rule(&b, x);
		if (a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
			number = x->number;
	}

	text_done(&a);
	text_done(&b);
	return number;
}

static int delete (struct reading *r, size_t at, struct chain *c,
		   const struct counters *counters)
{
	unsigned number = number_at(r, at + 2);
	const struct rule *last = c->last;
	int err = 0;

	if (!number) {
		/* Read as a rule, compared, and taken out again. */
		err = append(r, at, c, counters);
		if (err || c->last == last)
			return err;
		number = same_rule(c, c->last);
		ruleset_delete_rule(r->ruleset, c, c->rule_count);
	}

	if (!number || number > c->rule_count)
		complain(r, word(r, at)->column,
			 N_("There is no such rule to delete in the chain %s."),
			 c->name);
	else
		ruleset_delete_rule(r->ruleset, c, number);
	return err;
}

static int policy(struct reading *r, size_t at, struct chain *c,
		  const struct counters *counters)
{
	(void)counters;
	if (at + 2 < r->tokens.count)
		read_policy(r, c, word(r, at + 2));
	return 0;
}

static int nothing(struct reading *r, size_t at, struct chain *c,
		   const struct counters *counters)
{
	(void)r;
	(void)at;
	(void)c;
	(void)counters;
	return 0;
}

static int flush(struct reading *r, size_t at, struct chain *c,
		 const struct counters *counters)
{
	(void)at;
	(void)counters;
	ruleset_flush_chain(r->ruleset, c);
	return 0;
}

static const struct command {
	const char *name, *alias;
	int (*run)(struct reading *r, size_t at, struct chain *c,
		   const struct counters *counters);
	bool needs_chain; /* else it may mean all chains */
} commands[] = {
	{ "-A", "--append", append, true },
	{ "-I", "--insert", insert, true },
	{ "-R", "--replace", replace, true },
	{ "-D", "--delete", delete, true },
	{ "-N", "--new-chain", nothing, true },
	{ "-P", "--policy", policy, true },
	{ "-F", "--flush", flush, false },
	{ "-Z", "--zero", nothing, false },
	{ "-X", "--delete-chain", nothing, false },
};

static const struct command *command(const struct token *t)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(t->text, commands[i].name) == 0 ||
		    strcmp(t->text, commands[i].alias) == 0)
			return &commands[i];

	return NULL;
}

static void flush_all(struct reading *r)
{
	for (struct chain *c = r->table ? r->table->first : NULL; c;
	     c = c->next)
		ruleset_flush_chain(r->ruleset, c);
}

static int run_command(struct reading *r, size_t at,
		       const struct counters *counters)
{
	const struct command *cmd =
		at < r->tokens.count ? command(word(r, at)) : NULL;
	const char *name;
	struct chain *c;

	if (!cmd) {
		complain(r, at < r->tokens.count ? word(r, at)->column : 0,
			 N_("%s is no command of iptables-restore."),
			 at < r->tokens.count ? word(r, at)->text : r->line);
		return 0;
	}
	if (!cmd->needs_chain && at + 1 >= r->tokens.count) {
		if (cmd->run == flush)
			flush_all(r);
		return 0;
	}

	name = chain_word(r, at);
	if (!name)
		return 0;

	c = chain(r, name);
	r->rule_column = word(r, at)->column;
	return c ? cmd->run(r, at, c, counters) : -ENOMEM;
}

/* "iptables -w -t nat -A …", as scripts have it: the command's index. */
static size_t skip_program(struct reading *r)
{
	const char *name = word(r, 0)->text, *slash = strrchr(name, '/');
	size_t at = 1;

	name = slash ? slash + 1 : name;
	if (strncmp(name, "iptables", 8) != 0 &&
	    strncmp(name, "ip6tables", 9) != 0)
		return 0;

	/* Each line of a script names its own table. */
	r->family = name[2] == '6' ? TABLE_IP6 : TABLE_IP;
	r->table_hint = NULL;
	r->table = NULL;
	while (at < r->tokens.count && !command(word(r, at))) {
		if ((strcmp(word(r, at)->text, "-t") == 0 ||
		     strcmp(word(r, at)->text, "--table") == 0) &&
		    at + 1 < r->tokens.count) {
			r->table_hint = arena_string(r->ruleset->arena,
						     word(r, ++at)->text);
			r->failed |= !r->table_hint;
		}
		at++;
	}
	return at;
}

static int read_rule(struct reading *r)
{
	struct counters counters = { 0 };
	size_t at = skip_program(r);

	if (r->failed)
		return -ENOMEM;

	if (word(r, 0)->text[0] == '[') {
		read_counters(r, word(r, 0), &counters);
		at = 1;
	}
	return run_command(r, at, &counters);
}

/* "# Generated by iptables-nft-save v1.8.9": whose dump it is. */
static void read_comment(struct reading *r, const struct read_hint *hint)
{
	const char *by = strstr(r->line, "Generated by ");

	if (!by)
		return;

	by += strlen("Generated by ");
	if (hint->family == TABLE_FAMILY_COUNT)
		r->family = strncmp(by, "ip6", 3) == 0 ? TABLE_IP6 : TABLE_IP;
	if (hint->engine == ENGINE_COUNT)
		r->engine = strstr(by, "nf_tables") || strstr(by, "-nft-")
				    ? ENGINE_IPTABLES_NFT
				    : ENGINE_LEGACY;
}

static void note_last(struct reading *r, size_t at)
{
	r->last_line = r->place.line;
	r->last = r->text + at;
	r->last_len = r->line_len;
}

/* The line that begins at that byte of the text. */
static int read_line(struct reading *r, const struct read_hint *hint, size_t at)
{
	const char *first;
	int err;

	if (r->line[strspn(r->line, " \t\r")] == '#') {
		read_comment(r, hint);
		return 0;
	}

	arena_clear(r->ruleset->scratch);
	first = r->line + strspn(r->line, " \t\r");
	/* A declared chain's name is read without regard to quotes within it;
	 * all of it may be in quotes. */
	r->tokens.is_plain = first[0] == ':' && first[1] != '"';
	err = tokens_read(&r->tokens, r->ruleset->scratch, r->line,
			  r->line_len);
	if (err || !r->tokens.count)
		return err;
	if (r->tokens.is_open)
		complain(r, 0, N_("A quote is not closed in: %s"), r->line);

	first = word(r, 0)->text;
	if (first[0] == '*') {
		err = begin_table(r);
		note_last(r, at);
		return err;
	}
	note_last(r, at);
	if (first[0] == ':')
		return declare_chain(r);
	if (strcmp(first, "COMMIT") == 0) {
		r->table = NULL;
		r->has_star = false;
		return 0;
	}
	return read_rule(r);
}

int save_read(struct ruleset *ruleset, const char *file, const char *text,
	      size_t len, const struct read_hint *hint)
{
	struct reading r = {
		.ruleset = ruleset,
		.file = file,
		.engine = hint->engine == ENGINE_COUNT ? ENGINE_LEGACY
						       : hint->engine,
		.family = hint->family,
		.table_hint = hint->table,
		.place = { file, hint->line ? hint->line : 1 },
		.text = text,
		.len = len,
	};
	int err = 0;

	if (r.family == TABLE_FAMILY_COUNT)
		r.family = save_family(file, text, len);

	for (size_t at = 0; at < len && !err; r.place.line++) {
		const char *end = memchr(text + at, '\n', len - at);

		r.line_len = end ? (size_t)(end - text) - at : len - at;
		text_clear(&r.buffer);
		text_bytes(&r.buffer, text + at, r.line_len);
		r.line = text_string(&r.buffer);
		err = text_ok(&r.buffer) ? read_line(&r, hint, at) : -ENOMEM;
		at += r.line_len + 1;
	}

	if (!err && r.table && r.has_star)
		miss_commit(&r);
	text_done(&r.buffer);
	tokens_done(&r.tokens);
	return err;
}
