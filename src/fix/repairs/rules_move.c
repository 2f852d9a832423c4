/*
 * An ACCEPT that stands below what refuses: it goes above it, or the refusal
 * below it, which is the same where they are neighbours. Below, more rules come
 * before the refusal; above, only this one does.
 */
#include <errno.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "fix/repairs/rules_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/box.h"
#include "ruleset/program.h"
#include "ruleset/witness.h"

enum { FAMILY_V6 = 10 };

/* Whether no packet at all comes to the rule, by one base chain. */
static int is_dead_in(struct program *program, const struct rule *rule,
		      bool *ret)
{
	int status = WITNESS_NONE;

	for (size_t i = 0; i < program->count && status == WITNESS_NONE; i++) {
		const struct goal goal = { program, (uint32_t)i, NULL };
		struct witness w = { 0 };

		if (program->entries[i].rule != rule)
			continue;
		status = witness_search(program->space, program->entries[i].box,
					&goal, 1, &w);
		witness_done(&w);
	}

	*ret = status == WITNESS_NONE;
	return status < 0 ? status : 0;
}

/* By one base chain, which may not lead to it. */
static int is_dead_by(const struct rules_mend *m, const struct chain *base,
		      const struct rule *rule, bool *ret)
{
	bool is_v6 = m->planning->packet.value[FIELD_FAMILY] == FAMILY_V6;
	struct arena *a = arena_new();
	struct space *s = a ? space_new(a, is_v6 ? TABLE_IP6 : TABLE_IP, base,
					space_has_conntrack(m->rules))
			    : NULL;
	struct program program;
	int err;

	if (!s) {
		arena_free(a);
		return -ENOMEM;
	}

	s->has_doubts = true;
	err = program_init(&program, s, base);
	*ret = false;
	if (!err && !program.is_cut)
		err = is_dead_in(&program, rule, ret);
	program_done(&program);
	arena_free(a);
	return err;
}

static int is_dead(const struct rules_mend *m, const struct rule *rule,
		   bool *ret)
{
	const struct chain *c = rule->chain->table->first;
	int err = 0;

	*ret = true;
	for (; c && *ret && !err; c = c->next)
		if (c->hook != HOOK_NONE)
			err = is_dead_by(m, c, rule, ret);

	return err;
}

static int move_refusal(struct rules_mend *m, const struct rule *refusal,
			const struct rule *accept)
{
	struct fix_planning *p = m->planning;
	const struct rule_edit e = {
		.kind = EDIT_MOVE,
		.number = refusal->number,
		.handle = refusal->handle,
		.to_number = accept->number + 1,
		.to_handle = accept->next ? accept->next->handle : 0,
		.words = rules_edit_words(refusal),
	};
	unsigned from = refusal->number, to = accept->number;
	const char *name = refusal->chain->name;

	rules_owner(m, refusal->chain, refusal);
	rules_summary(m, 1,
		      fix_words(p, _("move rule %u of %s below rule %u"), from,
				name, to));
	return rules_edit_now(
		m, refusal->chain, &e,
		fix_words(p, _("Moves rule %u of %s (%s) below rule %u (%s)."),
			  from, name, rules_edit_words(refusal), to,
			  rules_edit_words(accept)),
		fix_words(p,
			  _("Moves it back above what is rule %u of %s "
			    "then."),
			  from, name));
}

static int move_accept(struct rules_mend *m, const struct rule *refusal,
		       const struct rule *accept)
{
	struct fix_planning *p = m->planning;
	const struct rule_edit e = {
		.kind = EDIT_MOVE,
		.number = accept->number,
		.handle = accept->handle,
		.to_number = refusal->number,
		.to_handle = refusal->handle,
		.words = rules_edit_words(accept),
	};
	unsigned from = accept->number, to = refusal->number;
	const char *name = refusal->chain->name;

	rules_owner(m, refusal->chain, refusal);
	rules_summary(m, 1,
		      fix_words(p, _("move rule %u of %s above rule %u"), from,
				name, to));
	return rules_edit_now(
		m, refusal->chain, &e,
		fix_words(p, _("Moves rule %u of %s (%s) above rule %u (%s)."),
			  from, name, rules_edit_words(accept), to,
			  rules_edit_words(refusal)),
		fix_words(p, _("Moves it back to number %u of %s."), from,
			  name));
}

/* What stands in the ACCEPT's own chain, and refuses or leads to who does. */
static const struct rule *in_the_way(const struct rules_mend *m,
				     const struct walk_blocker *b)
{
	const struct rule *by = b->verdict.rule;

	if (by && by->chain != b->shadowed_accept->chain)
		by = rules_calling(m, b);
	if (!by || by->chain != b->shadowed_accept->chain ||
	    by->number >= b->shadowed_accept->number)
		return NULL;

	return by;
}

int rules_move_accept(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct rule *accept = b->shadowed_accept;
	const struct rule *by = accept ? in_the_way(m, b) : NULL;
	bool is_never_met;
	int err;

	if (!by)
		return -ENOENT;

	err = is_dead(m, accept, &is_never_met);
	if (err)
		return err;
	/* One that others meet stands where it was meant to: what refuses is an
	 * exception from it. */
	if (!is_never_met)
		return -ENOENT;

	if (!m->candidate.now_count)
		m->candidate.effect.as_written =
			fix_words(m->planning, "%s", rules_edit_words(accept));
	m->candidate.why = fix_words(
		m->planning,
		_("Rule %u of %s accepts it already, but no packet gets to "
		  "it: rule %u refuses them before."),
		accept->number, accept->chain->name, by->number);
	return by->next == accept && by == b->verdict.rule
		       ? move_refusal(m, by, accept)
		       : move_accept(m, by, accept);
}
