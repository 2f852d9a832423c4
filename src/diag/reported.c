#include "diag/reported.h"

/* What is reported at one end, in the order of fact/kinds.def. */
static const struct end {
	enum fact_kind first, last, unread;
} ends[] = {
	{ FACT_DROP_RULES, FACT_DROP_NONE, FACT_DROP_OTHERWISE },
	{ FACT_OWN_DROP_RULES, FACT_OWN_DROP_NONE, FACT_OWN_DROP_OTHERWISE },
};

/* Those that are of one thing, whatever stands in the way besides. */
static const enum fact_kind names[] = {
	FACT_DROP_XDP,      FACT_DROP_TC_INGRESS,    FACT_DROP_TC_EGRESS,
	FACT_DROP_QDISC,    FACT_DROP_OTHER_HOST,    FACT_DROP_RP_FILTER,
	FACT_DROP_LOOPBACK, FACT_DROP_OWN_SOURCE,    FACT_DROP_NOT_OURS,
	FACT_DROP_NO_ROUTE, FACT_DROP_NEIGHBOUR,     FACT_DROP_CHECKSUM,
	FACT_DROP_XFRM,     FACT_DROP_SOCKET_FILTER, FACT_DROP_CGROUP_EGRESS,
	FACT_DROP_MD5,      FACT_DROP_PAWS,          FACT_DROP_MIN_TTL,
	FACT_DROP_BACKLOG,  FACT_DROP_SECURITY,      FACT_DROP_QUEUE,
};

static bool is_name(enum fact_kind kind)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i] == kind)
			return true;

	return false;
}

static const struct end *end_of(enum fact_kind kind)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (kind >= ends[i].first && kind <= ends[i].last)
			return &ends[i];

	return &ends[0];
}

static enum fact_kind first_of(const struct end *end,
			       const struct fact_set *facts)
{
	for (int k = end->first; k <= (int)end->last; k++)
		if (fact_has(facts, (enum fact_kind)k))
			return (enum fact_kind)k;

	return FACT_NONE;
}

bool reported_unseen(const struct fact_set *facts)
{
	return fact_has(facts, FACT_PACKET_REPORTED) &&
	       !fact_has(facts, FACT_AT_SERVER);
}

/* Nothing but a refusal left this host: whatever is wrong is so here. */
static bool is_stopped_here(const struct fact_set *facts)
{
	if (fact_has(facts, FACT_SYNACK_SEEN) ||
	    fact_has(facts, FACT_HANDSHAKE_DONE))
		return false;

	if (fact_has(facts, FACT_UDP_REQUEST))
		return fact_has(facts, FACT_AT_SERVER) &&
		       !fact_has(facts, FACT_UDP_ANSWERED);

	return fact_has(facts, FACT_SYN_ARRIVED) ||
	       fact_has(facts, FACT_RST_LEFT_SERVER) ||
	       fact_has(facts, FACT_ICMP_LEFT_SERVER) || reported_unseen(facts);
}

/* What is handed on to another host or container meets its end there. */
static bool is_handed_on(const struct fact_set *facts)
{
	return fact_has(facts, FACT_ADDRESS_FORWARDED) ||
	       fact_has(facts, FACT_DNAT_ELSEWHERE) ||
	       fact_has(facts, FACT_CONNTRACK_NAT);
}

/* Whether what is reported here says anything of this cause. */
static bool is_heard(const struct cause *c, enum fact_kind report,
		     const struct fact_set *facts)
{
	static const uint32_t here =
		UINT32_C(1) << PLACE_SERVER | UINT32_C(1) << PLACE_SERVICE;

	if (report >= ends[1].first)
		return true;
	if (report == FACT_DROP_NONE && is_handed_on(facts) &&
	    c->place != PLACE_ROUTER)
		return false;
	if (is_stopped_here(facts))
		return true;

	/* A SYN-ACK that left may be dropped anywhere. */
	return here >> c->place & 1 && !c->is_anywhere &&
	       (fact_has(facts, FACT_HANDSHAKE_DONE) ||
		!fact_has(facts, FACT_SYNACK_SEEN));
}

