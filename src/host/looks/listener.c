#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/links.h"
#include "host/look.h"
#include "host/netlink.h"
#include "host/owners.h"
#include "host/private_unit.h"
#include "host/reader.h"
#include "host/security.h"
#include "host/serving.h"
#include "host/spaces.h"
#include "host/ssh_daemon.h"

/*
 * Whether a socket listens where the client asks, and why the one that there is
 * does not get its packets. All is read anew for each client: the service may
 * have been started meanwhile. Where the packet filter gives packets another
 * port or address, it is the socket there that is looked for.
 */
enum { FIRST_PRIVATE = 1024, LISTED_MOST = 3 };

/* What may be told here: exactly one of it, or LISTENER_HERE, or nothing. */
static const enum fact_kind told[] = {
	FACT_LISTENER_NONE_HERE,      FACT_LISTENER_HERE,
	FACT_LISTENER_NONE,           FACT_LISTENER_LOOPBACK,
	FACT_LISTENER_ADDRESS,        FACT_LISTENER_DEVICE,
	FACT_LISTENER_V6ONLY,         FACT_LISTENER_V4ONLY,
	FACT_LISTENER_OTHER_PROTOCOL, FACT_LISTENER_ELSEWHERE,
	FACT_LISTENER_STRAY,          FACT_LISTENER_STRAYS,
	FACT_LISTENER_VANISHED,       FACT_SPACES_READ,
	FACT_LISTENER_MOVED,          FACT_LISTENER_WALLED,
};

struct state {
	bool had_socket; /* when it was looked first */
	bool is_later;
};

/* One reading. */
struct reading {
	struct looking *l;
	struct serving here;
	struct serving other; /* another protocol's, or another namespace's */
	struct text program, socket;
	bool is_partial; /* not all namespaces could be looked at */
};

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

/* The words for a socket and its program. */
static void name(struct reading *r, const struct serving *s,
		 const struct listener *socket)
{
	text_clear(&r->program);
	text_clear(&r->socket);
	serving_program(&r->program, s, socket);
	serving_socket(&r->socket, socket, r->l->links);
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_UDP ? "udp" : "tcp";
}

/*
 * A socket of the port, whatever it is bound to.
 */

static const struct {
	enum fact_kind kind;
	/* %1$s: the program; %2$s: the socket */
	const char *step, *fact;
} misfits[LISTENERS_FITS] = {
	[LISTENERS_DEVICE] = { FACT_LISTENER_DEVICE,
			       N_("%1$s listens on %2$s: on another device than the client comes by"),
			       N_("%1$s listens on %2$s, on another device than the client comes by.") },
	[LISTENERS_ADDRESS] = { FACT_LISTENER_ADDRESS,
				N_("%1$s listens on %2$s: on another address than the client asks for"),
				N_("%1$s listens on %2$s, on another address than the client asks for.") },
	[LISTENERS_V6ONLY] = { FACT_LISTENER_V6ONLY,
			       N_("%1$s listens on %2$s for IPv6 only, and the client asks by IPv4"),
			       N_("%1$s listens on %2$s for IPv6 only, and the client asks by IPv4.") },
	[LISTENERS_V4ONLY] = { FACT_LISTENER_V4ONLY,
			       N_("%1$s listens on %2$s, which is IPv4 only, and the client asks by IPv6"),
			       N_("%1$s listens on %2$s, which is IPv4 only, and the client asks by IPv6.") },
	[LISTENERS_LOOPBACK] = { FACT_LISTENER_LOOPBACK,
				 N_("%1$s listens on %2$s: on the loopback, where no other host gets"),
				 N_("%1$s listens on %2$s, on the loopback, where no other host gets.") },
};

static void tell_misfit(struct reading *r, const struct listener *s,
			enum listeners_fit fit)
{
	struct looking *l = r->l;
	struct culprit *c =
		serving_culprit(l->record->arena, &r->here, s, l->links);

	name(r, &r->here, s);
	look_step(l, STEP_FAIL, _(misfits[fit].step), text_string(&r->program),
		  text_string(&r->socket));
	look_tell(l, misfits[fit].kind, c, _(misfits[fit].fact),
		  text_string(&r->program), text_string(&r->socket));
}

