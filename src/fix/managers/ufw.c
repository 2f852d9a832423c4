/*
 * ufw (0.36): "ufw allow …", which changes the rules in force and its file at
 * once. A rule of the user's stands in ufw-user-input (ufw6-user-input), in the
 * order of /etc/ufw/user.rules; "insert N" counts those of IPv4 first, then
 * those of IPv6, and of a rule that takes several lines one. What stands in its
 * other chains is in before.rules and after.rules, which are edited by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/manager.h"
#include "fix/rule_words.h"
#include "fix/rules_edit.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

enum { SPEC_WORDS = 24, WORD = 64 };

/* Its rules as user.rules and user6.rules have them. */
struct tuples {
	const char *text; /* of this family; "" where it cannot be read */
	bool is_read;
	unsigned v4; /* how many are IPv4's, and so counted before IPv6's */
};

static const char tuple[] = "### tuple ### ";

static bool begins(const char *s, const char *word)
{
	return !strncmp(s, word, strlen(word));
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

static unsigned count_tuples(const char *text)
{
	unsigned count = 0;

	for (const char *s = text; s && *s; s = next_line(s))
		count += begins(s, tuple);
	return count;
}

static struct tuples read_tuples(struct fix_planning *p, bool is_v6)
{
	const char *four =
		image_content(p, NULL, 0, image_path(p, "/etc/ufw/user.rules"));
	const char *six = image_content(p, NULL, 0,
					image_path(p, "/etc/ufw/user6.rules"));
	const char *text = is_v6 ? six : four;

	return (struct tuples){ .text = text ? text : "",
				.is_read = four && text,
				.v4 = count_tuples(four) };
}

/* The tuple that made the chain's rule of this number; its number among the
 * family's, from 1; NULL: it is in none. */
static const char *tuple_of(const struct tuples *t, const char *chain,
			    unsigned number, unsigned *ret)
{
	const char *last = NULL;
	size_t len = strlen(chain);

	*ret = 0;
	for (const char *s = t->text; *s; s = next_line(s)) {
		if (begins(s, tuple)) {
			last = s;
			++*ret;
		}
		if (begins(s, "-A ") && begins(s + 3, chain) &&
		    s[3 + len] == ' ' && last && !--number)
			return last;
		if (begins(s, "### END RULES"))
			break;
	}

	return NULL;
}

static bool is_user_chain(const char *name)
{
	return begins(name, "ufw-user-") || begins(name, "ufw6-user-");
}

/* The chain of the user's own rules at that chain's hook. */
static const char *user_chain(const struct fix_planning *p,
			      const struct chain *c, enum hook hook)
{
	bool is_v6 = c->table->family == TABLE_IP6;
	const char *name = NULL;

	switch (hook) {
	case HOOK_INPUT:
		name = is_v6 ? "ufw6-user-input" : "ufw-user-input";
		break;
	case HOOK_OUTPUT:
		name = is_v6 ? "ufw6-user-output" : "ufw-user-output";
		break;
	case HOOK_FORWARD:
		name = is_v6 ? "ufw6-user-forward" : "ufw-user-forward";
		break;
	case HOOK_INGRESS:
	case HOOK_PREROUTING:
	case HOOK_POSTROUTING:
	case HOOK_EGRESS:
	case HOOK_NONE:
	case HOOK_COUNT:
		break;
	}
	(void)p;
	return name && ruleset_find_chain(c->table, name) ? name : NULL;
}

static enum hook hook_of(const struct chain *c)
{
	static const struct {
		const char *end;
		enum hook hook;
	} ends[] = { { "-input", HOOK_INPUT },
		     { "-output", HOOK_OUTPUT },
		     { "-forward", HOOK_FORWARD } };

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(c->name), n = strlen(ends[i].end);

		if (len > n && !strcmp(c->name + len - n, ends[i].end))
			return ends[i].hook;
	}

	return c->hook;
}

static const char *place(const struct fix_planning *p,
			 const struct walk_blocker *b)
{
	const struct chain *c = b->verdict.chain;

	return c ? user_chain(p, c, b->hook) : NULL;
}

/* What is said behind allow, deny, …: words of a command. */
struct spec {
	const char *word[SPEC_WORDS + 1];
	size_t count;
};

static void add(struct spec *s, const char *word)
{
	if (s->count < SPEC_WORDS)
		s->word[s->count++] = word;
}

