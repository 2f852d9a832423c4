/*
 * Whether a packet is worth tracing, and what is asked for.
 */
#include <netinet/in.h>
#include <string.h>

#include "cli/server_trace_parts.h"
#include "host/reader.h"
#include "host/stopped.h"
#include "ruleset/model.h"

/* Whether it is worth it. */

static bool has_fact(const struct tracing *t, enum fact_kind kind)
{
	return fact_has(&t->attempt->facts.set, kind);
}

/* What closes a connection comes when all is over. */
static bool is_end(const struct tracing *t, const struct drop_event *e)
{
	enum { FIN = 0x01, RST = 0x04 };

	return e->protocol == IPPROTO_TCP &&
	       (e->flags & FIN ||
		(e->flags & RST && address_equal(&e->from, &t->seen->client)));
}

const struct drop_event *server_trace_filtered(const struct tracing *t)
{
	const struct drops_list *l = &t->server->drops.list;
	struct drops_flow who = server_drops_flow(
		t->seen, t->question->protocol, t->question->port);

	who.inner = t->question->inner;
	who.inner_port = t->question->inner_port;
	who.has_inner = t->question->has_inner;
	for (size_t i = 0; i < l->count; i++)
		if (l->events[i].what == DROP_PACKET &&
		    text_same(l->events[i].reason, "NETFILTER_DROP") &&
		    drops_is_of(&l->events[i], &who) &&
		    !is_end(t, &l->events[i]))
			return &l->events[i];

	return NULL;
}

bool server_trace_is_likely(const struct tracing *t)
{
	const struct fact_set *seen = &t->seen->facts;

	if (server_trace_filtered(t))
		return true;
	if (has_fact(t, FACT_DROPS_WATCHED) || t->seen->is_asked ||
	    fact_has(seen, FACT_HANDSHAKE_DONE) ||
	    fact_has(seen, FACT_UDP_ANSWERED) ||
	    stopped_before_rules(&t->attempt->facts))
		return false;
	if (fact_has(seen, FACT_RST_FOR_SYN))
		return !has_fact(t, FACT_KERNEL_RST);
	if (fact_has(seen, FACT_ICMP_ERROR))
		return fact_has(seen, FACT_ICMP_LEFT_SERVER) &&
		       !fact_has(seen, FACT_ICMP_LATE);

	return fact_has(seen, FACT_SYN_SILENCE) ||
	       fact_has(seen, FACT_UDP_REQUEST);
}

bool server_trace_is_hook(enum drop_hook reported, enum hook hook)
{
	static const enum hook hooks[DROP_HOOKS] = {
		[DROP_HOOK_NONE] = HOOK_NONE,
		[DROP_HOOK_INGRESS] = HOOK_INGRESS,
		[DROP_HOOK_BRIDGE] = HOOK_NONE,
		[DROP_HOOK_PREROUTING] = HOOK_PREROUTING,
		[DROP_HOOK_INPUT] = HOOK_INPUT,
		[DROP_HOOK_FORWARD] = HOOK_FORWARD,
		[DROP_HOOK_OUTPUT] = HOOK_OUTPUT,
		[DROP_HOOK_POSTROUTING] = HOOK_POSTROUTING,
		[DROP_HOOK_EGRESS] = HOOK_EGRESS,
	};

	return reported != DROP_HOOK_NONE && hooks[reported] == hook;
}

static bool is_of_walk(const struct server_way *way, const struct drop_event *e)
{
	const struct chain *c = way->blocker.verdict.chain;

	return c && server_trace_is_hook(e->hook, way->blocker.hook) &&
	       e->engine == (c->table->engine == ENGINE_LEGACY
				     ? DROP_ENGINE_HOOK
				     : DROP_ENGINE_NFT);
}

/* What the walk foretold is what the kernel reports, and the only end that the
 * packet could have come to. */
static bool is_confirmed(const struct tracing *t)
{
	const struct server_way *way = &t->rules->way;
	const struct drop_event *e = server_trace_filtered(t);

	return e && way->kind < FACT_RULES_ACCEPT &&
	       !has_fact(t, FACT_NETFILTER_PROGRAM) &&
	       has_fact(t, FACT_RULES_READ) &&
	       !live_is_partial(&t->rules->live) && is_of_walk(way, e);
}

