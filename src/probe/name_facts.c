#include "probe/name_facts.h"

#include "probe/name_words.h"

/* The system's resolver still waits for a server that is silent; what the next
 * one says is what it will get. */
static bool foresee(struct name_evidence *e)
{
	struct name_said s;

	if (e->lookup.is_over ||
	    nsswitch_way(&e->nsswitch, e->host) != NSSWITCH_ASKS_DNS ||
	    !name_said_heard(&s, e) || s.what != SAID_ADDRESSES)
		return false;

	for (size_t i = 0; i < s.count; i++)
		if (name_said_is_usable(e, &s.addresses[i]) &&
		    e->lookup.count < NAME_LOOKUP_ADDRESSES)
			e->lookup.addresses[e->lookup.count++].address =
				s.addresses[i];
	return e->lookup.count > 0;
}

enum step_status name_facts_tell(struct case_record *c,
				 const struct name_evidence *e,
				 struct text *step)
{
	struct name_evidence whole = *e;
	const struct name_telling t = {
		.record = c, .facts = &c->general, .e = &whole, .step = step
	};

	if ((e->lookup.is_over && !e->lookup.gai) || foresee(&whole))
		return name_found_tell(&t);

	return name_missing_tell(&t);
}

static bool works(const struct case_record *c, bool is_from_dns_only)
{
	for (size_t i = 0; i < c->attempt_count; i++)
		if (c->attempts[i].is_connected &&
		    c->attempts[i].is_from_dns_only == is_from_dns_only)
			return true;

	return false;
}

void name_facts_settle(struct case_record *c)
{
	const struct fact *line =
		facts_get(&c->general, FACT_NAME_HOSTS_DIFFERS);

	if (works(c, false) || !works(c, true))
		return;

	fact_tell(&c->general, FACT_NAME_OTHER_WORKS, NAME_SOURCE, NULL, NULL);
	if (line)
		fact_tell(&c->general, FACT_NAME_HOSTS_STALE, NAME_SOURCE,
			  line->culprit, NULL);
}
