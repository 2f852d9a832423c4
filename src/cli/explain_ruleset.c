#include "cli/explain_ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/rule_told.h"
#include "cli/rule_why.h"
#include "net/packet.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"
#include "ruleset/ranges.h"
#include "ruleset/read.h"
#include "ruleset/walk.h"

enum { FILE_BYTES = 1 << 30, INTERFACES_MOST = 64, SYN = 2 };

enum { FAMILY_V4 = 2, FAMILY_V6 = 10 };

struct explain_ruleset {
	struct ruleset *ruleset;
	struct walk_plan *plan;
	struct arena *arena; /* of texts */
	u128 interfaces[INTERFACES_MOST];
	size_t interface_count;
};

static void add_interface(struct explain_ruleset *x, u128 name)
{
	static const char lo[] = "lo";

	if (!name || name == field_from_name(lo, sizeof(lo) - 1) ||
	    x->interface_count == INTERFACES_MOST)
		return;

	for (size_t i = 0; i < x->interface_count; i++)
		if (x->interfaces[i] == name)
			return;

	x->interfaces[x->interface_count++] = name;
}

static size_t parts_of(const struct cond *c)
{
	return c->kind == COND_ALL || c->kind == COND_ANY ? c->count : 0;
}

static void interfaces_of(struct explain_ruleset *x, const struct cond *c)
{
	for (size_t i = 0; i < parts_of(c); i++)
		interfaces_of(x, &c->list[i]);
	if (c->kind == COND_RANGES && c->field == FIELD_IIF && c->ranges)
		for (size_t i = 0; i < c->ranges->count; i++)
			add_interface(x, c->ranges->range[i].first);
	if (c->kind != COND_LOOKUP || !c->set)
		return;

	for (int k = 0; k < SET_PARTS; k++)
		if (c->key[k] == FIELD_IIF)
			for (size_t i = 0; i < c->set->count; i++)
				add_interface(
					x, c->set->elements[i].part[k].first);
}

/* All that the rules name, and one that none names. */
static void collect_interfaces(struct explain_ruleset *x)
{
	static const char other[] = "kiriwake-any";

	add_interface(x, field_from_name(other, sizeof(other) - 1));
	for (const struct table *t = x->ruleset->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *r = c->first; r; r = r->next)
				for (size_t i = 0; i < r->term_count; i++)
					if (!r->terms[i].is_action)
						interfaces_of(
							x, &r->terms[i].cond);
}

static int read_one(struct explain_ruleset *x, const char *name)
{
	struct text t = TEXT_NULL;
	int error = file_load(&t, name, FILE_BYTES);

	if (error && error != -ENOMEM) {
		const struct problem where = { .file = name };

		problems_add(x->ruleset->problems, &where, "%s",
			     strerror(-error));
		error = 0;
	} else if (!error) {
		error = ruleset_read(x->ruleset, name, text_string(&t), t.len);
	}
	text_done(&t);
	return error;
}

static int read_all(struct explain_ruleset *x, const char *const *files,
		    size_t count, struct problems *problems)
{
	int error = 0;

	x->arena = arena_new();
	x->ruleset = ruleset_new(problems);
	if (!x->arena || !x->ruleset)
		return -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		error = read_one(x, files[i]);
	if (!error)
		error = ruleset_link(x->ruleset);
	if (error)
		return error;

	x->plan = walk_plan_new(x->ruleset);
	if (!x->plan)
		return -ENOMEM;

	collect_interfaces(x);
	return 0;
}

struct explain_ruleset *explain_ruleset_new(const char *const *files,
					    size_t count,
					    struct problems *problems)
{
	struct explain_ruleset *x = calloc(1, sizeof(*x));

	if (x && read_all(x, files, count, problems) < 0) {
		explain_ruleset_free(x);
		x = NULL;
	}

	return x;
}

void explain_ruleset_free(struct explain_ruleset *x)
{
	if (!x)
		return;

	walk_plan_free(x->plan);
	ruleset_free(x->ruleset);
	arena_free(x->arena);
	free(x);
}

