/* Which packets a change is for. */
#include <errno.h>
#include <string.h>

#include "fix/rehearse_parts.h"
#include "fix/rules_edit.h"

/* Who looks out for one rule. */
struct as_written {
	const char *words;
	bool *is_met;
};

static void note_words(void *context, const struct rule *rule)
{
	const struct as_written *a = context;

	if (!strcmp(rules_edit_words(rule), a->words))
		*a->is_met = true;
}

/* Let in by the rule that stood there already, and was never met. */
static bool is_as_written(const struct rehearsing *s, const struct point *p)
{
	bool is_met = false;
	struct as_written as = { s->c->effect.as_written, &is_met };
	const struct walk_visitor visitor = { .rule = note_words,
					      .context = &as };
	struct point walked = *p;

	return s->plan_after &&
	       walk_fast(s->plan_after, s->p->host, &walked, &visitor)
			       .decision == WALK_ACCEPT &&
	       is_met;
}

static bool is_client(const struct fix_ask *ask, const struct address *a)
{
	return !ask->has_client ||
	       (address_is_v4(a) == address_is_v4(&ask->client) &&
		route_is_prefix(&ask->client, ask->client_prefix, a));
}

static bool is_server(const struct rehearsing *s, const struct address *a,
		      u128 port)
{
	const struct fix_ask *ask = &s->p->plan->ask;

	if (s->is_led && port == s->led_port && address_equal(a, &s->led_to))
		return true;
	return port == ask->port &&
	       (!ask->has_server || address_equal(a, &ask->server) ||
		address_equal(a, &s->server));
}

/* Among what the fix is for: as the client asks, or as it is led on; or what
 * looks like an answer. */
static bool is_asked(const struct rehearsing *s, const struct point *p)
{
	const struct fix_ask *ask = &s->p->plan->ask;
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);

	if (p->value[FIELD_PROTO] != ask->protocol)
		return false;
	if (is_client(ask, &from) && is_server(s, &to, p->value[FIELD_DPORT]))
		return true;
	return !p->value[FIELD_IIF] && is_client(ask, &to) &&
	       is_server(s, &from, p->value[FIELD_SPORT]);
}

bool rehearse_meant(const struct rehearsing *s, const struct point *p)
{
	return is_asked(s, p) || is_as_written(s, p);
}

bool rehearse_meant_wider(const struct rehearsing *s,
			  const struct walk_plan *plan, const struct point *p)
{
	struct point walked = *p;

	if (s->c->effect.is_exact)
		return false;
	for (size_t i = 0; i < s->c->now_count; i++)
		if (s->c->now[i].kind == CHANGE_RULES)
			return false;

	return !plan || walk_fast(plan, s->p->host, &walked, NULL).decision ==
				WALK_ACCEPT;
}

/* The rules with the change, as a model. */
int rehearse_meant_read(struct rehearsing *s)
{
	int err;

	if (!s->c->effect.is_as_written || !s->p->source)
		return 0;
	err = fix_rules_read(s->p->source, s->problems, &s->rules_after);
	for (size_t i = 0; i < s->c->now_count && !err; i++)
		if (s->c->now[i].kind == CHANGE_RULES)
			err = rules_edit_apply(s->rules_after,
					       &s->c->now[i].rules);
	if (!err)
		s->plan_after = walk_plan_new(s->rules_after);
	return err == -ENOMEM || (!err && !s->plan_after) ? -ENOMEM : 0;
}
