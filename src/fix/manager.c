#include "fix/manager.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/kept_set.h"
#include "ruleset/model.h"
#include "ruleset/owner.h"

const struct manager *manager_find(const char *id)
{
	for (size_t i = 0; i < manager_count; i++)
		if (!strcmp(manager_list[i]->id, id))
			return manager_list[i];

	return NULL;
}

/* The kernel's own chain says by its jumps whose policy it has. */
static const struct owner *owner_of_policy(const struct chain *c)
{
	static const char *const setters[] = { "ufw", "docker", "firewalld" };

	if (c->hook == HOOK_NONE || c->policy != ACTION_DROP)
		return NULL;
	for (const struct rule *r = c->first; r; r = r->next) {
		const struct owner *o = owner_of_rule(r);

		for (size_t i = 0; o && i < 3; i++)
			/* Docker sets FORWARD's alone. */
			if (!strcmp(o->id, setters[i]) &&
			    (strcmp(o->id, "docker") != 0 ||
			     c->hook == HOOK_FORWARD))
				return o;
	}

	return NULL;
}

/* Who loads a file with that chain at the next boot. */
static const struct manager *by_boot(struct fix_planning *p,
				     const struct chain *c)
{
	const struct image *i = image_now(p);
	const struct chain *file = i ? kept_file_chain(i, c) : NULL;
	const struct owner *o = file ? owner_of_chain(file) : NULL;

	if (!file)
		return NULL;
	/* Of the kernel's own chains nothing but the file tells. */
	if (!o && file->first)
		o = owner_of_rule(file->first);
	if (o && manager_find(o->id))
		return manager_find(o->id);
	return manager_find("boot-script");
}

const struct manager *manager_of(struct fix_planning *p, const struct chain *c,
				 const struct rule *rule)
{
	const struct owner *o = rule ? owner_of_rule(rule) : NULL;
	const struct manager *m = NULL;

	if (!c && rule)
		c = rule->chain;
	if (!c)
		return NULL;
	if (!o)
		o = owner_of_chain(c);
	if (!o)
		m = by_boot(p, c);
	if (!o && !m && !rule)
		o = owner_of_policy(c);
	if (!o)
		return m;

	m = manager_find(o->id);
	/* One configuration, whichever program makes rules of it. */
	if (!m && (!strcmp(o->id, "fw3") || !strcmp(o->id, "fw4")))
		m = manager_find("openwrt");
	return m ? m : manager_find("program");
}

/* Nobody keeps them: the change is as lasting as they are. */
static int by_hand(struct fix_planning *p, struct fix_candidate *c)
{
	c->lasts = FIX_LASTS_NO;
	c->lasts_text =
		p->may_read
			? _("Nothing loads these rules at boot: they were made by hand, and are gone with this change after a reboot.")
			: _("Whether anything loads these rules at boot was not looked at.");
	if (!p->may_read)
		c->lasts = FIX_LASTS_UNKNOWN;
	return 0;
}

/* One edit of the candidate's, a change by itself. */
struct part {
	struct fix_change change;
	const struct manager *manager;
	bool is_said;
};

struct parts {
	struct part *part;
	size_t count;
};

static const struct chain *chain_of(const struct fix_planning *p,
				    const struct rules_change *r,
				    const struct rule_edit *e,
				    const struct rule **ret_rule)
{
	const struct table *t =
		ruleset_find_table(p->ruleset, r->engine, r->family, r->table);
	const struct chain *c = t ? ruleset_find_chain(t, e->chain) : NULL;

	*ret_rule = c ? c->first : NULL;
	while (*ret_rule && (*ret_rule)->number != e->number)
		*ret_rule = (*ret_rule)->next;
	return c;
}

static size_t count_edits(const struct fix_candidate *c)
{
	size_t sum = 0;

	for (size_t i = 0; i < c->now_count; i++)
		if (c->now[i].kind == CHANGE_RULES)
			sum += c->now[i].rules.edit_count;
	return sum;
}

