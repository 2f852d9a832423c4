#include "fix/manager.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/image.h"
#include "fix/kept_file.h"
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

int manager_express(struct fix_planning *p, const struct manager *m,
		    struct fix_candidate *c)
{
	if (!m)
		return by_hand(p, c);

	c->owner = m->id;
	return m->express(p, c);
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
		const struct chain *chain;
		const struct table *t;

		if (c->now[i].kind != CHANGE_RULES || !r->edit_count)
			continue;
		t = ruleset_find_table(p->ruleset, r->engine, r->family,
				       r->table);
		chain = t ? ruleset_find_chain(t, r->edits[0].chain) : NULL;
		if (!chain)
			return NULL;
		*ret_edit = &r->edits[0];
		for (*ret_rule = chain->first;
		     *ret_rule && (*ret_rule)->number != (*ret_edit)->number;)
			*ret_rule = (*ret_rule)->next;
		return chain;
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
	return run;
}
