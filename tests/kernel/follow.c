#include "follow.h"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <string.h>

#include "frame.h"

/* What a segment is to the machine (enum tcp_bit_set). */
enum { SYN, SYNACK, FIN, ACK, RST, NONE, INDEXES };

/* States, as the kernel numbers them, and two answers that are none. */
enum { NO, SS, SR, ES, FW, CW, LA, TW, CL, S2, IV, IG, STATES = IV };

static const uint8_t machine[2][INDEXES][STATES] = {
	{
		[SYN] = { SS, SS, IG, IG, IG, IG, IG, SS, SS, S2 },
		[SYNACK] = { IV, IV, SR, IV, IV, IV, IV, IV, IV, SR },
		[FIN] = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
		[ACK] = { ES, IV, ES, ES, CW, CW, TW, TW, CL, IV },
		[RST] = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
		[NONE] = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
	},
	{
		[SYN] = { IV, S2, IV, IV, IV, IV, IV, SS, IV, S2 },
		[SYNACK] = { IV, SR, IG, IG, IG, IG, IG, IG, IG, SR },
		[FIN] = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
		[ACK] = { IV, IG, SR, ES, CW, CW, TW, TW, CL, IG },
		[RST] = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
		[NONE] = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
	},
};

static unsigned low(const struct point *p, enum field f)
{
	return (unsigned)p->value[f];
}

static bool is_icmp(const struct point *p)
{
	return low(p, FIELD_PROTO) == FRAME_ICMP ||
	       low(p, FIELD_PROTO) == FRAME_ICMP6;
}

/* tcp_valid_flags[]; PSH, ECE and CWR do not count. */
static bool has_valid_flags(unsigned flags)
{
	unsigned f = flags & 0x37;

	return f == FRAME_RST || f == (FRAME_RST | FRAME_ACK) ||
	       f == (FRAME_SYN | FRAME_ACK) || (f & ~0x20U) == FRAME_SYN ||
	       (f & ~0x20U) == FRAME_ACK ||
	       (f & ~0x20U) == (FRAME_FIN | FRAME_ACK);
}

static unsigned index_of(unsigned flags)
{
	if (flags & FRAME_RST)
		return RST;
	if (flags & FRAME_SYN)
		return flags & FRAME_ACK ? SYNACK : SYN;
	if (flags & FRAME_FIN)
		return FIN;
	return flags & FRAME_ACK ? ACK : NONE;
}

static enum ct_state first_icmp(bool v6, unsigned type)
{
	if (!v6)
		return type == 8 || type == 13 || type == 15 || type == 17
			       ? CT_NEW
			       : CT_INVALID;
	if ((type >= 130 && type <= 136) || type == 143 || type == 151 ||
	    type == 152)
		return CT_UNTRACKED;
	return type == 128 || type == 139 ? CT_NEW : CT_INVALID;
}

enum ct_state follow_first(const struct point *p)
{
	unsigned flags = low(p, FIELD_TCP_FLAGS);

	if (low(p, FIELD_PROTO) == FRAME_TCP)
		return has_valid_flags(flags) &&
				       machine[0][index_of(flags)][NO] < IV
			       ? CT_NEW
			       : CT_INVALID;
	if (is_icmp(p))
		return first_icmp(frame_is_v6(p), low(p, FIELD_ICMP_TYPE));
	/* Its checksum is compared with UDP's, which it never equals
	 * (nf_conntrack_proto_udp.c, udplite_error()); only where it came in. */
	if (low(p, FIELD_PROTO) == FRAME_UDPLITE && p->value[FIELD_IIF])
		return CT_INVALID;
	return CT_NEW;
}

/* Tuples: ICMP's ports are its id, and type and code. */

