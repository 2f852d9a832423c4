#include "nftrace/path.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "nftrace/arm.h"
#include "nftrace/legacy.h"
#include "nftrace/message.h"
#include "nftrace/path_parts.h"
#include "nftrace/record.h"

/*
 * The kernel tells of a packet in many messages. Those of nft have an id, which
 * may be used again for the next packet; those of iptables-legacy have the
 * packet's bytes alone, and come by another socket, so they are joined last.
 */
enum {
	WAYS_MOST = 8192, /* the limit of the rules gives some hundreds */
	LOOK_BACK = 128,  /* packets on their way at once */
	LEGACY_MOST = 1 << 13,
	CHAIN_RECORDS = 32,
	PLACES = ARM_PLACES,
	QUIET = 5 * CLOCK_MILLISECOND,
	/* An id is another packet's after so long. */
	TOGETHER = 100 * CLOCK_MILLISECOND,
};

struct link {
	struct nftrace_step step;
	struct link *next;
};

/* A place of our own just before a base chain that is alone there. */
struct place {
	uint32_t index;
	uint8_t family;
	struct path_string table, chain;
	bool is_ambiguous;
};

struct way {
	struct nftrace_packet packet;
	int place; /* the last that it was seen at, and nothing since; or -1 */
	uint32_t ip_id;
	int64_t last_ns;
	bool is_ours; /* our own table saw it: nobody else's trace */
	bool has_head;
	struct link *first, *last;
	size_t count;
};

struct reading {
	struct arena *arena;
	struct nftrace_list *list;
	bool is_big, is_damaged;
	struct way **ways;
	size_t way_count;
	size_t legacy_count;
	int64_t newest_ns;
	struct path_rule *rules;
	size_t rule_count, rule_room;
	struct cursor chains[CHAIN_RECORDS]; /* of iptables-legacy */
	size_t chain_count;
	struct place places[PLACES];
	size_t place_count;
};

typedef int (*take_message)(struct reading *r, const struct message *m,
			    int64_t at_ns);

static bool is_own(const struct path_string *table)
{
	static const char own[] = "kiriwake-";

	return table->len >= sizeof(own) - 1 &&
	       !memcmp(table->s, own, sizeof(own) - 1);
}

static int take_rule(struct reading *r, const struct message *m, int64_t at_ns)
{
	struct path_rule rule, *last;

	(void)at_ns;
	if (!path_rule_read(m->attrs, r->is_big, m->family, &rule))
		return 0;
	if (r->rule_count == r->rule_room) {
		const size_t room = r->rule_room ? r->rule_room * 2 : 256;
		struct path_rule *more =
			arena_alloc(r->arena, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		if (r->rule_count)
			memcpy(more, r->rules, r->rule_count * sizeof(*more));
		r->rules = more;
		r->rule_room = room;
	}

	/* They come chain by chain, in their order. */
	last = r->rule_count ? &r->rules[r->rule_count - 1] : NULL;
	rule.number = last && last->family == rule.family &&
				      path_same(&last->table, &rule.table) &&
				      path_same(&last->chain, &rule.chain)
			      ? last->number + 1
			      : 1;
	r->rules[r->rule_count++] = rule;
	return 0;
}

static int compare_rules(const void *x, const void *y)
{
	const struct path_rule *a = x, *b = y;

	return a->handle < b->handle ? -1 : a->handle > b->handle;
}

/* Most are in order already: each chain's come as they were added. */
static void sort_rules(struct reading *r)
{
	for (size_t i = 1; i < r->rule_count; i++)
		if (r->rules[i - 1].handle > r->rules[i].handle) {
			qsort(r->rules, r->rule_count, sizeof(*r->rules),
			      compare_rules);
			return;
		}
}

static unsigned number_of(const struct reading *r, const struct path_event *e)
{
	size_t low = 0, high = r->rule_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (r->rules[middle].handle < e->step.handle)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->rule_count && r->rules[low].handle == e->step.handle;
	     low++)
		if (r->rules[low].family == e->step.family &&
		    path_same(&r->rules[low].table, &e->table) &&
		    path_same(&r->rules[low].chain, &e->chain))
			return r->rules[low].number;

	return 0;
}

