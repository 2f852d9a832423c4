#include "host/way.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/sysctl.h"

const char *way_words(const struct looking *l, const struct address *a)
{
	struct text t = TEXT_NULL;
	const char *s;

	address_text(&t, a);
	s = arena_string(l->record->arena, text_string(&t));
	text_done(&t);
	return s ? s : "";
}

static const char *name_of(const struct looking *l, uint32_t index)
{
	const struct links_link *link = links_by_index(l->links, index);

	return link ? link->name : NULL;
}

int way_count(struct looking *l)
{
	struct way_counted *s = l->state;
	int err = counters_read(&s->before);

	s->has_before = !err;
	return err;
}

struct culprit *way_route_culprit(const struct looking *l,
				  const struct route *r)
{
	struct text words = TEXT_NULL, table = TEXT_NULL;
	struct culprit *k;

	route_text(&words, r, name_of(l, r->device));
	route_table_text(&table, r->table);
	k = culprit_new(l->record->arena, CULPRIT_ROUTE, VANTAGE_SERVER, "%s",
			text_string(&words));
	culprit_text(k, l->record->arena, "table", text_string(&table));
	text_done(&words);
	text_done(&table);
	return k;
}

struct culprit *way_rule_culprit(const struct looking *l,
				 const struct policy_rule *r)
{
	struct text words = TEXT_NULL;
	struct culprit *k;

	policy_rule_text(&words, r);
	k = culprit_new(l->record->arena, CULPRIT_POLICY_RULE, VANTAGE_SERVER,
			"%s", text_string(&words));
	culprit_number(k, "priority", r->priority);
	text_done(&words);
	return k;
}

struct culprit *way_sysctl_culprit(const struct looking *l, const char *name,
				   int64_t value)
{
	struct arena *a = l->record->arena;
	struct culprit *k = culprit_new(a, CULPRIT_SYSCTL, VANTAGE_SERVER,
					"%s = %lld", name, (long long)value);

	culprit_text(k, a, "name", name);
	culprit_number(k, "value", value);
	return k;
}

struct culprit *way_link_culprit(const struct looking *l,
				 const struct links_link *link)
{
	bool is_up = links_is_up(link);
	struct culprit *k =
		culprit_new(l->record->arena, CULPRIT_LINK, VANTAGE_SERVER,
			    "%s: %s%s", link->name, is_up ? "UP" : "DOWN",
			    is_up && !link->has_carrier ? ", NO-CARRIER" : "");

	culprit_text(k, l->record->arena, "device", link->name);
	culprit_text(k, l->record->arena, "state", is_up ? "UP" : "DOWN");
	return k;
}

/* One of them; a name with dots takes slashes (sysctl.h). */
static int read_setting(int family, const char *of, const char *name,
			int64_t *ret)
{
	struct text path = TEXT_NULL;
	int err;

	text_format(&path, "net/%s/conf/%s/%s",
		    family == AF_INET ? "ipv4" : "ipv6", of, name);
	err = sysctl_number(text_string(&path), ret);
	text_done(&path);
	return err;
}

int way_setting(int family, const char *device, const char *name, int64_t *ret,
		const char **of)
{
	int64_t all = 0, own = 0;
	int err = read_setting(family, "all", name, &all);

	if (!err)
		err = read_setting(family, device, name, &own);
	if (err)
		return err;

	*ret = own > all ? own : all;
	*of = own > all ? device : "all";
	return 0;
}

struct marks {
	bool any;
	bool is_usual, has_main;
};

/* One of the three that the kernel itself makes: for all packets, and it
 * refuses none. */
static bool is_usual(const struct policy_rule *r)
{
	return r->action == FR_ACT_TO_TBL && r->suppressed < 0 &&
	       !r->source_prefix && !r->prefix && !r->mask && !r->tos &&
	       !r->protocol && !r->ports[1] && !r->source_ports[1] && !*r->in &&
	       !*r->out && !r->is_inverted && !r->has_uids && !r->is_l3mdev;
}

static int take_mark(const struct policy_rule *r, void *context)
{
	struct marks *m = context;

	m->any = m->any || r->mask || r->has_uids;
	m->is_usual = m->is_usual && is_usual(r);
	m->has_main = m->has_main || (is_usual(r) && r->table == RT_TABLE_MAIN);
	return 0;
}

