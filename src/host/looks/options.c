#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/look.h"
#include "host/serving.h"
#include "host/socket_options.h"

/*
 * What the service's program has set on its socket: a filter that decides which
 * packets it takes, and TCP_DEFER_ACCEPT, which keeps a connection from it until
 * the client has said something.
 */
struct options {
	uint64_t drops; /* of the socket that has a filter */
	uint64_t cookie;
	bool has_drops;
};

static const enum fact_kind told[] = {
	FACT_SOCKET_FILTER_NOTHING, FACT_SOCKET_FILTER_SOME,
	FACT_SOCKET_FILTER_DROPPED, FACT_SOCKET_FILTER_NONE,
	FACT_SOCKET_DEFERS,         FACT_SOCKET_DEFERS_NOT,
};

/* One reading. */
struct reading {
	struct looking *l;
	struct serving here;
	const struct listener *filtered, *closed, *deferring;
	int defer_seconds;
	unsigned taking; /* sockets that take this client's packets */
	unsigned closed_count, deferring_count;
};

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

static int read_one(struct reading *r, const struct listener *s)
{
	const struct owner *o = owners_of(&r->here.owners, s->inode);
	struct socket_options options;
	int error = o ? socket_options_read(o->pid, o->fd, s->inode, &options)
		      : -EACCES;

	if (error)
		return error;

	r->taking++;
	if (options.filter == SOCKET_FILTER_NOTHING) {
		r->closed = s;
		r->closed_count++;
	} else if (options.filter != SOCKET_FILTER_NONE) {
		r->filtered = s;
	}
	if (options.defer_seconds > 0) {
		r->deferring = s;
		r->defer_seconds = options.defer_seconds;
		r->deferring_count++;
	}
	return 0;
}

static int read_all(struct reading *r)
{
	const struct listeners_packet p = serving_packet(r->l->question);
	int error = serving_read(&r->here, "", r->l->question);

	if (!error)
		error = serving_find_owners(&r->here);
	for (size_t i = 0; i < r->here.sockets.count && !error; i++) {
		const struct listener *s = &r->here.sockets.list[i];

		if (listeners_fit(s, &p) <= LISTENERS_MAYBE)
			error = read_one(r, s);
	}
	return error;
}

static struct culprit *culprit(struct reading *r, const struct listener *s)
{
	return serving_culprit(r->l->record->arena, &r->here, s, r->l->links);
}

static void name(struct text *out, struct reading *r, const struct listener *s)
{
	serving_program(out, &r->here, s);
	text_str(out, ", ");
	serving_socket(out, s, r->l->links);
}

/* Every socket that would take the client's packets takes none at all. */
static void tell_filter(struct reading *r)
{
	struct text words = TEXT_NULL;
	struct looking *l = r->l;

	if (r->closed && r->closed_count == r->taking) {
		name(&words, r, r->closed);
		look_step(l, STEP_FAIL,
			  _("the filter of the socket (%s) takes no packet at "
			    "all (SO_ATTACH_FILTER)"),
			  text_string(&words));
		look_tell(
			l, FACT_SOCKET_FILTER_NOTHING, culprit(r, r->closed),
			_("The filter of the socket (%s) takes no packet at all (SO_ATTACH_FILTER)."),
			text_string(&words));
	} else if (r->closed || r->filtered) {
		const struct listener *s = r->closed ? r->closed : r->filtered;

		name(&words, r, s);
		look_step(l, STEP_PASS,
			  _("the socket (%s) has a filter of its own "
			    "(SO_ATTACH_FILTER)"),
			  text_string(&words));
		look_tell(
			l, FACT_SOCKET_FILTER_SOME, culprit(r, s),
			_("The socket (%s) has a filter of its own (SO_ATTACH_FILTER)."),
			text_string(&words));
	} else {
		look_tell(l, FACT_SOCKET_FILTER_NONE, NULL, NULL);
	}
	text_done(&words);
}

/* Only a connection on which the client says nothing is kept back: for ever, or
 * until it spoke although the server should have. */
static bool is_kept_back(const struct looking *l)
{
	const struct fact_set *f = l->seen;

	bool is_mute = f && !fact_has(f, FACT_CLIENT_DATA) &&
		       !fact_has(f, FACT_SERVER_DATA);
	bool is_late = f && fact_has(f, FACT_SERVER_FIRST) &&
		       fact_has(f, FACT_CLIENT_DATA) &&
		       fact_has(f, FACT_ANSWER_SLOW);

	return f && fact_has(f, FACT_HANDSHAKE_DONE) && (is_mute || is_late);
}

