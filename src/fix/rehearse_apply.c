/*
 * The candidate's changes in the room, by their very commands, and taken back.
 * nft's handles are the kernel's to give, and other ones in the room: the edits
 * are written again for its rules.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/rehearse_parts.h"
#include "fix/rules_edit.h"

/* Programs whose whole effect is in the network namespace. */
static const char *const harmless[] = {
	"sysctl",
	"ip",
	"conntrack",
	"ipset",
	"nft",
	"iptables",
	"ip6tables",
	"iptables-legacy",
	"ip6tables-legacy",
	"iptables-nft",
	"ip6tables-nft",
	"iptables-restore",
	"ip6tables-restore",
	"iptables-legacy-restore",
	"ip6tables-legacy-restore",
	"iptables-nft-restore",
	"ip6tables-nft-restore",
};

/* The edits of rules that it is, or that stand for a manager's command. */
static const struct rules_change *rules_of(const struct fix_change *c)
{
	if (c->kind == CHANGE_RULES)
		return &c->rules;

	return c->kind == CHANGE_RUN ? c->run.stand_in : NULL;
}

static bool is_harmless(const char *program)
{
	const char *name = strrchr(program, '/');

	name = name ? name + 1 : program;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		if (!strcmp(name, harmless[i]))
			return true;

	return false;
}

/* No room has the host's IPsec and its neighbours. */
static bool is_of_room(const char *const *argv)
{
	size_t i = 1;

	if (strcmp(argv[0], "ip") != 0)
		return true;
	while (argv[i] && argv[i][0] == '-')
		i++;

	return argv[i] && strcmp(argv[i], "xfrm") != 0 &&
	       strncmp(argv[i], "neigh", 5) != 0;
}

bool rehearse_apply_can(const struct fix_change *c)
{
	if (rules_of(c))
		return true;
	if (c->kind != CHANGE_RUN || c->run.is_restart || !c->run.argv ||
	    !c->run.argv[0])
		return false;

	/* What is done there has to be taken back there. */
	return is_harmless(c->run.argv[0]) && is_of_room(c->run.argv) &&
	       (!c->run.undo || !c->run.undo[0] || is_harmless(c->run.undo[0]));
}

static const struct rule *rule_at(const struct chain *c, unsigned number)
{
	for (const struct rule *r = c ? c->first : NULL; r; r = r->next)
		if (r->number == number)
			return r;

	return NULL;
}

static uint64_t handle_at(const struct chain *c, unsigned number)
{
	const struct rule *r = rule_at(c, number);

	return r ? r->handle : 0;
}

/* The same edits, of the rules as the room has them. */
static int for_room(struct rehearsing *s, const struct rules_change *from,
		    struct rules_change *ret)
{
	const struct table *t;
	struct rule_edit *edits;
	int err;

	*ret = *from;
	if (!from->edit_count)
		return 0;
	edits = (void *)arena_copy(s->arena, from->edits,
				   from->edit_count * sizeof(*edits));
	t = ruleset_find_table(s->rules, from->engine, from->family,
			       from->table);
	if (!edits)
		return -ENOMEM;

	for (size_t i = 0; i < from->edit_count; i++) {
		const struct chain *c =
			t ? ruleset_find_chain(t, edits[i].chain) : NULL;

		edits[i].handle = handle_at(c, edits[i].number);
		edits[i].to_handle = handle_at(c, edits[i].to_number);
	}
	ret->edits = edits;
	err = rules_edit_script(s->rules, s->arena, ret);
	return err;
}

static int run_one(struct rehearsing *s, struct room_command *c,
		   const char **ret_why)
{
	int err = room_run(s->room, s->arena, c, 1);

	if (err || !c->status)
		return err;
	*ret_why = fix_words(s->p, "%s: %.*s", c->argv[0],
			     (int)strcspn(c->complaint, "\n"), c->complaint);
	return 1;
}

