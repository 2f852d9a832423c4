/*
 * Where rules send a client's packet on to an address of another network
 * namespace of this machine, a container: whether anybody listens there.
 */
#include <errno.h>
#include <linux/netlink.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/server_rules_parts.h"
#include "host/netlink.h"
#include "host/serving.h"
#include "host/spaces.h"

/* Whether the namespace has that address. */
static bool owns(const char *where, const struct address *a)
{
	struct links links = { 0 };
	struct netlink *n;
	bool found;

	if (netlink_open_in(&n, NETLINK_ROUTE, where))
		return false;

	found = !links_read(n, &links) && links_own(&links, a);
	links_done(&links);
	netlink_close(n);
	return found;
}

static void tell_loopback(struct server_rules *s, const struct serving *v,
			  const struct listener *socket, struct facts *facts)
{
	struct text program = TEXT_NULL, name = TEXT_NULL;

	serving_program(&program, v, socket);
	serving_socket(&name, socket, NULL);
	fact_tell(
		facts, FACT_BEHIND_LOOPBACK, server_rules_source,
		serving_culprit(s->record->arena, v, socket, NULL),
		_("In the namespace that the packets are sent on to, %1$s listens on %2$s only."),
		text_string(&program), text_string(&name));
	text_done(&program);
	text_done(&name);
}

/* Another port of it is open: the rule names the wrong one. */
static bool serves_other(const char *where, const struct look_question *q)
{
	struct look_question any = *q;
	struct serving v = { 0 };
	enum listeners_fit fit = LISTENERS_FITS;
	bool found;

	any.port = 0;
	found = !serving_read(&v, where, &any) &&
		serving_best(&v, &any, &fit) && fit <= LISTENERS_MAYBE;
	serving_done(&v);
	return found;
}

static void look_there(struct server_rules *s, const char *where,
		       const struct look_question *q, struct facts *facts)
{
	struct serving v = { 0 };
	const struct listener *socket = NULL;
	enum listeners_fit fit = LISTENERS_FITS;
	int err = serving_read(&v, where, q);

	if (!err)
		(void)serving_find_owners(&v);
	if (!err)
		socket = serving_best(&v, q, &fit);
	if (err)
		;
	else if (socket && fit <= LISTENERS_MAYBE)
		fact_tell(facts, FACT_BEHIND_LISTENS, server_rules_source, NULL,
			  NULL);
	else if (socket && fit == LISTENERS_LOOPBACK)
		tell_loopback(s, &v, socket, facts);
	else if (!socket && serves_other(where, q))
		server_rules_dnat_closed(s, facts);
	serving_done(&v);
}

void server_rules_behind(struct server_rules *s, const struct address *to,
			 uint16_t port, struct facts *facts)
{
	struct look_question q = s->way.question;
	struct spaces spaces;
	int err = spaces_read(&spaces);

	q.server = *to;
	q.has_server = true;
	q.port = port;
	q.device = 0;
	for (size_t i = 0; i < spaces.count && !err; i++) {
		if (!owns(spaces.list[i].where, to))
			continue;
		look_there(s, spaces.list[i].where, &q, facts);
		break;
	}
	spaces_done(&spaces);
}
