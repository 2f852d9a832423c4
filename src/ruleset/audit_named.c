/* Names and networks, and which of them are nearly the same. */
#include "ruleset/audit_named.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	/* Nobody writes more rules than that by hand. */
	RULES = 5000,
	MENTIONS = 4 * RULES,
	OTHERS = 2, /* rules that must name what was meant */
	NAME_BYTES = 16
};

static const u128 all_ones = ~(u128)0;

static int add(struct named *n, const struct mention *m)
{
	if (n->count == MENTIONS) {
		n->is_cut = true;
		return 0;
	}
	if (n->count == n->capacity) {
		size_t capacity = n->capacity ? 2 * n->capacity : 64;
		struct mention *list =
			realloc(n->list, capacity * sizeof(*list));

		if (!list)
			return -ENOMEM;
		n->list = list;
		n->capacity = capacity;
	}

	n->list[n->count++] = *m;
	return 0;
}

static void set_families(const struct table *t, struct mention *m)
{
	m->is_of[0] = !t || t->family != TABLE_IP6;
	m->is_of[1] = !t || t->family != TABLE_IP;
}

static bool is_interface(enum field f)
{
	return f == FIELD_IIF || f == FIELD_OIF;
}

static bool is_address(enum field f)
{
	return f == FIELD_SADDR || f == FIELD_DADDR;
}

static int add_cond(struct named *n, const struct rule *rule,
		    const struct cond *c)
{
	struct mention m = { .rule = rule };
	int err = 0;

	for (size_t i = 0; i < cond_count(c) && !err; i++)
		err = add_cond(n, rule, &c->list[i]);
	if (err || c->kind != COND_RANGES || c->mask != all_ones ||
	    (!is_interface(c->field) && !is_address(c->field)))
		return err;

	m.is_interface = is_interface(c->field);
	m.is_from = !c->inverted &&
		    (c->field == FIELD_IIF || c->field == FIELD_SADDR);
	set_families(rule->chain->table, &m);
	for (size_t i = 0; i < c->ranges->count && !err; i++) {
		m.first = c->ranges->range[i].first;
		m.last = c->ranges->range[i].last;
		err = add(n, &m);
	}
	return err;
}

static int add_rules(struct named *n, const struct chain *c)
{
	int err = 0;

	for (const struct rule *r = c->first; r; r = r->next)
		for (size_t i = 0; i < r->term_count && !err; i++)
			if (!r->terms[i].is_action)
				err = add_cond(n, r, &r->terms[i].cond);

	return err;
}

static int add_set(struct named *n, const struct set *s)
{
	struct mention m = { .rule = NULL };
	int err = 0;

	set_families(s->table, &m);
	for (size_t i = 0; i < s->count && !err && !n->is_cut; i++)
		for (unsigned p = 0; p < s->part_count && !err; p++) {
			m.is_interface = s->parts[p] == VALUE_INTERFACE;
			if (!m.is_interface && s->parts[p] != VALUE_ADDRESS)
				continue;
			m.first = s->elements[i].part[p].first;
			m.last = s->elements[i].part[p].last;
			err = add(n, &m);
		}

	return err;
}

int audit_named_read(const struct ruleset *r, struct named *ret)
{
	int err = 0;

	*ret = (struct named){ .is_cut = r->rule_count > RULES };
	for (const struct table *t = r->first; t && !err && !ret->is_cut;
	     t = t->next) {
		for (const struct chain *c = t->first; c && !err; c = c->next)
			err = add_rules(ret, c);
		for (const struct set *s = t->first_set; s && !err; s = s->next)
			err = add_set(ret, s);
	}
	for (const struct set *s = r->first_ipset; s && !err && !ret->is_cut;
	     s = s->next)
		err = add_set(ret, s);

	return err;
}

void audit_named_done(struct named *n)
{
	free(n->list);
	*n = (struct named){ 0 };
}

bool audit_named_source(const struct rule *rule, struct range *ret)
{
	unsigned count = 0;

	for (size_t i = 0; i < rule->term_count; i++) {
		const struct term *t = &rule->terms[i];

		if (t->is_action || t->cond.kind != COND_RANGES ||
		    t->cond.field != FIELD_SADDR)
			continue;
		if (t->cond.inverted || t->cond.mask != all_ones ||
		    t->cond.ranges->count != 1)
			return false;
		*ret = t->cond.ranges->range[0];
		count++;
	}

	return count == 1;
}

