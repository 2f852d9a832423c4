#include "cli/server_trace.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/rule_told.h"
#include "cli/server.h"
#include "cli/server_counters.h"
#include "cli/server_rules_parts.h"
#include "host/reader.h"
#include "host/stopped.h"
#include "nftrace/path.h"
#include "ruleset/model.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

enum { ROUNDS = 2, TICK = 40 /* ms */, ARM_LIMIT = 500 /* ms */ };

/* NFPROTO_* of linux/netfilter.h, which libc's headers do not stand beside. */
enum { INET = 1, IPV4 = 2, ARP = 3, NETDEV = 5, BRIDGE = 7, IPV6 = 10 };

static const char trace_source[] = "nftrace";

/* One attempt's trace. */
struct tracing {
	struct server *server;
	struct server_rules *rules; /* may be NULL */
	const struct server_seen *seen;
	const struct look_question *question;
	struct attempt *attempt;
	struct recording recording;
	struct arena *arena;
	struct nftrace_list list;
	size_t size; /* of the recording when it was read last */
	int64_t began_ns;
	const struct nftrace_packet *packet;
	const struct nftrace_step *end;
	/* What of the model it is: NULL: not found. */
	const struct chain *chain;
	const struct rule *rule; /* NULL: the chain's policy */
};

/* Whether it is worth it. */

static bool has_fact(const struct tracing *t, enum fact_kind kind)
{
	return fact_has(&t->attempt->facts.set, kind);
}

/* The report that netfilter dropped one of its packets, or NULL. */
static const struct drop_event *filtered(const struct tracing *t)
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
		    drops_is_of(&l->events[i], &who))
			return &l->events[i];

	return NULL;
}

/* The kernel's reports say that it was the packet filter; without them, that
 * nothing came back, or what a rule may have sent. */
