#include "draw.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"
#include "frame.h"
#include "net/address.h"
#include "ruleset/ranges.h"

enum { DEPTH = 24, MOST_RANGES = 4000 };

struct pool {
	struct range *range;
	size_t count;
};

struct draw {
	const struct ruleset *ruleset;
	const struct lab *lab;
	struct dice dice;
	struct pool pool[FIELD_COUNT];
	const struct rule **rules;
	size_t rule_count;
	bool has_tracking;
	unsigned out;
	u128 local[LAB_LOCAL];
	unsigned local_count;
};

/* What is asked of the packet so far. */
struct wish {
	struct point point;
	uint64_t fixed; /* fields that a rule of the way asks for */
};

static void pool_add(struct pool *p, struct range r)
{
	if (p->count >= MOST_RANGES)
		return;
	if (!(p->count & (p->count + 1)) || !p->count) {
		size_t room = p->count ? 2 * (p->count + 1) : 2;
		struct range *more = realloc(p->range, room * sizeof(*more));

		if (!more)
			return;
		p->range = more;
	}
	p->range[p->count++] = r;
}

/* Calls back for all ranges over fields in a condition. */
typedef void see(void *context, enum field f, struct range r);

static void see_lookup(const struct cond *c, see *call, void *context)
{
	for (size_t i = 0; c->set && i < c->set->count && i < 500; i++)
		for (int k = 0; k < SET_PARTS; k++)
			if (c->key[k] < FIELD_COUNT)
				call(context, c->key[k],
				     c->set->elements[i].part[k]);
}

static void see_cond(const struct cond *c, see *call, void *context)
{
	switch (c->kind) {
	case COND_RANGES:
		for (size_t i = 0; i < c->ranges->count; i++)
			call(context, c->field, c->ranges->range[i]);
		return;
	case COND_LOOKUP:
		see_lookup(c, call, context);
		return;
	case COND_ALL:
	case COND_ANY:
		for (size_t i = 0; i < c->count; i++)
			see_cond(&c->list[i], call, context);
		return;
	case COND_VARIABLE:
	case COND_EQUAL:
		return;
	}
}

static void see_rule(const struct rule *rule, see *call, void *context)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct action *a = rule->terms[i].action;
		struct cond lookup = { .kind = COND_LOOKUP };

		if (!rule->terms[i].is_action) {
			see_cond(&rule->terms[i].cond, call, context);
		} else if (a->map) {
			lookup.set = a->map;
			memcpy(lookup.key, a->key, sizeof(lookup.key));
			see_lookup(&lookup, call, context);
		}
	}
}

static void see_ruleset(const struct ruleset *r, see *call, void *context)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *l = c->first; l; l = l->next)
				see_rule(l, call, context);
}

/* Devices */

struct names {
	char (*name)[16];
	unsigned count;
	struct dice *dice;
};

static void names_put(char at[16], const char *name)
{
	memset(at, 0, 16);
	memcpy(at, name, strnlen(name, 15));
}

static void names_add(struct names *n, const char *name)
{
	if (!*name || strcmp(name, "lo") == 0 || strchr(name, '/') ||
	    strchr(name, ':') || strchr(name, '%') || strchr(name, ' ') ||
	    strcmp(name, "all") == 0 || strcmp(name, "default") == 0 ||
	    name[0] == '.' || name[0] == '-')
		return;
	for (unsigned i = 0; i < n->count; i++)
		if (strcmp(n->name[i], name) == 0)
			return;
	if (n->count < LAB_DEVICES - 2)
		names_put(n->name[n->count++], name);
	else if (dice_one_in(n->dice, 4))
		names_put(n->name[dice_below(n->dice, n->count)], name);
}

static void see_device(void *context, enum field f, struct range r)
{
	struct names *n = context;
	char name[16] = { 0 };
	size_t len;

	if (f != FIELD_IIF && f != FIELD_OIF)
		return;
	for (int i = 0; i < 15; i++)
		name[i] = (char)(r.first >> (120 - 8 * i));
	len = strlen(name);
	if (r.first != r.last && len < 15) {
		if (!len)
			return;
		names_add(n, name);
		name[len] = (char)('0' + dice_below(n->dice, 10));
	}
	names_add(n, name);
}

unsigned draw_devices(const struct ruleset *r, struct dice *dice,
		      char ret[LAB_DEVICES][16])
{
	struct names n = { ret, 0, dice };

	memset(ret, 0, LAB_DEVICES * 16);
	see_ruleset(r, see_device, &n);
	/* By which witnesses come. */
	n.count -= n.count == LAB_DEVICES - 2;
	names_add(&n, "eth0");
	memcpy(ret[n.count++], "kw0", 4);
	memcpy(ret[n.count++], "kw1", 4);
	return n.count;
}

struct users {
	uint32_t *user;
	unsigned count;
	struct dice *dice;
};

