#include "cli/check_route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/lookup.h"
#include "host/netlink.h"

static const char source[] = "route";

static const char *name_of(const struct links *links, uint32_t index)
{
	const struct links_link *l = links_by_index(links, index);

	return l ? l->name : NULL;
}

static const struct culprit *route_culprit(struct case_record *c,
					   const struct links *links,
					   const struct route *r)
{
	struct text words = TEXT_NULL, table = TEXT_NULL;
	struct culprit *k;

	route_text(&words, r, name_of(links, r->device));
	route_table_text(&table, r->table);
	k = culprit_new(c->arena, CULPRIT_ROUTE, VANTAGE_CLIENT, "%s",
			text_string(&words));
	culprit_text(k, c->arena, "table", text_string(&table));
	text_done(&words);
	text_done(&table);
	return k;
}

static const struct culprit *rule_culprit(struct case_record *c,
					  const struct policy_rule *r)
{
	struct text words = TEXT_NULL;
	struct culprit *k;

	policy_rule_text(&words, r);
	k = culprit_new(c->arena, CULPRIT_POLICY_RULE, VANTAGE_CLIENT, "%s",
			text_string(&words));
	culprit_number(k, "priority", r->priority);
	text_done(&words);
	return k;
}

static const struct culprit *link_culprit(struct case_record *c,
					  const struct links_link *l)
{
	struct culprit *k = culprit_new(
		c->arena, CULPRIT_LINK, VANTAGE_CLIENT, "%s: %s%s", l->name,
		links_is_up(l) ? "UP" : "DOWN",
		links_is_up(l) && !l->has_carrier ? ", NO-CARRIER" : "");

	culprit_text(k, c->arena, "device", l->name);
	culprit_text(k, c->arena, "state", links_is_up(l) ? "UP" : "DOWN");
	return k;
}

/* Where the packets go. */

static bool has_tunnel(const struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		if (links_is_tunnel(&links->links[i]) &&
		    links_is_up(&links->links[i]))
			return true;

	return false;
}

static void tell_tunnel(struct case_record *c, struct attempt *a,
			const struct links *links, struct check_local *s)
{
	s->has_tunnel = has_tunnel(links);
	if (links_is_tunnel(&s->link))
		fact_tell(&a->facts, FACT_ROUTE_TUNNEL, source,
			  route_culprit(c, links, &s->route),
			  _("The route leads into the tunnel %s."),
			  s->link.name);
}

static void tell_link(struct case_record *c, struct attempt *a,
		      const struct check_local *s)
{
	if (links_is_up(&s->link) && s->link.has_carrier)
		fact_tell(&a->facts, FACT_LINK_UP, source, NULL, NULL);
	else if (links_is_up(&s->link))
		fact_tell(&a->facts, FACT_LINK_NO_CARRIER, source,
			  link_culprit(c, &s->link),
			  _("The interface %s has no carrier."), s->link.name);
	else
		fact_tell(&a->facts, FACT_LINK_DOWN, source,
			  link_culprit(c, &s->link),
			  _("The interface %s is down."), s->link.name);
}

static const struct links_link *loopback_of(const struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		if (links_is_loopback(&links->links[i]))
			return &links->links[i];

	return NULL;
}

static bool tell_loopback(struct case_record *c, struct attempt *a,
			  const struct links *links)
{
	const struct links_link *lo = loopback_of(links);

	if (!lo || links_is_up(lo))
		return false;

	fact_tell(
		&a->facts, FACT_LO_DOWN, source, link_culprit(c, lo),
		_("The address is this host's own, and the interface %s is down."),
		lo->name);
	return true;
}

static void tell_next_hop(struct case_record *c, struct attempt *a,
			  const struct links *links, struct check_local *s)
{
	struct text words = TEXT_NULL;

	address_text(&words,
		     s->route.has_gateway ? &s->route.gateway : &a->address);
	if (s->route.has_gateway)
		fact_tell(&a->facts, FACT_ROUTE_VIA_GATEWAY, source,
			  route_culprit(c, links, &s->route),
			  _("The route leads through the gateway %s on %s."),
			  text_string(&words), s->link.name);
	else
		fact_tell(&a->facts, FACT_ROUTE_ON_LINK, source,
			  route_culprit(c, links, &s->route),
			  _("By the route, %s lies on the own link, %s."),
			  text_string(&words), s->link.name);
	text_done(&words);
}

