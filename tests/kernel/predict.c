#include "predict.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "net/address.h"
#include "ruleset/walk_state.h"

const enum field predict_ends[4] = { FIELD_SADDR, FIELD_DADDR, FIELD_SPORT,
				     FIELD_DPORT };

int book_init(struct book *b, const struct ruleset *r)
{
	*b = (struct book){ .chain_count = r->chain_count };
	b->first = calloc(r->chain_count + 1, sizeof(*b->first));
	if (!b->first)
		return -ENOMEM;
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			b->first[c->index] = b->count;
			b->count += c->rule_count + 1;
		}
	b->row = calloc(b->count + 1, sizeof(*b->row));
	return b->row ? 0 : -ENOMEM;
}

void book_done(struct book *b)
{
	free(b->row);
	free(b->first);
}

void book_clear(struct book *b)
{
	memset(b->row, 0, b->count * sizeof(*b->row));
}

struct tally *book_row(const struct book *b, const struct chain *c,
		       unsigned number)
{
	return &b->row[b->first[c->index] + number];
}

int predict_init(struct predictor *p, const struct ruleset *r,
		 const struct lab *lab, bool has_tracking)
{
	*p = (struct predictor){ .lab = lab, .has_tracking = has_tracking };
	p->plan = walk_plan_new(r);
	p->addresses =
		calloc(LAB_LOCAL + 2 * LAB_DEVICES + 3, sizeof(*p->addresses));
	return p->plan && p->addresses ? 0 : -ENOMEM;
}

void predict_done(struct predictor *p)
{
	walk_plan_free(p->plan);
	free(p->addresses);
}

static u128 device_name(const struct lab *lab, unsigned k)
{
	return field_from_name(lab->device[k].name,
			       strlen(lab->device[k].name));
}

static bool is_v4(u128 a)
{
	return a >> 32 == 0xffff;
}

void predict_route(struct predictor *p)
{
	const struct lab *lab = p->lab;
	size_t n = 0;

	for (unsigned k = 0; k < lab->count; k++) {
		u128 name = device_name(lab, k);

		p->addresses[n++] =
			(struct walk_address){ name, lab->device[k].v4,
					       96 + 24 };
		p->addresses[n++] =
			(struct walk_address){ name, lab->device[k].v6, 64 };
	}
	/* These are routed here, and no device has them. */
	for (unsigned i = 0; i < lab->local_count; i++)
		p->addresses[n++] =
			(struct walk_address){ field_from_name("-", 1),
					       lab->local[i], 128 };
	/* Everything else. */
	p->addresses[n++] = (struct walk_address){ device_name(lab, lab->out),
						   (u128)0xffff << 32, 96 };
	for (u128 half = 0; half < 2; half++)
		p->addresses[n++] =
			(struct walk_address){ device_name(lab, lab->out),
					       half << 127, 1 };
	p->host = (struct walk_host){ p->addresses, n };
}

unsigned predict_address_type(const struct lab *lab, u128 a)
{
	if (lab_is_local(lab, a))
		return RTN_LOCAL;
	if (is_v4(a)) {
		uint32_t v = (uint32_t)a;

		if (v == UINT32_MAX)
			return RTN_BROADCAST;
		if (v >> 28 == 14)
			return RTN_MULTICAST;
		if (v >> 24 == 127)
			return RTN_LOCAL;
	} else if (a == 1) {
		return RTN_LOCAL;
	} else if (a >> 120 == 0xff) {
		return RTN_MULTICAST;
	}
	return RTN_UNICAST;
}

/* The flow has the addresses that the packet has now. */
static void settle_flow(struct shot *s)
{
	struct point *p = &s->packet;
	bool reply = p->value[FIELD_CT_DIRECTION] && !s->quoted.known;

	if (s->quoted.known)
		point_set(&s->quoted, FIELD_SADDR, p->value[FIELD_DADDR]);
	if (!point_has(p, FIELD_CT_SADDR))
		return;
	if (s->quoted.known) {
		point_set(p, FIELD_CT_SADDR, p->value[FIELD_DADDR]);
		return;
	}
	point_set(p, FIELD_CT_SADDR,
		  p->value[reply ? FIELD_DADDR : FIELD_SADDR]);
	point_set(p, FIELD_CT_DADDR,
		  p->value[reply ? FIELD_SADDR : FIELD_DADDR]);
}

