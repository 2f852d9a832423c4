#include "fix/rule_lines.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* From the line's first byte on; at the end: the terminating zero. */
static const char *line_at(const char *content, uint64_t line)
{
	while (line > 1 && *content) {
		content += strcspn(content, "\n");
		content += *content == '\n';
		line--;
	}
	return content;
}

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

static bool begins(const char *s, const char *word)
{
	return !strncmp(s, word, strlen(word));
}

/* What changes how what stands behind is read. */
struct braces {
	int depth;
	bool in_quotes;
	bool goes_on; /* a backslash ends the line */
};

static void take_line(struct braces *b, const char *line)
{
	size_t len = line_length(line);

	b->goes_on = len && line[len - 1] == '\\';
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '"')
			b->in_quotes = !b->in_quotes;
		else if (b->in_quotes)
			continue;
		else if (line[i] == '#')
			break;
		else if (line[i] == '{')
			b->depth++;
		else if (line[i] == '}')
			b->depth--;
	}
	b->in_quotes = false;
}

static bool is_shared(const struct rule *rule)
{
	for (const struct rule *r = rule->chain->first; r; r = r->next)
		if (r != rule && r->place.line == rule->place.line &&
		    text_same(r->place.file, rule->place.file))
			return true;

	return false;
}

static bool is_added(const char *line)
{
	if (begins(line, "nft "))
		line = skip_blanks(line + 4);

	return begins(line, "add rule ");
}

/* Heads of blocks, and what else a chain's block holds. */
static bool is_head(const char *line)
{
	static const char *const heads[] = { "table ",  "chain ",  "type ",
					     "policy ", "insert ", "include ",
					     "}" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (begins(line, heads[i]))
			return true;

	return false;
}

static int nft_span(const char *content, const struct rule *rule,
		    struct line_span *ret, enum line_form *form)
{
	const char *line = line_at(content, rule->place.line);
	const char *words = skip_blanks(line);
	struct braces b = { 0 };
	uint64_t last = rule->place.line;

	if (is_head(words))
		return -ENOENT;

	*form = is_added(words) ? LINE_ADD : LINE_BLOCK;
	for (;; last++) {
		take_line(&b, line);
		if (b.depth <= 0 && !b.goes_on)
			break;
		line += line_length(line);
		if (!*line)
			return -ENOENT;
		line++;
	}
	/* The chain's own brace stands behind it. */
	if (b.depth < 0)
		return -ENOENT;

	*ret = (struct line_span){ rule->place.line, last };
	return 0;
}

int rule_lines_of(const char *content, const struct rule *rule,
		  struct line_span *ret, enum line_form *form)
{
	const char *words;

	if (!rule->place.line || is_shared(rule))
		return -ENOENT;
	if (rule->chain->table->engine == ENGINE_NFT)
		return nft_span(content, rule, ret, form);

	words = skip_blanks(line_at(content, rule->place.line));
	if (*words != '-' && *words != '[')
		return -ENOENT;
	*form = LINE_SAVE;
	*ret = (struct line_span){ rule->place.line, rule->place.line };
	return 0;
}

/* The line of COMMIT of the table that this chain is in. */
static int save_end(const char *content, const struct chain *c, uint64_t *ret)
{
	uint64_t number = c->place.line;
	const char *line = line_at(content, number);

	if (!number)
		return -ENOENT;
	for (; *line; number++) {
		if (begins(skip_blanks(line), "COMMIT")) {
			*ret = number;
			return 0;
		}
		line += line_length(line);
		line += *line == '\n';
	}

	return -ENOENT;
}

static int block_end(const char *content, const struct chain *c, uint64_t *ret)
{
	uint64_t number = c->place.line;
	const char *line = line_at(content, number);
	struct braces b = { 0 };

	if (!number)
		return -ENOENT;
	for (; *line; number++) {
		take_line(&b, line);
		if (b.depth <= 0) {
			*ret = number;
			return number > c->place.line &&
					       *skip_blanks(line) == '}'
				       ? 0
				       : -ENOENT;
		}
		line += line_length(line);
		line += *line == '\n';
	}

	return -ENOENT;
}

int rule_lines_end(const char *content, const struct chain *c, uint64_t *ret,
		   enum line_form *form)
{
	struct line_span s;

	if (c->last && text_same(c->last->place.file, c->place.file) &&
	    !rule_lines_of(content, c->last, &s, form)) {
		*ret = s.last + 1;
		return 0;
	}
	if (c->table->engine == ENGINE_NFT) {
		*form = LINE_BLOCK;
		return block_end(content, c, ret);
	}
	*form = LINE_SAVE;
	return save_end(content, c, ret);
}

static const char *keep(struct arena *a, struct text *t)
{
	const char *ret = text_ok(t) ? arena_string(a, text_string(t)) : NULL;

	text_done(t);
	return ret;
}

const char *rule_lines_words(struct arena *a, const char *content,
			     const struct chain *c, uint64_t beside,
			     enum line_form form, const char *words)
{
	const char *line = line_at(content, beside);
	struct text t = TEXT_NULL;

	text_bytes(&t, line, (size_t)(skip_blanks(line) - line));
	switch (form) {
	case LINE_SAVE:
		text_clear(&t);
		text_format(&t, "-A %s %s\n", c->name, words);
		break;
	case LINE_ADD:
		text_format(&t, "add rule %s %s %s %s\n",
			    table_family_names[c->table->family],
			    c->table->name, c->name, words);
		break;
	case LINE_BLOCK:
		if (*skip_blanks(line) == '}')
			text_char(&t, '\t');
		text_format(&t, "%s\n", words);
		break;
	}
	return keep(a, &t);
}

const char *rule_lines_text(struct arena *a, const char *content,
			    struct line_span s)
{
	const char *from = line_at(content, s.first);
	const char *to = line_at(content, s.last + 1);
	struct text t = TEXT_NULL;

	text_bytes(&t, from, (size_t)(to - from));
	if (t.len && t.data[t.len - 1] != '\n')
		text_char(&t, '\n');
	return keep(a, &t);
}

const char *rule_lines_edit(struct arena *a, const char *content,
			    struct line_span out, uint64_t before,
			    const char *text)
{
	struct text t = TEXT_NULL;
	uint64_t number = 1;

	for (const char *line = content; *line; number++) {
		size_t len = line_length(line);

		if (number == before && text) {
			text_str(&t, text);
			text = NULL;
		}
		len += line[len] == '\n';
		if (number < out.first || number > out.last)
			text_bytes(&t, line, len);
		line += len;
	}
	if (text) {
		if (t.len && t.data[t.len - 1] != '\n')
			text_char(&t, '\n');
		text_str(&t, text);
	}
	return keep(a, &t);
}
