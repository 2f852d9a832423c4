#include "ruleset/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "ruleset/listing_phrases.h"
#include "ruleset/save_family.h"
#include "ruleset/save_rule.h"

/* Which columns a chain's rows have, by its head. */
struct columns {
	bool has_number, has_counters, has_interfaces;
};

struct reading {
	struct ruleset *ruleset;
	enum engine engine;
	enum table_family family;
	const char *table_name; /* NULL: told by the chains */
	struct table *table;
	struct chain *chain;
	struct columns columns;
	bool wants_head; /* the line after a chain's */
	struct tokens tokens;
	struct place place;
	const char *text, *end; /* all of it */
	const char *line;       /* terminated */
	size_t len;
};

static void complain(const struct reading *r, const char *sentence,
		     const char *what)
{
	problems_add(r->ruleset->problems,
		     &(struct problem){ .file = r->place.file,
					.line = r->place.line,
					.excerpt = r->line },
		     /* Each sentence was made for one word. */
		     _(sentence), what);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *skip_spaces(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

static size_t word_length(const char *s)
{
	size_t len = 0;

	while (s[len] && !is_space(s[len]))
		len++;
	return len;
}

/* "Chain INPUT (policy DROP 5 packets, 300 bytes)", in any language: a word,
 * a name, a bracket. */
struct chain_line {
	const char *name;
	size_t name_len;
	const char *inside; /* what is after the bracket */
};

static bool is_chain_line(const char *line, struct chain_line *ret)
{
	const char *s = line;
	size_t len = word_length(s);

	if (!len || is_space(line[0]) || memchr(s, '(', len))
		return false;

	s = skip_spaces(s + len);
	ret->name = s;
	ret->name_len = word_length(s);
	s = skip_spaces(s + ret->name_len);
	if (!ret->name_len || *s != '(' || !strchr(s, ')'))
		return false;

	ret->inside = s + 1;
	return strncmp(line, "Chain", 5) == 0 || strstr(s, "ACCEPT") ||
	       strstr(s, "DROP") || (s[1] >= '0' && s[1] <= '9');
}

static bool is_named(const struct chain_line *c, const char *name)
{
	return strlen(name) == c->name_len &&
	       memcmp(name, c->name, c->name_len) == 0;
}

/* The table that the chains from here on make up, up to one that comes a
 * second time. */
static const char *guess_table(const char *s, const char *end)
{
	static const char *const names[] = { "PREROUTING", "INPUT", "FORWARD",
					     "OUTPUT", "POSTROUTING" };
	bool seen[5] = { false };

	while (s < end) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		char line[200] = "";
		size_t len = (size_t)((stop ? stop : end) - s);
		struct chain_line c;

		memcpy(line, s, len < sizeof(line) ? len : sizeof(line) - 1);
		s += len + 1;
		if (!is_chain_line(line, &c))
			continue;
		for (size_t i = 0; i < 5; i++) {
			if (!is_named(&c, names[i]))
				continue;
			if (seen[i])
				s = end;
			seen[i] = true;
		}
	}

	return save_family_by_chains(seen);
}

static int new_table(struct reading *r)
{
	const char *name = r->table_name;

	if (!name)
		name = guess_table(r->text, r->end);
	r->table = ruleset_table(r->ruleset, r->engine, r->family, name);
	if (!r->table)
		return -ENOMEM;
	if (!r->table->place.file)
		r->table->place = r->place;
	return 0;
}

/* "policy DROP 5 packets, 300 bytes", whatever the words are. */
static void read_policy(struct chain *c, const char *inside)
{
	struct counters *n = &c->counters;
	bool is_first = true;

	if (strstr(inside, "DROP"))
		c->policy = ACTION_DROP;
	for (const char *s = inside; *s && *s != ')'; s++) {
		uint64_t value;
		char *end;

		if (*s < '0' || *s > '9')
			continue;
		value = strtoull(s, &end, 10);
		value *= *end == 'K'   ? 1000
			 : *end == 'M' ? 1000000
			 : *end == 'G' ? 1000000000
				       : 1;
		*(is_first ? &n->packets : &n->bytes) = value;
		n->known = !is_first;
		is_first = false;
		s = end - 1;
	}
}

static int begin_chain(struct reading *r, const struct chain_line *line)
{
	const char *name =
		arena_copy(r->ruleset->arena, line->name, line->name_len);
	struct chain *c;
	int err;

	if (!name)
		return -ENOMEM;

	/* The same chain once more: the next table. */
	c = r->table ? ruleset_find_chain(r->table, name) : NULL;
	if (c && c->place.file == r->place.file && !r->table_name)
		r->table = NULL;
	err = r->table ? 0 : new_table(r);
	if (err)
		return err;

	c = ruleset_chain(r->ruleset, r->table, name);
	if (!c)
		return -ENOMEM;

	c->place = r->place;
	if (ruleset_builtin(c))
		read_policy(c, line->inside);
	r->chain = c;
	r->wants_head = true;
	return 0;
}

/* The heads themselves may be of any language: their number tells, and the one
 * that no version translates. */
static bool read_head(struct reading *r)
{
	size_t words = 0;

	for (const char *s = skip_spaces(r->line); *s;) {
		size_t len = word_length(s);

		words++;
		s = skip_spaces(s + len);
	}

	r->columns = (struct columns){ 0 };
	r->columns.has_counters = r->columns.has_interfaces = words >= 9;
	r->columns.has_number = words == 6 || words == 10;
	return words == 5 || words == 6 || words == 9 || words == 10;
}

/* What a row says, cut apart. */
struct row {
	char *target, *protocol, *option, *in, *out, *source, *destination;
	const char *rest;
	struct counters counters;
};

/* 12K packets are 12,000: what is left out is not known. */
static const char *read_count(const char *s, uint64_t *ret)
{
	static const struct {
		char letter;
		uint64_t factor;
	} factors[] = { { 'K', 1000 },
			{ 'M', 1000000 },
			{ 'G', 1000000000 },
			{ 'T', 1000000000000 } };

	char *end;

	s = skip_spaces(s);
	*ret = strtoull(s, &end, 10);
	if (end == s)
		return NULL;

	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		if (*end == factors[i].letter) {
			*ret *= factors[i].factor;
			end++;
			break;
		}

	return is_space(*end) ? end : NULL;
}

static const char *take(struct reading *r, const char *s, char **ret)
{
	size_t len;

	s = skip_spaces(s);
	len = word_length(s);
	*ret = len ? arena_copy(r->ruleset->arena, s, len) : NULL;
	return s + len;
}

static bool is_option_word(const char *s)
{
	s = skip_spaces(s);
	return (s[0] == '-' && (s[1] == '-' || s[1] == 'f') &&
		is_space(s[2])) ||
	       (s[0] == '!' && s[1] == 'f' && is_space(s[2]));
}

/* A rule without a target leaves its column empty. */
static bool has_target(const char *s)
{
	const char *first = skip_spaces(s);
	const char *second = skip_spaces(first + word_length(first));

	if (is_option_word(first + word_length(first)))
		return false;
	if (is_option_word(second + word_length(second)))
		return true;
	return first - s < 10;
}

static bool cut(struct reading *r, struct row *ret)
{
	const char *s = r->line;
	uint64_t number;

	if (r->columns.has_number)
		s = read_count(s, &number);
	if (s && r->columns.has_counters) {
		s = read_count(s, &ret->counters.packets);
		if (s)
			s = read_count(s, &ret->counters.bytes);
		ret->counters.known = s;
	}
	if (!s)
		return false;

	if (has_target(s))
		s = take(r, s, &ret->target);
	s = take(r, s, &ret->protocol);
	/* Old versions left the option out for IPv6. */
	if (is_option_word(s))
		s = take(r, s, &ret->option);
	if (r->columns.has_interfaces) {
		s = take(r, s, &ret->in);
		s = take(r, s, &ret->out);
	}
	s = take(r, s, &ret->source);
	s = take(r, s, &ret->destination);
	ret->rest = s;
	return ret->destination;
}

static void say(struct text *out, const char *option, const char *value)
{
	const char *s = value;

	if (*s == '!') {
		text_str(out, "! ");
		s++;
	}
	text_str(out, option);
	text_char(out, ' ');
	listing_quote(out, s, strlen(s));
	text_char(out, ' ');
}

static bool is_any_interface(const char *s)
{
	return strcmp(s, "*") == 0 || strcmp(s, "any") == 0;
}

/* "default" is how very old versions wrote it. */
static bool is_any_address(const char *s)
{
	return strcmp(s, "anywhere") == 0 || strcmp(s, "default") == 0;
}

static bool is_any_protocol(const char *s)
{
	return strcmp(s, "all") == 0 || strcmp(s, "0") == 0 ||
	       strcmp(s, "any") == 0;
}

static void say_address(struct text *out, const char *option, const char *s,
			bool is_v6)
{
	if (is_any_address(s))
		return;
	if (*s == '!' && is_any_address(s + 1))
		say(out, option, is_v6 ? "!::/0" : "!0.0.0.0/0");
	else
		say(out, option, s);
}

static void say_base(struct text *out, const struct row *row, bool is_v6)
{
	say_address(out, "-s", row->source, is_v6);
	say_address(out, "-d", row->destination, is_v6);
	if (row->in && !is_any_interface(row->in))
		say(out, "-i", row->in);
	if (row->out && !is_any_interface(row->out))
		say(out, "-o", row->out);
	if (!is_any_protocol(row->protocol))
		say(out, "-p", row->protocol);
	if (row->option && strcmp(row->option, "-f") == 0)
		text_str(out, "-f ");
	if (row->option && strcmp(row->option, "!f") == 0)
		text_str(out, "! -f ");
}

/* The row as the words of a save file. */
static void translate(struct text *out, const struct row *row, bool is_v6)
{
	struct listing_words w = { 0 };

	say_base(out, row, is_v6);
	listing_phrases(&w, row->rest, row->target);
	text_bytes(out, w.matches.data, w.matches.len);
	if (row->target) {
		text_str(out, w.is_goto ? " -g " : " -j ");
		text_str(out, row->target);
		text_char(out, ' ');
		text_bytes(out, w.target.data, w.target.len);
	}
	if (!text_ok(&w.matches) || !text_ok(&w.target))
		out->failed = true;
	listing_words_done(&w);
}

static int fill(struct reading *r, struct rule *rule, const char *words)
{
	struct save_rule in = {
		.ruleset = r->ruleset,
		.words = &r->tokens,
		.line = words,
		.excerpt = r->line,
		.is_v6 = r->family == TABLE_IP6,
		.hides_interfaces = !r->columns.has_interfaces,
	};
	int err = tokens_read(&r->tokens, r->ruleset->scratch, words,
			      strlen(words));

	return err ? err : save_rule_read(&in, rule);
}

static int add_rule(struct reading *r, const struct row *row)
{
	struct arena *a = r->ruleset->arena;
	struct rule *rule = arena_alloc(a, sizeof(*rule));
	struct text out = TEXT_NULL;
	const char *words;
	int err;

	translate(&out, row, r->family == TABLE_IP6);
	arena_clear(r->ruleset->scratch);
	words = text_ok(&out)
			? arena_string(r->ruleset->scratch, text_string(&out))
			: NULL;
	text_done(&out);
	if (!rule || !words)
		return -ENOMEM;

	rule->chain = r->chain;
	rule->place = r->place;
	rule->counters = row->counters;
	rule->is_incomplete = !r->columns.has_interfaces;
	rule->text = arena_string(a, skip_spaces(r->line));
	if (!rule->text)
		return -ENOMEM;

	err = fill(r, rule, words);
	if (!err)
		ruleset_insert_rule(r->ruleset, r->chain, rule, 0);
	if (!err && rule->is_incomplete)
		ruleset_note(r->ruleset, &(struct place){ r->place.file, 0 },
			     _("iptables -L without -v hides the interfaces: "
			       "whether a rule asks for one stays open. "
			       "iptables -S or iptables-save shows all."));
	return err == -ENOMEM ? err : 0;
}

/* "Table: nat", as init scripts print between listings. */
static bool read_table_line(struct reading *r)
{
	static const char *const names[] = { "filter", "nat", "mangle", "raw",
					     "security" };
	const char *colon = strrchr(r->line, ':');
	const char *s;

	if (!colon || memchr(r->line, ' ', (size_t)(colon - r->line)))
		return false;

	s = skip_spaces(colon + 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == word_length(s) &&
		    strncmp(names[i], s, word_length(s)) == 0) {
			r->table_name = names[i];
			r->table = NULL;
			return true;
		}

	return false;
}

static int read_line(struct reading *r)
{
	struct chain_line line = { 0 };
	struct row row = { 0 };

	if (!*skip_spaces(r->line) || r->line[0] == '#')
		return 0;
	if (is_chain_line(r->line, &line))
		return begin_chain(r, &line);
	if (r->wants_head && read_head(r)) {
		r->wants_head = false;
		return 0;
	}
	if (read_table_line(r))
		return 0;
	if (!r->chain || !cut(r, &row)) {
		complain(r, N_("This is no row of a listing: %s"), r->line);
		return 0;
	}
	return add_rule(r, &row);
}

static size_t trimmed(const char *s, size_t len)
{
	while (len && is_space(s[len - 1]))
		len--;
	return len;
}

int listing_read(struct ruleset *ruleset, const char *file, const char *text,
		 size_t len, const struct read_hint *hint)
{
	struct reading r = {
		.ruleset = ruleset,
		.engine = hint->engine == ENGINE_COUNT ? ENGINE_LEGACY
						       : hint->engine,
		.family = hint->family,
		.table_name = hint->table,
		.place = { file, hint->line ? hint->line : 1 },
		.text = text,
		.end = text + len,
	};
	int err = 0;

	if (r.family == TABLE_FAMILY_COUNT)
		r.family = save_family(file, text, len);

	while (r.text < r.end && !err) {
		size_t left = (size_t)(r.end - r.text);
		const char *end = memchr(r.text, '\n', left);

		r.len = end ? (size_t)(end - r.text) : left;
		r.line = arena_copy(ruleset->arena, r.text,
				    trimmed(r.text, r.len));
		err = r.line ? read_line(&r) : -ENOMEM;
		r.text += r.len < left ? r.len + 1 : left;
		r.place.line++;
	}

	tokens_done(&r.tokens);
	return err;
}
