/*
 * Which rule took the packets that came: by the counter that moved with them.
 *
 * A counter is held against the packets that were captured. What the walk
 * foretold is proved by its own counter, where no other rule that may refuse
 * this client moved. What the walk could not foretell (rates, sets, the time)
 * is told by the counter alone, where it leaves no doubt.
 */
#include <errno.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/rule_why.h"
#include "cli/server_counters.h"
#include "cli/server_rules_parts.h"
#include "host/stopped.h"
#include "ruleset/model.h"

/* Rules whose counters moved, and which may have taken this client's packets. */
struct moved {
	struct server_counters all;
	const struct server_counter *only; /* NULL: none, or several */
	size_t count;
	bool has_foretold; /* the rule that was foretold is one of them */
};

/* The packet as any rule may have seen it: what the walk changed is open. */
static void any_packet(const struct server_way *way, struct point *ret)
{
	*ret = way->packet;
	for (size_t i = 0; i < way->result.way.change_count; i++)
		point_forget(ret, way->result.way.changes[i].field);
	point_forget(ret, FIELD_OIF);
	for (unsigned f = FIELD_CT_STATE; f <= FIELD_CT_MARK; f++)
		point_forget(ret, (enum field)f);
}

static bool may_match(const struct rule *r, const struct point *p)
{
	for (size_t i = 0; i < r->term_count; i++)
		if (!r->terms[i].is_action &&
		    cond_eval(&r->terms[i].cond, p, NULL) == ANSWER_NO)
			return false;

	return true;
}

static bool is_of_family(const struct table *t, const struct point *p)
{
	bool is_v4 = p->value[FIELD_FAMILY] == 2;

	return t->family == TABLE_INET || t->family == TABLE_NETDEV ||
	       t->family == (is_v4 ? TABLE_IP : TABLE_IP6);
}

/* The walk came there in one of its cases: what a rule that may match has set
 * (a mark, another port) is known in that case alone. */
static bool is_an_end(const struct walk_way *way,
		      const struct server_counter *c)
{
	for (size_t i = 0; i < way->end_count; i++)
		if (way->ends[i].decision != WALK_ACCEPT &&
		    way->ends[i].chain == c->chain &&
		    way->ends[i].rule == c->rule)
			return true;

	return false;
}

/* Whether it may have refused a packet of this client, or the answer to it. */
static bool is_suspect(const struct server_way *way,
		       const struct server_counter *c)
{
	struct point p;

	if (!is_of_family(c->chain->table, &way->packet))
		return false;
	if (!c->rule)
		return c->chain->policy == ACTION_DROP &&
		       c->chain->hook != HOOK_NONE;
	if (!server_counters_refusal(c->rule))
		return false;
	if (is_an_end(&way->result.way, c))
		return true;

	if (way->kind == FACT_RULES_REPLY)
		any_packet(
			&(struct server_way){
				.packet = way->result.reply.packet },
			&p);
	else
		any_packet(way, &p);
	return may_match(c->rule, &p);
}

static bool is_foretold(const struct server_way *way,
			const struct server_counter *c)
{
	const struct walk_verdict *v = &way->blocker.verdict;

	if (way->kind >= FACT_RULES_ACCEPT)
		return false;

	return v->rule ? c->rule == v->rule : !c->rule && c->chain == v->chain;
}

static bool has_counter(const struct walk_verdict *v)
{
	return v->rule ? v->rule->counters.known &&
				 server_counters_is_exact(v->rule)
		       : v->chain->counters.known;
}

static int read_again(struct server_rules *s, struct ruleset **ret)
{
	struct ruleset *r = ruleset_new(s->problems);
	struct text printed = TEXT_NULL;
	struct live live;
	int err = r ? check_rights_gather(s->rights, &printed) : -ENOMEM;

	if (!err)
		err = live_read_gathered(r, text_string(&printed), printed.len,
					 &live);
	if (!err)
		err = ruleset_link(r);
	*ret = err ? NULL : r;
	if (err) {
		ruleset_free(r);
		text_done(&printed);
		return err;
	}
	text_done(&s->gathered);
	s->gathered = printed;
	return 0;
}

static void sift(const struct server_way *way, struct moved *m)
{
	for (size_t i = 0; i < m->all.count; i++) {
		const struct server_counter *c = &m->all.list[i];

		if (!is_suspect(way, c))
			continue;
		m->only = m->count++ ? NULL : c;
		m->has_foretold = m->has_foretold || is_foretold(way, c);
	}
}

