/*
 * Packets that show what a change does to others: those of which the exact
 * comparison says that their fate changes, one for each rule around the edits (so
 * far as a new packet reaches it), and the neighbours of what was asked for.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fix/rehearse_parts.h"
#include "ruleset/packet_words.h"
#include "ruleset/witness.h"

enum {
	FAMILY_V4 = 2, /* NFPROTO_IPV4, NFPROTO_IPV6 */
	FAMILY_V6 = 10,
	FLAG_SYN = 2,
	FIRST_NUMBER = 101,
	EPHEMERAL = 51000,
	RULES_NEAR = 200, /* of a chain, that packets are looked for */
};

static const uint64_t told =
	FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) | FIELD_BIT(FIELD_SADDR) |
	FIELD_BIT(FIELD_DADDR) | FIELD_BIT(FIELD_PROTO) |
	FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT) |
	FIELD_BIT(FIELD_TCP_FLAGS) | FIELD_BIT(FIELD_ICMP_TYPE);

static bool is_v6(const struct point *p)
{
	return p->value[FIELD_FAMILY] == FAMILY_V6;
}

static bool has_ports(u128 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

/* What can be neither a source nor a destination. */
static bool is_usable(const struct address *a)
{
	static const struct address zero = { { [10] = 0xff, [11] = 0xff } };
	static const struct address none;

	return !address_is_group(a) && !address_is_loopback(a) &&
	       !address_equal(a, &zero) && !address_equal(a, &none) &&
	       (!address_is_v4(a) || (a->bytes[12] && a->bytes[12] < 224));
}

static bool is_of_family(const struct address *a, const struct point *p)
{
	return address_is_v4(a) != is_v6(p);
}

/* From somebody else, to this host: so that it comes to the chain at all. */
static bool fit_addresses(const struct rehearsing *s, struct point *p,
			  bool is_here)
{
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);

	if (!point_has(p, FIELD_SADDR) || !is_of_family(&from, p) ||
	    !is_usable(&from) || rehearse_host_is_own(s, &from)) {
		if (!is_of_family(&s->client, p))
			return false;
		point_set(p, FIELD_SADDR, field_from_address(&s->client));
	}
	if (!point_has(p, FIELD_DADDR) || !is_of_family(&to, p) ||
	    !is_usable(&to) || (is_here && !rehearse_host_is_own(s, &to))) {
		if (!is_of_family(&s->server, p))
			return false;
		point_set(p, FIELD_DADDR, field_from_address(&s->server));
	}
	return true;
}

/* From this host to somebody else. */
static bool fit_outgoing(const struct rehearsing *s, struct point *p)
{
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);

	if (!point_has(p, FIELD_SADDR) || !is_of_family(&from, p) ||
	    !rehearse_host_is_own(s, &from)) {
		if (!is_of_family(&s->server, p) ||
		    !rehearse_host_is_own(s, &s->server))
			return false;
		point_set(p, FIELD_SADDR, field_from_address(&s->server));
	}
	if (!point_has(p, FIELD_DADDR) || !is_of_family(&to, p) ||
	    !is_usable(&to) || rehearse_host_is_own(s, &to)) {
		if (!is_of_family(&s->client, p))
			return false;
		point_set(p, FIELD_DADDR, field_from_address(&s->client));
	}
	point_set(p, FIELD_IIF, 0);
	return true;
}

static void fit_device(const struct rehearsing *s, struct point *p)
{
	const char *name = s->plan.devices[s->device].name;
	u128 in = p->value[FIELD_IIF];

	if (!point_has(p, FIELD_IIF))
		in = 0;
	for (size_t i = 0; i < s->plan.device_count; i++) {
		const struct room_device *d = &s->plan.devices[i];

		if (in && !d->is_loopback &&
		    in == field_from_name(d->name, strlen(d->name)))
			return;
	}
	point_set(p, FIELD_IIF, field_from_name(name, strlen(name)));
}

static bool is_first(const struct point *p)
{
	u128 state = p->value[FIELD_CT_STATE];

	return !point_has(p, FIELD_CT_STATE) || state == CT_NEW ||
	       state == CT_INVALID;
}

