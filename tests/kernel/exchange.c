#include "exchange.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "frame.h"
#include "ruleset/packet_words.h"
#include "ruleset/ranges.h"
#include "ruleset/walk_state.h"

enum { GROUP = 75, ECHO_ID = 4 };

/* A packet that came out. */
struct caught {
	struct point point;
	uint16_t id; /* of ICMP's questions */
};

static uint8_t bytes[FRAME_MAX];
static struct frame frame;

/* The chain at input is there before connection tracking is, and so comes
 * behind what confirms connections, at the same priority
 * (nf_hook_entries_grow()). */
static int witness(void)
{
	static const char table[] =
		"table inet " LAB_TABLE " {}\n"
		"delete table inet " LAB_TABLE "\n"
		"table inet " LAB_TABLE " {\n"
		"chain input {\n"
		"type filter hook input priority 2147483647\n"
		"log group 75 queue-threshold 1\n"
		"counter drop\n}\n}\n";
	const char *argv[] = { "nft", "-f", "-", NULL };

	return lab_run(argv, table, NULL, NULL) ? -EIO : 0;
}

int exchange_open(struct exchange *x, struct lab *lab, struct track *track)
{
	int r = witness();

	*x = (struct exchange){ .lab = lab, .track = track };
	if (!r)
		r = sniff_open(&x->sniff, GROUP);
	return r;
}

/* The socket's device; "" is any. */
static int bind_sender(int fd, const char *name)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			  (socklen_t)strlen(name) + 1)
		       ? -errno
		       : 0;
}

/* Senders of packets are bound to no device, for what is sent to another
 * address is routed anew; those of answers are, for nothing else says where
 * they go. */
static int bind_senders(const struct exchange *x)
{
	const struct lab *lab = x->lab;
	int r = 0;

	for (unsigned u = 0; u < LAB_USERS; u++)
		for (int i = 0; i < 2 && !r; i++) {
			r = bind_sender(lab->raw[u][lab->out][i], "");
			if (!r)
				r = bind_sender(lab->raw[u][x->in][i],
						lab->device[x->in].name);
		}
	return r;
}

int exchange_route(struct exchange *x, unsigned in)
{
	const struct lab *lab = x->lab;
	int r = 0;

	x->in = in;
	for (int i = 0; i < 2; i++) {
		const char *argv[] = { "ip",     i ? "-6" : "-4",
				       "-force", "-b",
				       "-",      NULL };
		struct text t = TEXT_NULL;

		text_format(&t,
			    "route flush table 101\n"
			    "route add default dev %s table 101\n"
			    "rule flush\n"
			    "rule add pref 0 lookup local\n"
			    "rule add pref 50 iif %s lookup 101\n"
			    "rule add pref 60 lookup 100\n"
			    "rule add pref 32766 lookup main\n",
			    lab->device[in].name, lab->device[lab->out].name);
		/* "flush" of an empty table says so. */
		(void)lab_run(argv, text_string(&t), NULL, NULL);
		text_done(&t);
	}
	r = bind_senders(x);
	return r ? r : track_flush(x->track);
}

static u128 device_name(const struct lab *lab, unsigned k)
{
	return field_from_name(lab->device[k].name,
			       strlen(lab->device[k].name));
}

bool exchange_settle(const struct exchange *x, struct shot *s)
{
	const struct lab *lab = x->lab;
	struct point *p = &s->packet;
	const struct lab_device *out = &lab->device[lab->out];

	/* REDIRECT wants an address of the same scope, and drops without
	 * (nf_nat_redirect_ipv6()); nobody has site-local ones. */
	if (s->has_entry ||
	    (frame_is_v6(p) && p->value[FIELD_DADDR] >> 118 == 0xfec0 >> 6))
		return false;
	s->device = s->is_local ? lab->out : x->in;
	point_set(p, s->is_local ? FIELD_OIF : FIELD_IIF,
		  device_name(lab, s->device));
	if (!s->is_local) {
		point_set(p, FIELD_MAC_DADDR, lab->device[x->in].mac);
		point_set(p, FIELD_RPFILTER, 0);
	}
	if (!predict_settle(lab, s))
		return false;
	if (!s->is_local)
		return true;
	/* Answers come back to an address that is there. */
	point_set(p, FIELD_SADDR, frame_is_v6(p) ? out->v6 : out->v4);
	point_set(p, FIELD_SADDR_TYPE,
		  predict_address_type(lab, p->value[FIELD_SADDR]));
	if (point_has(p, FIELD_CT_SADDR))
		point_set(p, FIELD_CT_SADDR, p->value[FIELD_SADDR]);
	return true;
}

