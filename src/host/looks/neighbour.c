#include "host/neighbour.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/half_open.h"
#include "host/netfilter.h"
#include "host/netlink.h"
#include "host/way.h"

/*
 * The next hop of the way back, the gateway or the client itself: whether it
 * answers on the link. If not, no answer leaves the server, and none is seen.
 */

/* An entry that failed longer ago says nothing of now. */
enum { FRESH_AFTER = 5 /* s, of an attempt */, FRESH = 60 /* s */ };

struct state {
	struct neighbour_table before;
	bool has_before;
};

static int before(struct looking *l)
{
	struct state *s = l->state;
	/* Before the client is known: that of IPv4. */
	int family = l->question->has_client
			     ? netlink_family(&l->question->client)
			     : AF_INET;

	/* Only the machine's first network namespace tells. */
	s->has_before = !neighbour_table_read(family, &s->before);
	return 0;
}

static struct culprit *neighbour_culprit(const struct looking *l,
					 const struct way_back *w,
					 const struct neighbour *e)
{
	struct text words = TEXT_NULL;
	struct culprit *k;

	address_text(&words, &w->next_hop);
	text_format(&words, " dev %s ", w->device->name);
	neighbour_text(&words, e);
	k = culprit_new(l->record->arena, CULPRIT_NEIGHBOUR, VANTAGE_SERVER,
			"%s", text_string(&words));
	culprit_text(k, l->record->arena, "device", w->device->name);
	text_done(&words);
	return k;
}

static void tell_state(struct looking *l, const struct way_back *w,
		       const struct neighbour *e)
{
	struct text words = TEXT_NULL;

	if (!e->is_known) {
		look_step(l, STEP_SKIP, _("%1$s on %2$s: not asked for yet"),
			  way_words(l, &w->next_hop), w->device->name);
		return;
	}

	address_text(&words, &w->next_hop);
	text_format(&words, " dev %s ", w->device->name);
	neighbour_text(&words, e);
	look_step(l, e->mac_length ? STEP_PASS : STEP_FAIL, "%s",
		  text_string(&words));
	text_done(&words);
}

/* No router has counted the packet's lifetime down from what systems begin
 * with. */
static bool is_of_link(const struct look_question *q)
{
	static const uint8_t firsts[] = { 32, 64, 128, 255 };

	for (size_t i = 0; i < sizeof(firsts); i++)
		if (q->ttl == firsts[i])
			return true;

	return false;
}

/* Whose address it asks for tells what is wrong: that of a gateway that is not
 * there, or that of the client, on its own link or behind another device. */
static void tell_silent(struct looking *l, const struct way_back *w)
{
	const char *hop = way_words(l, &w->next_hop);
	struct culprit *k = way_route_culprit(l, &w->route);
	bool is_other =
		l->question->device && l->question->device != w->device->index;

	if (w->route.has_gateway)
		look_tell(
			l, FACT_REPLY_GATEWAY, k,
			_("The gateway %1$s of the route back does not answer on %2$s."),
			hop, w->device->name);
	else if (is_other)
		look_tell(
			l, FACT_REPLY_OVERLAP, k,
			_("The server looks for %1$s on %2$s, where nobody answers, and not where its packets came from."),
			hop, w->device->name);
	else
		look_tell(
			l, FACT_REPLY_ONLINK, k,
			_("The server looks for %1$s itself on %2$s, where nobody answers."),
			hop, w->device->name);
}

static int client(struct looking *l)
{
	struct neighbour e;
	struct way_back w;
	int err = way_back(l, &w);

	if (err || !w.has_route || !w.has_next_hop)
		return err;
	err = neighbour_get(l->route, &w.next_hop, w.device->index, &e);
	if (err)
		return err;

	tell_state(l, &w, &e);
	/* A client that does not answer may be switched off; a gateway that
	 * does not is none. */
	if (!l->question->packets && w.route.has_gateway && !w.is_unsure &&
	    neighbour_has_failed(&e) && e.changed_s <= FRESH)
		tell_silent(l, &w);

	return 0;
}

