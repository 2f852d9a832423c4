/*
 * The first packet of a client, as the hooks see it, and what the rules in force
 * do to it.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/rule_why.h"
#include "cli/server_rules_parts.h"
#include "host/listeners.h"
#include "host/neighbour.h"
#include "host/route.h"
#include "host/sysctl.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"

enum { FLAG_SYN = 2, FAMILY_V4 = 2, FAMILY_V6 = 10, MAC_BYTES = 6 };

static void say(struct packet_words *w, enum field f, u128 value)
{
	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

/* By which the answer would leave, and so the packet most likely comes in. */
static bool route_back(const struct server_rules *s,
		       const struct look_question *q, struct route *ret)
{
	struct route_question ask = { .destination = q->client,
				      .source = q->server,
				      .has_source = q->has_server };
	int refusal;

	return q->has_client && !route_get(s->route, &ask, ret, &refusal) &&
	       ret->has_device;
}

static bool has_address(const struct server_rules *s, uint32_t device)
{
	for (size_t i = 0; i < s->links.address_count; i++)
		if (s->links.addresses[i].index == device)
			return true;

	return false;
}

/* A device without an address of its own is a port of the bridge that has the
 * address: there the packet comes in, as rules see it. */
static uint32_t bridge_of(const struct server_rules *s,
			  const struct look_question *q, uint32_t device)
{
	const struct links_address *own =
		q->has_server ? links_own(&s->links, &q->server) : NULL;
	const struct links_link *l =
		own ? links_by_index(&s->links, own->index) : NULL;

	return l && !strcmp(l->kind, "bridge") && !has_address(s, device)
		       ? l->index
		       : device;
}

static uint32_t seen_by(const struct server_rules *s,
			const struct look_question *q, const char *in_device)
{
	const struct links_address *own;
	struct route back;

	for (size_t i = 0; in_device && i < s->links.count; i++)
		if (!strcmp(s->links.links[i].name, in_device))
			return s->links.links[i].index;

	if (q->device)
		return q->device;
	if (route_back(s, q, &back))
		return back.device;
	own = q->has_server ? links_own(&s->links, &q->server) : NULL;
	return own ? own->index : 0;
}

/* An address of this host that the client may ask for. */
static bool own_address(const struct server_rules *s,
			const struct look_question *q, uint32_t device,
			struct address *ret)
{
	bool is_v4 = !q->has_client || address_is_v4(&q->client);

	if (q->has_server) {
		*ret = q->server;
		return true;
	}

	for (size_t i = 0; i < s->links.address_count; i++) {
		const struct links_address *a = &s->links.addresses[i];

		if (a->index == device && address_is_v4(&a->address) == is_v4) {
			*ret = a->address;
			return true;
		}
	}

	return false;
}

static u128 mac_value(const uint8_t *bytes)
{
	u128 mac = 0;

	for (int i = 0; i < MAC_BYTES; i++)
		mac = mac << 8 | bytes[i];
	return mac;
}

/* The MAC address that its packets carry: its own, or the last router's. */
static void say_mac(const struct server_rules *s, const struct look_question *q,
		    uint32_t device, struct point *p)
{
	struct address next = q->client;
	struct neighbour e = { 0 };
	struct route back;

	point_forget(p, FIELD_MAC_SADDR);
	if (q->has_macs) {
		point_set(p, FIELD_MAC_SADDR, mac_value(q->from_mac));
		return;
	}
	if (!device || !route_back(s, q, &back) || back.device != device)
		return;
	if (back.has_gateway)
		next = back.gateway;
	if (neighbour_get(s->route, &next, device, &e) ||
	    e.mac_length != MAC_BYTES)
		return;

	point_set(p, FIELD_MAC_SADDR, mac_value(e.mac));
}

