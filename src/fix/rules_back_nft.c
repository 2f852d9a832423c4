/* Of nft: a rule is known by its handle, which no other rule of the table ever gets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fix/align.h"
#include "fix/rules_back.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"

static const char handle_mark[] = " # handle ";

struct back_rule {
	unsigned long long handle;
	const char *chain, *words; /* without counts */
	bool is_ours;
};

/* The rules of one table, in their order. */
struct back_table {
	struct back_rule *list;
	size_t count;
	bool is_there;
};

struct backing {
	const struct rules_back *back;
	struct rules_change change; /* with handles as they are now */
	struct arena *arena;
	struct back_table before, now;
	int err;
};

/* Of a rule that is no more: no rule's. */
#define GONE (1ULL << 63)

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static const char *copy(struct backing *b, const char *s, size_t len)
{
	const char *ret = arena_copy(b->arena, s, len);

	if (!ret)
		b->err = -ENOMEM;
	return ret ? ret : "";
}

/* Without what grows by itself, and without spaces at both ends. */
static const char *plain(struct backing *b, const char *s, size_t len)
{
	struct text t = TEXT_NULL;
	const char *ret;

	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	rules_same_text(&t, s, len);
	while (t.len && (t.data[t.len - 1] == '\n' || t.data[t.len - 1] == ' '))
		text_cut(&t, t.len - 1);
	ret = copy(b, text_string(&t), t.len);
	text_done(&t);
	return ret;
}

/* "table inet filter {": behind it, or NULL. */
static const char *find_table(const struct rules_change *c, const char *text)
{
	struct text head = TEXT_NULL;
	const char *ret = NULL;

	text_format(&head, "table %s %s {", table_family_names[c->family],
		    c->table);
	for (; *text && !ret && text_ok(&head); text = next_line(text))
		if (!strncmp(text, text_string(&head), head.len))
			ret = next_line(text);
	text_done(&head);
	return ret;
}

/* "# handle 7" at the line's end; NULL: it has none. */
static const char *mark_of(const char *line, size_t len)
{
	const char *at = NULL, *more = line;
	const char *end = line + len;

	while ((more = memmem(more, (size_t)(end - more), handle_mark,
			      sizeof(handle_mark) - 1)))
		at = more++;
	return at;
}

static void read_line(struct backing *b, struct back_table *t, const char *line,
		      const char **chain)
{
	static const char head[] = "\tchain ";
	size_t len = strcspn(line, "\n");
	const char *mark = mark_of(line, len);

	if (!strncmp(line, head, sizeof(head) - 1)) {
		line += sizeof(head) - 1;
		*chain = copy(b, line, strcspn(line, " {\n"));
	} else if (mark && mark != line && mark[-1] != '{' && *chain) {
		t->list[t->count++] = (struct back_rule){
			.handle = strtoull(mark + sizeof(handle_mark) - 1, NULL,
					   10),
			.chain = *chain,
			.words = plain(b, line, (size_t)(mark - line)),
		};
	}
}

static void read_table(struct backing *b, struct back_table *t,
		       const char *text)
{
	const char *at = find_table(b->back->change, text), *chain = NULL;
	size_t lines = 1;

	t->is_there = at != NULL;
	for (const char *s = at; s && *s && *s != '}'; s = next_line(s))
		lines++;
	t->list = arena_alloc(b->arena, lines * sizeof(*t->list));
	if (!t->list)
		b->err = -ENOMEM;
	for (; t->list && at && *at && *at != '}'; at = next_line(at))
		read_line(b, t, at, &chain);
}

static struct back_rule *find(const struct back_table *t,
			      unsigned long long handle)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].handle == handle)
			return &t->list[i];

	return NULL;
}

/* "insert rule inet filter input handle 7 words": the command, and what is behind
 * the chain's name. */
struct back_command {
	char what; /* 'a', 'i', 'd' */
	const char *chain, *words;
	unsigned long long handle; /* 0: none */
	const char *line;
	size_t len, handle_at, handle_len; /* within the line */
};

static const char *skip_words(const char *s, unsigned count)
{
	while (count-- && *s && *s != '\n') {
		s += strcspn(s, " \n");
		s += *s == ' ';
	}
	return s;
}

