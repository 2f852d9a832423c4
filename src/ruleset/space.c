#include "ruleset/space.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* What stands at a hook: interfaces that are there or not (net/netfilter.h,
 * nf_hook_state), where routing sends what (net/ipv4/route.c). */
enum presence { MAY_BE, IS_THERE, IS_NOT };

static const struct presences {
	enum presence in, out;
} presences[HOOK_COUNT] = {
	[HOOK_INGRESS] = { IS_THERE, IS_NOT },
	[HOOK_PREROUTING] = { IS_THERE, IS_NOT },
	[HOOK_INPUT] = { IS_THERE, IS_NOT },
	[HOOK_FORWARD] = { IS_THERE, IS_THERE },
	[HOOK_OUTPUT] = { IS_NOT, IS_THERE },
	[HOOK_POSTROUTING] = { MAY_BE, IS_THERE },
	[HOOK_EGRESS] = { MAY_BE, IS_THERE },
};

enum {
	PRIORITY_DEFRAG = -400,
	PRIORITY_CONNTRACK = -200, /* enum nf_ip_hook_priorities */
	FIELD_IS_4 = 2,            /* NFPROTO_IPV4 */
	FIELD_IS_6 = 10
};

static const struct ranges *all_names(struct arena *a, enum presence p)
{
	u128 last = ~(u128)0;

	return ranges_one(a, p == IS_THERE, p == IS_NOT ? 0 : last);
}

static const struct ranges *all_addresses(struct arena *a,
					  enum table_family family)
{
	u128 v4 = (u128)0xffff << 32;

	if (family == TABLE_IP)
		return ranges_one(a, v4, v4 | 0xffffffff);

	return ranges_one(a, 0, ~(u128)0);
}

/* The chain where a packet stands, and what the host does before. */
struct standing {
	const struct chain *at;
	bool has_conntrack;
};

static bool is_tracking_hook(enum hook h)
{
	return h == HOOK_PREROUTING || h == HOOK_OUTPUT;
}

/* Before connection tracking has looked, nothing has a state; a nat chain is
 * only asked for the first packet of a connection. */
static const struct ranges *all_states(struct arena *a,
				       const struct standing *w)
{
	static const struct range untracked[] = {
		{ CT_INVALID, CT_INVALID }, { CT_UNTRACKED, CT_UNTRACKED }
	};

	if (w->at && w->at->type && strcmp(w->at->type, "nat") == 0)
		return ranges_one(a, CT_RELATED, CT_NEW);
	if (w->at && is_tracking_hook(w->at->hook) &&
	    w->at->priority < PRIORITY_CONNTRACK)
		return ranges_of(a, untracked, 2);

	return ranges_one(a, 0, CT_STATE_COUNT - 1);
}

/* Fragments are put together before anything else, once connections are
 * tracked; this host's own packets are cut after all hooks. */
static bool has_fragments(const struct standing *w)
{
	if (w->at && w->at->hook == HOOK_OUTPUT)
		return false;

	return !w->has_conntrack ||
	       (w->at && w->at->priority < PRIORITY_DEFRAG);
}

static const struct ranges *all_of(struct space *s, enum field f,
				   const struct standing *w)
{
	struct arena *a = s->arena;
	const struct presences *p = &presences[s->hook];

	if (f == FIELD_FAMILY)
		return s->family == TABLE_IP
			       ? ranges_one(a, FIELD_IS_4, FIELD_IS_4)
			       : ranges_one(a, FIELD_IS_6, FIELD_IS_6);
	if (f == FIELD_IIF)
		return all_names(a, p->in);
	if (f == FIELD_OIF)
		return all_names(a, p->out);
	if (field_info[f].type == VALUE_ADDRESS)
		return all_addresses(a, s->family);
	if (f == FIELD_CT_STATE)
		return all_states(a, w);
	if (f == FIELD_FRAGMENT)
		return ranges_one(a, 0, has_fragments(w));
	if (f == FIELD_DADDR_TYPE && s->hook == HOOK_INPUT)
		return ranges_one(a, 2, 5); /* RTN_LOCAL … RTN_MULTICAST */

	return ranges_one(a, 0, field_last(f));
}

static unsigned add_dim(struct space *s, const struct dim *d)
{
	if (s->dim_count == s->dim_capacity) {
		unsigned capacity = s->dim_capacity ? 2 * s->dim_capacity : 64;
		struct dim *dims =
			arena_alloc(s->arena, capacity * sizeof(*dims));

		if (!dims)
			return UINT_MAX;
		if (s->dim_count)
			memcpy(dims, s->dims, s->dim_count * sizeof(*dims));
		s->dims = dims;
		s->dim_capacity = capacity;
	}
	if (!d->all)
		return UINT_MAX;

	s->dims[s->dim_count] = *d;
	return s->dim_count++;
}

/* All fields are there from the start, so that their dimensions are their own
 * numbers and where packets may stand is asked only once. */
struct space *space_new(struct arena *a, enum table_family family,
			const struct chain *at, bool has_conntrack)
{
	struct space *s = arena_alloc(a, sizeof(*s));
	struct standing where = { at, has_conntrack };

	if (!s)
		return NULL;

	s->arena = a;
	s->family = family;
	s->hook = at ? at->hook : HOOK_NONE;
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		struct dim d = { .field = (enum field)f,
				 .all = all_of(s, (enum field)f, &where) };

		if (add_dim(s, &d) == UINT_MAX)
			return NULL;
	}

	return s;
}

unsigned space_field(struct space *s, enum field f, unsigned version)
{
	struct dim d = { .field = f, .version = version };

	if (!version)
		return f;

	for (unsigned i = FIELD_COUNT; i < s->dim_count; i++)
		if (s->dims[i].field == f && s->dims[i].version == version)
			return i;

	d.all = ranges_one(s->arena, 0, field_last(f));
	return add_dim(s, &d);
}

static bool is_variable(const struct dim *d, const struct dim *wanted)
{
	return d->field == FIELD_COUNT && d->doubt == wanted->doubt &&
	       d->version == wanted->version &&
	       text_same(d->text, wanted->text) &&
	       text_same(d->of, wanted->of) && !d->cond == !wanted->cond &&
	       (!d->cond || cond_equal(d->cond, wanted->cond));
}

unsigned space_variable(struct space *s, const struct dim *wanted)
{
	struct dim d = *wanted;

	for (unsigned i = FIELD_COUNT; i < s->dim_count; i++)
		if (is_variable(&s->dims[i], wanted) &&
		    (!wanted->user || s->dims[i].user != wanted->user)) {
			s->dims[i].user = wanted->user;
			return i;
		}

	d.field = FIELD_COUNT;
	d.all = ranges_one(s->arena, 0, 1);
	return add_dim(s, &d);
}

static bool asks_conntrack(const struct cond *c)
{
	for (size_t i = 0; i < cond_count(c); i++)
		if (asks_conntrack(&c->list[i]))
			return true;

	return c->kind == COND_RANGES && c->field >= FIELD_CT_STATE &&
	       c->field <= FIELD_CT_MARK;
}

static bool rule_tracks(const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct term *t = &rule->terms[i];

		if (t->is_action ? t->action->kind == ACTION_NOTRACK
				 : asks_conntrack(&t->cond))
			return true;
	}

	return false;
}

bool space_has_conntrack(const struct ruleset *r)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			if (c->type && c->rule_count &&
			    strcmp(c->type, "nat") == 0)
				return true;
			for (const struct rule *rule = c->first; rule;
			     rule = rule->next)
				if (rule_tracks(rule))
					return true;
		}

	return false;
}
