#include "diag/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "diag/blockers.h"
#include "diag/exclude.h"
#include "diag/reported.h"

enum {
	FIRST_SLOTS = 256,
	KEPT_MOST = 16 * 1024, /* a hostile trace has any number of fact sets */
	PASSING_MOST = 1024, /* verdicts beyond those, until they are dropped */
	RANK_FREQUENCY = 10, /* a common cause outweighs … */
	RANK_FAVOURED = 21,  /* … unless a fact speaks for a rarer one */
	RANK_OWN = 200,      /* or the program itself shows it */
	RANK_NAMED = 1000,   /* or names it */
};

/* A cause that is left, and how likely it is among the others. */
struct candidate {
	const struct cause *cause;
	int rank;
	unsigned place;   /* of what was found of it on a packet's way; or 0 */
	unsigned least;   /* the first place where it could be; 0: anywhere */
	bool is_reported; /* the kernel says that this is what it did */
};

struct kept {
	struct fact_set facts;
	struct verdict *verdict; /* NULL: empty slot */
};

struct diag {
	struct arena *arena;
	struct kept *kept;
	size_t mask, count;
	struct arena *passing; /* verdicts that are not kept */
	size_t passing_count;
	struct candidate *left; /* scratch, one for every cause */
	struct exclusion *out;
};

const char *certainty_name(enum certainty c)
{
	static const char *const names[CERTAINTIES] = {
		[CERTAINTY_NONE] = NULL,
		[CERTAINTY_SUSPECTED] = "suspected",
		[CERTAINTY_INFERRED] = "inferred",
		[CERTAINTY_PROVEN] = "proven",
	};

	return names[c];
}

struct diag *diag_new(void)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;

	d->arena = arena_new();
	d->passing = arena_new();
	d->kept = calloc(FIRST_SLOTS, sizeof(*d->kept));
	d->mask = FIRST_SLOTS - 1;
	d->left = calloc(cause_count + 1, sizeof(*d->left));
	d->out = calloc(cause_count + 1, sizeof(*d->out));
	if (!d->arena || !d->passing || !d->kept || !d->left || !d->out) {
		diag_free(d);
		return NULL;
	}

	return d;
}

void diag_free(struct diag *d)
{
	if (!d)
		return;

	arena_free(d->arena);
	arena_free(d->passing);
	free(d->kept);
	free(d->left);
	free(d->out);
	free(d);
}

/*
 * A connection that is reset shows what a closed one shows, when the service
 * had not spoken; and whoever waits for data that never comes may be reset or
 * may reset in the end.
 */
static uint32_t shown_by(enum symptom symptom, const struct fact_set *facts)
{
	uint32_t shown = UINT32_C(1) << symptom;

	if (symptom == SYMPTOM_RESET_MID_STREAM &&
	    fact_has(facts, FACT_RST_BEFORE_DATA))
		shown |= SYMPTOM_BIT(RESET_AFTER_CONNECT);
	/* What refuses a new connection also cuts one that was made. */
	if (symptom == SYMPTOM_DATA_UNANSWERED &&
	    fact_has(facts, FACT_ICMP_ERROR))
		return SYMPTOM_BIT(REFUSED_BY_ICMP);
	/* As a rule that drops the packets of one that was made. */
	if ((symptom == SYMPTOM_SILENT_AFTER_CONNECT ||
	     symptom == SYMPTOM_DATA_UNANSWERED) &&
	    fact_has(facts, FACT_RULES_TRACED))
		shown |= SYMPTOM_BIT(SYN_UNANSWERED);
	if ((symptom == SYMPTOM_RESET_AFTER_CONNECT ||
	     symptom == SYMPTOM_RESET_MID_STREAM) &&
	    fact_has(facts, FACT_RULE_RST))
		shown |= SYMPTOM_BIT(REFUSED_BY_RST);
	if (symptom != SYMPTOM_RESET_MID_STREAM)
		return shown;

	if (fact_has(facts, FACT_CLIENT_WINDOW_ZERO) ||
	    fact_has(facts, FACT_SERVER_WINDOW_ZERO))
		shown |= SYMPTOM_BIT(PEER_WINDOW_ZERO);
	if (fact_has(facts, FACT_CLIENT_DATA_LOST) ||
	    fact_has(facts, FACT_SERVER_DATA_LOST))
		shown |= SYMPTOM_BIT(DATA_UNANSWERED);

	return shown;
}