/* What the kernel chooses, a rule behind asks for: nobody can tell. */
static void excuse_choice(const struct point *sent, struct expected *e)
{
	static const enum field fields[] = { FIELD_SADDR, FIELD_DADDR,
					     FIELD_SPORT, FIELD_DPORT };

	for (int i = 0; i < 4; i++)
		if ((e->nat[0] || e->nat[1]) && point_has(sent, fields[i]) &&
		    !point_has(&e->last, fields[i]))
			e->is_excused = true;
}

static bool has_value(const struct ranges *r, const struct set *map, bool port,
		      u128 value)
{
	if (r && r->count)
		return ranges_has(r, value);
	for (size_t i = 0; map && i < map->count; i++) {
		r = port ? map->elements[i].data_port : map->elements[i].data;
		if (r && ranges_has(r, value))
			return true;
	}
	return false;
}

/* The kernel chooses between this host and others. */
static bool is_here_or_there(const struct predictor *p,
			     const struct expected *e)
{
	const struct action *a = e->nat[MANIP_DESTINATION];

	if (!a || point_has(&e->last, FIELD_DADDR))
		return false;
	for (size_t i = 0; i < p->host.count; i++)
		if (has_value(a->address, a->map, false,
			      p->host.addresses[i].address))
			return true;
	return false;
}

/* The way there; w and its packet stay for the answer. */
static void go(const struct predictor *p, struct walk *w, struct book *book,
	       struct expected *ret)
{
	struct point sent;

	walk_hooks_begin(w, p->plan, &p->host, &ret->last);
	sent = ret->last;
	ret->verdict = predict_walk(w, book, ret);
	if (ret->open)
		excuse_choice(&sent, ret);
	if (!ret->open && is_here_or_there(p, ret)) {
		ret->open = "a choice between here and there";
		ret->is_excused = true;
	}
}

static bool is_translated(const struct point *sent, const struct point *last)
{
	static const enum field fields[] = { FIELD_SADDR, FIELD_DADDR,
					     FIELD_SPORT, FIELD_DPORT };

	for (int i = 0; i < 4; i++)
		if (point_has(sent, fields[i]) &&
		    sent->value[fields[i]] != last->value[fields[i]])
			return true;
	return false;
}

/* Translation mends the sums of these protocols; frames have one for all, and
 * it decides about the answer (nf_reject_verify_csum()). */
static bool is_missummed(const struct point *sent, const struct point *last)
{
	u128 proto = sent->value[FIELD_PROTO];

	return proto != FRAME_TCP && proto != FRAME_UDP &&
	       proto != FRAME_ICMP && proto != FRAME_ICMP6 &&
	       is_translated(sent, last);
}

void exchange_predict(const struct predictor *p, const struct shot *s,
		      struct expected *ret)
{
	struct walk w;

	*ret = (struct expected){ .last = s->packet };
	go(p, &w, NULL, ret);
	if (ret->open || ret->verdict.decision != WALK_REJECT)
		return;
	predict_shot(p, s, NULL, ret);
	if (s->is_local || is_missummed(&s->packet, &ret->last)) {
		ret->open = "a reject by lo, or of a wrong sum";
		ret->is_excused = true;
	}
}

bool exchange_is_rejected(const struct predictor *p, const struct shot *s)
{
	struct expected e;

	exchange_predict(p, s, &e);
	return e.verdict.decision == WALK_REJECT;
}

/* What came out */

static size_t header_of(const uint8_t *ip)
{
	return ip[0] >> 4 == 6 ? 40 : (ip[0] & 0xfU) * 4;
}

static bool is_echo(const struct point *p)
{
	u128 proto = p->value[FIELD_PROTO];

	return (proto == FRAME_ICMP || proto == FRAME_ICMP6) &&
	       !frame_is_error(frame_is_v6(p),
			       (unsigned)p->value[FIELD_ICMP_TYPE]);
}