static void see_user(void *context, enum field f, struct range r)
{
	struct users *u = context;

	if (f != FIELD_UID && f != FIELD_GID)
		return;
	if (r.last >= UINT32_MAX)
		r.last = UINT32_MAX - 1;
	if (r.first > r.last)
		return;
	u->user[dice_below(u->dice, LAB_USERS)] =
		(uint32_t)(dice_one_in(u->dice, 2) ? r.first : r.last);
}

void draw_users(const struct ruleset *r, struct dice *dice,
		uint32_t ret[LAB_USERS])
{
	struct users u = { ret, 0, dice };

	for (unsigned i = 0; i < LAB_USERS; i++)
		ret[i] = (uint32_t[]){ 0, 33, 1000, 65534 }[i];
	see_ruleset(r, see_user, &u);
}

/* Rules and pools */

static void see_pool(void *context, enum field f, struct range r)
{
	struct draw *d = context;

	pool_add(&d->pool[f], r);
}

static bool has_word(const char *text)
{
	static const char *const words[] = {
		"conn",    "ct ",      "state",    "nat",      "NAT",
		"CT",      "socket",   "helper",   "REDIRECT", "redirect",
		"MASQ",    "masq",     "TPROXY",   "tproxy",   "NOTRACK",
		"notrack", "SYNPROXY", "synproxy",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

static void look_for_tracking(struct draw *d, const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct term *t = &rule->terms[i];

		if (!t->is_action && t->cond.kind == COND_RANGES &&
		    t->cond.field >= FIELD_CT_STATE &&
		    t->cond.field <= FIELD_CT_MARK)
			d->has_tracking = true;
		if (t->is_action && (t->action->kind == ACTION_NAT ||
				     t->action->kind == ACTION_NOTRACK))
			d->has_tracking = true;
	}
	if (rule->text && has_word(rule->text))
		d->has_tracking = true;
}

/* A nat table has its chains registered even without rules. */
static void look_at_chain(struct draw *d, const struct chain *c)
{
	if (c->hook != HOOK_NONE && c->type && strcmp(c->type, "nat") == 0)
		d->has_tracking = true;
	for (const struct rule *l = c->first; l; l = l->next) {
		d->rules[d->rule_count++] = l;
		look_for_tracking(d, l);
	}
}

struct draw *draw_new(const struct ruleset *r, const struct lab *lab,
		      uint64_t seed)
{
	struct draw *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->ruleset = r;
	d->lab = lab;
	d->dice = dice_new(seed);
	d->rules = calloc(r->rule_count + 1, sizeof(*d->rules));
	if (!d->rules) {
		free(d);
		return NULL;
	}
	see_ruleset(r, see_pool, d);
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			look_at_chain(d, c);
	return d;
}

void draw_free(struct draw *d)
{
	if (!d)
		return;
	for (int f = 0; f < FIELD_COUNT; f++)
		free(d->pool[f].range);
	free(d->rules);
	free(d);
}

bool draw_has_tracking(const struct draw *d)
{
	return d->has_tracking;
}

void draw_begin(struct draw *d, unsigned out)
{
	d->out = out;
	d->local_count = 0;
}

unsigned draw_local(const struct draw *d, const u128 **ret)
{
	*ret = d->local;
	return d->local_count;
}

/* Wishes */

/* A border of the range, a step outside of it, or anything within. */
static u128 near(struct draw *d, struct range r, bool inside)
{
	bool low = dice_one_in(&d->dice, 2);

	if (!inside)
		return low ? r.first - 1 : r.last + 1;
	if (dice_one_in(&d->dice, 2))
		return low ? r.first : r.last;
	return dice_within(&d->dice, r.first, r.last);
}

static void want(struct draw *d, struct wish *w, enum field f, u128 mask,
		 u128 value)
{
	u128 last = field_last(f);
	u128 rest = point_has(&w->point, f) ? w->point.value[f]
					    : dice_u128(&d->dice);

	mask &= last;
	if (mask != last)
		value = (value & mask) | (rest & ~mask);
	point_set(&w->point, f, value & last);
	w->fixed |= FIELD_BIT(f);
}

static void want_ranges(struct draw *d, struct wish *w, const struct cond *c,
			bool inside)
{
	const struct ranges *r = c->ranges;

	if (!r->count) {
		want(d, w, c->field, c->mask, dice_u128(&d->dice));
		return;
	}
	/* What holds already need not be drawn anew. */
	if (point_has(&w->point, c->field) &&
	    ranges_has(r, w->point.value[c->field] & c->mask) == inside &&
	    !dice_one_in(&d->dice, 4))
		return;
	for (int tries = 0; tries < 8; tries++) {
		u128 v = near(d, r->range[dice_below(&d->dice, r->count)],
			      inside);

		want(d, w, c->field, c->mask, v);
		if (ranges_has(r, w->point.value[c->field] & c->mask) == inside)
			return;
	}
}

static void want_lookup(struct draw *d, struct wish *w, const struct set *set,
			const enum field key[SET_PARTS], bool inside)
{
	const struct element *e;
	int off = inside ? -1
			 : (int)dice_below(&d->dice, set ? set->part_count : 0);

	if (set && set->member_count)
		set = set->members[dice_below(&d->dice, set->member_count)];
	if (!set || !set->count)
		return;
	e = &set->elements[dice_below(&d->dice, set->count)];
	for (int k = 0; k < SET_PARTS; k++)
		if (key[k] < FIELD_COUNT)
			want(d, w, key[k], ~(u128)0,
			     near(d, e->part[k], k != off));
}

static void want_cond(struct draw *d, struct wish *w, const struct cond *c,
		      bool yes)
{
	size_t other;

	if (c->inverted)
		yes = !yes;
	switch (c->kind) {
	case COND_RANGES:
		want_ranges(d, w, c, yes);
		return;
	case COND_LOOKUP:
		want_lookup(d, w, c->set, c->key, yes);
		return;
	case COND_ALL:
	case COND_ANY:
		other = dice_below(&d->dice, c->count);
		for (size_t i = 0; i < c->count; i++)
			if ((c->kind == COND_ALL) == yes)
				want_cond(d, w, &c->list[i], yes);
			else if (i == other)
				want_cond(d, w, &c->list[i], yes);
		return;
	case COND_EQUAL:
		if (point_has(&w->point, c->field))
			want(d, w, c->other, ~(u128)0,
			     w->point.value[c->field]);
		return;
	case COND_VARIABLE:
		return;
	}
}

static bool leads_to(const struct term *t, const struct chain *c)
{
	if (!t->is_action)
		return false;
	if (t->action->chain == c)
		return true;
	if (t->action->kind == ACTION_VERDICT_MAP && t->action->map)
		for (size_t i = 0; i < t->action->map->count; i++)
			if (t->action->map->elements[i].action &&
			    t->action->map->elements[i].action->chain == c)
				return true;
	return false;
}

/* What the rule asks, up to where it acts; now and then all but one thing. */
static void want_rule(struct draw *d, struct wish *w, const struct rule *rule,
		      const struct chain *to, bool exactly)
{
	size_t spoiled = exactly ? rule->term_count
				 : dice_below(&d->dice, 8 * rule->term_count);

	for (size_t i = 0; i < rule->term_count; i++) {
		const struct term *t = &rule->terms[i];
		const struct set *map = t->is_action ? t->action->map : NULL;

		if (!t->is_action) {
			want_cond(d, w, &t->cond, i != spoiled);
			continue;
		}
		if (!map || !map->count)
			continue;
		for (int tries = 0; tries < 20; tries++) {
			const struct element *e = &map->elements[dice_below(
				&d->dice, map->count)];

			if (to && (!e->action || e->action->chain != to))
				continue;
			for (int k = 0; k < SET_PARTS; k++)
				if (t->action->key[k] < FIELD_COUNT)
					want(d, w, t->action->key[k], ~(u128)0,
					     near(d, e->part[k], true));
			break;
		}
	}
}

static const struct rule *caller(struct draw *d, const struct chain *c)
{
	const struct rule *found = NULL;
	unsigned count = 0;

	for (size_t i = 0; i < d->rule_count; i++) {
		const struct rule *rule = d->rules[i];

		if (rule->chain->table != c->table)
			continue;
		for (size_t k = 0; k < rule->term_count; k++)
			if (leads_to(&rule->terms[k], c) &&
			    dice_one_in(&d->dice, ++count))
				found = rule;
	}
	return found;
}

/* Aims at the rule. The base chain that it is reached from, or NULL. */
static const struct chain *aim(struct draw *d, struct wish *w,
			       const struct rule *rule)
{
	const struct rule *way[DEPTH];
	const struct chain *base = rule->chain;
	int depth = 0;

	way[depth++] = rule;
	while (base->hook == HOOK_NONE && depth < DEPTH) {
		const struct rule *from = caller(d, base);

		if (!from)
			return NULL;
		way[depth++] = from;
		base = from->chain;
	}
	if (base->hook == HOOK_NONE)
		return NULL;
	while (depth--)
		want_rule(d, w, way[depth],
			  depth ? way[depth - 1]->chain : NULL, depth > 0);
	return base;
}

/* A value for a field that nothing asks for: mostly one of those that any rule
 * asks for. */
static u128 any_value(struct draw *d, enum field f)
{
	const struct pool *p = &d->pool[f];

	if (p->count && !dice_one_in(&d->dice, 4))
		return near(d, p->range[dice_below(&d->dice, p->count)],
			    !dice_one_in(&d->dice, 3)) &
		       field_last(f);
	return dice_u128(&d->dice) & field_last(f);
}

/* Making a packet of it */

static unsigned low(const struct point *p, enum field f)
{
	return (unsigned)p->value[f];
}

static bool is_v4(u128 a)
{
	return a >> 32 == 0xffff;
}

static u128 v4_of(uint32_t a)
{
	return (u128)0xffff << 32 | a;
}

/* Addresses that a router would neither take nor send to, and those of the
 * lab's own networks. */
static bool is_odd_v4(u128 a)
{
	uint32_t v = (uint32_t)a;

	return v >> 24 == 0 || v >> 24 == 127 || v >> 28 >= 14 ||
	       v >> 17 == 0xc612 >> 1;
}

static bool is_odd_v6(u128 a)
{
	unsigned top = (unsigned)(a >> 112);

	return !(a >> 32) || is_v4(a) || top >> 8 == 0xff ||
	       (top & 0xffc0) == 0xfe80 || a >> 80 == 0x200100020000;
}

static u128 plain_address(struct draw *d, bool v6)
{
	u128 a;

	if (!v6)
		return v4_of(
			(uint32_t)(0x0a000000 | dice_below(&d->dice, 1 << 24)));
	a = (u128)0x20010db8 << 96;
	return a | dice_below(&d->dice, 1 << 20);
}

/* One of the family that can be sent from or to. */
static u128 address(struct draw *d, const struct wish *w, enum field f, bool v6)
{
	u128 a = point_has(&w->point, f) ? w->point.value[f] : any_value(d, f);

	if (v6 ? is_odd_v6(a) : !is_v4(a) || is_odd_v4(a))
		a = any_value(d, f);
	if (v6 ? is_odd_v6(a) : !is_v4(a) || is_odd_v4(a))
		a = plain_address(d, v6);
	return a;
}

static bool is_among(const struct draw *d, u128 a)
{
	for (unsigned i = 0; i < d->local_count; i++)
		if (d->local[i] == a)
			return true;
	return false;
}

/* Makes the address this host's, or takes another that is. */
static u128 local_address(struct draw *d, u128 a, bool v6)
{
	unsigned at;

	if (is_among(d, a))
		return a;
	if (d->local_count < LAB_LOCAL - 1) {
		d->local[d->local_count++] = a;
		return a;
	}
	for (at = 0; at < d->local_count; at++) {
		a = d->local[dice_below(&d->dice, d->local_count)];
		if (is_v4(a) == !v6)
			return a;
	}
	return v6 ? d->lab->device[0].v6 : d->lab->device[0].v4;
}

u128 draw_make_local(struct draw *d, u128 address)
{
	return local_address(d, address, !is_v4(address));
}

static unsigned find_device(struct draw *d, const struct wish *w, enum field f)
{
	for (unsigned k = 0; point_has(&w->point, f) && k < d->lab->count; k++)
		if (field_from_name(d->lab->device[k].name,
				    strlen(d->lab->device[k].name)) ==
		    w->point.value[f])
			return k;
	/* Of a prefix, perhaps: any device is as good as another. */
	return (unsigned)dice_below(&d->dice, d->lab->count);
}

static u128 device_name(const struct draw *d, unsigned k)
{
	return field_from_name(d->lab->device[k].name,
			       strlen(d->lab->device[k].name));
}

static void choose_protocol(struct draw *d, struct wish *w, bool v6)
{
	static const uint8_t usual[] = {
		6, 6, 6, 6, 17, 17, 17, 1, 1, 132, 47
	};
	struct point *p = &w->point;

	if (!point_has(p, FIELD_PROTO)) {
		unsigned choice = usual[dice_below(&d->dice, sizeof(usual))];

		if (w->fixed & FIELD_BIT(FIELD_TCP_FLAGS))
			choice = FRAME_TCP;
		else if (w->fixed & FIELD_BIT(FIELD_ICMP_TYPE))
			choice = FRAME_ICMP;
		else if (w->fixed &
			 (FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT)))
			choice = dice_one_in(&d->dice, 3) ? FRAME_UDP
							  : FRAME_TCP;
		else if (dice_one_in(&d->dice, 12))
			choice = (unsigned)any_value(d, FIELD_PROTO) & 0xff;
		point_set(p, FIELD_PROTO, choice);
	}
	if (low(p, FIELD_PROTO) == (v6 ? FRAME_ICMP : FRAME_ICMP6))
		point_set(p, FIELD_PROTO, v6 ? FRAME_ICMP6 : FRAME_ICMP);
	/* Extension headers, and encapsulations that the host opens. */
	if (v6 && strchr("\x2b\x2c\x32\x33\x3b\x3c\x87\x8b\x8c",
			 (int)low(p, FIELD_PROTO)))
		point_set(p, FIELD_PROTO, FRAME_UDP);
}