/* Each edit by itself, with who keeps it. */
static int split(struct fix_planning *p, const struct manager *m,
		 const struct fix_candidate *c, struct parts *ret)
{
	size_t count = count_edits(c);
	struct part *part;

	ret->part = arena_alloc(p->plan->arena, (count + 1) * sizeof(*part));
	if (!ret->part)
		return -ENOMEM;
	for (size_t i = 0; i < c->now_count; i++) {
		for (size_t n = 0; c->now[i].kind == CHANGE_RULES &&
				   n < c->now[i].rules.edit_count;
		     n++) {
			struct rule_edit *e = &c->now[i].rules.edits[n];
			const struct rule *rule;
			const struct chain *chain =
				chain_of(p, &c->now[i].rules, e, &rule);

			part = &ret->part[ret->count++];
			part->change = c->now[i];
			part->change.rules.edits = e;
			part->change.rules.edit_count = 1;
			part->manager = m && count == 1
						? m
						: manager_of(p, chain, rule);
		}
	}

	return 0;
}

static int append(struct fix_planning *p, struct fix_candidate *to,
		  const struct fix_candidate *from)
{
	for (size_t i = 0; i < from->now_count; i++) {
		struct fix_change *c = fix_change_now(p, to, from->now[i].kind);

		if (!c)
			return -ENOMEM;
		*c = from->now[i];
	}
	for (size_t i = 0; i < from->lasting_count; i++) {
		struct fix_change *c =
			fix_change_lasting(p, to, from->lasting[i].kind);

		if (!c)
			return -ENOMEM;
		*c = from->lasting[i];
	}

	return 0;
}

/* What one manager makes of its edit, or edits. */
static int say_part(struct fix_planning *p, struct parts *parts, size_t which,
		    const struct fix_candidate *c, struct fix_candidate *ret)
{
	const struct manager *m = parts->part[which].manager;
	bool is_all = !m || m->is_file;
	struct fix_candidate beside = { 0 };

	*ret = *c;
	ret->now = ret->lasting = NULL;
	ret->now_count = ret->lasting_count = 0;
	for (size_t i = 0; i < parts->count; i++) {
		bool is_own = i == which || (is_all && i > which &&
					     parts->part[i].manager == m);
		struct fix_change *change =
			fix_change_now(p, is_own ? ret : &beside, CHANGE_RULES);

		if (!change)
			return -ENOMEM;
		*change = parts->part[i].change;
		parts->part[i].is_said |= is_own;
	}
	p->beside = beside.now;
	p->beside_count = beside.now_count;
	p->stood_in = NULL;
	return m ? m->express(p, ret) : by_hand(p, ret);
}

/* What was raw stays the one transaction that it was. */
static bool is_raw(const struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if (parts->part[i].manager && !parts->part[i].manager->is_file)
			return false;

	return true;
}

/* The answer that is worse is that of the whole. */
static void join(struct fix_planning *p, struct fix_candidate *to,
		 const struct fix_candidate *from, bool is_first)
{
	if (is_first || from->lasts < to->lasts) {
		to->lasts = from->lasts;
		to->lasts_text = from->lasts_text;
	}
	if (from->risk > to->risk) {
		to->risk = from->risk;
		to->risk_text = from->risk_text;
	}
	to->effect = from->effect;
	if (is_first || text_same(from->summary, to->summary))
		to->summary = from->summary;
	else
		to->summary =
			fix_words(p, "%s; %s", to->summary, from->summary);
}

static bool is_proposed(const struct fix_planning *p,
			const struct fix_candidate *but,
			const struct fix_candidate *said)
{
	for (const struct fix_candidate *c = p->plan->first; c; c = c->next)
		if (c != but && c->now_count == said->now_count &&
		    c->now_count && c->now[0].kind == said->now[0].kind &&
		    c->summary && text_same(c->summary, said->summary))
			return true;

	return false;
}

static int say_parts(struct fix_planning *p, struct parts *parts,
		     struct fix_candidate *c)
{
	struct fix_candidate whole = *c, part;
	bool keeps_raw = is_raw(parts), is_first = true;

