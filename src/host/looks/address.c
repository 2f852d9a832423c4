#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/netfilter.h"
#include "host/netlink.h"
#include "host/way.h"

/*
 * Whether the address that the client asks for is this host's: the kernel is
 * asked what it does with such a packet from that device. If it is not, this
 * host may be a router that is to forward it, and cannot.
 */
/* Address translation may give the packet another destination before it is
 * routed: then only the kernel's counter says what became of it. */
static bool may_be_translated(const struct looking *l)
{
	struct netfilter n;
	int family = netlink_family(&l->question->server);

	/* All rules were walked through for this very packet. */
	if (l->question->has_inner || fact_has(&l->facts->set, FACT_RULES_READ))
		return false;

	return netfilter_read(family, &n) || n.has_nft || n.has_legacy;
}

static struct culprit *address_culprit(const struct looking *l,
				       const struct links_link *device)
{
	struct culprit *k =
		culprit_new(l->record->arena, CULPRIT_LINK, VANTAGE_SERVER,
			    "%s: no address %s", device->name,
			    way_words(l, &l->question->server));

	culprit_text(k, l->record->arena, "device", device->name);
	return k;
}

static void name_forwarding(char *ret, size_t size, const struct looking *l,
			    const struct links_link *device)
{
	struct text t = TEXT_NULL;

	if (address_is_v4(&l->question->server))
		text_format(&t, "net.ipv4.conf.%s.forwarding", device->name);
	else
		text_str(&t, "net.ipv6.conf.all.forwarding");
	memcpy(ret, text_string(&t), t.len < size ? t.len + 1 : size);
	ret[size - 1] = '\0';
	text_done(&t);
}

/* Whether this host stands between the two: its own way to the address leaves
 * by another device than the packets come in by. */
static bool is_behind(const struct looking *l, const struct links_link *in)
{
	struct route_question q = { .destination = l->question->server };
	struct route r;
	int refusal;

	return !route_get(l->route, &q, &r, &refusal) && r.has_device &&
	       r.device != in->index && r.type == RTN_UNICAST;
}

static void tell_not_ours(struct looking *l, const struct way_in *w)
{
	const char *address = way_words(l, &l->question->server);
	char name[64];

	if (is_behind(l, w->device)) {
		name_forwarding(name, sizeof(name), l, w->device);
		look_tell(
			l, FACT_FORWARDING_OFF, way_sysctl_culprit(l, name, 0),
			_("%1$s lies behind this host, which forwards nothing that comes in by %2$s (%3$s is 0)."),
			address, w->device->name, name);
		look_step(l, STEP_FAIL,
			  _("%s is another host's, and nothing is forwarded"),
			  address);
		return;
	}

	look_tell(l, FACT_ADDRESS_NOT_OWN, address_culprit(l, w->device),
		  _("%s is none of the server's own addresses."), address);
	look_step(l, STEP_FAIL, _("%s is no address of this host"), address);
}

static enum fact_kind kind_of(uint8_t type)
{
	if (type == RTN_PROHIBIT)
		return FACT_FORWARD_PROHIBIT;
	if (type == RTN_UNREACHABLE)
		return FACT_FORWARD_UNREACHABLE;

	return FACT_FORWARD_BLACKHOLE;
}

/* The kernel counts only some of these. */
static void tell_forward(struct looking *l, enum fact_kind kind,
			 struct culprit *k, const char *words)
{
	look_tell(l, kind, k, "%s", words);
	if (l->question->packets)
		look_tell(l, FACT_FORWARD_REFUSED, NULL, NULL);
}

static void tell_refused(struct looking *l, const struct way_in *w)
{
	const char *address = way_words(l, way_destination(l->question));
	struct text words = TEXT_NULL;
	struct culprit *k;

	if (w->end == WAY_RULE) {
		k = way_rule_culprit(l, &w->lookup.rule);
		look_tell(l, FACT_POLICY_RULE_IN, k,
			  _("A rule of policy routing refuses it: %s."),
			  k ? k->text : "");
		look_step(l, STEP_FAIL, _("rule of policy routing: %s"),
			  k ? k->text : "");
		return;
	}
	if (w->end == WAY_ROUTE) {
		k = way_route_culprit(l, &w->lookup.route);
		text_format(
			&words,
			_("This host is to forward the packets, and its route refuses them: %s."),
			k ? k->text : "");
		tell_forward(l, kind_of(w->lookup.route.type), k,
			     text_string(&words));
		look_step(l, STEP_FAIL, _("to be forwarded: %s"),
			  k ? k->text : "");
	} else {
		k = culprit_new(l->record->arena, CULPRIT_ROUTE, VANTAGE_SERVER,
				"%s: no route, no default route", address);
		text_format(
			&words,
			_("This host is to forward the packets, and no route leads to %s."),
			address);
		tell_forward(l, FACT_FORWARD_NO_ROUTE, k, text_string(&words));
		look_step(l, STEP_FAIL,
			  _("to be forwarded, and no route to %s"), address);
	}
	text_done(&words);
}

static const char *link_name(const struct looking *l, uint32_t index)
{
	const struct links_link *link = links_by_index(l->links, index);

	return link ? link->name : "?";
}

