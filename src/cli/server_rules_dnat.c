/*
 * Where rules send a client's packet on to: another address, another port, the
 * own loopback; and whether anybody can answer from there.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/server_rules_parts.h"
#include "host/neighbour.h"
#include "host/route.h"
#include "host/sysctl.h"
#include "ruleset/model.h"

struct translated {
	struct server_rules *server;
	struct facts *facts;
	const struct rule *rule;
	struct address to;
	unsigned port;
	struct text words; /* "10.0.0.2:80" */
	struct culprit *culprit;
};

static const struct walk_change *find_nat(const struct walk_way *way,
					  enum field f)
{
	const struct walk_change *last = NULL;

	for (size_t i = 0; i < way->change_count; i++)
		if (way->changes[i].field == f)
			last = &way->changes[i];

	return last;
}

static struct culprit *culprit_of(const struct rule *r, struct arena *a)
{
	const struct walk_blocker b = {
		.verdict = { .chain = r->chain, .rule = r },
	};

	return rule_told_culprit(&b, a, VANTAGE_SERVER);
}

static bool on_link(const struct server_rules *s, const struct address *a,
		    struct route *ret)
{
	const struct route_question q = { .destination = *a };
	int refusal;

	return !route_get(s->route, &q, ret, &refusal) && ret->has_device;
}

/* net.ipv4.conf.DEVICE.route_localnet, or that of all. */
static bool takes_loopback(const char *device)
{
	struct text name = TEXT_NULL;
	int64_t here = 0, all = 0;

	text_format(&name, "net/ipv4/conf/%s/route_localnet", device);
	(void)sysctl_number("net/ipv4/conf/all/route_localnet", &all);
	(void)sysctl_number(text_string(&name), &here);
	text_done(&name);
	return here || all;
}

static void to_loopback(struct translated *t)
{
	const struct server_rules *s = t->server;
	const struct links_link *l = links_by_index(&s->links, s->way.device);

	if (!l || links_is_loopback(l) || takes_loopback(l->name))
		return;

	fact_tell(
		t->facts, FACT_DNAT_LOOPBACK, server_rules_source, t->culprit,
		_("A rule of the server sends the packets on to %1$s, and net.ipv4.conf.%2$s.route_localnet is 0: %3$s."),
		text_string(&t->words), l->name, t->rule->text);
}

/* Both stand on the same link, and the packet keeps the client's address: the
 * answer goes straight to it, with an address that it did not ask. */
static void past_us(struct translated *t, const struct route *route)
{
	const struct server_rules *s = t->server;
	const struct look_question *q = &s->way.question;
	const struct links_address *asked;
	struct route back;
	bool is_same_link;

	if (!q->has_client || route->has_gateway ||
	    find_nat(&s->way.result.way, FIELD_SADDR) ||
	    !on_link(s, &q->client, &back) || back.has_gateway ||
	    back.device != route->device)
		return;

	asked = q->has_server ? links_own(&s->links, &q->server) : NULL;
	is_same_link = asked && asked->index == route->device;
	fact_tell(
		t->facts, is_same_link ? FACT_DNAT_BYPASS : FACT_DNAT_HAIRPIN,
		server_rules_source, t->culprit,
		_("A rule of the server sends the packets on to %1$s, which stands in the client's own network and answers it directly: %2$s."),
		text_string(&t->words), t->rule->text);
}

static void tell_forwarding(struct translated *t)
{
	const char *name = address_is_v4(&t->to)
				   ? "net.ipv4.ip_forward"
				   : "net.ipv6.conf.all.forwarding";
	struct culprit *k;
	int64_t value;

	if (sysctl_number(name, &value) || value)
		return;

	k = culprit_new(t->server->record->arena, CULPRIT_SYSCTL,
			VANTAGE_SERVER, "%s = 0", name);
	culprit_text(k, t->server->record->arena, "name", name);
	culprit_text(k, t->server->record->arena, "value", "0");
	fact_tell(
		t->facts, FACT_FORWARDING_OFF, server_rules_source, k,
		_("A rule of the server sends the packets on to %1$s, and %2$s is 0."),
		text_string(&t->words), name);
}