static void say(struct packet_words *w, enum field f, u128 value)
{
	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

/* The flow's first packet; what a trace's flow does not tell stays unknown. */
static void first_packet(const struct flow *f, struct point *ret)
{
	static const enum field unknown[] = {
		FIELD_IIF,       FIELD_LENGTH,   FIELD_TTL,
		FIELD_TOS,       FIELD_TCP_MSS,  FIELD_MAC_SADDR,
		FIELD_MAC_DADDR, FIELD_PHYS_IIF, FIELD_PHYS_OIF,
		FIELD_RPFILTER,  FIELD_IPSEC_IN, FIELD_PACKET_TYPE,
	};

	bool is_v4 = address_is_v4(&f->addresses[FLOW_SERVER]);
	struct packet_words w = { 0 };

	say(&w, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	say(&w, FIELD_SADDR, field_from_address(&f->addresses[FLOW_CLIENT]));
	say(&w, FIELD_DADDR, field_from_address(&f->addresses[FLOW_SERVER]));
	say(&w, FIELD_PROTO, f->protocol);
	say(&w, FIELD_SPORT, f->ports[FLOW_CLIENT]);
	say(&w, FIELD_DPORT, f->ports[FLOW_SERVER]);
	if (f->protocol == PACKET_TCP)
		say(&w, FIELD_TCP_FLAGS, SYN);
	packet_words_assume(&w);
	*ret = w.point;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		point_forget(ret, unknown[i]);
	if (f->half[FLOW_CLIENT].ttl)
		point_set(ret, FIELD_TTL, f->half[FLOW_CLIENT].ttl);
}

static struct walk_verdict walk_from(const struct explain_ruleset *x,
				     const struct point *packet, u128 iif)
{
	struct point p = *packet;

	point_set(&p, FIELD_IIF, iif);
	return walk_fast(x->plan, NULL, &p, NULL);
}

/* Sets the interface: any, when all lead to the same end. */
static bool choose_interface(const struct explain_ruleset *x,
			     struct point *packet)
{
	static const char lo[] = "lo";
	struct address server = field_to_address(packet->value[FIELD_DADDR]);
	struct walk_verdict first;

	if (address_is_loopback(&server)) {
		point_set(packet, FIELD_IIF,
			  field_from_name(lo, sizeof(lo) - 1));
		return true;
	}

	first = walk_from(x, packet, x->interfaces[0]);
	for (size_t i = 1; i < x->interface_count; i++) {
		struct walk_verdict v = walk_from(x, packet, x->interfaces[i]);

		if (v.decision != first.decision || v.chain != first.chain ||
		    v.rule != first.rule)
			return false;
	}

	point_set(packet, FIELD_IIF, x->interfaces[0]);
	return true;
}

static bool saw_answer(const struct fact_set *facts)
{
	return fact_has(facts, FACT_ICMP_ERROR) ||
	       fact_has(facts, FACT_RST_FOR_SYN);
}

/* ICMP's type and code, as the rule sends and as they came. */
static bool is_same_icmp(const struct walk_verdict *v,
			 const struct flow_note *note)
{
	bool is_v4 = v->reject == REJECT_ICMP;

	return note && note->icmp_version == (is_v4 ? 4 : 6) &&
	       note->icmp_type == (is_v4 ? 3 : 1) &&
	       note->icmp_code == v->reject_code;
}

/* Whether what came back is what the decision sends. */
static bool fits(const struct walk_result *result, const struct flow_note *note,
		 const struct fact_set *facts)
{
	const struct walk_verdict *v = &result->blockers->verdict;

	if (rule_why_is_silent(result, &result->blockers->verdict))
		return !saw_answer(facts);
	if (v->decision != WALK_REJECT)
		return false;
	if (v->reject == REJECT_TCP_RESET)
		return fact_has(facts, FACT_RST_FOR_SYN) &&
		       !fact_has(facts, FACT_RST_FROM_STACK);

	return fact_has(facts, FACT_ICMP_FROM_TARGET) &&
	       !fact_has(facts, FACT_ICMP_LATE) && is_same_icmp(v, note);
}

/* How far the trace bears the rule out. Silence has many causes: at the server
 * itself the rule explains it, elsewhere it may be another's. */
static void add_strength(const struct flow *f, const struct walk_result *result,
			 struct fact_set *facts)
{
	bool at_server = f->vantage == VANTAGE_SERVER;

	if (!rule_why_is_silent(result, &result->blockers->verdict))
		fact_add(facts,
			 at_server ? FACT_RULES_FIT_SERVER : FACT_RULES_FIT);
	else if (at_server && fact_has(facts, FACT_SYN_ARRIVED))
		fact_add(facts, FACT_RULES_FIT);
}

static bool is_refused_at_once(const struct fact_set *facts)
{
	enum symptom s = diag_symptom(facts);

	return s == SYMPTOM_SYN_UNANSWERED || s == SYMPTOM_REFUSED_BY_ICMP ||
	       s == SYMPTOM_REFUSED_BY_RST || s == SYMPTOM_UDP_UNANSWERED ||
	       s == SYMPTOM_UDP_REFUSED_BY_ICMP;
}

/* What the rules do to the packet, held against what was seen. */
static enum fact_kind told_by(const struct explain_ruleset *x,
			      const struct point *packet,
			      const struct walk_result *result,
			      const struct flow_note *note,
			      const struct fact_set *facts)
{
	const struct walk_blocker *b = result->blockers;
	const struct rule_why w = { .plan = x->plan,
				    .result = result,
				    .blocker = b,
				    .packet = packet };

	if (result->way.verdict.decision == WALK_UNKNOWN)
		return FACT_RULES_UNSURE;
	if (!result->blocker_count)
		return saw_answer(facts) ? FACT_RULES_OTHERWISE
					 : FACT_RULES_ACCEPT;
	if (!fits(result, note, facts))
		return FACT_RULES_OTHERWISE;

	return b->of_reply ? FACT_RULES_REPLY : rule_why(&w);
}

int explain_ruleset_facts(struct explain_ruleset *x, const struct flow *f,
			  const struct flow_note *note, struct fact_set *facts,
			  struct report_rule *ret)
{
	struct walk_question q = { .packet = { .known = 0 } };
	struct walk_result result = { 0 };
	enum fact_kind kind = FACT_NONE;
	struct arena *scratch;
	int error;

	ret->text = NULL;
	if (!is_refused_at_once(facts))
		return 0;

	first_packet(f, &q.packet);
	if (!choose_interface(x, &q.packet)) {
		fact_add(facts, FACT_RULES_UNSURE);
		return 0;
	}

	scratch = arena_new();
	error = scratch ? walk_packet(x->ruleset, &q, scratch, &result)
			: -ENOMEM;
	if (!error) {
		kind = told_by(x, &q.packet, &result, note, facts);
		fact_add(facts, kind);
	}
	if (!error && kind < FACT_RULES_ACCEPT) {
		add_strength(f, &result, facts);
		error = rule_told(&result.blockers[0], x->arena, ret);
	}
	arena_free(scratch);
	return error;
}
