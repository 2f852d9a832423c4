#include "drops/tell.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define SOURCE "drops"

enum { TCP_RST_FLAG = 0x04, TCP_SYN_FLAG = 0x02, TCP_ACK_FLAG = 0x10 };

enum { ICMP_UNREACHABLE = 3, ICMP_NEEDS_FRAGMENTS = 4, ICMP6_UNREACHABLE = 1 };

/* Which way a packet goes. */
enum way { NO_WAY, ASKED, ANSWER, EITHER };

/* Which packets a row of meanings.def is about. */
enum packet { ANY, SYN, TAKEN, FRAME };

static const struct meaning {
	const char *reason, *place;
	enum way way;
	enum packet packet;
	enum fact_kind kind;
} meanings[] = {

#define X(reason, place, way, packet, kind)                                    \
	{ reason, place, way, packet, FACT_##kind },
#include "drops/meanings.def"
#undef X
};

/* What the events of one flow come to. */
struct told {
	const struct drop_event *first[FACT_OWN_DROP_NONE + 1];
	uint64_t count[FACT_OWN_DROP_NONE + 1];
	bool has_reset; /* the kernel's TCP sent a RST for any packet of it */
	bool has_drop;  /* that is none of every healthy connection's */
};

static bool is_end(const struct address *a, uint16_t port,
		   const struct address *of, uint16_t of_port)
{
	return address_equal(a, of) && (!of_port || port == of_port);
}

static bool is_server(const struct address *a, uint16_t port,
		      const struct drops_flow *who)
{
	return is_end(a, port, &who->server, who->port) ||
	       (who->has_inner &&
		is_end(a, port, &who->inner, who->inner_port));
}

static enum way way_of(const struct drop_event *e, const struct drops_flow *who)
{
	if (e->protocol != who->protocol || e->at_ns < who->since_ns)
		return NO_WAY;
	if (is_end(&e->from, e->from_port, &who->client, who->client_port) &&
	    is_server(&e->to, e->to_port, who))
		return ASKED;
	if (is_end(&e->to, e->to_port, &who->client, who->client_port) &&
	    is_server(&e->from, e->from_port, who))
		return ANSWER;

	return NO_WAY;
}

bool drops_is_of(const struct drop_event *e, const struct drops_flow *who)
{
	return way_of(e, who) != NO_WAY;
}

/* What opens: the SYN, or a datagram. */
static bool is_opening(const struct drop_event *e)
{
	return e->protocol != IPPROTO_TCP ||
	       (e->flags & (TCP_SYN_FLAG | TCP_ACK_FLAG)) == TCP_SYN_FLAG;
}

/* The kernel made an answer to the SYN. */
static bool is_taken(const struct fact_set *set)
{
	return fact_has(set, FACT_SYN_TAKEN) ||
	       fact_has(set, FACT_SYNACK_SEEN) ||
	       fact_has(set, FACT_SYNACK_SENT_AGAIN);
}

static bool is_packet(enum packet packet, const struct drop_event *e,
		      const struct fact_set *set)
{
	if (packet == SYN)
		return is_opening(e);
	if (packet == TAKEN)
		return !is_opening(e) || is_taken(set);

	return packet != FRAME || !fact_has(set, FACT_FRAME_OURS);
}

static bool is_reason(const struct meaning *m, const struct drop_event *e)
{
	const char *reason = e->reason ? e->reason : "";

	return !strcmp(m->reason, reason) ||
	       (!*reason && !strcmp(m->reason, "NOT_SPECIFIED"));
}

/* FACT_NONE: it is no fault. */
static enum fact_kind kind_of(const struct drop_event *e, enum way way,
			      const struct fact_set *set)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		const struct meaning *m = &meanings[i];

		if (is_reason(m, e) && (m->way == EITHER || m->way == way) &&
		    (!m->place || text_same(m->place, e->place)) &&
		    is_packet(m->packet, e, set))
			return m->kind;
	}

	return FACT_DROP_OTHERWISE;
}

/* Where this host is the client, the same is of its own packets. */
static enum fact_kind of_client(enum fact_kind kind, enum way way)
{
	if (!kind)
		return FACT_NONE;
	if (kind == FACT_DROP_RULES)
		return FACT_OWN_DROP_RULES;
	if (kind == FACT_DROP_RULES_REPLY)
		return FACT_OWN_DROP_RULES_REPLY;
	if (kind == FACT_DROP_CGROUP_EGRESS && way == ASKED)
		return FACT_OWN_DROP_CGROUP;
	if (kind == FACT_DROP_RP_FILTER && way == ANSWER)
		return FACT_OWN_DROP_RP_FILTER;