/* All rules of policy routing are the usual ones: none leads any packet
 * nowhere. */
static bool has_usual_rules(const struct looking *l, int family)
{
	struct marks m = { .is_usual = true };

	return !policy_rule_dump(l->route, family, take_mark, &m) &&
	       m.is_usual && m.has_main;
}

int way_has_marks(struct netlink *n, int family, bool *ret)
{
	struct marks m = { false };
	int err = policy_rule_dump(n, family, take_mark, &m);

	*ret = m.any;
	return err;
}

const struct address *way_destination(const struct look_question *q)
{
	return q->has_inner ? &q->inner : &q->server;
}

uint16_t way_port(const struct look_question *q)
{
	return q->has_inner ? q->inner_port : q->port;
}

/*
 * In.
 */

static struct route_question question_in(const struct looking *l,
					 const struct links_link *device)
{
	const struct look_question *q = l->question;

	return (struct route_question){
		.destination = *way_destination(q),
		.source = q->client,
		.has_source = true,
		.port = way_port(q),
		.source_port = q->client_port,
		.protocol = q->protocol,
		.in = device->index,
		.in_name = device->name,
	};
}

/* This host's own: of a link-local address only on that device. */
static bool is_own_source(const struct looking *l,
			  const struct links_link *device)
{
	const struct address *a = &l->question->client;
	const struct links_address *own = links_own(l->links, a);

	if (!own || own->is_tentative)
		return false;

	return own->scope != RT_SCOPE_LINK || own->index == device->index;
}

static int forwards(int family, const char *device, bool *ret)
{
	int64_t value = 0;
	const char *of = family == AF_INET ? device : "all";
	int err = read_setting(family, of, "forwarding", &value);

	*ret = value != 0;
	return err;
}

static int read_reverse_path(struct way_in *w)
{
	int64_t value = 0;
	int err = way_setting(AF_INET, w->device->name, "rp_filter", &value,
			      &w->reverse_path_of);

	w->reverse_path = value > 2 ? 2 : (int)value;
	return err;
}

/* Why the kernel refuses it: ip_route_input_slow() looks the destination up
 * first, then forwards or not, and looks at the source last. */
static int explain_in(const struct looking *l, const struct route_question *q,
		      int refusal, struct way_in *w)
{
	int err = lookup_replay(l->route, q, "", &w->lookup);

	if (err)
		return err;

	if (w->lookup.end == LOOKUP_RULE && w->lookup.error) {
		w->end = WAY_RULE;
	} else if (w->lookup.end == LOOKUP_ROUTE &&
		   w->lookup.route.type == RTN_LOCAL) {
		if (is_own_source(l, w->device))
			w->end = WAY_SOURCE_OWN;
		else if (w->reverse_path)
			w->end = WAY_REVERSE_PATH;
	} else if (!w->is_forwarding) {
		w->end = WAY_NOT_OURS;
	} else if (w->lookup.error != refusal) {
		/* The replay missed something, or the source is refused. */
		w->end = refusal == EINVAL || refusal == EXDEV
				 ? (w->reverse_path ? WAY_REVERSE_PATH
						    : WAY_UNKNOWN)
				 : WAY_UNKNOWN;
	} else {
		w->end =
			w->lookup.end == LOOKUP_NONE ? WAY_NO_ROUTE : WAY_ROUTE;
	}

	return 0;
}

/* IPv6 lets the route lookup pass, and its own forwarding drop it
 * (ip6_forward()); and sources are not looked at. */
static void settle_v6(const struct looking *l, struct way_in *w)
{
	if (w->end == WAY_FORWARD && !w->is_forwarding)
		w->end = WAY_NOT_OURS;
	else if (w->end == WAY_LOCAL && is_own_source(l, w->device))
		w->end = WAY_SOURCE_OWN;
}