/* eth0 and eth1, ens3 and eth0, br-lan1 and br-lan2. */
static bool is_near_name(u128 x, u128 y)
{
	struct text a = TEXT_NULL, b = TEXT_NULL;
	const char *p, *q;
	size_t same = 0;
	bool is_near;

	field_name_text(&a, x);
	field_name_text(&b, y);
	p = text_string(&a);
	q = text_string(&b);
	while (p[same] && p[same] == q[same] &&
	       !isdigit((unsigned char)p[same]))
		same++;
	is_near = same && p[same] && q[same] &&
		  !p[same + strspn(p + same, "0123456789")] &&
		  !q[same + strspn(q + same, "0123456789")];
	/* Wired ones: by the kernel's old names and by systemd's. */
	if (p[0] == 'e' && q[0] == 'e')
		is_near = (p[1] == 'n' || strncmp(p, "eth", 3) == 0) &&
			  (q[1] == 'n' || strncmp(q, "eth", 3) == 0);
	text_done(&a);
	text_done(&b);
	return is_near && x != y;
}

/* How many rules want packets from there. */
static unsigned count_from(const struct named *n, const struct mention *wanted)
{
	const struct rule *last = NULL;
	unsigned count = 0;

	for (size_t i = 0; i < n->count; i++) {
		const struct mention *m = &n->list[i];

		if (m->is_from && m->first == wanted->first &&
		    m->last == wanted->last && m->rule && m->rule != last &&
		    m->is_interface == wanted->is_interface) {
			last = m->rule;
			count++;
		}
	}

	return count;
}

enum nearness audit_named_interface(const struct named *n,
				    const struct rule *rule, bool is_v6,
				    u128 name, u128 *ret)
{
	const struct mention *meant = NULL;

	for (size_t i = 0; i < n->count; i++) {
		const struct mention *m = &n->list[i];

		if (!m->is_interface || m->rule == rule || !m->is_of[is_v6])
			continue;
		if (m->first <= name && name <= m->last)
			return NEAR_NOTHING;
		if (m->first != m->last || !is_near_name(name, m->first))
			continue;
		if (meant && meant->first != m->first)
			return NEAR_NOTHING;
		meant = m->is_from || !meant ? m : meant;
	}
	if (n->is_cut || !meant || !meant->is_from ||
	    count_from(n, meant) < OTHERS)
		return NEAR_NOTHING;

	*ret = meant->first;
	return NEAR_NAME;
}

static bool is_prefix(const struct range *r)
{
	u128 open = r->first ^ r->last;

	return !(open & (open + 1)) && !(r->first & open);
}

/* One octet of IPv4, two of IPv6. Hosts of one network are many, and differ by
 * right. */
static bool differs_in_octet(const struct range *x, const struct mention *m)
{
	unsigned bits = x->first >> 32 == 0xffff ? 8 : 16;
	u128 differs = x->first ^ m->first, octet = ((u128)1 << bits) - 1;
	bool is_host = x->first == x->last;

	if (!differs || (x->first ^ x->last) != (m->first ^ m->last) ||
	    (is_host && bits == 16))
		return false;
	if (is_host && !(differs & ~octet))
		return false;
	while (!(differs & octet))
		differs >>= bits;
	return !(differs & ~octet);
}

static enum nearness nearness(const struct range *x, const struct mention *m)
{
	const struct range other = { m->first, m->last };

	if (!is_prefix(&other))
		return NEAR_NOTHING;
	if (x->first == m->first && x->last < m->last && x->first != x->last &&
	    m->last - m->first < (u128)1 << 64)
		return NEAR_LENGTH;

	return differs_in_octet(x, m) ? NEAR_OCTET : NEAR_NOTHING;
}

static bool is_same(const struct mention *x, const struct mention *y)
{
	return x->first == y->first && x->last == y->last;
}

enum nearness audit_named_network(const struct named *n,
				  const struct rule *rule,
				  const struct range *network,
				  struct range *ret)
{
	const struct mention *meant = NULL;

	if (n->is_cut || !is_prefix(network))
		return NEAR_NOTHING;

	for (size_t i = 0; i < n->count; i++) {
		const struct mention *m = &n->list[i];

		if (m->is_interface || m->rule == rule)
			continue;
		if (m->first == network->first && m->last == network->last)
			return NEAR_NOTHING;
		if (!nearness(network, m))
			continue;
		if (meant && !is_same(meant, m))
			return NEAR_NOTHING;
		meant = m->is_from || !meant ? m : meant;
	}
	if (!meant || !meant->is_from || count_from(n, meant) < OTHERS)
		return NEAR_NOTHING;

	*ret = (struct range){ meant->first, meant->last };
	return nearness(network, meant);
}
