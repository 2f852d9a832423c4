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
	"sysctl",		"ip",			 "conntrack",
	"ipset",		"nft",			 "iptables",
	"ip6tables",		"iptables-legacy",	 "ip6tables-legacy",
	"iptables-nft",		"ip6tables-nft",	 "iptables-restore",
	"ip6tables-restore",	"iptables-legacy-restore",
	"ip6tables-legacy-restore", "iptables-nft-restore",
	"ip6tables-nft-restore",
};

bool rehearse_apply_can(const struct fix_change *c)
{
	const char *name;

	if (c->kind == CHANGE_RULES)
		return true;
	if (c->kind != CHANGE_RUN || c->run.is_restart || !c->run.argv ||
	    !c->run.argv[0])
		return false;
	name = strrchr(c->run.argv[0], '/');
	name = name ? name + 1 : c->run.argv[0];
	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		if (!strcmp(name, harmless[i]))
			return true;

	return false;
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
	/* What cannot be written again is tried as it is. */
	if (err == -ENOENT) {
		ret->script = from->script;
		ret->undo = from->undo;
		err = 0;
	}
	return err;
}

static const char *const *tool_of(const struct rules_change *c)
{
	static const char *const legacy[] = { "iptables-legacy-restore", "-c",
					      "--noflush", NULL };
	static const char *const legacy6[] = { "ip6tables-legacy-restore", "-c",
					       "--noflush", NULL };
	static const char *const nft[] = { "iptables-nft-restore", "-c",
					   "--noflush", NULL };
	static const char *const nft6[] = { "ip6tables-nft-restore", "-c",
					    "--noflush", NULL };
	static const char *const own[] = { "nft", "-f", "-", NULL };
	bool is_v6 = c->family == TABLE_IP6;

	if (c->engine == ENGINE_LEGACY)
		return is_v6 ? legacy6 : legacy;
	if (c->engine == ENGINE_IPTABLES_NFT)
		return is_v6 ? nft6 : nft;
	return own;
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

static int apply_one(struct rehearsing *s, const struct fix_change *c,
		     const char **ret_why)
{
	struct rehearse_done *d = &s->done[s->done_count];
	struct room_command command = { 0 };
	struct rules_change rules;
	int err = 0;

	*d = (struct rehearse_done){ .change = c };
	if (c->kind == CHANGE_RULES) {
		err = for_room(s, &c->rules, &rules);
		command.argv = tool_of(&rules);
		command.input = rules.script;
		d->undo = (struct room_command){ .argv = command.argv,
						 .input = rules.undo };
		d->has_undo = rules.undo;
	} else {
		command.argv = c->run.argv;
		d->undo.argv = c->run.undo;
		d->has_undo = c->run.undo;
	}
	if (!err)
		err = run_one(s, &command, ret_why);
	if (!err)
		s->done_count++;
	return err;
}

int rehearse_apply(struct rehearsing *s, const char **ret_why)
{
	const struct fix_candidate *c = s->c;
	int err = 0;

	s->was_all_tried = true;
	s->done = arena_alloc(s->arena, (c->now_count + 1) * sizeof(*s->done));
	if (!s->done)
		return -ENOMEM;
	for (size_t i = 0; i < c->now_count && !err; i++) {
		if (rehearse_apply_can(&c->now[i])) {
			err = apply_one(s, &c->now[i], ret_why);
			continue;
		}
		s->was_all_tried = false;
		rehearse_rows_stand_in(
			s,
			fix_words(s->p, _("This part of the change cannot be "
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