/* Where it goes. */
static void place(const struct lab *lab, struct shot *s, bool to_host)
{
	struct point *p = &s->packet;

	point_set(p, FIELD_SADDR_TYPE,
		  predict_address_type(lab, p->value[FIELD_SADDR]));
	point_set(p, FIELD_DADDR_TYPE,
		  predict_address_type(lab, p->value[FIELD_DADDR]));
	if (!s->is_local)
		point_set(p, FIELD_OIF,
			  to_host ? 0 : device_name(lab, lab->out));
	if (!s->is_local && !to_host && p->value[FIELD_TTL] < LAB_HOPS)
		point_set(p, FIELD_TTL, LAB_HOPS);
}

void predict_sender(const struct lab *lab, struct shot *s)
{
	struct point *p = &s->packet;
	u128 device = device_name(lab, s->device);

	point_set(p, FIELD_IIF, s->is_local ? 0 : device);
	point_set(p, FIELD_OIF, s->is_local ? device : 0);
	point_set(p, FIELD_HAS_SOCKET, s->is_local);
	point_set(p, FIELD_RPFILTER, !s->is_local && s->device == lab->out);
	point_forget(p, FIELD_UID);
	point_forget(p, FIELD_GID);
	point_forget(p, FIELD_MAC_SADDR);
	point_forget(p, FIELD_MAC_DADDR);
	if (s->is_local) {
		point_set(p, FIELD_UID, lab->user[s->user]);
		point_set(p, FIELD_GID, lab->user[s->user]);
	} else {
		point_set(p, FIELD_MAC_SADDR, 0x020000000001);
		point_set(p, FIELD_MAC_DADDR, lab->device[s->device].mac);
	}
	place(lab, s, lab_is_local(lab, p->value[FIELD_DADDR]));
}

void predict_translated(const struct lab *lab, struct shot *s,
			const u128 ends[4])
{
	s->is_translated = true;
	memcpy(s->ends, ends, sizeof(s->ends));
	place(lab, s, lab_is_local(lab, ends[1]));
}

/* Of those that are routed by lo: a device's own are that device's. */
static u128 own_address(const struct lab *lab, struct dice *dice, bool v6)
{
	for (int tries = 0; tries < 4 && lab->local_count; tries++) {
		u128 a = lab->local[dice_below(dice, lab->local_count)];

		if (is_v4(a) == !v6)
			return a;
	}
	return v6 ? 1 : (u128)0xffff << 32 | 0x7f000001;
}

bool predict_loop(const struct lab *lab, struct dice *dice, struct shot *s)
{
	struct point *p = &s->packet;

	if (!s->is_local || s->has_entry || s->quoted.known ||
	    p->value[FIELD_FRAGMENT] ||
	    (point_has(p, FIELD_SPORT) &&
	     p->value[FIELD_SPORT] == p->value[FIELD_DPORT]))
		return false;
	point_set(p, FIELD_SADDR, own_address(lab, dice, frame_is_v6(p)));
	point_set(p, FIELD_DADDR, own_address(lab, dice, frame_is_v6(p)));
	if (!point_has(p, FIELD_SPORT) &&
	    p->value[FIELD_SADDR] == p->value[FIELD_DADDR])
		return false;
	s->device = lab->count;
	s->is_last = true; /* its connection is confirmed on the way out */
	predict_sender(lab, s);
	point_set(p, FIELD_RPFILTER, 1);
	settle_flow(s);
	return true;
}

