/*
 * Where two programs differ.
 *
 * If a packet meets another fate, then its way on one of the sides goes through
 * an entry that is not common: one that ends it, or one that leads it around
 * others. So for every such entry, and every entry of the other side that has
 * something in common with it and does something else, a packet is searched that
 * ends at both.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/box.h"
#include "ruleset/compare_parts.h"
#include "ruleset/linear.h"
#include "ruleset/packet_words.h"

enum { PIECES = 300 };

/* Where a packet ends on either side. */
struct ends {
	uint32_t at[2];
};

static void put_side(struct text *out, const struct dim *d,
		     const struct ranges *set)
{
	if (out->len)
		text_char(out, ' ');
	if (d->field == FIELD_COUNT) {
		text_str(out, ranges_has(set, 1) ? "[" : "[! ");
		text_str(out, d->text ? d->text : "?");
		text_char(out, ']');
		return;
	}

	text_str(out, field_info[d->field].id);
	text_char(out, '=');
	packet_words_ranges(out, d->field, set);
	if (d->version)
		text_str(out, _(" (as it was set before)"));
}

static const char *box_words(struct arena *a, const struct space *s,
			     const struct box *x)
{
	struct text out = TEXT_NULL;
	const char *words = NULL;

	for (unsigned i = 0; i < x->count; i++)
		put_side(&out, &s->dims[x->side[i].dim], x->side[i].set);
	if (!x->count)
		text_str(&out, _("all packets"));
	if (text_ok(&out))
		words = arena_string(a, text_string(&out));
	text_done(&out);
	return words;
}

static struct fate fate_of(const struct compare_pair *p, unsigned side,
			   uint32_t at)
{
	const struct program *program = &p->of[side];
	const struct entry *e = &program->entries[at];

	return (struct fate){ .chain = p->base[side],
			      .rule = e->rule,
			      .action = e->action,
			      .kind = program_outcome(program, at) };
}

static bool is_verified(const struct compare_pair *p, const struct ends *ends,
			const struct spot *spot)
{
	struct point packet;

	box_point(p->space, spot, &packet);
	for (unsigned side = 0; side < 2; side++) {
		const struct supposed s = { &p->of[side], spot,
					    ends->at[side] };
		struct linear_fate f =
			linear_decide(p->base[side], &packet, &s);

		if (f.rule != p->of[side].entries[ends->at[side]].rule ||
		    f.kind != program_outcome(&p->of[side], ends->at[side]))
			return false;
	}

	return true;
}

static struct change *add_change(struct compare_pair *p)
{
	struct change *c;

	if (p->ret->count >= COMPARE_CHANGES) {
		p->is_over = true;
		return NULL;
	}

	c = arena_alloc(p->arena, sizeof(*c));
	if (!c)
		return NULL;

	c->family = p->space->family;
	c->hook = p->space->hook;
	if (p->ret->last)
		p->ret->last->next = c;
	else
		p->ret->first = c;
	p->ret->last = c;
	p->ret->count++;
	return c;
}

static void measure(struct compare_pair *p, struct change *c,
		    const struct box *both, const struct goal *goals)
{
	double size = 0;

	c->size = box_size(p->space, both);
	c->size_is_bound = true;
	if (witness_measure(p->space, both, goals, 2, PIECES, &size))
		return;

	c->size_is_bound = false;
	if (size < c->size)
		c->size = size;
}

static int tell(struct compare_pair *p, const struct ends *ends,
		const struct box *both, const struct spot *spot)
{
	const struct goal goals[2] = { { &p->of[0], ends->at[0], NULL },
				       { &p->of[1], ends->at[1], NULL } };
	struct change *c = add_change(p);

	if (!c)
		return p->is_over ? 0 : -ENOMEM;

	c->before = fate_of(p, 0, ends->at[0]);
	c->after = fate_of(p, 1, ends->at[1]);
	c->is_verified = is_verified(p, ends, spot);
	box_point(p->space, spot, &c->example);
	compare_asked_show(p->space, &c->example);
	measure(p, c, both, goals);
	c->packets = box_words(p->arena, p->space, both);
	return c->packets ? compare_asked_measure(p, c, both, goals) : -ENOMEM;
}

/* Whether a packet within the box ends at both. */
static int search(struct compare_pair *p, const struct ends *ends,
		  const struct box *within)
{
	const struct goal goals[2] = { { &p->of[0], ends->at[0], NULL },
				       { &p->of[1], ends->at[1], NULL } };
	struct arena *a;
	const struct box *both;
	struct witness w = { 0 };
	int status;

	if (++p->searches > COMPARE_SEARCHES) {
		p->is_over = true;
		return 0;
	}

	a = arena_new();
	status =
		a ? box_cut(a, within, p->of[0].entries[ends->at[0]].box, &both)
		  : -ENOMEM;
	if (status > 0)
		status = box_cut(a, both, p->of[1].entries[ends->at[1]].box,
				 &both);
	if (status > 0) {
		status = witness_search(p->space, both, goals, 2, &w);
		if (status == WITNESS_GIVEN_UP)
			p->ret->is_complete = false;
		else if (status == WITNESS_FOUND)
			status = tell(p, ends, both, w.spot);
	}
	witness_done(&w);
	arena_free(a);
	return status < 0 ? status : 0;
}

