#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_build.h"
#include "ruleset/nft_names.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_value.h"

static const struct {
	const char *word;
	enum action_kind kind;
} verdicts[] = {
	{ "accept", ACTION_ACCEPT }, { "drop", ACTION_DROP },
	{ "return", ACTION_RETURN }, { "continue", ACTION_CONTINUE },
	{ "jump", ACTION_JUMP },     { "goto", ACTION_GOTO },
	{ "queue", ACTION_QUEUE },
};

struct action nft_action_verdict(struct nft_build *nb, const struct nft_expr *e)
{
	struct action a = { .kind = ACTION_UNKNOWN,
			    .field = FIELD_COUNT,
			    .from = FIELD_COUNT };
	struct text words = TEXT_NULL;

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strcmp(verdicts[i].word, e->text) == 0)
			a.kind = verdicts[i].kind;

	nft_print_expr(&words, e);
	a.text = nft_build_text(nb, &words);
	if (!e->note && (a.kind == ACTION_JUMP || a.kind == ACTION_GOTO)) {
		nft_tree_problem(nb->tree, e->at ? e->at : nb->at,
				 _("This jump names no chain."));
		a.kind = ACTION_UNKNOWN;
	}
	if (!e->note)
		return a;

	a.chain = ruleset_find_chain(nb->table, e->note);
	a.chain_name = arena_string(nb->ruleset->arena, e->note);
	if (!a.chain_name)
		nb->tree->failed = true;
	return a;
}

/* Its text, and nothing set. */
static struct action named(struct nft_build *nb, const struct nft_stmt *s,
			   enum action_kind kind)
{
	struct action a = { .kind = kind,
			    .field = FIELD_COUNT,
			    .from = FIELD_COUNT };
	struct text words = TEXT_NULL;

	for (unsigned i = 0; i < SET_PARTS; i++)
		a.key[i] = FIELD_COUNT;
	nft_print_stmt(&words, s);
	a.text = nft_build_text(nb, &words);
	return a;
}

static const struct reject_kind {
	const char *word;
	enum reject reject;
	unsigned family;
	uint8_t usual; /* port-unreachable */
} reject_kinds[] = {
	{ "tcp reset", REJECT_TCP_RESET, 0, 0 },
	{ "icmp", REJECT_ICMP, 4, 3 },
	{ "icmpv6", REJECT_ICMP6, 6, 4 },
	{ "icmpx", REJECT_ICMPX, 0, 1 },
};

static const struct reject_kind *reject_kind(const struct nft_build *nb,
					     const char *word)
{
	if (!*word && nb->from->family == TABLE_IP)
		word = "icmp";
	else if (!*word && nb->from->family == TABLE_IP6)
		word = "icmpv6";
	else if (!*word)
		word = "icmpx";

	for (size_t i = 0; i < sizeof(reject_kinds) / sizeof(reject_kinds[0]);
	     i++)
		if (strcmp(reject_kinds[i].word, word) == 0)
			return &reject_kinds[i];

	return NULL;
}

/* What a reject implies nft asks before all else, so that nothing is counted or
 * logged that will not be rejected: the terms from there on come first. */
static void to_front(struct build *b, size_t from)
{
	for (; from < b->count && !b->failed; from++) {
		struct term t = b->terms[from];

		memmove(b->terms + 1, b->terms, from * sizeof(t));
		b->terms[0] = t;
	}
}

static void reject(struct nft_build *nb, const struct nft_stmt *s)
{
	const struct reject_kind *k = reject_kind(nb, s->words);
	struct action a = named(nb, s, ACTION_REJECT);
	struct nft_key key = { .type = VALUE_NUMBER };
	u128 code = k ? k->usual : 0;
	size_t before;

	if (k)
		key.choices = nft_names_reject(k->word);
	if (!k || (s->right && !nft_value_number(&key, s->right, &code))) {
		nft_tree_problem(nb->tree, s->at,
				 _("There is no such answer to rejected "
				   "packets."));
		a.kind = ACTION_UNKNOWN;
		build_action(&nb->b, &a);
		return;
	}

	before = nb->b.count;
	nft_match_family(nb, k->family);
	if (k->reject == REJECT_TCP_RESET)
		nft_match_protocol(nb, 6);
	to_front(&nb->b, before);
	a.reject = k->reject;
	a.reject_code = (uint8_t)code;
	build_action(&nb->b, &a);
}

