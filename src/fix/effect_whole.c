/*
 * More than one client was asked for, and one packet was walked: do the others get
 * through as well? Every base chain that the packet met is searched for one that
 * ends otherwise, with all that the packet says but for whose it is.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "fix/effect_parts.h"
#include "ruleset/box.h"
#include "ruleset/program.h"
#include "ruleset/witness.h"

enum { BITS = 128, V4_PREFIX = 96, V4_BITS = 32, PRIORITY_NAT = -100 };

struct looking {
	const struct fix_planning *p;
	struct arena *arena;
	struct space *space;
	const struct point *packet; /* as it comes to the chain */
};

static bool is_one_client(const struct fix_ask *ask)
{
	unsigned bits = address_is_v4(&ask->client) ? V4_BITS : BITS;

	return ask->has_client && ask->client_prefix >= bits;
}

/* What differs from client to client, or is not the packet's own. */
static bool is_told(const struct point *packet, enum field f)
{
	static const uint64_t others =
		FIELD_BIT(FIELD_FAMILY) | FIELD_BIT(FIELD_SADDR) |
		FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_MAC_SADDR) |
		FIELD_BIT(FIELD_CT_SADDR) | FIELD_BIT(FIELD_CT_SPORT) |
		FIELD_BIT(FIELD_SADDR_TYPE) | FIELD_BIT(FIELD_LENGTH) |
		FIELD_BIT(FIELD_TTL);

	return point_has(packet, f) && !(others & FIELD_BIT(f));
}

static const struct ranges *clients(const struct looking *l)
{
	const struct fix_ask *ask = &l->p->plan->ask;
	unsigned prefix = ask->client_prefix;
	u128 first, rest;

	prefix += address_is_v4(&ask->client) ? V4_PREFIX : 0;
	rest = prefix >= BITS ? 0 : ~(u128)0 >> prefix;
	first = field_from_address(&ask->client) & ~rest;
	return ranges_one(l->arena, first, first | rest);
}

/* Adds the values along one dimension; false: none of them stands there. */
static int narrow(struct looking *l, enum field f, const struct ranges *values,
		  const struct box **box)
{
	unsigned dim = space_field(l->space, f, 0);
	const struct ranges *set;

	if (dim == UINT32_MAX || !values)
		return -ENOMEM;

	set = ranges_intersection(l->arena, values, l->space->dims[dim].all);
	if (!set)
		return -ENOMEM;
	if (!set->count)
		return 0;
	*box = box_with(l->arena, *box, dim, set);
	return *box ? 1 : -ENOMEM;
}

/* All first packets that were asked for: 1, or 0: none comes here. */
static int asked_box(struct looking *l, const struct box **ret)
{
	int status = 1;

	*ret = &box_whole;
	if (l->p->plan->ask.has_client)
		status = narrow(l, FIELD_SADDR, clients(l), ret);
	for (unsigned f = 0; f < FIELD_COUNT && status > 0; f++) {
		u128 value = l->packet->value[f];

		if (is_told(l->packet, (enum field)f) &&
		    (l->space->used & FIELD_BIT(f)))
			status =
				narrow(l, (enum field)f,
				       ranges_one(l->arena, value, value), ret);
	}

	return status;
}

/* 1; 0: a packet of the box ends there, in ret; or -ENOMEM. */
static int ends_well(struct looking *l, struct program *program, uint32_t at,
		     const struct box *box, struct point *ret)
{
	const struct goal goal = { program, at, NULL };
	const struct box *both;
	struct witness w = { 0 };
	int status = box_cut(l->arena, box, program->entries[at].box, &both);

	if (status <= 0)
		return status ? status : 1;

	status = witness_search(l->space, both, &goal, 1, &w);
	if (status == WITNESS_FOUND)
		box_point(l->space, w.spot, ret);
	witness_done(&w);
	if (status < 0)
		return status;

	return status == WITNESS_FOUND ? 0 : 1;
}

static int search(struct looking *l, struct program *program, struct point *ret)
{
	const struct box *box;
	int status = asked_box(l, &box);

	if (status <= 0)
		return status ? status : 1;

	status = 1;
	for (uint32_t i = 0; i < program->count && status > 0; i++) {
		const struct entry *e = &program->entries[i];
		enum action_kind kind;

		if (e->kind != ENTRY_ENDS || e->is_uncertain)
			continue;
		kind = program_outcome(program, i);
		if (kind == ACTION_DROP || kind == ACTION_REJECT)
			status = ends_well(l, program, i, box, ret);
	}

	return status;
}

static int look(const struct fix_planning *p, const struct ruleset *after,
		const struct chain *base, const struct point *packet,
		struct point *ret)
{
	enum { FAMILY_V6 = 10 };

	bool is_v6 = packet->value[FIELD_FAMILY] == FAMILY_V6;
	struct looking l = { .p = p, .packet = packet, .arena = arena_new() };
	struct program program;
	int status = -ENOMEM;

	if (l.arena)
		l.space = space_new(l.arena, is_v6 ? TABLE_IP6 : TABLE_IP, base,
				    space_has_conntrack(after));
	if (l.space) {
		l.space->has_doubts = true;
		status = program_init(&program, l.space, base);
		if (!status)
			status = search(&l, &program, ret);
		program_done(&program);
	}
	arena_free(l.arena);
	return status;
}

int effect_whole(const struct fix_planning *p, const struct ruleset *after,
		 const struct walk_way *way, struct point *ret)
{
	const struct chain *last = NULL;
	int status = 1;

	if (is_one_client(&p->plan->ask))
		return 1;

	for (size_t i = 0; i < way->step_count && status > 0; i++) {
		const struct walk_step *s = &way->steps[i];
		bool is_early = s->hook == HOOK_INGRESS ||
				(s->hook == HOOK_PREROUTING &&
				 s->chain->priority <= PRIORITY_NAT);

		if (s->depth || s->chain == last || s->chain->hook == HOOK_NONE)
			continue;
		last = s->chain;
		status = look(p, after, last,
			      is_early ? &way->packet : &way->last, ret);
	}

	return status;
}