void follow_tuple(const struct point *p, struct point *ret)
{
	unsigned protocol = low(p, FIELD_PROTO);
	unsigned from = 0, to = 0;

	*ret = (struct point){ 0 };
	if (is_icmp(p)) {
		from = FRAME_ID;
		to = low(p, FIELD_ICMP_TYPE) << 8 | low(p, FIELD_ICMP_CODE);
	} else if (frame_has_ports(protocol) && protocol != FRAME_DCCP) {
		from = low(p, FIELD_SPORT);
		to = low(p, FIELD_DPORT);
	}
	point_set(ret, FIELD_FAMILY, p->value[FIELD_FAMILY]);
	point_set(ret, FIELD_CT_SADDR, p->value[FIELD_SADDR]);
	point_set(ret, FIELD_CT_DADDR, p->value[FIELD_DADDR]);
	point_set(ret, FIELD_CT_SPORT, from);
	point_set(ret, FIELD_CT_DPORT, to);
	point_set(ret, FIELD_CT_PROTO, protocol);
}

static bool is_same(const struct point *a, const struct point *b)
{
	for (int f = FIELD_CT_SADDR; f <= FIELD_CT_PROTO; f++)
		if (a->value[f] != b->value[f])
			return false;
	return true;
}

static unsigned icmp_answer(unsigned type)
{
	static const uint8_t pairs[][2] = { { 8, 0 },     { 13, 14 },
					    { 15, 16 },   { 17, 18 },
					    { 128, 129 }, { 139, 140 } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		for (int k = 0; k < 2; k++)
			if (pairs[i][k] == type)
				return pairs[i][!k];
	return 255;
}

static void turn_round(const struct point *p, struct point *ret)
{
	*ret = *p;
	ret->value[FIELD_CT_SADDR] = p->value[FIELD_CT_DADDR];
	ret->value[FIELD_CT_DADDR] = p->value[FIELD_CT_SADDR];
	if (low(p, FIELD_CT_PROTO) == FRAME_ICMP ||
	    low(p, FIELD_CT_PROTO) == FRAME_ICMP6) {
		ret->value[FIELD_CT_DPORT] =
			icmp_answer(low(p, FIELD_CT_DPORT) >> 8) << 8 |
			(low(p, FIELD_CT_DPORT) & 0xff);
		return;
	}
	ret->value[FIELD_CT_SPORT] = p->value[FIELD_CT_DPORT];
	ret->value[FIELD_CT_DPORT] = p->value[FIELD_CT_SPORT];
}

/* Whether the packet is the entry's, and of which direction. */
static bool belongs(const struct follow *f, const struct point *p,
		    bool *ret_reply)
{
	struct point tuple;

	follow_tuple(p, &tuple);
	*ret_reply = is_same(&tuple, &f->answer);
	return f->is_there && (*ret_reply || is_same(&tuple, &f->origin));
}

/* TCP */

enum opinion { MEMBER, INVALID, AGAIN /* of a new entry */ };

static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* A reset in an established connection has to be exact. */
static enum opinion look_at_reset(const struct follow *f, bool reply,
				  const struct segment *s, unsigned *state)
{
	const struct follow_end *other = &f->ends[!reply];
	bool is_open = f->state == ES && f->is_assured;

	if (!other->has_ack || (s->seq == 0 && !is_open))
		return MEMBER;
	if (is_before(s->seq, other->max_ack))
		return INVALID;
	if (!is_open || s->seq == other->max_ack)
		return MEMBER;
	if (f->last_index == ACK && f->last_reply == reply &&
	    s->seq == f->last_end)
		return MEMBER;
	*state = f->state;
	return MEMBER;
}

/* tcp_in_window(): what the numbers say, of those that fit. */
static void note_numbers(struct follow *f, bool reply, unsigned flags,
			 const struct segment *s)
{
	struct follow_end *own = &f->ends[reply];
	const struct follow_end *other = &f->ends[!reply];
	uint32_t end = s->seq + s->len;

	if (!own->has_end || is_before(own->end, end))
		own->end = end;
	own->has_end = true;
	if (flags & FRAME_ACK && other->has_end &&
	    !is_before(other->end, s->ack) &&
	    (!own->has_ack || is_before(own->max_ack, s->ack))) {
		own->max_ack = s->ack;
		own->has_ack = true;
	}
}

/* Packets that may be the sign of a connection that we do not know of. */
static bool is_ignored(struct follow *f, bool reply, unsigned index,
		       const struct segment *s, unsigned *old, unsigned *new)
{
	if (index == SYNACK && f->last_index == SYN && f->last_reply != reply &&
	    s->ack == f->last_end) {
		*old = SS;
		*new = SR;
		f->ends[!reply].end = f->last_end;
		f->ends[!reply].has_closed = false;
		f->ends[reply] = (struct follow_end){ 0 };
		return false;
	}
	f->last_index = index;
	f->last_reply = reply;
	f->last_end = s->seq + s->len;
	if (index == SYN && !reply) {
		f->is_simultaneous = false;
		f->may_be_challenge = *old == LA;
	}
	return true;
}

static enum opinion look_at_tcp(struct follow *f, bool reply, unsigned flags,
				const struct segment *s)
{
	unsigned index = index_of(flags), old = f->state;
	unsigned new = machine[reply][index][old];

	if (new == IV)
		return INVALID;
	if (new == SS && old >= TW &&
	    (f->ends[0].has_closed || f->ends[1].has_closed ||
	     (f->last_reply == reply && f->last_index == RST)))
		return AGAIN;
	if ((new == IG || (new == SS &&old >= TW)) &&
	    is_ignored(f, reply, index, s, &old, &new))
		return MEMBER;
	/* An ACK that asks whether a SYN was meant (RFC 5961 4.2). */
	if (new == TW && old == LA &&index == ACK && f->last_reply != reply &&
	    f->last_index == SYN && f->may_be_challenge) {
		f->may_be_challenge = false;
		return MEMBER;
	}
	if (new == S2)
		f->is_simultaneous = true;
	if (new == SR && reply &&index == ACK && f->is_simultaneous)
		new = ES;
	if (index == RST && look_at_reset(f, reply, s, &new) == INVALID)
		return INVALID;

	note_numbers(f, reply, flags, s);
	if (index == ACK)
		f->last_end = s->seq + s->len;
	f->last_index = index;
	f->last_reply = reply;
	f->state = new;
	if (old != new &&new == FW)
		f->ends[reply].has_closed = true;
	if (!f->has_reply && index == RST)
		f->is_there = false;
	else if (f->has_reply && (old == SR || old == ES) && new == ES)
		f->is_assured = true;
	return MEMBER;
}

/* Fields */

static void say(struct point *p, enum ct_state state)
{
	for (int f = FIELD_CT_STATE; f <= FIELD_CT_MARK; f++)
		point_set(p, (enum field)f, 0);
	for (int f = FIELD_CT_SADDR; f <= FIELD_CT_PROTO; f++)
		point_forget(p, (enum field)f);
	point_set(p, FIELD_CT_STATE, state);
}

static void say_entry(struct point *p, const struct follow *f,
		      enum ct_state state, bool reply, bool confirmed)
{
	say(p, state);
	for (int c = FIELD_CT_SADDR; c <= FIELD_CT_PROTO; c++)
		point_set(p, (enum field)c, f->origin.value[c]);
	point_set(p, FIELD_CT_DIRECTION, reply);
	point_set(p, FIELD_CT_SNAT, f->has_snat);
	point_set(p, FIELD_CT_DNAT, f->has_dnat);
	point_set(p, FIELD_CT_SEEN_REPLY, f->has_reply);
	point_set(p, FIELD_CT_ASSURED, f->is_assured);
	point_set(p, FIELD_CT_CONFIRMED, confirmed);
	point_set(p, FIELD_CT_MARK, f->mark);
}

static void look_new(struct point *p, const struct segment *s,
		     struct follow *ret)
{
	enum ct_state state = follow_first(p);

	*ret = (struct follow){ 0 };
	if (state != CT_NEW) {
		say(p, state);
		return;
	}
	ret->last_index = NONE;
	follow_tuple(p, &ret->origin);
	turn_round(&ret->origin, &ret->answer);
	ret->is_there = true;
	if (low(p, FIELD_PROTO) == FRAME_TCP)
		look_at_tcp(ret, false, low(p, FIELD_TCP_FLAGS), s);
	say_entry(p, ret, CT_NEW, false, false);
}

/* An error goes to who sent what it quotes, against the quoted direction. */
static void look_at_error(const struct follow *f, struct shot *s)
{
	struct point *p = &s->packet;
	bool reply;

	if (!s->quoted.known || !belongs(f, &s->quoted, &reply) ||
	    s->quoted.value[FIELD_SADDR] != p->value[FIELD_DADDR])
		say(p, CT_INVALID);
	else
		say_entry(p, f, CT_RELATED, !reply, true);
}

void follow_look(const struct follow *f, struct shot *s,
		 const struct segment *segment, struct follow *ret)
{
	struct point *p = &s->packet;
	unsigned flags = low(p, FIELD_TCP_FLAGS);
	enum opinion opinion = MEMBER;
	bool reply;

	*ret = *f;
	if (is_icmp(p) &&
	    frame_is_error(frame_is_v6(p), low(p, FIELD_ICMP_TYPE))) {
		look_at_error(f, s);
		return;
	}
	if (!belongs(f, p, &reply)) {
		look_new(p, segment, ret);
		if (!ret->is_there)
			*ret = *f;
		return;
	}
	if (low(p, FIELD_PROTO) == FRAME_TCP)
		opinion = has_valid_flags(flags)
				  ? look_at_tcp(ret, reply, flags, segment)
				  : INVALID;
	if (opinion == INVALID) {
		*ret = *f;
		say(p, CT_INVALID);
	} else if (opinion == AGAIN) {
		look_new(p, segment, ret);
	} else {
		/* nf_conntrack_proto_gre.c; UDP's comes after two seconds */
		if (low(p, FIELD_PROTO) == FRAME_GRE && f->has_reply)
			ret->is_assured = true;
		ret->has_reply |= reply;
		say_entry(p, ret, ret->has_reply ? CT_ESTABLISHED : CT_NEW,
			  reply, true);
	}
}

static bool is_of_entry(const struct point *p)
{
	unsigned state = low(p, FIELD_CT_STATE);

	return state == CT_NEW || state == CT_ESTABLISHED ||
	       state == CT_RELATED;
}

bool follow_settle(struct follow *f, const struct follow *next,
		   const struct shot *s, const struct expected *e)
{
	const struct point *p = &s->packet;
	bool is_new = is_of_entry(p) && !p->value[FIELD_CT_CONFIRMED];
	bool was_rejected = e->verdict.decision == WALK_REJECT;
	bool is_reset = e->verdict.reject == REJECT_TCP_RESET;

	/* It ended before tracking, or was left out of it. */
	if (!is_of_entry(p) ||
	    e->last.value[FIELD_CT_STATE] != p->value[FIELD_CT_STATE])
		return true;
	/* A connection that was opened again lost its first entry. */
	if (is_new && e->verdict.decision != WALK_ACCEPT) {
		f->is_there = false;
		return true;
	}
	*f = *next;
	if (!point_has(&e->last, FIELD_CT_MARK))
		return false;
	f->mark = e->last.value[FIELD_CT_MARK];
	if (is_new) {
		struct point tuple;

		follow_tuple(&e->last, &tuple);
		turn_round(&tuple, &f->answer);
		f->has_snat = e->last.value[FIELD_CT_SNAT];
		f->has_dnat = e->last.value[FIELD_CT_DNAT];
	}
	if (!was_rejected)
		return true;
	if (is_reset && low(&f->origin, FIELD_CT_PROTO) == FRAME_TCP)
		f->state = CL; /* nf_conntrack_tcp_set_closing() */
	if (is_of_entry(&e->answer))
		f->mark = e->answer.value[FIELD_CT_MARK];
	return point_has(&e->answer, FIELD_CT_MARK);
}
