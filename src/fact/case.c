#include "fact/case.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	case_at(c, VANTAGE_CLIENT);
	c->at_ns = clock_wall();
	return c;
}

void case_at(struct case_record *c, enum vantage vantage)
{
	c->vantage = vantage;
	c->general.vantage = vantage;
}

void case_free(struct case_record *c)
{
	if (!c)
		return;

	for (size_t i = 0; i < c->attempt_count; i++)
		if (c->attempts[i].fd >= 0)
			(void)close(c->attempts[i].fd);
	arena_free(c->arena);
	free(c);
}

static struct attempt *add_attempt(struct case_record *c,
				   const struct address *address)
{
	struct attempt *a;

	if (c->attempt_count == CASE_ATTEMPTS)
		return NULL;

	a = &c->attempts[c->attempt_count++];
	*a = (struct attempt){ .address = *address,
			       .port = c->target.port,
			       .fd = -1,
			       .facts = { .arena = c->arena,
					  .vantage = c->vantage } };
	return a;
}

struct attempt *case_attempt(struct case_record *c,
			     const struct address *address, uint32_t scope)
{
	struct attempt *a;

	for (size_t i = 0; i < c->attempt_count; i++)
		if (address_equal(&c->attempts[i].address, address))
			return &c->attempts[i];

	a = add_attempt(c, address);
	if (a)
		a->scope = scope;
	return a;
}

struct attempt *case_client(struct case_record *c,
			    const struct address *address,
			    const struct address *peer, uint16_t peer_port)
{
	struct attempt *a;

	for (size_t i = 0; i < c->attempt_count; i++) {
		a = &c->attempts[i];
		if (a->has_peer && a->peer_port == peer_port &&
		    address_equal(&a->peer, peer) &&
		    address_equal(&a->address, address))
			return a;
	}

	a = add_attempt(c, address);
	if (!a)
		return NULL;
	a->has_peer = true;
	a->peer = *peer;
	a->peer_port = peer_port;
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
			    .vantage = c->vantage,
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
				     .vantage = c->vantage,
				     .why = arena_string(c->arena, why) };
}