/* All that take the packet: "a on x, backlog 0 of 128; b on y, …" */
static void list_sockets(struct reading *r, struct text *out)
{
	const struct listeners_packet p = serving_packet(r->l->question);
	size_t count = 0;

	for (size_t i = 0; i < r->here.sockets.count; i++) {
		const struct listener *s = &r->here.sockets.list[i];

		if (listeners_fit(s, &p) > LISTENERS_MAYBE &&
		    !r->l->question->is_guessed)
			continue;
		if (count++ == LISTED_MOST) {
			text_str(out, "; …");
			return;
		}
		name(r, &r->here, s);
		if (out->len)
			text_str(out, "; ");
		if (s->protocol == IPPROTO_UDP || s->is_rough)
			text_format(out, _("%1$s has %2$s open"),
				    text_string(&r->program),
				    text_string(&r->socket));
		else
			text_format(
				out,
				_("%1$s listens on %2$s, backlog %3$u of %4$u"),
				text_string(&r->program),
				text_string(&r->socket), s->queued, s->backlog);
	}
}

static void tell_here(struct reading *r, enum listeners_fit fit)
{
	struct text words = TEXT_NULL;

	list_sockets(r, &words);
	look_step(r->l, STEP_PASS, "%s", text_string(&words));
	if (fit == LISTENERS_HERE)
		look_tell(r->l, FACT_LISTENER_HERE, NULL,
			  _("%s, which is where the client asks."),
			  text_string(&words));
	text_done(&words);
}

/*
 * None of the port.
 */

static int tell_other_protocol(struct reading *r)
{
	struct looking *l = r->l;
	struct look_question q = *l->question;
	const struct listener *s;
	struct culprit *c;
	enum listeners_fit fit;
	int error;

	q.protocol = q.protocol == IPPROTO_UDP ? IPPROTO_TCP : IPPROTO_UDP;
	serving_done(&r->other);
	error = serving_read(&r->other, "", &q);
	if (error)
		return error;
	s = serving_best(&r->other, &q, &fit);
	if (!s)
		return 0;

	error = serving_find_owners(&r->other);
	name(r, &r->other, s);
	c = serving_culprit(l->record->arena, &r->other, s, l->links);
	if (q.protocol == IPPROTO_UDP)
		look_step(l, STEP_FAIL,
			  _("%1$s has the port open by UDP only (%2$s)"),
			  text_string(&r->program), text_string(&r->socket));
	else
		look_step(l, STEP_FAIL,
			  _("%1$s has the port open by TCP only (%2$s)"),
			  text_string(&r->program), text_string(&r->socket));
	look_tell(l, FACT_LISTENER_OTHER_PROTOCOL, c,
		  q.protocol == IPPROTO_UDP
			  ? _("%1$s has the port open by UDP only (%2$s).")
			  : _("%1$s has the port open by TCP only (%2$s)."),
		  text_string(&r->program), text_string(&r->socket));
	return error ? error : 1;
}

/* Nothing leads into that namespace: only its loopback is up. Tunnels that the
 * kernel puts into each are down. */
static bool is_walled(const char *where)
{
	struct netlink *n = NULL;
	struct links links = { 0 };
	int error = netlink_open_in(&n, NETLINK_ROUTE, where);

	if (!error)
		error = links_read(n, &links);
	for (size_t i = 0; i < links.count && !error; i++)
		if (!links_is_loopback(&links.links[i]) &&
		    links_is_up(&links.links[i]))
			error = -EEXIST;
	links_done(&links);
	netlink_close(n);
	return !error;
}

/* A service of this host that waits for clients at all addresses, and whose unit
 * has it wait where none gets: that one is meant. The unit's name, or NULL. A
 * container has ports of its own, and what somebody tries there is anybody's. */
static const char *shut_in_unit(const struct reading *r, const char *where,
				const struct listener *s)
{
	const struct owner *o = owners_of(&r->other.owners, s->inode);

	if (!o || !listeners_is_any(&s->address) || s->device ||
	    !is_walled(where))
		return NULL;

	return private_unit_of(o->pid, r->l->record->arena);
}