	if (!keeps_raw)
		manager_forget_now(&whole);
	for (size_t i = 0; i < parts->count; i++) {
		int err;

		if (parts->part[i].is_said)
			continue;
		err = say_part(p, parts, i, c, &part);
		if (!err && keeps_raw)
			manager_forget_now(&part);
		if (!err)
			err = append(p, &whole, &part);
		if (err)
			return err;
		join(p, &whole, &part, is_first);
		is_first = false;
	}
	if (!whole.now_count || is_proposed(p, c, &whole))
		return -ENOENT;
	*c = whole;
	return 0;
}

/* Elements of sets: who bans takes it back himself. */
static int say_sets(struct fix_planning *p, const struct manager *m,
		    struct fix_candidate *c)
{
	static const char *const banners[] = { "fail2ban", "crowdsec" };
	int err;

	c->owner = m ? m->id : NULL;
	for (size_t i = 0; m && i < 2; i++) {
		if (strcmp(m->id, banners[i]) != 0)
			continue;
		err = m->express(p, c);
		p->stood_in = NULL;
		return !err && is_proposed(p, c, c) ? -ENOENT : err;
	}
	if (m && !strcmp(m->id, "program"))
		return m->express(p, c);
	return kept_set_express(p, c);
}

int manager_express(struct fix_planning *p, const struct manager *m,
		    struct fix_candidate *c)
{
	struct parts parts = { 0 };
	int err;

	if (!count_edits(c))
		return say_sets(p, m, c);
	err = split(p, m, c, &parts);
	for (size_t i = 0; i < parts.count && !m; i++)
		m = parts.part[i].manager;
	c->owner = m ? m->id : NULL;
	if (!err)
		err = say_parts(p, &parts, c);
	p->beside = NULL;
	p->beside_count = 0;
	p->stood_in = NULL;
	return err;
}

const struct chain *manager_edited(const struct fix_planning *p,
				   const struct fix_candidate *c,
				   const struct rule_edit **ret_edit,
				   const struct rule **ret_rule)
{
	*ret_edit = NULL;
	*ret_rule = NULL;
	for (size_t i = 0; i < c->now_count; i++) {
		const struct rules_change *r = &c->now[i].rules;

		if (c->now[i].kind != CHANGE_RULES || !r->edit_count)
			continue;
		*ret_edit = &r->edits[0];
		return chain_of(p, r, *ret_edit, ret_rule);
	}

	return NULL;
}

void manager_forget_now(struct fix_candidate *c)
{
	c->now = NULL;
	c->now_count = 0;
}

struct fix_change *manager_run(struct fix_planning *p, struct fix_candidate *c,
			       bool is_lasting, const char *const *argv,
			       const char *const *undo)
{
	struct fix_change *run = is_lasting
					 ? fix_change_lasting(p, c, CHANGE_RUN)
					 : fix_change_now(p, c, CHANGE_RUN);

	if (!run || !argv)
		return NULL;
	run->run.argv = argv;
	run->run.undo = undo;
	if (!is_lasting)
		run->run.stand_in = p->stood_in;
	/* One command after the other: the first did it all. */
	if (!is_lasting && p->stood_in) {
		struct rules_change *none =
			arena_alloc(p->plan->arena, sizeof(*none));

		if (!none)
			return NULL;
		*none = *p->stood_in;
		none->edits = NULL;
		none->edit_count = 0;
		none->script = none->undo = "";
		p->stood_in = none;
	}
	return run;
}

const char *manager_client(struct fix_planning *p)
{
	struct text t = TEXT_NULL;
	const char *ret;

	address_text(&t, &p->plan->ask.client);
	ret = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

const struct rule *manager_blocker(struct fix_planning *p)
{
	struct walk_result w;
	bool passes;

	if (!p->has_packet || kept_file_passes(p, p->ruleset, &passes, &w) ||
	    !w.blocker_count)
		return NULL;
	return w.blockers[0].verdict.rule;
}