/* Whether values of the question are ranges of its field: none of the field's
 * lower bits counts without those above it. */
static bool is_rangy(const struct nft_question *q)
{
	u128 rest;

	if (!nft_key_is_known(q->key) || !q->is_changed ||
	    nft_key_is_small(q->key))
		return true;

	rest = ~q->and &field_last(q->key->field);
	return !q->xor &&(rest & (rest + 1)) == 0;
}

/* Of a map's key: false where it is in no packet, or cannot be looked up. */
static bool map_shape(struct nft_build *nb, const struct nft_expr *key,
		      struct nft_set_shape *shape)
{
	bool is_known = true;
	const struct nft_expr *i = key->kind == NFT_CONCAT ? key->first : key;

	for (; i; i = key->kind == NFT_CONCAT ? i->next : NULL) {
		const struct nft_expr *e = nft_match_key(i);
		struct nft_question q;

		if (!e)
			return false;
		nft_match_require(nb, nft_key_of(e->text));
		if (shape->count == SET_PARTS || !nft_match_question(i, &q))
			return false;
		is_known = is_known && nft_key_is_known(q.key) && is_rangy(&q);
		shape->part[shape->count++] = q;
	}

	return is_known;
}

static bool is_random(const struct nft_set_shape *shape)
{
	return shape->count == 1 && !nft_key_is_known(shape->part[0].key) &&
	       shape->part[0].key->doubt == DOUBT_RANDOM;
}

/* What is chosen by chance: an element's number. */
static const struct nft_key choice = { .words = "",
				       .field = FIELD_COUNT,
				       .type = VALUE_NUMBER };

/* The set that the action looks up. False: not modelled. */
static bool map_of(struct nft_build *nb, struct nft_set_shape *shape,
		   const struct nft_expr *key, const struct nft_expr *map,
		   struct action *a)
{
	bool is_known = map_shape(nb, key, shape);

	if (!is_known && !is_random(shape))
		return false;

	if (map->kind == NFT_REFERENCE) {
		a->map = ruleset_find_set(nb->ruleset, nb->table, map->text);
		if (!a->map)
			nft_tree_problem(nb->tree, map->at ? map->at : nb->at,
					 _("There is no set %s."), map->text);
		for (unsigned i = 0; i < shape->count; i++)
			is_known = is_known && !shape->part[i].is_changed;
		if (!a->map || !is_known)
			return false;
	} else {
		struct set *s;

		if (!is_known)
			shape->part[0].key = &choice;
		s = nft_set_inline(nb, shape, map);
		if (!s)
			return false;
		/* Which element it is, nobody knows. */
		if (!is_known)
			s->is_given = false;
		a->map = s;
	}
	a->random = !is_known;
	for (unsigned i = 0; i < shape->count && is_known; i++)
		a->key[i] = shape->part[i].key->field;
	return true;
}

static void verdict_map(struct nft_build *nb, const struct nft_stmt *s)
{
	struct action a = named(nb, s, ACTION_VERDICT_MAP);
	struct nft_set_shape shape = { 0 };

	if (!map_of(nb, &shape, s->left, s->right, &a))
		a.kind = ACTION_UNKNOWN;
	build_action(&nb->b, &a);
}

static const struct nat_word {
	const char *word;
	enum nat_kind kind, netmap;
} nat_words[] = {
	{ "snat", NAT_SOURCE, NAT_NETMAP_SOURCE },
	{ "dnat", NAT_DESTINATION, NAT_NETMAP_DESTINATION },
	{ "masquerade", NAT_MASQUERADE, NAT_MASQUERADE },
	{ "redirect", NAT_REDIRECT, NAT_REDIRECT },
	{ "tproxy", NAT_TPROXY, NAT_TPROXY },
};

