#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/way.h"

/*
 * The server's route back to the client, from the address that was asked for.
 * Without one the kernel gives up the SYN without a trace but for a counter
 * (inet_csk_route_req()).
 */
static void put_way(struct text *out, const struct looking *l,
		    const struct way_back *w)
{
	const struct route *r = &w->route;

	if (r->type == RTN_LOCAL)
		text_str(out, "local ");
	if (r->has_gateway) {
		text_str(out, "via ");
		address_text(out, &r->gateway);
		text_char(out, ' ');
	}
	if (w->device)
		text_format(out, "dev %s", w->device->name);
	if (r->has_source) {
		text_str(out, " src ");
		address_text(out, &r->source);
	} else if (l->question->has_server) {
		text_str(out, " src ");
		address_text(out, &l->question->server);
	}
	if (r->mtu || w->device)
		text_format(out, ", MTU %u", r->mtu ? r->mtu : w->device->mtu);
}

/* Which way the answers go, against the way that the packets came. */
static void tell_device(struct looking *l, const struct way_back *w)
{
	const struct links_link *in =
		links_by_index(l->links, l->question->device);
	struct culprit *k;

	if (!l->question->packets || !in || !w->device)
		return;
	if (in->index == w->device->index || in->master == w->device->index) {
		look_tell(l, FACT_ROUTE_BACK_SAME_DEVICE, NULL, NULL);
		return;
	}

	k = way_route_culprit(l, &w->route);
	look_tell(
		l, FACT_ROUTE_BACK_OTHER_DEVICE, k,
		_("The packets came in by %1$s, and the answers leave by %2$s."),
		in->name, w->device->name);
}

static void tell_found(struct looking *l, const struct way_back *w)
{
	struct text words = TEXT_NULL;
	struct way_in in;

	put_way(&words, l, w);
	look_tell(l, FACT_ROUTE_BACK_FOUND, way_route_culprit(l, &w->route),
		  _("The route back to the client is: %s."),
		  text_string(&words));
	look_step(l, STEP_PASS, "%s", text_string(&words));
	text_done(&words);

	tell_device(l, w);
	if (!l->question->packets)
		return;
	if (w->has_usual_rules || (!w->is_unsure && !way_in(l, &in) &&
				   in.end != WAY_UNKNOWN && in.end != WAY_RULE))
		look_tell(l, FACT_POLICY_RULES_PASS, NULL, NULL);
}

static void tell_rule(struct looking *l, const struct culprit *k)
{
	look_tell(l, FACT_POLICY_RULE_BACK, k,
		  _("A rule of policy routing leads the answers nowhere: %s."),
		  k ? k->text : "");
	look_step(l, STEP_FAIL, _("rule of policy routing: %s"),
		  k ? k->text : "");
}

static void tell_none(struct looking *l, const struct way_back *w)
{
	const char *client = way_words(l, &l->question->client);
	struct culprit *k;

	/* The table has it, but nothing leads to the table. */
	if (w->is_in_main) {
		k = culprit_new(l->record->arena, CULPRIT_POLICY_RULE,
				VANTAGE_SERVER,
				"no rule looks up the table main");
		tell_rule(l, k);
		return;
	}

	k = culprit_new(l->record->arena, CULPRIT_ROUTE, VANTAGE_SERVER,
			"%s: no route, no default route", client);
	look_tell(l, FACT_ROUTE_BACK_NONE, k,
		  _("No route of the server leads back to %s."), client);
	look_step(l, STEP_FAIL, _("no route to %s"), client);
}

/* A table of its own, which the rule chose. */
static bool is_by_rule(const struct lookup *l)
{
	return l->has_rule && l->rule.table != RT_TABLE_MAIN &&
	       l->rule.table != RT_TABLE_LOCAL &&
	       l->rule.table != RT_TABLE_DEFAULT;
}

static void tell_refused(struct looking *l, const struct way_back *w)
{
	const struct lookup *why = &w->lookup;
	struct culprit *k;

	if (!w->is_told) {
		look_step(l, STEP_FAIL, "%s", strerror(w->refusal));
		if (w->refusal == ENETUNREACH)
			tell_none(l, w);
		return;
	}
	if (why->end == LOOKUP_NONE) {
		tell_none(l, w);
		return;
	}
	if (why->end == LOOKUP_RULE || is_by_rule(why)) {
		k = way_rule_culprit(l, &why->rule);
		if (why->end == LOOKUP_ROUTE) {
			struct text t = TEXT_NULL;

			route_text(&t, &why->route, NULL);
			culprit_text(k, l->record->arena, "route",
				     text_string(&t));
			text_done(&t);
		}
		tell_rule(l, k);
		return;
	}

	k = way_route_culprit(l, &why->route);
	look_tell(l, FACT_ROUTE_BACK_REFUSED, k,
		  _("The server's route back to the client refuses: %s."),
		  k ? k->text : "");
	look_step(l, STEP_FAIL, "%s", k ? k->text : "");
}

/* It may be for a bridge of this host to carry, which needs no route for it. */
static bool may_be_bridged(const struct looking *l)
{
	return !l->question->packets && l->question->has_server &&
	       links_may_bridge(l->links, &l->question->server);
}

static int look(struct looking *l, bool is_counted)
{
	struct way_back w;
	int err = way_back(l, &w);

	if (err)
		return err;

	if (w.has_route)
		tell_found(l, &w);
	else if ((!w.is_unsure && !may_be_bridged(l)) || is_counted)
		tell_refused(l, &w);
	else
		look_step(l, STEP_FAIL, "%s", strerror(w.refusal));

	return 0;
}

static int client(struct looking *l)
{
	return look(l, false);
}

static int after(struct looking *l)
{
	enum counter c = address_is_v4(&l->question->client)
				 ? COUNTER_OUT_NO_ROUTES
				 : COUNTER_OUT_NO_ROUTES6;
	struct way_counted *s = l->state;
	struct counters_taken now;
	uint64_t grown;
	int err;

	if (!s->has_before || fact_has(&l->facts->set, FACT_ROUTE_BACK_FOUND))
		return 0;
	err = counters_read(&now);
	if (err)
		return err;

	grown = counters_grown(&s->before, &now, c);
	if (!grown || grown < l->question->packets)
		return 0;

	err = look(l, true);
	if (look_is_this(l, grown) &&
	    (fact_has(&l->facts->set, FACT_ROUTE_BACK_NONE) ||
	     fact_has(&l->facts->set, FACT_ROUTE_BACK_REFUSED) ||
	     fact_has(&l->facts->set, FACT_POLICY_RULE_BACK)))
		look_tell(
			l, FACT_ROUTE_BACK_COUNTED, NULL,
			_("The counter %1$s grew by %2$llu when the packets came."),
			counters_name(c), (unsigned long long)grown);
	return err;
}

const struct look look_route_back = {
	.id = "route-back",
	.title = N_("the route back to the client"),
	.state_size = sizeof(struct way_counted),
	.before = way_count,
	.client = client,
	.after = after,
};