static struct way *add_way(struct reading *r, uint32_t id, int64_t at_ns)
{
	struct way *w = arena_alloc(r->arena, sizeof(*w));

	if (!w)
		return NULL;

	w->place = -1;
	w->packet.id = id;
	w->packet.at_ns = w->last_ns = at_ns;
	r->ways[r->way_count++] = w;
	return w;
}

static void set_head(struct way *w, const struct path_head *h)
{
	w->has_head = true;
	w->ip_id = h->ip_id;
	w->packet.from = h->from;
	w->packet.to = h->to;
	w->packet.from_port = h->from_port;
	w->packet.to_port = h->to_port;
	w->packet.protocol = h->protocol;
	w->packet.flags = h->flags;
	w->packet.seq = h->seq;
}

/* Translated or not: one end stays. */
static bool is_same_packet(const struct way *w, const struct path_head *h)
{
	const struct nftrace_packet *p = &w->packet;
	const bool same_from = p->from_port == h->from_port &&
			       address_equal(&p->from, &h->from);
	const bool same_to =
		p->to_port == h->to_port && address_equal(&p->to, &h->to);

	return w->has_head && p->protocol == h->protocol && p->seq == h->seq &&
	       p->flags == h->flags && w->ip_id == h->ip_id &&
	       (same_from || same_to);
}

/* Of the same id, at the same time, and not another packet. */
static struct way *find_way(const struct reading *r, const struct path_event *e,
			    int64_t at_ns)
{
	size_t i = r->way_count;

	for (size_t n = 0; i-- && n < LOOK_BACK; n++) {
		struct way *w = r->ways[i];

		if (w->packet.id != e->id || at_ns - w->last_ns > TOGETHER)
			continue;
		if (!e->head.is_known || !w->has_head ||
		    is_same_packet(w, &e->head))
			return w;
		return NULL;
	}

	return NULL;
}

static int add_step(struct reading *r, struct way *w,
		    const struct path_event *e)
{
	struct link *l = arena_alloc(r->arena, sizeof(*l));

	if (!l)
		return -ENOMEM;

	l->step = e->step;
	l->step.table = arena_copy(r->arena, e->table.s, e->table.len);
	l->step.chain = arena_copy(r->arena, e->chain.s, e->chain.len);
	if (!l->step.table || !l->step.chain)
		return -ENOMEM;
	if (w->last)
		w->last->next = l;
	else
		w->first = l;
	w->last = l;
	w->count++;
	return 0;
}

static int take_place(struct reading *r, const struct cursor *body)
{
	struct cursor c = *body;
	struct place p = { .index = message_u32(&c, r->is_big) };
	const char *names;
	size_t left;

	p.family = (uint8_t)message_u32(&c, r->is_big);
	left = cursor_left(&c);
	names = (const char *)c.pos;
	if (!left || r->place_count == PLACES)
		return 0;
	p.table = (struct path_string){ names, strnlen(names, left) };
	if (p.table.len == left)
		return 0;
	left -= p.table.len + 1;
	names += p.table.len + 1;
	p.chain =
		(struct path_string){ names, left ? strnlen(names, left) : 0 };
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].index == p.index) {
			r->places[i].is_ambiguous = true;
			return 0;
		}
	r->places[r->place_count++] = p;
	return 0;
}

/* By the name of our own chain. */
static int place_of(const struct reading *r, const struct path_string *chain)
{
	const size_t skip = sizeof(ARM_AGAIN) - 1;
	uint32_t index = 0;

	if (chain->len <= skip || chain->len > skip + 3 ||
	    memcmp(chain->s, ARM_AGAIN, skip) != 0)
		return -1;
	for (size_t i = skip; i < chain->len; i++)
		index = index * 10 + (uint32_t)(chain->s[i] - '0');
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].index == index && !r->places[i].is_ambiguous)
			return (int)i;

	return -1;
}