/* What a packet cannot be made like, or is told by no first packet. */
static bool can_be_sent(const struct point *p)
{
	u128 proto = p->value[FIELD_PROTO];

	if (!is_first(p) ||
	    (point_has(p, FIELD_FRAGMENT) && p->value[FIELD_FRAGMENT]))
		return false;
	/* A reset is never answered, an error never either. */
	if (proto == IPPROTO_ICMP)
		return !is_v6(p) && (p->value[FIELD_ICMP_TYPE] == 8 ||
				     p->value[FIELD_ICMP_TYPE] == 13);
	if (proto == IPPROTO_ICMPV6)
		return is_v6(p) && p->value[FIELD_ICMP_TYPE] == 128;
	return true;
}

/* The rest as the likeliest, so that it can be walked and sent. */
static void fill(struct point *p, size_t number)
{
	struct packet_words w = { .point = *p, .said = p->known };

	if (has_ports(p->value[FIELD_PROTO]) && !point_has(p, FIELD_SPORT))
		point_set(&w.point, FIELD_SPORT, EPHEMERAL + number);
	if (p->value[FIELD_PROTO] == IPPROTO_TCP &&
	    !point_has(p, FIELD_TCP_FLAGS))
		point_set(&w.point, FIELD_TCP_FLAGS, FLAG_SYN);
	w.said = w.point.known;
	packet_words_assume(&w);
	*p = w.point;
}

/* What the rules say depends on what went before: not to be told. */
static bool is_certain(const struct rehearsing *s, const struct walk_plan *plan,
		       const struct point *p)
{
	struct point walked = *p;

	return walk_fast(plan, s->p->host, &walked, NULL).decision !=
	       WALK_UNKNOWN;
}

static bool is_there(const struct rehearsing *s, const struct point *p)
{
	static const enum field same[] = {
		FIELD_FAMILY,    FIELD_IIF,       FIELD_SADDR,
		FIELD_DADDR,     FIELD_PROTO,     FIELD_DPORT,
		FIELD_TCP_FLAGS, FIELD_ICMP_TYPE, FIELD_MAC_SADDR,
	};

	for (size_t i = 0; i < s->packet_count; i++) {
		size_t k = 0;

		while (k < sizeof(same) / sizeof(*same) &&
		       s->packets[i].point.value[same[k]] == p->value[same[k]])
			k++;
		/* Of what leaves, the source port is the service's. */
		if (k == sizeof(same) / sizeof(*same) &&
		    (p->value[FIELD_IIF] ||
		     s->packets[i].point.value[FIELD_SPORT] ==
			     p->value[FIELD_SPORT]))
			return true;
	}

	return false;
}

struct choosing {
	struct rehearsing *s;
	const struct walk_plan *plan;
};

/* Only what says something of the packet itself is kept. */
static void add(struct choosing *c, const struct point *from, enum hook hook)
{
	static const uint64_t kept =
		told | FIELD_BIT(FIELD_FAMILY) | FIELD_BIT(FIELD_ICMP_CODE) |
		FIELD_BIT(FIELD_TTL) | FIELD_BIT(FIELD_TOS) |
		FIELD_BIT(FIELD_MAC_SADDR) | FIELD_BIT(FIELD_CT_STATE) |
		FIELD_BIT(FIELD_FRAGMENT);
	struct rehearsing *s = c->s;
	struct point p = *from;

	if (s->packet_count >= REHEARSE_WITNESSES || !can_be_sent(&p))
		return;
	p.known &= kept & ~(FIELD_BIT(FIELD_OIF) | FIELD_BIT(FIELD_CT_STATE) |
			    FIELD_BIT(FIELD_FRAGMENT));
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (!point_has(&p, (enum field)f))
			p.value[f] = 0;
	if (hook == HOOK_POSTROUTING || hook == HOOK_EGRESS)
		return;
	if (hook == HOOK_OUTPUT ? !fit_outgoing(s, &p)
				: !fit_addresses(s, &p, hook == HOOK_INPUT))
		return;
	/* What this host sends itself takes no way but its routes. */
	if (hook != HOOK_OUTPUT && s->is_own && !c->plan)
		point_set(&p, FIELD_IIF, 0);
	else if (hook != HOOK_OUTPUT)
		fit_device(s, &p);
	if (hook != HOOK_INPUT && point_has(from, FIELD_OIF))
		point_set(&p, FIELD_OIF, from->value[FIELD_OIF]);
	fill(&p, s->packet_count);
	if (is_there(s, &p) || (c->plan && !is_certain(s, c->plan, &p)))
		return;

	s->packets[s->packet_count++] = (struct rehearse_packet){
		.point = p,
		.is_meant = rehearse_meant(s, &p),
		.is_wider = rehearse_meant_wider(s, c->plan, &p),
	};
}

