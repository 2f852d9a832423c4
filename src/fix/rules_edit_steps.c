#include "fix/rules_edit_steps.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"
#include "ruleset/save.h"

/* The edits while they are turned into steps. */
struct making {
	const struct table *table;
	const struct rules_change *change;
	struct arena *arena;
	struct rules_edit_steps *ret;
	unsigned adds;
};

const char *rules_edit_words(const struct rule *rule)
{
	const char *words = rule->words;
	struct text name = TEXT_NULL;

	if (!words || strncmp(words, "-A ", 3) != 0)
		return rule->listed ? rule->listed
				    : (rule->text ? rule->text : "");

	words += 3;
	save_print_name(&name, rule->chain->name);
	if (strncmp(words, text_string(&name), name.len) == 0)
		words += name.len;
	text_done(&name);
	return *words == ' ' ? words + 1 : words;
}

const struct rule *rules_edit_steps_rule(const struct chain *c, uint64_t handle,
					 unsigned number)
{
	for (const struct rule *rule = c->first; rule; rule = rule->next)
		if (handle ? rule->handle == handle : rule->number == number)
			return rule;

	return NULL;
}

/* As iptables-save would write them, so that they are found again. */
static int canonical(struct making *m, const char *chain, const char *words,
		     const char **ret)
{
	const struct read_hint hint = { .engine = m->change->engine,
					.family = m->change->family,
					.table = m->change->table,
					.line = 1 };
	struct problems *problems = problems_new();
	struct ruleset *r = problems ? ruleset_new(problems) : NULL;
	struct text line = TEXT_NULL;
	int err = r ? 0 : -ENOMEM;

	text_str(&line, "-A ");
	save_print_name(&line, chain);
	text_char(&line, ' ');
	text_str(&line, words);
	if (!err && !text_ok(&line))
		err = -ENOMEM;
	if (!err)
		err = save_read(r, "edit", text_string(&line), line.len, &hint);
	if (!err && (problems_count(problems) || r->rule_count != 1))
		err = -EINVAL;
	if (!err) {
		const struct chain *c = ruleset_find_chain(r->first, chain);

		*ret = arena_string(m->arena, rules_edit_words(c->first));
		err = *ret ? 0 : -ENOMEM;
	}
	text_done(&line);
	ruleset_free(r);
	problems_free(problems);
	return err;
}

/* A line more would be a command more. */
static int read_words(struct making *m, const struct rule_edit *e,
		      const char **ret)
{
	if (!e->words || !*e->words)
		return -EINVAL;
	if (m->change->engine == ENGINE_NFT) {
		*ret = arena_string(m->arena, e->words);
		return *ret ? 0 : -ENOMEM;
	}
	if (strpbrk(e->words, "\r\n"))
		return -EINVAL;

	return canonical(m, e->chain, e->words, ret);
}

static struct rules_edit_line *new_line(struct making *m, const struct chain *c)
{
	struct rules_edit_line *l = arena_alloc(m->arena, sizeof(*l));
	size_t size = c->rule_count + m->change->edit_count + 1;

	if (!l)
		return NULL;
	l->slots = arena_alloc(m->arena, size * sizeof(*l->slots));
	l->before = arena_alloc(m->arena, size * sizeof(*l->before));
	if (!l->slots || !l->before)
		return NULL;

	l->chain = c;
	for (const struct rule *rule = c->first; rule; rule = rule->next)
		l->slots[l->count++] = (struct rules_edit_slot){
			.rule = rule, .words = rules_edit_words(rule)
		};
	memcpy(l->before, l->slots, size * sizeof(*l->before));
	l->before_count = l->count;
	l->next = m->ret->lines;
	m->ret->lines = l;
	return l;
}

static struct rules_edit_line *line_of(struct making *m, const struct chain *c)
{
	for (struct rules_edit_line *l = m->ret->lines; l; l = l->next)
		if (l->chain == c)
			return l;

	return new_line(m, c);
}

static bool is_unique(const struct rules_edit_line *l, size_t at)
{
	for (size_t i = 0; i < l->count; i++)
		if (i != at &&
		    strcmp(l->slots[i].words, l->slots[at].words) == 0)
			return false;

	return true;
}

/* The slot stands at that index, now or for the last time. */
static void note(struct making *m, const struct rules_edit_line *l, size_t at,
		 bool is_add)
{
	struct rules_edit_step *s = &m->ret->list[m->ret->count++];

	*s = (struct rules_edit_step){ .is_add = is_add,
				       .chain = l->chain,
				       .number = (unsigned)at + 1,
				       .slot = l->slots[at],
				       .is_unique = is_unique(l, at) };
	if (at)
		s->previous = l->slots[at - 1];
	if (at + 1 < l->count)
		s->next = l->slots[at + 1];
}