static const struct nft_key v4_key = { .words = "ipv4_addr",
				       .type = VALUE_ADDRESS,
				       .family = 4 };
static const struct nft_key v6_key = { .words = "ipv6_addr",
				       .type = VALUE_ADDRESS,
				       .family = 6 };
static const struct nft_key port_key = { .words = "inet_service",
					 .type = VALUE_PORT };

static bool is_v6(u128 address)
{
	return address >> 32 != 0xffff;
}

/* IPv4 or IPv6: by the words or the table, else by what the first address is
 * like. JSON has no family but in tables of both. */
static const struct nft_key *address_key(const struct nft_build *nb,
					 const struct nft_stmt *s,
					 const struct nft_expr *data)
{
	struct range r;

	if (s->family)
		return strcmp(s->family, "ip6") == 0 ? &v6_key : &v4_key;
	if (nb->from->family == TABLE_IP || nb->from->family == TABLE_IP6)
		return nb->from->family == TABLE_IP6 ? &v6_key : &v4_key;
	if (data && data->kind == NFT_CONCAT)
		data = data->first;
	if (data && nft_value_range(&v6_key, data, &r) && is_v6(r.first))
		return &v6_key;
	if (!data && nb->family == 6)
		return &v6_key;

	return &v4_key;
}

static const struct nft_expr *first_data(const struct nft_expr *map)
{
	const struct nft_expr *e = map->kind == NFT_SET ? map->first : NULL;

	return e && e->kind == NFT_PAIR ? e->last : NULL;
}

/* All that a map of unknown choice may give. */
static bool any_of_map(struct nft_build *nb, struct action *a)
{
	struct arena *arena = nb->ruleset->arena;
	const struct ranges *all = ranges_none(arena);
	const struct set *s = a->map;

	for (size_t i = 0; i < s->count; i++) {
		if (!s->elements[i].data)
			return false;
		all = ranges_union(arena, all, s->elements[i].data);
	}
	a->address = all;
	a->map = NULL;
	return all != NULL;
}

static bool nat_map(struct nft_build *nb, const struct nft_stmt *s,
		    const struct nft_expr *map, bool is_port, struct action *a)
{
	const struct nft_key *address =
		address_key(nb, s, first_data(map->last));
	struct nft_set_shape shape = { .data = { address, &port_key } };

	if (is_port)
		shape.data[0] = &port_key;
	if (!is_port && nb->from->family != TABLE_IP &&
	    nb->from->family != TABLE_IP6)
		nft_match_family(nb, address->family);
	if (!map_of(nb, &shape, map->first, map->last, a))
		return false;
	if (a->random)
		return !is_port && any_of_map(nb, a);

	return true;
}

static bool has_flag(const struct nft_stmt *s, const char *flag)
{
	return s->flags && strstr(s->flags, flag);
}

static bool nat_address(struct nft_build *nb, const struct nft_stmt *s,
			struct action *a)
{
	struct range r;

	if (!s->left)
		return true;
	if (s->left->kind == NFT_MAP)
		return nat_map(nb, s, s->left, false, a);
	if (!nft_value_range(address_key(nb, s, s->left), s->left, &r))
		return false;

	nft_match_family(nb, address_key(nb, s, s->left)->family);
	a->address = ranges_one(nb->ruleset->arena, r.first, r.last);
	if (!a->address)
		nb->b.failed = true;
	return true;
}

static bool nat_port(struct nft_build *nb, const struct nft_stmt *s,
		     struct action *a)
{
	struct range r;

	if (!s->right)
		return true;
	if (s->right->kind == NFT_MAP)
		return nat_map(nb, s, s->right, true, a);
	if (!nft_value_range(&port_key, s->right, &r))
		return false;

	a->port = ranges_one(nb->ruleset->arena, r.first, r.last);
	if (!a->port)
		nb->b.failed = true;
	return true;
}

