#include "ruleset/program.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "ruleset/box.h"
#include "ruleset/compile.h"
#include "ruleset/overlap.h"
#include "ruleset/range_pool.h"

/*
 * A call knows its end only when all of it stands, so entries that skip carry
 * the number of the call that they leave, until resolve() puts the entry there.
 * What is reached by goto returns to where its caller would: the call left is
 * the caller's own, and a last entry leaves it for those that nobody decided.
 */
enum {
	CALL_DEPTH = 64, /* the kernel refuses loops; a file may hold one */
	RULE_BOXES = 4096
};

/* Where entries are made. */
struct walk {
	const struct boxes *boxes; /* of those that come here */
	const struct rule *rule;
	uint32_t call;
	uint32_t leaves; /* the call that RETURN ends */
	bool is_uncertain, is_hidden;
	const struct walk *outer; /* of the jump that led here */
	unsigned depth;
};

struct flattening {
	struct program *p;
	struct compile compile;
	unsigned version[FIELD_COUNT];
	/* What a rule is boxed in, for each depth; only the entries' boxes are
	 * copied to the space's arena. */
	struct arena *scratch[CALL_DEPTH + 1];
	struct range_pool sets;
};

static int flatten_chain(struct flattening *f, const struct chain *c,
			 const struct walk *from);