/* The evidence names the culprit itself: a word of its own, or a rule together
 * with the packet that shows it. */
static bool is_proven(const struct cause *c, const struct fact_set *facts)
{
	/* Where one was found, the word is of that one. */
	if (c->proven_by && fact_has(facts, c->proven_by) &&
	    (!c->found_by[0] || cause_first_seen(facts, c->found_by) ||
	     !blockers_first(facts)))
		return true;

	return cause_is_ruled(c, facts) &&
	       (fact_has(facts, FACT_RULES_FIT_SERVER) ||
		fact_has(facts, FACT_RULES_COUNTED) ||
		fact_has(facts, FACT_RULES_TRACED));
}

/* Where the packet meets what was found of it on the server; 0: nothing was. */
static unsigned place_of(const struct cause *c, const struct fact_set *facts)
{
	unsigned first = 0;

	if (cause_is_ruled(c, facts))
		first = blockers_place(c->ruled_by);
	for (int i = 0; i < CAUSE_FACTS && c->found_by[i]; i++) {
		unsigned place = fact_has(facts, c->found_by[i])
					 ? blockers_place(c->found_by[i])
					 : 0;

		if (place && (!first || place < first))
			first = place;
	}

	return first;
}

/* The first place where the packet could meet it; 0: that is not known. */
static unsigned least_of(const struct cause *c)
{
	unsigned least = c->ruled_by ? blockers_place(c->ruled_by) : 0;

	for (int i = 0; i < CAUSE_FACTS && c->found_by[i]; i++) {
		unsigned place = blockers_place(c->found_by[i]);

		if (place && (!least || place < least))
			least = place;
	}

	return least;
}

/* It was found, and a packet came that shows it; or the kernel says so. */
static bool is_shown(const struct candidate *c, const struct fact_set *facts)
{
	if (c->is_reported)
		return true;

	return c->place && fact_has(facts, FACT_AT_SERVER) &&
	       (cause_first_seen(facts, c->cause->found_by) ||
		(cause_is_ruled(c->cause, facts) &&
		 fact_has(facts, FACT_RULES_READ)));
}

/* Nothing speaks for it but that the own rules could not be judged. */
static bool is_merely_possible(const struct cause *c,
			       const struct fact_set *facts)
{
	bool is_unsure = false;

	for (int i = 0; i < CAUSE_FACTS && c->needs_any[i]; i++) {
		if (!fact_has(facts, c->needs_any[i]))
			continue;
		if (c->needs_any[i] != FACT_OWN_RULES_UNSURE)
			return false;
		is_unsure = true;
	}

	return is_unsure;
}

static int rank_of(const struct cause *c, const struct fact_set *facts)
{
	int rank = (int)c->frequency * RANK_FREQUENCY;

	if (is_merely_possible(c, facts))
		return 0;
	for (int i = 0; i < CAUSE_FACTS && c->favoured_by[i]; i++)
		if (fact_has(facts, c->favoured_by[i]))
			rank += c->favoured_by[i] == FACT_PROGRAM_PROXY
					? RANK_OWN
					: RANK_FAVOURED;
	if (is_proven(c, facts) || place_of(c, facts))
		rank += RANK_NAMED;
	if (reported_names(c, facts))
		rank += RANK_NAMED;

	return rank;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a;
	const struct candidate *y = b;

	/* Of what was found, the first that a packet meets. */
	if (x->place && y->place && x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->rank != y->rank)
		return y->rank - x->rank;

	return x->cause->number - y->cause->number;
}

/* The smallest place that holds both. */
static enum fault_place wider(enum fault_place a, enum fault_place b)
{
	static const enum fault_place hosts[] = { PLACE_SERVER_LINK,
						  PLACE_SERVICE, PLACE_SERVER };

	static const enum fault_place ways[] = { PLACE_ROUTER, PLACE_PATH };

	static const enum fault_place clients[] = { PLACE_CLIENT_LINK,
						    PLACE_CLIENT };