/* Nothing of it left this host. */
static bool is_unanswered(const struct fact_set *seen)
{
	return fact_has(seen, FACT_SYN_ARRIVED) &&
	       !fact_has(seen, FACT_SYNACK_SEEN) &&
	       !fact_has(seen, FACT_HANDSHAKE_DONE);
}

static int read_filter(const struct looking *l, struct netfilter *n)
{
	return address_is_v4(&l->question->client)
		       ? netfilter_read_arp(n)
		       : netfilter_read(AF_INET6, n);
}

/* Whether a filter of this host may keep the answer for a neighbour from it. */
static bool may_be_filtered(struct looking *l)
{
	bool is_v4 = address_is_v4(&l->question->client);
	struct netfilter n;

	if (read_filter(l, &n) || n.has_nft || n.has_legacy)
		return true;

	look_tell(l, is_v4 ? FACT_NO_ARP_FILTER : FACT_NO_ND_FILTER, NULL,
		  NULL);
	return false;
}

static struct culprit *filter_culprit(const struct looking *l,
				      const struct netfilter *n)
{
	bool is_v4 = address_is_v4(&l->question->client);
	struct arena *a = l->record->arena;
	struct culprit *k;

	if (!n->has_nft) {
		k = culprit_new(a, CULPRIT_FIREWALL_RULE, VANTAGE_SERVER, "%s",
				is_v4 ? "arptables -L" : "ip6tables -L");
		culprit_text(k, a, "engine", "iptables-legacy");
	} else {
		k = culprit_new(a, CULPRIT_FIREWALL_RULE, VANTAGE_SERVER,
				"table %s, chain %s%s", n->table, n->chain,
				n->is_dropping ? " (policy drop)" : "");
		culprit_text(k, a, "engine", "nft");
		culprit_text(k, a, "table", n->table);
		culprit_text(k, a, "chain", n->chain);
	}
	culprit_text(k, a, "family", is_v4 ? "arp" : "ip6");
	return k;
}

/* What else keeps the kernel from answering who asks for an own address: all of
 * it was looked at before. (arp_process(), ndisc_recv_ns()) */
static bool is_to_answer(const struct looking *l)
{
	const struct links_link *in =
		links_by_index(l->links, l->question->device);
	const struct fact_set *known = &l->facts->set;
	int64_t filter = 0;
	const char *of;

	if (!in || !links_has_neighbours(in) || in->master ||
	    !fact_has(known, FACT_ADDRESS_OWN))
		return false;
	if (!address_is_v4(&l->question->client))
		return true;

	return fact_has(known, FACT_ARP_NOT_IGNORED) &&
	       fact_has(known, FACT_RP_FILTER_PASSES) &&
	       !way_setting(AF_INET, in->name, "arp_filter", &filter, &of) &&
	       !filter;
}

/* The address is asked for in vain, and the question came as far as here. */
static void tell_filter(struct looking *l)
{
	bool is_v4 = address_is_v4(&l->question->client);
	struct netfilter n;

	if (!may_be_filtered(l) || !is_to_answer(l) || read_filter(l, &n))
		return;

	look_tell(l, is_v4 ? FACT_ARP_FILTERED : FACT_ND_FILTERED,
		  filter_culprit(l, &n), NULL);
}

static void tell_room(struct looking *l, const struct neighbour *e)
{
	int family = netlink_family(&l->question->client);
	const char *name = family == AF_INET
				   ? "net.ipv4.neigh.default.gc_thresh3"
				   : "net.ipv6.neigh.default.gc_thresh3";
	struct state *s = l->state;
	struct neighbour_table now;

	if (!e || e->is_known) {
		look_tell(l, FACT_NEIGHBOUR_TABLE_ROOM, NULL, NULL);
		return;
	}
	if (!s->has_before || neighbour_table_read(family, &now))
		return;

	if (now.entries < now.most && now.full <= s->before.full)
		look_tell(l, FACT_NEIGHBOUR_TABLE_ROOM, NULL, NULL);
	else if (now.entries >= now.most && now.full > s->before.full)
		look_tell(
			l, FACT_NEIGHBOUR_TABLE_FULL,
			way_sysctl_culprit(l, name, (int64_t)now.most),
			_("The neighbour table holds %1$llu entries, and %2$s is %3$llu."),
			(unsigned long long)now.entries, name,
			(unsigned long long)now.most);
}

