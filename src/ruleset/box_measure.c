#include <string.h>

#include "base/arena.h"
#include "ruleset/box.h"

/* How usual a value is, for fields where that is far from even. What is not
 * listed shares the rest. */
static const struct weight {
	enum field field;
	u128 value;
	double weight;
} weights[] = {
	{ FIELD_CT_STATE, CT_NEW, 0.9 },
	{ FIELD_CT_STATE, CT_ESTABLISHED, 0.06 },
	{ FIELD_CT_STATE, CT_RELATED, 0.02 },
	{ FIELD_CT_STATE, CT_INVALID, 0.01 },
	{ FIELD_CT_STATE, CT_UNTRACKED, 0.01 },
	{ FIELD_TCP_FLAGS, 0x02, 0.9 },
	{ FIELD_FRAGMENT, 0, 0.99 },
	{ FIELD_FRAGMENT, 1, 0.01 },
	{ FIELD_PROTO, 6, 0.6 },
	{ FIELD_PROTO, 17, 0.3 },
	{ FIELD_PROTO, 1, 0.05 },
	{ FIELD_PROTO, 58, 0.05 },
};

static double count_values(const struct ranges *x)
{
	double count = 0;

	for (size_t i = 0; i < x->count; i++)
		count += (double)(x->range[i].last - x->range[i].first) + 1;

	return count;
}

/* Of the values that are in both. */
static double count_common(const struct ranges *x, const struct ranges *y)
{
	double count = 0;
	size_t i = 0, j = 0;

	while (i < x->count && j < y->count) {
		const struct range *p = &x->range[i], *q = &y->range[j];
		u128 first = p->first > q->first ? p->first : q->first;
		u128 last = p->last < q->last ? p->last : q->last;

		if (first <= last)
			count += (double)(last - first) + 1;
		if (p->last < q->last)
			i++;
		else
			j++;
	}

	return count;
}

/* The weight of the values that are in both x and y. */
static double weigh(const struct dim *d, const struct ranges *x,
		    const struct ranges *y)
{
	double listed = 0, in = 0;
	double count = count_common(x, y), total = count_values(d->all);

	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		const struct weight *w = &weights[i];

		if (w->field != d->field || !ranges_has(d->all, w->value))
			continue;
		listed += w->weight;
		total--;
		if (ranges_has(x, w->value) && ranges_has(y, w->value)) {
			in += w->weight;
			count--;
		}
	}
	if (total > 0 && listed < 1)
		in += (1 - listed) * count / total;

	return in;
}

/* Names are not numbers: all but one of them is no more than one of them. */
static double share_along(const struct dim *d, const struct ranges *x,
			  const struct ranges *y)
{
	if (ranges_covers(y, x))
		return 1;
	if (!ranges_overlap(x, y))
		return 0;
	if (d->field == FIELD_COUNT ||
	    field_info[d->field].type == VALUE_INTERFACE)
		return 0.5;

	return weigh(d, x, y) / weigh(d, x, x);
}

double box_share(const struct space *s, const struct box *x,
		 const struct box *y)
{
	double share = 1;

	for (unsigned i = 0; i < y->count && share > 0; i++)
		share *= share_along(&s->dims[y->side[i].dim],
				     box_along(s, x, y->side[i].dim),
				     y->side[i].set);

	return share;
}

static double size_along(const struct space *s, const struct box *x,
			 enum field f)
{
	for (unsigned d = 0; d < s->dim_count; d++)
		if (s->dims[d].field == f && !s->dims[d].version)
			return count_values(box_along(s, x, d));

	return 1;
}

double box_size(const struct space *s, const struct box *x)
{
	return size_along(s, x, FIELD_SADDR) * size_along(s, x, FIELD_DADDR) *
	       size_along(s, x, FIELD_PROTO) * size_along(s, x, FIELD_SPORT) *
	       size_along(s, x, FIELD_DPORT);
}