static int add_entry(struct program *p, const struct entry *e)
{
	if (p->count == PROGRAM_ENTRIES) {
		p->is_cut = true;
		return 0;
	}
	if (p->count == p->capacity) {
		size_t capacity = p->capacity ? 2 * p->capacity : 64;
		struct entry *entries =
			realloc(p->entries, capacity * sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		p->entries = entries;
		p->capacity = capacity;
	}

	p->entries[p->count++] = *e;
	p->has_skips = p->has_skips || e->kind == ENTRY_SKIPS;
	return 0;
}

static int add_call(struct program *p, const struct call *c, uint32_t *ret)
{
	if (p->call_count == p->call_capacity) {
		size_t capacity = p->call_capacity ? 2 * p->call_capacity : 16;
		struct call *calls =
			realloc(p->calls, capacity * sizeof(*calls));

		if (!calls)
			return -ENOMEM;
		p->calls = calls;
		p->call_capacity = capacity;
	}

	*ret = (uint32_t)p->call_count;
	p->calls[p->call_count++] = *c;
	return 0;
}

/* Longer ones are hardly the same twice. */
enum { SHARED_RANGES = 16 };

static const struct ranges *keep_set(struct flattening *f,
				     const struct arena *scratch,
				     const struct ranges *set)
{
	struct arena *a = f->p->space->arena;

	if (!arena_has(scratch, set))
		return set;
	if (set->count > SHARED_RANGES)
		return ranges_of(a, set->range, set->count);

	return range_pool_keep(&f->sets, a, set);
}

/* A box that outlives the rule's. */
static const struct box *keep_box(struct flattening *f, const struct walk *w,
				  const struct box *x)
{
	const struct arena *scratch = f->scratch[w->depth];
	struct arena *a = f->p->space->arena;
	struct box *copy;

	if (!arena_has(scratch, x))
		return x;

	copy = arena_alloc(a, sizeof(*copy) + x->count * sizeof(x->side[0]));
	if (!copy)
		return NULL;

	copy->count = x->count;
	for (unsigned i = 0; i < x->count; i++) {
		copy->side[i].dim = x->side[i].dim;
		copy->side[i].set = keep_set(f, scratch, x->side[i].set);
		if (!copy->side[i].set)
			return NULL;
	}

	return copy;
}

/* One entry for each box of those that come so far. */
static int emit(struct flattening *f, const struct walk *w,
		enum entry_kind kind, const struct action *action)
{
	struct entry e = { .rule = w->rule,
			   .action = action,
			   .kind = kind,
			   .skip_to = w->leaves,
			   .call = w->call,
			   .is_uncertain = w->is_uncertain,
			   .is_hidden = w->is_hidden };
	int err = 0;

	for (size_t i = 0; i < w->boxes->count && !err; i++) {
		e.box = keep_box(f, w, w->boxes->box[i]);
		err = e.box ? add_entry(f->p, &e) : -ENOMEM;
	}

	return err;
}

static bool is_in(const struct walk *w, const struct chain *c,
		  const struct program *p)
{
	for (; w; w = w->outer)
		if (p->calls[w->call].chain == c)
			return true;

	return false;
}

static void bump(struct flattening *f, enum field field)
{
	f->version[field]++;
}

/* An action that may do anything may change these. */
static int emit_unknown(struct flattening *f, const struct walk *w,
			const struct action *action)
{
	static const enum field may_change[] = { FIELD_MARK,     FIELD_CT_MARK,
						 FIELD_CT_STATE, FIELD_TOS,
						 FIELD_TTL,      FIELD_LENGTH };
	struct walk here = *w;

	for (size_t i = 0; i < sizeof(may_change) / sizeof(*may_change); i++)
		bump(f, may_change[i]);
	here.is_hidden = false;
	here.is_uncertain = true;
	return emit(f, &here, ENTRY_PASSES, action);
}

/* The boxes of the entries that were made last, which are there to stay. */
static int last_boxes(struct flattening *f, const struct walk *w, size_t from,
		      struct boxes *ret)
{
	struct program *p = f->p;

	ret->count = p->count - from;
	ret->box = arena_alloc(f->scratch[w->depth],
			       (ret->count + 1) * sizeof(*ret->box));
	if (!ret->box)
		return -ENOMEM;

	for (size_t i = 0; i < ret->count; i++)
		ret->box[i] = p->entries[from + i].box;
	return 0;
}

static int emit_call(struct flattening *f, const struct walk *w,
		     const struct action *action)
{
	bool is_goto = action->kind == ACTION_GOTO;
	struct walk inner = *w;
	struct call call = { .chain = action->chain,
			     .by = w->rule,
			     .parent = w->call };
	size_t from = f->p->count;
	struct boxes boxes;
	int err;

	if (!action->chain || w->depth >= CALL_DEPTH ||
	    is_in(w, action->chain, f->p))
		return emit_unknown(f, w, action);

	err = emit(f, w, ENTRY_PASSES, action);
	call.first = (uint32_t)f->p->count;
	if (!err)
		err = last_boxes(f, w, from, &boxes);
	if (!err)
		err = add_call(f->p, &call, &inner.call);
	inner.boxes = &boxes;
	inner.leaves = is_goto ? w->leaves : inner.call;
	inner.outer = w;
	inner.depth = w->depth + 1;
	if (!err)
		err = flatten_chain(f, action->chain, &inner);
	f->compile.arena = f->scratch[w->depth];
	if (err)
		return err;

	f->p->calls[inner.call].end = (uint32_t)f->p->count;
	return is_goto ? emit(f, w, ENTRY_SKIPS, action) : 0;
}

static int emit_map(struct flattening *f, const struct walk *w,
		    const struct action *action);

/* What iptables does when no socket waits for the packet is not known. */
static int emit_nat(struct flattening *f, const struct walk *w,
		    const struct action *action)
{
	struct walk here = *w;

	if (action->nat == NAT_TPROXY &&
	    w->rule->chain->table->engine == ENGINE_NFT)
		return emit(f, w, ENTRY_PASSES, action);

	if (action->nat == NAT_TPROXY) {
		here.is_uncertain = true;
		here.is_hidden = false;
	} else if (action->map) {
		return emit_map(f, w, action);
	}
	return emit(f, &here, ENTRY_ENDS, action);
}

static int emit_action(struct flattening *f, const struct walk *w,
		       const struct action *action)
{
	int err;

	switch (action->kind) {
	case ACTION_NONE:
	case ACTION_CONTINUE:
	case ACTION_KIND_COUNT:
		return 0;
	case ACTION_ACCEPT:
	case ACTION_DROP:
	case ACTION_REJECT:
	case ACTION_QUEUE:
	case ACTION_STEAL:
		return emit(f, w, ENTRY_ENDS, action);
	case ACTION_NAT:
		return emit_nat(f, w, action);
	case ACTION_RETURN:
		return emit(f, w, ENTRY_SKIPS, action);
	case ACTION_JUMP:
	case ACTION_GOTO:
		return emit_call(f, w, action);
	case ACTION_SET:
		err = emit(f, w, ENTRY_PASSES, action);
		if (action->field < FIELD_COUNT)
			bump(f, action->field);
		return err;
	case ACTION_NOTRACK:
		err = emit(f, w, ENTRY_PASSES, action);
		bump(f, FIELD_CT_STATE);
		return err;
	case ACTION_VERDICT_MAP:
		return emit_map(f, w, action);
	case ACTION_UNKNOWN:
		break;
	}

	return emit_unknown(f, w, action);
}

/* One entry for each element. What is in none of them has met the rule, too. */
static int emit_map(struct flattening *f, const struct walk *w,
		    const struct action *action)
{
	bool is_nat = action->kind == ACTION_NAT;
	const struct set *map = action->map;
	struct walk here = *w;
	int err = 0;

	if (!map || !map->is_given)
		return emit_unknown(f, w, action);

	here.is_uncertain = w->is_uncertain || map->is_dynamic;
	for (size_t i = 0; i < map->count && !err; i++) {
		const struct element *e = &map->elements[i];
		struct boxes box, both;

		if (!e->action && !is_nat)
			continue;
		err = compile_element(&f->compile, e, map, action->key, &box);
		if (!err)
			err = compile_product(f->compile.arena, w->boxes, &box,
					      RULE_BOXES, &both);
		here.boxes = &both;
		if (!err)
			err = is_nat ? emit(f, &here, ENTRY_ENDS, action)
				     : emit_action(f, &here, e->action);
	}
	if (!err && is_nat)
		err = emit(f, w, ENTRY_PASSES, action);

	return err;
}

/* Cuts what comes with a condition. Too many pieces: what comes stays as it
 * is, and nothing is sure of it. */
static int narrow(struct flattening *f, struct walk *w, const struct cond *cond,
		  struct boxes *boxes)
{
	struct boxes more;
	int err;

	f->compile.is_uncertain = f->compile.is_hidden = false;
	err = compile_cond(&f->compile, cond, &more);
	if (err)
		return err;

	if (f->compile.is_uncertain) {
		w->is_hidden = f->compile.is_hidden &&
			       (!w->is_uncertain || w->is_hidden);
		w->is_uncertain = true;
	}
	err = compile_product(f->compile.arena, w->boxes, &more, RULE_BOXES,
			      boxes);
	if (err == -E2BIG) {
		f->p->space->coarse_count++;
		w->is_uncertain = true;
		w->is_hidden = false;
		return 0;
	}
	if (!err)
		w->boxes = boxes;
	return err;
}

static bool ends_rule(enum action_kind kind)
{
	return kind == ACTION_ACCEPT || kind == ACTION_DROP ||
	       kind == ACTION_REJECT || kind == ACTION_RETURN ||
	       kind == ACTION_CONTINUE || kind == ACTION_QUEUE ||
	       kind == ACTION_GOTO;
}

/* Room for a rule's boxes, empty. */
static int begin_rule(struct flattening *f, const struct rule *rule,
		      unsigned depth)
{
	struct arena **scratch = &f->scratch[depth];

	if (*scratch)
		arena_clear(*scratch);
	else
		*scratch = arena_new();
	f->compile.rule = rule;
	f->compile.arena = *scratch;
	return *scratch ? 0 : -ENOMEM;
}

static int flatten_rule(struct flattening *f, const struct rule *rule,
			const struct walk *from)
{
	struct walk w = *from;
	struct boxes boxes = { 0 };
	size_t before = f->p->count;
	int err = begin_rule(f, rule, w.depth);

	w.rule = rule;
	for (size_t i = 0; i < rule->term_count && !err; i++) {
		const struct term *t = &rule->terms[i];

		if (!t->is_action) {
			err = narrow(f, &w, &t->cond, &boxes);
			continue;
		}
		err = emit_action(f, &w, t->action);
		if (ends_rule(t->action->kind))
			break;
	}
	if (!err && f->p->count == before)
		err = emit(f, &w, ENTRY_PASSES, NULL);

	return err;
}

static int flatten_chain(struct flattening *f, const struct chain *c,
			 const struct walk *from)
{
	int err = 0;

	for (const struct rule *rule = c->first; rule && !err;
	     rule = rule->next) {
		if (!from->boxes->count || f->p->is_cut)
			break;
		err = flatten_rule(f, rule, from);
	}

	return err;
}

static void resolve(struct program *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct entry *e = &p->entries[i];

		if (e->kind == ENTRY_SKIPS)
			e->skip_to = p->calls[e->skip_to].end;
	}
}