	static const struct {
		const enum fault_place *members;
		size_t count;
		enum fault_place whole;
	} groups[] = {
		{ hosts, 3, PLACE_SERVER },
		{ ways, 2, PLACE_PATH },
		{ clients, 2, PLACE_CLIENT },
	};

	if (a == b || b == PLACE_DNS)
		return a;
	/* A wrong name leads to a wrong host, which then behaves as it does. */
	if (a == PLACE_DNS)
		return b;

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		bool has_a = false, has_b = false;

		for (size_t k = 0; k < groups[i].count; k++) {
			has_a = has_a || groups[i].members[k] == a;
			has_b = has_b || groups[i].members[k] == b;
		}
		if (has_a && has_b)
			return groups[i].whole;
	}

	return PLACE_UNKNOWN;
}

/* What the client does may have reasons of its own, which no catalogue holds:
 * why it resets, or which of its parts discards what it sends. */
static bool is_clients_choice(const struct verdict *v,
			      const struct fact_set *facts)
{
	if (v->symptom == SYMPTOM_SYN_NOT_SENT)
		return true;

	return (v->symptom == SYMPTOM_RESET_AFTER_CONNECT ||
		v->symptom == SYMPTOM_RESET_MID_STREAM) &&
	       fact_has(facts, FACT_CLIENT_RST) &&
	       !fact_has(facts, FACT_SERVER_RST);
}

/* Whether all of them sit between the two ends. */
static bool are_between(const struct candidate *left, size_t count)
{
	const uint32_t between = UINT32_C(1) << PLACE_ROUTER |
				 UINT32_C(1) << PLACE_PATH |
				 UINT32_C(1) << PLACE_SERVER_LINK;

	for (size_t i = 0; i < count; i++)
		if (!(between >> left[i].cause->place & 1))
			return false;

	return true;
}

/* The packet meets the other one later, if at all: what was found before is sure
 * to stop it. */
static bool is_behind(const struct candidate *first,
		      const struct candidate *other)
{
	/* It was found, and the kernel did what it does. */
	if (first->place && first->is_reported && !other->place)
		return true;

	return first->place && other->least > first->place;
}

/* What a client may have as well was found on the server itself. */
static enum fault_place place_at(const struct cause *c,
				 const struct fact_set *facts)
{
	if (reported_own(c, facts))
		return PLACE_CLIENT;

	return c->place == PLACE_CLIENT && place_of(c, facts) &&
			       fact_has(facts, FACT_AT_SERVER)
		       ? PLACE_SERVER
		       : c->place;
}

static void settle(struct verdict *v, const struct candidate *left,
		   size_t count, const struct fact_set *facts)
{
	size_t alike = 1; /* that would blame the same kind of thing */
	size_t open = 0;  /* of those left, that the first does not explain */

	v->cause = left[0].cause;
	v->place = place_at(v->cause, facts);
	v->culprit = v->cause->culprit;
	for (size_t i = 1; i < count; i++)
		open += !is_behind(&left[0], &left[i]);
	v->certainty = !open && !is_clients_choice(v, facts)
			       ? CERTAINTY_INFERRED
			       : CERTAINTY_SUSPECTED;
	/* Rules that nobody could read may do something else before. */
	if (blockers_foretell(facts) && !fact_has(facts, FACT_RULES_READ) &&
	    !left->is_reported)
		v->certainty = CERTAINTY_SUSPECTED;
	if ((!blockers_foretell(facts) || reported_unseen(facts)) &&
	    (is_proven(v->cause, facts) || (!open && is_shown(left, facts)))) {
		v->certainty = CERTAINTY_PROVEN;
		return;
	}

	for (size_t i = 1; i < count; i++) {
		const struct cause *c = left[i].cause;

		if (is_behind(&left[0], &left[i]))
			continue;
		v->place = wider(v->place, c->place);
		alike += c->culprit == v->culprit;
		v->alternatives[v->alternative_count++] = c;
	}
	if (alike * 2 <= open + 1 && !cause_is_ruled(v->cause, facts))
		v->culprit = CULPRIT_NONE;
	/* Whatever made it so: what arrived there and is not answered, the host
	 * itself swallows. */
	if (v->place == PLACE_UNKNOWN && fact_has(facts, FACT_SYN_ARRIVED))
		v->place = PLACE_SERVER;
	/* And who sent the error is the one that refuses it. */
	if (v->place == PLACE_UNKNOWN && fact_has(facts, FACT_ICMP_FROM_TARGET))
		v->place = PLACE_SERVER;
	if (fact_has(facts, FACT_ICMP_FROM_OTHER) && are_between(left, count))
		v->place = PLACE_ROUTER;
}