/* The next that came out of a device, or, of lab->count, arrived here. */
static bool catch (struct exchange *x, unsigned device, struct caught *ret)
{
	struct point quoted;
	const uint8_t *ip = bytes + FRAME_ETHER;
	size_t n;

	memset(bytes, 0, FRAME_ETHER);
	if (device < x->lab->count) {
		n = lab_receive(x->lab, device, bytes, sizeof(bytes));
	} else {
		n = sniff_receive(&x->sniff, bytes + FRAME_ETHER,
				  sizeof(bytes) - FRAME_ETHER);
		bytes[12] = ip[0] >> 4 == 6 ? 0x86 : 0x08;
		bytes[13] = ip[0] >> 4 == 6 ? 0xdd : 0x00;
		n += n ? FRAME_ETHER : 0;
	}
	if (!n || !frame_read(bytes, n, &ret->point, &quoted))
		return false;
	ret->id = 0;
	if (is_echo(&ret->point))
		memcpy(&ret->id, ip + header_of(ip) + ECHO_ID, sizeof(ret->id));
	return true;
}

static void tell_packet(const char *label, const struct point *p)
{
	struct text t = TEXT_NULL;

	packet_words_text(&t, p, p->known);
	printf("  %s: %s\n", label, text_string(&t));
	text_done(&t);
}

/* Where no rule names ports, a source's new one is of the kind of the old
 * (nf_nat_core.c nf_nat_l4proto_unique_tuple()). */
static bool is_like(u128 old, u128 new)
{
	if (old < 512)
		return new &&new < 512;
	if (old < 1024)
		return new >= 600 && new < 1024;
	return new >= 1024;
}

/* Whether the kernel may have chosen this value. */
static bool is_choice(const struct exchange *x, const struct expected *e,
		      enum field f, u128 value)
{
	const struct point *sent = &x->sent;
	bool port = f == FIELD_SPORT || f == FIELD_DPORT;
	bool source = f == FIELD_SADDR || f == FIELD_SPORT;
	const struct action *a =
		e->nat[source ? MANIP_SOURCE : MANIP_DESTINATION];

	if (!a)
		return false;
	if (has_value(port ? a->port : a->address, a->map, port, value))
		return true;
	/* Over lo: any that is not loopback's own. */
	if (f == FIELD_SADDR && a->nat == NAT_MASQUERADE)
		return lab_is_local(x->lab, value);
	return f == FIELD_SPORT && (!a->port || !a->port->count) &&
	       is_like(sent->value[f], value);
}

/* What arrived against what was foretold; what was not foretold is filled
 * in. */
static bool is_same(const struct exchange *x, struct expected *e,
		    const struct point *got, bool *ret_chosen)
{
	static const enum field fields[] = {
		FIELD_FAMILY,    FIELD_SADDR,  FIELD_DADDR,     FIELD_PROTO,
		FIELD_SPORT,     FIELD_DPORT,  FIELD_TCP_FLAGS, FIELD_ICMP_TYPE,
		FIELD_ICMP_CODE, FIELD_LENGTH, FIELD_TTL,       FIELD_TOS,
	};

	struct point *last = &e->last;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		enum field f = fields[i];

		if (!point_has(got, f))
			continue;
		if (point_has(last, f)) {
			if (last->value[f] != got->value[f])
				return false;
			continue;
		}
		if (!is_choice(x, e, f, got->value[f]))
			return false;
		point_set(last, f, got->value[f]);
		*ret_chosen = true;
	}
	return true;
}

/* Exactly one packet there, and it is the one; or none at all. */
static bool arrives(struct exchange *x, unsigned device, struct expected *e,
		    struct caught *ret)
{
	struct caught more;
	bool chosen = false;

	if (!catch (x, device, ret))
		return false;
	if (catch (x, device, &more) || !is_same(x, e, &ret->point, &chosen))
		return false;
	x->counts.chosen += chosen;
	return true;
}

static bool is_silent(struct exchange *x, unsigned device, bool tell)
{
	struct caught c;

	if (!catch (x, device, &c))
		return true;
	if (tell)
		tell_packet("came out", &c.point);
	return false;
}