static void tell_shut_in(struct reading *r, const struct culprit *c,
			 const char *unit)
{
	look_step(r->l, STEP_FAIL,
		  _("%1$s listens on %2$s, but %3$s gives it a network of its "
		    "own (PrivateNetwork)"),
		  text_string(&r->program), text_string(&r->socket), unit);
	look_tell(
		r->l, FACT_LISTENER_WALLED, c,
		_("%1$s listens on %2$s, but %3$s gives it a network of its own (PrivateNetwork), where no client gets."),
		text_string(&r->program), text_string(&r->socket), unit);
}

/* 1: it is told. A namespace that has ended meanwhile holds no socket. */
static int look_in_space(struct reading *r, const char *where)
{
	struct looking *l = r->l;
	const struct listener *s;
	struct culprit *c;
	const char *unit;
	enum listeners_fit fit;
	int error;

	serving_done(&r->other);
	error = serving_read(&r->other, where, l->question);
	if (error == -ENOENT)
		return 0;
	s = error ? NULL : serving_best(&r->other, l->question, &fit);
	if (!s)
		return error;

	error = serving_find_owners(&r->other);
	name(r, &r->other, s);
	c = serving_culprit(l->record->arena, &r->other, s, NULL);
	unit = error ? NULL : shut_in_unit(r, where, s);
	if (unit) {
		culprit_text(c, l->record->arena, "unit", unit);
		tell_shut_in(r, c, unit);
		return 1;
	}
	look_step(l, STEP_FAIL,
		  _("%1$s listens on %2$s, but in another network namespace: "
		    "a container, or a unit with a network of its own"),
		  text_string(&r->program), text_string(&r->socket));
	/* Whether it is the one that is meant, nobody can see: a container has
	 * ports of its own. */
	look_tell(
		l, FACT_LISTENER_ELSEWHERE, c,
		_("%1$s listens on %2$s, but in another network namespace: that of a container, or of a unit with a network of its own."),
		text_string(&r->program), text_string(&r->socket));
	return error ? error : 1;
}

/* 1: it is told; 0: there is none, or not all could be looked at. */
static int tell_other_space(struct reading *r)
{
	struct spaces spaces;
	int error = spaces_read(&spaces);
	int denied = spaces.is_partial ? -EACCES : 0;

	for (size_t i = 0; i < spaces.count && !error; i++) {
		error = look_in_space(r, spaces.list[i].where);
		if (error < 0 && error != -ENOMEM) {
			denied = error;
			error = 0;
		}
	}
	spaces_done(&spaces);
	if (error)
		return error;

	r->is_partial = denied != 0;
	if (denied)
		case_not_looked(r->l->record, "network-namespaces",
				_("Other network namespaces are shown to "
				  "CAP_SYS_ADMIN and CAP_SYS_PTRACE only."));
	else
		look_tell(r->l, FACT_SPACES_READ, NULL, NULL);
	return 0;
}

/* A listener of another port that this client would reach. Those below 1024 are
 * at home there. */
static bool is_stray(const struct listener *s, const struct look_question *q)
{
	const struct listeners_packet p = serving_packet(q);

	return s->port != q->port && s->port >= FIRST_PRIVATE &&
	       listeners_fit(s, &p) <= LISTENERS_MAYBE;
}

/* How many of them; *ret is one. */
static unsigned strays(struct reading *r, const struct listener **ret)
{
	unsigned count = 0;

	*ret = NULL;
	for (size_t i = 0; i < r->other.sockets.count; i++) {
		const struct listener *s = &r->other.sockets.list[i];

		if (!is_stray(s, r->l->question) ||
		    (*ret && s->port == (*ret)->port))
			continue;
		*ret = s;
		count++;
	}

	return count;
}

/* That of the host's SSH daemon, whose own file asks for the port and not for
 * the one that it listens on: it was not started again since. Or NULL. */
