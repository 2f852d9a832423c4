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
#include "base/text.h"
#include "fix/image.h"
#include "fix/manager.h"
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

/* The rule is put in once Docker has made the chain, if it is not there. */
static void put_start(struct text *out, const char *tool, const char *words)
{
	text_format(
		out,
		"ExecStartPost=/bin/sh -c '%1$s -w -C %2$s %3$s || %1$s -w -I %2$s %3$s'\n",
		tool, user, words);
}

/* systemd reads % and quotes. */
static bool is_plain(const char *words)
{
	return !strpbrk(words, "%\"'\\$");
}

/* A file of its own, so that nothing of Docker's is touched. */
static int keep(struct fix_planning *p, struct fix_candidate *c,
		const char *lines)
{
	const char *path =
		image_path(p, fix_words(p, "%s/kiriwake-%u.conf", folder,
					(unsigned)p->plan->ask.port));
	const char *before = image_content(p, NULL, 0, path);
	struct fix_change *file = fix_change_lasting(p, c, CHANGE_FILE);

	if (!file)
		return -ENOMEM;
	file->text = fix_words(
		p,
		_("%s lets systemd add the rule whenever Docker has started, if it is not there yet."),
		path);
	file->undo_text = fix_words(p, _("%s goes."), path);
	file->file.path = path;
	file->file.before = before;
	file->file.after =
		fix_words(p, "%s%s", before ? before : "[Service]\n", lines);
	file->file.line = 1;
	file->file.mode = 0644;
	return 0;
}

static void say_lasts(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i = image_now(p);
	bool is_on =
		!i || !i->boot.count || image_unit(i, "docker.service") >= 0;

	c->lasts = c->lasting_count && is_on ? FIX_LASTS_YES : FIX_LASTS_NO;
	if (!c->lasting_count)
		c->lasts_text = _(
			"Docker leaves the rules of DOCKER-USER as they are while it runs, but nothing loads them after a reboot.");
	else if (is_on)
		c->lasts_text = _(
			"Docker leaves the rules of DOCKER-USER as they are; after a reboot its unit adds this one again.");
	else
		c->lasts_text = _(
			"Docker's unit is not enabled, so nothing makes its rules or this one at boot.");
}

/* All of them new rules of DOCKER-USER: their lines of the drop-in. -ENOENT: one
 * stands elsewhere. */
static int collect(struct fix_planning *p, const struct fix_candidate *c,
		   struct text *lines)
{
	for (size_t i = 0; i < c->now_count; i++) {
		const struct rules_change *r = &c->now[i].rules;
		const struct rule_edit *e = r->edits;

		if (c->now[i].kind != CHANGE_RULES)
			continue;
		if (strcmp(e->chain, user) != 0) {
			if (!p->plan->first)
				fix_remark(
					p,
					_("Docker wrote %s, and writes it again when a container or itself starts: nothing is changed there."),
					e->chain);
			return -ENOENT;
		}
		/* The last becomes the first: each is put above all others. */
		if (e->kind == EDIT_INSERT && is_plain(e->words))
			put_start(lines,
				  r->family == TABLE_IP6 ? "ip6tables"
							 : "iptables",
				  e->words);
	}

	return 0;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule);
	struct text lines = TEXT_NULL;
	int err;

	if (!chain)
		return -ENOENT;
	if (!ruleset_find_chain(chain->table, user)) {
		fix_remark(
			p,
			_("Docker wrote %s, and writes it again: no rule is proposed. Publish the port (docker run -p), or give Docker --bridge-accept-fwmark and mark what it is to let pass."),
			chain->name);
		return -ENOENT;
	}

	err = collect(p, c, &lines);
	if (!err && !text_ok(&lines))
		err = -ENOMEM;
	if (!err && lines.len)
		err = keep(p, c, text_string(&lines));
	text_done(&lines);
	if (!err)
		say_lasts(p, c);
	return err;
}

const struct manager manager_docker = {
	.id = "docker",
	.express = express,
	.place = place,
	.is_file = true,
};
