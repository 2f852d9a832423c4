#include "conversation.h"

#include <ctype.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "frame.h"

/*
 * What is said, a letter each; small ones are the other side's. TCP: S SYN,
 * Y SYN ACK, A ACK, D data, F FIN ACK, R RST, Q RST ACK, X SYN FIN, N nothing
 * set. Others: D a datagram or a question, or its answer. All: E an ICMP error
 * about the last packet of the other side, U about a flow that nobody knows.
 */
static const char *const tcp_talks[] = {
	"SyADaFaf",   "SyADdaFfA", "SyADadFafA", "S",       "SSS",  "Sq",
	"SqSyA",      "Sry",       "A",          "AaA",     "ADda", "Y",
	"Ss",         "R",         "Q",          "SA",      "SSyA", "SySyA",
	"SyyA",       "SyAR",      "SyARSyA",    "SyARa",   "SyAr", "SyArS",
	"SyAFafASyA", "SyASyA",    "SyASaA",     "Se",      "SeS",  "SyeA",
	"SyAEDe",     "SyAU",      "U",          "u",       "SU",   "SsyYA",
	"F",          "SyAXA",     "SyAND",      "X",       "N",    "aAa",
	"ySA",        "SyAfFa",    "SyAFAfAa",   "SyADDDd", "SyQ",  "sS",
	"SyAqA",      "SyAFfAS",   "SyAFrS",     "AEe",     "Sae",  "SyAy",
};
static const char *const other_talks[] = {
	"Dd",  "DdDd", "D", "DDD", "DDd", "De",   "DeD",   "DdE",
	"DUd", "U",    "u", "d",   "dD",  "DdeE", "DdDeU",
};
static const char tcp_letters[] = "SSYYAAAADDFFRQXEUssyyaaaaddffrqeu";
static const char other_letters[] = "DDDEUdddeu";

enum { ISN = 0x01020304, ISN_BACK = 0x51020304, DATA = 10 };

/* One of the two, and what it would send. */
struct side {
	struct shot shot;        /* as its packets are */
	uint32_t isn, next, top; /* top: the most it ever was */
};

struct talk {
	const struct predictor *p;
	struct side side[2];
	struct point last[2]; /* the packet each sent last */
	struct follow follow;
	/* Its connection was, and what leaves of each direction. */
	bool is_translated, has_turned;
	u128 ends[2][4];
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

static void swap(struct point *p, enum field f, enum field g)
{
	u128 other = p->value[f];
	bool had = point_has(p, f), has = point_has(p, g);

	p->value[f] = p->value[g];
	p->value[g] = other;
	p->known &= ~(FIELD_BIT(f) | FIELD_BIT(g));
	p->known |= has ? FIELD_BIT(f) : 0;
	p->known |= had ? FIELD_BIT(g) : 0;
}

/* Who answers: this host, whoever asked it, or another one behind the device
 * by which everything leaves. */
static void other_side(const struct talk *t, struct dice *dice, struct shot *s)
{
	const struct lab *lab = t->p->lab;
	struct point *p = &s->packet;
	bool to_host = !s->is_local && lab_is_local(lab, p->value[FIELD_DADDR]);

	swap(p, FIELD_SADDR, FIELD_DADDR);
	swap(p, FIELD_SPORT, FIELD_DPORT);
	if (!to_host && !s->is_local)
		s->device = dice_one_in(dice, 4)
				    ? (unsigned)dice_below(dice, lab->count)
				    : lab->out;
	s->is_local = to_host;
	predict_sender(lab, s);
	point_set(p, FIELD_TTL, 64);
	point_set(p, FIELD_TOS, 0);
	point_forget(p, FIELD_LENGTH);
}

static void begin(struct talk *t, struct dice *dice, const struct shot *seed)
{
	struct shot *s = &t->side[0].shot;

	*s = *seed;
	s->is_talk = true;
	s->quoted = (struct point){ 0 };
	if (is_icmp(&s->packet)) {
		point_set(&s->packet, FIELD_ICMP_TYPE,
			  frame_is_v6(&s->packet) ? 128 : 8);
		point_set(&s->packet, FIELD_ICMP_CODE, 0);
	}
	if (s->packet.value[FIELD_TTL] < LAB_HOPS)
		point_set(&s->packet, FIELD_TTL, LAB_HOPS);
	predict_sender(t->p->lab, s);
	t->side[1].shot = *s;
	other_side(t, dice, &t->side[1].shot);
	if (is_icmp(&s->packet))
		point_set(&t->side[1].shot.packet, FIELD_ICMP_TYPE,
			  frame_is_v6(&s->packet) ? 129 : 0);
	t->side[0].isn = t->side[0].next = t->side[0].top = ISN;
	t->side[1].isn = t->side[1].next = t->side[1].top = ISN_BACK;
	for (int i = 0; i < 2; i++)
		t->last[i] = t->side[i].shot.packet;
}

static unsigned flags_of(char what)
{
	switch (what) {
	case 'S':
		return FRAME_SYN;
	case 'Y':
		return FRAME_SYN | FRAME_ACK;
	case 'D':
		return FRAME_PSH | FRAME_ACK;
	case 'F':
		return FRAME_FIN | FRAME_ACK;
	case 'R':
		return FRAME_RST;
	case 'Q':
		return FRAME_RST | FRAME_ACK;
	case 'X':
		return FRAME_SYN | FRAME_FIN;
	case 'N':
		return 0;
	default:
		return FRAME_ACK;
	}
}

static void say_tcp(struct talk *t, unsigned from, char what, struct shot *s,
		    struct segment *seg)
{
	struct side *own = &t->side[from];
	unsigned flags = flags_of(what);
	unsigned header = frame_is_v6(&s->packet) ? 60 : 40;

