/* Of iptables: a rule is known by its number. */
#include "fix/rules_back.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fix/align.h"

enum { CHAINS = 8 };

/* One line of a script. */
struct back_op {
	char option;                          /* of -A, -C, -D, -I */
	const char *counters, *chain, *words; /* "" each: none */
	size_t number;                        /* 0: none */
};

/* A rule of a chain as the change left it, and where it is now. */
struct back_rule {
	const char *words;
	const char *now; /* the same words where it is there, by address */
	bool is_moved;   /* there, but at another place among the others */
};

/* One chain: before, as the change left it, now. */
struct back_chain {
	const char *name;
	struct align_line *before, *now;
	size_t before_count, now_count;
	const char **after; /* words */
	size_t after_count;
	/* What follows the undo line by line. */
	struct back_rule *left;
	const char **present; /* words, by address */
	size_t left_count, present_count;
	bool is_gone; /* there is no such chain any more */
};

struct backing {
	const struct rules_back *back;
	struct arena *arena;
	struct back_chain chains[CHAINS];
	size_t chain_count, room; /* rules that may come to each chain */
	struct text *out;
	bool has_put;
	int err;
};

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

/* A word, with its quotes; what is behind it and the space. */
static const char *word(struct backing *b, const char **at)
{
	const char *s = *at, *ret;
	size_t len = *s == '"' ? 1 + strcspn(s + 1, "\"\n") : 0;

	len += strcspn(s + len, " \n");
	ret = arena_copy(b->arena, s, len);
	*at = s + len + (s[len] == ' ');
	if (!ret)
		b->err = -ENOMEM;
	return ret ? ret : "";
}

static const char *rest_of(struct backing *b, const char *at)
{
	const char *ret = arena_copy(b->arena, at, strcspn(at, "\n"));

	if (!ret)
		b->err = -ENOMEM;
	return ret ? ret : "";
}

/* "[12:3400] -I INPUT 5 words"; false: it is none. */
static bool read_op(struct backing *b, const char *line, struct back_op *ret)
{
	char *end;

	*ret = (struct back_op){ .counters = "" };
	if (*line == '[')
		ret->counters = word(b, &line);
	if (line[0] != '-' || !line[1] || line[2] != ' ')
		return false;
	ret->option = line[1];
	line += 3;
	ret->chain = word(b, &line);
	if (ret->option == 'D' || ret->option == 'I') {
		ret->number = strtoul(line, &end, 10);
		if (end == line || (*end && *end != ' ' && *end != '\n'))
			ret->number = 0;
		else
			line = end + (*end == ' ');
		if (ret->option == 'I' && !ret->number)
			ret->number = 1;
	}
	ret->words = rest_of(b, line);
	return true;
}

/* Behind "*table\n", or NULL. */
static const char *find_table(const char *text, const char *table)
{
	size_t len = strlen(table);

	for (; *text; text = next_line(text))
		if (*text == '*' && !strncmp(text + 1, table, len) &&
		    text[1 + len] == '\n')
			return next_line(text);

	return NULL;
}

/* Of that chain. NULL: there is none, or no memory. */
static struct align_line *read_chain(struct backing *b, const char *text,
				     const char *name, size_t *ret_count)
{
	const char *at = find_table(text, b->back->change->table);
	size_t most = 1, len = strlen(name);
	struct align_line *list = NULL;
	bool is_there = false;

	for (const char *s = at; s && *s && *s != '*'; s = next_line(s))
		most++;
	list = arena_alloc(b->arena, most * sizeof(*list));
	if (!list)
		b->err = -ENOMEM;
	*ret_count = 0;
	for (; list && at && *at && *at != '*'; at = next_line(at)) {
		struct back_op op;

		is_there |= *at == ':' && !strncmp(at + 1, name, len) &&
			    at[1 + len] == ' ';
		if (read_op(b, at, &op) && op.option == 'A' &&
		    !strcmp(op.chain, name))
			list[(*ret_count)++].words = op.words;
	}
	return is_there ? list : NULL;
}

static struct back_chain *new_chain(struct backing *b, const char *name)
{
	struct back_chain *c = &b->chains[b->chain_count++];

