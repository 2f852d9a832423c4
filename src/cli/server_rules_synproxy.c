/*
 * SYNPROXY makes the handshake in the service's name, and then one of its own
 * with the service, in the client's: a packet that this host sends to itself
 * (net/netfilter/nf_synproxy_core.c). Where rules refuse that one, the client is
 * connected to nothing.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

static bool is_synproxy(const struct rule *r)
{
	return r->text &&
	       (strstr(r->text, "SYNPROXY") || strstr(r->text, "synproxy"));
}

/* The rule that took the packet, or NULL. */
static const struct rule *taken_by(const struct walk_way *way)
{
	for (size_t i = 0; i < way->step_count; i++)
		if (way->steps[i].rule && way->steps[i].match == ANSWER_YES &&
		    is_synproxy(way->steps[i].rule))
			return way->steps[i].rule;

	return NULL;
}

/* The second handshake's SYN, as OUTPUT meets it. */
static void second_packet(const struct point *first, struct point *ret)
{
	static const char lo[] = "lo";

	*ret = *first;
	point_set(ret, FIELD_IIF, 0);
	point_set(ret, FIELD_OIF, field_from_name(lo, sizeof(lo) - 1));
	point_set(ret, FIELD_CT_STATE, CT_NEW);
	point_forget(ret, FIELD_UID);
	point_forget(ret, FIELD_GID);
	point_forget(ret, FIELD_MAC_SADDR);
}

static void tell(struct server_rules *s, const struct walk_blocker *b,
		 struct facts *facts)
{
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	fact_tell(
		facts, FACT_SYNPROXY_STUCK, server_rules_source,
		rule_told_culprit(b, s->record->arena, VANTAGE_SERVER),
		_("SYNPROXY answers in the service's name, and cannot reach the service itself: %s."),
		text_string(&place));
	text_done(&place);
}

int server_rules_synproxy(struct server_rules *s, const struct fact_set *seen,
			  struct facts *facts)
{
	const struct rule *rule = taken_by(&s->way.result.way);
	struct walk_question ask = { .host = &s->host };
	struct walk_result r;
	int err;

	if (!rule)
		return 0;

	second_packet(&s->way.packet, &ask.packet);
	err = walk_packet(s->ruleset, &ask, s->arena, &r);
	if (err)
		return err;

	if (r.blocker_count && r.way.verdict.decision != WALK_UNKNOWN)
		tell(s, r.blockers, facts);
	/* The window opens when the service has answered. */
	else if (seen && fact_has(seen, FACT_SYNACK_ZERO_WINDOW) &&
		 fact_has(seen, FACT_SERVER_WINDOW_ZERO))
		tell(s,
		     &(struct walk_blocker){ .verdict = { .chain = rule->chain,
							  .rule = rule } },
		     facts);
	return 0;
}