int way_in(const struct looking *l, struct way_in *ret)
{
	bool is_v4 = address_is_v4(way_destination(l->question));
	struct route_question q;
	int refusal = 0;
	int found, err;

	*ret = (struct way_in){ .reverse_path_of = "all" };
	ret->device = links_by_index(l->links, l->question->device);
	if (!ret->device)
		return -ENODEV;

	q = question_in(l, ret->device);
	err = way_has_marks(l->route, is_v4 ? AF_INET : AF_INET6,
			    &ret->is_unsure);
	if (!err && is_v4)
		err = read_reverse_path(ret);
	if (!err)
		err = forwards(is_v4 ? AF_INET : AF_INET6, ret->device->name,
			       &ret->is_forwarding);
	if (err)
		return err;

	found = route_get(l->route, &q, &ret->route, &refusal);
	if (found < 0)
		return found;
	if (found)
		return explain_in(l, &q, refusal, ret);

	ret->end = ret->route.type == RTN_LOCAL     ? WAY_LOCAL
		   : ret->route.type == RTN_UNICAST ? WAY_FORWARD
						    : WAY_UNKNOWN;
	if (!is_v4)
		settle_v6(l, ret);
	return 0;
}

/*
 * Back.
 */

/* The VRF that the device belongs to, or 0. */
static uint32_t vrf_of(const struct looking *l, uint32_t device)
{
	const struct links_link *link = links_by_index(l->links, device);
	const struct links_link *master =
		link && link->master ? links_by_index(l->links, link->master)
				     : NULL;

	return master && !strcmp(master->kind, "vrf") ? master->index : 0;
}

/* fe80::/10 means nothing without its device. */
static bool is_link_local(const struct address *a)
{
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static struct route_question question_back(const struct looking *l)
{
	const struct look_question *q = l->question;
	uint32_t vrf = vrf_of(l, q->device);
	const struct address *source = way_destination(q);
	const struct links_address *own = q->has_server || q->has_inner
						  ? links_own(l->links, source)
						  : NULL;

	return (struct route_question){
		.destination = q->client,
		.source = *source,
		.has_source = own && !own->is_tentative,
		.port = q->client_port,
		.source_port = way_port(q),
		.protocol = q->protocol,
		.device = !vrf && is_link_local(&q->client) ? q->device : vrf,
	};
}

struct best {
	const struct address *destination;
	bool is_found;
};

static int take_main(const struct route *r, void *context)
{
	struct best *b = context;

	if (r->table == RT_TABLE_MAIN && r->type == RTN_UNICAST &&
	    route_covers(r, b->destination))
		b->is_found = true;
	return 0;
}

/* Whether the table main would carry it. */
static int read_main(const struct looking *l, struct way_back *w)
{
	const struct address *client = &l->question->client;
	struct best b = { client, false };
	int err = route_dump(l->route, netlink_family(client), take_main, &b);

	w->is_in_main = b.is_found;
	return err;
}

static void take_route(const struct looking *l, struct way_back *w)
{
	uint32_t vrf = vrf_of(l, l->question->device);

	w->has_route = true;
	w->device = links_by_index(l->links, w->route.device);
	w->next_hop =
		w->route.has_gateway ? w->route.gateway : l->question->client;
	w->has_next_hop = w->device && w->route.type == RTN_UNICAST &&
			  w->device->index != vrf &&
			  links_has_neighbours(w->device);
}

int way_back(const struct looking *l, struct way_back *ret)
{
	struct route_question q = question_back(l);
	const char *out = name_of(l, q.device);
	int family = netlink_family(&q.destination);
	int found, err;

	*ret = (struct way_back){ 0 };
	found = route_get(l->route, &q, &ret->route, &ret->refusal);
	if (found < 0)
		return found;
	err = way_has_marks(l->route, family, &ret->is_unsure);
	if (err)
		return err;
	ret->has_usual_rules = has_usual_rules(l, family);
	/* The answers of another host come in here, and are sent on. */
	if (l->question->has_inner && !q.has_source)
		ret->is_unsure = true;
	if (!found) {
		take_route(l, ret);
		return 0;
	}

	err = lookup_replay(l->route, &q, out ? out : "", &ret->lookup);
	if (!err)
		err = read_main(l, ret);
	/* Another error than the kernel's: the replay missed something. */
	ret->is_told = !err && ret->lookup.error == ret->refusal;
	return err;
}