static void tell_counted(struct server_rules *s, const struct server_counter *c,
			 struct facts *facts)
{
	struct walk_verdict v = { .chain = c->chain, .rule = c->rule };
	struct walk_blocker b = { .verdict = v };
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &v);
	fact_tell(
		facts, FACT_RULES_COUNTED, server_rules_source,
		rule_told_culprit(&b, s->record->arena, VANTAGE_SERVER),
		_("While these packets came, a counter grew by %1$llu (%2$llu bytes): %3$s."),
		(unsigned long long)c->packets, (unsigned long long)c->bytes,
		text_string(&place));
	text_done(&place);
}

static void tell_blurred(struct server_rules *s, const struct moved *m,
			 struct facts *facts)
{
	struct text places = TEXT_NULL;

	for (size_t i = 0; i < m->all.count; i++) {
		const struct server_counter *c = &m->all.list[i];
		struct walk_verdict v = { .chain = c->chain, .rule = c->rule };

		if (!is_suspect(&s->way, c))
			continue;
		if (places.len)
			text_str(&places, "; ");
		server_rules_tell_place(&places, &v);
		text_format(&places, " (+%llu)",
			    (unsigned long long)c->packets);
	}
	fact_tell(
		facts, FACT_RULES_BLURRED, server_rules_source, NULL,
		_("Other traffic moved the counters, too, so they do not tell which rule took these packets: %s."),
		text_string(&places));
	text_done(&places);
}

/* Whether so many packets of the client, with their repetitions, are what was
 * counted, and no other traffic. */
static bool is_ours(const struct server_way *way,
		    const struct server_counter *c, unsigned packets)
{
	/* How many answers the kernel tried to send is not captured. */
	if (way->kind == FACT_RULES_REPLY)
		return server_counters_is_even(c);

	return c->packets == packets ||
	       (c->packets > packets && c->packets <= 2 * (uint64_t)packets &&
		server_counters_is_even(c));
}

/* A rule that was not foretold: the first that the walk may have met, or else
 * by what it asks for. */
static void tell_other(struct server_rules *s, const struct server_counter *c,
		       struct facts *facts)
{
	const struct walk_result *r = &s->way.result;
	const struct walk_blocker *first =
		r->blocker_count ? r->blockers : NULL;
	const struct action *a =
		c->rule ? server_counters_refusal(c->rule) : NULL;
	struct walk_blocker b = {
		.verdict = { .decision = WALK_DROP,
			     .chain = c->chain,
			     .rule = c->rule,
			     .action = a },
		.hook = c->chain->hook,
	};
	enum fact_kind kind;

	if (a && a->kind == ACTION_REJECT) {
		b.verdict.decision = WALK_REJECT;
		b.verdict.reject = a->reject;
		b.verdict.reject_code = a->reject_code;
	}
	if (first && !first->of_reply && first->verdict.rule == c->rule &&
	    first->verdict.chain == c->chain) {
		b = *first;
		kind = server_rules_walk_why(s, first);
	} else {
		kind = c->rule ? rule_why_asked(c->rule, a) : FACT_RULES_POLICY;
	}

	server_rules_tell_forget(facts);
	server_rules_tell_kind(s, kind, &b, facts);
	if (!live_is_partial(&s->live))
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	tell_counted(s, c, facts);
}

/* The rule that was foretold has a counter, which did not move: it is not the
 * one that took these packets. */
static void tell_uncounted(struct server_rules *s, struct facts *facts)
{
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &s->way.blocker.verdict);
	server_rules_tell_forget(facts);
	facts_forget(facts, FACT_RULES_READ);
	fact_tell(
		facts, FACT_RULES_UNCOUNTED, server_rules_source, NULL,
		_("The packets came, and the counter of the rule that should have refused them did not move: %s."),
		text_string(&place));
	text_done(&place);
}

/* Every end at which the packets could have been refused has a counter. */
static bool are_all_counted(const struct walk_way *way)
{
	for (size_t i = 0; i < way->end_count; i++)
		if (way->ends[i].decision != WALK_ACCEPT &&
		    !has_counter(&way->ends[i]))
			return false;

	return way->end_count && !way->is_capped;
}

