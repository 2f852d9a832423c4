#include "fix/rules_edit.h"

#include <errno.h>

#include "base/text.h"

int rules_edit_apply(struct ruleset *r, const struct rules_change *c)
{
	(void)r;
	(void)c;
	return -ENOENT;
}

int rules_edit_script(const struct ruleset *r, struct arena *a,
		      struct rules_change *c)
{
	(void)r;
	(void)a;
	(void)c;
	return -ENOENT;
}

int rules_edit_command(struct text *out, const struct rules_change *c,
		       bool is_undo)
{
	text_str(out, is_undo ? c->undo : c->script);
	return 0;
}