bool predict_settle(const struct lab *lab, struct shot *s)
{
	struct point *p = &s->packet;
	bool v6 = frame_is_v6(p);
	bool to_host = lab_is_local(lab, p->value[FIELD_DADDR]);

	for (int i = 0; lab_is_local(lab, p->value[FIELD_SADDR]) && i < 8; i++)
		p->value[FIELD_SADDR] ^= 1U << i;
	for (int i = 0;
	     s->is_local && lab_is_local(lab, p->value[FIELD_DADDR]) && i < 8;
	     i++)
		p->value[FIELD_DADDR] ^= 1U << i;
	/* Both directions of a flow to oneself are the same. */
	if (s->has_entry && p->value[FIELD_SADDR] == p->value[FIELD_DADDR])
		return false;
	to_host = lab_is_local(lab, p->value[FIELD_DADDR]);
	if (lab_is_local(lab, p->value[FIELD_SADDR]) ||
	    (s->is_local && to_host))
		return false;
	place(lab, s, to_host);
	settle_flow(s);
	/* IPv4 puts its pieces together before input (ip_local_deliver()). */
	if (to_host && !v6)
		point_set(p, FIELD_FRAGMENT, 0);
	return true;
}

/* Counting */

struct counting {
	struct book *book; /* or NULL */
	const struct point *packet;
	struct walk_verdict unsure; /* the first rule that is: its why */
	enum hook hook;             /* of the chain that was met last */
	const struct action **nat;  /* two; the expected's */
};

static void count(struct counting *c, const struct chain *chain,
		  unsigned number)
{
	struct tally *t;

	if (!c->book)
		return;
	t = book_row(c->book, chain, number);
	t->packets++;
	t->bytes += (uint64_t)c->packet->value[FIELD_LENGTH];
}

static void count_rule(void *context, const struct rule *rule)
{
	if (rule->chain->table->engine != ENGINE_NFT)
		count(context, rule->chain, rule->number);
}

static void note_nat(struct counting *c, const struct action *a)
{
	bool is_source = c->hook == HOOK_POSTROUTING || c->hook == HOOK_INPUT;

	if (a->kind == ACTION_NAT)
		c->nat[is_source ? MANIP_SOURCE : MANIP_DESTINATION] = a;
}

/* nft counts where the counter stands. */
static void count_action(void *context, const struct rule *rule,
			 const struct action *a)
{
	note_nat(context, a);
	if (rule->chain->table->engine == ENGINE_NFT &&
	    a->kind == ACTION_NONE && a->text &&
	    strncmp(a->text, "counter", 7) == 0)
		count(context, rule->chain, rule->number);
}

static void note_chain(void *context, const struct chain *c)
{
	struct counting *counting = context;

	counting->hook = c->hook;
}

static void count_policy(void *context, const struct chain *c)
{
	if (c->table->engine != ENGINE_NFT)
		count(context, c, 0);
}

/* Nobody can say whether this one counts. */
static void note_unsure(void *context, const struct rule *rule,
			const struct cond *why)
{
	struct counting *c = context;

	if (!c->unsure.why)
		c->unsure = (struct walk_verdict){ .chain = rule->chain,
						   .rule = rule,
						   .why = why };
}

/* nft's "th" reads ports where the protocol has none: bytes of a header that
 * no packet's words hold. */
static bool is_portless(const struct point *p, enum field f)
{
	return (f == FIELD_SPORT || f == FIELD_DPORT) &&
	       !frame_has_ports((unsigned)p->value[FIELD_PROTO]);
}

static bool is_lookup_excused(const struct cond *c, const struct point *p)
{
	for (int i = 0; i < SET_PARTS; i++)
		if (c->key[i] != FIELD_COUNT && is_portless(p, c->key[i]))
			return true;
	return !c->set || !c->set->is_given || c->set->is_dynamic;
}