static void judge(struct server_rules *s, const struct moved *m,
		  unsigned packets, struct facts *facts)
{
	const struct server_way *way = &s->way;
	bool is_refused = way->kind < FACT_RULES_ACCEPT;

	if (m->only && is_ours(way, m->only, packets)) {
		if (m->has_foretold)
			tell_counted(s, m->only, facts);
		else if (way->kind == FACT_RULES_UNSURE ||
			 (is_refused && has_counter(&way->blocker.verdict)))
			tell_other(s, m->only, facts);
	} else if (m->count) {
		tell_blurred(s, m, facts);
	} else if (is_refused && has_counter(&way->blocker.verdict)) {
		/* What did not come so far is refused there all the same. */
		if (!stopped_before_rules(facts))
			tell_uncounted(s, facts);
	} else if (way->kind == FACT_RULES_UNSURE &&
		   are_all_counted(&way->result.way) &&
		   !live_is_partial(&s->live)) {
		server_rules_tell_forget(facts);
		fact_tell(facts, FACT_RULES_ACCEPT, server_rules_source, NULL,
			  NULL);
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	}
}

/* To be forwarded, and this host itself sent the error: not for its route, which
 * is asked before the rules are. */
static bool is_by_router(const struct server_rules *s,
			 const struct address *sender,
			 const struct facts *facts)
{
	return s->way.blocker.hook == HOOK_FORWARD &&
	       links_own(&s->links, sender) &&
	       !fact_has(&facts->set, FACT_FORWARD_NO_ROUTE) &&
	       !fact_has(&facts->set, FACT_FORWARD_PROHIBIT) &&
	       !fact_has(&facts->set, FACT_FORWARD_UNREACHABLE);
}

/* The answer that left is the one that the rule sends, and no socket's. */
static bool fits(const struct server_rules *s, const struct fact_set *seen,
		 const struct address *icmp_sender, const struct facts *facts)
{
	const struct server_way *way = &s->way;
	const struct walk_verdict *v = &way->blocker.verdict;

	if (way->kind >= FACT_RULES_REPLY || v->decision != WALK_REJECT ||
	    rule_why_is_silent(&way->result, v))
		return false;
	if (v->reject == REJECT_TCP_RESET)
		return fact_has(seen, FACT_RST_FOR_SYN) &&
		       fact_has(seen, FACT_RST_LEFT_SERVER) &&
		       !fact_has(seen, FACT_RST_FROM_STACK);

	return (fact_has(seen, FACT_ICMP_LEFT_SERVER) ||
		(fact_has(seen, FACT_ICMP_FROM_OTHER) &&
		 is_by_router(s, icmp_sender, facts))) &&
	       !fact_has(seen, FACT_ICMP_LATE) && rule_why_fits_icmp(v, seen);
}

/* What the rules were when the packets came is not known: those that are in
 * force now are told, and proved only where one of them is new and counted just
 * these packets. The new ruleset takes the old one's place. */
static int start_over(struct server_rules *s, struct ruleset *now,
		      unsigned packets, struct facts *facts)
{
	const struct walk_verdict *v = &s->way.blocker.verdict;
	struct look_question q = s->way.question;
	struct ruleset *before = s->ruleset;
	struct walk_plan *plan = walk_plan_new(now);
	struct server_counter c;
	int err;

	if (!plan)
		return -ENOMEM;

	q.device = s->way.device;
	walk_plan_free(s->plan);
	s->plan = plan;
	s->ruleset = now;
	err = server_rules_walk(s, &q, NULL);
	server_rules_tell_forget(facts);
	facts_forget(facts, FACT_NO_DNAT);
	if (!err)
		err = server_rules_tell(s, facts);
	/* What lets them pass now may have refused them. */
	if (s->way.kind >= FACT_RULES_ACCEPT) {
		server_rules_tell_forget(facts);
		fact_tell(facts, FACT_RULES_UNSURE, server_rules_source, NULL,
			  NULL);
	}
	facts_forget(facts, FACT_RULES_READ);
	facts_forget(facts, FACT_NO_DNAT);
	fact_tell(facts, FACT_RULES_CHANGED, server_rules_source, NULL, NULL);
	if (!err && s->way.kind < FACT_RULES_ACCEPT && v->rule &&
	    has_counter(v) && server_counters_is_new(before, v->rule)) {
		c = (struct server_counter){
			.chain = v->chain,
			.rule = v->rule,
			.packets = v->rule->counters.packets,
			.bytes = v->rule->counters.bytes,
		};
		if (is_ours(&s->way, &c, packets))
			tell_counted(s, &c, facts);
	}
	ruleset_free(before);
	return err;
}

static bool is_same_end(const struct server_way *a, const struct server_way *b)
{
	const struct walk_verdict *x = &a->blocker.verdict;
	const struct walk_verdict *y = &b->blocker.verdict;

	if (a->kind != b->kind || !x->rule != !y->rule)
		return false;

	return !x->rule || (x->rule->handle == y->rule->handle &&
			    text_same(x->rule->text, y->rule->text));
}