/* What a packet of which nothing is said looks like, in the order of choice. */
static const struct usual {
	enum field field;
	u128 value;
} usuals[] = {
	{ FIELD_PROTO, 6 },         { FIELD_PROTO, 17 },
	{ FIELD_PROTO, 1 },         { FIELD_PROTO, 58 },
	{ FIELD_SPORT, 40000 },     { FIELD_DPORT, 80 },
	{ FIELD_DPORT, 22 },        { FIELD_TCP_FLAGS, 0x02 },
	{ FIELD_TCP_FLAGS, 0x12 },  { FIELD_TCP_FLAGS, 0x10 },
	{ FIELD_ICMP_TYPE, 8 },     { FIELD_ICMP_TYPE, 128 },
	{ FIELD_CT_STATE, CT_NEW }, { FIELD_CT_STATE, CT_ESTABLISHED },
	{ FIELD_LENGTH, 60 },       { FIELD_TTL, 64 },
	{ FIELD_SADDR_TYPE, 1 }, /* RTN_UNICAST */
	{ FIELD_DADDR_TYPE, 2 }, /* RTN_LOCAL */
	{ FIELD_DADDR_TYPE, 1 },    { FIELD_RPFILTER, 1 },
	{ FIELD_TCP_MSS, 1460 },
};

/* Addresses that stand for any: RFC 5737's and RFC 3849's. */
static const struct sample {
	enum table_family family;
	enum field field;
	u128 high, low;
} samples[] = {
	{ TABLE_IP, FIELD_SADDR, 0, 0xffffc0000202 }, /* 192.0.2.2 */
	{ TABLE_IP, FIELD_DADDR, 0, 0xffffc6336401 }, /* 198.51.100.1 */
	{ TABLE_IP6, FIELD_SADDR, 0x20010db800000000, 2 },
	{ TABLE_IP6, FIELD_DADDR, 0x20010db800010000, 1 },
};

static bool is_name(const struct dim *d)
{
	return d->field < FIELD_COUNT &&
	       field_info[d->field].type == VALUE_INTERFACE;
}

/* A name that people give to interfaces; no name where none may be. */
static bool pick_name(const struct ranges *set, u128 *ret)
{
	static const char *const names[] = { "",     "eth0",  "eth1", "ens3",
					     "lan0", "wlan0", "ppp0", "tun0",
					     "br0",  "lo" };
	/* An interface is rather there than not, where both may be. */
	size_t count = sizeof(names) / sizeof(names[0]);

	for (size_t i = 1; i <= count; i++) {
		const char *name = names[i % count];

		*ret = field_from_name(name, strlen(name));
		if (ranges_has(set, *ret))
			return true;
	}

	return false;
}

static bool pick_usual(const struct space *s, const struct dim *d,
		       const struct ranges *set, u128 *ret)
{
	for (size_t i = 0; i < sizeof(usuals) / sizeof(usuals[0]); i++)
		if (usuals[i].field == d->field &&
		    ranges_has(set, usuals[i].value)) {
			*ret = usuals[i].value;
			return true;
		}

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		u128 value = samples[i].high << 64 | samples[i].low;

		if (samples[i].family == s->family &&
		    samples[i].field == d->field && ranges_has(set, value)) {
			*ret = value;
			return true;
		}
	}

	return is_name(d) && pick_name(set, ret);
}

/* The first host of a network rather than the network itself. */
static u128 pick_plain(const struct dim *d, const struct ranges *set)
{
	const struct range *r = &set->range[0];
	bool is_address = d->field < FIELD_COUNT &&
			  field_info[d->field].type == VALUE_ADDRESS;

	if (is_address && r->last - r->first > 1)
		return r->first + 1;

	return r->first;
}

/* splitmix64 (Vigna, public domain) */
static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static u128 pick_any(const struct ranges *set, uint64_t *seed)
{
	const struct range *r =
		&set->range[next_random(seed) % (uint64_t)set->count];
	u128 span = r->last - r->first + 1;
	u128 number = (u128)next_random(seed) << 64 | next_random(seed);

	return span ? r->first + number % span : number;
}

/* Fields that only packets of some protocols have. */
static const struct owned {
	enum field field;
	uint8_t protocols[6];
} owned[] = {
	{ FIELD_SPORT, { 6, 17, 33, 132, 136 } },
	{ FIELD_DPORT, { 6, 17, 33, 132, 136 } },
	{ FIELD_CT_SPORT, { 6, 17, 33, 132, 136 } },
	{ FIELD_CT_DPORT, { 6, 17, 33, 132, 136 } },
	{ FIELD_TCP_FLAGS, { 6 } },
	{ FIELD_TCP_MSS, { 6 } },
	{ FIELD_ICMP_TYPE, { 1, 58 } },
	{ FIELD_ICMP_CODE, { 1, 58 } },
	{ FIELD_SPI, { 50, 51 } },
};

