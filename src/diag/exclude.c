#include "diag/exclude.h"

#include "diag/blockers.h"
#include "diag/reported.h"

static enum fact_kind first_missing(const struct fact_set *facts,
				    const enum fact_kind *list)
{
	for (int i = 0; i < CAUSE_FACTS && list[i]; i++)
		if (!fact_has(facts, list[i]))
			return list[i];

	return FACT_NONE;
}

/* What the host's rules were found to do to the first packet, or none. */
static enum fact_kind ruling_of(const struct fact_set *facts)
{
	for (int k = FACT_RULES_ORDER; k <= FACT_RULES_ACCEPT; k++)
		if (fact_has(facts, (enum fact_kind)k))
			return (enum fact_kind)k;

	return FACT_NONE;
}

/* The rules at hand say which of the firewall's causes it is; and where the
 * answer is the very one that a rule sends, that it is nothing else. */
static enum fact_kind excluded_by_rules(const struct cause *c,
					const struct fact_set *facts)
{
	enum fact_kind ruling = ruling_of(facts);

	if (!ruling || c->ruled_by == ruling)
		return FACT_NONE;
	/* What the kernel says of the packet counts for more than what was
	 * read of the rules, unless a program stands beside them. */
	if (ruling == FACT_RULES_ACCEPT &&
	    !fact_has(facts, FACT_NETFILTER_PROGRAM) &&
	    (fact_has(facts, FACT_DROP_RULES) ||
	     fact_has(facts, FACT_DROP_RULES_REPLY)))
		return FACT_NONE;
	if (fact_has(facts, FACT_RULES_FIT_SERVER))
		return FACT_RULES_FIT_SERVER;
	if (fact_has(facts, FACT_RULES_FIT))
		return FACT_RULES_FIT;

	/* What only all rules of a host show is not told by a part of them. */
	if (c->looked_by[0] && !cause_first_seen(facts, c->looked_by))
		return FACT_NONE;

	return c->ruled_by ? ruling : FACT_NONE;
}

/* What is lost before it comes to the host is not lost by the host. */
static enum fact_kind excluded_by_path(const struct cause *c,
				       const struct fact_set *facts)
{
	static const uint32_t at_host = UINT32_C(1) << PLACE_SERVER |
					UINT32_C(1) << PLACE_SERVICE |
					UINT32_C(1) << PLACE_SERVER_LINK;

	if (c->is_anywhere || !(at_host >> c->place & 1) ||
	    !fact_has(facts, FACT_PATH_PARTS_EARLIER))
		return FACT_NONE;

	return FACT_PATH_PARTS_EARLIER;
}

/* A frame may have come by a mistake of the link's; and a bridge that stops it
 * may be this host's. */
static bool is_link_fine(const struct cause *c, const struct fact_set *facts)
{
	bool is_frame_fine = (fact_has(facts, FACT_FRAME_UNTAGGED) ||
			      fact_has(facts, FACT_VLAN_UNKNOWN)) &&
			     (fact_has(facts, FACT_FRAME_OURS) ||
			      fact_has(facts, FACT_ARP_SILENCE));

	if (c->is_anywhere || c->found_by[0])
		return is_frame_fine && fact_has(facts, FACT_NO_BRIDGE);

	return is_frame_fine;
}

/* What the host itself answers, or what came to it and got no answer from it, is
 * no matter of who stands before it. Its own devices count here as before it:
 * the packet came in. */
static enum fact_kind excluded_by_arrival(const struct cause *c,
					  const struct fact_set *facts)
{
	static const uint32_t before =
		UINT32_C(1) << PLACE_CLIENT | UINT32_C(1) << PLACE_CLIENT_LINK |
		UINT32_C(1) << PLACE_PATH | UINT32_C(1) << PLACE_ROUTER |
		UINT32_C(1) << PLACE_DNS;

	static const enum fact_kind shown[] = { FACT_SYN_ARRIVED,
						FACT_RST_LEFT_SERVER,
						FACT_ICMP_LEFT_SERVER,
						FACT_NONE };
	enum fact_kind by = cause_first_seen(facts, shown);
	bool is_before = before >> c->place & 1;

	/* The question came as far as here, and the answer would be seen. */
	if (!by && fact_has(facts, FACT_ARP_SILENCE) &&
	    fact_has(facts, FACT_AT_SERVER))
		by = FACT_ARP_SILENCE;
	if (!fact_has(facts, FACT_ADDRESS_OWN) ||
	    cause_first_seen(facts, c->found_by) || cause_is_ruled(c, facts))
		return FACT_NONE;
	/* Its packets came to the address of whoever asks. */
	if (c->place == PLACE_DNS && fact_has(facts, FACT_AT_SERVER) &&
	    fact_has(facts, FACT_HANDSHAKE_DONE))
		return FACT_ADDRESS_OWN;
	if (c->place == PLACE_SERVER_LINK)
		is_before = is_link_fine(c, facts);
	else if (c->found_by[0])
		is_before = false;

	return is_before ? by : FACT_NONE;
}

/* What the client's kernel may do to an answer just as well, of which is only
 * known here, where the server itself was looked at, that it left. */