int program_init(struct program *p, struct space *s, const struct chain *base)
{
	struct flattening f = { .p = p };
	const struct box *whole = &box_whole;
	const struct boxes all = { &whole, 1 };
	struct walk w = { .boxes = &all };
	struct call call = { .chain = base };
	int err;

	*p = (struct program){ .space = s, .base = base };
	p->policy = base && base->policy != ACTION_NONE ? base->policy
							: ACTION_ACCEPT;
	f.compile =
		(struct compile){ .space = s, .version = f.version, .user = p };
	err = add_call(p, &call, &w.call);
	if (!err && base)
		err = flatten_chain(&f, base, &w);
	if (!err)
		err = add_entry(
			p, &(struct entry){ .box = whole, .kind = ENTRY_ENDS });
	for (size_t i = 0; i <= CALL_DEPTH; i++)
		arena_free(f.scratch[i]);
	range_pool_done(&f.sets);
	if (err) {
		program_done(p);
		return err;
	}

	p->calls[0].end = (uint32_t)p->count - 1;
	resolve(p);
	return 0;
}

void program_done(struct program *p)
{
	free(p->entries);
	free(p->calls);
	overlap_free(p->ends);
	overlap_free(p->skips);
	*p = (struct program){ 0 };
}

enum action_kind program_outcome(const struct program *p, size_t entry)
{
	const struct action *a = p->entries[entry].action;

