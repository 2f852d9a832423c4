#include "fact/case.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char *step_status_name(enum step_status s)
{
	static const char *const names[STEP_STATUSES] = {
		[STEP_PASS] = "pass",
		[STEP_FAIL] = "fail",
		[STEP_SKIP] = "skip",
		[STEP_BLOCKED] = "blocked",
	};

	return names[s];
}

struct case_record *case_new(void)
{
	struct case_record *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;

	c->arena = arena_new();
	if (!c->arena) {
		free(c);
		return NULL;
	}
	c->general.arena = c->arena;
	c->at_ns = clock_wall();
	return c;
}

void case_free(struct case_record *c)
{
	if (!c)
		return;

	arena_free(c->arena);
	free(c);
}

struct attempt *case_attempt(struct case_record *c,
			     const struct address *address, uint32_t scope)
{
	struct attempt *a;

	for (size_t i = 0; i < c->attempt_count; i++)
		if (address_equal(&c->attempts[i].address, address))
			return &c->attempts[i];
	if (c->attempt_count == CASE_ATTEMPTS)
		return NULL;

	a = &c->attempts[c->attempt_count++];
	*a = (struct attempt){ .address = *address,
			       .scope = scope,
			       .port = c->target.port,
			       .facts = { .arena = c->arena },
			       .fd = -1 };
	return a;
}

struct step *case_step(struct case_record *c, const char *id,
		       enum step_status status, int64_t took_ns,
		       const char *text)
{
	struct step *s;

	if (c->step_count == CASE_STEPS)
		return NULL;

	s = &c->steps[c->step_count++];
	*s = (struct step){ .id = id,
			    .vantage = VANTAGE_CLIENT,
			    .status = status,
			    .took_ns = took_ns,
			    .text = arena_string(c->arena, text) };
	return s;
}

void case_not_looked(struct case_record *c, const char *source, const char *why)
{
	for (size_t i = 0; i < c->not_looked_count; i++)
		if (!strcmp(c->not_looked[i].source, source))
			return;
	if (c->not_looked_count == CASE_NOT_LOOKED)
		return;

	c->not_looked[c->not_looked_count++] =
		(struct not_looked){ .source = source,
				     .vantage = VANTAGE_CLIENT,
				     .why = arena_string(c->arena, why) };
}
