#include <errno.h>
#include <string.h>

#include "fix/repair.h"
#include "ruleset/live.h"
#include "ruleset/read.h"

static int read_all(const struct fix_rules_source *s, struct ruleset *r)
{
	struct live live;
	int err = 0;

	if (s->gathered)
		err = live_read_gathered(r, s->gathered, s->gathered_len,
					 &live);
	for (size_t i = 0; i < s->count && !err; i++)
		err = ruleset_read(r, s->names[i], s->texts[i],
				   strlen(s->texts[i]));

	return err ? err : ruleset_link(r);
}

int fix_rules_read(const struct fix_rules_source *source,
		   struct problems *problems, struct ruleset **ret)
{
	struct ruleset *r = ruleset_new(problems);
	int err = r ? read_all(source, r) : -ENOMEM;

	if (err) {
		ruleset_free(r);
		return err;
	}
	*ret = r;
	return 0;
}