static bool read_command(struct backing *b, const char *line,
			 struct back_command *ret)
{
	const char *at, *place;

	*ret = (struct back_command){ .what = *line,
				      .line = line,
				      .len = strcspn(line, "\n") };
	if (strncmp(line, "add rule ", 9) != 0 &&
	    strncmp(line, "insert rule ", 12) != 0 &&
	    strncmp(line, "delete rule ", 12) != 0)
		return false;
	at = skip_words(line, 4);
	ret->chain = copy(b, at, strcspn(at, " \n"));
	at = skip_words(at, 1);
	place = at;
	if (!strncmp(at, "handle ", 7) || !strncmp(at, "index ", 6)) {
		if (*at == 'h')
			ret->handle = strtoull(at + 7, NULL, 10);
		at = skip_words(at, 2);
		ret->handle_at = (size_t)(place - line);
		ret->handle_len = (size_t)(at - place);
	}
	ret->words = plain(b, at, (size_t)(line + ret->len - at));
	return true;
}

/* A rule that came, by its words, or else the first that came to its chain. */
static struct back_rule *find_new(struct backing *b, const char *chain,
				  const char *words)
{
	struct back_rule *ret = NULL;

	for (size_t i = 0; i < b->now.count; i++) {
		struct back_rule *r = &b->now.list[i];

		if (r->is_ours || strcmp(r->chain, chain) != 0 ||
		    (words && strcmp(r->words, words) != 0) ||
		    find(&b->before, r->handle))
			continue;
		if (!ret || r->handle < ret->handle)
			ret = r;
	}

	return ret;
}

/* What nft would have told of it. 0; 1: it was not done; -EINVAL. */
static int make_echo(struct backing *b, struct text *echo)
{
	bool is_sure = b->back->is_done, is_other = false;

	for (const char *s = b->change.script; *s; s = next_line(s)) {
		struct back_command c;
		struct back_rule *r;

		if (!read_command(b, s, &c)) {
			is_other |= *s != '\n';
			continue;
		}
		if (c.what == 'd') {
			if (!is_sure && find(&b->now, c.handle))
				return 1;
			/* Handles never come again. */
			is_sure = true;
			continue;
		}
		r = find_new(b, c.chain, c.words);
		if (!r && is_sure)
			r = find_new(b, c.chain, NULL);
		if (!r && !is_sure)
			return 1;
		if (r)
			r->is_ours = true;
		/* Others took it away: 0 is no rule's. */
		text_format(echo, "add rule # handle %llu\n",
			    r ? r->handle : 0);
	}

	return is_other ? -EINVAL : b->err;
}

/* Where the rule stood before, and who of its neighbours is still there. */
static const struct back_rule *
neighbour(const struct backing *b, unsigned long long handle, bool is_next)
{
	const struct back_rule *at = find(&b->before, handle);
	const struct back_rule *end = b->before.list + b->before.count;

	while (at && at >= b->before.list && at < end) {
		const struct back_rule *r = find(&b->now, at->handle);

		if (r && !strcmp(r->chain, at->chain))
			return r;
		at += is_next ? 1 : -1;
	}

	return NULL;
}

/* The rule by which a place was told is gone: the next that is still there. */
static void put_elsewhere(struct backing *b, struct text *out,
			  const struct back_command *c)
{
	const struct back_rule *next = neighbour(b, c->handle, true);
	const struct back_rule *last = neighbour(b, c->handle, false);
	const char *rest = c->line + c->handle_at + c->handle_len;
	const char *place = skip_words(c->line, 1);

	text_str(out, next ? "insert " : "add ");
	text_bytes(out, place, (size_t)(c->line + c->handle_at - place));
	if (next || last)
		text_format(out, "handle %llu ",
			    next ? next->handle : last->handle);
	text_bytes(out, rest, (size_t)(c->line + c->len - rest));
	text_char(out, '\n');
}