static void add_pair(struct spec *s, const char *name, const char *value)
{
	if (!value[0])
		return;
	add(s, name);
	add(s, value);
}

static const char *copy(struct fix_planning *p, const char *s)
{
	return fix_words(p, "%s", s);
}

/* An address; "any" would be of both families. */
static const char *end_of(struct fix_planning *p, const char *address,
			  bool is_v6)
{
	if (address[0])
		return copy(p, address);
	return is_v6 ? "::/0" : "0.0.0.0/0";
}

/* "[route] allow [in on eth0] proto tcp from A to B port P" */
static bool spec_of_words(struct fix_planning *p, const struct chain *user,
			  const char *words, struct spec *s)
{
	bool is_v6 = user->table->family == TABLE_IP6;
	enum hook hook = hook_of(user);
	struct rule_words r;

	rule_words_read(&r, words);
	if (!r.is_whole || strcmp(r.verdict, "ACCEPT") != 0)
		return false;

	if (hook == HOOK_FORWARD)
		add(s, "route");
	add(s, "allow");
	if (hook == HOOK_OUTPUT)
		add(s, "out");
	if (r.in[0])
		add(s, "in");
	add_pair(s, "on", copy(p, r.in));
	if (r.out[0] && hook == HOOK_FORWARD)
		add(s, "out");
	add_pair(s, "on", copy(p, r.out));
	add_pair(s, "proto", copy(p, r.protocol));
	add_pair(s, "from", end_of(p, r.source, is_v6));
	add_pair(s, "port", copy(p, r.source_port));
	add_pair(s, "to",
		 r.source[0] && !r.destination[0]
			 ? "any"
			 : end_of(p, r.destination, is_v6));
	add_pair(s, "port", copy(p, r.port));
	return true;
}

static bool is_all(const char *address)
{
	return !strcmp(address, "0.0.0.0/0") || !strcmp(address, "::/0");
}

/* The same of "deny tcp 23 0.0.0.0/0 any 10.0.0.0/8 in": action, protocol,
 * destination's port and address, source's, direction. Those with an application's
 * profile, of routes, or that log are left to people. */
static bool spec_of_tuple(struct fix_planning *p, const char *line,
			  struct spec *s)
{
	char action[WORD], proto[WORD], dport[WORD], to[WORD], sport[WORD],
		from[WORD], direction[WORD];
	char *device;

	if (sscanf(line + sizeof(tuple) - 1,
		   "%63s %63s %63s %63s %63s %63s %63s", action, proto, dport,
		   to, sport, from, direction) != 7 ||
	    strpbrk(action, ":_") ||
	    (!begins(direction, "in") && !begins(direction, "out")))
		return false;

	device = strchr(direction, '_');
	if (device)
		*device++ = '\0';
	add(s, copy(p, action));
	add(s, copy(p, direction));
	add_pair(s, "on", device ? copy(p, device) : "");
	if (strcmp(proto, "any") != 0)
		add_pair(s, "proto", copy(p, proto));
	add_pair(s, "from", copy(p, from));
	if (strcmp(sport, "any") != 0)
		add_pair(s, "port", copy(p, sport));
	add_pair(s, "to", !is_all(from) && is_all(to) ? "any" : copy(p, to));
	if (strcmp(dport, "any") != 0)
		add_pair(s, "port", copy(p, dport));
	return true;
}

/* "ufw", [route], some words, then the spec. */
static const char *const *command(struct fix_planning *p, const char *verb,
				  unsigned number, const struct spec *s)
{
	const char **argv =
		arena_alloc(p->plan->arena, (s->count + 5) * sizeof(*argv));
	size_t n = 0, from = 0;

	if (!argv)
		return NULL;
	argv[n++] = "ufw";
	if (s->count && !strcmp(s->word[0], "route"))
		argv[n++] = s->word[from++];
	if (verb)
		argv[n++] = verb;
	if (number)
		argv[n++] = fix_words(p, "%u", number);
	while (from < s->count)
		argv[n++] = s->word[from++];
	return argv;
}

static const char *joined(struct fix_planning *p, const char *const *argv)
{
	const char *ret = argv[0];

	while (*++argv)
		ret = fix_words(p, "%s %s", ret, *argv);
	return ret;
}