static void keep_only(struct point *p, uint64_t fields)
{
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (!(fields & FIELD_BIT(f)))
			point_forget(p, f);
}

static void fill_transport(struct draw *d, struct wish *w)
{
	struct point *p = &w->point;
	unsigned protocol = low(p, FIELD_PROTO);
	bool is_icmp = protocol == FRAME_ICMP || protocol == FRAME_ICMP6;
	uint64_t drop = 0;

	if (frame_has_ports(protocol)) {
		if (!point_has(p, FIELD_SPORT))
			point_set(p, FIELD_SPORT, any_value(d, FIELD_SPORT));
		if (!point_has(p, FIELD_DPORT))
			point_set(p, FIELD_DPORT, any_value(d, FIELD_DPORT));
	} else {
		drop |= FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT);
	}
	if (protocol != FRAME_TCP)
		drop |= FIELD_BIT(FIELD_TCP_FLAGS) | FIELD_BIT(FIELD_TCP_MSS);
	else if (!point_has(p, FIELD_TCP_FLAGS))
		point_set(p, FIELD_TCP_FLAGS,
			  dice_one_in(&d->dice, 2) ? FRAME_SYN
			  : dice_one_in(&d->dice, 2)
				  ? FRAME_ACK
				  : any_value(d, FIELD_TCP_FLAGS));
	if (protocol == FRAME_TCP && !point_has(p, FIELD_TCP_MSS))
		point_set(p, FIELD_TCP_MSS,
			  dice_one_in(&d->dice, 2)
				  ? 0
				  : any_value(d, FIELD_TCP_MSS));
	if (!is_icmp)
		drop |= FIELD_BIT(FIELD_ICMP_TYPE) | FIELD_BIT(FIELD_ICMP_CODE);
	else if (!point_has(p, FIELD_ICMP_TYPE))
		point_set(p, FIELD_ICMP_TYPE,
			  dice_one_in(&d->dice, 2)
				  ? (frame_is_v6(p) ? 128 : 8)
				  : any_value(d, FIELD_ICMP_TYPE));
	if (is_icmp && !point_has(p, FIELD_ICMP_CODE))
		point_set(p, FIELD_ICMP_CODE,
			  dice_one_in(&d->dice, 2) ? 0
						   : dice_below(&d->dice, 8));
	if (protocol != FRAME_ESP && protocol != FRAME_AH)
		drop |= FIELD_BIT(FIELD_SPI);
	else if (!point_has(p, FIELD_SPI))
		point_set(p, FIELD_SPI, any_value(d, FIELD_SPI));
	keep_only(p, ~drop);
}

