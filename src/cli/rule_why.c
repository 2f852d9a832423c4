#include "cli/rule_why.h"

#include <string.h>

#include "ruleset/model.h"
#include "ruleset/owner.h"

enum { FAMILY_V4 = 2, PROTO_UDP = 17 };

// NOLINTNEXTLINE(misc-no-recursion): as deep as a rule's conditions are nested
static bool asks(const struct cond *c, bool (*is_it)(const struct cond *c))
{
	if (is_it(c))
		return true;

	for (size_t i = 0; i < cond_count(c); i++)
		if (asks(&c->list[i], is_it))
			return true;

	return false;
}

static bool rule_asks(const struct rule *r, bool (*is_it)(const struct cond *c))
{
	for (size_t i = 0; i < r->term_count; i++)
		if (!r->terms[i].is_action && asks(&r->terms[i].cond, is_it))
			return true;

	return false;
}

/* A lookup in a set that has a name. */
static bool is_named_set(const struct cond *c)
{
	return c->kind == COND_LOOKUP && c->set && c->set->name;
}

static bool is_doubt(const struct cond *c, enum doubt doubt)
{
	return c->kind == COND_VARIABLE && c->variable->doubt == doubt;
}

static bool is_time(const struct cond *c)
{
	return is_doubt(c, DOUBT_TIME);
}

static bool is_connlimit(const struct cond *c)
{
	return is_doubt(c, DOUBT_RATE) && c->variable->text &&
	       (strstr(c->variable->text, "connlimit") ||
		strstr(c->variable->text, "ct count"));
}

/* A list that packets fill, of which one must be: a knock comes first. */
static bool is_knock(const struct cond *c)
{
	const char *text = is_doubt(c, DOUBT_RECENT) ? c->variable->text : NULL;

	if (text && strstr(text, "recent"))
		return strstr(text, "! --rcheck") ||
		       strstr(text, "! --update") || strstr(text, "!--rcheck");

	return c->kind == COND_LOOKUP && c->set && c->set->is_dynamic &&
	       c->inverted;
}

static bool is_rate(const struct cond *c)
{
	return is_doubt(c, DOUBT_RATE) || is_doubt(c, DOUBT_RECENT);
}

static bool is_mac(const struct cond *c)
{
	if (c->kind == COND_RANGES || c->kind == COND_EQUAL)
		return c->field == FIELD_MAC_SADDR;
	if (c->kind != COND_LOOKUP)
		return false;

	for (int k = 0; k < SET_PARTS; k++)
		if (c->key[k] == FIELD_MAC_SADDR)
			return true;

	return false;
}

static bool is_state(const struct cond *c)
{
	return (c->kind == COND_RANGES || c->kind == COND_EQUAL) &&
	       c->field == FIELD_CT_STATE;
}

static bool is_banner(const struct owner *owner)
{
	static const char *const banners[] = { "fail2ban", "crowdsec",
					       "sshguard" };

	for (size_t i = 0; owner && i < 3; i++)
		if (!strcmp(owner->id, banners[i]))
			return true;

	return false;
}

static bool is_ban(const struct rule *r)
{
	return is_banner(owner_of_rule(r)) || rule_asks(r, is_named_set);
}

static bool has_action(const struct rule *r, enum action_kind kind)
{
	for (size_t i = 0; i < r->term_count; i++)
		if (r->terms[i].is_action && r->terms[i].action->kind == kind)
			return true;

	return false;
}

/* An ACCEPT for the port of which one term alone does not fit: *ret is that
 * one. */
static bool nearly_accepts(const struct rule *r, const struct point *p,
			   const struct cond **ret)
{
	bool has_port = false;
	size_t wrong = 0;

	if (!has_action(r, ACTION_ACCEPT))
		return false;

	for (size_t i = 0; i < r->term_count; i++) {
		const struct cond *c = &r->terms[i].cond;
		enum answer a;

		if (r->terms[i].is_action)
			continue;
		a = cond_eval(c, p, NULL);
		if (a != ANSWER_YES) {
			*ret = c;
			wrong++;
		}
		if (c->kind == COND_RANGES && c->field == FIELD_DPORT)
			has_port = has_port || a == ANSWER_YES;
	}

	return has_port && wrong == 1;
}

