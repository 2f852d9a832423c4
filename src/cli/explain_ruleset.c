#include "cli/explain_ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/rule_devices.h"
#include "cli/rule_told.h"
#include "cli/rule_why.h"
#include "net/packet.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"
#include "ruleset/read.h"
#include "ruleset/walk.h"

enum { FILE_BYTES = 1 << 30, SYN = 2 };

enum { FAMILY_V4 = 2, FAMILY_V6 = 10 };

struct explain_ruleset {
	struct ruleset *ruleset;
	struct walk_plan *plan;
	struct arena *arena; /* of texts */
	struct rule_devices devices;
};

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

	rule_devices_find(x->ruleset, &x->devices);
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
	if (!rule_devices_choose(&x->devices, x->plan, &q.packet)) {
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