static void tell_defer(struct reading *r)
{
	struct text words = TEXT_NULL;
	struct looking *l = r->l;

	if (!r->deferring) {
		look_tell(l, FACT_SOCKET_DEFERS_NOT, NULL, NULL);
		return;
	}
	if (r->deferring_count != r->taking || !is_kept_back(l))
		return;

	name(&words, r, r->deferring);
	look_step(l, STEP_FAIL,
		  _("the socket (%1$s) keeps connections from its program "
		    "until the client has said something (TCP_DEFER_ACCEPT, "
		    "%2$d s)"),
		  text_string(&words), r->defer_seconds);
	look_tell(
		l, FACT_SOCKET_DEFERS, culprit(r, r->deferring),
		_("The socket (%1$s) keeps connections from its program until the client has said something (TCP_DEFER_ACCEPT, %2$d s)."),
		text_string(&words), r->defer_seconds);
	text_done(&words);
}

static const struct listener *by_cookie(const struct serving *s,
					uint64_t cookie)
{
	for (size_t i = 0; i < s->sockets.count; i++)
		if (s->sockets.list[i].cookie == cookie)
			return &s->sockets.list[i];

	return NULL;
}

/* What the socket dropped and no counter of queues explains. */
static void tell_dropped(struct reading *r)
{
	static const enum fact_kind others[] = {
		FACT_ACCEPT_QUEUE_FULL, FACT_ACCEPT_QUEUE_COUNTED,
		FACT_SYN_QUEUE_FULL,    FACT_SYN_QUEUE_COUNTED,
		FACT_KEY_DROPPED,       FACT_KEY_COUNTED,
		FACT_TTL_DROPPED,       FACT_TTL_COUNTED,
		FACT_UDP_BUFFER_FULL,
	};

	const struct options *before = r->l->state;
	const struct listener *now;
	struct looking *l = r->l;
	bool is_silent = l->seen && (fact_has(l->seen, FACT_SYN_SILENCE) ||
				     fact_has(l->seen, FACT_UDP_SILENCE));

	if (!before->has_drops || !is_silent ||
	    !fact_has(&l->facts->set, FACT_SOCKET_QUEUES_READ))
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (fact_has(&l->facts->set, others[i]))
			return;

	now = by_cookie(&r->here, before->cookie);
	if (now && now->drops > before->drops)
		look_tell(l, FACT_SOCKET_FILTER_DROPPED, culprit(r, now),
			  _("The socket has a filter, and dropped %llu packets "
			    "while the client's were not answered; no queue of "
			    "it was full."),
			  (unsigned long long)(now->drops - before->drops));
}

/* So that drops can be compared later. */
static void mark(struct reading *r)
{
	const struct listener *s = r->closed ? r->closed : r->filtered;
	struct options *o = r->l->state;

	o->has_drops = s && s->has_memory;
	if (!o->has_drops)
		return;
	o->drops = s->drops;
	o->cookie = s->cookie;
}

static int look_here(struct looking *l)
{
	struct reading r = { .l = l };
	int error;

	forget(l);
	error = read_all(&r);
	if (!error) {
		tell_filter(&r);
		tell_defer(&r);
		/* Not again when its packet came. */
		if (!l->question->client_port)
			mark(&r);
	}
	serving_done(&r.here);
	return error;
}

static int after_here(struct looking *l)
{
	struct reading r = { .l = l };
	int error = read_all(&r);

	if (!error) {
		tell_defer(&r);
		if (r.filtered || r.closed)
			tell_dropped(&r);
	}
	serving_done(&r.here);
	return error;
}

static int look(struct looking *l)
{
	return serving_ask_sure(l, look_here, forget);
}

static int after(struct looking *l)
{
	return serving_ask_sure(l, after_here, forget);
}

const struct look look_options = {
	.id = "socket-options",
	.title = N_("what the service has set on its socket"),
	.needs = "CAP_SYS_PTRACE",
	.state_size = sizeof(struct options),
	.before = look,
	.client = look,
	.anybody = look,
	.after = after,
};
