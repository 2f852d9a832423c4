#include "ruleset/tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void tokens_done(struct tokens *t)
{
	free(t->list);
	*t = (struct tokens){ 0 };
}

/* A zero, too: words are terminated strings. */
static bool is_space(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct token *add(struct tokens *t)
{
	if (t->count == t->capacity) {
		size_t capacity = t->capacity ? 2 * t->capacity : 64;
		struct token *list = realloc(t->list, capacity * sizeof(*list));

		if (!list)
			return NULL;
		t->list = list;
		t->capacity = capacity;
	}

	t->list[t->count] = (struct token){ 0 };
	return &t->list[t->count++];
}

/* One word from line[at] on, unquoted in place at to; where it ends. */
static size_t word(struct tokens *t, const char *line, size_t len, size_t at,
		   char **to)
{
	struct token *last = &t->list[t->count - 1];
	char *out = *to;
	bool is_quoted = false;

	last->text = out;
	last->column = at + 1;
	for (; at < len && (is_quoted || !is_space(line[at])); at++) {
		char c = line[at];

		if (c == '"' && !t->is_plain) {
			is_quoted = !is_quoted;
			last->is_quoted = true;
			continue;
		}
		if (is_quoted && c == '\\' && at + 1 < len)
			c = line[++at];
		if (c)
			*out++ = c;
	}

	t->is_open |= is_quoted;
	last->len = (size_t)(out - last->text);
	last->end = at;
	*out++ = '\0';
	*to = out;
	return at;
}

int tokens_read(struct tokens *t, struct arena *a, const char *line, size_t len)
{
	/* Every word is at least as long as it is unquoted, and a space or
	 * the line's end becomes its zero. */
	char *room = arena_alloc(a, len + 1);
	size_t at = 0;

	t->count = 0;
	t->is_open = false;
	if (!room)
		return -ENOMEM;

	for (;;) {
		while (at < len && is_space(line[at]))
			at++;
		if (at == len)
			return 0;
		if (!add(t))
			return -ENOMEM;
		at = word(t, line, len, at, &room);
	}
}