	*c = (struct back_chain){ .name = name };
	c->before = read_chain(b, b->back->before, name, &c->before_count);
	c->now = read_chain(b, b->back->now, name, &c->now_count);
	c->is_gone = !c->now;
	c->after = arena_alloc(b->arena,
			       (c->before_count + b->room) * sizeof(*c->after));
	c->left = arena_alloc(b->arena, (c->before_count + 2 * b->room) *
						sizeof(*c->left));
	c->present = arena_alloc(b->arena, (c->now_count + b->room) *
						   sizeof(*c->present));
	if (!c->after || !c->left || !c->present)
		b->err = -ENOMEM;
	if (b->err || !c->before)
		return NULL;

	for (; c->after_count < c->before_count; c->after_count++)
		c->after[c->after_count] = c->before[c->after_count].words;
	return c;
}

static struct back_chain *chain_of(struct backing *b, const char *name)
{
	for (size_t i = 0; i < b->chain_count; i++)
		if (!strcmp(b->chains[i].name, name))
			return &b->chains[i];

	return b->chain_count < CHAINS ? new_chain(b, name) : NULL;
}

static void insert(const char **list, size_t *count, size_t at,
		   const char *words)
{
	memmove(&list[at + 1], &list[at], (*count - at) * sizeof(*list));
	list[at] = words;
	(*count)++;
}

static void take(const char **list, size_t *count, size_t at)
{
	(*count)--;
	memmove(&list[at], &list[at + 1], (*count - at) * sizeof(*list));
}

/* What the script did to the chain, as iptables would. False: it could not. */
static bool do_op(struct backing *b, const struct back_op *op)
{
	struct back_chain *c = chain_of(b, op->chain);
	size_t at = 0;

	if (!c)
		return false;
	switch (op->option) {
	case 'C':
		return true;
	case 'A':
		insert(c->after, &c->after_count, c->after_count, op->words);
		return true;
	case 'I':
		if (op->number > c->after_count + 1)
			return false;
		insert(c->after, &c->after_count, op->number - 1, op->words);
		return true;
	case 'D':
		at = op->number ? op->number - 1 : 0;
		while (!op->number && at < c->after_count &&
		       strcmp(c->after[at], op->words) != 0)
			at++;
		if (at >= c->after_count)
			return false;
		take(c->after, &c->after_count, at);
		return true;
	}

	return false;
}

/* Line by line; false: one of them is none that is known. */
static bool each_op(struct backing *b, const char *script,
		    bool (*act)(struct backing *b, const struct back_op *op))
{
	for (; *script && !b->err; script = next_line(script)) {
		struct back_op op;

		if (strchr("*#\n", *script) || !strncmp(script, "COMMIT", 6))
			continue;
		if (!read_op(b, script, &op) || !act(b, &op))
			return false;
	}

	return !b->err;
}

/* How many lines are not in both. */
static size_t distance(struct backing *b, struct align_line *x, size_t x_count,
		       const struct back_chain *c)
{
	size_t common = 0;
	int err = align(b->arena, x, x_count, c->now, c->now_count, &common);

	if (err)
		b->err = err;
	return x_count + c->now_count - 2 * common;
}

static bool is_known(const struct back_chain *c, const char *now)
{
	for (size_t i = 0; i < c->left_count; i++)
		if (c->left[i].now == now)
			return true;

	return false;
}

/* The others, by their words alone. */
static void find_moved(struct back_chain *c)
{
	for (size_t i = 0; i < c->left_count; i++) {
		struct back_rule *r = &c->left[i];

		for (size_t k = 0; k < c->now_count && !r->now; k++) {
			if (strcmp(c->now[k].words, r->words) != 0 ||
			    is_known(c, c->now[k].words))
				continue;
			r->now = c->now[k].words;
			r->is_moved = true;
		}
	}
}

static bool is_fresh(const struct back_chain *c, const char *words)
{
	for (size_t i = 0; i < c->before_count; i++)
		if (c->before[i].words == words)
			return false;

	return true;
}

/* " -j ACCEPT", whatever stands behind. */
static bool does_same(const char *x, const char *y)
{
	const char *a = strstr(x, "-j "), *b = strstr(y, "-j ");
	size_t len = a ? strcspn(a + 3, " ") + 3 : 0;

	return a && b && !strncmp(a, b, len) && (!b[len] || b[len] == ' ');
}

