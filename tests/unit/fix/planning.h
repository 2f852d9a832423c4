#pragma once

#include <netinet/in.h>
#include <string.h>

#include "../host/tree.h"
#include "diag/cause.h"
#include "fix/repair.h"

/*
 * A plan for one fault on a host made of a table. The client is 10.1.0.7 and
 * asks 10.0.0.2 for tcp/22, until the test says otherwise.
 */
struct planning {
	struct tree tree;
	struct fix_plan plan;
	struct fix_planning p;
	struct case_record *record;
};

static inline struct address planning_address(const char *s)
{
	struct address a = { 0 };

	(void)address_parse(&a, s, strlen(s));
	return a;
}

static inline void planning_begin(struct planning *t,
				  const struct tree_file *files)
{
	*t = (struct planning){ .record = case_new() };
	case_at(t->record, VANTAGE_SERVER);
	tree_use(&t->tree, files);
	t->plan = (struct fix_plan){
		.arena = t->record->arena,
		.ask = { .protocol = IPPROTO_TCP,
			 .port = 22,
			 .server = planning_address("10.0.0.2"),
			 .has_server = true,
			 .client = planning_address("10.1.0.7"),
			 .client_prefix = 32,
			 .has_client = true },
	};
	t->p = (struct fix_planning){ .plan = &t->plan,
				      .record = t->record,
				      .may_read = true };
}

static inline void planning_end(struct planning *t)
{
	case_free(t->record);
	reader_use(NULL);
}

static inline struct culprit *
planning_culprit(struct planning *t, enum culprit_kind kind, const char *text)
{
	return culprit_new(t->record->arena, kind, t->record->vantage, "%s",
			   text);
}

/* Plans for that fault; the best candidate, or NULL. */
static inline const struct fix_candidate *
planning_make(struct planning *t, const char *cause, const struct culprit *c)
{
	t->plan.faults[0] =
		(struct fix_fault){ .cause = cause_find(cause), .culprit = c };
	t->plan.fault_count = 1;
	t->plan.first = NULL;
	if (!t->plan.faults[0].cause || fix_plan_make(&t->p))
		return NULL;
	return t->plan.first;
}

/* "ip route del …": a command as one would type it. */
static inline const char *planning_words(struct planning *t,
					 const char *const *argv)
{
	struct text words = TEXT_NULL;
	const char *ret;

	for (size_t i = 0; argv && argv[i]; i++) {
		text_str(&words, i ? " " : "");
		text_str(&words, argv[i]);
	}
	ret = arena_string(t->record->arena, text_string(&words));
	text_done(&words);
	return ret;
}