static void nat(struct nft_build *nb, const struct nft_stmt *s)
{
	struct action a = named(nb, s, ACTION_NAT);
	size_t i = 0;

	while (strcmp(nat_words[i].word, s->words) != 0)
		i++;
	a.nat = has_flag(s, "netmap") ? nat_words[i].netmap : nat_words[i].kind;
	if (s->family)
		nft_match_family(nb, strcmp(s->family, "ip6") == 0 ? 6 : 4);
	if (!nat_address(nb, s, &a) || !nat_port(nb, s, &a)) {
		a.kind = ACTION_UNKNOWN;
		nft_tree_problem(nb->tree, s->at,
				 _("This translation is not understood; what "
				   "it does is unknown."));
	}
	/* A map says so itself, of its choice. */
	a.random = a.random || has_flag(s, "random");
	build_action(&nb->b, &a);
}

/* meta mark set ct mark & 0xff: from another field, or the same. */
static bool assign_from(struct nft_build *nb, const struct nft_stmt *s,
			const struct nft_question *to, struct action *a)
{
	struct nft_question q;

	if (!nft_match_key(s->right) || !nft_match_question(s->right, &q))
		return false;

	nft_match_require(nb, q.key);
	if (!nft_key_is_known(q.key) || q.shift || to->shift ||
	    to->and != field_last(to->key->field) || q.key->is_flags)
		return false;

	a->xor_mask = q.xor ;
	if (q.key->field == to->key->field) {
		a->and_mask = q.and;
	} else {
		a->from = q.key->field;
		a->from_mask = q.and;
	}
	return true;
}

static bool assign_value(struct nft_build *nb, const struct nft_stmt *s,
			 const struct nft_question *to, struct action *a)
{
	u128 value;

	if (s->right->kind == NFT_MAP) {
		struct nft_set_shape shape = { .data = { to->key } };

		return !to->shift &&
		       map_of(nb, &shape, s->right->first, s->right->last, a) &&
		       !a->random;
	}
	if (assign_from(nb, s, to, a))
		return true;
	if (!nft_value_number(to->key, s->right, &value))
		return false;

	a->and_mask = field_last(to->key->field) & ~to->and;
	a->xor_mask = value << to->shift;
	return true;
}

static void assign(struct nft_build *nb, const struct nft_stmt *s)
{
	const struct nft_expr *e = nft_match_key(s->left);
	const struct nft_key *k = e ? nft_key_of(e->text) : nft_key_of("");
	struct action a = named(nb, s, ACTION_SET);
	struct nft_key without = *k;
	struct nft_question to;

	/* Of a packet without connection nothing is set, and it goes on. The
	 * largest segment is only lowered (net/netfilter/nft_exthdr.c). */
	without.needs &= NFT_NEEDS_TRANSPORT;
	nft_match_require(nb, &without);
	if (!nft_key_is_known(k) || k->field == FIELD_TCP_MSS ||
	    k->field == FIELD_CT_STATE || !nft_match_question(s->left, &to)) {
		a.kind = ACTION_NONE;
		build_action(&nb->b, &a);
		return;
	}

	a.field = k->field;
	if (!assign_value(nb, s, &to, &a)) {
		/* It gets a value that nobody can foretell. */
		a.map = NULL;
		a.from = FIELD_COUNT;
		a.random = true;
	}
	build_action(&nb->b, &a);
}

/* add @set { ip saddr limit rate 1/second }: a doubt, if the inner statements
 * are one; else the packet goes on. */
static void update(struct nft_build *nb, const struct nft_stmt *s)
{
	struct action a;

	if (nft_match_key(s->left))
		nft_match_require(nb, nft_key_of(nft_match_key(s->left)->text));
	for (const struct nft_expr *i =
		     s->left->kind == NFT_CONCAT ? s->left->first : NULL;
	     i; i = i->next)
		if (nft_match_key(i))
			nft_match_require(nb,
					  nft_key_of(nft_match_key(i)->text));

	for (struct set *i = nb->table->first_set; i; i = i->next)
		if (strcmp(i->name, s->name) == 0)
			i->is_dynamic = true;

	for (const struct nft_stmt *i = s->inner; i; i = i->next)
		if (i->kind == NFT_RATE) {
			nft_match_variable(nb, DOUBT_RATE, s, false);
			return;
		}
	if (strcmp(s->words, "delete") == 0) {
		nft_match_variable(nb, DOUBT_RECENT, s, false);
		return;
	}
	a = named(nb, s, ACTION_NONE);
	build_action(&nb->b, &a);
}