	return a ? a->kind : p->policy;
}

/* What icmpx means for a family (include/uapi/linux/netfilter/nf_tables.h,
 * enum nft_reject_inet_code; net/netfilter/nft_reject.c). */
static const uint8_t icmpx_codes[][2] = {
	{ 0, 0 }, /* no route */
	{ 3, 4 }, /* port unreachable */
	{ 1, 3 }, /* host unreachable */
	{ 13, 1 } /* administratively prohibited */
};

static unsigned reject_number(const struct action *a, bool is_v6)
{
	enum reject kind = a->reject;
	uint8_t code = a->reject_code;

	if (kind == REJECT_ICMPX && code < 4) {
		kind = is_v6 ? REJECT_ICMP6 : REJECT_ICMP;
		code = icmpx_codes[code][is_v6];
	}

	return (unsigned)kind << 8 | (kind == REJECT_TCP_RESET ? 0 : code);
}

static bool same_values(const struct ranges *x, const struct ranges *y)
{
	return x == y || (x && y && ranges_equal(x, y));
}

bool program_same_action(const struct action *x, const struct action *y,
			 bool is_v6)
{
	if (x->kind != y->kind)
		return false;

	if (x->kind == ACTION_REJECT)
		return reject_number(x, is_v6) == reject_number(y, is_v6);
	if (x->kind == ACTION_NAT)
		return x->nat == y->nat &&
		       same_values(x->address, y->address) &&
		       same_values(x->port, y->port) && !x->map && !y->map;
	if (x->kind == ACTION_SET)
		return x->field == y->field && x->from == y->from &&
		       x->and_mask == y->and_mask &&
		       x->xor_mask == y->xor_mask && x->add == y->add &&
		       x->from_mask == y->from_mask && !x->map && !y->map;
	if (x->kind == ACTION_ACCEPT || x->kind == ACTION_DROP ||
	    x->kind == ACTION_NOTRACK)
		return true;

	return text_same(x->text, y->text);
}

bool program_same_fate(const struct program *p, size_t i,
		       const struct program *q, size_t j)
{
	const struct action *x = p->entries[i].action;
	const struct action *y = q->entries[j].action;

	if (!x || !y)
		return program_outcome(p, i) == program_outcome(q, j);

	return program_same_action(x, y, p->space->family == TABLE_IP6);
}