static void tell_step(struct case_record *c, const struct check_local *s,
		      int64_t took_ns)
{
	const struct route *r = &s->route;
	struct text words = TEXT_NULL;

	if (r->type == RTN_LOCAL)
		text_str(&words, "local ");
	if (r->has_gateway) {
		text_str(&words, "via ");
		address_text(&words, &r->gateway);
		text_char(&words, ' ');
	}
	text_format(&words, "dev %s", s->link.name);
	if (r->has_source) {
		text_str(&words, " src ");
		address_text(&words, &r->source);
	}
	text_format(&words, ", MTU %u", r->mtu ? r->mtu : s->link.mtu);
	case_step(c, source, STEP_PASS, took_ns, text_string(&words));
	text_done(&words);
}

static void tell_found(struct case_record *c, struct attempt *a,
		       const struct links *links, struct check_local *s)
{
	const struct links_link *l = links_by_index(links, s->route.device);

	if (l)
		s->link = *l;
	s->has_route = true;
	fact_tell(&a->facts, FACT_ROUTE_FOUND, source, NULL, NULL);
	if (s->route.type == RTN_LOCAL) {
		fact_tell(&a->facts, FACT_ROUTE_LOCAL, source, NULL, NULL);
		fact_tell(&a->facts, FACT_IS_LOOPBACK, source, NULL, NULL);
		(void)tell_loopback(c, a, links);
		return;
	}

	tell_next_hop(c, a, links, s);
	tell_link(c, a, s);
	tell_tunnel(c, a, links, s);
	s->next_hop = s->route.has_gateway ? s->route.gateway : a->address;
	s->has_next_hop = links_has_neighbours(&s->link);
}

/* Why they go nowhere. */

static bool is_of_family(const struct address *a, const struct address *b)
{
	return address_is_v4(a) == address_is_v4(b);
}

static bool is_down(const struct links_link *l)
{
	if (links_is_loopback(l) || links_is_tunnel(l))
		return false;

	/* A bridge without ports has no carrier, and nobody misses it. */
	return !links_is_up(l) ||
	       (!l->has_carrier && strcmp(l->kind, "bridge") != 0);
}

static bool is_in_net_of(const struct links *links, const struct links_link *l,
			 const struct address *a)
{
	for (size_t i = 0; i < links->address_count; i++) {
		const struct links_address *own = &links->addresses[i];

		if (own->index == l->index &&
		    route_is_prefix(&own->address, own->prefix, a))
			return true;
	}

	return false;
}

static bool has_address(const struct links *links, const struct links_link *l,
			const struct address *a)
{
	for (size_t i = 0; i < links->address_count; i++)
		if (links->addresses[i].index == l->index &&
		    is_of_family(&links->addresses[i].address, a))
			return true;

	return false;
}

/* What is known of the interfaces that are down. */
struct downs {
	const struct links_link *covers; /* the address is in its network */
	const struct links_link *only; /* the only one, of those with address */
	size_t count, with_address;
	bool others_up;
};

static struct downs find_downs(const struct links *links,
			       const struct address *a)
{
	struct downs d = { 0 };

	for (size_t i = 0; i < links->count; i++) {
		const struct links_link *l = &links->links[i];

		if (!is_down(l)) {
			d.others_up = d.others_up || !links_is_loopback(l);
			continue;
		}
		d.count++;
		if (is_in_net_of(links, l, a))
			d.covers = l;
		if (has_address(links, l, a)) {
			d.with_address++;
			d.only = l;
		} else if (!d.with_address) {
			d.only = l;
		}
	}
	if (d.with_address > 1 || (!d.with_address && d.count > 1))
		d.only = NULL;

	return d;
}

/* Whether an interface that is down explains that there is no route: an
 * interface's routes go with it. */
