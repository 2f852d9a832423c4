#pragma once

#include "fix/drift.h"

/* What a drift says, in sentences: text[] and text_count are filled from the
 * rest. 0 or -ENOMEM. */
int drift_words_tell(struct fix_planning *p, struct drift *d);

/* Who refuses: "line 12 of /etc/iptables/rules.v4 (-A INPUT -j REJECT)", or a
 * chain's policy; in the plan's arena. */
const char *drift_words_who(struct fix_planning *p,
			    const struct walk_verdict *v);