static int run(struct fix_planning *p, struct fix_candidate *c,
	       const char *const *argv, const char *const *undo)
{
	struct fix_change *change = manager_run(p, c, false, argv, undo);

	if (!change || !undo)
		return -ENOMEM;
	change->text = fix_words(
		p,
		_("ufw changes the rules in force and its own file, which the next boot loads: %s"),
		joined(p, argv));
	change->undo_text =
		fix_words(p, _("ufw takes that back: %s"), joined(p, undo));
	return 0;
}

/* Its command writes the file: now and at boot are the same, if it is on. */
static void say_lasts(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i = image_now(p);
	int state = image_unit(i, "ufw.service");

	c->lasts = FIX_LASTS_YES;
	c->lasts_text =
		_("ufw writes it to its own file, which it loads at boot.");
	if (i && i->boot.count && state != BOOT_LOADED) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = _(
			"ufw writes it to its own file, but is not on at the next boot: ufw enable, systemctl enable ufw");
	}
}

/* The summary names what people would type. */
static int finish(struct fix_planning *p, struct fix_candidate *c)
{
	c->summary = joined(p, c->now[0].run.argv);
	for (size_t i = 1; i < c->now_count; i++)
		c->summary = fix_words(p, "%s; %s", c->summary,
				       joined(p, c->now[i].run.argv));
	say_lasts(p, c);
	return 0;
}

/* The rule of the chain that says the same; 0: none. ufw does not add what it
 * has. */
static unsigned has_same(struct fix_planning *p, const struct chain *user,
			 const struct spec *s)
{
	for (const struct rule *r = user->first; r; r = r->next) {
		const char *words =
			rule_words_for(p, user->table, rules_edit_words(r));
		struct spec other = { 0 };
		bool is_same = words && spec_of_words(p, user, words, &other) &&
			       other.count == s->count;

		for (size_t i = 0; is_same && i < s->count; i++)
			is_same = !strcmp(s->word[i], other.word[i]);
		if (is_same)
			return r->number;
	}

	return 0;
}

static int add_new(struct fix_planning *p, struct fix_candidate *c,
		   const struct chain *user, unsigned number, const char *words,
		   const struct spec *s)
{
	struct tuples t = read_tuples(p, user->table->family == TABLE_IP6);
	const struct rules_change *edit;
	unsigned at = 0;
	bool passes;
	int err;

	/* At the end, unless another of its rules refuses before. */
	edit = stand_in_edit(p, user,
			     (struct rule_edit){ .kind = EDIT_INSERT,
						 .number = user->rule_count + 1,
						 .words = words });
	err = edit ? stand_in_passes(p, edit, &passes) : -ENOMEM;
	if (!err && !passes && user->rule_count) {
		if (!t.is_read || !tuple_of(&t, user->name, number, &at)) {
			number = 1;
			at = 0;
		}
		edit = stand_in_edit(p, user,
				     (struct rule_edit){ .kind = EDIT_INSERT,
							 .number = number,
							 .words = words });
		if (!edit)
			return -ENOMEM;
	} else {
		passes = true;
	}
	if (!err)
		err = stand_in_effect(p, c, edit, &passes);
	if (err)
		return err;
	if (!passes)
		return -ENOENT;

	manager_forget_now(c);
	if (at && user->table->family == TABLE_IP6)
		at += t.v4;
	err = run(p, c,
		  command(p,
			  at ? "insert"
			  : edit->edits[0].number <= user->rule_count
				  ? "prepend"
				  : NULL,
			  at, s),
		  command(p, "delete", 0, s));
	return err ? err : finish(p, c);
}

static int delete_rule(struct fix_planning *p, struct fix_candidate *c,
		       const struct chain *user, unsigned number)
{
	bool is_v6 = user->table->family == TABLE_IP6, passes;
	struct tuples t = read_tuples(p, is_v6);
	const struct rules_change *edit = stand_in_edit(
		p, user,
		(struct rule_edit){ .kind = EDIT_DELETE, .number = number });
	struct spec s = { 0 };
	const char *line;
	unsigned at;
	int err;

	line = tuple_of(&t, user->name, number, &at);
	if (!line || !spec_of_tuple(p, line, &s))
		return -ENOENT;
	err = edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;
	if (err)
		return err;

	manager_forget_now(c);
	/* Behind the last it cannot be inserted, but is added. */
	if (at == count_tuples(t.text))
		at = 0;
	else if (is_v6)
		at += t.v4;
	err = run(p, c, command(p, "delete", 0, &s),
		  command(p, at ? "insert" : NULL, at, &s));
	return err ? err : finish(p, c);
}