static bool is_like_netfilter(const struct tracing *t)
{
	const struct fact_set *seen = &t->seen->facts;

	if (filtered(t))
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

static bool is_hook(enum drop_hook reported, enum hook hook)
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

/* What the walk foretold is what the kernel reports, and the only end that the
 * packet could have come to. */
static bool is_confirmed(const struct tracing *t)
{
	const struct server_way *way = &t->rules->way;
	const struct table *table;
	const struct drop_event *e = filtered(t);

	if (!e || way->kind >= FACT_RULES_ACCEPT || !way->blocker.verdict.chain)
		return false;

	table = way->blocker.verdict.chain->table;
	return has_fact(t, FACT_RULES_READ) &&
	       !live_is_partial(&t->rules->live) &&
	       is_hook(e->hook, way->blocker.hook) &&
	       e->engine == (table->engine == ENGINE_LEGACY ? DROP_ENGINE_HOOK
							    : DROP_ENGINE_NFT);
}

static bool is_settled(const struct tracing *t)
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
	if (t->rules->way.kind == FACT_RULES_ACCEPT && !filtered(t) &&
	    !live_is_partial(&t->rules->live) &&
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

static struct nftrace_request request_of(const struct tracing *t)
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
	const struct drop_event *e = filtered(t);

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

/* What came of it. */

static bool is_from_client(const struct tracing *t,
			   const struct nftrace_packet *p)
{
	return address_equal(&p->from, &t->question->client);
}

static bool is_ours(const struct tracing *t, const struct nftrace_packet *p)
{
	const struct address *client = &t->question->client;

	if (p->protocol != t->question->protocol)
		return false;

	return address_equal(&p->from, client) || address_equal(&p->to, client);
}

/* The first of its packets that ended. Whether one of iptables-legacy did is
 * known by the way it fares in all. */
static void find_end(struct tracing *t)
{
	for (size_t i = 0; i < t->list.count && !t->end; i++) {
		const struct nftrace_packet *p = &t->list.packets[i];

		if (!is_ours(t, p))
			continue;
		t->end = nftrace_end(p, true);
		t->packet = t->end ? p : NULL;
	}
}

static int read_list(struct tracing *t, const void *data, size_t size)
{
	int err;

	arena_clear(t->arena);
	t->list = (struct nftrace_list){ 0 };
	t->packet = NULL;
	t->end = NULL;
	t->size = size;
	err = nftrace_read(data, size, t->arena, &t->list);
	find_end(t);
	return err == -EINVAL ? 0 : err;
}

static int read_trace(struct tracing *t)
{
	size_t size;
	void *data;
	int err = recording_map(&t->recording, &data, &size);

	if (!err && size > t->size)
		err = read_list(t, data, size);
	recording_unmap(data, size);
	return err;
}

static int ask_recording(void *context, struct text *ret)
{
	const struct recording *r = context;
	size_t size;
	void *data;
	int err = recording_map(r, &data, &size);

	if (!err)
		text_bytes(ret, data, size);
	recording_unmap(data, size);
	return err;
}

/* What was traced is saved with the host. */
static int read_noted(struct tracing *t)
{
	struct text bytes = TEXT_NULL;
	int err =
		reader_note(trace_source, ask_recording, &t->recording, &bytes);

	if (!err)
		err = read_list(t, bytes.data, bytes.len);
	text_done(&bytes);
	return err;
}

const char *server_trace_reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _(
			"Tracing a packet through the rules needs CAP_NET_ADMIN.");
	if (err == -EOPNOTSUPP)
		return _("This kernel cannot trace packets through its rules.");

	if (err == -ETIMEDOUT)
		return _(
			"It took too long until packets were traced through the rules.");

	return strerror(-err);
}

static void wait_more(struct tracing *t)
{
	struct pollfd fd = { t->recording.control, POLLIN, 0 };

	(void)poll(&fd, 1, TICK);
	(void)recording_has_more(&t->recording);
	check_screen_wait(
		&t->server->screen,
		_("waiting for the client's next packet, to trace it through the rules"),
		t->began_ns);
}

/* One table's life. 0; -errno: it could not be armed. */
static int run_round(struct tracing *t, const struct nftrace_request *q)
{
	int64_t until = clock_now() + NFTRACE_SECONDS * CLOCK_SECOND;
	int file = -1, control = -1;
	int err = check_rights_trace(&t->server->rights, q, &file, &control);

	if (err)
		return err;

	t->size = 0;
	t->recording = recording_of(file, control);
	err = recording_wait(&t->recording, ARM_LIMIT * MS);
	if (!err)
		err = server_probe_again(t->server);
	while (!err && !t->end && !t->recording.is_ended &&
	       clock_now() < until && !*t->server->stop) {
		wait_more(t);
		err = read_trace(t);
	}
	recording_finish(&t->recording);
	if (!err)
		err = read_noted(t);
	recording_done(&t->recording);
	return err;
}

static int run_rounds(struct tracing *t)
{
	const struct nftrace_request q = request_of(t);
	int err = 0;

	for (int i = 0; i < ROUNDS && !err && !t->end && !*t->server->stop; i++)
		err = run_round(t, &q);
	check_screen_wait(&t->server->screen, NULL, 0);
	return err;
}

/* Which of the model's it is. */

static bool is_family(const struct nftrace_step *step, const struct table *t)
{
	static const uint8_t families[TABLE_FAMILY_COUNT] = {
		[TABLE_IP] = IPV4,       [TABLE_IP6] = IPV6,
		[TABLE_INET] = INET,     [TABLE_ARP] = ARP,
		[TABLE_BRIDGE] = BRIDGE, [TABLE_NETDEV] = NETDEV,
	};

	return families[t->family] == step->family;
}

static const struct chain *chain_of(const struct ruleset *r,
				    const struct nftrace_step *step)
{
	for (const struct table *t = r->first; t; t = t->next) {
		const struct chain *c;

		if ((t->engine == ENGINE_LEGACY) !=
			    (step->engine == NFTRACE_LEGACY) ||
		    !is_family(step, t) || !text_same(t->name, step->table))
			continue;
		c = ruleset_find_chain(t, step->chain);
		if (c)
			return c;
	}

	return NULL;
}

/* Whether a packet can end at that rule. */
static bool may_end(const struct rule *r)
{
	for (size_t i = 0; i < r->term_count; i++) {
		const struct action *a =
			r->terms[i].is_action ? r->terms[i].action : NULL;

		if (a && (a->kind == ACTION_DROP || a->kind == ACTION_REJECT ||
			  a->kind == ACTION_QUEUE || a->kind == ACTION_STEAL ||
			  a->kind == ACTION_VERDICT_MAP ||
			  a->kind == ACTION_UNKNOWN))
			return true;
	}

	return false;
}

static const struct rule *rule_of(const struct chain *c,
				  const struct nftrace_step *step)
{
	for (const struct rule *r = c->first; r; r = r->next) {
		bool is_it =
			step->handle && r->handle
				? r->handle == step->handle
				: step->number && r->number == step->number;

		if (is_it)
			return may_end(r) ? r : NULL;
	}

	return NULL;
}

static bool find_in_model(struct tracing *t)
{
	const struct ruleset *r = t->rules ? t->rules->ruleset : NULL;

	t->chain = r ? chain_of(r, t->end) : NULL;
	t->rule = NULL;
	if (t->chain && !t->end->is_policy)
		t->rule = rule_of(t->chain, t->end);
	return t->chain && (t->end->is_policy ? t->chain->hook != HOOK_NONE
					      : t->rule != NULL);
}

/* Numbers move when rules come and go: they are of the rules as they are now. A
 * handle is nobody else's. */
static int map_end(struct tracing *t, bool *ret)
{
	int err = 0;

	*ret = find_in_model(t);
	if (!t->rules ||
	    (*ret && (t->end->is_policy || (t->rule && t->rule->handle))))
		return 0;

	err = server_rules_renew(t->rules, &t->attempt->facts);
	if (!err)
		*ret = find_in_model(t);
	return err;
}

/* What is told of it. */

/* The base chain in which the packet was. */
static enum hook hook_of(const struct tracing *t)
{
	const struct nftrace_packet *p = t->packet;
	enum hook ret = t->chain->hook;

	for (size_t i = 0; i < p->count && ret == HOOK_NONE; i++) {
		const struct nftrace_step *step = &p->steps[p->count - 1 - i];
		const struct chain *c = chain_of(t->rules->ruleset, step);

		if (c)
			ret = c->hook;
	}

	return ret;
}

static struct walk_blocker blocker_of(const struct tracing *t)
{
	const struct walk_result *r = &t->rules->way.result;
	const struct action *a =
		t->rule ? server_counters_refusal(t->rule) : NULL;
	struct walk_blocker b = {
		.verdict = { .decision = WALK_DROP,
			     .chain = t->chain,
			     .rule = t->rule,
			     .action = a },
		.hook = hook_of(t),
		.of_reply = !is_from_client(t, t->packet),
	};

	for (size_t i = 0; i < r->blocker_count; i++)
		if (r->blockers[i].verdict.rule == t->rule &&
		    r->blockers[i].verdict.chain == t->chain &&
		    r->blockers[i].of_reply == b.of_reply)
			return r->blockers[i];
	if (a && a->kind == ACTION_REJECT) {
		b.verdict.decision = WALK_REJECT;
		b.verdict.reject = a->reject;
		b.verdict.reject_code = a->reject_code;
	}

	return b;
}

/* What took the first packet and what took the next one were at the same hook,
 * as far as the kernel reported that. */
static bool is_same_hook(const struct tracing *t)
{
	const struct drop_event *e = filtered(t);

	if (!e || e->hook == DROP_HOOK_NONE)
		return true;
	if (e->hook == DROP_HOOK_BRIDGE)
		return t->chain->table->family == TABLE_BRIDGE;

	return is_hook(e->hook, hook_of(t));
}

static void tell_traced(const struct tracing *t, const struct walk_blocker *b)
{
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	fact_tell(
		&t->attempt->facts, FACT_RULES_TRACED, trace_source,
		rule_told_culprit(b, t->server->record->arena, VANTAGE_SERVER),
		_("The kernel traced the client's next packet through the rules, and named the one that took it: %s."),
		text_string(&place));
	text_done(&place);
}

static void tell_bridge(const struct tracing *t, const struct walk_blocker *b)
{
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	fact_tell(
		&t->attempt->facts, FACT_BRIDGE_RULES_DROP, trace_source,
		rule_told_culprit(b, t->server->record->arena, VANTAGE_SERVER),
		_("The bridge that the packets come in by drops them: %s."),
		text_string(&place));
	text_done(&place);
}

/* The kernel's word stands above what was foretold and counted. */
static void tell_rule(struct tracing *t)
{
	struct facts *facts = &t->attempt->facts;
	const struct walk_blocker b = blocker_of(t);

	server_rules_tell_forget(facts);
	facts_forget(facts, FACT_BRIDGE_RULES_DROP);
	facts_forget(facts, FACT_RULES_BLURRED);
	facts_forget(facts, FACT_RULES_UNCOUNTED);
	if (t->chain->table->family == TABLE_BRIDGE)
		tell_bridge(t, &b);
	else
		server_rules_tell_kind(
			t->rules,
			b.of_reply ? FACT_RULES_REPLY
				   : server_rules_walk_why(t->rules, &b),
			&b, facts);
	if (!live_is_partial(&t->rules->live))
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	tell_traced(t, &b);
}

/* "ip filter INPUT rule 5", where its text is not known. */
static void put_step(struct text *out, const struct nftrace_step *step)
{
	text_format(out, "%s %s", step->table, step->chain);
	if (step->is_policy)
		text_str(out, _(", its policy"));
	else if (step->number)
		text_format(out, _(", rule %u"), step->number);
	else if (step->handle)
		text_format(out, _(", the rule of handle %llu"),
			    (unsigned long long)step->handle);
}

static void tell_step(const struct tracing *t, bool is_mapped)
{
	struct text words = TEXT_NULL, place = TEXT_NULL;
	const struct walk_verdict v = { .chain = t->chain, .rule = t->rule };
	enum step_status status = t->end ? STEP_FAIL : STEP_PASS;

	if (is_mapped)
		server_rules_tell_place(&place, &v);
	else if (t->end)
		put_step(&place, t->end);
	if (t->end) {
		text_format(&words, _("the kernel's trace names the rule: %s"),
			    text_string(&place));
	} else if (t->list.count) {
		text_str(&words,
			 _("the client's packet met no rule that ends it"));
	} else {
		status = STEP_BLOCKED;
		text_str(
			&words,
			_("the client did not try again while it would have been traced"));
	}
	case_step(t->server->record, trace_source, status,
		  t->began_ns ? clock_now() - t->began_ns : -1,
		  text_string(&words));
	text_done(&words);
	text_done(&place);
}

static int trace(struct tracing *t)
{
	bool is_mapped = false;
	int err = run_rounds(t);

	if (err == -ENOMEM)
		return err;
	if (err) {
		case_not_looked(t->server->record, trace_source,
				server_trace_reason(err));
		return 0;
	}
	if (t->end)
		err = map_end(t, &is_mapped);
	if (err)
		return err;
	if (is_mapped && is_same_hook(t))
		tell_rule(t);
	tell_step(t, is_mapped);
	return t->attempt->facts.failed ? -ENOMEM : 0;
}

int server_trace_replay(struct server *s, const struct look_question *q,
			struct attempt *a)
{
	const struct server_seen seen = { .client = q->client,
					  .server = q->server };
	struct tracing t = { .server = s,
			     .rules = s->rules,
			     .seen = &seen,
			     .question = q,
			     .attempt = a,
			     .recording = recording_none(),
			     .arena = arena_new() };
	int err = t.arena ? read_noted(&t) : -ENOMEM;

	if (!err && t.end && find_in_model(&t)) {
		tell_rule(&t);
		tell_step(&t, true);
	}
	arena_free(t.arena);
	return err == -ENODATA ? 0 : err;
}

int server_trace(struct server *s, const struct server_seen *seen,
		 const struct look_question *q, struct attempt *a)
{
	struct tracing t = { .server = s,
			     .rules = s->rules,
			     .seen = seen,
			     .question = q,
			     .attempt = a,
			     .recording = recording_none(),
			     .began_ns = clock_now() };
	int err;

	if (s->host.is_saved || is_settled(&t) || !is_like_netfilter(&t))
		return 0;

	t.arena = arena_new();
	if (!t.arena)
		return -ENOMEM;
	err = trace(&t);
	arena_free(t.arena);
	return err;
}