static const struct cond *near_accept(const struct chain *c,
				      const struct point *p)
{
	const struct cond *wrong = NULL;

	for (const struct rule *r = c->first; r; r = r->next)
		if (nearly_accepts(r, p, &wrong))
			return wrong;

	return NULL;
}

static bool takes_everything(const struct rule *r)
{
	for (size_t i = 0; i < r->term_count; i++)
		if (!r->terms[i].is_action)
			return false;

	return true;
}

/* The same to the same port, between two addresses of IPv4. */
static bool accepts_v4(const struct rule_why *w)
{
	struct point v4 = *w->packet;
	struct walk_verdict v;

	if (v4.value[FIELD_FAMILY] == FAMILY_V4)
		return false;

	point_set(&v4, FIELD_FAMILY, FAMILY_V4);
	point_set(&v4, FIELD_SADDR, ((u128)0xffff << 32) | 0xc0000201);
	point_set(&v4, FIELD_DADDR, ((u128)0xffff << 32) | 0xc0000202);
	v = walk_fast(w->plan, NULL, &v4, NULL);
	/* Where there are no rules at all, nobody opened anything. */
	return v.decision == WALK_ACCEPT && (!w->is_whole || v.rule);
}

static enum fact_kind reject_fact(const struct walk_verdict *v)
{
	if (v->decision != WALK_REJECT)
		return FACT_RULES_DROP;

	return v->reject == REJECT_TCP_RESET ? FACT_RULES_REJECT_RST
					     : FACT_RULES_REJECT_ICMP;
}

static bool is_kube(const struct rule *r)
{
	static const char words[] = "has no endpoints";

	return (r->comment && strstr(r->comment, words)) ||
	       (r->text && strstr(r->text, words));
}

/* A set that takes no more addresses: ipset's maxelem. */
static bool is_full_set(const struct cond *c)
{
	return is_named_set(c) && !c->inverted && c->set->size &&
	       c->set->count >= c->set->size;
}

/* What a rule asks for that no packet shows, or few rules ask for. */
static enum fact_kind by_questions(const struct rule *r)
{
	static const struct {
		bool (*is_it)(const struct cond *c);
		enum fact_kind kind;
	} rows[] = {
		{ is_time, FACT_RULES_TIME },
		{ is_connlimit, FACT_RULES_CONNLIMIT },
		{ is_knock, FACT_RULES_KNOCK },
		{ is_rate, FACT_RULES_RATE },
		{ is_mac, FACT_RULES_MAC },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rule_asks(r, rows[i].is_it))
			return rows[i].kind;

	return FACT_NONE;
}

/* Whether the way met a rule that takes it out of connection tracking. */
static bool was_untracked(const struct walk_way *way)
{
	for (size_t i = 0; i < way->step_count; i++)
		if (way->steps[i].rule && way->steps[i].match == ANSWER_YES &&
		    has_action(way->steps[i].rule, ACTION_NOTRACK))
			return true;

	return false;
}

static bool was_translated(const struct walk_way *way)
{
	for (size_t i = 0; i < way->change_count; i++)
		if (way->changes[i].field == FIELD_DADDR)
			return true;

	return false;
}

/* A rule that accepts this packet in a base chain of the same hook, before the
 * blocker. */
static const struct chain *accepted_elsewhere(const struct rule_why *w)
{
	const struct walk_way *way = &w->result->way;

	for (size_t i = 0; i < way->step_count; i++) {
		const struct walk_step *s = &way->steps[i];

		if (s->is_blocked)
			return NULL;
		if (s->hook == w->blocker->hook && s->rule &&
		    s->match == ANSWER_YES &&
		    has_action(s->rule, ACTION_ACCEPT) &&
		    s->chain->table != w->blocker->verdict.chain->table)
			return s->chain;
	}

	return NULL;
}

static bool has_engine_rules(const struct walk_way *way, enum engine not_this)
{
	for (size_t i = 0; i < way->step_count; i++)
		if (way->steps[i].chain->table->engine != not_this &&
		    way->steps[i].rule)
			return true;

	return false;
}

/* What only all rules of a host together tell. */
static enum fact_kind by_whole(const struct rule_why *w)
{
	const struct walk_blocker *b = w->blocker;
	const struct table *t = b->verdict.chain->table;
	const struct walk_way *way = &w->result->way;