/* The only one that stands between the rules around it and is nobody's. */
static const char *find_between(const struct back_chain *c, size_t at)
{
	size_t from = 0, to = c->now_count;
	const char *ret = NULL;

	for (size_t k = 0; k < c->now_count; k++)
		for (size_t i = 0; i < c->left_count; i++) {
			if (c->left[i].is_moved ||
			    c->left[i].now != c->now[k].words)
				continue;
			if (i < at)
				from = k + 1;
			else if (k < to)
				to = k;
		}
	for (size_t k = from; k < to; k++) {
		if (is_known(c, c->now[k].words))
			continue;
		if (ret)
			return NULL;
		ret = c->now[k].words;
	}

	return ret && does_same(ret, c->left[at].words) ? ret : NULL;
}

/* A tool may print what came in other words than it was given. How many. */
static size_t find_reworded(struct back_chain *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->left_count; i++) {
		if (c->left[i].now || !is_fresh(c, c->left[i].words))
			continue;
		c->left[i].now = find_between(c, i);
		count += c->left[i].now != NULL;
	}

	return count;
}

/* Where each rule that the change left is now. How far the rules are from what
 * they were before, and after it, is added. */
static void compare(struct backing *b, struct back_chain *c, size_t *before,
		    size_t *after)
{
	struct align_line *x =
		arena_alloc(b->arena, (c->after_count + 1) * sizeof(*x));

	if (!x) {
		b->err = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < c->after_count; i++)
		x[i].words = c->after[i];
	*before += distance(b, c->before, c->before_count, c);
	*after += distance(b, x, c->after_count, c);
	for (size_t i = 0; i < c->now_count; i++)
		c->present[i] = c->now[i].words;
	for (size_t i = 0; i < c->after_count; i++)
		c->left[i] = (struct back_rule){
			.words = c->after[i],
			.now = x[i].twin == ALIGN_NONE
				       ? NULL
				       : c->now[x[i].twin].words,
		};
	c->left_count = c->after_count;
	c->present_count = c->now_count;
	find_moved(c);
	*after -= 2 * find_reworded(c);
}

/* Its index, or the count. */
static size_t place_of(const struct back_chain *c, const char *now)
{
	size_t i = 0;

	while (i < c->present_count && c->present[i] != now)
		i++;
	return i;
}

static void put(struct backing *b, const struct back_op *op, char option,
		size_t number)
{
	if (*op->counters)
		text_format(b->out, "%s ", op->counters);
	text_format(b->out, "-%c %s", option, op->chain);
	if (number)
		text_format(b->out, " %zu", number);
	if (*op->words)
		text_format(b->out, " %s", op->words);
	text_char(b->out, '\n');
	b->has_put |= option != 'C';
}

static bool is_only(const struct back_chain *c, const char *words)
{
	size_t count = 0;

	for (size_t i = 0; i < c->present_count; i++)
		count += !strcmp(c->present[i], words);
	return count == 1;
}

static bool undo_delete(struct backing *b, struct back_chain *c,
			const struct back_op *op)
{
	size_t at = op->number ? op->number - 1 : 0, place;
	const char *now;

	while (!op->number && at < c->left_count &&
	       strcmp(c->left[at].words, op->words) != 0)
		at++;
	if (at >= c->left_count)
		return false;
	now = c->left[at].now;
	c->left_count--;
	memmove(&c->left[at], &c->left[at + 1],
		(c->left_count - at) * sizeof(*c->left));
	/* Somebody has taken it away. */
	if (!now)
		return true;

	place = place_of(c, now);
	if (!strcmp(op->words, now) && is_only(c, now)) {
		put(b, op, 'D', 0);
	} else {
		struct back_op numbered = *op;

		numbered.words = "";
		put(b, &numbered, 'D', place + 1);
	}
	take(c->present, &c->present_count, place);
	return true;
}

static bool is_anchor(const struct back_rule *r)
{
	return r->now && !r->is_moved;
}

/* Before what it stood before, else behind what it stood behind. At the end: behind
 * what was the last, before what others added. */
static size_t place_for(const struct back_chain *c, size_t at)
{
	for (size_t i = at; i < c->left_count; i++)
		if (is_anchor(&c->left[i]))
			return place_of(c, c->left[i].now);
	for (size_t i = at; i-- > 0;)
		if (is_anchor(&c->left[i]))
			return place_of(c, c->left[i].now) + 1;

	return c->present_count;
}