static void fill_network(struct draw *d, struct wish *w, bool forwarded)
{
	struct point *p = &w->point;

	if (!point_has(p, FIELD_TTL))
		point_set(p, FIELD_TTL, 64);
	if (low(p, FIELD_TTL) < LAB_HOPS && forwarded)
		point_set(p, FIELD_TTL, LAB_HOPS);
	if (!point_has(p, FIELD_TOS))
		point_set(p, FIELD_TOS,
			  dice_one_in(&d->dice, 8) ? any_value(d, FIELD_TOS)
						   : 0);
	/* Long packets are slow; few are enough. */
	if (!point_has(p, FIELD_LENGTH) && dice_one_in(&d->dice, 16))
		point_set(p, FIELD_LENGTH, 40 + dice_below(&d->dice, 1400));
	if (point_has(p, FIELD_LENGTH) &&
	    (p->value[FIELD_LENGTH] > LAB_MTU ||
	     (p->value[FIELD_LENGTH] > 1500 && !dice_one_in(&d->dice, 8))))
		point_forget(p, FIELD_LENGTH);
	if (!point_has(p, FIELD_FRAGMENT) || d->has_tracking)
		point_set(p, FIELD_FRAGMENT, 0);
}

/* Packets of no entry: what is wished for is made where flags can do it. */
static void fill_state(struct wish *w)
{
	struct point *p = &w->point;
	enum ct_state wished = CT_NEW;

	if (point_has(p, FIELD_CT_STATE))
		wished = (enum ct_state)low(p, FIELD_CT_STATE);
	if (wished == CT_NEW && low(p, FIELD_PROTO) == FRAME_TCP &&
	    !(w->fixed & FIELD_BIT(FIELD_TCP_FLAGS)))
		point_set(p, FIELD_TCP_FLAGS, FRAME_SYN);
	if (wished == CT_INVALID && low(p, FIELD_PROTO) == FRAME_TCP &&
	    !(w->fixed & FIELD_BIT(FIELD_TCP_FLAGS)))
		point_set(p, FIELD_TCP_FLAGS, FRAME_RST);
	if (wished == CT_NEW &&
	    (low(p, FIELD_PROTO) == FRAME_ICMP ||
	     low(p, FIELD_PROTO) == FRAME_ICMP6) &&
	    !(w->fixed & FIELD_BIT(FIELD_ICMP_TYPE)))
		point_set(p, FIELD_ICMP_TYPE, frame_is_v6(p) ? 128 : 8);
	point_set(p, FIELD_CT_STATE, follow_first(p));
}