static void tell_own(struct looking *l)
{
	const struct address *a = &l->question->server;
	const struct links_address *own = links_own(l->links, a);

	look_tell(l, FACT_ADDRESS_OWN, NULL, NULL);
	if (own)
		look_step(l, STEP_PASS, _("%1$s/%2$u on %3$s"), way_words(l, a),
			  own->prefix, link_name(l, own->index));
	else
		look_step(l, STEP_PASS, _("%s is local by a route"),
			  way_words(l, a));
}

static void tell_forwarded(struct looking *l, const struct way_in *w)
{
	/* Its own all the same, and a rule sends it on. */
	if (l->question->has_inner && links_own(l->links, &l->question->server))
		look_tell(l, FACT_ADDRESS_OWN, NULL, NULL);
	look_tell(
		l, FACT_ADDRESS_FORWARDED, NULL,
		_("The packets are not for this host: it forwards them by %s."),
		link_name(l, w->route.device));
	look_step(l, STEP_PASS, _("%1$s is forwarded by %2$s"),
		  way_words(l, &l->question->server),
		  link_name(l, w->route.device));
}

/* IPv6: another host answered when the kernel asked whether it is free, so it
 * is not used (RFC 4862 5.4.5). */
static bool tell_anothers(struct looking *l)
{
	const struct address *a = &l->question->server;
	const struct links_address *own = links_own(l->links, a);
	struct culprit *k;

	if (!own || !own->is_another)
		return false;

	k = culprit_new(l->record->arena, CULPRIT_NEIGHBOUR, VANTAGE_SERVER,
			"%s dev %s dadfailed", way_words(l, a),
			link_name(l, own->index));
	culprit_text(k, l->record->arena, "device", link_name(l, own->index));
	look_tell(
		l, FACT_ADDRESS_ANOTHERS, k,
		_("The kernel does not use %1$s on %2$s: another host answered for it (dadfailed)."),
		way_words(l, a), link_name(l, own->index));
	look_step(l, STEP_FAIL, _("%s is in use by another host (dadfailed)"),
		  way_words(l, a));
	return true;
}

/* It is this host's own, and yet the kernel found it to be another's: a rule had
 * translated it. */
static bool tell_translated(struct looking *l, const struct way_in *w)
{
	char name[64];

	if (w->is_forwarding)
		return false;

	name_forwarding(name, sizeof(name), l, w->device);
	look_tell(
		l, FACT_FORWARDING_OFF, way_sysctl_culprit(l, name, 0),
		_("The packets were translated to another host's address, and nothing that comes in by %1$s is forwarded (%2$s is 0)."),
		w->device->name, name);
	look_step(l, STEP_FAIL, _("translated, and nothing is forwarded"));
	return true;
}

/* What the kernel does with the packet; is_counted: its counter shows that it
 * did so. */
static void tell_way(struct looking *l, const struct way_in *w, bool is_counted)
{
	bool is_sure = is_counted || !may_be_translated(l);

	switch (w->end) {
	case WAY_LOCAL:
		if (is_counted && may_be_translated(l) && tell_translated(l, w))
			break;
		tell_own(l);
		break;
	case WAY_SOURCE_OWN:
	case WAY_REVERSE_PATH:
		tell_own(l);
		break;
	case WAY_FORWARD:
		tell_forwarded(l, w);
		break;
	case WAY_NOT_OURS:
		if (l->question->has_inner && tell_translated(l, w))
			break;
		if (is_sure)
			tell_not_ours(l, w);
		break;
	case WAY_NO_ROUTE:
	case WAY_ROUTE:
	case WAY_RULE:
		if (is_sure && !w->is_unsure)
			tell_refused(l, w);
		break;
	case WAY_UNKNOWN:
		break;
	}
}

static int look(struct looking *l, bool is_counted)
{
	struct way_in w;
	int err;

	if (!l->question->has_server || tell_anothers(l))
		return 0;

	err = way_in(l, &w);
	if (err)
		return err == -ENODEV ? 0 : err;
	if (links_is_loopback(w.device)) {
		tell_own(l);
		return 0;
	}

	tell_way(l, &w, is_counted);
	return 0;
}

static int client(struct looking *l)
{
	return look(l, false);
}

/* ip_error() and ip6_forward() count what is for nobody here. */
static int after(struct looking *l)
{
	bool is_v4 = address_is_v4(&l->question->server);
	struct way_counted *s = l->state;
	struct counters_taken now;
	uint64_t grown;
	int err;

	if (!s->has_before)
		return 0;
	err = counters_read(&now);
	if (err)
		return err;

	grown = counters_grown(&s->before, &now,
			       is_v4 ? COUNTER_IN_ADDRESS
				     : COUNTER_IN_ADDRESS6);
	if (!grown || grown < l->question->packets)
		return 0;
	err = look(l, true);
	if (look_is_this(l, grown) &&
	    (fact_has(&l->facts->set, FACT_ADDRESS_NOT_OWN) ||
	     fact_has(&l->facts->set, FACT_FORWARDING_OFF)))
		look_tell(
			l, FACT_ADDRESS_COUNTED, NULL,
			_("The counter %1$s grew by %2$llu when the packets came."),
			counters_name(is_v4 ? COUNTER_IN_ADDRESS
					    : COUNTER_IN_ADDRESS6),
			(unsigned long long)grown);
	return err;
}

const struct look look_address = {
	.id = "address",
	.title = N_("the address that is asked for"),
	.state_size = sizeof(struct way_counted),
	.before = way_count,
	.client = client,
	.after = after,
};