/* Why the walker cannot tell; excused where nobody could. */
static const char *doubt_of(const struct walk_verdict *v,
			    const struct point *packet, bool *ret_excused)
{
	const struct cond *c = v->why;

	*ret_excused = false;
	if (!c)
		return v->action && v->action->text ? v->action->text
						    : "an action";
	switch (c->kind) {
	case COND_VARIABLE:
		*ret_excused = c->variable->doubt <= DOUBT_RECENT ||
			       c->variable->doubt == DOUBT_SET;
		return c->variable->text;
	case COND_LOOKUP:
		*ret_excused = is_lookup_excused(c, packet);
		return c->set_name ? c->set_name : "a lookup";
	case COND_RANGES:
	case COND_EQUAL:
		/* From lo comes no Ethernet. */
		*ret_excused = is_portless(packet, c->field) ||
			       (c->field == FIELD_MAC_SADDR &&
				!point_has(packet, c->field));
		return field_info[c->field].id;
	case COND_ALL:
	case COND_ANY:
		break;
	}
	return "a condition";
}

static void note_open(struct expected *e, const struct walk_verdict *v,
		      const struct point *packet)
{
	e->verdict.chain = v->chain;
	e->verdict.rule = v->rule;
	e->open = doubt_of(v, packet, &e->is_excused);
}

/* An open question goes to e. */
struct walk_verdict predict_walk(struct walk *w, struct book *book,
				 struct expected *e)
{
	struct counting c = { .book = book,
			      .packet = w->packet,
			      .nat = e->nat };
	struct walk_visitor v = { .chain = note_chain,
				  .rule = count_rule,
				  .action = count_action,
				  .policy = count_policy,
				  .unsure = note_unsure,
				  .context = &c };
	struct point tracking;

	w->visitor = &v;
	walk_hooks_run(w, &tracking);
	w->visitor = NULL;
	e->hook = c.hook;
	if (!e->open && w->verdict.decision == WALK_UNKNOWN)
		note_open(e, &w->verdict, w->packet);
	if (!e->open && c.unsure.why)
		note_open(e, &c.unsure, w->packet);
	return w->verdict;
}

/* Answers */

static void reset_of(const struct point *p, struct point *ret)
{
	bool had_ack = p->value[FIELD_TCP_FLAGS] & FRAME_ACK;

	point_set(ret, FIELD_PROTO, FRAME_TCP);
	point_set(ret, FIELD_SPORT, p->value[FIELD_DPORT]);
	point_set(ret, FIELD_DPORT, p->value[FIELD_SPORT]);
	point_set(ret, FIELD_TCP_FLAGS,
		  had_ack ? FRAME_RST : FRAME_RST | FRAME_ACK);
	point_set(ret, FIELD_TCP_MSS, 0);
	point_set(ret, FIELD_LENGTH, frame_is_v6(p) ? 60 : 40);
	point_set(ret, FIELD_TOS, 0);
	point_set(ret, FIELD_SADDR, p->value[FIELD_DADDR]);
}

/* An address that a device has; others of this host are only routed here, and
 * ipv6_chk_addr() does not know them. */
static bool is_device_address(const struct lab *lab, u128 a)
{
	for (unsigned k = 0; k < lab->count; k++)
		if (lab->device[k].v6 == a)
			return true;
	return false;
}

/* net/ipv4/icmp.c __icmp_send(), net/ipv6/icmp.c icmp6_send(): how much is
 * quoted, and which address speaks. */
static void error_of(const struct lab *lab, const struct shot *s,
		     const struct expected *e, struct point *ret)
{
	const struct point *p = &e->last;
	const struct walk_verdict *v = &e->verdict;
	bool v6 = frame_is_v6(p);
	uint64_t length = (uint64_t)p->value[FIELD_LENGTH];
	uint64_t most = v6 ? 1280 - 48 : 576 - 28;
	bool to_host = v6 ? is_device_address(lab, p->value[FIELD_DADDR])
			  : e->hook == HOOK_INPUT;
	unsigned device = v6 && !s->is_local ? s->device : lab->out;

	point_set(ret, FIELD_PROTO, v6 ? FRAME_ICMP6 : FRAME_ICMP);
	point_set(ret, FIELD_ICMP_TYPE, v6 ? 1 : 3);
	point_set(ret, FIELD_ICMP_CODE, v->reject_code);
	point_set(ret, FIELD_LENGTH,
		  (v6 ? 48U : 28U) + (length < most ? length : most));
	point_set(ret, FIELD_TOS, v6 ? 0 : (p->value[FIELD_TOS] & 0x1e) | 0xc0);
	point_set(ret, FIELD_SADDR,
		  to_host ? p->value[FIELD_DADDR]
		  : v6    ? lab->device[device].v6
			  : lab->device[device].v4);
}