/* What conntrack keeps as ports: ICMP's are its id, and type and code
 * (struct nf_conntrack_man_proto). */
static void fill_ports(struct point *p)
{
	unsigned protocol = low(p, FIELD_PROTO);
	unsigned from = 0, to = 0;

	if (protocol == FRAME_ICMP || protocol == FRAME_ICMP6) {
		from = FRAME_ID;
		to = low(p, FIELD_ICMP_TYPE) << 8 | low(p, FIELD_ICMP_CODE);
	} else if (frame_has_ports(protocol) && protocol != FRAME_DCCP) {
		from = low(p, FIELD_SPORT);
		to = low(p, FIELD_DPORT);
	}
	point_set(p, FIELD_CT_SPORT, from);
	point_set(p, FIELD_CT_DPORT, to);
}

static void fill_connection(struct point *p)
{
	for (int f = FIELD_CT_DIRECTION; f <= FIELD_CT_MARK; f++)
		point_set(p, (enum field)f, 0);
	if (low(p, FIELD_CT_STATE) != CT_NEW) {
		for (int f = FIELD_CT_SADDR; f <= FIELD_CT_PROTO; f++)
			point_forget(p, (enum field)f);
		return;
	}
	point_set(p, FIELD_CT_SADDR, p->value[FIELD_SADDR]);
	point_set(p, FIELD_CT_DADDR, p->value[FIELD_DADDR]);
	point_set(p, FIELD_CT_PROTO, p->value[FIELD_PROTO]);
	fill_ports(p);
}