	if (b->hook == HOOK_FORWARD)
		return w->is_bridged         ? FACT_RULES_BRIDGED
		       : was_translated(way) ? FACT_RULES_CONTAINER
		       : b->verdict.decision == WALK_DROP
			       ? FACT_RULES_FORWARD_DROP
			       : FACT_RULES_FORWARD_REJECT;
	if (t->engine == ENGINE_LEGACY && has_engine_rules(way, ENGINE_LEGACY))
		return FACT_RULES_LEGACY;
	/* iptables has several tables by itself. */
	if (t->engine == ENGINE_NFT && accepted_elsewhere(w))
		return FACT_RULES_SECOND;

	return FACT_NONE;
}

/* One digit is another, or the next number. */
static bool is_slip(unsigned x, unsigned y)
{
	unsigned wrong = 0;

	if (x + 1 == y || y + 1 == x)
		return true;

	for (; x || y; x /= 10, y /= 10)
		wrong += x % 10 != y % 10;
	return wrong == 1;
}

/* The port of an ACCEPT that would take this packet but for its port; 0: it is
 * none. */
static unsigned accepted_port(const struct rule *r, const struct point *p)
{
	unsigned port = 0;

	if (!has_action(r, ACTION_ACCEPT))
		return 0;

	for (size_t i = 0; i < r->term_count; i++) {
		const struct cond *c = &r->terms[i].cond;

		if (r->terms[i].is_action ||
		    cond_eval(c, p, NULL) == ANSWER_YES)
			continue;
		if (c->kind != COND_RANGES || c->field != FIELD_DPORT ||
		    c->inverted || c->ranges->count != 1 || port ||
		    c->ranges->range[0].first != c->ranges->range[0].last)
			return 0;
		port = (unsigned)c->ranges->range[0].first;
	}

	return port;
}

/* An ACCEPT for a port that nobody serves, a slip of the pen away from the one
 * that somebody does. */
static bool has_slip(const struct rule_why *w)
{
	unsigned asked = (unsigned)w->packet->value[FIELD_DPORT];
	const struct chain *c = w->blocker->verdict.chain;

	if (!w->is_served || !w->is_served(w, (uint16_t)asked))
		return false;

	for (const struct rule *r = c->first; r; r = r->next) {
		unsigned port = accepted_port(r, w->packet);

		if (port && is_slip(port, asked) &&
		    !w->is_served(w, (uint16_t)port))
			return true;
	}

	return false;
}

static enum fact_kind by_end(const struct rule_why *w)
{
	const struct walk_verdict *v = &w->blocker->verdict;
	struct point p = *w->packet;
	const struct cond *wrong;

	if (w->is_whole && was_untracked(&w->result->way)) {
		point_set(&p, FIELD_CT_STATE, CT_UNTRACKED);
		wrong = near_accept(v->chain, &p);
		if (wrong && asks(wrong, is_state))
			return FACT_RULES_NOTRACK;
	}
	wrong = near_accept(v->chain, w->packet);
	if (wrong && w->is_whole && asks(wrong, is_time))
		return FACT_RULES_TIME;
	if (wrong && w->is_whole && asks(wrong, is_mac))
		return FACT_RULES_MAC;
	if (wrong && w->is_whole && asks(wrong, is_full_set))
		return FACT_RULES_SET_FULL;
	if (wrong || has_slip(w))
		return FACT_RULES_MISMATCH;

	return accepts_v4(w) ? FACT_RULES_V6 : FACT_NONE;
}

/* How many values of the field the rule's own conditions leave, at most. */
static u128 width(const struct rule *r, enum field f)
{
	u128 least = field_last(f);

	for (size_t i = 0; i < r->term_count; i++) {
		const struct cond *c = &r->terms[i].cond;
		u128 count = 0;

		if (r->terms[i].is_action || c->kind != COND_RANGES ||
		    c->field != f || c->inverted || ~c->mask & field_last(f))
			continue;
		for (size_t k = 0; k < c->ranges->count; k++)
			count += c->ranges->range[k].last -
				 c->ranges->range[k].first + 1;
		if (count < least)
			least = count;
	}

	return least;
}

/* A refusal that is as narrow as what would accept below it is meant: it is an
 * exception. One that takes more stands in the wrong order. */
