#pragma once

/* A ruleset from text, and its dump: what the tests of nft's readers share. */
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "ruleset/dump.h"
#include "ruleset/model.h"

struct given {
	struct problems *problems;
	struct ruleset *ruleset;
	struct text dump;
};

static inline struct given given_nothing(void)
{
	struct given g = { .problems = problems_new() };

	g.ruleset = ruleset_new(g.problems);
	return g;
}

/* The linked ruleset's dump; valid until given_done(). */
static inline const char *given_dump(struct given *g)
{
	text_clear(&g->dump);
	assert_int_equal(ruleset_link(g->ruleset), 0);
	dump_ruleset(&g->dump, g->ruleset);
	return text_string(&g->dump);
}

static inline void given_done(struct given *g)
{
	text_done(&g->dump);
	ruleset_free(g->ruleset);
	problems_free(g->problems);
}