/* The flow that an ICMP error is about, from who gets the error. */
static void quote_flow(struct draw *d, struct shot *s, struct point *p)
{
	bool v6 = frame_is_v6(p);
	struct point *q = &s->quoted;

	*q = (struct point){ 0 };
	point_set(q, FIELD_FAMILY, p->value[FIELD_FAMILY]);
	point_set(q, FIELD_PROTO,
		  dice_one_in(&d->dice, 2) ? FRAME_TCP : FRAME_UDP);
	point_set(q, FIELD_SPORT, any_value(d, FIELD_SPORT));
	point_set(q, FIELD_DPORT, any_value(d, FIELD_DPORT));
	point_set(q, FIELD_TCP_FLAGS, FRAME_ACK);
	point_set(q, FIELD_SADDR, p->value[FIELD_DADDR]);
	point_set(q, FIELD_DADDR, plain_address(d, v6));
	point_forget(p, FIELD_LENGTH);
	point_set(p, FIELD_PROTO, v6 ? FRAME_ICMP6 : FRAME_ICMP);
	point_set(p, FIELD_ICMP_TYPE, v6 ? 1 : 3);
	point_set(p, FIELD_ICMP_CODE, dice_below(&d->dice, 4));
	point_forget(p, FIELD_SPORT);
	point_forget(p, FIELD_DPORT);
	point_forget(p, FIELD_TCP_FLAGS);
	point_forget(p, FIELD_TCP_MSS);
	point_forget(p, FIELD_SPI);
}

/* Of what the packet is, the original direction's ends. */
static void fill_flow(struct draw *d, struct shot *s, struct point *p,
		      bool related)
{
	const struct point *of = related ? &s->quoted : p;
	bool reply = !related && dice_one_in(&d->dice, 2);
	bool v6 = frame_is_v6(p);

	if (low(of, FIELD_PROTO) == FRAME_ICMP ||
	    low(of, FIELD_PROTO) == FRAME_ICMP6) {
		point_set(p, FIELD_ICMP_TYPE,
			  reply ? v6 ? 129 : 0
			  : v6  ? 128
				: 8);
		point_set(p, FIELD_CT_SPORT, FRAME_ID);
		point_set(p, FIELD_CT_DPORT,
			  (v6 ? 128U : 8U) << 8 | low(p, FIELD_ICMP_CODE));
	} else {
		point_set(p, FIELD_CT_SPORT,
			  of->value[reply ? FIELD_DPORT : FIELD_SPORT]);
		point_set(p, FIELD_CT_DPORT,
			  of->value[reply ? FIELD_SPORT : FIELD_DPORT]);
	}
	point_set(p, FIELD_CT_SADDR,
		  of->value[reply ? FIELD_DADDR : FIELD_SADDR]);
	point_set(p, FIELD_CT_DADDR,
		  of->value[reply ? FIELD_SADDR : FIELD_DADDR]);
	point_set(p, FIELD_CT_PROTO, of->value[FIELD_PROTO]);
	/* The answer to an error's flow would be the flow's reply. */
	point_set(p, FIELD_CT_DIRECTION, reply || related);
}

/* Now and then, or where a rule asks for it: a packet of a connection that is
 * known, or an error about one. */
