/* Rules that no packet meets, that change nothing, or that stand below one that
 * does the opposite. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ruleset/audit_parts.h"
#include "ruleset/box.h"
#include "ruleset/linear.h"

enum {
	TRIES = 16, /* packets that look for an opposite rule above */
	/* Entries that may have to be tried before a rule is known to be
	 * redundant, and all of a program's. */
	OTHERS = 500,
	OTHERS_IN_ALL = 50000,
	CAUSES = 8,
	HIDDEN_ENTRIES = 5000,
	PLAIN_ENTRIES = 20000
};

/* From how much on "the most of its packets" is true. */
static const double most = 0.5;

/* One entry of a program that is looked at. */
struct look {
	struct audit_state *s;
	struct program *p;
	uint32_t entry;
	const struct entry *e;
	struct audit_rule *about;
	unsigned *others; /* tried so far, in the whole program */
	/* Entries that pass, and are no jump, or that are uncertain. */
	const struct numbers *soft;
};

static bool is_closing(enum action_kind kind)
{
	return kind == ACTION_DROP || kind == ACTION_REJECT;
}

static bool is_opening(enum action_kind kind)
{
	return kind == ACTION_ACCEPT || kind == ACTION_NAT;
}

static bool is_closing_entry(const struct look *l, uint32_t entry)
{
	return l->p->entries[entry].kind == ENTRY_ENDS &&
	       is_closing(program_outcome(l->p, entry));
}

/* The witness stands the trial. Of very many rules, only in the program: the
 * plain evaluator takes as long for each as they are many. */
static int is_tried(const struct look *l, const struct spot *spot, uint32_t at)
{
	const struct supposed sure = { l->p, spot, at };
	struct point packet;
	uint32_t end = 0;

	if (l->p->count > PLAIN_ENTRIES && !l->p->entries[at].is_uncertain) {
		int err = witness_fate(l->p, spot, 0, NULL, &end);

		return err ? err : end == at;
	}

	box_point(l->p->space, spot, &packet);
	return linear_reaches(&packet, &sure);
}

/* A packet of this entry that ends at that one, into the finding; whether the
 * plain evaluator agrees. 1, 0 or -ENOMEM. */
static int show(const struct look *l, struct finding *f, uint32_t at)
{
	const struct entry *e = &l->p->entries[at];
	struct goal goal = { l->p, at, NULL };
	struct arena *a = arena_new();
	struct witness w;
	const struct box *both;
	int status = a ? box_cut(a, l->e->box, e->box, &both) : -ENOMEM;

	if (status <= 0) {
		arena_free(a);
		return status;
	}

	status = witness_search(l->p->space, both, &goal, 1, &w);
	if (status == WITNESS_FOUND) {
		status = is_tried(l, w.spot, at);
		if (status > 0 &&
		    audit_set_witness(l->s, f, l->p->space, w.spot))
			status = -ENOMEM;
	} else if (status > 0) {
		status = 0;
	}
	witness_done(&w);
	arena_free(a);
	return status;
}

/* The one that takes most of the entry's packets stands first. */
static void put_first(const struct look *l, struct numbers *by)
{
	size_t best = 0;
	double share = -1;

	for (size_t i = 0; i < by->count; i++) {
		double one = box_share(l->p->space, l->e->box,
				       l->p->entries[by->at[i]].box);

		if (one > share) {
			share = one;
			best = i;
		}
	}
	if (by->count) {
		uint32_t first = by->at[best];

		by->at[best] = by->at[0];
		by->at[0] = first;
	}
}

static enum finding_kind kind_of_dead(const struct look *l,
				      const struct numbers *by)
{
	double closed = 0;

	for (size_t i = 0; i < by->count; i++)
		if (is_closing_entry(l, by->at[i]))
			closed += box_share(l->p->space, l->e->box,
					    l->p->entries[by->at[i]].box);
	if (l->e->kind == ENTRY_ENDS &&
	    is_opening(program_outcome(l->p, l->entry)) && closed >= most)
		return FINDING_CONTRADICTED;

	return by->count == 1 ? FINDING_SHADOWED : FINDING_SHADOWED_BY_UNION;
}

/* Nobody comes to the entry: why, should none of its rule's others be met. */
static int explain_dead(const struct look *l, struct numbers *by)
{
	struct finding *f;
	int err = 0;

	if (l->about->why_dead)
		return 0;

	put_first(l, by);
	f = audit_new(l->s, kind_of_dead(l, by), l->e->rule);
	if (!f)
		return -ENOMEM;

	for (size_t i = 0; i < by->count && !err; i++)
		err = audit_add_cause(l->s, f, l->p->entries[by->at[i]].rule);
	if (f->kind == FINDING_SHADOWED_BY_UNION && f->by_count == 1)
		f->kind = FINDING_SHADOWED;
	for (size_t i = 0; i < by->count && !err && !f->witness; i++)
		if (f->kind != FINDING_CONTRADICTED ||
		    is_closing_entry(l, by->at[i]))
			err = show(l, f, by->at[i]);

	l->about->why_dead = f;
	return err < 0 ? err : 0;
}

