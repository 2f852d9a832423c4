#include "diag/blockers.h"

/* One more than there are: what a rule makes of it is the rule's to say. */
enum { SYMPTOM_AS_RULED = SYMPTOMS };

static const struct {
	enum fact_kind kind;
	int tcp, udp; /* enum symptom, or SYMPTOM_AS_RULED */
} rows[] = {

#define X(name, tcp, udp) { FACT_##name, SYMPTOM_##tcp, SYMPTOM_##udp },
#include "diag/blockers.def"
#undef X
};

unsigned blockers_place(enum fact_kind kind)
{
	for (unsigned i = 0; i < BLOCKERS; i++)
		if (rows[i].kind == kind)
			return i + 1;

	return 0;
}

bool blockers_is_inbound(enum fact_kind kind)
{
	unsigned place = blockers_place(kind);

	/* The first that meets the answer. */
	return place && place < blockers_place(FACT_XFRM_BLOCKS_REPLY);
}

/* What the host itself sent as the client, and answered, was not stopped until
 * then. */
static bool is_passed(unsigned row, const struct fact_set *facts)
{
	const uint32_t before =
		SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(REFUSED_BY_ICMP);

	return fact_has(facts, FACT_PROBE_ANSWERED) &&
	       before >> blockers_shown(row + 1, facts) & 1;
}

enum fact_kind blockers_first(const struct fact_set *facts)
{
	for (unsigned i = 0; i < BLOCKERS; i++)
		if (fact_has(facts, rows[i].kind) && !is_passed(i, facts))
			return rows[i].kind;

	return FACT_NONE;
}

static enum symptom as_ruled(const struct fact_set *facts, bool is_udp)
{
	if (fact_has(facts, FACT_RULES_RST))
		return SYMPTOM_REFUSED_BY_RST;
	if (fact_has(facts, FACT_RULES_ICMP))
		return is_udp ? SYMPTOM_UDP_REFUSED_BY_ICMP
			      : SYMPTOM_REFUSED_BY_ICMP;

	return is_udp ? SYMPTOM_UDP_UNANSWERED : SYMPTOM_SYN_UNANSWERED;
}

enum symptom blockers_shown(unsigned place, const struct fact_set *facts)
{
	bool is_udp = fact_has(facts, FACT_ASKS_UDP);
	int symptom = is_udp ? rows[place - 1].udp : rows[place - 1].tcp;

	if (symptom == SYMPTOM_AS_RULED)
		return as_ruled(facts, is_udp);

	return (enum symptom)symptom;
}

enum symptom blockers_symptom(enum fact_kind kind, const struct fact_set *facts)
{
	unsigned place = blockers_place(kind);

	return place ? blockers_shown(place, facts) : SYMPTOM_NOT_ENOUGH_SEEN;
}

bool blockers_foretell(const struct fact_set *facts)
{
	return fact_has(facts, FACT_PROBE_ANSWERED) ||
	       (fact_has(facts, FACT_FORETOLD) &&
		!fact_has(facts, FACT_AT_SERVER));
}