static void fill_entry(struct draw *d, struct shot *s, struct wish *w)
{
	struct point *p = &w->point;
	bool asked = (w->fixed & FIELD_BIT(FIELD_CT_STATE)) &&
		     (low(p, FIELD_CT_STATE) == CT_ESTABLISHED ||
		      low(p, FIELD_CT_STATE) == CT_RELATED);
	bool related = asked ? low(p, FIELD_CT_STATE) == CT_RELATED
			     : dice_one_in(&d->dice, 4);
	unsigned protocol = low(p, FIELD_PROTO);
	u128 mark;

	if (!d->has_tracking || (!asked && !dice_one_in(&d->dice, 5)))
		return;
	if (!related && protocol != FRAME_TCP && protocol != FRAME_UDP &&
	    protocol != FRAME_ICMP && protocol != FRAME_ICMP6)
		return;
	s->has_entry = true;
	if (related)
		quote_flow(d, s, p);
	else if (protocol == FRAME_TCP)
		point_set(p, FIELD_TCP_FLAGS,
			  dice_one_in(&d->dice, 2) ? FRAME_ACK
						   : FRAME_ACK | FRAME_PSH);
	mark = (w->fixed & FIELD_BIT(FIELD_CT_MARK)) ? p->value[FIELD_CT_MARK]
	       : dice_one_in(&d->dice, 2) ? any_value(d, FIELD_CT_MARK)
					  : 0;
	for (int f = FIELD_CT_DIRECTION; f <= FIELD_CT_MARK; f++)
		point_set(p, (enum field)f, 0);
	point_set(p, FIELD_CT_MARK, mark & UINT32_MAX);
	point_set(p, FIELD_CT_STATE, related ? CT_RELATED : CT_ESTABLISHED);
	point_set(p, FIELD_CT_SEEN_REPLY, 1);
	point_set(p, FIELD_CT_ASSURED, 1);
	point_set(p, FIELD_CT_CONFIRMED, 1);
	fill_flow(d, s, p, related);
}

static void fill_link(struct draw *d, struct shot *s, struct wish *w)
{
	struct point *p = &w->point;
	uint64_t mac = d->lab->device[s->device].mac;

	if (!point_has(p, FIELD_MAC_SADDR))
		point_set(p, FIELD_MAC_SADDR,
			  d->pool[FIELD_MAC_SADDR].count
				  ? any_value(d, FIELD_MAC_SADDR)
				  : 0x020000000001);
	/* A group address is no sender. */
	p->value[FIELD_MAC_SADDR] &= ~((u128)1 << 40);
	point_set(p, FIELD_PACKET_TYPE, 0);
	point_set(p, FIELD_MAC_DADDR, mac);
	if (s->is_local) {
		point_forget(p, FIELD_MAC_SADDR);
		point_forget(p, FIELD_MAC_DADDR);
	}
}

/* Of what passes this host: by which devices. */
static void fill_way(struct draw *d, struct shot *s, struct wish *w,
		     enum hook hook)
{
	struct point *p = &w->point;
	bool for_host = hook == HOOK_INPUT ||
			(hook == HOOK_PREROUTING && dice_one_in(&d->dice, 2));
	bool v6 = frame_is_v6(p);

	s->is_local = hook == HOOK_OUTPUT ||
		      (hook == HOOK_POSTROUTING && dice_one_in(&d->dice, 2));
	s->device = find_device(d, w, s->is_local ? FIELD_OIF : FIELD_IIF);
	s->user = (unsigned)dice_below(&d->dice, LAB_USERS);
	point_set(p, FIELD_SADDR, address(d, w, FIELD_SADDR, v6));
	point_set(p, FIELD_DADDR, address(d, w, FIELD_DADDR, v6));
	if (for_host && !s->is_local)
		point_set(p, FIELD_DADDR,
			  local_address(d, p->value[FIELD_DADDR], v6));
	point_set(p, FIELD_IIF, s->is_local ? 0 : device_name(d, s->device));
	point_set(p, FIELD_OIF,
		  s->is_local ? device_name(d, s->device)
		  : for_host  ? 0
			      : device_name(d, d->out));
}

static void fill_host(struct draw *d, struct shot *s)
{
	struct point *p = &s->packet;

	static const enum field none[] = { FIELD_IPSEC_IN, FIELD_IPSEC_OUT,
					   FIELD_PHYS_IIF, FIELD_PHYS_OIF,
					   FIELD_ROUTING };

	for (int i = 0; i < 5; i++)
		point_set(p, none[i], 0);
	point_set(p, FIELD_MARK, 0);
	point_set(p, FIELD_HAS_SOCKET, s->is_local);
	point_forget(p, FIELD_UID);
	point_forget(p, FIELD_GID);
	if (s->is_local) {
		point_set(p, FIELD_UID, d->lab->user[s->user]);
		point_set(p, FIELD_GID, d->lab->user[s->user]);
	}
	point_set(p, FIELD_RPFILTER, !s->is_local && s->device == d->out);
}

static bool is_path(enum hook h)
{
	return h == HOOK_PREROUTING || h == HOOK_INPUT || h == HOOK_FORWARD ||
	       h == HOOK_OUTPUT || h == HOOK_POSTROUTING;
}