/* What packets and reports showed is of the first fault, beyond which they did
 * not get; what the host shows of itself holds for the next ones too. */
static bool is_ruled_out_by_host(const struct cause *c,
				 const struct fact_set *facts)
{
	for (int i = 0; i < CAUSE_FACTS && c->ruled_out_by[i]; i++) {
		enum fact_kind kind = c->ruled_out_by[i];

		if (fact_has(facts, kind) &&
		    ((kind >= FACT_RULES_ORDER && kind < FACT_DROPS_WATCHED) ||
		     fact_shown(kind) == SHOWN_CONTEXT))
			return true;
	}

	return false;
}

/* It was found there, and shows what is met there. */
static bool is_next(const struct cause *c, unsigned place,
		    const struct fact_set *facts)
{
	return place_of(c, facts) == place &&
	       c->shows >> blockers_shown(place, facts) & 1 &&
	       !is_ruled_out_by_host(c, facts);
}

/* What was found besides, whatever it shows: the next faults. */
static int list_also(struct arena *arena, struct verdict *v,
		     const struct fact_set *facts)
{
	unsigned first = place_of(v->cause, facts);

	v->also = arena_alloc(arena, (cause_count + 1) * sizeof(*v->also));
	if (!v->also)
		return -1;

	/* In the order in which the packet meets them. */
	for (unsigned place = first + 1; first && place <= BLOCKERS; place++)
		for (size_t i = 0; i < cause_count; i++)
			if (is_next(cause_list[i], place, facts))
				v->also[v->also_count++] = cause_list[i];

	return 0;
}

static int choose(struct diag *d, struct arena *arena, struct verdict *v,
		  const struct fact_set *facts)
{
	uint32_t shown = shown_by(v->symptom, facts);
	size_t count = 0, excluded = 0;

	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];

		if (!(c->shows & shown) ||
		    (blockers_foretell(facts) && !place_of(c, facts) &&
		     !reported_names(c, facts)))
			continue;
		if (exclude_cause(c, facts, &d->out[excluded]))
			excluded++;
		else
			d->left[count++] = (struct candidate){
				c, rank_of(c, facts), place_of(c, facts),
				least_of(c), reported_names(c, facts)
			};
	}

	v->alternatives = arena_alloc(arena, count * sizeof(*v->alternatives));
	v->ruled_out = arena_alloc(arena, excluded * sizeof(*v->ruled_out));
	if (!v->alternatives || !v->ruled_out)
		return -1;

	memcpy(v->ruled_out, d->out, excluded * sizeof(*v->ruled_out));
	v->ruled_out_count = excluded;
	qsort(d->left, count, sizeof(*d->left), compare_candidates);
	if (!count)
		return 0;
	settle(v, d->left, count, facts);
	return list_also(arena, v, facts);
}

/* No packet came: what the first one will see. */
static enum symptom foretold(const struct fact_set *facts)
{
	enum fact_kind first = blockers_first(facts);

	if (first)
		return blockers_symptom(first, facts);

	return fact_has(facts, FACT_NO_ATTEMPT) ||
			       fact_has(facts, FACT_PROBE_UNSEEN) ||
			       fact_has(facts, FACT_RULES_UNSURE) ||
			       fact_has(facts, FACT_SAVED_PARTLY)
		       ? SYMPTOM_NOT_ENOUGH_SEEN
		       : SYMPTOM_NONE;
}

/* What packets alone do not show as a fault, and is one where the host itself
 * shows why: a service that says nothing, of which nobody knew that it speaks
 * first, or a datagram that need not be answered. */