/* Whether a packet of the look's entry, whose rule is left out, comes to that
 * one. 1, 0 or -ENOMEM; given up counts as yes. */
static int comes_to(const struct look *l, uint32_t other)
{
	struct program *p = l->p;
	struct goal goal = { p, other, l->e->rule };
	struct arena *a = arena_new();
	const struct box *both;
	struct witness w;
	int status = a ? box_cut(a, l->e->box, p->entries[other].box, &both)
		       : -ENOMEM;

	if (status > 0) {
		status = witness_search(p->space, both, &goal, 1, &w);
		witness_done(&w);
	}
	arena_free(a);
	return status;
}

/* Whether coming to an entry is something else than what the look's entry
 * does. Those that do the same are remembered. */
static int is_other(const struct look *l, struct finding *f, uint32_t at)
{
	const struct entry *e = &l->p->entries[at];

	if (e->rule == l->e->rule)
		return 0;
	if (e->kind != ENTRY_ENDS || e->is_uncertain ||
	    !program_same_fate(l->p, at, l->p, l->entry))
		return 1;
	if (f->by_count >= CAUSES)
		return 0;

	return audit_add_cause(l->s, f, e->rule);
}

/* A packet that the entry decides would, without its rule, end elsewhere. The
 * entries behind that do something else: is one of them reached? 1, 0, or
 * -ENOMEM. */
static int changes_by_list(const struct look *l, struct finding *f)
{
	uint32_t last = (uint32_t)l->p->count;
	struct numbers behind = { 0 };
	unsigned tried = 0;
	int status = overlap_query(l->p->ends, l->e->box, l->entry + 1, last,
				   &behind);

	for (size_t i = 0; i < l->soft->count && !status; i++)
		if (l->soft->at[i] > l->entry &&
		    box_meets(l->p->entries[l->soft->at[i]].box, l->e->box))
			status = overlap_add(&behind, l->soft->at[i]);

	for (size_t i = 0; i < behind.count && !status; i++) {
		status = is_other(l, f, behind.at[i]);
		if (status <= 0)
			continue;
		if (++tried > OTHERS || ++*l->others > OTHERS_IN_ALL)
			l->s->audit->is_hasty = true;
		else
			status = comes_to(l, behind.at[i]);
	}

	overlap_done(&behind);
	return status < 0 ? status : status != 0;
}

static int check_redundant(const struct look *l, const struct spot *spot)
{
	struct finding f;
	uint32_t next = 0;
	int status = witness_fate(l->p, spot, l->entry, l->e->rule, &next);

	if (status)
		return status;
	if (l->e->is_uncertain || *l->others > OTHERS_IN_ALL ||
	    !program_same_fate(l->p, next, l->p, l->entry)) {
		l->about->is_needed = true;
		return 0;
	}

	f = (struct finding){ .kind = FINDING_REDUNDANT,
			      .rule = l->e->rule,
			      .chain = l->e->rule->chain };
	status = changes_by_list(l, &f);
	if (status > 0)
		l->about->is_needed = true;
	if (!status && !l->about->why_redundant) {
		struct finding *kept = audit_new(l->s, f.kind, f.rule);

		if (!kept)
			return -ENOMEM;
		*kept = f;
		l->about->why_redundant = kept;
		status = is_tried(l, spot, l->entry);
		if (status > 0)
			status = audit_set_witness(l->s, kept, l->p->space,
						   spot);
	}

	return status < 0 ? status : 0;
}

static int contradict(const struct look *l, uint32_t above)
{
	struct finding *f = audit_new(l->s, FINDING_CONTRADICTED, l->e->rule);
	int status = f ? audit_add_cause(l->s, f, l->p->entries[above].rule)
		       : -ENOMEM;

	if (!status)
		status = show(l, f, above);
	if (status > 0) {
		f->is_partial =
			!box_covers(l->p->entries[above].box, l->e->box);
		f->is_unsure =
			l->p->entries[above].is_uncertain || l->e->is_hidden;
		l->about->why_contradicted = f;
	}

	return status < 0 ? status : 0;
}

/* Samples are drawn from the entry's packets: which closing entry, if any, takes
 * most of them? count is how many it takes. */
struct poll {
	uint32_t entry[TRIES];
	unsigned count[TRIES];
	unsigned candidates;
};