static bool may_be_clients(const struct cause *c, const struct fact_set *facts)
{
	bool is_both = c->dropped_as[0] >= FACT_DROP_RULES &&
		       c->dropped_as[0] <= FACT_DROP_NONE &&
		       c->dropped_as[1] >= FACT_OWN_DROP_RULES;

	return is_both && fact_has(facts, FACT_FORETOLD) &&
	       fact_has(facts, FACT_AT_SERVER) &&
	       fact_has(facts, FACT_SYNACK_SEEN) &&
	       !fact_has(facts, FACT_HANDSHAKE_DONE);
}

/* Where the kernel made an answer, nothing stopped the packet before. */
static enum fact_kind excluded_by_answer(const struct cause *c,
					 const struct fact_set *facts)
{
	bool is_inbound = c->ruled_by && blockers_is_inbound(c->ruled_by);

	if (!fact_has(facts, FACT_SYN_TAKEN) || may_be_clients(c, facts))
		return FACT_NONE;
	/* But for a rule that was seen to take what came after. */
	if (fact_has(facts, FACT_RULES_TRACED) && cause_is_ruled(c, facts))
		return FACT_NONE;
	for (int i = 0; i < CAUSE_FACTS && c->found_by[i]; i++) {
		if (!blockers_is_inbound(c->found_by[i]))
			return FACT_NONE;
		is_inbound = true;
	}

	return is_inbound ? FACT_SYN_TAKEN : FACT_NONE;
}

static bool is_favoured(const struct cause *c, enum fact_kind kind)
{
	for (int i = 0; i < CAUSE_FACTS && c->favoured_by[i]; i++)
		if (c->favoured_by[i] == kind)
			return true;

	return false;
}

/* What we open ourselves goes to no proxy, and a proxy is elsewhere; but not
 * where a program was seen to use one. */
static bool is_by_proxy(const struct cause *c, const struct fact_set *facts,
			enum fact_kind against)
{
	return (against == FACT_PROBED || against == FACT_IS_LOOPBACK) &&
	       fact_has(facts, FACT_PROGRAM_PROXY) &&
	       is_favoured(c, FACT_PROGRAM_PROXY);
}

/* What stands against it. What other packets show of this host is nothing
 * against what was found here of a router. */
static enum fact_kind contradicted_by(const struct cause *c,
				      const struct fact_set *facts)
{
	static const enum fact_kind others[CAUSE_FACTS] = { FACT_SYN_ARRIVED,
							    FACT_HOST_PINGS,
							    FACT_HOST_SERVES };

	bool is_found =
		(c->place == PLACE_ROUTER || c->place == PLACE_SERVER_LINK) &&
		(cause_first_seen(facts, c->found_by) ||
		 cause_is_ruled(c, facts));
	bool is_named = reported_names(c, facts);
	bool is_of_client = may_be_clients(c, facts);

	for (int i = 0; i < CAUSE_FACTS && c->ruled_out_by[i]; i++) {
		bool is_of_others =
			is_found && (c->ruled_out_by[i] == others[0] ||
				     c->ruled_out_by[i] == others[1] ||
				     c->ruled_out_by[i] == others[2]);

		/* The kernel names it, and was there before any capture. */
		if (c->ruled_out_by[i] == FACT_AT_SERVER && is_named)
			continue;
		if (is_of_client &&
		    (c->ruled_out_by[i] == others[1] ||
		     c->ruled_out_by[i] == FACT_RP_FILTER_PASSES))
			continue;
		if (fact_has(facts, c->ruled_out_by[i]) && !is_of_others &&
		    !is_by_proxy(c, facts, c->ruled_out_by[i]))
			return c->ruled_out_by[i];
	}

	return FACT_NONE;
}

/* A connection that a rule cut is not the service's doing. */
static enum fact_kind excluded_by_cut(const struct cause *c,
				      const struct fact_set *facts)
{
	return c->place == PLACE_SERVICE && fact_has(facts, FACT_RULE_RST)
		       ? FACT_RULE_RST
		       : FACT_NONE;
}

/* Where the server was looked at for it and does not show it, it is not so. */
static bool is_looked_for(const struct cause *c, const struct fact_set *facts)
{
	return c->found_by[0] && cause_first_seen(facts, c->looked_by) &&
	       !cause_first_seen(facts, c->found_by);
}

/* Whether a fact, or the want of one, excludes the cause. */
bool exclude_cause(const struct cause *c, const struct fact_set *facts,
		   struct exclusion *ret)
{
	*ret = (struct exclusion){ .cause = c };
	ret->by = contradicted_by(c, facts);
	if (!ret->by)
		ret->by = excluded_by_path(c, facts);
	if (!ret->by)
		ret->by = excluded_by_arrival(c, facts);
	if (!ret->by)
		ret->by = excluded_by_answer(c, facts);
	if (!ret->by)
		ret->by = excluded_by_rules(c, facts);
	if (!ret->by)
		ret->by = excluded_by_cut(c, facts);
	if (!ret->by)
		ret->by = reported_against(c, facts);
	if (ret->by)
		return true;
	/* What it needs is of packets, and was found without any. */
	if (blockers_foretell(facts))
		return false;

	ret->is_missing = true;
	ret->by = first_missing(facts, c->needs);
	if (!ret->by && c->needs_any[0] &&
	    !cause_first_seen(facts, c->needs_any))
		ret->by = c->needs_any[0];
	if (!ret->by && is_looked_for(c, facts))
		ret->by = c->found_by[0];

	return ret->by != FACT_NONE;
}