	return FACT_OWN_DROP_OTHERWISE;
}

static void count(struct told *t, enum fact_kind kind,
		  const struct drop_event *e)
{
	if (!t->first[kind])
		t->first[kind] = e;
	t->count[kind] += e->count ? e->count : 1;
}

static bool is_rule(const char *function)
{
	static const char *const begins[] = { "nft_reject",   "nf_send_unreach",
					      "nf_reject",    "reject_tg",
					      "nft_do_chain", "ipt_do_table" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(function, begins[i], strlen(begins[i])))
			return true;

	return false;
}

/* Whether a rule of the packet filter sent it, by who called. */
static enum fact_kind icmp_sender(const struct drop_event *e)
{
	if (!e->place || !*e->place)
		return FACT_NONE;
	if (is_rule(e->place))
		return FACT_ICMP_BY_RULE;
	for (int i = 0; i < DROP_STACK && e->stack[i]; i++)
		if (is_rule(e->stack[i]))
			return FACT_ICMP_BY_RULE;

	return FACT_ICMP_BY_KERNEL;
}

static bool is_refusal(const struct drop_event *e)
{
	if (address_is_v4(&e->to))
		return e->icmp_type == ICMP_UNREACHABLE &&
		       e->icmp_code != ICMP_NEEDS_FRAGMENTS;

	return e->icmp_type == ICMP6_UNREACHABLE;
}

static enum fact_kind kind_of_report(const struct drop_event *e, enum way way)
{
	if (e->what == DROP_RESET && is_opening(e) &&
	    e->protocol == IPPROTO_TCP && way == ASKED)
		return FACT_KERNEL_RST;
	if (e->what == DROP_ICMP && way == ASKED && is_refusal(e))
		return icmp_sender(e);
	if (e->what == DROP_SYNACK_AGAIN)
		return FACT_SYNACK_SENT_AGAIN;
	if ((e->what == DROP_ERROR || e->what == DROP_STATE ||
	     e->what == DROP_CONNECT) &&
	    e->soft_error && e->soft_error != e->error)
		return FACT_SOFT_ERROR;

	return FACT_NONE;
}

/* The answer itself was dropped here on its way out: it had been made. */
static bool is_made_here(const struct drop_event *e, enum way way,
			 const struct drops_flow *who,
			 const struct fact_set *set)
{
	const uint8_t both = TCP_SYN_FLAG | TCP_ACK_FLAG;

	return !who->is_client && !who->has_inner && way == ANSWER &&
	       fact_has(set, FACT_ADDRESS_OWN) && e->what == DROP_PACKET &&
	       e->protocol == IPPROTO_TCP &&
	       (e->flags & (both | TCP_RST_FLAG)) == both &&
	       e->hook != DROP_HOOK_FORWARD;
}

static void sum_up(struct told *t, const struct drop_event *e, enum way way,
		   const struct drops_flow *who, const struct fact_set *set)
{
	enum fact_kind kind = kind_of_report(e, way);

	t->has_reset = t->has_reset || e->what == DROP_RESET;
	if (e->what == DROP_PACKET) {
		kind = kind_of(e, way, set);
		if (who->is_client)
			kind = of_client(kind, way);
		t->has_drop = t->has_drop || kind;
	}
	if (kind)
		count(t, kind, e);
	if (kind && !who->is_client && way == ASKED &&
	    (e->what == DROP_PACKET || e->what == DROP_RESET ||
	     e->what == DROP_ICMP))
		count(t, FACT_PACKET_REPORTED, e);
	if (is_made_here(e, way, who, set))
		count(t, FACT_SYN_TAKEN, e);
}