static bool is_exception(const struct rule *refuses, const struct rule *accepts)
{
	u128 port = width(refuses, FIELD_DPORT);
	u128 source = width(refuses, FIELD_SADDR);

	if (port != field_last(FIELD_DPORT) &&
	    port <= width(accepts, FIELD_DPORT))
		return true;

	return source < width(accepts, FIELD_SADDR);
}

static bool is_out_of_order(const struct rule_why *w)
{
	const struct rule *refuses = w->blocker->verdict.rule;
	const struct rule *accepts = w->blocker->shadowed_accept;

	if (!accepts)
		return false;

	return !w->is_whole || !refuses || !is_exception(refuses, accepts);
}

enum fact_kind rule_why(const struct rule_why *w)
{
	const struct walk_blocker *b = w->blocker;
	const struct walk_verdict *v = &b->verdict;
	bool is_end = !v->rule || takes_everything(v->rule);
	enum fact_kind kind = FACT_NONE;

	if (w->is_whole && v->rule && is_kube(v->rule))
		return FACT_RULES_KUBE;
	/* A ban stands above the ACCEPTs because it must. */
	if (v->rule && is_ban(v->rule))
		return FACT_RULES_SET;
	if (w->is_whole && v->rule)
		kind = by_questions(v->rule);
	if (!kind && w->is_whole)
		kind = by_whole(w);
	if (kind)
		return kind;
	if (is_out_of_order(w))
		return FACT_RULES_ORDER;
	if (is_end)
		kind = by_end(w);
	if (kind)
		return kind;
	if (v->decision == WALK_DROP &&
	    (b->hook == HOOK_PREROUTING || b->hook == HOOK_INGRESS))
		return FACT_RULES_EARLY;
	if (w->is_whole && v->decision == WALK_DROP &&
	    w->packet->value[FIELD_PROTO] == PROTO_UDP)
		return FACT_RULES_UDP;
	if (!v->rule)
		return FACT_RULES_POLICY;
	if (v->decision == WALK_REJECT && is_end)
		return FACT_RULES_CATCHALL;

	return reject_fact(v);
}

enum fact_kind rule_why_asked(const struct rule *r, const struct action *a)
{
	enum fact_kind kind;

	if (is_kube(r))
		return FACT_RULES_KUBE;
	if (is_ban(r))
		return FACT_RULES_SET;
	kind = by_questions(r);
	if (kind)
		return kind;
	if (a->kind == ACTION_QUEUE)
		return FACT_RULES_QUEUE;
	if (a->kind != ACTION_REJECT)
		return FACT_RULES_DROP;

	return a->reject == REJECT_TCP_RESET ? FACT_RULES_REJECT_RST
					     : FACT_RULES_REJECT_ICMP;
}

bool rule_why_is_silent(const struct walk_result *r,
			const struct walk_verdict *v)
{
	return v->decision == WALK_DROP ||
	       (r->has_refusal && r->refusal.verdict.decision != WALK_ACCEPT);
}

/* RFC 792, RFC 4443 3.1: by which fact a code is seen. */
bool rule_why_fits_icmp(const struct walk_verdict *v,
			const struct fact_set *facts)
{
	static const enum fact_kind by_code[] = {
		[0] = FACT_ICMP_NET,         [1] = FACT_ICMP_HOST,
		[2] = FACT_ICMP_PROTOCOL,    [3] = FACT_ICMP_PORT,
		[9] = FACT_ICMP_PROHIBITED,  [10] = FACT_ICMP_PROHIBITED,
		[13] = FACT_ICMP_PROHIBITED,
	};

	static const enum fact_kind by_code6[] = {
		[0] = FACT_ICMP_NET,          [1] = FACT_ICMP_PROHIBITED,
		[3] = FACT_ICMP_HOST,         [4] = FACT_ICMP_PORT,
		[5] = FACT_ICMP_REJECT_ROUTE, [6] = FACT_ICMP_REJECT_ROUTE,
	};

	bool is_v4 = v->reject == REJECT_ICMP;
	size_t count = is_v4 ? sizeof(by_code) / sizeof(*by_code)
			     : sizeof(by_code6) / sizeof(*by_code6);
	enum fact_kind kind = FACT_NONE;

	if (v->reject_code < count)
		kind = is_v4 ? by_code[v->reject_code]
			     : by_code6[v->reject_code];

	return kind && fact_has(facts, kind);
}