/* What a base chain's run ends with. */
static bool is_last(const struct nftrace_step *s)
{
	return s->is_policy || s->verdict == NFTRACE_ACCEPT ||
	       s->verdict == NFTRACE_DROP || s->verdict == NFTRACE_QUEUE ||
	       s->verdict == NFTRACE_STOLEN;
}

static int take_trace(struct reading *r, const struct message *m, int64_t at_ns)
{
	struct path_event e;
	struct way *w;

	if (m->type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) ||
	    !path_nft_event(m->attrs, r->is_big, m->family, &e))
		return 0;
	w = find_way(r, &e, at_ns);
	if (!w) {
		if (r->way_count == WAYS_MOST) {
			r->list->lost++;
			return 0;
		}
		w = add_way(r, e.id, at_ns);
	}
	if (!w)
		return -ENOMEM;

	w->last_ns = at_ns;
	if (e.head.is_known && !w->has_head)
		set_head(w, &e.head);
	if (is_own(&e.table)) {
		w->is_ours = true;
		w->place = place_of(r, &e.chain);
		return 0;
	}
	if (is_last(&e.step))
		w->place = -1;
	if (path_is_nothing(&e.step))
		return 0;
	if (e.step.handle)
		e.step.number = number_of(r, &e);
	return add_step(r, w, &e);
}

/* Retransmissions of IPv6 look the same: the one that was read next to it. */
static struct way *find_legacy(const struct reading *r,
			       const struct path_head *h, int64_t at_ns)
{
	struct way *best = NULL;
	int64_t nearest = INT64_MAX;

	for (size_t i = 0; i < r->way_count; i++) {
		struct way *w = r->ways[i];
		const int64_t away = llabs(at_ns - w->packet.at_ns);

		if (away < nearest && is_same_packet(w, h)) {
			best = w;
			nearest = away;
		}
	}

	return nearest <= TOGETHER ? best : NULL;
}

static bool is_named(struct cursor *c, const struct path_string *name)
{
	const uint8_t *s = cursor_bytes(c, LEGACY_NAME);

	return s && name->len < LEGACY_NAME && !memcmp(s, name->s, name->len) &&
	       !s[name->len];
}

/* The bytes of its chain's rules (legacy.h), if they are known. */
static bool find_chain(const struct reading *r, const struct path_event *e,
		       struct cursor *ret)
{
	for (size_t i = 0; i < r->chain_count; i++) {
		struct cursor c = r->chains[i];

		while (cursor_left(&c)) {
			const size_t rules = message_u32(&c, r->is_big);
			const bool is_table = is_named(&c, &e->table);
			const bool is_chain = is_named(&c, &e->chain);

			*ret = cursor_take(&c, rules + 1);
			if (is_table && is_chain && cursor_ok(&c))
				return true;
		}
	}

	return false;
}

static enum nftrace_verdict legacy_verdict(uint8_t byte)
{
	static const enum nftrace_verdict verdicts[UINT8_MAX + 1] = {
		[LEGACY_ACCEPT] = NFTRACE_ACCEPT,
		[LEGACY_DROP] = NFTRACE_DROP,
		[LEGACY_JUMP] = NFTRACE_JUMP,
		[LEGACY_QUEUE] = NFTRACE_QUEUE,
		[LEGACY_RETURN] = NFTRACE_RETURN,
	};

	return byte == LEGACY_CONTINUE || verdicts[byte] ? verdicts[byte]
							 : NFTRACE_UNSAID;
}

