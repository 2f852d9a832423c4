/*
 * Docker: rules of the user's own stand in DOCKER-USER, which it makes, jumps to
 * before all of its own, and leaves as it is. Nothing loads that chain's rules
 * at boot: a drop-in of its unit does it, behind Docker's start. With its nft
 * backend there is no such chain, and an ACCEPT elsewhere does not help, because
 * every base chain must let the packet pass.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/image.h"
#include "fix/manager.h"
#include "fix/rule_words.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

static const char user[] = "DOCKER-USER";
static const char folder[] = "/etc/systemd/system/docker.service.d";

static const char *place(const struct fix_planning *p,
			 const struct walk_blocker *b)
{
	const struct chain *c = b->verdict.chain;

	(void)p;
	return c && b->hook == HOOK_FORWARD &&
			       ruleset_find_chain(c->table, user)
		       ? user
		       : NULL;
}

/* A file of its own, so that nothing of Docker's is touched. */
static int keep(struct fix_planning *p, struct fix_candidate *c,
		const struct chain *chain, const char *words)
{
	const char *tool = chain->table->family == TABLE_IP6 ? "ip6tables"
							     : "iptables";
	const char *path = image_path(
		p, fix_words(p, "%s/kiriwake-%s-%u.conf", folder, tool,
			     (unsigned)p->plan->ask.port));
	struct fix_change *file;

	/* systemd reads % and quotes. */
	if (strpbrk(words, "%\"'\\$"))
		return 0;
	file = fix_change_lasting(p, c, CHANGE_FILE);
	if (!file)
		return -ENOMEM;
	file->text = fix_words(
		p,
		_("%s lets systemd add the rule whenever Docker has started, if it is not there yet."),
		path);
	file->undo_text = fix_words(p, _("%s goes."), path);
	file->file.path = path;
	file->file.before = image_content(p, NULL, 0, path);
	file->file.after = fix_words(
		p,
		"[Service]\nExecStartPost=/bin/sh -c '%1$s -w -C %2$s %3$s || %1$s -w -I %2$s %3$s'\n",
		tool, user, words);
	file->file.line = 1;
	file->file.mode = 0644;
	return 0;
}

static int insert(struct fix_planning *p, struct fix_candidate *c,
		  const struct chain *chain, const char *words)
{
	struct rule_edit e = { .kind = EDIT_INSERT,
			       .number = 1,
			       .words = words };
	struct rules_change *edit = stand_in_edit(p, chain, e);
	struct fix_change *now;
	bool passes;
	int err = edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;

	if (err)
		return err;
	manager_forget_now(c);
	now = fix_change_now(p, c, CHANGE_RULES);
	if (!now)
		return -ENOMEM;
	now->rules = *edit;
	return 0;
}

static void say_lasts(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i = image_now(p);
	bool is_on = !i || !i->boot.count ||
		     image_unit(i, "docker.service") >= 0;

	c->lasts = c->lasting_count && is_on ? FIX_LASTS_YES : FIX_LASTS_NO;
	if (!c->lasting_count)
		c->lasts_text =
			_("Docker leaves the rules of DOCKER-USER as they are while it runs, but nothing loads them after a reboot.");
	else if (is_on)
		c->lasts_text =
			_("Docker leaves the rules of DOCKER-USER as they are; after a reboot its unit adds this one again.");
	else
		c->lasts_text =
			_("Docker's unit is not enabled, so nothing makes its rules or this one at boot.");
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule), *to;
	int err = 0;

	if (!chain)
		return -ENOENT;
	to = ruleset_find_chain(chain->table, user);
	if (!to) {
		fix_remark(
			p,
			_("Docker wrote %s, and writes it again: no rule is proposed. Publish the port (docker run -p), or give Docker --bridge-accept-fwmark and mark what it is to let pass."),
			chain->name);
		return -ENOENT;
	}
	if (e->kind != EDIT_INSERT && chain != to) {
		fix_remark(
			p,
			_("Docker wrote %s, and writes it again when a container or itself starts: nothing is changed there."),
			chain->name);
		return -ENOENT;
	}

	if (e->kind == EDIT_INSERT) {
		if (chain != to)
			err = insert(p, c, to, e->words);
		if (!err)
			err = keep(p, c, to, e->words);
	}
	say_lasts(p, c);
	return err;
}

const struct manager manager_docker = {
	.id = "docker",
	.express = express,
	.place = place,
};