/* What is close to what was asked for, and is another thing. */
static void add_neighbours(struct choosing *c)
{
	static const int ports[] = { 0, 1, -1 };
	struct rehearsing *s = c->s;
	bool is_v4 = address_is_v4(&s->server);
	struct point p = { 0 };
	enum hook hook =
		rehearse_host_is_own(s, &s->server) ? HOOK_INPUT : HOOK_FORWARD;
	unsigned bit = 127;
	const struct fix_ask *ask = &s->p->plan->ask;
	struct address other = s->client;

	point_set(&p, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	point_set(&p, FIELD_SADDR, field_from_address(&s->client));
	point_set(&p, FIELD_DADDR, field_from_address(&s->server));
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		point_set(&p, FIELD_DPORT,
			  (u128)(uint16_t)(s->port + ports[i]));
		point_set(&p, FIELD_PROTO, s->protocol);
		add(c, &p, hook);
		point_set(&p, FIELD_PROTO,
			  s->protocol == IPPROTO_TCP ? IPPROTO_UDP
						     : IPPROTO_TCP);
		add(c, &p, hook);
	}

	/* The nearest that is in no network of the ask. */
	point_set(&p, FIELD_PROTO, s->protocol);
	point_set(&p, FIELD_DPORT, s->port);
	if (ask->has_client && ask->client_prefix)
		bit = (is_v4 ? 96 : 0) + ask->client_prefix - 1;
	for (unsigned round = 0; round < 3 && bit > (is_v4 ? 96U : 0U);
	     round++, bit -= 4) {
		other = s->client;
		other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		point_set(&p, FIELD_SADDR, field_from_address(&other));
		add(c, &p, hook);
		if (bit < (is_v4 ? 100U : 4U))
			break;
	}
}

/* The same of what leaves, as answers look. */
static void add_outgoing(struct choosing *c)
{
	static const int ports[] = { 0, 1, -1 };
	static const unsigned flips[] = { 0, 1, 128 };
	struct rehearsing *s = c->s;
	struct point p = { 0 };

	point_set(&p, FIELD_FAMILY,
		  address_is_v4(&s->server) ? FAMILY_V4 : FAMILY_V6);
	point_set(&p, FIELD_SADDR, field_from_address(&s->server));
	point_set(&p, FIELD_PROTO, s->protocol);
	point_set(&p, FIELD_DPORT, EPHEMERAL);
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		struct address to = s->client;

		point_set(&p, FIELD_SPORT,
			  (u128)(uint16_t)(s->port + ports[i]));
		point_set(&p, FIELD_DADDR, field_from_address(&to));
		add(c, &p, HOOK_OUTPUT);
		to.bytes[15] ^= (uint8_t)flips[i];
		point_set(&p, FIELD_SPORT, s->port);
		point_set(&p, FIELD_DADDR, field_from_address(&to));
		add(c, &p, HOOK_OUTPUT);
	}
}

static void add_of_comparison(struct choosing *c)
{
	const struct comparison *all = &c->s->c->effect.comparison;

	for (const struct change *x = all->first; x; x = x->next)
		add(c, &x->example, x->hook);
}

static bool is_edited(const struct rehearsing *s, const struct chain *chain)
{
	for (size_t i = 0; i < s->c->now_count; i++) {
		const struct fix_change *c = &s->c->now[i];
		const struct rules_change *r = &c->rules;

		if (c->kind != CHANGE_RULES ||
		    r->engine != chain->table->engine ||
		    r->family != chain->table->family ||
		    strcmp(r->table, chain->table->name) != 0)
			continue;
		for (size_t k = 0; k < r->edit_count; k++)
			if (!strcmp(r->edits[k].chain, chain->name))
				return true;
	}

	return false;
}