static void tell_drop(struct facts *facts, enum fact_kind kind,
		      const struct drop_event *e, uint64_t times)
{
	const char *said = _(fact_sentence(kind));
	const char *reason = e->reason && *e->reason ? e->reason : "-";
	const char *place = e->place && *e->place ? e->place : "-";
	unsigned long long n = times;

	if (e->hook && e->device)
		fact_tell(
			facts, kind, SOURCE, NULL,
			/* TRANSLATORS: %1$s is a sentence. */
			_("%1$s Reason: %2$s, function: %3$s, hook: %4$s, index of the device: %5$u, packets: %6$llu."),
			said, reason, place, drop_hook_name(e->hook), e->device,
			n);
	else if (e->hook)
		fact_tell(
			facts, kind, SOURCE, NULL,
			/* TRANSLATORS: %1$s is a sentence. */
			_("%1$s Reason: %2$s, function: %3$s, hook: %4$s, packets: %5$llu."),
			said, reason, place, drop_hook_name(e->hook), n);
	else if (e->device)
		fact_tell(
			facts, kind, SOURCE, NULL,
			/* TRANSLATORS: %1$s is a sentence. */
			_("%1$s Reason: %2$s, function: %3$s, index of the device: %4$u, packets: %5$llu."),
			said, reason, place, e->device, n);
	else
		fact_tell(
			facts, kind, SOURCE, NULL,
			/* TRANSLATORS: %1$s is a sentence. */
			_("%1$s Reason: %2$s, function: %3$s, packets: %4$llu."),
			said, reason, place, n);
}

static void tell_error(struct facts *facts, const struct drop_event *e)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EACCES, "EACCES" },
		{ ENETUNREACH, "ENETUNREACH" },
		{ EHOSTUNREACH, "EHOSTUNREACH" },
		{ ECONNREFUSED, "ECONNREFUSED" },
		{ EPROTO, "EPROTO" },
		{ ENOPROTOOPT, "ENOPROTOOPT" },
		{ EHOSTDOWN, "EHOSTDOWN" },
		{ ENONET, "ENONET" },
		{ EMSGSIZE, "EMSGSIZE" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].error == e->soft_error) {
			fact_tell(
				facts, FACT_SOFT_ERROR, SOURCE, NULL,
				_("The socket holds the error %s, which the application never sees: the kernel took it for passing."),
				names[i].name);
			return;
		}
	fact_tell(
		facts, FACT_SOFT_ERROR, SOURCE, NULL,
		_("The socket holds the error number %d, which the application never sees: the kernel took it for passing."),
		e->soft_error);
}

/* Only an ICMP error leaves these in a socket (icmpv6_err_convert(), and
 * icmp_err_convert[] of IPv4): it came back and was taken for passing. */
static void tell_refusal(struct facts *facts, const struct drop_event *e)
{
	bool is_prohibited = e->soft_error == EACCES && !address_is_v4(&e->to);

	if (fact_has(&facts->set, FACT_ICMP_ERROR) ||
	    (!is_prohibited && e->soft_error != ECONNREFUSED))
		return;

	fact_tell(
		facts, FACT_ICMP_ERROR, SOURCE, NULL,
		_("An ICMP error for the connection came back: it left its error in the socket."));
	fact_tell(facts, is_prohibited ? FACT_ICMP_PROHIBITED : FACT_ICMP_PORT,
		  SOURCE, NULL, NULL);
	facts_forget(facts, FACT_SYN_SILENCE);
}

static void tell_sum(const struct told *t, const struct drops_flow *who,
		     struct facts *facts)
{
	for (int k = FACT_DROPS_WATCHED; k <= FACT_OWN_DROP_NONE; k++) {
		enum fact_kind kind = (enum fact_kind)k;

		if (!t->first[k])
			continue;
		if (kind == FACT_SOFT_ERROR && who->is_client)
			tell_refusal(facts, t->first[k]);
		if (kind == FACT_SOFT_ERROR)
			tell_error(facts, t->first[k]);
		else if (t->first[k]->what == DROP_PACKET &&
			 kind != FACT_PACKET_REPORTED)
			tell_drop(facts, kind, t->first[k], t->count[k]);
		else
			fact_tell(facts, kind, SOURCE, NULL, NULL);
	}
	if ((t->first[FACT_SYN_TAKEN] || t->first[FACT_SYNACK_SENT_AGAIN]) &&
	    !fact_has(&facts->set, FACT_SYN_TAKEN))
		fact_tell(
			facts, FACT_SYN_TAKEN, SOURCE, NULL,
			_("The kernel reports what became of its SYN-ACK: it had taken the SYN."));
}

/* In a flood of new keys, those behind the first of a second are told as one,
 * without addresses: one of them may be of any flow. */
static bool is_of_anybody(const struct drop_event *e)
{
	static const struct address none = { { 0 } };

	return address_equal(&e->from, &none) && address_equal(&e->to, &none);
}