static const struct listener *find_moved(const struct reading *r)
{
	const struct look_question *q = r->l->question;
	const struct listeners_packet p = serving_packet(q);
	struct ssh_daemon_ports asked;

	if (ssh_daemon_ports(&asked) || !ssh_daemon_ports_has(&asked, q->port))
		return NULL;

	for (size_t i = 0; i < r->other.sockets.count; i++) {
		const struct listener *s = &r->other.sockets.list[i];
		const struct owner *o = owners_of(&r->other.owners, s->inode);

		if (o && !s->uid && !ssh_daemon_ports_has(&asked, s->port) &&
		    listeners_fit(s, &p) <= LISTENERS_MAYBE &&
		    ssh_daemon_is_usual(o->pid))
			return s;
	}

	return NULL;
}

/* 1: it is told. */
static int tell_moved(struct reading *r)
{
	struct looking *l = r->l;
	struct look_question q = *l->question;
	const struct listener *s;
	struct culprit *c;
	int error;

	if (q.protocol != IPPROTO_TCP || r->is_partial)
		return 0;
	q.port = 0;
	serving_done(&r->other);
	error = serving_read(&r->other, "", &q);
	if (!error)
		error = serving_find_owners(&r->other);
	s = error ? NULL : find_moved(r);
	if (!s)
		return error;

	name(r, &r->other, s);
	c = serving_culprit(l->record->arena, &r->other, s, l->links);
	look_step(l, STEP_FAIL,
		  _("nothing listens on tcp/%1$u; the SSH daemon's file asks "
		    "for it, and %2$s still listens on %3$s"),
		  l->question->port, text_string(&r->program),
		  text_string(&r->socket));
	look_tell(
		l, FACT_LISTENER_MOVED, c,
		_("Nothing listens on tcp/%1$u: the SSH daemon's file asks for it, and %2$s, which was not started again since, listens on %3$s."),
		l->question->port, text_string(&r->program),
		text_string(&r->socket));
	return 1;
}

/* 1: it is told. */
static int tell_stray(struct reading *r)
{
	struct looking *l = r->l;
	struct look_question q = *l->question;
	const struct listener *s = NULL;
	struct culprit *c;
	unsigned count;
	int error;

	if (q.protocol == IPPROTO_UDP)
		return 0;
	q.port = 0;
	serving_done(&r->other);
	error = serving_read(&r->other, "", &q);
	count = error ? 0 : strays(r, &s);
	if (!count)
		return error;

	/* That one's program, not those of all. */
	r->other.sockets.list[0] = *s;
	r->other.sockets.count = 1;
	s = r->other.sockets.list;

	error = serving_find_owners(&r->other);
	name(r, &r->other, s);
	c = count == 1
		    ? serving_culprit(l->record->arena, &r->other, s, l->links)
		    : serving_no_socket(l->record->arena, l->question);
	look_step(l, STEP_FAIL,
		  _("nothing listens on tcp/%1$u; %2$s listens on %3$s"),
		  l->question->port, text_string(&r->program),
		  text_string(&r->socket));
	/* The rule that sends the packets on names the wrong one. */
	look_tell(l,
		  l->question->has_inner ? FACT_INNER_NONE
		  : count == 1           ? FACT_LISTENER_STRAY
					 : FACT_LISTENER_STRAYS,
		  l->question->has_inner ? NULL : c,
		  _("Nothing listens on tcp/%1$u; %2$s listens on %3$s."),
		  l->question->port, text_string(&r->program),
		  text_string(&r->socket));
	return error ? error : 1;
}

static void tell_nobody(struct reading *r, const struct state *state)
{
	struct looking *l = r->l;
	const struct look_question *q = l->question;
	struct culprit *c = serving_no_socket(l->record->arena, q);

	if (q->has_inner) {
		look_step(l, STEP_FAIL,
			  _("the packets are sent on to port %u, where nothing "
			    "listens"),
			  q->port);
		look_tell(
			l, FACT_INNER_NONE, q->inner_rule,
			_("The packets are sent on to port %u, where nothing listens."),
			q->port);
	} else if (state->had_socket) {
		look_step(l, STEP_FAIL,
			  _("nothing listens on %1$s/%2$u any more"),
			  protocol_name(q->protocol), q->port);
		look_tell(l, FACT_LISTENER_VANISHED, c, NULL);
	} else {
		look_step(l, STEP_FAIL, _("nothing listens on %1$s/%2$u"),
			  protocol_name(q->protocol), q->port);
		look_tell(l,
			  r->is_partial ? FACT_LISTENER_NONE_HERE
					: FACT_LISTENER_NONE,
			  c,
			  q->protocol == IPPROTO_UDP
				  ? _("No socket of the server has "
				      "%1$s/%2$u open.")
				  : _("No socket of the server listens on "
				      "%1$s/%2$u."),
			  protocol_name(q->protocol), q->port);
	}
}