	if (flags & FRAME_SYN)
		own->next = own->isn;
	else if (own->next == own->isn)
		own->next++; /* its SYN was before our time */
	/* A reset with numbers of long ago is another story (RFC 5961 3.2). */
	if (flags & FRAME_RST && (int32_t)(own->top - own->next) > 0)
		own->next = own->top;
	seg->seq = own->next;
	seg->ack = flags & FRAME_ACK ? t->side[!from].next : 0;
	seg->len = what == 'D' ? DATA : 0;
	seg->len += (flags & FRAME_SYN) != 0;
	seg->len += (flags & FRAME_FIN) != 0;
	own->next += seg->len;
	if ((int32_t)(own->next - own->top) > 0)
		own->top = own->next;
	point_set(&s->packet, FIELD_TCP_FLAGS, flags);
	if (!(flags & FRAME_SYN))
		point_set(&s->packet, FIELD_TCP_MSS, 0);
	if (s->packet.value[FIELD_TCP_MSS])
		header += 4;
	point_set(&s->packet, FIELD_LENGTH, header + (what == 'D' ? DATA : 0));
	s->seq = seg->seq;
	s->ack = seg->ack;
}

/* About what the other side sent, or would have. */
static void say_error(struct talk *t, unsigned from, bool known,
		      struct dice *dice, struct shot *s)
{
	struct point *p = &s->packet;
	bool v6 = frame_is_v6(p);

	static const enum field none[] = { FIELD_SPORT,     FIELD_DPORT,
					   FIELD_TCP_FLAGS, FIELD_TCP_MSS,
					   FIELD_SPI,       FIELD_LENGTH };

	s->quoted = t->last[!from];
	if (!known) {
		point_set(&s->quoted, FIELD_PROTO, FRAME_UDP);
		point_set(&s->quoted, FIELD_SPORT, 9);
		point_set(&s->quoted, FIELD_DPORT, 9);
	}
	point_forget(&s->quoted, FIELD_LENGTH);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		point_forget(p, none[i]);
	point_set(p, FIELD_PROTO, v6 ? FRAME_ICMP6 : FRAME_ICMP);
	point_set(p, FIELD_ICMP_TYPE,
		  dice_one_in(dice, 3) ? v6 ? 3 : 11
		  : v6                 ? 1
				       : 3);
	point_set(p, FIELD_ICMP_CODE, dice_below(dice, 2));
}

/* The next packet, as it sets out. */
static void say(struct talk *t, char letter, struct dice *dice,
		struct shot *ret, struct segment *seg)
{
	bool back = islower(letter);
	char what = (char)toupper(letter);

