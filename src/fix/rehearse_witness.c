/*
 * Packets that show what a change does to others: those of which the exact
 * comparison says that their fate changes, one for each rule around the edits (so
 * far as a new packet reaches it), and the neighbours of what was asked for.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fix/rehearse_parts.h"
#include "fix/rules_edit.h"
#include "net/checksum.h"
#include "ruleset/packet_words.h"
#include "ruleset/witness.h"

enum {
	FAMILY_V4 = 2, /* NFPROTO_IPV4, NFPROTO_IPV6 */
	FAMILY_V6 = 10,
	FLAG_SYN = 2,
	V4 = 20,
	V6 = 40,
	TCP = 20,
	UDP = 8,
	FIRST_NUMBER = 101,
	EPHEMERAL = 51000,
	RULES_NEAR = 200, /* of a chain, that packets are looked for */
};

static const uint64_t told =
	FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) | FIELD_BIT(FIELD_SADDR) |
	FIELD_BIT(FIELD_DADDR) | FIELD_BIT(FIELD_PROTO) |
	FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT) |
	FIELD_BIT(FIELD_TCP_FLAGS) | FIELD_BIT(FIELD_ICMP_TYPE);

/* Who looks out for one rule. */
struct as_written {
	const char *words;
	bool *is_met;
};

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

static void note_words(void *context, const struct rule *rule)
{
	const struct as_written *a = context;

	if (!strcmp(rules_edit_words(rule), a->words))
		*a->is_met = true;
}

/* Let in by the rule that stood there already, and was never met. */
static bool is_as_written(const struct rehearsing *s, const struct point *p)
{
	bool is_met = false;
	struct as_written as = { s->c->effect.as_written, &is_met };
	const struct walk_visitor visitor = { .rule = note_words,
					      .context = &as };
	struct point walked = *p;

	return s->plan_after &&
	       walk_fast(s->plan_after, s->p->host, &walked, &visitor)
			       .decision == WALK_ACCEPT &&
	       is_met;
}

static bool is_client(const struct fix_ask *ask, const struct address *a)
{
	return !ask->has_client ||
	       (address_is_v4(a) == address_is_v4(&ask->client) &&
		route_is_prefix(&ask->client, ask->client_prefix, a));
}

static bool is_server(const struct rehearsing *s, const struct address *a,
		      u128 port)
{
	const struct fix_ask *ask = &s->p->plan->ask;

	if (s->is_led && port == s->led_port && address_equal(a, &s->led_to))
		return true;
	return port == ask->port &&
	       (!ask->has_server || address_equal(a, &ask->server) ||
		address_equal(a, &s->server));
}

/* Among what the fix is for: as the client asks, or as it is led on; or what
 * looks like an answer. */
static bool is_asked(const struct rehearsing *s, const struct point *p)
{
	const struct fix_ask *ask = &s->p->plan->ask;
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);

	if (p->value[FIELD_PROTO] != ask->protocol)
		return false;
	if (is_client(ask, &from) &&
	    is_server(s, &to, p->value[FIELD_DPORT]))
		return true;
	return !p->value[FIELD_IIF] && is_client(ask, &to) &&
	       is_server(s, &from, p->value[FIELD_SPORT]);
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

	if (!is_first(p) || (point_has(p, FIELD_FRAGMENT) &&
			     p->value[FIELD_FRAGMENT]))
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
static bool is_certain(const struct rehearsing *s,
		       const struct walk_plan *plan, const struct point *p)
{
	struct point walked = *p;

	return walk_fast(plan, s->p->host, &walked, NULL).decision !=
	       WALK_UNKNOWN;
}