static void to_other(struct translated *t)
{
	const struct server_rules *s = t->server;
	struct neighbour e = { 0 };
	struct route route;
	const struct address *next;

	fact_tell(t->facts, FACT_DNAT_ELSEWHERE, server_rules_source,
		  t->culprit,
		  _("A rule of the server sends the packets on to %1$s: %2$s."),
		  text_string(&t->words), t->rule->text);
	tell_forwarding(t);
	if (!on_link(s, &t->to, &route))
		return;

	next = route.has_gateway ? &route.gateway : &t->to;
	if (neighbour_get(s->route, next, route.device, &e))
		return;
	if (neighbour_answers(&e))
		fact_tell(t->facts, FACT_DNAT_ALIVE, server_rules_source, NULL,
			  NULL);
	/* Asked again and again, as the client's repetitions show. */
	if (neighbour_has_failed(&e) ||
	    (neighbour_is_asked(&e) &&
	     fact_has(&t->facts->set, FACT_SYN_SILENCE)))
		fact_tell(
			t->facts, FACT_DNAT_DEAD, server_rules_source,
			t->culprit,
			_("A rule of the server sends the packets on to %1$s, which does not answer on its link: %2$s."),
			text_string(&t->words), t->rule->text);
	past_us(t, &route);
}

void server_rules_dnat(struct server_rules *s, struct facts *facts)
{
	const struct walk_way *way = &s->way.result.way;
	const struct walk_change *address = find_nat(way, FIELD_DADDR);
	const struct walk_change *port = find_nat(way, FIELD_DPORT);
	const struct walk_change *any = address ? address : port;
	struct translated t = { .server = s, .facts = facts };
	bool is_sure = way->verdict.decision != WALK_UNKNOWN &&
		       !live_is_partial(&s->live);

	if (!any || !any->rule) {
		if (is_sure)
			fact_tell(facts, FACT_NO_DNAT, server_rules_source,
				  NULL, NULL);
		return;
	}

	if (port)
		fact_tell(facts, FACT_DNAT_PORT, server_rules_source, NULL,
			  NULL);
	if ((address && !address->is_known) || (port && !port->is_known) ||
	    way->verdict.decision != WALK_ACCEPT)
		return;

	t.rule = any->rule;
	t.to = field_to_address(way->last.value[FIELD_DADDR]);
	t.port = (unsigned)way->last.value[FIELD_DPORT];
	t.culprit = culprit_of(t.rule, s->record->arena);
	address_text(&t.words, &t.to);
	text_format(&t.words, ":%u", t.port);
	if (address_is_loopback(&t.to))
		to_loopback(&t);
	else if (!links_own(&s->links, &t.to))
		to_other(&t);
	/* A look saw it: here it is known which rule leads there. */
	if (fact_has(&facts->set, FACT_INNER_NONE))
		fact_tell(facts, FACT_INNER_NONE, server_rules_source,
			  t.culprit, NULL);
	text_done(&t.words);
}

static bool sends_on(const struct rule *r)
{
	for (size_t i = 0; i < r->term_count; i++) {
		const struct action *a =
			r->terms[i].is_action ? r->terms[i].action : NULL;

		if (a &&
		    (a->kind == ACTION_UNKNOWN ||
		     (a->kind == ACTION_NAT && a->nat != NAT_SOURCE &&
		      a->nat != NAT_MASQUERADE && a->nat != NAT_NETMAP_SOURCE)))
			return true;
	}

	return false;
}

bool server_rules_may_send_on(const struct server_rules *s)
{
	if (!s || !s->ruleset || live_is_partial(&s->live))
		return true;

	for (const struct table *t = s->ruleset->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *r = c->first; r; r = r->next)
				if (sends_on(r))
					return true;

	return false;
}

void server_rules_sent_on(const struct server_rules *s, struct look_question *q)
{
	const struct walk_way *way = s ? &s->way.result.way : NULL;
	const struct walk_change *address, *port;

	if (!way || way->verdict.decision == WALK_UNKNOWN)
		return;
	address = find_nat(way, FIELD_DADDR);
	port = find_nat(way, FIELD_DPORT);
	if ((!address && !port) || !(address ? address : port)->rule ||
	    (address && !address->is_known) || (port && !port->is_known))
		return;

	q->inner = address ? field_to_address(address->after) : q->server;
	q->inner_port = port ? (uint16_t)way->last.value[FIELD_DPORT] : q->port;
	q->inner_rule =
		culprit_of((address ? address : port)->rule, s->record->arena);
	q->has_inner = address || q->has_server;
}