static void vote(struct poll *p, uint32_t entry)
{
	unsigned i = 0;

	while (i < p->candidates && p->entry[i] != entry)
		i++;
	if (i == p->candidates) {
		p->entry[i] = entry;
		p->count[i] = 0;
		p->candidates++;
	}
	p->count[i]++;
}

static int check_contradicted(const struct look *l)
{
	struct arena *a = arena_new();
	struct poll poll = { .candidates = 0 };
	uint64_t seed = l->entry;
	int err = a ? 0 : -ENOMEM;

	for (unsigned i = 0; i < TRIES && !err; i++) {
		struct spot *spot =
			box_sample(a, l->p->space, l->e->box, &seed);
		uint32_t end = l->entry;

		err = spot ? witness_lucky_fate(l->p, spot, &end) : -ENOMEM;
		if (!err && end < l->entry && is_closing_entry(l, end))
			vote(&poll, end);
		/* Nearly always the first two of them tell. */
		if (i == 1 && !poll.candidates)
			break;
	}
	for (unsigned i = 0; i < poll.candidates && !err; i++)
		if (poll.count[i] > most * TRIES)
			err = contradict(l, poll.entry[i]);

	arena_free(a);
	return err;
}

static bool takes_most(const struct look *l, uint32_t above)
{
	return is_closing_entry(l, above) &&
	       box_share(l->p->space, l->e->box, l->p->entries[above].box) >
		       most;
}

/* Where the source hides interfaces nothing is certain, and all must be looked
 * at: a REJECT that shows nothing but its name most likely takes all. */
static int check_hidden(const struct look *l)
{
	uint32_t from = 0;
	int err = 0;

	if (l->p->count > HIDDEN_ENTRIES)
		return 0;

	for (uint32_t i = from; i < l->entry && !err; i++)
		if (l->p->entries[i].is_hidden && !l->about->why_contradicted &&
		    takes_most(l, i))
			err = contradict(l, i);

	return err;
}

static int look_at_live(const struct look *l, const struct spot *spot)
{
	bool is_open = l->e->kind == ENTRY_ENDS &&
		       is_opening(program_outcome(l->p, l->entry));
	int err = 0;

	if (l->e->kind != ENTRY_ENDS)
		l->about->is_needed = true;
	if (!l->about->is_needed)
		err = check_redundant(l, spot);
	if (!err && is_open && !l->about->why_contradicted)
		err = check_contradicted(l);
	if (!err && is_open && !l->about->why_contradicted)
		err = check_hidden(l);

	return err;
}

static int look_at(const struct look *l)
{
	struct goal goal = { l->p, l->entry, NULL };
	struct audit_rule *about = l->about;
	struct witness w;
	int status;

	about->is_seen = true;
	if (about->is_live && about->is_needed)
		return 0;

	status = witness_search(l->p->space, l->e->box, &goal, 1, &w);
	if (status == WITNESS_FOUND) {
		about->is_live = true;
		status = look_at_live(l, w.spot);
	} else if (status == WITNESS_NONE) {
		status = explain_dead(l, &w.by);
	} else if (status == WITNESS_GIVEN_UP) {
		about->is_undecided = about->is_needed = true;
		status = 0;
	}
	witness_done(&w);
	return status;
}

static bool is_soft(const struct entry *e)
{
	if (e->kind == ENTRY_ENDS)
		return e->is_uncertain;

	return e->kind == ENTRY_PASSES &&
	       !(e->action && (e->action->kind == ACTION_JUMP ||
			       e->action->kind == ACTION_GOTO));
}

int audit_dead_program(struct audit_state *s, struct program *p)
{
	struct numbers soft = { 0 };
	unsigned others = 0;
	int err = 0;

	for (uint32_t i = 0; i < p->count && !err; i++)
		if (is_soft(&p->entries[i]))
			err = overlap_add(&soft, i);
	for (uint32_t i = 0; i + 1 < p->count && !err && !p->is_cut; i++) {
		const struct entry *e = &p->entries[i];
		struct look l = { .s = s,
				  .p = p,
				  .entry = i,
				  .e = e,
				  .about = audit_rule_of(s, e->rule),
				  .others = &others,
				  .soft = &soft };

		err = look_at(&l);
	}

	overlap_done(&soft);
	return err;
}

int audit_dead_tell(struct audit_state *s)
{
	int err = 0;

	for (size_t i = 0; i < s->rule_count && !err; i++) {
		const struct audit_rule *r = &s->rules[i];
		struct finding *f = r->why_contradicted;

		s->audit->rules += r->is_seen;
		s->audit->undecided += r->is_undecided && !r->is_live;
		if (r->is_seen && !r->is_live && !r->is_undecided) {
			s->audit->dead++;
			f = r->why_dead;
		} else if (!f && !r->is_needed) {
			f = r->why_redundant;
		}
		if (f)
			err = audit_tell(s, f);
	}

	return err;
}