static bool undo_insert(struct backing *b, struct back_chain *c,
			const struct back_op *op)
{
	size_t at = op->option == 'A' ? c->left_count : op->number - 1, place;

	if (at > c->left_count)
		return false;
	place = place_for(c, at);
	put(b, op, place < c->present_count ? 'I' : 'A',
	    place < c->present_count ? place + 1 : 0);
	memmove(&c->left[at + 1], &c->left[at],
		(c->left_count - at) * sizeof(*c->left));
	c->left[at] = (struct back_rule){ op->words, op->words, false };
	c->left_count++;
	insert(c->present, &c->present_count, place, op->words);
	return true;
}

static bool undo_op(struct backing *b, const struct back_op *op)
{
	struct back_chain *c = chain_of(b, op->chain);

	if (!c)
		return false;
	if (op->option == 'D')
		return undo_delete(b, c, op);
	if (op->option == 'I' || op->option == 'A')
		return undo_insert(b, c, op);

	/* Guards of the places before: ours are those of now. */
	return op->option == 'C';
}

static size_t lines_of(const char *script)
{
	size_t count = 1;

	for (; *script; script = next_line(script))
		count++;
	return count;
}

static int go_back(struct backing *b)
{
	const struct rules_change *change = b->back->change;
	size_t before = 0, after = 0;

	if (!each_op(b, change->script, do_op))
		return b->err ? b->err : -EINVAL;
	for (size_t i = 0; i < b->chain_count; i++) {
		/* Whoever has removed the chain has removed the change. */
		if (b->chains[i].is_gone)
			return 1;
		compare(b, &b->chains[i], &before, &after);
	}
	if (b->err)
		return b->err;
	if (!before || (!b->back->is_done && after >= before))
		return 1;

	text_format(b->out, "*%s\n", change->table);
	if (!each_op(b, change->undo, undo_op))
		return b->err ? b->err : -EINVAL;
	text_str(b->out, "COMMIT\n");
	return b->has_put ? 0 : 1;
}

/* It is there, at another place. */
static void put_right(struct backing *b, struct back_chain *c, size_t at)
{
	struct back_rule *r = &c->left[at];
	struct back_op op = { .counters = "", .chain = c->name, .words = "" };
	size_t place = place_of(c, r->now);

	put(b, &op, 'D', place + 1);
	take(c->present, &c->present_count, place);
	place = place_for(c, at);
	op.words = r->words;
	put(b, &op, 'I', place + 1);
	insert(c->present, &c->present_count, place, r->now);
	r->is_moved = false;
}

static int mend(struct backing *b)
{
	const struct rules_change *change = b->back->change;
	size_t before = 0, after = 0;

	if (!each_op(b, change->script, do_op))
		return b->err ? b->err : -EINVAL;
	text_format(b->out, "*%s\n", change->table);
	for (size_t i = 0; i < b->chain_count && !b->err; i++) {
		struct back_chain *c = &b->chains[i];

		if (!c->is_gone)
			compare(b, c, &before, &after);
		for (size_t k = 0; k < c->left_count; k++)
			if (c->left[k].is_moved)
				put_right(b, c, k);
	}
	text_str(b->out, "COMMIT\n");
	return b->err ? b->err : b->has_put ? 0 : 1;
}

static int go(struct text *out, const struct rules_back *back,
	      int (*act)(struct backing *b))
{
	struct backing b = { .back = back, .arena = arena_new(), .out = out };
	size_t start = out->len;
	int ret = -ENOMEM;

	b.room = lines_of(back->change->script) + lines_of(back->change->undo);
	if (b.arena)
		ret = act(&b);
	if (!ret && !text_ok(out))
		ret = -ENOMEM;
	if (ret)
		text_cut(out, start);
	arena_free(b.arena);
	return ret;
}

int rules_back(struct text *out, const struct rules_back *back)
{
	return back->change->engine == ENGINE_NFT ? rules_back_nft(out, back)
						  : go(out, back, go_back);
}

int rules_back_mend(struct text *out, const struct rules_back *back)
{
	return back->change->engine == ENGINE_NFT ? 1 : go(out, back, mend);
}