/* A packet that ends at, or comes to, that entry: as the first hook sees it. */
static int add_of_entry(struct choosing *c, struct program *p, uint32_t entry)
{
	const struct goal goal = { p, entry, NULL };
	struct witness w = { 0 };
	struct point point;
	int status =
		witness_search(p->space, p->entries[entry].box, &goal, 1, &w);

	if (status == WITNESS_FOUND) {
		box_point(p->space, w.spot, &point);
		add(c, &point, p->space->hook);
	}
	witness_done(&w);
	return status < 0 ? status : 0;
}

static bool is_near(const struct rehearsing *s, const struct entry *e,
		    const struct program *p)
{
	return !e->rule || is_edited(s, e->rule->chain) ||
	       is_edited(s, p->calls[e->call].chain);
}

/* Some of them all, where they are many. */
static int add_of_program(struct choosing *c, struct program *p)
{
	size_t near = 0, step, k = 0;
	int err = 0;

	for (size_t i = 0; i < p->count; i++)
		near += is_near(c->s, &p->entries[i], p);
	step = near / RULES_NEAR + 1;
	for (size_t i = 0; i < p->count && !err; i++) {
		if (!is_near(c->s, &p->entries[i], p) || k++ % step)
			continue;
		err = add_of_entry(c, p, (uint32_t)i);
	}

	return err;
}

static bool calls_edited(const struct rehearsing *s, const struct program *p)
{
	for (size_t i = 0; i < p->call_count; i++)
		if (is_edited(s, p->calls[i].chain))
			return true;

	return false;
}

static int add_of_base(struct choosing *c, const struct chain *base,
		       enum table_family family)
{
	struct arena *a = arena_new();
	struct program p = { 0 };
	struct space *space =
		a ? space_new(a, family, base,
			      space_has_conntrack(c->s->p->ruleset))
		  : NULL;
	int err = space ? program_init(&p, space, base) : -ENOMEM;

	if (!err && calls_edited(c->s, &p)) {
		if (base->hook == HOOK_OUTPUT)
			add_outgoing(c);
		err = add_of_program(c, &p);
	}
	program_done(&p);
	arena_free(a);
	return err;
}

static bool has_edits(const struct rehearsing *s, const struct table *t)
{
	for (const struct chain *c = t->first; c; c = c->next)
		if (is_edited(s, c))
			return true;

	return false;
}

static int add_of_table(struct choosing *c, const struct table *t)
{
	int err = 0;

	for (const struct chain *base = t->first; base && !err;
	     base = base->next) {
		if (base->hook != HOOK_INPUT && base->hook != HOOK_FORWARD &&
		    base->hook != HOOK_PREROUTING && base->hook != HOOK_OUTPUT)
			continue;
		if (t->family == TABLE_IP || t->family == TABLE_INET)
			err = add_of_base(c, base, TABLE_IP);
		if (!err && (t->family == TABLE_IP6 || t->family == TABLE_INET))
			err = add_of_base(c, base, TABLE_IP6);
	}

	return err;
}

static int make_frames(struct rehearsing *s)
{
	size_t count = s->packet_count + 1;

	s->frames = arena_alloc(s->arena, count * sizeof(*s->frames));
	s->fates_before = arena_alloc(s->arena, count);
	s->fates_after = arena_alloc(s->arena, count);
	if (!s->frames || !s->fates_before || !s->fates_after)
		return -ENOMEM;
	for (size_t i = 0; i < s->packet_count; i++) {
		s->frames[i].number = FIRST_NUMBER + (uint32_t)i;
		rehearse_frame_put(s, &s->frames[i], &s->packets[i].point);
	}

	return 0;
}

int rehearse_witness_choose(struct rehearsing *s)
{
	const struct ruleset *r = s->p->ruleset;
	struct walk_plan *plan = r ? walk_plan_new(r) : NULL;
	struct choosing c = { s, plan };
	int err = 0;

	s->packets =
		arena_alloc(s->arena, REHEARSE_WITNESSES * sizeof(*s->packets));
	if (!s->packets || (r && !plan))
		err = -ENOMEM;
	if (!err)
		err = rehearse_meant_read(s);
	if (!err) {
		add_of_comparison(&c);
		add_neighbours(&c);
	}
	for (const struct table *t = r ? r->first : NULL; t && !err;
	     t = t->next)
		if (has_edits(s, t))
			err = add_of_table(&c, t);
	walk_plan_free(plan);
	return err ? err : make_frames(s);
}