static void add(struct making *m, struct rules_edit_line *l, size_t at,
		struct rules_edit_slot slot)
{
	slot.fresh = ++m->adds;
	memmove(&l->slots[at + 1], &l->slots[at],
		(l->count - at) * sizeof(*l->slots));
	l->slots[at] = slot;
	l->count++;
	note(m, l, at, true);
}

static void take(struct making *m, struct rules_edit_line *l, size_t at)
{
	note(m, l, at, false);
	l->count--;
	memmove(&l->slots[at], &l->slots[at + 1],
		(l->count - at) * sizeof(*l->slots));
}

/* Where that rule stands by now; NULL: at the end. */
static int find(const struct rules_edit_line *l, uint64_t handle,
		unsigned number, bool may_be_end, size_t *ret)
{
	const struct rule *rule =
		rules_edit_steps_rule(l->chain, handle, number);

	*ret = l->count;
	if (!rule)
		return may_be_end && !handle &&
				       number == l->chain->rule_count + 1
			       ? 0
			       : -ENOENT;

	for (size_t i = 0; i < l->count; i++)
		if (l->slots[i].rule == rule && !l->slots[i].fresh)
			*ret = i;
	return *ret < l->count ? 0 : -ENOENT;
}

static int insert(struct making *m, struct rules_edit_line *l,
		  const struct rule_edit *e)
{
	struct rules_edit_slot slot = { 0 };
	size_t at;
	int err = find(l, e->handle, e->number, true, &at);

	if (!err)
		err = read_words(m, e, &slot.words);
	if (!err)
		add(m, l, at, slot);
	return err;
}

static int delete (struct making *m, struct rules_edit_line *l,
		   const struct rule_edit *e)
{
	size_t at;
	int err = find(l, e->handle, e->number, false, &at);

	if (!err)
		take(m, l, at);
	return err;
}

/* iptables finds a rule by its words: it must go before it comes again. nft
 * finds its neighbour by a handle: it must come before the neighbour goes. */
static int move(struct making *m, struct rules_edit_line *l,
		const struct rule_edit *e)
{
	struct rules_edit_slot slot;
	size_t from, to;
	int err = find(l, e->handle, e->number, false, &from);

	if (!err)
		err = find(l, e->to_handle, e->to_number, true, &to);
	if (err)
		return err;

	slot = l->slots[from];
	if (m->change->engine == ENGINE_NFT) {
		add(m, l, to, slot);
		take(m, l, from + (to <= from));
		return 0;
	}
	take(m, l, from);
	add(m, l, to - (to > from), slot);
	return 0;
}

static int replace(struct making *m, struct rules_edit_line *l,
		   const struct rule_edit *e)
{
	struct rules_edit_slot slot = { 0 };
	size_t at;
	int err = find(l, e->handle, e->number, false, &at);

	if (!err)
		err = read_words(m, e, &slot.words);
	if (err)
		return err;

	add(m, l, at, slot);
	take(m, l, at + 1);
	return 0;
}

static int make(struct making *m, const struct rule_edit *e)
{
	static int (*const makers[])(struct making * m,
				     struct rules_edit_line * l,
				     const struct rule_edit *e) = {
		[EDIT_INSERT] = insert,
		[EDIT_DELETE] = delete,
		[EDIT_MOVE] = move,
		[EDIT_REPLACE] = replace,
	};
	const struct chain *c = ruleset_find_chain(m->table, e->chain);
	struct rules_edit_line *l;

	if (!c)
		return -ENOENT;
	l = line_of(m, c);
	return l ? makers[e->kind](m, l, e) : -ENOMEM;
}

int rules_edit_steps(const struct ruleset *r, struct arena *a,
		     const struct rules_change *c, struct rules_edit_steps *ret)
{
	struct making m = { .change = c, .arena = a, .ret = ret };
	int err = 0;

	*ret = (struct rules_edit_steps){ 0 };
	m.table = ruleset_find_table(r, c->engine, c->family, c->table);
	if (!m.table)
		return -ENOENT;

	/* No edit is more than one rule that goes and one that comes. */
	ret->list =
		arena_alloc(a, (2 * c->edit_count + 1) * sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (size_t i = 0; i < c->edit_count && !err; i++)
		err = make(&m, &c->edits[i]);

	return err;
}
