/*
 * A connection of old that is in the way of a new one: the socket, or the entry
 * of the tracked connection, of exactly these addresses and ports.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"

/* The port that the attempt came from; 0: not known. */
static uint16_t client_port(const struct fix_planning *p)
{
	const struct case_record *r = p->record;

	for (size_t i = 0; r && i < r->attempt_count; i++)
		if (r->attempts[i].has_peer && r->attempts[i].peer_port &&
		    address_equal(&r->attempts[i].peer, &p->plan->ask.client))
			return r->attempts[i].peer_port;

	return 0;
}

static int end_socket(struct fix_planning *p, const char *client, uint16_t port)
{
	const char *words = fix_words(p, "%s:%u", client, port);
	const struct kit_frame frame = {
		.id = "socket-end",
		.summary =
			fix_words(p, _("end the old connection of %s"), words),
		.risk = FIX_RISK_LOW,
		.risk_text = _(
			"The client has forgotten that connection: nobody uses it. It cannot be had back."),
		.is_exact = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is a matter of this one connection."),
	};
	const struct kit_run run = {
		.argv = fix_argv(p, "ss", "-K", "dst", client, "sport", "=",
				 fix_words(p, ":%u", p->plan->ask.port),
				 "dport", "=", fix_words(p, ":%u", port),
				 (char *)NULL),
		.text = fix_words(p, _("Ends the connection from %s."), words),
		.undo_text = _("There is nothing to take back."),
	};
	struct fix_candidate *c = kit_propose(p, &frame);

	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("The next attempt from %s is taken for a new connection; no other connection is touched."),
		words);
	return 0;
}

static int forget_entry(struct fix_planning *p, const char *client,
			uint16_t port)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *own = port ? fix_words(p, "--sport %u", port) : NULL;
	const char *words =
		fix_words(p, "-p %s -s %s -d %s --dport %u",
			  ask->protocol == IPPROTO_UDP ? "udp" : "tcp", client,
			  kit_address(p, &ask->server), ask->port);
	const struct kit_frame frame = {
		.id = "conntrack-delete",
		.summary = fix_words(
			p, _("forget the tracked connection of %s"), client),
		.risk = port ? FIX_RISK_LOW : FIX_RISK_SOME,
		.risk_text =
			port ? _("That one entry only: the next packet makes a new one, by the rules as they are.")
			     : _("Other connections of this client to this port lose their entries, too; the next packet makes new ones, by the rules as they are."),
		.is_exact = port != 0,
		.is_unknown = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is a matter of this one connection."),
	};
	const struct kit_run run = {
		.argv = kit_command(p, fix_words(p, "conntrack -D %s", words),
				    NULL, own),
		.text = fix_words(p, _("Deletes the entries %s."), words),
		.undo_text = _("The next packet makes a new entry."),
	};
	struct fix_candidate *c;

	if (!kit_has_tool(p, "conntrack")) {
		fix_remark(
			p,
			_("The program conntrack, which would forget the old entry, is not on this host."));
		return -ENOENT;
	}
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, "%s", frame.risk_text);
	return 0;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const char *client = kit_client(p);
	uint16_t port = client_port(p);

	if (!kit_is_here(p, f) || !kit_is_one(p))
		return -ENOENT;
	if (!strcmp(f->cause->id, "stale-connection-tuple") && port)
		return end_socket(p, client, port);
	if (f->culprit && f->culprit->kind == CULPRIT_CONNTRACK &&
	    p->plan->ask.has_server)
		return forget_entry(p, client, port);

	return -ENOENT;
}

const struct repair repair_connection = {
	.id = "connection",
	.culprits = { CULPRIT_SOCKET, CULPRIT_CONNTRACK },
	.causes = { "stale-connection-tuple", "nat-idle-timeout",
		    "dnat-dead-host" },
	.propose = propose,
};