static void tell_none(struct case_record *c, struct attempt *a,
		      const struct links *links)
{
	struct downs d = find_downs(links, &a->address);
	const struct links_link *l = d.covers;
	struct text words = TEXT_NULL;

	if (!l && !d.others_up)
		l = d.only;
	fact_tell(&a->facts, FACT_ROUTE_NONE, source, NULL, NULL);
	if (address_is_loopback(&a->address) && tell_loopback(c, a, links))
		return;
	if (l) {
		fact_tell(&a->facts, FACT_LINK_DOWN, source, link_culprit(c, l),
			  _("The interface %s is down."), l->name);
		return;
	}
	if (d.count) {
		fact_tell(&a->facts, FACT_LINK_SOME_DOWN, source, NULL, NULL);
		return;
	}

	address_text(&words, &a->address);
	fact_tell(&a->facts, FACT_ROUTE_MISSING, source,
		  culprit_new(c->arena, CULPRIT_ROUTE, VANTAGE_CLIENT,
			      "%s: no route, no default route",
			      text_string(&words)),
		  NULL);
	text_done(&words);
}

static enum fact_kind fact_of(uint8_t type)
{
	if (type == RTN_UNREACHABLE)
		return FACT_ROUTE_UNREACHABLE;
	if (type == RTN_PROHIBIT)
		return FACT_ROUTE_PROHIBIT;

	return FACT_ROUTE_BLACKHOLE;
}

static void tell_refused(struct case_record *c, struct attempt *a,
			 const struct links *links, const struct lookup *l)
{
	const struct culprit *k;

	if (l->end == LOOKUP_NONE) {
		tell_none(c, a, links);
		return;
	}
	if (l->end == LOOKUP_RULE) {
		k = rule_culprit(c, &l->rule);
		fact_tell(
			&a->facts, FACT_ROUTE_RULE_REFUSES, source, k,
			_("A rule of policy routing refuses the address: %s."),
			k ? k->text : "");
		return;
	}

	k = route_culprit(c, links, &l->route);
	fact_tell(&a->facts, fact_of(l->route.type), source, k,
		  _("A route refuses the address: %s."), k ? k->text : "");
}

/* The first lookup chooses the source, the second is made with it, as
 * connect() does: only then are rules for a source met. */
static int look_up(struct netlink *n, struct check_local *s, int *refusal)
{
	struct route_question *q = &s->question;
	int found = route_get(n, q, &s->route, refusal);

	if (found || q->has_source || !s->route.has_source)
		return found;

	q->source = s->route.source;
	q->has_source = true;
	found = route_get(n, q, &s->route, refusal);
	if (!found && !s->route.has_source) {
		s->route.source = q->source;
		s->route.has_source = true;
	}
	return found;
}

/* What refuses it, as its fact says; else the error's name. */
static const char *refused_by(const struct attempt *a, int refusal)
{
	static const enum fact_kind kinds[] = {
		FACT_ROUTE_BLACKHOLE,   FACT_ROUTE_PROHIBIT,
		FACT_ROUTE_UNREACHABLE, FACT_ROUTE_RULE_REFUSES,
		FACT_LINK_DOWN,         FACT_LO_DOWN,
		FACT_ROUTE_MISSING,     FACT_ROUTE_NONE,
		FACT_SOURCE_NOT_LOCAL,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct fact *f = facts_get(&a->facts, kinds[i]);

		if (f && f->text)
			return f->text;
	}

	return strerror(refusal);
}

int check_route(struct case_record *c, struct attempt *a, struct netlink *n,
		const struct links *links, struct check_local *state)
{
	struct lookup l;
	int refusal = 0;
	int found = look_up(n, state, &refusal);
	const char *device = name_of(links, state->question.device);
	int error;

	if (!found) {
		tell_found(c, a, links, state);
		tell_step(c, state, clock_now() - state->began_ns);
		return 0;
	}
	if (found < 0)
		return found;

	error = lookup_replay(n, &state->question, device ? device : "", &l);
	/* Another error than the kernel's: the replay missed something. */
	if (!error && l.error == refusal)
		tell_refused(c, a, links, &l);
	case_step(c, source, STEP_FAIL, clock_now() - state->began_ns,
		  refused_by(a, refusal));
	return error;
}
