/*
 * Rules that were read from files, as those of some host: the same walk, told in
 * the same words, and nothing is asked of the machine that this runs on.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

int server_rules_of(struct server_rules **ret, struct ruleset *rules,
		    const struct walk_host *host, struct case_record *c)
{
	struct server_rules *s = calloc(1, sizeof(*s));

	*ret = s;
	if (!s) {
		ruleset_free(rules);
		return -ENOMEM;
	}

	s->record = c;
	s->ruleset = rules;
	s->host = *host;
	s->took_ns = -1;
	s->arena = arena_new();
	s->plan = walk_plan_new(rules);
	return s->arena && s->plan ? 0 : -ENOMEM;
}

int server_rules_packet(struct server_rules *s, const struct look_question *q,
			const struct point *packet, struct facts *facts)
{
	int err;

	arena_clear(s->arena);
	s->way = (struct server_way){ .question = *q, .packet = *packet };
	err = server_rules_walk_point(s);
	if (err)
		return err;

	if (s->way.kind < FACT_RULES_ACCEPT)
		server_rules_tell_kind(s, s->way.kind, &s->way.blocker, facts);
	else
		fact_tell(facts, s->way.kind, server_rules_source, NULL, NULL);
	if (s->way.kind != FACT_RULES_UNSURE)
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	server_rules_tell_step(s);
	return facts->failed ? -ENOMEM : 0;
}