/* What its rule does; and a rule without conditions is no policy. */
static void mend_legacy(const struct reading *r, struct path_event *e)
{
	const unsigned number = e->step.number;
	struct cursor c;

	if (!number || !find_chain(r, e, &c) || number > cursor_left(&c))
		return;

	e->step.is_policy = e->step.is_policy && number == cursor_left(&c);
	if (number == cursor_left(&c))
		e->step.number = 0;
	cursor_skip(&c, number - 1);
	e->step.verdict = legacy_verdict(cursor_u8(&c));
}

static int take_log(struct reading *r, const struct message *m, int64_t at_ns)
{
	struct path_event e;
	struct way *w;

	if (m->type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) ||
	    !path_legacy_event(m->attrs, r->is_big, m->family, &e))
		return 0;
	if (r->legacy_count++ == LEGACY_MOST)
		return -EFBIG;
	mend_legacy(r, &e);
	w = find_legacy(r, &e.head, at_ns);
	if (!w && r->way_count == WAYS_MOST) {
		r->list->lost++;
		return 0;
	}
	if (!w) {
		w = add_way(r, 0, at_ns);
		if (!w)
			return -ENOMEM;
		set_head(w, &e.head);
		w->is_ours = true;
	}

	return add_step(r, w, &e);
}

static int take_messages(struct reading *r, struct cursor c, int64_t at_ns,
			 take_message take)
{
	struct message m;
	int err = 0;

	while (!err && message_next(&c, r->is_big, &m))
		err = take(r, &m, at_ns);
	if (!cursor_ok(&c))
		r->is_damaged = true;

	return err;
}

static int take_missing(struct reading *r, const struct cursor *body)
{
	if (r->list->missing)
		return 0;
	r->list->missing = arena_copy(r->arena, body->pos, cursor_left(body));
	return r->list->missing ? 0 : -ENOMEM;
}

/* What path.h tells of a record that is no messages. */
static int take_other(struct reading *r, uint32_t kind, struct cursor *body)
{
	if (kind == RECORD_ARMED)
		r->list->is_armed = true;
	else if (kind == RECORD_LOST)
		r->list->lost++;
	else if (kind == RECORD_MISSING)
		return take_missing(r, body);
	else if (kind == RECORD_PLACE)
		return take_place(r, body);
	else if (kind == RECORD_CHAINS && r->chain_count < CHAIN_RECORDS)
		r->chains[r->chain_count++] = *body;
	else if (kind != RECORD_BEGIN && kind != RECORD_CHAINS &&
		 kind != RECORD_END)
		r->is_damaged = true;

	return 0;
}

static int take_record(struct reading *r, uint32_t kind, struct cursor *body,
		       int64_t at_ns, bool is_legacy)
{
	static const take_message takers[RECORD_KINDS] = {
		[RECORD_RULES] = take_rule,
		[RECORD_TRACE] = take_trace,
		[RECORD_LOG] = take_log,
	};

	if (is_legacy != (kind == RECORD_LOG))
		return 0;
	if (kind == RECORD_RULES && !cursor_left(body))
		r->rule_count = 0;
	if (kind < RECORD_KINDS && takers[kind])
		return take_messages(r, *body, at_ns, takers[kind]);

	return take_other(r, kind, body);
}

/* The next whole record; what is cut has not been written yet. */
static bool next_record(struct reading *r, struct cursor *c, uint32_t *kind,
			int64_t *at_ns, struct cursor *body)
{
	uint32_t length, low, high;

	if (cursor_left(c) < RECORD_HEAD)
		return false;

	*kind = message_u32(c, r->is_big);
	length = message_u32(c, r->is_big);
	low = message_u32(c, r->is_big);
	high = message_u32(c, r->is_big);
	*at_ns = r->is_big ? (int64_t)((uint64_t)low << 32 | high)
			   : (int64_t)((uint64_t)high << 32 | low);
	if (!*kind || length > RECORD_MOST) {
		r->is_damaged = true;
		return false;
	}
	if (length > cursor_left(c))
		return false;
	*body = cursor_take(c, length);
	if (*at_ns > r->newest_ns)
		r->newest_ns = *at_ns;

	return true;
}