/* SYN and ACK are answered for the server (net/netfilter/nft_synproxy.c). */
static void synproxy(struct nft_build *nb, const struct nft_stmt *s)
{
	struct action a = named(nb, s, ACTION_STEAL);

	nft_match_protocol(nb, 6);
	build_masked(&nb->b, FIELD_TCP_FLAGS, 0x12,
		     ranges_one(nb->ruleset->arena, 0, 0), true);
	build_action(&nb->b, &a);
}

static void simple(struct nft_build *nb, const struct nft_stmt *s,
		   enum action_kind kind)
{
	struct action a = named(nb, s, kind);

	build_action(&nb->b, &a);
}

/* "3" or "1-3" to the end or a blank; false: something that is worked out. */
static bool read_queues(const char *s, struct action *ret)
{
	char *end;

	ret->queue = (int)(strtoul(s, &end, 10) & UINT16_MAX);
	ret->queue_last = ret->queue;
	if (end == s)
		return false;
	if (*end == '-')
		ret->queue_last =
			(int)(strtoul(end + 1, &end, 10) & UINT16_MAX);

	return !*end || *end == ' ';
}

/* queue num 1-3 bypass, queue flags bypass to 3, queue to symhash mod 2 */
static void queue(struct nft_build *nb, const struct nft_stmt *s)
{
	static const char *const before[] = { " num ", " to " };
	struct action a = named(nb, s, ACTION_QUEUE);
	const char *words = a.text ? a.text : "";

	a.queue_bypass = strstr(words, "bypass");
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		const char *at = strstr(words, before[i]);

		if (at && !read_queues(at + strlen(before[i]), &a))
			a.queue = -1;
	}
	build_action(&nb->b, &a);
}

/* What stands before it is counted, whatever the conditions behind say. */
static void counter(struct nft_build *nb, const struct nft_stmt *s)
{
	nb->b.rule->counters = s->counters;
	build_action(&nb->b, &(struct action){ .kind = ACTION_NONE,
					       .field = FIELD_COUNT,
					       .from = FIELD_COUNT,
					       .text = "counter" });
}

static void decision(struct nft_build *nb, const struct nft_stmt *s)
{
	struct action a = nft_action_verdict(nb, s->left);

	build_action(&nb->b, &a);
}

void nft_action_add(struct nft_build *nb, const struct nft_stmt *s)
{
	switch (s->kind) {
	case NFT_MATCH:
		nft_match_add(nb, s);
		break;
	case NFT_DECISION:
		decision(nb, s);
		break;
	case NFT_VMAP:
		verdict_map(nb, s);
		break;
	case NFT_REJECT:
		reject(nb, s);
		break;
	case NFT_NAT:
		nat(nb, s);
		break;
	case NFT_ASSIGN:
		assign(nb, s);
		break;
	case NFT_COUNTER:
		counter(nb, s);
		break;
	case NFT_RATE:
		nft_match_variable(nb, DOUBT_RATE, s, s->inverted);
		break;
	case NFT_UPDATE:
		update(nb, s);
		break;
	case NFT_NOTRACK:
		simple(nb, s, ACTION_NOTRACK);
		break;
	case NFT_QUEUE:
		queue(nb, s);
		break;
	case NFT_STEAL:
		simple(nb, s, ACTION_STEAL);
		break;
	case NFT_SYNPROXY:
		synproxy(nb, s);
		break;
	case NFT_PASS:
		simple(nb, s, ACTION_NONE);
		break;
	case NFT_UNKNOWN:
		nft_build_tell(nb, s->name, s->at);
		simple(nb, s, ACTION_UNKNOWN);
		break;
	}
}