/* The reply belongs to the connection of what it answers: RELATED, against
 * its direction (nf_conntrack_attach()); of no connection, it is none that
 * conntrack knows. */
static void answer_state(const struct predictor *p, const struct point *packet,
			 struct point *ret)
{
	unsigned state = (unsigned)packet->value[FIELD_CT_STATE];
	bool known = point_has(packet, FIELD_CT_STATE) &&
		     (state == CT_NEW || state == CT_ESTABLISHED ||
		      state == CT_RELATED);

	point_set(ret, FIELD_CT_STATE, known ? CT_RELATED : CT_INVALID);
	if (!known)
		return;
	for (int f = FIELD_CT_DIRECTION; f <= FIELD_CT_MARK; f++)
		if (point_has(packet, (enum field)f))
			point_set(ret, (enum field)f, packet->value[f]);
	point_set(ret, FIELD_CT_DIRECTION, !packet->value[FIELD_CT_DIRECTION]);
	(void)p;
}

static void answer_of(const struct predictor *p, const struct shot *s,
		      const struct expected *e, struct point *ret)
{
	const struct lab *lab = p->lab;

	*ret = (struct point){ 0 };
	point_set(ret, FIELD_FAMILY, s->packet.value[FIELD_FAMILY]);
	if (e->verdict.reject == REJECT_TCP_RESET)
		reset_of(&e->last, ret);
	else
		error_of(lab, s, e, ret);
	point_set(ret, FIELD_DADDR, e->last.value[FIELD_SADDR]);
	point_set(ret, FIELD_IIF, 0);
	point_set(ret, FIELD_OIF, device_name(lab, e->device));
	point_set(ret, FIELD_TTL, 64);
	point_set(ret, FIELD_MARK, 0);
	point_set(ret, FIELD_FRAGMENT, 0);
	point_set(ret, FIELD_PACKET_TYPE, 0);
	/* The kernel sends ICMP by a socket of its own, which is no file: it
	 * has no owner, but it is there. */
	point_set(ret, FIELD_HAS_SOCKET, e->verdict.reject != REJECT_TCP_RESET);
	point_set(ret, FIELD_UID, UINT32_MAX);
	point_set(ret, FIELD_GID, UINT32_MAX);
	point_set(ret, FIELD_IPSEC_IN, 0);
	point_set(ret, FIELD_ROUTING, 0);
	point_set(ret, FIELD_IPSEC_OUT, 0);
	point_set(ret, FIELD_PHYS_IIF, 0);
	point_set(ret, FIELD_PHYS_OIF, 0);
	point_set(ret, FIELD_RPFILTER, 0);
	point_set(ret, FIELD_SADDR_TYPE,
		  predict_address_type(lab, ret->value[FIELD_SADDR]));
	point_set(ret, FIELD_DADDR_TYPE,
		  predict_address_type(lab, ret->value[FIELD_DADDR]));
	answer_state(p, &e->last, ret);
}

/* The answer's way begins with what its connection has been through. */
static struct walk_verdict walk_answer(const struct predictor *p,
				       const struct walk *w, struct book *book,
				       struct expected *e)
{
	struct point packet;
	struct walk refusal, back;

	walk_refusal_make(&e->last, w, &e->verdict, &refusal, &packet);
	walk_hooks_begin(&back, p->plan, &p->host, &e->answer);
	memcpy(back.is_done, refusal.is_done, sizeof(back.is_done));
	memcpy(back.is_undoing, refusal.is_undoing, sizeof(back.is_undoing));
	memcpy(back.undo, refusal.undo, sizeof(back.undo));
	return predict_walk(&back, book, e);
}