/* Whether any packet comes to the entry; given up counts as yes. */
static int is_reached(struct compare_pair *p, unsigned side, uint32_t at,
		      struct witness *ret)
{
	const struct goal goal = { &p->of[side], at, NULL };

	return witness_search(p->space, p->of[side].entries[at].box, &goal, 1,
			      ret);
}

static struct ends ends_at(unsigned side, uint32_t here, uint32_t there)
{
	struct ends e;

	e.at[side] = here;
	e.at[!side] = there;
	return e;
}

/* Against all of the other side that do something else. Pairs of two changed
 * entries are looked at from the first side only. */
static int search_against(struct compare_pair *p, unsigned side, uint32_t at,
			  const struct box *within, bool only_common)
{
	const struct program *here = &p->of[side], *there = &p->of[!side];
	int err = 0;

	for (uint32_t i = 0; i < there->count && !err && !p->is_over; i++) {
		const struct entry *e = &there->entries[i];
		const struct ends ends = ends_at(side, at, i);

		if (e->kind != ENTRY_ENDS ||
		    (only_common && !p->is_common[!side][i]) ||
		    !box_meets(e->box, within) ||
		    program_same_fate(here, at, there, i))
			continue;
		err = search(p, &ends, within);
	}

	return err;
}

/* A mark that is set on one side only, on packets that come to it: whatever
 * happens to them after. */
static int search_passing(struct compare_pair *p, unsigned side, uint32_t at,
			  const struct spot *spot)
{
	struct change *c;
	uint32_t other;
	int err = witness_fate(&p->of[!side], spot, 0, NULL, &other);

	if (err)
		return err;
	c = add_change(p);
	if (!c)
		return p->is_over ? 0 : -ENOMEM;

	c->before = fate_of(p, 0, side ? other : at);
	c->after = fate_of(p, 1, side ? at : other);
	box_point(p->space, spot, &c->example);
	compare_asked_show(p->space, &c->example);
	c->is_verified = linear_reaches(
		&c->example, &(struct supposed){ &p->of[side], spot, at });
	c->size = box_size(p->space, p->of[side].entries[at].box);
	c->size_is_bound = true;
	c->outside = c->size;
	c->stray = c->example;
	c->packets = box_words(p->arena, p->space, p->of[side].entries[at].box);
	return c->packets ? 0 : -ENOMEM;
}

/* Packets are led around what they met before, or no longer: all pairs of ends
 * behind it, within its box. */
static int search_skip(struct compare_pair *p, unsigned side, uint32_t at)
{
	const struct program *here = &p->of[side];
	const struct box *within = here->entries[at].box;
	int err = 0;

	for (uint32_t i = at; i < here->count && !err && !p->is_over; i++) {
		const struct entry *e = &here->entries[i];
		const struct box *both;

		if (!p->is_common[side][i] || !compare_matters(e) ||
		    !box_meets(e->box, within))
			continue;
		if (e->kind == ENTRY_PASSES)
			p->ret->is_complete = false;
		if (e->kind != ENTRY_ENDS)
			continue;
		err = box_cut(p->scratch, within, e->box, &both);
		err = err > 0 ? search_against(p, side, i, both, true) : err;
	}

	return err;
}

static int search_entry(struct compare_pair *p, unsigned side, uint32_t at)
{
	const struct entry *e = &p->of[side].entries[at];
	struct witness w;
	int status;

	if (!compare_matters(e))
		return 0;

	status = is_reached(p, side, at, &w);
	if (status == WITNESS_NONE || status < 0) {
		witness_done(&w);
		return status;
	}

	if (e->kind == ENTRY_ENDS)
		status = search_against(p, side, at, e->box, side == 1);
	else if (e->kind == ENTRY_SKIPS)
		status = search_skip(p, side, at);
	else if (status == WITNESS_FOUND)
		status = search_passing(p, side, at, w.spot);
	else
		p->ret->is_complete = false;
	witness_done(&w);
	return status < 0 ? status : 0;
}

int compare_search(struct compare_pair *p)
{
	int err = 0;

	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; i < p->of[side].count && !err; i++)
			if (!p->is_common[side][i] && !p->is_over)
				err = search_entry(p, side, i);
	if (p->is_over)
		p->ret->is_complete = false;

	return err;
}