static enum symptom shown_by_host(enum symptom seen,
				  const struct fact_set *facts)
{
	enum fact_kind found = blockers_first(facts);
	enum symptom why = found ? blockers_symptom(found, facts) : seen;
	bool has_closed = fact_has(facts, FACT_SERVER_FIN);

	if (!found || !fact_has(facts, FACT_AT_SERVER) ||
	    fact_has(facts, FACT_SERVER_DATA))
		return seen;
	/* It spoke, and a rule took what it said. */
	if (seen == SYMPTOM_NONE && fact_has(facts, FACT_HANDSHAKE_DONE) &&
	    fact_has(facts, FACT_RULES_TRACED) &&
	    fact_has(facts, FACT_DROP_RULES_REPLY))
		return SYMPTOM_SILENT_AFTER_CONNECT;
	if (seen == SYMPTOM_NONE && fact_has(facts, FACT_HANDSHAKE_DONE) &&
	    why == (has_closed ? SYMPTOM_CLOSED_AFTER_CONNECT
			       : SYMPTOM_SILENT_AFTER_CONNECT))
		return why;
	if (seen == SYMPTOM_NOT_ENOUGH_SEEN && why == SYMPTOM_UDP_UNANSWERED &&
	    !fact_has(facts, FACT_UDP_ANSWERED))
		return why;

	return seen;
}

static enum symptom symptom_of(const struct fact_set *facts)
{
	if (blockers_foretell(facts) && reported_unseen(facts))
		return reported_symptom(facts);
	if (blockers_foretell(facts))
		return foretold(facts);

	return shown_by_host(diag_symptom(facts), facts);
}

static struct verdict *judge(struct diag *d, struct arena *arena,
			     const struct fact_set *facts)
{
	struct verdict *v = arena_alloc(arena, sizeof(*v));

	if (!v)
		return NULL;

	v->symptom = symptom_of(facts);
	v->status = symptom_status(v->symptom);
	if (v->status == STATUS_HEALTHY || v->status == STATUS_UNKNOWN)
		return v;
	/* The connection was made all the same, over the other family. */
	if (fact_has(facts, FACT_OTHER_FAMILY_WORKS))
		v->status = STATUS_DEGRADED;

	return choose(d, arena, v, facts) < 0 ? NULL : v;
}

/* Beyond those that are kept: memory stays bounded, whatever comes. */
static const struct verdict *judge_passing(struct diag *d,
					   const struct fact_set *facts)
{
	if (d->passing_count++ == PASSING_MOST) {
		struct arena *fresh = arena_new();

		if (!fresh)
			return NULL;
		arena_free(d->passing);
		d->passing = fresh;
		d->passing_count = 1;
	}

	return judge(d, d->passing, facts);
}

static size_t facts_hash(const struct fact_set *facts)
{
	uint64_t h = 0;

	for (int i = 0; i < FACT_WORDS; i++)
		h = (h ^ h >> 32 ^ facts->words[i]) *
		    UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(h >> 20);
}

static struct kept *kept_of(const struct diag *d, const struct fact_set *facts)
{
	for (size_t i = facts_hash(facts);; i++) {
		struct kept *k = &d->kept[i & d->mask];

		if (!k->verdict || !memcmp(&k->facts, facts, sizeof(*facts)))
			return k;
	}
}

static int grow(struct diag *d)
{
	struct diag bigger = *d;

	bigger.mask = d->mask * 2 + 1;
	bigger.kept = calloc(bigger.mask + 1, sizeof(*bigger.kept));
	if (!bigger.kept)
		return -1;

	for (size_t i = 0; i <= d->mask; i++)
		if (d->kept[i].verdict)
			*kept_of(&bigger, &d->kept[i].facts) = d->kept[i];
	free(d->kept);
	d->kept = bigger.kept;
	d->mask = bigger.mask;
	return 0;
}

const struct verdict *diag_judge(struct diag *d, const struct fact_set *facts)
{
	struct kept *k = kept_of(d, facts);

	if (k->verdict)
		return k->verdict;
	if (d->count == KEPT_MOST)
		return judge_passing(d, facts);
	if (d->count > d->mask / 2) {
		if (grow(d) < 0)
			return NULL;
		k = kept_of(d, facts);
	}

	k->verdict = judge(d, d->arena, facts);
	if (!k->verdict)
		return NULL;

	k->facts = *facts;
	d->count++;
	return k->verdict;
}