/* Where the packet of this walk ends: a device, or lab->count, here. */
static unsigned end_of(const struct exchange *x, const struct walk *w,
		       unsigned device)
{
	bool comes_back = w->is_from_here && w->oif == 0;

	return w->is_local || comes_back ? x->lab->count : device;
}

/* The way there or back: what comes out of the device, or none. */
static bool check(struct exchange *x, const struct walk *w, struct expected *e,
		  struct caught *ret, bool tell)
{
	const struct lab *lab = x->lab;
	unsigned device = end_of(x, w, (unsigned)e->device);
	bool good = true;

	if (e->verdict.decision == WALK_ACCEPT) {
		good = arrives(x, device, e, ret);
		if (!good && tell) {
			tell_packet("sent", &x->sent);
			tell_packet(device == lab->count ? "expected here"
							 : "expected",
				    &e->last);
			tell_packet("came", &ret->point);
		}
	}
	good &= is_silent(x, lab->out, tell);
	good &= is_silent(x, x->in, tell);
	good &= is_silent(x, lab->count, tell);
	return good;
}

/* The answer has the id of the question. */
static void write_id(uint16_t id)
{
	uint8_t *ip = frame.data + FRAME_ETHER;
	uint8_t *icmp = ip + header_of(ip);
	uint16_t old, sum;
	uint32_t all;

	memcpy(&old, icmp + ECHO_ID, 2);
	memcpy(&sum, icmp + 2, 2);
	/* RFC 1624: the sum of the change. */
	all = (uint16_t)~sum + (uint32_t)(uint16_t)~old + id;
	all = (all & 0xffff) + (all >> 16);
	all = (all & 0xffff) + (all >> 16);
	sum = (uint16_t)~all;
	memcpy(icmp + ECHO_ID, &id, 2);
	memcpy(icmp + 2, &sum, 2);
}

/* Protocols whose answers frames can carry. Conntrack wants more of SCTP's and
 * DCCP's than a swapped first packet, and another checksum of UDP-Lite's. */
static bool can_answer(const struct point *sent)
{
	u128 proto = sent->value[FIELD_PROTO];

	return proto != FRAME_SCTP && proto != FRAME_DCCP &&
	       proto != FRAME_UDPLITE;
}

/* What the lab knows of the answer, and the walk does not. */
static void settle_answer(const struct exchange *x, const struct shot *s,
			  struct point *p)
{
	const struct lab *lab = x->lab;
	bool from_here = point_has(p, FIELD_IIF) && !p->value[FIELD_IIF];

	if (from_here) {
		point_set(p, FIELD_UID, lab->user[s->user]);
		point_set(p, FIELD_GID, lab->user[s->user]);
		point_forget(p, FIELD_MAC_SADDR);
		point_forget(p, FIELD_MAC_DADDR);
	} else {
		point_set(p, FIELD_MAC_SADDR, 0x020000000001);
		point_set(p, FIELD_MAC_DADDR, lab->device[lab->out].mac);
	}
}

static bool answer_prepare(struct exchange *x, const struct shot *s,
			   const struct walk *w, struct walk *back,
			   struct expected *ret)
{
	*ret = (struct expected){ 0 };
	if (!walk_reply_make(&s->packet, w, back, &ret->last))
		return false;
	settle_answer(x, s, &ret->last);
	return true;
}

/* Rejected; or, of no connection, for another address: where that goes is the
 * lab's doing alone, by the device that our sender is bound to, or that the
 * answer came by. */
static bool is_answer_open(const struct exchange *x, const struct shot *s,
			   const struct walk *w, const struct walk *back,
			   const struct expected *e)
{
	bool comes_back = !s->is_local && back->is_from_here && !back->oif;
	bool is_lost = e->last.value[FIELD_CT_STATE] != CT_ESTABLISHED &&
		       w->packet->value[FIELD_CT_SNAT];
	bool goes_on = is_lost && (back->is_from_here || !back->is_local);

	/* It is routed twice: to the address that SNAT gave, then here. */
	bool is_detour = s->is_local && back->is_from_here &&
			 !lab_is_local(x->lab, w->packet->value[FIELD_SADDR]);

	return back->verdict.decision == WALK_REJECT || comes_back || goes_on ||
	       is_detour || e->nat[MANIP_DESTINATION];
}