/* What nft told of the new rules goes into the undo. */
static int keep_undo(struct rehearsing *s, const struct rules_change *c,
		     const struct room_command *did, struct room_command *ret)
{
	struct text undo = TEXT_NULL;
	int err = rules_edit_undo(&undo, c, did->output);

	ret->argv = did->argv;
	ret->input = err ? NULL : arena_string(s->arena, text_string(&undo));
	text_done(&undo);
	return err || ret->input ? err : -ENOMEM;
}

static int apply_rules(struct rehearsing *s, const struct rules_change *from,
		       struct rehearse_done *d, const char **ret_why)
{
	struct room_command command = { 0 };
	struct rules_change rules;
	int err = for_room(s, from, &rules);

	if (err == -ENOENT || err == -EINVAL) {
		*ret_why = _("The rule is not there.");
		return 1;
	}
	if (err)
		return err;

	command.argv = rules_edit_argv(s->arena, &rules);
	command.input = rules.script;
	err = command.argv ? run_one(s, &command, ret_why) : -ENOMEM;
	if (err || !rules.undo)
		return err;
	d->has_undo = true;
	return keep_undo(s, &rules, &command, &d->undo);
}

static int apply_one(struct rehearsing *s, const struct fix_change *c,
		     const char **ret_why)
{
	struct rehearse_done *d = &s->done[s->done_count];
	const struct rules_change *rules = rules_of(c);
	struct room_command command = { 0 };
	int err = 0;

	*d = (struct rehearse_done){ .change = c };
	if (rules) {
		if (rules->edit_count)
			err = apply_rules(s, rules, d, ret_why);
	} else {
		command.argv = c->run.argv;
		d->undo.argv = c->run.undo;
		d->has_undo = c->run.undo;
		err = run_one(s, &command, ret_why);
	}
	if (!err)
		s->done_count++;
	return err;
}

/* Numbers and handles of a change are those that the changes before it left. */
static int read_again(struct rehearsing *s)
{
	struct text dump = TEXT_NULL;
	struct fix_rules_source source = { 0 };
	struct ruleset *rules = NULL;
	int err = room_rules(s->room, &dump);

	source.gathered = dump.data;
	source.gathered_len = dump.len;
	if (!err)
		err = fix_rules_read(&source, s->problems, &rules);
	if (!err) {
		ruleset_free(s->rules);
		s->rules = rules;
	}
	text_done(&dump);
	return err;
}

static bool is_of_rules(const struct fix_change *c)
{
	return c->kind == CHANGE_RULES ||
	       (c->kind == CHANGE_RUN && c->run.stand_in);
}

int rehearse_apply(struct rehearsing *s, const char **ret_why)
{
	const struct fix_candidate *c = s->c;
	bool is_changed = false; /* the rules */
	int err = 0;

	s->was_all_tried = true;
	s->done = arena_alloc(s->arena, (c->now_count + 1) * sizeof(*s->done));
	if (!s->done)
		return -ENOMEM;
	for (size_t i = 0; i < c->now_count && !err; i++) {
		if (c->now[i].kind == CHANGE_RUN && c->now[i].run.stand_in)
			rehearse_rows_stand_in(
				s,
				fix_words(
					s->p,
					_("%s is not in the room: the rules that it makes are put in by themselves."),
					c->now[i].run.argv[0]));
		if (rehearse_apply_can(&c->now[i])) {
			if (is_changed && is_of_rules(&c->now[i]))
				err = read_again(s);
			if (!err)
				err = apply_one(s, &c->now[i], ret_why);
			is_changed |= is_of_rules(&c->now[i]);
			continue;
		}
		s->was_all_tried = false;
		rehearse_rows_stand_in(
			s, fix_words(s->p,
				     _("This part of the change cannot be "
				       "tried in a room: %s"),
				     c->now[i].text ? c->now[i].text : c->id));
	}

	return err;
}

int rehearse_apply_undo(struct rehearsing *s, const char **ret_why)
{
	int err = 0;

	for (size_t i = s->done_count; i-- && !err;)
		if (s->done[i].has_undo)
			err = run_one(s, &s->done[i].undo, ret_why);

	return err;
}