static int tell_none(struct reading *r)
{
	struct looking *l = r->l;
	const struct look_question *q = l->question;
	const struct state *state = l->state;
	bool is_plain = !state->had_socket && !q->has_inner;
	int error = is_plain ? tell_other_protocol(r) : 0;

	if (!error && is_plain)
		error = tell_other_space(r);
	if (!error && is_plain)
		error = tell_moved(r);
	if (!error && is_plain)
		error = tell_stray(r);
	if (error)
		return error < 0 ? error : 0;

	tell_nobody(r, state);
	return 0;
}

static void tell_security(struct looking *l)
{
	struct security s;

	security_read(&s);
	if (s.state[SECURITY_SELINUX] == SECURITY_OFF)
		look_tell(l, FACT_SELINUX_OFF, NULL, NULL);
}

/* As sd_booted(3) has it: without it, no unit can have failed. */
static void tell_systemd(struct looking *l)
{
	struct reader_status st;

	if (reader_status("/run/systemd/system", &st) == -ENOENT)
		look_tell(l, FACT_NO_SYSTEMD, NULL, NULL);
}

static int tell_all(struct reading *r)
{
	struct state *state = r->l->state;
	const struct listener *s;
	enum listeners_fit fit;
	int error = serving_read(&r->here, "", r->l->question);

	if (!error)
		error = serving_find_owners(&r->here);
	if (error)
		return error;

	look_tell(r->l, FACT_SOCKETS_READ, NULL, NULL);
	s = serving_best(&r->here, r->l->question, &fit);
	if (!state->is_later)
		*state = (struct state){ .had_socket = s, .is_later = true };
	if (!s)
		return tell_none(r);
	/* The client may as well ask for that one of our addresses. */
	if (fit == LISTENERS_ADDRESS && r->l->question->is_guessed &&
	    address_is_v4(&s->address) ==
		    address_is_v4(&r->l->question->client) &&
	    links_own(r->l->links, &s->address))
		fit = LISTENERS_MAYBE;
	if (fit <= LISTENERS_MAYBE)
		tell_here(r, fit);
	else
		tell_misfit(r, s, fit);
	return 0;
}

static int look_here(struct looking *l)
{
	struct reading r = { .l = l };
	int error = tell_all(&r);

	serving_done(&r.here);
	serving_done(&r.other);
	text_done(&r.program);
	text_done(&r.socket);
	return error;
}

/*
 * Sent on to another address: a container of this host, or another host.
 */

/* 1: the address is one of that namespace's. */
static int has_address(const char *where, const struct address *a)
{
	struct netlink *n = NULL;
	struct links links = { 0 };
	int error = netlink_open_in(&n, NETLINK_ROUTE, where);

	if (!error)
		error = links_read(n, &links);
	if (!error)
		error = links_own(&links, a) != NULL;
	links_done(&links);
	netlink_close(n);
	return error;
}

static void tell_inner(struct reading *r, const struct listener *s,
		       enum listeners_fit fit)
{
	struct looking *l = r->l;
	struct culprit *c;

	if (!s) {
		look_step(l, STEP_FAIL,
			  _("the packets are sent on to a container, where "
			    "nothing listens on port %u"),
			  l->question->port);
		look_tell(
			l, FACT_INNER_NONE, l->question->inner_rule,
			_("The packets are sent on to a container, where nothing listens on port %u."),
			l->question->port);
		return;
	}

