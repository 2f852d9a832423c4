/*
 * Which rule keeps neighbour discovery from this host: that a filter does was
 * found by a look; here its packets are walked (RFC 4861 4.3, 4.4).
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

/* RFC 4291 2.7.1. */
static struct address solicited(const struct address *a)
{
	struct address ret = { .bytes = { 0xff, 0x02 } };

	ret.bytes[11] = 1;
	ret.bytes[12] = 0xff;
	memcpy(&ret.bytes[13], &a->bytes[13], 3);
	return ret;
}

/* Connection tracking leaves it alone (nf_conntrack_proto_icmpv6.c). */
static void make_packet(struct server_rules *s, const struct look_question *q,
			bool is_answer, struct point *p)
{
	static const enum field of_transport[] = { FIELD_SPORT, FIELD_DPORT,
						   FIELD_TCP_FLAGS };
	const struct address to = is_answer ? q->client : solicited(&q->server);
	const struct address *from = is_answer ? &q->server : &q->client;
	uint32_t device;
	u128 in;

	server_rules_walk_packet(s, q, NULL, p, &device);
	for (size_t i = 0; i < sizeof(of_transport) / sizeof(*of_transport);
	     i++)
		point_forget(p, of_transport[i]);
	in = p->value[FIELD_IIF];
	point_set(p, FIELD_IIF, is_answer ? 0 : in);
	point_set(p, FIELD_OIF, is_answer ? in : 0);
	point_set(p, FIELD_SADDR, field_from_address(from));
	point_set(p, FIELD_DADDR, field_from_address(&to));
	point_forget(p, FIELD_SADDR_TYPE);
	point_set(p, FIELD_PROTO, IPPROTO_ICMPV6);
	point_set(p, FIELD_ICMP_TYPE,
		  is_answer ? ND_NEIGHBOR_ADVERT : ND_NEIGHBOR_SOLICIT);
	point_set(p, FIELD_ICMP_CODE, 0);
	point_set(p, FIELD_CT_STATE, CT_UNTRACKED);
}

static int walk(struct server_rules *s, const struct look_question *q,
		bool is_answer, struct arena *a, struct walk_blocker *ret)
{
	struct walk_question ask = { .host = &s->host };
	struct walk_result result;
	int err;

	make_packet(s, q, is_answer, &ask.packet);
	err = walk_packet(s->ruleset, &ask, a, &result);
	if (err)
		return err;
	if (!result.blocker_count || result.blockers->of_reply)
		return -ENOENT;

	*ret = *result.blockers;
	return 0;
}

static void tell(struct server_rules *s, const struct walk_blocker *b,
		 struct facts *facts)
{
	const struct culprit *k =
		rule_told_culprit(b, s->record->arena, VANTAGE_SERVER);
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	facts_forget(facts, FACT_ND_FILTERED);
	fact_tell(facts, FACT_ND_FILTERED, server_rules_source, k,
		  _("The rules of the server refuse neighbour discovery: %s."),
		  text_string(&place));
	text_done(&place);
}

int server_rules_nd(struct server_rules *s, const struct look_question *q,
		    struct facts *facts)
{
	struct walk_blocker b;
	struct arena *a;
	int err;

	if (!s || !s->ruleset || !q->has_client || !q->has_server ||
	    !fact_has(&facts->set, FACT_ND_FILTERED))
		return 0;

	a = arena_new();
	err = a ? walk(s, q, false, a, &b) : -ENOMEM;
	if (err == -ENOENT)
		err = walk(s, q, true, a, &b);
	if (!err)
		tell(s, &b, facts);
	arena_free(a);
	return err == -ENOENT ? 0 : err;
}