static bool is_watched(const struct drops_list *l, enum drop_what what,
		       const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->events[i].what == what && is_of_anybody(&l->events[i]))
			return false;
	for (size_t i = 0; i <= DROP_WHATS && l->missing[i]; i++)
		if (!strcmp(l->missing[i], name))
			return false;

	return l->is_attached && !l->lost;
}

/* A RST that left, a packet that netfilter took, and a kernel that sent none. */
static bool is_rst_of_rule(const struct drops_list *l, const struct told *t,
			   const struct facts *facts)
{
	const struct drop_event *rule = t->first[FACT_DROP_RULES];

	return fact_has(&facts->set, FACT_RST_LEFT_SERVER) &&
	       fact_has(&facts->set, FACT_RST_FOR_SYN) && rule &&
	       is_opening(rule) && !t->has_reset &&
	       is_watched(l, DROP_RESET, "tcp_send_reset");
}

/* In mid connection: its own host's kernel resets none that it did not tell. */
static bool is_cut_by_rule(const struct drops_list *l, const struct told *t,
			   const struct drops_flow *who,
			   const struct facts *facts)
{
	return fact_has(&facts->set, FACT_SERVER_RST) &&
	       !fact_has(&facts->set, FACT_SERVER_FIN) &&
	       !fact_has(&facts->set, FACT_CLIENT_FIN) &&
	       fact_has(&facts->set, FACT_AT_SERVER) &&
	       fact_has(&facts->set, FACT_ADDRESS_OWN) && !who->has_inner &&
	       !who->is_client && t->first[FACT_DROP_RULES] && !t->has_reset &&
	       is_watched(l, DROP_RESET, "tcp_send_reset");
}

/* A packet of the client's own port was dropped on its way to another place: it
 * may be the attempt's, behind a translation that nobody knew of. */
static bool is_perhaps_translated(const struct drops_list *l,
				  const struct drops_flow *who)
{
	for (size_t i = 0; i < l->count && who->client_port; i++) {
		const struct drop_event *e = &l->events[i];
		bool is_clients = is_end(&e->from, e->from_port, &who->client,
					 who->client_port) ||
				  is_end(&e->to, e->to_port, &who->client,
					 who->client_port);

		if (e->what == DROP_PACKET && is_clients &&
		    e->protocol == who->protocol && e->at_ns >= who->since_ns &&
		    !way_of(e, who))
			return true;
	}

	return false;
}

/* What is known because nothing was missed. */
static void tell_absence(const struct drops_list *l, const struct told *t,
			 const struct drops_flow *who, struct facts *facts)
{
	bool is_seen = fact_has(&facts->set, FACT_SYN_SEEN) ||
		       fact_has(&facts->set, FACT_UDP_REQUEST);

	if (is_rst_of_rule(l, t, facts) || is_cut_by_rule(l, t, who, facts))
		fact_tell(facts, FACT_RULE_RST, SOURCE, NULL, NULL);
	if (!is_watched(l, DROP_PACKET, "kfree_skb") || !who->is_whole ||
	    is_perhaps_translated(l, who))
		return;
	fact_tell(facts, FACT_DROPS_WATCHED, SOURCE, NULL, NULL);
	if (is_seen && !t->has_drop)
		fact_tell(facts,
			  who->is_client ? FACT_OWN_DROP_NONE : FACT_DROP_NONE,
			  SOURCE, NULL, NULL);
}

size_t drops_tell(const struct drops_list *l, const struct drops_flow *who,
		  struct facts *facts)
{
	struct told t = { 0 };
	size_t found = 0;

	/* Both ends are here: which of them drops it, no packet says. */
	if (address_equal(&who->client, &who->server))
		return 0;
	/* What was taken first: it says what a repeated SYN is. */
	for (size_t i = 0; i < l->count; i++)
		if (l->events[i].what == DROP_SYNACK_AGAIN &&
		    way_of(&l->events[i], who))
			fact_tell(facts, FACT_SYNACK_SENT_AGAIN, SOURCE, NULL,
				  NULL);
	for (size_t i = 0; i < l->count; i++) {
		enum way way = way_of(&l->events[i], who);

		if (!way)
			continue;
		sum_up(&t, &l->events[i], way, who, &facts->set);
		found++;
	}
	tell_sum(&t, who, facts);
	tell_absence(l, &t, who, facts);

	return found;
}