/* Whether the client meets the same in the rules as they are now: sets change,
 * and their elements run out, while every rule stays as it was. */
static int meets_same(struct server_rules *s, struct ruleset *now, bool *ret)
{
	const struct server_rules kept = *s;
	struct look_question q = s->way.question;
	int err = -ENOMEM;

	q.device = s->way.device;
	s->arena = arena_new();
	s->plan = walk_plan_new(now);
	s->ruleset = now;
	if (s->arena && s->plan)
		err = server_rules_walk(s, &q, NULL);
	*ret = !err && is_same_end(&s->way, &kept.way);

	walk_plan_free(s->plan);
	arena_free(s->arena);
	s->arena = kept.arena;
	s->plan = kept.plan;
	s->ruleset = kept.ruleset;
	s->way = kept.way;
	return err;
}

static int count(struct server_rules *s, unsigned packets, struct facts *facts)
{
	struct moved m = { 0 };
	struct ruleset *now;
	bool has_changed, is_same = true;
	int err = read_again(s, &now);

	if (err)
		return err == -ENOMEM ? err : 0;

	err = server_counters_compare(s->ruleset, now, &m.all);
	if (!err && !m.all.has_changed)
		err = meets_same(s, now, &is_same);
	has_changed = m.all.has_changed || !is_same;
	if (!err && !has_changed) {
		sift(&s->way, &m);
		judge(s, &m, packets, facts);
	}
	server_counters_done(&m.all);
	if (!err && has_changed)
		return start_over(s, now, packets, facts);

	ruleset_free(now);
	return err;
}

int server_rules_renew(struct server_rules *s, struct facts *facts)
{
	struct server_counters moved = { 0 };
	struct ruleset *now;
	bool has_changed;
	int err = read_again(s, &now);

	if (err)
		return err == -ENOMEM ? err : 0;
	if (s->ruleset)
		err = server_counters_compare(s->ruleset, now, &moved);
	has_changed = moved.has_changed;
	server_counters_done(&moved);
	if (!err && s->ruleset && has_changed && s->way.is_known)
		return start_over(s, now, 0, facts);

	ruleset_free(now);
	return err;
}

/* The rules let it pass, and the kernel reports that none dropped it: no counter
 * tells more. */
static bool is_cleared(const struct server_way *way, const struct facts *facts)
{
	static const enum fact_kind against[] = {
		FACT_DROP_RULES,
		FACT_DROP_RULES_REPLY,
		FACT_DROP_QUEUE,
		FACT_DROP_OTHERWISE,
	};

	for (size_t i = 0; i < sizeof(against) / sizeof(*against); i++)
		if (fact_has(&facts->set, against[i]))
			return false;

	return way->kind == FACT_RULES_ACCEPT &&
	       fact_has(&facts->set, FACT_DROPS_WATCHED);
}

static bool was_let_in(const struct fact_set *seen)
{
	return fact_has(seen, FACT_HANDSHAKE_DONE) ||
	       fact_has(seen, FACT_UDP_ANSWERED) ||
	       fact_has(seen, FACT_PROBE_ANSWERED);
}

void server_rules_after_begin(struct server_rules *s,
			      const struct fact_set *seen, unsigned packets)
{
	if (s && s->ruleset && s->way.is_known && packets &&
	    s->way.kind != FACT_RULES_ACCEPT && !was_let_in(seen))
		check_rights_rules_begin(s->rights);
}

int server_rules_after(struct server_rules *s, const struct fact_set *seen,
		       const struct address *icmp_sender, unsigned packets,
		       struct facts *facts)
{
	int err = 0;

	if (!s || !s->ruleset || !s->way.is_known)
		return 0;

	if (fits(s, seen, icmp_sender, facts))
		fact_tell(facts, FACT_RULES_FIT_SERVER, server_rules_source,
			  NULL, NULL);
	if (packets && !was_let_in(seen) && !is_cleared(&s->way, facts))
		err = count(s, packets, facts);
	/* A probe's handshake is not completed by anybody. */
	if (!err && !fact_has(seen, FACT_PROBE_ANSWERED))
		err = server_rules_synproxy(s, seen, facts);
	/* The neighbour was asked for meanwhile. */
	if (!err)
		server_rules_dnat(s, facts);
	return err ? err : facts->failed ? -ENOMEM : 0;
}