	name(r, &r->other, s);
	c = serving_culprit(l->record->arena, &r->other, s, NULL);
	if (fit == LISTENERS_LOOPBACK) {
		look_step(l, STEP_FAIL,
			  _("the packets are sent on to a container, where "
			    "%1$s listens on %2$s: on its own loopback"),
			  text_string(&r->program), text_string(&r->socket));
		look_tell(
			l, FACT_INNER_LOOPBACK, c,
			_("The packets are sent on to a container, where %1$s listens on %2$s, on its own loopback."),
			text_string(&r->program), text_string(&r->socket));
	} else if (fit <= LISTENERS_MAYBE) {
		look_step(l, STEP_PASS,
			  _("the packets are sent on to a container, where "
			    "%1$s listens on %2$s"),
			  text_string(&r->program), text_string(&r->socket));
		look_tell(
			l, FACT_INNER_HERE, NULL,
			_("The packets are sent on to a container, where %1$s listens on %2$s."),
			text_string(&r->program), text_string(&r->socket));
	}
}

static int look_into(struct reading *r, const char *where)
{
	const struct listener *s;
	enum listeners_fit fit;
	int error = has_address(where, &r->l->question->server);

	if (error <= 0)
		return error;

	serving_done(&r->other);
	error = serving_read(&r->other, where, r->l->question);
	if (!error)
		error = serving_find_owners(&r->other);
	if (error)
		return error;

	s = serving_best(&r->other, r->l->question, &fit);
	tell_inner(r, s, fit);
	return 1;
}

static int look_inside(struct looking *l)
{
	const struct look_question *asked = l->question;
	struct look_question q = *asked;
	struct reading r = { .l = l };
	struct spaces spaces;
	int error = spaces_read(&spaces);

	q.server = q.inner;
	q.port = q.inner_port;
	q.device = 0; /* that of the other side is not known */
	l->question = &q;
	for (size_t i = 0; i < spaces.count && !error; i++) {
		error = look_into(&r, spaces.list[i].where);
		if (error < 0 && error != -ENOMEM)
			error = 0;
	}
	l->question = asked;
	spaces_done(&spaces);
	serving_done(&r.other);
	text_done(&r.program);
	text_done(&r.socket);
	return error < 0 ? error : 0;
}

/* Behind a router, its own sockets are none of the client's business. What the
 * look at the address told stands in the facts. */
static bool is_anothers(const struct looking *l)
{
	const struct look_question *q = l->question;

	return q->has_server && !q->has_inner &&
	       !links_own(l->links, &q->server) &&
	       !fact_has(&l->facts->set, FACT_ADDRESS_OWN) &&
	       !fact_has(&l->facts->set, FACT_ADDRESS_NOT_OWN);
}

static int look(struct looking *l)
{
	const struct look_question *q = l->question;
	int error;

	forget(l);
	if (is_anothers(l))
		return 0;
	if (q->has_server)
		facts_forget(&l->record->general, FACT_SOCKETS_READ);
	if (q->has_inner && !address_is_loopback(&q->inner) &&
	    !links_own(l->links, &q->inner))
		return look_inside(l);

	error = serving_ask(l, look_here);
	/* The step stands; but what it means for the client is not known. */
	if (!serving_is_sure(l)) {
		forget(l);
		facts_forget(&l->record->general, FACT_SOCKETS_READ);
		facts_forget(l->facts, FACT_SOCKETS_READ);
	}
	return error;
}

/* Who is asked for soon need not be looked for now. */
static int note_socket(struct looking *l)
{
	struct state *state = l->state;
	struct serving s;
	int error = serving_read(&s, "", l->question);

	if (!error)
		*state = (struct state){ .had_socket = s.sockets.count > 0,
					 .is_later = true };
	serving_done(&s);
	return error;
}

static int before(struct looking *l)
{
	tell_security(l);
	tell_systemd(l);
	return l->question->has_client ? note_socket(l) : look(l);
}

const struct look look_listener = {
	.id = "listener",
	.title = N_("sockets that listen on the port"),
	.needs = "CAP_SYS_PTRACE",
	.state_size = sizeof(struct state),
	.before = before,
	.client = look,
	.anybody = look,
};
