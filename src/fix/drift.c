#include "fix/drift.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/drift_words.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/kept_order.h"
#include "ruleset/model.h"

static bool has_state(const struct boot *b, enum boot_state state)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->row[i].state == state)
			return true;

	return false;
}

bool drift_is_partial(const struct boot *b)
{
	return has_state(b, BOOT_NOT_LOOKED) ||
	       has_state(b, BOOT_NOT_PERMITTED);
}

static int walk(struct fix_planning *p, const struct ruleset *r,
		struct drift *ret)
{
	struct walk_result w;
	bool passes;
	int err = kept_file_passes(p, r, &passes, &w);

	if (err || !p->has_packet)
		return err;
	ret->has_verdict = true;
	ret->verdict = w.way.verdict;
	if (w.blocker_count)
		ret->verdict = w.blockers[0].verdict;
	else if (w.has_reply && w.reply.verdict.decision == WALK_UNKNOWN)
		ret->verdict = w.reply.verdict;
	return 0;
}

int drift_compare(struct fix_planning *p, const struct ruleset *in_force,
		  const struct ruleset *booted, struct drift *ret)
{
	int err = walk(p, booted, ret);

	if (!err && in_force) {
		err = compare_rulesets(in_force, booted, p->plan->arena,
				       &ret->comparison);
		ret->equal = comparison_equal(&ret->comparison);
	}
	return err ? err : drift_words_tell(p, ret);
}

int drift_read(struct fix_planning *p, const char *root, struct drift *ret)
{
	const struct image *i;

	memset(ret, 0, sizeof(*ret));
	ret->equal = EQUALITY_UNKNOWN;
	if (!p->root)
		p->root = root;
	i = image_now(p);
	if (!i || !i->boot.count)
		return -ENODATA;

	ret->boot = i->boot;
	ret->is_partial = drift_is_partial(&i->boot);
	return drift_compare(p, p->ruleset, i->rules, ret);
}

bool drift_changes_rules(const struct fix_candidate *c)
{
	for (size_t i = 0; i < c->now_count; i++)
		if (c->now[i].kind == CHANGE_RULES)
			return true;

	return false;
}

/* Every chain that is changed now is one that the boot loads, too. */
static bool is_kept(const struct fix_planning *p, const struct fix_candidate *c,
		    const struct image *i)
{
	for (size_t n = 0; n < c->now_count; n++) {
		const struct rules_change *r = &c->now[n].rules;
		const struct table *t;

		if (c->now[n].kind != CHANGE_RULES)
			continue;
		t = ruleset_find_table(p->ruleset, r->engine, r->family,
				       r->table);
		for (size_t e = 0; e < r->edit_count; e++) {
			const struct chain *live =
				t ? ruleset_find_chain(t, r->edits[e].chain)
				  : NULL;

			if (!live || !kept_file_chain(i, live))
				return false;
		}
	}

	return true;
}

/* One answer; a part of the candidate that is no rule may have a worse. */
static void settle(struct fix_candidate *c, enum fix_lasts lasts,
		   const char *text)
{
	bool has_others = false;

	for (size_t i = 0; i < c->now_count; i++)
		has_others |= c->now[i].kind != CHANGE_RULES;
	if (has_others && c->lasts < lasts)
		return;
	c->lasts = lasts;
	c->lasts_text = text;
}

static const char *files_of(struct fix_planning *p,
			    const struct fix_candidate *c)
{
	const char *ret = NULL;

	for (size_t i = 0; i < c->lasting_count; i++) {
		if (c->lasting[i].kind != CHANGE_FILE)
			continue;
		ret = ret ? fix_words(p, "%s, %s", ret, c->lasting[i].file.path)
			  : c->lasting[i].file.path;
	}

	return ret;
}

static int settle_open(struct fix_planning *p, struct fix_candidate *c,
		       const struct image *before, const struct image *after)
{
	const char *files = files_of(p, c);
	bool fits = true;
	int err = 0;

	if (!files) {
		settle(c, FIX_LASTS_YES,
		       _("What the next boot loads lets it through as it is."));
		return 0;
	}
	/* Who put it into the files has judged it already. */
	if (c->lasts == FIX_LASTS_YES && c->lasts_text)
		return 0;
	err = kept_order_no_wider(p, c, before, after, &fits);
	if (err)
		return err;
	if (fits)
		settle(c, FIX_LASTS_YES,
		       fix_words(
			       p,
			       _("Once it is in %s, the next boot lets it through, too, and changes nothing else."),
			       files));
	else
		settle(c, FIX_LASTS_NO,
		       fix_words(
			       p,
			       _("%s has other rules than those that are in force, so the same change there would change more: look at it by hand."),
			       files));
	return 0;
}

int drift_candidate(struct fix_planning *p, const char *root,
		    struct fix_candidate *c)
{
	const struct image *before, *after;
	struct walk_result w;
	bool passes;
	int err;

	if (!p->root)
		p->root = root;
	/* Who has no rules of his own here says himself what lasts. */
	if (!drift_changes_rules(c) || !p->ruleset)
		return 0;
	before = image_now(p);
	if (!before || !is_kept(p, c, before))
		return 0;

	after = before;
	err = files_of(p, c) ? image_with(p, p->root, c->lasting,
					  c->lasting_count, &after)
			     : 0;
	if (!err)
		err = kept_file_passes(p, after->rules, &passes, &w);
	if (err)
		return err;
	if (passes)
		return settle_open(p, c, before, after);

	settle(c, FIX_LASTS_NO,
	       fix_words(p, _("The next boot would refuse it, by %s."),
			 drift_words_who(p, w.blocker_count
						    ? &w.blockers[0].verdict
						    : &w.way.verdict)));
	return 0;
}