static int read_records(struct reading *r, struct cursor c, bool is_legacy)
{
	struct cursor body;
	uint32_t kind;
	int64_t at_ns;
	int err = 0;

	while (!err && !r->is_damaged &&
	       next_record(r, &c, &kind, &at_ns, &body)) {
		/* The rules are all there before the first trace. */
		if (kind == RECORD_ARMED && !is_legacy)
			sort_rules(r);
		err = take_record(r, kind, &body, at_ns, is_legacy);
	}

	return err;
}

/* Whether it was seen just before a chain that clears nftrace, and not behind it,
 * though there was time enough, and nothing was lost. */
static bool is_stuck(const struct reading *r, const struct way *w)
{
	return w->place >= 0 && !r->list->lost &&
	       r->newest_ns - w->last_ns > QUIET;
}

static int add_place_step(struct reading *r, struct way *w)
{
	const struct place *p = &r->places[w->place];
	const struct path_event e = {
		.table = p->table,
		.chain = p->chain,
		.step = { .engine = NFTRACE_NFT,
			  .family = p->family,
			  .verdict = NFTRACE_UNSAID },
	};

	return add_step(r, w, &e);
}

static int hand_out(struct reading *r)
{
	struct nftrace_list *l = r->list;

	l->packets =
		arena_alloc(r->arena, (r->way_count + 1) * sizeof(*l->packets));
	if (!l->packets)
		return -ENOMEM;
	for (size_t i = 0; i < r->way_count; i++) {
		struct way *w = r->ways[i];
		struct nftrace_packet *p = &l->packets[l->count];

		if (!w->is_ours)
			continue;
		if (is_stuck(r, w) && add_place_step(r, w))
			return -ENOMEM;
		*p = w->packet;
		p->steps = arena_alloc(r->arena,
				       (w->count + 1) * sizeof(*p->steps));
		if (!p->steps)
			return -ENOMEM;
		for (const struct link *s = w->first; s; s = s->next)
			p->steps[p->count++] = s->step;
		l->count++;
	}

	return 0;
}

/* The first record is the magic number, which tells the order of bytes. */
static bool read_magic(struct reading *r, const void *data, size_t size)
{
	struct cursor little = cursor_over(data, size), big;

	cursor_skip(&little, RECORD_HEAD);
	big = little;
	r->is_big = cursor_be32(&big) == RECORD_MAGIC;
	return r->is_big || cursor_le32(&little) == RECORD_MAGIC;
}

int nftrace_read(const void *data, size_t size, struct arena *arena,
		 struct nftrace_list *ret)
{
	struct reading r = { .arena = arena, .list = ret };
	int err;

	*ret = (struct nftrace_list){ 0 };
	if (size < RECORD_HEAD + 4)
		return 0;
	if (!read_magic(&r, data, size))
		return -EINVAL;
	r.ways = arena_alloc(arena, WAYS_MOST * sizeof(struct way *));
	if (!r.ways)
		return -ENOMEM;

	err = read_records(&r, cursor_over(data, size), false);
	if (!err)
		err = read_records(&r, cursor_over(data, size), true);
	if (err == -EFBIG)
		err = 0;
	if (!err)
		err = hand_out(&r);

	return err ? err : r.is_damaged ? -EINVAL : 0;
}

const struct nftrace_step *nftrace_end(const struct nftrace_packet *p,
				       bool is_dropped)
{
	const struct nftrace_step *last = NULL;

	for (size_t i = 0; i < p->count; i++) {
		const struct nftrace_step *s = &p->steps[i];

		if (s->verdict == NFTRACE_DROP)
			return s;
		last = s->verdict == NFTRACE_UNSAID ? s : NULL;
	}

	return is_dropped ? last : NULL;
}