	static struct frame frame;

	*ret = t->side[back].shot;
	*seg = (struct segment){ 0 };
	if (what == 'E' || what == 'U')
		say_error(t, back, what == 'E', dice, ret);
	else if (low(&ret->packet, FIELD_PROTO) == FRAME_TCP)
		say_tcp(t, back, what, ret, seg);
	frame_write(&frame, &ret->packet,
		    ret->quoted.known ? &ret->quoted : NULL);
	if (!ret->quoted.known)
		t->last[back] = ret->packet;
}

static const char *choose(struct dice *dice, const struct point *seed,
			  char own[CONVERSATION_MOST + 1])
{
	bool tcp = low(seed, FIELD_PROTO) == FRAME_TCP;
	const char *letters = tcp ? tcp_letters : other_letters;
	unsigned count = 2 + (unsigned)dice_below(dice, CONVERSATION_MOST - 3);

	if (low(seed, FIELD_PROTO) == FRAME_SCTP ||
	    low(seed, FIELD_PROTO) == FRAME_UDPLITE)
		return "DUD"; /* an answer needs words that no frame has */
	if (!dice_one_in(dice, 3) && tcp)
		return tcp_talks[dice_below(dice, sizeof(tcp_talks) /
							  sizeof(*tcp_talks))];
	if (!dice_one_in(dice, 3))
		return other_talks[dice_below(
			dice, sizeof(other_talks) / sizeof(*other_talks))];
	for (unsigned i = 0; i < count; i++)
		own[i] = letters[dice_below(dice, strlen(letters))];
	own[count] = 0;
	return own;
}

static bool is_changed(const struct point *p, const struct point *last)
{
	for (int i = 0; i < 4; i++)
		if (last->value[predict_ends[i]] != p->value[predict_ends[i]])
			return true;
	return false;
}

/* REDIRECT wants an address of the same scope; nobody has site-local ones. */
static bool is_site_local(const struct point *p)
{
	return frame_is_v6(p) && p->value[FIELD_DADDR] >> 118 == 0xfec0 >> 6;
}

/* What the kernel chooses, and where our senders' packets go when they are for
 * another address, nobody knows; nor how other protocols are answered. */
static bool is_known(const struct lab *lab, const struct shot *s,
		     const struct expected *e)
{
	const struct point *p = &s->packet, *last = &e->last;
	u128 to = last->value[FIELD_DADDR];
	bool to_other = p->value[FIELD_DADDR] != to;

	for (int i = 0; i < 4; i++)
		if (!point_has(last, predict_ends[i]))
			return false;
	if (to_other && !s->is_translated &&
	    (s->is_local || is_site_local(p) ||
	     (predict_address_type(lab, to) == RTN_LOCAL &&
	      !lab_is_local(lab, to))))
		return false;
	return !s->quoted.known && (low(p, FIELD_PROTO) == FRAME_TCP ||
				    low(p, FIELD_PROTO) == FRAME_UDP);
}

/* What hinders anybody from saying how it goes on. */
static const char *why_open(const struct lab *lab, const struct shot *s,
			    const struct expected *e)
{
	if (e->open)
		return e->open;
	if (s->is_local && e->verdict.decision == WALK_REJECT &&
	    lab_is_local(lab, s->packet.value[FIELD_SADDR]))
		return "an answer to ourselves";
	if (s->is_translated && e->verdict.decision == WALK_REJECT &&
	    s->packet.value[FIELD_CT_DIRECTION])
		return "an answer to a translated answer";
	if ((is_changed(&s->packet, &e->last) || e->last.value[FIELD_CT_SNAT] ||
	     e->last.value[FIELD_CT_DNAT]) &&
	    !is_known(lab, s, e))
		return "a translation";
	return NULL;
}

/* Known before it is sent. */
static const char *why_not(const struct talk *t, const struct shot *s)
{
	if (t->is_translated && s->quoted.known)
		return "an error about a translation";
	if (s->is_local &&
	    predict_address_type(t->p->lab, s->packet.value[FIELD_DADDR]) ==
		    RTN_LOCAL)
		return "an answer to ourselves";
	return NULL;
}

static bool is_confirmed(const struct point *p)
{
	return low(p, FIELD_CT_STATE) != CT_INVALID &&
	       low(p, FIELD_CT_STATE) != CT_UNTRACKED &&
	       p->value[FIELD_CT_CONFIRMED];
}

/* The side answers what it got. */
static void turn_to(struct talk *t, unsigned side, const struct point *got)
{
	const struct lab *lab = t->p->lab;
	struct shot *s = &t->side[side].shot;
	struct point back = *got;

	swap(&back, FIELD_SADDR, FIELD_DADDR);
	swap(&back, FIELD_SPORT, FIELD_DPORT);
	if (!is_changed(&s->packet, &back))
		return;
	for (int i = 0; i < 4; i++)
		point_set(&s->packet, predict_ends[i],
			  back.value[predict_ends[i]]);
	s->is_local = lab_is_local(lab, got->value[FIELD_DADDR]);
	s->device = lab->out;
	predict_sender(lab, s);
}

/* The first packet of a connection came through. */
static void meet(struct talk *t, unsigned from, const struct shot *s,
		 const struct expected *e)
{
	const struct point *p = &s->packet, *last = &e->last;

	if (!t->follow.is_there || low(p, FIELD_CT_STATE) != CT_NEW ||
	    low(last, FIELD_CT_STATE) != CT_NEW || is_confirmed(p) ||
	    e->verdict.decision != WALK_ACCEPT)
		return;
	t->is_translated = is_changed(p, last);
	t->has_turned |= t->is_translated;
	for (int i = 0; i < 4; i++) {
		t->ends[0][i] = last->value[predict_ends[i]];
		t->ends[1][i] = p->value[predict_ends[i ^ 1]];
	}
	if (low(p, FIELD_PROTO) == FRAME_TCP ||
	    low(p, FIELD_PROTO) == FRAME_UDP)
		turn_to(t, !from, last);
}

unsigned conversation_make(const struct predictor *p, struct dice *dice,
			   const struct shot *seed,
			   struct shot ret[CONVERSATION_MOST],
			   const char **ret_open)
{
	struct talk t = { .p = p };
	char own[CONVERSATION_MOST + 1];
	const char *words = choose(dice, &seed->packet, own);
	unsigned count = 0;

	*ret_open = NULL;
	begin(&t, dice, seed);
	for (; words[count]; count++) {
		struct shot *s = &ret[count];
		struct expected e;
		struct segment seg;
		struct follow next;

		say(&t, words[count], dice, s, &seg);
		follow_look(&t.follow, s, &seg, &next);
		s->has_entry = t.follow.is_there;
		if (t.is_translated && is_confirmed(&s->packet))
			predict_translated(
				p->lab, s,
				t.ends[s->packet.value[FIELD_CT_DIRECTION] !=
				       0]);
		predict_shot(p, s, NULL, &e);
		*ret_open = why_not(&t, s);
		if (!*ret_open)
			*ret_open = why_open(p->lab, s, &e);
		if (*ret_open)
			break;
		if (!follow_settle(&t.follow, &next, s, &e)) {
			*ret_open = "a mark";
			break;
		}
		meet(&t, islower(words[count]) != 0, s, &e);
	}
	if (count) {
		ret[count - 1].is_last = true;
		ret[count - 1].has_turned = t.has_turned;
	}
	return count;
}

void conversation_tuple(const struct shot *s, bool reply, struct point *ret)
{
	const struct point *p = &s->packet;

	follow_tuple(s->quoted.known ? &s->quoted : p, ret);
	if (reply) {
		swap(ret, FIELD_CT_SADDR, FIELD_CT_DADDR);
		swap(ret, FIELD_CT_SPORT, FIELD_CT_DPORT);
	}
}
