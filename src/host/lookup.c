#include "host/lookup.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "host/netlink.h"

/* More tables than that have no rule that leads to them in practice. */
enum { RULES_MOST = 1024, TABLES_MOST = 256 };

/* The best route of a table so far. */
struct table {
	uint32_t id;
	bool has_route;
	struct route best;
};

struct replay {
	const struct route_question *question;
	const char *out;
	struct policy_rule *rules;
	size_t rule_count;
	struct table *tables;
	size_t table_count;
};

static int take_rule(const struct policy_rule *r, void *context)
{
	struct replay *p = context;

	if (p->rule_count < RULES_MOST)
		p->rules[p->rule_count++] = *r;
	return 0;
}

static struct table *table_of(struct replay *p, uint32_t id)
{
	for (size_t i = 0; i < p->table_count; i++)
		if (p->tables[i].id == id)
			return &p->tables[i];

	if (p->table_count == TABLES_MOST)
		return NULL;

	p->tables[p->table_count] = (struct table){ .id = id };
	return &p->tables[p->table_count++];
}

/* The longest prefix, then the lowest metric. */
static int take_route(const struct route *r, void *context)
{
	struct replay *p = context;
	const struct route_question *q = p->question;
	struct table *t;

	if (!route_covers(r, &q->destination) || r->tos ||
	    r->flags & RTNH_F_DEAD)
		return 0;
	if (q->device && r->has_device && r->device != q->device)
		return 0;

	t = table_of(p, r->table);
	if (!t)
		return 0;
	if (t->has_route &&
	    (r->prefix < t->best.prefix ||
	     (r->prefix == t->best.prefix && r->metric >= t->best.metric)))
		return 0;

	t->has_route = true;
	t->best = *r;
	return 0;
}

/* fib_props of net/ipv4/fib_semantics.c. */
static int error_of_route(uint8_t type)
{
	static const int errors[] = {
		[RTN_UNREACHABLE] = EHOSTUNREACH,
		[RTN_PROHIBIT] = EACCES,
		[RTN_BLACKHOLE] = EINVAL,
	};

	return type < sizeof(errors) / sizeof(*errors) ? errors[type] : 0;
}

static int error_of_rule(uint8_t action)
{
	static const int errors[] = {
		[FR_ACT_UNREACHABLE] = ENETUNREACH,
		[FR_ACT_PROHIBIT] = EACCES,
		[FR_ACT_BLACKHOLE] = EINVAL,
	};

	return action < sizeof(errors) / sizeof(*errors) ? errors[action] : 0;
}

/* Whether the rule's table decides. */
static bool ends_at_table(struct replay *p, const struct policy_rule *r,
			  struct lookup *ret)
{
	const struct table *t = table_of(p, r->table);

	if (!t || !t->has_route || t->best.type == RTN_THROW ||
	    (int)t->best.prefix <= r->suppressed)
		return false;

	ret->end = LOOKUP_ROUTE;
	ret->route = t->best;
	ret->error = error_of_route(t->best.type);
	ret->rule = *r;
	ret->has_rule = true;
	return true;
}

static void walk(struct replay *p, struct lookup *ret)
{
	uint32_t from = 0; /* a goto passes over those before */

	for (size_t i = 0; i < p->rule_count; i++) {
		const struct policy_rule *r = &p->rules[i];

		if (r->priority < from ||
		    !policy_rule_meets(r, p->question, p->out))
			continue;
		if (r->action == FR_ACT_GOTO && r->to > r->priority)
			from = r->to;
		if (r->action == FR_ACT_TO_TBL && ends_at_table(p, r, ret))
			return;
		if (!error_of_rule(r->action))
			continue;

		ret->end = LOOKUP_RULE;
		ret->error = error_of_rule(r->action);
		ret->rule = *r;
		ret->has_rule = true;
		return;
	}
}

int lookup_replay(struct netlink *n, const struct route_question *q,
		  const char *out, struct lookup *ret)
{
	struct replay p = { .question = q, .out = out };
	int family = netlink_family(&q->destination);
	int error = -ENOMEM;

	*ret = (struct lookup){ .error = ENETUNREACH };
	p.rules = calloc(RULES_MOST, sizeof(*p.rules));
	p.tables = calloc(TABLES_MOST, sizeof(*p.tables));
	if (p.rules && p.tables)
		error = policy_rule_dump(n, family, take_rule, &p);
	if (!error)
		error = route_dump(n, family, take_route, &p);
	if (!error)
		walk(&p, ret);
	free(p.rules);
	free(p.tables);
	return error;
}