/* The kernel made an answer: what would have stopped the SYN did not. */
static void tell_taken(struct looking *l)
{
	const struct look_question *q = l->question;
	const struct half_open_tuple t = { q->client, *way_destination(q),
					   q->client_port, way_port(q) };
	bool is_held = false;

	if (q->protocol == IPPROTO_TCP && !half_open_read(&t, &is_held) &&
	    is_held)
		look_tell(l, FACT_SYN_TAKEN, NULL, NULL);
}

/* The client itself is asked for only to send to it; a gateway, by others
 * too. */
static void tell_stuck(struct looking *l, const struct way_back *w)
{
	/* It is on this link, and right to be looked for there: that it is
	 * silent is its own matter. */
	if (!w->route.has_gateway && is_of_link(l->question) &&
	    l->question->device == w->device->index)
		return;

	tell_silent(l, w);
	if (!w->route.has_gateway || fact_has(&l->facts->set, FACT_SYN_TAKEN))
		look_tell(l, FACT_REPLY_STUCK, NULL, NULL);
}

/* It is another host's, by a rule: that one is asked for only to send it these
 * packets. */
static int tell_sent_on(struct looking *l)
{
	const struct look_question *q = l->question;
	const struct route_question ask = { .destination = q->inner };
	const char *to = way_words(l, &q->inner);
	struct neighbour e;
	struct route r;
	int refusal;
	int found;

	if (!q->has_inner || links_own(l->links, &q->inner))
		return 0;
	found = route_get(l->route, &ask, &r, &refusal);
	if (found || r.has_gateway || r.type != RTN_UNICAST)
		return found < 0 ? found : 0;
	found = neighbour_get(l->route, &q->inner, r.device, &e);
	if (found)
		return found;

	if (neighbour_is_asked(&e) ||
	    (neighbour_has_failed(&e) && e.changed_s <= FRESH_AFTER))
		look_tell(
			l, FACT_FORWARD_STUCK, NULL,
			_("The packets are sent on to %s, which does not answer on its link."),
			to);
	return 0;
}

static int after(struct looking *l)
{
	struct neighbour e;
	struct way_back w;
	bool is_stuck;
	int err = way_back(l, &w);

	if (fact_has(l->seen, FACT_ARP_SILENCE))
		tell_filter(l);
	if (err || !is_unanswered(l->seen))
		return err;
	tell_taken(l);
	err = tell_sent_on(l);
	if (err)
		return err;
	if (!w.has_route)
		return 0;
	if (!w.has_next_hop) {
		tell_room(l, NULL);
		if (!w.is_unsure)
			look_tell(l, FACT_ANSWER_WOULD_LEAVE, NULL, NULL);
		return 0;
	}

	err = neighbour_get(l->route, &w.next_hop, w.device->index, &e);
	if (err)
		return err;

	tell_state(l, &w, &e);
	tell_room(l, &e);
	is_stuck = neighbour_is_asked(&e) ||
		   (neighbour_has_failed(&e) && e.changed_s <= FRESH_AFTER);
	if (is_stuck && !w.is_unsure &&
	    (!may_be_filtered(l) || !address_is_v4(&w.next_hop)))
		tell_stuck(l, &w);
	else if (!is_stuck && e.mac_length && !w.is_unsure)
		look_tell(
			l, FACT_ANSWER_WOULD_LEAVE,
			neighbour_culprit(l, &w, &e),
			_("The next hop of the way back, %1$s on %2$s, is known: an answer would have left."),
			way_words(l, &w.next_hop), w.device->name);

	return 0;
}

const struct look look_neighbour = {
	.id = "neighbour",
	.title = N_("the next hop of the way back"),
	.state_size = sizeof(struct state),
	.before = before,
	.client = client,
	.after = after,
};
