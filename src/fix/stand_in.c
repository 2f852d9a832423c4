#include "fix/stand_in.h"

#include <errno.h>

#include "fix/effect.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"

static int changed(struct fix_planning *p, const struct rules_change *edits,
		   struct ruleset **ret)
{
	int err = image_in_force(p, ret);

	return err ? err : rules_edit_apply(*ret, edits);
}

int stand_in_effect(struct fix_planning *p, struct fix_candidate *c,
		    const struct rules_change *edits, bool *ret_passes)
{
	struct ruleset *after;
	int err = changed(p, edits, &after);

	if (!err)
		err = kept_file_passes(p, after, ret_passes, NULL);
	return err ? err : fix_effect_of(p, c, after, NULL);
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