/* A report of something that is sure to have stopped the packet: no room is left
 * for what reports say nothing of. */
static enum fact_kind stopped_by(const struct fact_set *facts)
{
	if (!is_stopped_here(facts))
		return FACT_NONE;
	if (fact_has(facts, FACT_DROP_RULES))
		return FACT_DROP_RULES;
	if (fact_has(facts, FACT_DROP_RULES_REPLY))
		return FACT_DROP_RULES_REPLY;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (fact_has(facts, names[i]))
			return names[i];

	return FACT_NONE;
}

static bool is_in(const enum fact_kind *list, enum fact_kind kind)
{
	for (int i = 0; i < CAUSE_FACTS && list[i]; i++)
		if (list[i] == kind)
			return true;

	return false;
}

/* Whether the fact is a report of the cause's here. What a program at a hook of
 * netfilter does is no filter of sockets, nor what security modules do, which may
 * also refuse a SYN without a report. */
static bool is_report_of(enum fact_kind kind, const struct cause *c,
			 const struct fact_set *facts)
{
	bool is_modules =
		is_in(c->favoured_by, FACT_SECURITY_HOOK) &&
		(kind == FACT_DROP_SOCKET_FILTER ||
		 kind == FACT_DROP_SECURITY || kind == FACT_DROP_NONE);

	return fact_has(facts, kind) &&
	       !(is_modules && fact_has(facts, FACT_NO_PACKET_MODULE));
}

static bool has_report(const struct cause *c, const struct fact_set *facts)
{
	for (int i = 0; i < CAUSE_FACTS && c->dropped_as[i]; i++)
		if (is_report_of(c->dropped_as[i], c, facts))
			return true;

	return false;
}

enum fact_kind reported_against(const struct cause *c,
				const struct fact_set *facts)
{
	const struct end *end = end_of(c->dropped_as[0]);
	enum fact_kind report = first_of(end, facts);

	if (!report || fact_has(facts, end->unread))
		return FACT_NONE;
	if (!c->dropped_as[0])
		return stopped_by(facts);
	if (has_report(c, facts) || !is_heard(c, report, facts))
		return FACT_NONE;

	return report;
}

bool reported_names(const struct cause *c, const struct fact_set *facts)
{
	if (!is_stopped_here(facts) || fact_has(facts, FACT_DROP_OTHERWISE))
		return false;
	for (int i = 0; i < CAUSE_FACTS && c->dropped_as[i]; i++)
		if (is_name(c->dropped_as[i]) &&
		    is_report_of(c->dropped_as[i], c, facts))
			return true;

	return false;
}

bool reported_own(const struct cause *c, const struct fact_set *facts)
{
	if (!fact_has(facts, FACT_OWN_DROP_RP_FILTER))
		return false;
	for (int i = 0; i < CAUSE_FACTS && c->dropped_as[i]; i++)
		if (c->dropped_as[i] == FACT_DROP_RP_FILTER)
			return true;

	return false;
}

enum symptom reported_symptom(const struct fact_set *facts)
{
	bool is_udp = fact_has(facts, FACT_ASKS_UDP);

	if (fact_has(facts, FACT_KERNEL_RST) ||
	    (fact_has(facts, FACT_DROP_RULES) &&
	     fact_has(facts, FACT_RULES_RST)))
		return SYMPTOM_REFUSED_BY_RST;
	if (fact_has(facts, FACT_ICMP_BY_RULE) ||
	    fact_has(facts, FACT_ICMP_BY_KERNEL))
		return is_udp ? SYMPTOM_UDP_REFUSED_BY_ICMP
			      : SYMPTOM_REFUSED_BY_ICMP;

	return is_udp ? SYMPTOM_UDP_UNANSWERED : SYMPTOM_SYN_UNANSWERED;
}