static bool is_there(const struct rehearsing *s, const struct point *p)
{
	static const enum field same[] = {
		FIELD_FAMILY, FIELD_IIF,   FIELD_SADDR,	    FIELD_DADDR,
		FIELD_PROTO,  FIELD_DPORT, FIELD_TCP_FLAGS, FIELD_ICMP_TYPE,
		FIELD_MAC_SADDR,
	};

	for (size_t i = 0; i < s->packet_count; i++) {
		size_t k = 0;

		while (k < sizeof(same) / sizeof(*same) &&
		       s->packets[i].point.value[same[k]] ==
			       p->value[same[k]])
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
	if (hook != HOOK_OUTPUT)
		fit_device(s, &p);
	if (hook != HOOK_INPUT && point_has(from, FIELD_OIF))
		point_set(&p, FIELD_OIF, from->value[FIELD_OIF]);
	fill(&p, s->packet_count);
	if (is_there(s, &p) || (c->plan && !is_certain(s, c->plan, &p)))
		return;

	s->packets[s->packet_count++] =
		(struct rehearse_packet){ p, is_asked(s, &p) ||
						     is_as_written(s, &p) };
}

/* What is close to what was asked for, and is another thing. */
static void add_neighbours(struct choosing *c)
{
	static const int ports[] = { 0, 1, -1 };
	struct rehearsing *s = c->s;
	bool is_v4 = address_is_v4(&s->server);
	struct point p = { 0 };
	enum hook hook = rehearse_host_is_own(s, &s->server) ? HOOK_INPUT
							     : HOOK_FORWARD;
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
	int status = witness_search(p->space, p->entries[entry].box, &goal, 1,
				    &w);

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

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* Over the transport's bytes and, but of ICMP, the addresses (RFC 9293 3.1,
 * RFC 8200 8.1). */
static uint16_t sum_of(const struct room_frame *f, size_t head, uint8_t proto)
{
	bool is_v4 = head == V4;
	uint8_t pseudo[8] = { 0 };
	size_t len = f->len - head;
	uint64_t sum = 0;

	if (proto != IPPROTO_ICMP) {
		put32(pseudo, (uint32_t)len);
		pseudo[7] = proto;
		sum = checksum_add(sum, pseudo, sizeof(pseudo));
		sum = checksum_add(sum, f->bytes + (is_v4 ? 12 : 8),
				   is_v4 ? 8 : 32);
	}
	return checksum_fold(checksum_add(sum, f->bytes + head, len));
}

static size_t put_transport(struct room_frame *f, size_t head,
			    const struct point *p)
{
	uint8_t *at = f->bytes + head;
	uint8_t proto = (uint8_t)p->value[FIELD_PROTO];
	size_t len = 16, sum_at = 0;

	if (has_ports(proto)) {
		put16(at, (unsigned)p->value[FIELD_SPORT]);
		put16(at + 2, (unsigned)p->value[FIELD_DPORT]);
	}
	if (proto == IPPROTO_TCP) {
		len = TCP;
		put32(at + 4, f->number << ROOM_SEQUENCE_SHIFT);
		at[12] = TCP / 4 << 4;
		at[13] = (uint8_t)p->value[FIELD_TCP_FLAGS];
		put16(at + 14, 64240);
		sum_at = 16;
	} else if (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE) {
		put16(at + 4, UDP + 8);
		sum_at = 6;
	} else if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		at[0] = (uint8_t)p->value[FIELD_ICMP_TYPE];
		at[1] = (uint8_t)p->value[FIELD_ICMP_CODE];
		put16(at + 4, f->number);
		sum_at = 2;
	}
	f->len = (uint16_t)(head + len);
	if (sum_at)
		put16(at + sum_at, sum_of(f, head, proto));
	return len;
}

/* A group's is nobody's. */
static void put_mac(struct room_frame *f, const struct point *p)
{
	u128 mac = point_has(p, FIELD_MAC_SADDR) ? p->value[FIELD_MAC_SADDR] : 0;

	if (mac >> 40 & 1)
		return;
	for (int i = 5; i >= 0; i--, mac >>= 8)
		f->mac[i] = (uint8_t)mac;
}

static void put_frame(const struct rehearsing *s, struct room_frame *f,
		      const struct point *p)
{
	struct address from = field_to_address(p->value[FIELD_SADDR]);
	struct address to = field_to_address(p->value[FIELD_DADDR]);
	uint8_t *b = f->bytes;
	uint8_t ttl = (uint8_t)p->value[FIELD_TTL];
	size_t len;

	/* One hop more may be needed. */
	if (ttl < 2)
		ttl = 64;
	if (is_v6(p)) {
		b[0] = 0x60;
		put32(b, 0x60000000 | f->number);
		b[6] = (uint8_t)p->value[FIELD_PROTO];
		b[7] = ttl;
		memcpy(b + 8, from.bytes, 16);
		memcpy(b + 24, to.bytes, 16);
		len = put_transport(f, V6, p);
		put16(b + 4, (unsigned)len);
	} else {
		b[0] = 0x45;
		b[1] = (uint8_t)p->value[FIELD_TOS];
		put16(b + 4, f->number);
		b[8] = ttl;
		b[9] = (uint8_t)p->value[FIELD_PROTO];
		memcpy(b + 12, from.bytes + 12, 4);
		memcpy(b + 16, to.bytes + 12, 4);
		(void)put_transport(f, V4, p);
		put16(b + 2, f->len);
		put16(b + 10, checksum_fold(checksum_add(0, b, V4)));
	}
	put_mac(f, p);
	f->device = p->value[FIELD_IIF] ? s->device : ROOM_BY_ROUTE;
	for (size_t i = 0; i < s->plan.device_count; i++) {
		const char *name = s->plan.devices[i].name;

		if (p->value[FIELD_IIF] == field_from_name(name, strlen(name)))
			f->device = (uint16_t)i;
	}
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
		put_frame(s, &s->frames[i], &s->packets[i].point);
	}

	return 0;
}