static const struct rule *rule_at(const struct chain *c, unsigned number)
{
	const struct rule *r = c->first;

	while (r && r->number != number)
		r = r->next;
	return r;
}

/* ufw moves a rule by deleting it first: better the ACCEPT above what denies, than
 * that it denies nobody for a moment. */
static int turn_round(struct fix_planning *p, const struct chain *user,
		      const struct rule_edit *e, struct rule_edit *ret)
{
	const struct rule *rule = rule_at(user, e->number);
	struct rule_words w = { 0 };
	const struct rules_change *edit;
	bool passes = false;
	int err;

	*ret = *e;
	if (rule)
		rule_words_read(&w, rules_edit_words(rule));
	if (e->to_number < e->number + 2 || !strcmp(w.verdict, "ACCEPT"))
		return 0;
	rule = rule_at(user, e->to_number - 1);
	ret->number = e->to_number - 1;
	ret->to_number = e->number;
	ret->words = rule ? rules_edit_words(rule) : NULL;
	edit = rule ? stand_in_edit(p, user, *ret) : NULL;
	err = edit ? stand_in_passes(p, edit, &passes) : -ENOMEM;
	if (!err && !passes)
		*ret = *e;
	return err;
}

static int move_rule(struct fix_planning *p, struct fix_candidate *c,
		     const struct chain *user, const struct rule_edit *wanted)
{
	struct rule_edit turned;
	const struct rule_edit *e = &turned;
	bool is_v6 = user->table->family == TABLE_IP6;
	struct tuples t = read_tuples(p, is_v6);
	const char *line, *const *away, *const *back, *const *there;
	unsigned at, to, before = is_v6 ? t.v4 : 0;
	const struct rules_change *edit;
	struct spec s = { 0 };
	bool passes;
	int err = turn_round(p, user, wanted, &turned);

	line = err ? NULL : tuple_of(&t, user->name, e->number, &at);
	if (!line || !spec_of_tuple(p, line, &s))
		return err ? err : -ENOENT;
	if (!tuple_of(&t, user->name, e->to_number, &to))
		to = 0;
	/* It is gone when it comes again. */
	else if (to > at)
		to--;

	edit = stand_in_edit(p, user, *e);
	err = edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;
	if (err)
		return err;
	manager_forget_now(c);
	away = command(p, "delete", 0, &s);
	there = command(p, to ? "insert" : NULL, to ? to + before : 0, &s);
	back = command(p, at < count_tuples(t.text) ? "insert" : NULL,
		       at < count_tuples(t.text) ? at + before : 0, &s);
	err = run(p, c, away, back);
	if (!err)
		err = run(p, c, there, away);
	return err ? err : finish(p, c);
}

static int add_rule(struct fix_planning *p, struct fix_candidate *c,
		    const struct chain *user, unsigned number,
		    const char *words)
{
	struct spec s = { 0 };
	unsigned same;

	words = rule_words_for(p, user->table, words);
	if (!words || !spec_of_words(p, user, words, &s))
		return -ENOENT;

	same = has_same(p, user, &s);
	if (same > number)
		return move_rule(p, c, user,
				 &(struct rule_edit){ .kind = EDIT_MOVE,
						      .number = same,
						      .to_number = number,
						      .words = words });
	return same ? -ENOENT : add_new(p, c, user, number, words, &s);
}

static int express_user(struct fix_planning *p, struct fix_candidate *c,
			const struct chain *chain, const struct rule_edit *e)
{
	switch (e->kind) {
	case EDIT_INSERT:
		return add_rule(p, c, chain, e->number, e->words);
	case EDIT_DELETE:
		return delete_rule(p, c, chain, e->number);
	case EDIT_MOVE:
		return move_rule(p, c, chain, e);
	case EDIT_REPLACE:
		break;
	}

	return -ENOENT;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule);
	const char *name;
	int err = -ENOENT;

	if (!chain)
		return -ENOENT;
	if (is_user_chain(chain->name))
		return express_user(p, c, chain, e);

	/* An ACCEPT is a rule of the user's, wherever it was thought of. */
	name = e->kind == EDIT_INSERT ? user_chain(p, chain, hook_of(chain))
				      : NULL;
	if (name)
		err = add_rule(p, c, ruleset_find_chain(chain->table, name), 1,
			       e->words);
	return err == -ENOENT ? kept_file_express(p, c) : err;
}

const struct manager manager_ufw = {
	.id = "ufw",
	.express = express,
	.place = place,
};