/* What differs from system to system, or is not known before a packet came. */
static void forget(const struct look_question *q, struct point *p)
{
	static const enum field unknown[] = {
		FIELD_LENGTH,  FIELD_TTL,       FIELD_TOS,
		FIELD_TCP_MSS, FIELD_MAC_DADDR,
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		point_forget(p, unknown[i]);
	if (!q->client_port)
		point_forget(p, FIELD_SPORT);
	if (!q->has_client) {
		point_forget(p, FIELD_SADDR);
		point_forget(p, FIELD_SADDR_TYPE);
		point_forget(p, FIELD_RPFILTER);
	}
}

/* By which this host would forward it; 0: it is for this host. What stays on
 * its link is a bridge's rather than a router's. */
static uint32_t out_device(const struct server_rules *s,
			   const struct look_question *q,
			   const struct address *server, uint32_t device)
{
	const struct links_link *in = links_by_index(&s->links, device);
	struct route_question ask = {
		.destination = *server,
		.source = q->client,
		.has_source = q->has_client,
		.port = q->port,
		.source_port = q->client_port,
		.protocol = q->protocol,
		.in = in && q->has_client ? in->index : 0,
		.in_name = in && q->has_client ? in->name : NULL,
	};
	struct route r;
	int refusal;

	if (!in || links_own(&s->links, server) ||
	    route_get(s->route, &ask, &r, &refusal) || r.type != RTN_UNICAST ||
	    !r.has_device || r.device == device || r.device == in->master)
		return 0;

	return r.device;
}

void server_rules_walk_packet(struct server_rules *s,
			      const struct look_question *q,
			      const char *in_device, struct point *ret,
			      uint32_t *ret_device)
{
	uint32_t device = bridge_of(s, q, seen_by(s, q, in_device));
	const struct links_link *bridge =
		q->is_bridged ? links_bridge(&s->links, device) : NULL;
	const struct links_link *l =
		bridge ? bridge : links_by_index(&s->links, device);
	const char *name = l ? l->name : in_device;
	struct packet_words w = { 0 };
	struct address server;
	bool has_server = own_address(s, q, device, &server);
	const struct links_link *out =
		bridge       ? bridge
		: has_server ? links_by_index(&s->links,
					      out_device(s, q, &server, device))
			     : NULL;
	bool is_v4 = q->has_client   ? address_is_v4(&q->client)
		     : q->has_server ? address_is_v4(&q->server)
				     : true;

	say(&w, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	if (name)
		say(&w, FIELD_IIF, field_from_name(name, strlen(name)));
	say(&w, FIELD_OIF,
	    out ? field_from_name(out->name, strlen(out->name)) : 0);
	if (q->has_client)
		say(&w, FIELD_SADDR, field_from_address(&q->client));
	if (has_server)
		say(&w, FIELD_DADDR, field_from_address(&server));
	say(&w, FIELD_PROTO, q->protocol);
	if (q->client_port)
		say(&w, FIELD_SPORT, q->client_port);
	say(&w, FIELD_DPORT, q->port);
	say(&w, FIELD_CT_STATE, CT_NEW);
	if (q->protocol == IPPROTO_TCP)
		say(&w, FIELD_TCP_FLAGS, FLAG_SYN);
	packet_words_assume(&w);
	*ret = w.point;
	forget(q, ret);
	if (!name)
		point_forget(ret, FIELD_IIF);
	if (!has_server)
		point_forget(ret, FIELD_DADDR);
	say_mac(s, q, device, ret);
	*ret_device = bridge ? bridge->index : device;
}

/* The first that is not known is a queue, and nobody reads it. */
static bool is_queue(const struct walk_way *way, struct walk_blocker *ret)
{
	const struct walk_doubt *d = way->doubt_count ? way->doubts : NULL;

	if (!d || !d->action || d->action->kind != ACTION_QUEUE ||
	    !server_queue_is_deaf(d->action))
		return false;

	*ret = (struct walk_blocker){
		.verdict = { .decision = WALK_DROP,
			     .chain = d->rule->chain,
			     .rule = d->rule,
			     .action = d->action },
	};
	return true;
}

/* Where it is not known, as if. */
static bool is_served(const struct rule_why *w, uint16_t port)
{
	uint8_t protocol = (uint8_t)w->packet->value[FIELD_PROTO];
	struct listeners l = { 0 };
	int err = listeners_read_open("", protocol, port, NULL, &l);
	bool is_open = err || l.count;

	listeners_done(&l);
	return is_open;
}

enum fact_kind server_rules_walk_why(const struct server_rules *s,
				     const struct walk_blocker *b)
{
	const struct rule_why w = { .plan = s->plan,
				    .host = &s->host,
				    .result = &s->way.result,
				    .blocker = b,
				    .packet = &s->way.packet,
				    .is_whole = true,
				    .is_bridged = s->way.question.is_bridged,
				    .is_served = is_served };

	return rule_why(&w);
}

/* net.bridge.bridge-nf-call-iptables */
static bool is_shown_to_rules(const struct server_way *way)
{
	int64_t value = 0;

	return !sysctl_number(way->packet.value[FIELD_FAMILY] == FAMILY_V4
				      ? "net.bridge.bridge-nf-call-iptables"
				      : "net.bridge.bridge-nf-call-ip6tables",
			      &value) &&
	       value;
}

/* Not for this host, nor for it to route: only its packets will tell. */
static bool may_be_bridged(const struct server_rules *s,
			   const struct server_way *way)
{
	const struct look_question *q = &way->question;

	return !q->packets && q->has_server && !way->packet.value[FIELD_OIF] &&
	       links_may_bridge(&s->links, &q->server);
}

static enum fact_kind judge(const struct server_rules *s,
			    struct server_way *way)
{
	const struct walk_result *r = &way->result;

	/* Whether the bridge shows it to them is a setting of its own, too. */
	if (way->question.is_bridged ? !is_shown_to_rules(way)
				     : may_be_bridged(s, way))
		return FACT_RULES_UNSURE;
	if (is_queue(&r->way, &way->blocker))
		return FACT_RULES_QUEUE;
	if (r->way.verdict.decision == WALK_UNKNOWN)
		return FACT_RULES_UNSURE;
	if (r->blocker_count) {
		way->blocker = r->blockers[0];
		if (!way->blocker.of_reply)
			return server_rules_walk_why(s, &way->blocker);
	}
	if (r->has_reply && r->reply.verdict.decision == WALK_UNKNOWN)
		return FACT_RULES_UNSURE;
	if (r->blocker_count)
		return FACT_RULES_REPLY;

	return FACT_RULES_ACCEPT;
}

int server_rules_walk_point(struct server_rules *s)
{
	struct server_way *way = &s->way;
	struct walk_question ask = { .packet = way->packet, .host = &s->host };
	int err = walk_packet(s->ruleset, &ask, s->arena, &way->result);

	if (err)
		return err;

	way->kind = judge(s, way);
	way->is_known = true;
	return 0;
}

int server_rules_walk(struct server_rules *s, const struct look_question *q,
		      const char *in_device)
{
	struct server_way *way = &s->way;

	arena_clear(s->arena);
	*way = (struct server_way){ .question = *q };
	server_rules_walk_packet(s, q, in_device, &way->packet, &way->device);
	return server_rules_walk_point(s);
}