static bool has_field(const struct owned *o, u128 protocol)
{
	for (size_t i = 0; i < sizeof(o->protocols); i++)
		if (o->protocols[i] && o->protocols[i] == protocol)
			return true;

	return false;
}

/* Whether packets of the protocol have all fields that the box asks for. */
static bool fits(const struct space *s, const struct box *x, u128 protocol)
{
	for (unsigned i = 0; i < x->count; i++)
		for (size_t j = 0; j < sizeof(owned) / sizeof(owned[0]); j++)
			if (owned[j].field == s->dims[x->side[i].dim].field &&
			    !has_field(&owned[j], protocol))
				return false;

	return true;
}

/* Where ports are asked for, the protocol has some. */
static void pick_protocol(const struct space *s, const struct box *x,
			  struct spot *p)
{
	const struct ranges *set = box_along(s, x, FIELD_PROTO);

	if (fits(s, x, p->value[FIELD_PROTO]))
		return;

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		for (size_t j = 0; j < sizeof(owned[i].protocols); j++) {
			uint8_t protocol = owned[i].protocols[j];

			if (protocol && ranges_has(set, protocol) &&
			    fits(s, x, protocol)) {
				p->value[FIELD_PROTO] = protocol;
				return;
			}
		}
}

struct spot *box_pick(struct arena *a, const struct space *s,
		      const struct box *x, uint64_t *seed)
{
	struct spot *p =
		arena_alloc(a, sizeof(*p) + s->dim_count * sizeof(u128));
	unsigned i = 0;

	if (!p)
		return NULL;

	p->count = s->dim_count;
	for (unsigned d = 0; d < s->dim_count; d++) {
		const struct ranges *set = s->dims[d].all;

		if (i < x->count && x->side[i].dim == d)
			set = x->side[i++].set;
		if (seed && !is_name(&s->dims[d]))
			p->value[d] = pick_any(set, seed);
		else if (!pick_usual(s, &s->dims[d], set, &p->value[d]))
			p->value[d] = pick_plain(&s->dims[d], set);
	}
	pick_protocol(s, x, p);

	return p;
}

static void forget_foreign(struct point *p)
{
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
		const struct owned *o = &owned[i];

		if (!has_field(o, p->value[FIELD_PROTO]) ||
		    (point_has(p, FIELD_FRAGMENT) && p->value[FIELD_FRAGMENT]))
			point_forget(p, o->field);
	}
}

struct spot *box_sample(struct arena *a, const struct space *s,
			const struct box *x, uint64_t *seed)
{
	static const uint64_t any =
		FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DADDR) |
		FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT);
	struct spot *p = box_pick(a, s, x, NULL);
	struct spot *random = p ? box_pick(a, s, x, seed) : NULL;

	for (unsigned f = 0; random && f < FIELD_COUNT; f++)
		if (any & FIELD_BIT(f))
			p->value[f] = random->value[f];

	return random ? p : NULL;
}

/* A question with a mask that has too many pieces for boxes is a variable: the
 * field gets a value that answers it so, its other bits staying. */
static void answer_masked(const struct cond *c, bool yes, struct point *p)
{
	u128 value = p->value[c->field];

	if (c->kind != COND_RANGES || !point_has(p, c->field))
		return;
	for (size_t i = 0; i < c->ranges->count; i++) {
		const struct range *r = &c->ranges->range[i];
		const u128 tries[] = { value, r->first, r->first - 1,
				       r->last + 1, r->first ^ c->mask };

		for (size_t k = 0; k < sizeof(tries) / sizeof(*tries); k++) {
			p->value[c->field] =
				((value & ~c->mask) | (tries[k] & c->mask)) &
				field_last(c->field);
			if (cond_eval(c, p, NULL) ==
			    (yes ? ANSWER_YES : ANSWER_NO))
				return;
		}
	}
	p->value[c->field] = value;
}

void box_point(const struct space *s, const struct spot *p, struct point *ret)
{
	*ret = (struct point){ 0 };
	for (unsigned d = 0; d < s->dim_count; d++)
		if (s->dims[d].field < FIELD_COUNT && !s->dims[d].version)
			point_set(ret, s->dims[d].field, p->value[d]);
	for (unsigned d = 0; d < s->dim_count; d++)
		if (s->dims[d].field == FIELD_COUNT && s->dims[d].cond)
			answer_masked(s->dims[d].cond, p->value[d], ret);
	forget_foreign(ret);
}