/* The rules with the change, as a model. */
static int read_after(struct rehearsing *s)
{
	int err;

	if (!s->c->effect.is_as_written || !s->p->source)
		return 0;
	err = fix_rules_read(s->p->source, s->problems, &s->rules_after);
	for (size_t i = 0; i < s->c->now_count && !err; i++)
		if (s->c->now[i].kind == CHANGE_RULES)
			err = rules_edit_apply(s->rules_after,
					       &s->c->now[i].rules);
	if (!err)
		s->plan_after = walk_plan_new(s->rules_after);
	return err == -ENOMEM || (!err && !s->plan_after) ? -ENOMEM : 0;
}

int rehearse_witness_choose(struct rehearsing *s)
{
	const struct ruleset *r = s->p->ruleset;
	struct walk_plan *plan = r ? walk_plan_new(r) : NULL;
	struct choosing c = { s, plan };
	int err = 0;

	s->packets = arena_alloc(s->arena,
				 REHEARSE_WITNESSES * sizeof(*s->packets));
	if (!s->packets || (r && !plan))
		err = -ENOMEM;
	if (!err)
		err = read_after(s);
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

static bool has_turned(const struct rehearsing *s, size_t i)
{
	return s->fates_before[i] != s->fates_after[i] &&
	       s->fates_before[i] != ROOM_UNSENT &&
	       s->fates_after[i] != ROOM_UNSENT;
}

/* Nobody asked for that. */
static bool is_bad(const struct rehearsing *s, size_t i)
{
	return has_turned(s, i) &&
	       (!s->packets[i].is_meant || s->fates_after[i] != ROOM_PASSED);
}

/* What seems to have turned is tried once more: a packet can be lost where a
 * machine has no time. */
static int again(struct rehearsing *s)
{
	struct room_frame *frames;
	uint8_t *fates;
	size_t count = 0;
	int err;

	frames = calloc(s->packet_count + 1, sizeof(*frames));
	fates = calloc(s->packet_count + 1, 1);
	for (size_t i = 0; frames && i < s->packet_count; i++)
		if (is_bad(s, i))
			frames[count++] = s->frames[i];
	err = frames && fates ? 0 : -ENOMEM;
	if (!err && count)
		err = room_forget(s->room);
	if (!err && count)
		err = room_send(s->room, frames, count, fates);
	for (size_t i = 0, k = 0; !err && k < count; i++)
		if (is_bad(s, i))
			s->fates_after[i] = fates[k++];
	free(frames);
	free(fates);
	return err;
}

static const char *packet_text(struct rehearsing *s, const struct point *p)
{
	struct text t = TEXT_NULL;
	const char *ret;

	packet_words_text(&t, p, told & ~FIELD_BIT(FIELD_OIF));
	ret = fix_words(s->p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

static void judge_one(struct rehearsing *s, size_t i)
{
	static const char *const names[] = { "drop", "reject", "accept" };
	struct rehearsal *r = s->ret;

	if (s->fates_before[i] == ROOM_UNSENT ||
	    s->fates_after[i] == ROOM_UNSENT)
		return;
	r->witnesses++;
	if (!has_turned(s, i)) {
		r->kept++;
		return;
	}
	r->turned[r->turned_count++] = (struct rehearsal_witness){
		.packet = packet_text(s, &s->packets[i].point),
		.before = names[s->fates_before[i]],
		.after = names[s->fates_after[i]],
		.is_meant = s->packets[i].is_meant,
	};
}

int rehearse_witness_judge(struct rehearsing *s, int64_t since)
{
	struct rehearsal *r = s->ret;
	size_t bad = 0;
	int err = again(s);

	if (err)
		return err;
	r->turned = arena_alloc(s->arena,
				(s->packet_count + 1) * sizeof(*r->turned));
	if (!r->turned)
		return -ENOMEM;
	for (size_t i = 0; i < s->packet_count; i++) {
		judge_one(s, i);
		bad += is_bad(s, i);
	}

	if (bad)
		rehearse_rows_set(
			s, REHEARSED_WITNESSES, REHEARSAL_FAIL, since,
			_("Of %zu packets that were sent before and after, %zu "
			  "have another fate that nobody asked for."),
			r->witnesses, bad);
	else
		rehearse_rows_set(
			s, REHEARSED_WITNESSES, REHEARSAL_PASS, since,
			_("Of %zu packets that were sent before and after, all "
			  "that are not meant keep their fate."),
			r->witnesses);
	return 0;
}