/* The family of what the chain sees. */
static bool choose_v6(struct draw *d, const struct wish *w,
		      const struct chain *base)
{
	if (base->table->family == TABLE_IP6)
		return true;
	if (base->table->family == TABLE_IP)
		return false;
	if (point_has(&w->point, FIELD_FAMILY))
		return frame_is_v6(&w->point);
	if (w->fixed & FIELD_BIT(FIELD_SADDR))
		return !is_v4(w->point.value[FIELD_SADDR]);
	if (w->fixed & FIELD_BIT(FIELD_DADDR))
		return !is_v4(w->point.value[FIELD_DADDR]);
	if ((w->fixed & FIELD_BIT(FIELD_PROTO)) &&
	    low(&w->point, FIELD_PROTO) == FRAME_ICMP6)
		return true;
	return dice_one_in(&d->dice, 2);
}

static const struct chain *choose_aim(struct draw *d, struct wish *w)
{
	static const struct table any = { .family = TABLE_INET };
	static const struct chain ways[3] = {
		{ .table = &any, .hook = HOOK_INPUT },
		{ .table = &any, .hook = HOOK_FORWARD },
		{ .table = &any, .hook = HOOK_OUTPUT },
	};

	for (int tries = 0; d->rule_count && tries < 16; tries++) {
		const struct chain *base;

		*w = (struct wish){ 0 };
		base = aim(d, w, d->rules[dice_below(&d->dice, d->rule_count)]);
		if (!base || !is_path(base->hook))
			continue;
		/* Where it leaves is the batch's to say. */
		if ((base->hook == HOOK_FORWARD ||
		     base->hook == HOOK_POSTROUTING) &&
		    (w->fixed & FIELD_BIT(FIELD_OIF)) &&
		    w->point.value[FIELD_OIF] != device_name(d, d->out) &&
		    tries < 8)
			continue;
		return base;
	}
	*w = (struct wish){ 0 };
	return &ways[dice_below(&d->dice, 3)];
}

/* A packet that comes to the hook. */
static void make(struct draw *d, struct wish *w, enum hook hook, bool v6,
		 struct shot *ret)
{
	struct point *p = &w->point;

	*ret = (struct shot){ 0 };
	point_set(p, FIELD_FAMILY, v6 ? FRAME_IPV6 : FRAME_IPV4);
	choose_protocol(d, w, v6);
	fill_way(d, ret, w, hook);
	fill_link(d, ret, w);
	fill_transport(d, w);
	fill_network(d, w, !ret->is_local && p->value[FIELD_OIF]);
	fill_entry(d, ret, w);
	if (!ret->has_entry) {
		fill_state(w);
		fill_connection(p);
	}
	ret->packet = *p;
	fill_host(d, ret);
}

void draw_shot(struct draw *d, struct shot *ret)
{
	struct wish w;
	const struct chain *base = choose_aim(d, &w);

	make(d, &w, base->hook, choose_v6(d, &w, base), ret);
}

/* Flags that a connection has seen both ways takes (nf_conntrack_proto_tcp.c,
 * of ESTABLISHED). */
static bool is_taken(unsigned flags, bool reply)
{
	unsigned f = flags & 0x17;

	return f == FRAME_ACK || f == (FRAME_FIN | FRAME_ACK) ||
	       f == FRAME_RST || f == (FRAME_RST | FRAME_ACK) ||
	       (f == FRAME_SYN && !reply);
}

void draw_given(struct draw *d, const struct point *wanted, enum hook hook,
		struct shot *ret)
{
	struct wish w = { .point = *wanted, .fixed = wanted->known };
	u128 out = wanted->value[FIELD_OIF];

	for (unsigned k = 0; k < d->lab->count; k++)
		if (out == device_name(d, k))
			d->out = k;
	if (point_has(wanted, FIELD_RPFILTER) && !out) {
		unsigned in = find_device(d, &w, FIELD_IIF);

		d->out = wanted->value[FIELD_RPFILTER] ? in : in == 0;
	}
	/* What is sent on has one hop less then. */
	if ((hook == HOOK_FORWARD || hook == HOOK_POSTROUTING) &&
	    wanted->value[FIELD_IIF] && point_has(wanted, FIELD_TTL))
		w.point.value[FIELD_TTL]++;
	make(d, &w, hook, low(wanted, FIELD_FAMILY) == FRAME_IPV6, ret);
	for (unsigned i = 0;
	     ret->is_local && point_has(wanted, FIELD_UID) && i < LAB_USERS;
	     i++)
		if (d->lab->user[i] == wanted->value[FIELD_UID]) {
			ret->user = i;
			fill_host(d, ret);
		}
	if (ret->has_entry && point_has(wanted, FIELD_TCP_FLAGS) &&
	    point_has(&ret->packet, FIELD_TCP_FLAGS) &&
	    is_taken(low(wanted, FIELD_TCP_FLAGS),
		     ret->packet.value[FIELD_CT_DIRECTION]))
		point_set(&ret->packet, FIELD_TCP_FLAGS,
			  wanted->value[FIELD_TCP_FLAGS]);
}

unsigned draw_out(const struct draw *d)
{
	return d->out;
}