/* Chains are not asked for what they said of its first packet. */
static void take_up(struct walk *w, const struct shot *s)
{
	const struct point *p = &s->packet;

	for (int i = 0; i < 2 && s->is_translated; i++) {
		int manip = i ? MANIP_DESTINATION : MANIP_SOURCE;

		w->undo[manip] = (struct walk_end){ .address = s->ends[i],
						    .port = s->ends[i + 2],
						    .has_address = true,
						    .has_port = true };
		w->is_undoing[manip] =
			p->value[predict_ends[i]] != s->ends[i] ||
			p->value[predict_ends[i + 2]] != s->ends[i + 2];
	}
}

/* The kernel chooses, perhaps between here and there; or it is routed again, by
 * the device that our sender is bound to. */
static bool is_lost(const struct lab *lab, const struct shot *s,
		    const struct point *last)
{
	if (!point_has(last, FIELD_DADDR))
		return true;
	if (!s->is_local ||
	    last->value[FIELD_DADDR] == s->packet.value[FIELD_DADDR])
		return false;
	/* Who sends by lo stays there, wherever his packet is sent on to. */
	return s->device != lab->count ||
	       predict_address_type(lab, last->value[FIELD_DADDR]) != RTN_LOCAL;
}

void predict_shot(const struct predictor *p, const struct shot *s,
		  struct book *book, struct expected *ret)
{
	struct walk_verdict reply;
	struct walk w;

	*ret = (struct expected){ .last = s->packet };
	walk_hooks_begin(&w, p->plan, &p->host, &ret->last);
	take_up(&w, s);
	ret->verdict = predict_walk(&w, book, ret);
	if (!s->is_translated && is_lost(p->lab, s, &ret->last)) {
		ret->open = "a packet that goes nobody knows where";
		ret->is_excused = true;
		return;
	}
	if (ret->verdict.decision != WALK_REJECT)
		return;
	if (s->is_local &&
	    (s->device == p->lab->count ||
	     predict_address_type(p->lab, s->packet.value[FIELD_SADDR]) ==
		     RTN_LOCAL)) {
		ret->open = "an answer to ourselves";
		ret->is_excused = true;
		return;
	}

	/* A reset to a process here is routed as its own packets are, and our
	 * senders are bound to devices (nf_send_reset(): ip_route_me_harder()). */
	ret->device = p->lab->out;
	if (s->is_local && ret->verdict.reject == REJECT_TCP_RESET &&
	    !frame_is_v6(&s->packet))
		ret->device = s->device;
	answer_of(p, s, ret, &ret->answer);
	/* A connection that rules do not track, and our entry of it: only the
	 * lab has both. */
	if (s->has_entry && ret->answer.value[FIELD_CT_STATE] == CT_INVALID) {
		ret->open = "an answer to an untracked packet of an entry";
		ret->is_excused = true;
	}
	reply = walk_answer(p, &w, book, ret);
	ret->has_answer = reply.decision == WALK_ACCEPT;
	/* NOTRACK leaves such an answer alone, for it has no connection but
	 * looks as if (nf_conntrack_attach(), xt_ct_target()): no words of a
	 * packet say that of it. */
	if (ret->last.value[FIELD_CT_STATE] == CT_UNTRACKED &&
	    ret->answer.value[FIELD_CT_STATE] == CT_UNTRACKED) {
		ret->open = "an answer to an untracked packet, untracked";
		ret->is_excused = true;
	}
	/* What rules change of it is routed again, by the device that our sender
	 * is bound to (ip6_route_me_harder()): the lab's doing alone. */
	if (s->is_local && ret->verdict.reject == REJECT_TCP_RESET &&
	    (ret->answer.value[FIELD_MARK] || ret->answer.value[FIELD_TOS] ||
	     ret->answer.value[FIELD_TTL] != 64)) {
		ret->open = "a reset that is routed twice";
		ret->is_excused = true;
	}
	if (reply.decision == WALK_REJECT) {
		ret->open = "an answer that is answered";
		ret->is_excused = true;
	}
}