/* The undo, but for what others have taken away. */
static bool put_lines(struct backing *b, struct text *out, const char *undo)
{
	bool has_put = false;

	for (const char *s = undo; *s; s = next_line(s)) {
		struct back_command c;

		if (read_command(b, s, &c) && c.handle_len &&
		    (c.what == 'd' || c.handle) && !find(&b->now, c.handle)) {
			if (c.what == 'd')
				continue;
			put_elsewhere(b, out, &c);
		} else {
			text_bytes(out, s, strcspn(s, "\n"));
			text_char(out, '\n');
		}
		has_put = true;
	}

	return has_put;
}

/* Each rule as one line: its chain and its words. */
static struct align_line *lines_of(struct backing *b,
				   const struct back_table *t)
{
	struct align_line *list =
		arena_alloc(b->arena, (t->count + 1) * sizeof(*list));

	if (!list)
		b->err = -ENOMEM;
	for (size_t i = 0; list && i < t->count; i++) {
		struct text line = TEXT_NULL;

		text_format(&line, "%s %s", t->list[i].chain, t->list[i].words);
		list[i].words = copy(b, text_string(&line), line.len);
		text_done(&line);
	}
	return list;
}

/* With the handles that the rules meant have now. */
static const char *renumber(struct backing *b, const char *script,
			    const unsigned long long *now)
{
	struct text out = TEXT_NULL;
	const char *ret;

	for (const char *s = script; *s && !b->err; s = next_line(s)) {
		size_t len = strcspn(s, "\n"), at = 0;
		struct back_command c;
		const struct back_rule *r = NULL;

		if (read_command(b, s, &c) && c.handle)
			r = find(&b->before, c.handle);
		if (r) {
			at = c.handle_at + c.handle_len;
			text_bytes(&out, s, c.handle_at);
			text_format(&out, "handle %llu%s",
				    now[r - b->before.list],
				    at < len ? " " : "");
		}
		text_bytes(&out, s + at, len - at);
		text_char(&out, '\n');
	}
	ret = text_ok(&out) ? copy(b, text_string(&out), out.len) : "";
	text_done(&out);
	return ret;
}

/* After another boot rules are the same by their words alone. */
static void renumber_all(struct backing *b)
{
	struct align_line *x = lines_of(b, &b->before);
	struct align_line *y = lines_of(b, &b->now);
	unsigned long long *now =
		arena_alloc(b->arena, (b->before.count + 1) * sizeof(*now));
	size_t common;

	if (!now)
		b->err = -ENOMEM;
	if (b->err)
		return;
	b->err = align(b->arena, x, b->before.count, y, b->now.count, &common);
	for (size_t i = 0; i < b->before.count; i++)
		now[i] = x[i].twin == ALIGN_NONE
				 ? GONE + i
				 : b->now.list[x[i].twin].handle;
	b->change.script = renumber(b, b->change.script, now);
	b->change.undo = renumber(b, b->change.undo, now);
	for (size_t i = 0; i < b->before.count; i++)
		b->before.list[i].handle = now[i];
}

static int go_back(struct backing *b, struct text *out)
{
	struct text echo = TEXT_NULL, undo = TEXT_NULL;
	int ret = 0;

	read_table(b, &b->before, b->back->before);
	read_table(b, &b->now, b->back->now);
	if (b->err)
		return b->err;
	/* With the table the change is gone. */
	if (!b->now.is_there)
		return 1;

	if (b->back->is_other_boot)
		renumber_all(b);
	if (b->err)
		return b->err;
	if (*b->back->echo && !b->back->is_other_boot)
		text_str(&echo, b->back->echo);
	else
		ret = make_echo(b, &echo);
	if (!ret)
		ret = rules_edit_undo(&undo, &b->change, text_string(&echo));
	if (!ret && !put_lines(b, out, text_string(&undo)))
		ret = 1;
	text_done(&echo);
	text_done(&undo);
	return ret ? ret : b->err;
}

int rules_back_nft(struct text *out, const struct rules_back *back)
{
	struct backing b = { .back = back,
			     .change = *back->change,
			     .arena = arena_new() };
	size_t start = out->len;
	int ret = b.arena ? go_back(&b, out) : -ENOMEM;

	if (!ret && !text_ok(out))
		ret = -ENOMEM;
	if (ret)
		text_cut(out, start);
	arena_free(b.arena);
	return ret;
}