bool server_trace_is_denied(const struct tracing *t)
{
	const struct drop_event *e = server_trace_filtered(t);

	if (!e || e->hook == DROP_HOOK_NONE || !t->rules ||
	    !t->rules->way.is_known || has_fact(t, FACT_RULES_TRACED) ||
	    has_fact(t, FACT_RULES_COUNTED))
		return false;

	/* A program that stands beside them may be what dropped it. */
	if (t->rules->way.kind >= FACT_RULES_ACCEPT)
		return !has_fact(t, FACT_NETFILTER_PROGRAM);

	return !is_of_walk(&t->rules->way, e);
}

bool server_trace_is_settled(const struct tracing *t)
{
	static const enum fact_kind open[] = {
		FACT_RULES_BLURRED,
		FACT_RULES_UNCOUNTED,
		FACT_RULES_CHANGED,
		FACT_RULES_UNSURE,
	};

	if (has_fact(t, FACT_RULES_COUNTED) ||
	    has_fact(t, FACT_RULES_FIT_SERVER))
		return true;
	if (!t->rules || !t->rules->ruleset || !t->rules->way.is_known)
		return false;
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (has_fact(t, open[i]))
			return false;
	/* Nothing refuses it, and nothing says that something did. */
	if (t->rules->way.kind == FACT_RULES_ACCEPT &&
	    !server_trace_filtered(t) && !live_is_partial(&t->rules->live) &&
	    !has_fact(t, FACT_BRIDGE_RULES_DROP))
		return true;

	return is_confirmed(t);
}

/* What is asked for. */

static bool has_file(const char *path)
{
	struct text t = TEXT_NULL;
	bool has = !reader_file(path, 4096, &t) && t.len;

	text_done(&t);
	return has;
}

static bool is_of_family(const struct table *t, bool is_v4)
{
	return t->family == TABLE_INET ||
	       t->family == (is_v4 ? TABLE_IP : TABLE_IP6);
}

static void add_devices(struct nftrace_request *q, const char *names)
{
	while (names && *names && q->device_count < NFTRACE_DEVICES) {
		size_t len = strcspn(names, ",");

		if (len && len < NFTRACE_NAME)
			memcpy(q->devices[q->device_count++], names, len);
		names += len + (names[len] == ',');
	}
}

static void add_own_device(struct nftrace_request *q, const char *name)
{
	for (size_t i = 0; i < q->device_count; i++)
		if (!strcmp(q->devices[i], name))
			return;
	add_devices(q, name);
}

static void ask_of_rules(struct nftrace_request *q, const struct tracing *t)
{
	const struct ruleset *r = t->rules->ruleset;

	for (const struct table *table = r->first; table; table = table->next) {
		if (table->engine == ENGINE_LEGACY &&
		    is_of_family(table, q->is_v4))
			q->has_legacy = true;
		if (table->family == TABLE_BRIDGE)
			q->has_bridge = true;
		if (table->family != TABLE_NETDEV &&
		    table->family != TABLE_INET)
			continue;
		for (const struct chain *c = table->first; c; c = c->next) {
			if (c->hook != HOOK_INGRESS)
				continue;
			add_devices(q, c->device);
			if (!c->device && *t->seen->device_name)
				add_own_device(q, t->seen->device_name);
		}
	}
}

struct nftrace_request server_trace_request(const struct tracing *t)
{
	const struct look_question *k = t->question;
	bool is_v4 = address_is_v4(&k->client);
	struct nftrace_request q = {
		.protocol = k->protocol,
		.port = k->port,
		.client = k->client,
		.server = k->server,
		.has_client = k->has_client,
		.has_server = k->has_server,
		.is_v4 = is_v4,
	};
	const struct drop_event *e = server_trace_filtered(t);

	if (t->rules && t->rules->ruleset)
		ask_of_rules(&q, t);
	if (!t->rules || !t->rules->ruleset ||
	    live_is_partial(&t->rules->live)) {
		q.has_legacy = q.has_legacy ||
			       has_file(is_v4 ? "/proc/net/ip_tables_names"
					      : "/proc/net/ip6_tables_names");
		if (e && e->hook == DROP_HOOK_INGRESS && *t->seen->device_name)
			add_own_device(&q, t->seen->device_name);
	}
	if (e && e->hook == DROP_HOOK_BRIDGE)
		q.has_bridge = true;
	return q;
}
