#pragma once

#include "fix/effect.h"
#include "ruleset/compare.h"
#include "ruleset/walk.h"

/* What the parts of effect share, and repairs of rules walk with. */

enum { EFFECT_ASKED = 6 };

/* What was asked for, as boxes: the way, the way behind a translation, and the
 * answers. walked: the packet's way once it gets through; or NULL. In the
 * plan's arena. 0 or -ENOMEM. */
int effect_asked(const struct fix_planning *p, const struct walk_result *walked,
		 bool has_conntrack, struct compare_asked ret[EFFECT_ASKED],
		 size_t *ret_count);

/* The packet's way, its answer's, and the ways of those that follow (of the first
 * of them that is stopped): in the plan's arena, of the rules' own. 0 or -ENOMEM. */
int effect_walk(struct fix_planning *p, const struct ruleset *rules,
		struct walk_result **ret, struct walk_result **ret_next);

/* Accepted, and the answer, too. */
bool effect_gets_through(const struct walk_result *w);

/* Of more than one client: whether the first packets of all of them get through
 * the base chains that the walked packet met. 1; 0, with one that does not in
 * ret; or -ENOMEM. */
int effect_whole(const struct fix_planning *p, const struct ruleset *after,
		 const struct walk_way *way, struct point *ret);

/* Fills e->text; refused: of those that were asked for, one that does not get
 * through, or NULL. 0 or -ENOMEM. */
int effect_words(struct fix_planning *p, struct fix_effect *e,
		 const struct point *refused);

/* The rules after are gone when the effect has been computed: what is told of
 * them becomes copies in the arena, rules without terms and chains without rules.
 * 0 or -ENOMEM. */
int effect_keep_changes(struct arena *a, struct comparison *c);

/* The same of a walk: verdicts and blockers, no steps. */
int effect_keep_walk(struct arena *a, struct walk_result *w);