/* Sends the answer to what was caught, and looks where it comes out. */
static bool reply(struct exchange *x, const struct shot *s,
		  const struct walk *w, const struct caught *c,
		  struct book *book, bool tell)
{
	struct walk back;
	struct expected e;
	struct point sent;
	struct caught got = { 0 };
	bool good;

	if (!can_answer(&s->packet) || !answer_prepare(x, s, w, &back, &e))
		return true;
	(void)predict_walk(&back, NULL, &e);
	if (e.open || is_answer_open(x, s, w, &back, &e)) {
		x->counts.open_replies++;
		if (tell)
			printf("  open: %s\n", e.open ? e.open : "");
		return true;
	}
	(void)answer_prepare(x, s, w, &back, &e);
	sent = e.last;
	frame_write(&frame, &sent, NULL);
	point_set(&e.last, FIELD_LENGTH, sent.value[FIELD_LENGTH]);
	if (is_echo(&sent))
		write_id(c->id);
	e.verdict = predict_walk(&back, book, &e);
	e.device = x->in;
	if (!back.is_from_here)
		lab_inject(x->lab, x->lab->out, &frame);
	else
		lab_send(x->lab, s->user, s->is_local ? x->lab->out : x->in,
			 &frame);
	if (tell)
		printf("  answer: expected %s\n",
		       walk_decision_names[e.verdict.decision]);
	x->sent = sent;
	good = check(x, &back, &e, &got, tell);
	x->counts.replies += good && e.verdict.decision == WALK_ACCEPT;
	return good;
}

static void forget(struct exchange *x, const struct shot *s)
{
	if (point_has(&s->packet, FIELD_CT_SADDR))
		(void)track_delete(x->track, &s->packet);
	(void)track_flush(x->track);
}

/* Now and then another connection has what the packet would become already, so
 * that the kernel has to find it another port. */
static void crowd(struct exchange *x, const struct shot *s, struct expected *e)
{
	const struct action *a = e->nat[MANIP_SOURCE];
	const struct point *last = &e->last;
	struct point other = *last;
	u128 proto = last->value[FIELD_PROTO];
	u128 port = last->value[FIELD_SPORT];

	if (!a || s->is_local || e->verdict.decision != WALK_ACCEPT ||
	    !last->value[FIELD_CT_SNAT] || !point_has(last, FIELD_SPORT) ||
	    !point_has(last, FIELD_SADDR) || !point_has(last, FIELD_DADDR) ||
	    !point_has(last, FIELD_DPORT) || (port + x->crowded++) % 4 ||
	    (proto != FRAME_TCP && proto != FRAME_UDP))
		return;
	/* A port for itself has no other. */
	if ((a->port && a->port->count) || a->map)
		return;
	point_set(&other, FIELD_CT_SADDR, last->value[FIELD_SADDR]);
	point_set(&other, FIELD_CT_DADDR, last->value[FIELD_DADDR]);
	point_set(&other, FIELD_CT_SPORT, port);
	point_set(&other, FIELD_CT_DPORT, last->value[FIELD_DPORT]);
	point_set(&other, FIELD_CT_PROTO, proto);
	if (!track_add(x->track, &other))
		point_forget(&e->last, FIELD_SPORT);
}

bool exchange_fire(struct exchange *x, const struct predictor *p,
		   const struct shot *s, struct book *book, bool tell)
{
	struct shot copy = *s;
	struct point before;
	struct expected e = { .last = s->packet, .device = x->lab->out };
	struct caught c = { 0 };
	struct walk w;
	bool good;

	go(p, &w, book, &e);
	before = e.last;
	crowd(x, s, &e);
	frame_write(&frame, &copy.packet, NULL);
	if (s->is_local)
		lab_send(x->lab, s->user, s->device, &frame);
	else
		lab_inject(x->lab, s->device, &frame);
	if (tell)
		printf("  expected %s\n",
		       walk_decision_names[e.verdict.decision]);
	x->sent = copy.packet;
	good = check(x, &w, &e, &c, tell);
	if (good && e.verdict.decision == WALK_ACCEPT) {
		x->counts.translated += is_translated(&s->packet, &e.last);
		x->counts.evaded += is_translated(&before, &e.last);
		good = reply(x, s, &w, &c, book, tell);
	}
	forget(x, s);
	return good;
}
