#include "cli/server_rules.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/server_rules_parts.h"
#include "host/netlink.h"
#include "host/route.h"
#include "ruleset/model.h"

const char server_rules_source[] = "firewall";

static void add_address(struct server_rules *s, const char *name,
			const struct address *a, unsigned prefix)
{
	if (s->host.count == SERVER_RULES_ADDRESSES)
		return;

	s->addresses[s->host.count++] = (struct walk_address){
		.interface = field_from_name(name, strlen(name)),
		.address = field_from_address(a),
		.prefix = prefix + (address_is_v4(a) ? 96 : 0),
	};
}

static void own_addresses(struct server_rules *s)
{
	for (size_t i = 0; i < s->links.address_count; i++) {
		const struct links_address *a = &s->links.addresses[i];
		const struct links_link *l =
			links_by_index(&s->links, a->index);

		if (l && !links_is_loopback(l))
			add_address(s, l->name, &a->address, a->prefix);
	}
}

/* The networks behind gateways: where a translated packet goes. A route to one
 * address would look like an own one. */
static int take_route(const struct route *r, void *context)
{
	struct server_rules *s = context;
	const struct links_link *l = links_by_index(&s->links, r->device);
	unsigned bits = address_is_v4(&r->destination) ? 32 : 128;

	if (r->table == RT_TABLE_MAIN && r->type == RTN_UNICAST && l &&
	    r->prefix < bits)
		add_address(s, l->name, &r->destination, r->prefix);
	return 0;
}

static int read_host(struct server_rules *s)
{
	int err = netlink_open(&s->route, NETLINK_ROUTE);

	s->host.addresses = s->addresses;
	if (!err)
		err = links_read(s->route, &s->links);
	if (err)
		return err;

	own_addresses(s);
	/* Where they are not told, more is unknown. */
	(void)route_dump(s->route, AF_INET, take_route, s);
	(void)route_dump(s->route, AF_INET6, take_route, s);
	return 0;
}

static void tell_not_looked(struct server_rules *s)
{
	for (unsigned i = 0; i < LIVE_SOURCE_COUNT; i++) {
		const struct live_row *row = &s->live.row[i];

		if (row->why && (row->state == LIVE_FAILED ||
				 row->state == LIVE_NOT_PERMITTED))
			case_not_looked(
				s->record, row->command,
				arena_string(s->record->arena, row->why));
	}
}

static int read_rules(struct server_rules *s)
{
	struct ruleset *r = ruleset_new(s->problems);
	int err = r ? check_rights_gather(s->rights, &s->gathered) : -ENOMEM;

	if (!err)
		err = live_read_gathered(r, text_string(&s->gathered),
					 s->gathered.len, &s->live);
	if (!err)
		err = ruleset_link(r);
	if (err) {
		ruleset_free(r);
		return err;
	}

	s->ruleset = r;
	s->plan = walk_plan_new(r);
	return s->plan ? 0 : -ENOMEM;
}

static int begin(struct server_rules *s)
{
	int err;

	s->problems = problems_new();
	s->arena = arena_new();
	if (!s->problems || !s->arena)
		return -ENOMEM;

	err = read_host(s);
	if (!err)
		err = read_rules(s);
	return err;
}

int server_rules_new(struct server_rules **ret, struct check_rights *rights,
		     struct case_record *c)
{
	struct server_rules *s = calloc(1, sizeof(*s));
	int64_t began = clock_now();
	int err;

	*ret = s;
	if (!s)
		return -ENOMEM;

	s->rights = rights;
	s->record = c;
	err = begin(s);
	s->took_ns = clock_now() - began;
	if (err == -ENOMEM) {
		server_rules_free(s);
		*ret = NULL;
		return err;
	}

	if (err)
		case_not_looked(c, server_rules_source, strerror(-err));
	else
		tell_not_looked(s);
	return 0;
}

void server_rules_free(struct server_rules *s)
{
	if (!s)
		return;

	walk_plan_free(s->plan);
	ruleset_free(s->ruleset);
	problems_free(s->problems);
	text_done(&s->gathered);
	links_done(&s->links);
	netlink_close(s->route);
	arena_free(s->arena);
	free(s);
}

const struct live *server_rules_tools(const struct server_rules *s)
{
	return s && s->ruleset ? &s->live : NULL;
}

void server_rules_show(const struct server_rules *s,
		       struct server_rules_shown *ret)
{
	*ret = (struct server_rules_shown){ 0 };
	if (!s || !s->ruleset)
		return;

	ret->ruleset = s->ruleset;
	ret->host = &s->host;
	ret->links = &s->links;
	ret->gathered = s->gathered.data;
	ret->gathered_len = s->gathered.len;
	ret->kind = s->way.is_known ? s->way.kind : FACT_NONE;
	ret->packet = s->way.is_known ? &s->way.packet : NULL;
}

int server_rules_client(struct server_rules *s, const struct look_question *q,
			const char *in_device, struct facts *facts)
{
	int64_t began = clock_now();
	int err;

	if (!s || !s->ruleset)
		return 0;

	err = server_rules_walk(s, q, in_device);
	s->took_ns += clock_now() - began;
	if (!err)
		err = server_rules_tell(s, facts);
	return err ? err : server_rules_synproxy(s, NULL, facts);
}
