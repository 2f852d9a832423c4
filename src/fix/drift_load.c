/*
 * The boot as it would be: in a room that holds no rules, each unit's texts are
 * handed to the tool that the unit hands them to, in their order; then the tools
 * are asked what there is. So what a tool refuses, or takes otherwise than was
 * thought, is seen.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/drift.h"
#include "fix/drift_words.h"
#include "fix/image.h"
#include "fix/rehearse.h"
#include "ruleset/model.h"

static const char *restore_tool(const struct boot_step *s)
{
	static const char *const names[2][ENGINE_COUNT + 1] = {
		{ [ENGINE_LEGACY] = "iptables-legacy-restore",
		  [ENGINE_IPTABLES_NFT] = "iptables-nft-restore",
		  [ENGINE_NFT] = "iptables-nft-restore",
		  [ENGINE_COUNT] = "iptables-restore" },
		{ [ENGINE_LEGACY] = "ip6tables-legacy-restore",
		  [ENGINE_IPTABLES_NFT] = "ip6tables-nft-restore",
		  [ENGINE_NFT] = "ip6tables-nft-restore",
		  [ENGINE_COUNT] = "ip6tables-restore" },
	};

	return names[s->family == TABLE_IP6][s->engine];
}

static void fill(struct fix_planning *p, const struct boot_step *s,
		 struct room_command *ret)
{
	ret->input = s->text;
	switch (s->tool) {
	case BOOT_NFT:
		ret->argv = fix_argv(p, "nft", "-f", "-", NULL);
		ret->input = image_whole(p, s->file, s->text);
		break;
	case BOOT_IPSET:
		ret->argv = fix_argv(p, "ipset", "-exist", "restore", NULL);
		break;
	case BOOT_RESTORE:
		ret->argv = fix_argv(p, restore_tool(s), "-w", "5",
				     s->adds ? "--noflush" : NULL, NULL);
		break;
	}
}

size_t drift_commands(struct fix_planning *p, const struct boot *b,
		      struct room_command **ret)
{
	struct room_command *all;
	size_t count = 0;

	for (const struct boot_step *s = b->first_step; s; s = s->next)
		count++;
	*ret = NULL;
	all = arena_alloc(p->plan->arena, (count + 1) * sizeof(*all));
	if (!all)
		return 0;
	*ret = all;
	for (const struct boot_step *s = b->first_step; s; s = s->next)
		fill(p, s, all++);
	return count;
}

/* A file that its tool refuses loads nothing. */
static void note_refused(struct fix_planning *p, const struct boot_step *s,
			 const struct room_command *commands, struct boot *b)
{
	for (; s; s = s->next, commands++) {
		if (!commands->status || b->count == BOOT_ROWS)
			continue;
		b->row[b->count++] = (struct boot_row){
			.unit = s->unit,
			.file = s->file,
			.state = BOOT_EMPTY,
			.why = fix_words(
				p,
				_("%1$s does not take it, so it loads nothing: %2$s"),
				commands->argv[0],
				commands->complaint ? commands->complaint : ""),
		};
	}
}

static int load(struct fix_planning *p, const struct image *i,
		struct room *room, const struct ruleset **ret,
		struct boot *boot)
{
	struct room_command *commands;
	size_t count = drift_commands(p, &i->boot, &commands);
	struct text rules = TEXT_NULL;
	int err = commands ? room_run(room, p->plan->arena, commands, count)
			   : -ENOMEM;

	if (!err)
		err = room_rules(room, &rules);
	if (!err && !text_ok(&rules))
		err = -ENOMEM;
	if (!err)
		err = image_gathered(p, rules.data, rules.len, ret);
	text_done(&rules);
	if (!err)
		note_refused(p, i->boot.first_step, commands, boot);
	return err;
}

static int load_image(struct fix_planning *p, const struct image *i,
		      const struct ruleset *in_force, struct room *room,
		      struct drift *ret)
{
	const struct ruleset *booted;
	int err;

	ret->boot = i->boot;
	err = load(p, i, room, &booted, &ret->boot);
	if (err)
		return err;

	ret->is_loaded = true;
	ret->is_partial = drift_is_partial(&i->boot);
	return drift_compare(p, in_force, booted, ret);
}

int drift_load(struct fix_planning *p, const char *root, struct room *room,
	       struct drift *ret)
{
	const struct image *i;

	memset(ret, 0, sizeof(*ret));
	ret->equal = EQUALITY_UNKNOWN;
	if (!p->root)
		p->root = root;
	i = image_now(p);
	if (!i || !i->boot.count)
		return -ENODATA;

	return load_image(p, i, p->ruleset, room, ret);
}

static bool is_refused(const struct drift *d)
{
	return d->has_verdict && (d->verdict.decision == WALK_DROP ||
				  d->verdict.decision == WALK_REJECT);
}

/* What the tools said counts more than what was read. */
static void settle(struct fix_planning *p, struct fix_candidate *c,
		   const struct drift *d)
{
	if (is_refused(d)) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = fix_words(
			p,
			_("Loaded into an empty namespace, what the next boot loads refuses it, by %s."),
			drift_words_who(p, &d->verdict));
		return;
	}
	if (c->lasts == FIX_LASTS_YES && d->has_verdict &&
	    d->verdict.decision == WALK_ACCEPT)
		c->lasts_text = fix_words(
			p,
			_("%s This was checked by loading it into an empty namespace."),
			c->lasts_text);
}

int drift_prove(struct fix_planning *p, const char *root, struct room *room,
		struct fix_candidate *c)
{
	struct drift d = { .equal = EQUALITY_UNKNOWN };
	const struct image *i = image_now(p);
	int err;

	if (!p->root)
		p->root = root;
	if (!i || !i->boot.first_step || !drift_changes_rules(c) ||
	    c->lasts != FIX_LASTS_YES)
		return 0;

	err = image_with(p, p->root, c->lasting, c->lasting_count, &i);
	if (!err)
		err = load_image(p, i, NULL, room, &d);
	if (!err)
		settle(p, c, &d);
	return err;
}
