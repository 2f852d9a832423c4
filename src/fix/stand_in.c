#include "fix/stand_in.h"

#include <errno.h>
#include <string.h>

#include "fix/effect.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"

static int changed(struct fix_planning *p, const struct rules_change *edits,
		   struct ruleset **ret)
{
	int err = image_in_force(p, ret);

	for (size_t i = 0; i < p->beside_count && !err; i++)
		if (p->beside[i].kind == CHANGE_RULES)
			err = rules_edit_apply(*ret, &p->beside[i].rules);

	return err || !edits ? err : rules_edit_apply(*ret, edits);
}

int stand_in_effect(struct fix_planning *p, struct fix_candidate *c,
		    const struct rules_change *edits, bool *ret_passes)
{
	struct rules_change *stood =
		arena_alloc(p->plan->arena, sizeof(*stood));
	struct ruleset *after;
	int err = stood ? changed(p, edits, &after) : -ENOMEM;

	if (!err)
		err = kept_file_passes(p, after, ret_passes, NULL);
	if (!err)
		err = fix_effect_of(p, c, after, NULL);
	if (err)
		return err;
	*stood = *edits;
	err = rules_edit_script(p->ruleset, p->plan->arena, stood);
	p->stood_in = err ? NULL : stood;
	return err == -ENOMEM ? err : 0;
}

int stand_in_passes(struct fix_planning *p, const struct rules_change *edits,
		    bool *ret)
{
	struct ruleset *after;
	int err = changed(p, edits, &after);

	return err ? err : kept_file_passes(p, after, ret, NULL);
}

struct rules_change *stand_in_edit(struct fix_planning *p,
				   const struct chain *c, struct rule_edit e)
{
	struct rules_change *r = arena_alloc(p->plan->arena, sizeof(*r));
	struct rule_edit *edit = arena_alloc(p->plan->arena, sizeof(*edit));

	if (!r || !edit)
		return NULL;
	*edit = e;
	edit->chain = c->name;
	r->engine = c->table->engine;
	r->family = c->table->family;
	r->table = c->table->name;
	r->edits = edit;
	r->edit_count = 1;
	return r;
}

/* Sets that the rule names, of this table or of ipset. */
static bool names_set(const struct rule *rule, const char *name)
{
	size_t len = strlen(name);
	const char *at = rule->text;

	while (at && (at = strstr(at, name))) {
		if (at > rule->text && strchr(" @\"", at[-1]) &&
		    strchr(" \"", at[len]))
			return true;
		at += len;
	}

	return false;
}

static bool take_out(struct set *s, u128 address)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct range *r = &s->elements[i].part[0];

		if (s->part_count != 1 || r->first != address ||
		    r->last != address)
			continue;
		memmove(&s->elements[i], &s->elements[i + 1],
			(s->count - i - 1) * sizeof(*s->elements));
		s->count--;
		return true;
	}

	return false;
}

static bool take_from_sets(struct set *first, const struct rule *rule,
			   u128 address)
{
	for (struct set *s = first; s; s = s->next)
		if (s->name && names_set(rule, s->name) && take_out(s, address))
			return true;

	return false;
}

int stand_in_element(struct fix_planning *p, struct fix_candidate *c,
		     const struct rule *rule, const struct address *address,
		     bool *ret_passes)
{
	const struct table *old = rule->chain->table;
	u128 value = field_from_address(address);
	struct ruleset *after;
	struct table *t;
	int err = changed(p, NULL, &after);

	if (err)
		return err;
	t = ruleset_find_table(after, old->engine, old->family, old->name);
	if (!(t && take_from_sets(t->first_set, rule, value)) &&
	    !take_from_sets(after->first_ipset, rule, value))
		return -ENOENT;
	err = kept_file_passes(p, after, ret_passes, NULL);
	return err ? err : fix_effect_of(p, c, after, NULL);
}
