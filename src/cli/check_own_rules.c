#include "cli/check_own_rules.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "cli/check_drops.h"
#include "cli/check_packets.h"
#include "cli/check_rights.h"
#include "cli/check_trace.h"
#include "cli/rule_told.h"
#include "ruleset/live.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"
#include "ruleset/walk.h"

enum { FLAG_SYN = 2, FAMILY_V4 = 2, FAMILY_V6 = 10 };

/* What a SYN of Linux is: 40 or 60 bytes of headers, 20 of options. */
enum { SYN_LENGTH_V4 = 60, SYN_LENGTH_V6 = 80, HEADERS_V4 = 40 };

static const char source[] = "firewall";

/* One look at the rules. */
struct look {
	struct case_record *record;
	struct attempt *attempt;
	const struct probe_options *options;
	struct check_local *state;
	struct ruleset *ruleset;
	struct live live;
	struct arena *arena; /* of the walk, and of texts until they are told */
	int64_t began_ns;
};

static void say(struct packet_words *w, enum field f, u128 value)
{
	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

void check_own_rules_packet(const struct attempt *a,
			    const struct check_local *s, struct packet_words *w)
{
	const struct route_question *q = &s->question;
	bool is_v4 = address_is_v4(&q->destination);
	bool is_tcp = q->protocol == IPPROTO_TCP;
	unsigned mtu = s->route.mtu ? s->route.mtu : s->link.mtu;

	*w = (struct packet_words){ 0 };
	say(w, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	say(w, FIELD_IIF, 0);
	say(w, FIELD_OIF, field_from_name(s->link.name, strlen(s->link.name)));
	say(w, FIELD_SADDR, field_from_address(&s->route.source));
	say(w, FIELD_DADDR, field_from_address(&q->destination));
	say(w, FIELD_PROTO, q->protocol);
	say(w, FIELD_DPORT, q->port);
	if (a->local_port)
		say(w, FIELD_SPORT, a->local_port);
	say(w, FIELD_HAS_SOCKET, 1);
	say(w, FIELD_UID, q->uid);
	say(w, FIELD_GID, s->gid);
	say(w, FIELD_MARK, q->mark);
	say(w, FIELD_CT_STATE, CT_NEW);
	if (is_tcp) {
		say(w, FIELD_TCP_FLAGS, FLAG_SYN);
		say(w, FIELD_LENGTH, is_v4 ? SYN_LENGTH_V4 : SYN_LENGTH_V6);
		if (mtu > SYN_LENGTH_V6)
			say(w, FIELD_TCP_MSS,
			    mtu - (is_v4 ? HEADERS_V4 : SYN_LENGTH_V4));
	}
	packet_words_assume(w);
	/* What is sent is not known of datagrams. */
	if (!is_tcp)
		point_forget(&w->point, FIELD_LENGTH);
	if (!a->local_port)
		point_forget(&w->point, FIELD_SPORT);
}

static int walk(const struct look *l, const struct packet_words *w,
		struct walk_result *ret)
{
	struct walk_question q = { .packet = w->point };

	*ret = (struct walk_result){ 0 };
	return walk_packet(l->ruleset, &q, l->arena, ret);
}

static bool was_answered(const struct attempt *a)
{
	static const enum fact_kind answers[] = {
		FACT_ICMP_ERROR,  FACT_RST_FOR_SYN,  FACT_HANDSHAKE_DONE,
		FACT_SYNACK_SEEN, FACT_UDP_ANSWERED,
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (fact_has(&a->facts.set, answers[i]))
			return true;

	return false;
}

/* A REJECT is silent where the rules stop its own answer. */
static bool is_silent(const struct walk_result *r)
{
	return r->blockers->verdict.decision == WALK_DROP ||
	       (r->has_refusal && r->refusal.verdict.decision != WALK_ACCEPT);
}

/* Whether what was seen is what the rule does. */
static bool fits(const struct attempt *a, const struct walk_result *r)
{
	const struct walk_blocker *b = r->blockers;

	if (b->of_reply || is_silent(r))
		return !was_answered(a);
	if (b->verdict.reject == REJECT_TCP_RESET)
		return fact_has(&a->facts.set, FACT_RST_FOR_SYN);

	return fact_has(&a->facts.set, FACT_ICMP_FROM_CLIENT) ||
	       fact_has(&a->facts.set, FACT_LOCAL_ERROR);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a rule's conditions are nested
static bool asks_user(const struct cond *c)
{
	if (c->kind == COND_RANGES &&
	    (c->field == FIELD_UID || c->field == FIELD_GID))
		return true;

	for (size_t i = 0; i < cond_count(c); i++)
		if (asks_user(&c->list[i]))
			return true;

	return false;
}

static bool rule_asks_user(const struct rule *rule)
{
	for (size_t i = 0; rule && i < rule->term_count; i++)
		if (!rule->terms[i].is_action &&
		    asks_user(&rule->terms[i].cond))
			return true;

	return false;
}

/* Whether it is for its user that the packet is stopped: the rule asks for him,
 * or the same of root passes. */
static bool is_for_user(const struct look *l, const struct packet_words *w,
			const struct walk_blocker *b)
{
	struct packet_words other = *w;
	struct walk_result result;

	if (rule_asks_user(b->verdict.rule))
		return true;
	if (!w->point.value[FIELD_UID])
		return false;

	say(&other, FIELD_UID, 0);
	say(&other, FIELD_GID, 0);
	return !walk(l, &other, &result) && !result.blocker_count &&
	       result.way.verdict.decision == WALK_ACCEPT;
}

static void step(const struct look *l, enum step_status status,
		 const char *words)
{
	if (!l->state->has_firewall)
		case_step(l->record, source, status, clock_now() - l->began_ns,
			  words);
	l->state->has_firewall = true;
}

/* What a rule, or a chain's policy, does: FACT_OWN_RULES_DROP to _REPLY. */
static void tell_rule(const struct look *l, enum fact_kind kind,
		      const struct culprit *k, const char *chain)
{
	struct facts *f = &l->attempt->facts;
	const char *rule = k ? k->text : "";
	bool is_reply = kind == FACT_OWN_RULES_REPLY;
	struct text words = TEXT_NULL;

	text_format(&words,
		    is_reply ? _("the answers are refused in %s by: %s")
			     : _("refused in %s by: %s"),
		    chain, rule);
	if (is_reply)
		fact_tell(
			f, kind, source, k,
			_("This host's own firewall refuses the answers, in %1$s, by: %2$s."),
			chain, rule);
	else if (kind == FACT_OWN_RULES_REJECT)
		fact_tell(
			f, kind, source, k,
			_("This host's own firewall rejects the packets, in %1$s, by: %2$s."),
			chain, rule);
	else if (kind == FACT_OWN_RULES_OWNER)
		fact_tell(
			f, kind, source, k,
			_("This host's own firewall drops what this user sends, in %1$s, by: %2$s."),
			chain, rule);
	else
		fact_tell(
			f, kind, source, k,
			_("This host's own firewall drops the packets, in %1$s, by: %2$s."),
			chain, rule);
	/* What OUTPUT stops was never on a wire. */
	if (!is_reply) {
		facts_forget(f, FACT_SYN_SEEN);
		fact_tell(f, FACT_PACKET_NOT_SENT, source, NULL, NULL);
	}
	step(l, STEP_FAIL, text_string(&words));
	text_done(&words);
}

static void tell_blocked(const struct look *l, const struct packet_words *w,
			 const struct walk_result *r)
{
	const struct walk_blocker *b = r->blockers;
	enum fact_kind kind = FACT_OWN_RULES_DROP;

	if (b->of_reply)
		kind = FACT_OWN_RULES_REPLY;
	else if (!is_silent(r))
		kind = FACT_OWN_RULES_REJECT;
	else if (is_for_user(l, w, b))
		kind = FACT_OWN_RULES_OWNER;
	tell_rule(l, kind,
		  rule_told_culprit(b, l->record->arena, VANTAGE_CLIENT),
		  b->verdict.chain->name);
}

/* What the kernel says where its rules do not. */

/* A rule that nobody could read, by what the kernel calls it. */
static const struct culprit *unread_culprit(const struct look *l,
					    const struct nftrace_step *s)
{
	struct arena *a = l->record->arena;
	bool is_legacy = s->engine == NFTRACE_LEGACY;
	struct culprit *k;

	if (s->is_policy)
		k = culprit_new(a, CULPRIT_FIREWALL_POLICY, VANTAGE_CLIENT,
				"%s %s policy", s->table, s->chain);
	else if (s->handle)
		k = culprit_new(a, CULPRIT_FIREWALL_RULE, VANTAGE_CLIENT,
				"%s %s handle %lu", s->table, s->chain,
				(unsigned long)s->handle);
	else
		k = culprit_new(a, CULPRIT_FIREWALL_RULE, VANTAGE_CLIENT,
				"%s %s rule %u", s->table, s->chain, s->number);
	culprit_text(k, a, "engine",
		     engine_names[is_legacy ? ENGINE_LEGACY : ENGINE_NFT]);
	culprit_text(k, a, "table", s->table);
	culprit_text(k, a, "chain", s->chain);
	if (s->is_policy)
		culprit_text(k, a, "rule", "policy");
	else if (s->number)
		culprit_number(k, "rule", s->number);
	if (s->handle)
		culprit_number(k, "handle", (int64_t)s->handle);
	return k;
}

static enum fact_kind traced_kind(const struct check_trace *t)
{
	const struct walk_verdict *v = &t->blocker.verdict;
	const struct fact_set *set = &t->attempt->facts.set;
	bool is_rejected = v->chain ? v->decision == WALK_REJECT
				    : fact_has(set, FACT_ICMP_FROM_CLIENT);

	if (t->blocker.of_reply)
		return FACT_OWN_RULES_REPLY;
	if (is_rejected && was_answered(t->attempt))
		return FACT_OWN_RULES_REJECT;

	return rule_asks_user(v->rule) ? FACT_OWN_RULES_OWNER
				       : FACT_OWN_RULES_DROP;
}

static int packets_answered(const struct look *l)
{
	return check_packets_answered(l->state->packets, l->record, l->attempt);
}

/* Nothing of it was dropped here: neither what was sent nor an answer, of which
 * none came. */
static bool is_lost_elsewhere(const struct look *l)
{
	return check_drops_saw_none(l->state->drops, l->attempt, l->state) &&
	       packets_answered(l) != 1;
}

/* What the rules would do to an answer is not the fault where none comes. */
static bool is_untrue(const struct look *l, const struct walk_blocker *b)
{
	if (was_answered(l->attempt))
		return false;

	return is_lost_elsewhere(l) ||
	       (b->of_reply && packets_answered(l) == 0);
}

/* Whether the failure may be the own rules' doing. */
static bool may_be_own(const struct look *l)
{
	const struct fact_set *set = &l->attempt->facts.set;

	/* What is sent to itself meets both ends' rules. */
	if (fact_has(set, FACT_IS_LOOPBACK))
		return false;

	return fact_has(set, FACT_OWN_DROP_RULES) ||
	       fact_has(set, FACT_OWN_DROP_RULES_REPLY) ||
	       was_answered(l->attempt) || !is_lost_elsewhere(l);
}

/* 1: the kernel named the rule, which was told. 0 or -ENOMEM. */
static int tell_traced(const struct look *l)
{
	struct check_trace t = { .record = l->record,
				 .attempt = l->attempt,
				 .state = l->state,
				 .options = l->options,
				 .ruleset = l->ruleset,
				 .arena = l->arena };
	const struct culprit *k;
	int named = may_be_own(l) ? check_trace_rules(&t) : 0;

	if (named != 1)
		return named == -ENOMEM ? named : 0;
	/* Those that failed left this host; this one met a chance of its own. */
	if (!t.blocker.of_reply &&
	    fact_has(&l->attempt->facts.set, FACT_PACKET_SENT))
		return 0;

	k = t.blocker.verdict.chain
		    ? rule_told_culprit(&t.blocker, l->record->arena,
					VANTAGE_CLIENT)
		    : unread_culprit(l, &t.step);
	fact_tell(&l->attempt->facts, FACT_OWN_RULES_TRACED, source, k, NULL);
	tell_rule(l, traced_kind(&t), k, t.step.chain);
	return 1;
}

static void tell_unsure(const struct look *l, const char *words)
{
	fact_tell(&l->attempt->facts, FACT_OWN_RULES_UNSURE, source, NULL,
		  NULL);
	step(l, STEP_BLOCKED, words);
}

static void tell_not_looked(const struct look *l)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		const struct live_row *row = &l->live.row[i];

		if (row->why && (row->state == LIVE_FAILED ||
				 row->state == LIVE_NOT_PERMITTED))
			case_not_looked(
				l->record, row->command,
				arena_string(l->record->arena, row->why));
	}
}

/* What cannot be foretold, as far as it is known otherwise. */
static int tell_unknown(const struct look *l, const char *words)
{
	int traced = tell_traced(l);

	if (!traced)
		tell_unsure(l, words);
	return traced < 0 ? traced : 0;
}

static int tell(const struct look *l, const struct packet_words *w,
		const struct walk_result *r)
{
	const struct fact_set *set = &l->attempt->facts.set;
	bool is_open =
		r->way.verdict.decision == WALK_UNKNOWN ||
		(r->has_reply && r->reply.verdict.decision == WALK_UNKNOWN);
	/* Whatever they say: it is they that dropped it. */
	bool is_dropped = fact_has(set, FACT_OWN_DROP_RULES) ||
			  fact_has(set, FACT_OWN_DROP_RULES_REPLY);

	tell_not_looked(l);
	if (r->blocker_count && fits(l->attempt, r) && !is_open &&
	    !is_untrue(l, r->blockers))
		tell_blocked(l, w, r);
	else if (r->blocker_count || is_open || is_dropped)
		return tell_unknown(
			l,
			_("what the rules of this host do cannot be foretold"));
	else if (live_is_partial(&l->live))
		return tell_unknown(
			l, _("not all rules of this host could be read"));
	else {
		fact_tell(&l->attempt->facts, FACT_OWN_RULES_PASS, source, NULL,
			  NULL);
		step(l, STEP_PASS,
		     _("the rules of this host let the packets and their answers pass"));
	}

	return 0;
}

static int read_and_walk(struct look *l)
{
	struct packet_words w;
	struct walk_result r;
	int err = check_rights_rules(l->state->rights, l->ruleset, &l->live);

	if (!err)
		err = ruleset_link(l->ruleset);
	if (err)
		return err;

	check_own_rules_packet(l->attempt, l->state, &w);
	err = walk(l, &w, &r);
	if (!err)
		err = tell(l, &w, &r);
	return err;
}

int check_own_rules(struct case_record *c, struct attempt *a,
		    const struct probe_options *o, struct check_local *state)
{
	struct look l = { .record = c,
			  .attempt = a,
			  .options = o,
			  .state = state,
			  .arena = arena_new(),
			  .began_ns = clock_now() };
	struct problems *problems = problems_new();
	int err = -ENOMEM;

	if (problems)
		l.ruleset = ruleset_new(problems);
	if (l.ruleset && l.arena)
		err = read_and_walk(&l);
	ruleset_free(l.ruleset);
	problems_free(problems);
	arena_free(l.arena);
	return err;
}
