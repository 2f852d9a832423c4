#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/look.h"
#include "host/process.h"
#include "host/serving.h"

/*
 * The programs that have the service's sockets: whether they can take a
 * connection, and whether they took this client's. Only what /proc shows for
 * sure is told: a process that is stopped, or has no descriptor left, takes
 * none. One that sleeps may sleep for any reason.
 */
enum { PROGRAMS = 64 };

struct program {
	uint32_t inode; /* of the socket */
	struct process process;
	struct process_files files;
	enum process_watch watch;
	bool has_files;
};

struct programs {
	struct program list[PROGRAMS];
	size_t count;
	bool is_partial; /* some may not be seen */
};

struct state {
	struct programs before;
	struct counters_taken counters;
	uint64_t cookies; /* of the sockets, added up */
	bool has_before, has_counters;
};

/* One reading. */
struct reading {
	struct looking *l;
	struct serving here;
	struct programs now;
	struct listener own; /* the client's connection: has_own */
	bool has_own;
};

static const enum fact_kind told[] = {
	FACT_PROCESS_STOPPED,       FACT_PROCESS_FILES_FULL,
	FACT_PROCESS_FILES_LEFT,    FACT_PROCESS_PAUSED,
	FACT_PROCESS_WORKER_HANGS,  FACT_PROCESS_WORKERS_RUN,
	FACT_CONNECTION_WAITS,      FACT_CONNECTION_TAKEN,
	FACT_PROCESS_READS_NOTHING, FACT_PROCESS_GONE,
	FACT_PROCESS_SAME,          FACT_PROCESS_CLOSED,
	FACT_PROCESS_RESET,         FACT_PROCESS_ABORTED,
	FACT_PROCESS_UNASKED,       FACT_PROCESS_UNCROWDED,
	FACT_SERVICE_NOT_SSHD,
};

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

static void add_program(struct programs *p, const struct owner *o)
{
	struct program *one = &p->list[p->count];

	*one = (struct program){ .inode = o->inode };
	if (process_read(o->pid, &one->process))
		return;
	one->has_files = !process_files(o->pid, &one->files);
	(void)process_watches(o->pid, o->inode, &one->watch);
	p->count++;
}

static int read_programs(struct reading *r)
{
	int error = serving_read(&r->here, "", r->l->question);

	if (!error)
		error = serving_find_owners(&r->here);
	if (error)
		return error;

	for (size_t i = 0; i < r->here.owners.count; i++)
		if (r->now.count < PROGRAMS)
			add_program(&r->now, &r->here.owners.list[i]);
	r->now.is_partial =
		r->here.owners.is_partial || r->here.owners.count >= PROGRAMS;
	return 0;
}

/* Whether all programs that have that socket are so, and there is one. */
typedef bool is_so(const struct program *p);

static const struct program *all_of(const struct programs *p, uint32_t inode,
				    is_so *is)
{
	const struct program *first = NULL;

	for (size_t i = 0; i < p->count; i++) {
		if (p->list[i].inode != inode)
			continue;
		if (!is(&p->list[i]))
			return NULL;
		if (!first)
			first = &p->list[i];
	}

	return first;
}

static bool is_stopped(const struct program *p)
{
	return p->process.state == 'T' || p->process.state == 't';
}

static bool is_out_of_files(const struct program *p)
{
	return p->has_files && p->files.open >= p->files.most;
}

static bool has_files_left(const struct program *p)
{
	return p->has_files && p->files.open < p->files.most;
}

/* It waits for other descriptors than the service's socket. */
static bool is_paused(const struct program *p)
{
	return p->watch == PROCESS_WATCH_NO;
}

/* Of the sockets that take this client's packets, how many have only such
 * programs; *ret is one of those. */
static unsigned sockets_with(const struct reading *r, is_so *is,
			     const struct program **ret, unsigned *all)
{
	const struct listeners_packet packet = serving_packet(r->l->question);
	unsigned count = 0;

	*ret = NULL;
	*all = 0;
	for (size_t i = 0; i < r->here.sockets.count; i++) {
		const struct listener *s = &r->here.sockets.list[i];
		const struct program *p;

		if (listeners_fit(s, &packet) > LISTENERS_MAYBE)
			continue;
		++*all;
		p = all_of(&r->now, s->inode, is);
		if (p) {
			*ret = p;
			count++;
		}
	}

	return count;
}

static struct culprit *blame(const struct reading *r, const struct program *p)
{
	return serving_process(r->l->record->arena, p->process.pid);
}

static void tell_stopped(struct reading *r)
{
	const struct program *p;
	struct looking *l = r->l;
	unsigned all, count = sockets_with(r, is_stopped, &p, &all);

	if (!count || r->now.is_partial)
		return;

	look_step(l, STEP_FAIL,
		  p->process.state == 't'
			  ? _("%1$s (pid %2$d) is stopped by a debugger")
			  : _("%1$s (pid %2$d) is stopped (SIGSTOP, or ^Z)"),
		  p->process.name, p->process.pid);
	if (count == all)
		look_tell(
			l, FACT_PROCESS_STOPPED, blame(r, p),
			p->process.state == 't'
				? _("%1$s (pid %2$d) is stopped by a debugger.")
				: _("%1$s (pid %2$d) is stopped (SIGSTOP, or ^Z)."),
			p->process.name, p->process.pid);
}

static void tell_files(struct reading *r)
{
	const struct program *p;
	struct looking *l = r->l;
	unsigned all, count = sockets_with(r, is_out_of_files, &p, &all);

	if (count && count == all && !r->now.is_partial) {
		look_step(l, STEP_FAIL,
			  _("%1$s (pid %2$d) has %3$llu descriptors open, and "
			    "its limit is %4$llu: it cannot accept"),
			  p->process.name, p->process.pid,
			  (unsigned long long)p->files.open,
			  (unsigned long long)p->files.most);
		look_tell(
			l, FACT_PROCESS_FILES_FULL, blame(r, p),
			_("%1$s (pid %2$d) has %3$llu descriptors open, and its limit is %4$llu, so it cannot accept."),
			p->process.name, p->process.pid,
			(unsigned long long)p->files.open,
			(unsigned long long)p->files.most);
		return;
	}

	count = sockets_with(r, has_files_left, &p, &all);
	if (count == all)
		look_tell(l, FACT_PROCESS_FILES_LEFT, NULL, NULL);
}

/* Connections wait, and no program waits for them. */
static void tell_paused(struct reading *r)
{
	const struct program *p;
	struct looking *l = r->l;
	unsigned all, count = sockets_with(r, is_paused, &p, &all);
	enum listeners_fit fit;
	const struct listener *s = serving_best(&r->here, l->question, &fit);

	if (!count || count != all || r->now.is_partial || !s ||
	    s->state != TCP_LISTEN || !s->queued ||
	    fact_has(&l->facts->set, FACT_PROCESS_STOPPED) ||
	    fact_has(&l->facts->set, FACT_PROCESS_FILES_FULL))
		return;

	look_step(l, STEP_FAIL,
		  _("%1$s (pid %2$d) works, but has stopped taking "
		    "connections; %3$u wait"),
		  p->process.name, p->process.pid, s->queued);
	look_tell(
		l, FACT_PROCESS_PAUSED, blame(r, p),
		_("%1$s (pid %2$d) works, but has stopped taking connections; %3$u wait."),
		p->process.name, p->process.pid, s->queued);
}

static void tell_state(struct reading *r)
{
	tell_stopped(r);
	tell_files(r);
	tell_paused(r);
}

/*
 * After an attempt.
 */

static bool has_seen(const struct reading *r, enum fact_kind kind)
{
	return r->l->seen && fact_has(r->l->seen, kind);
}

static void find_own(struct reading *r)
{
	const struct look_question *q = r->l->question;
	const struct listeners_question ask = {
		.where = "",
		.port = q->port,
		.peer_port = q->client_port,
		.protocol = IPPROTO_TCP,
		.states = 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT,
	};
	struct listeners found = { 0 };

	if (q->protocol == IPPROTO_TCP && q->client_port &&
	    !listeners_read(&ask, &found))
		for (size_t i = 0; i < found.count && !r->has_own; i++)
			if (address_equal(&found.list[i].peer, &q->client)) {
				r->own = found.list[i];
				r->has_own = true;
			}
	listeners_done(&found);
}

/* A socket that no program has was not accepted yet. */
static void tell_taken(struct reading *r)
{
	struct looking *l = r->l;

	if (!r->has_own)
		return;
	if (r->own.inode)
		look_tell(l, FACT_CONNECTION_TAKEN, NULL, NULL);
	else
		look_tell(l, FACT_CONNECTION_WAITS, NULL,
			  _("The client's connection stands in the accept "
			    "queue: no program has taken it."));
}

static const struct listener *waiting_socket(const struct reading *r,
					     unsigned *waiting, unsigned *all)
{
	const struct listeners_packet p = serving_packet(r->l->question);
	const struct listener *ret = NULL;

	*waiting = *all = 0;
	for (size_t i = 0; i < r->here.sockets.count; i++) {
		const struct listener *s = &r->here.sockets.list[i];

		if (listeners_fit(s, &p) > LISTENERS_MAYBE ||
		    s->state != TCP_LISTEN)
			continue;
		++*all;
		if (s->queued) {
			++*waiting;
			ret = s;
		}
	}

	return ret;
}

/* Of several sockets that share the port, one's connections wait. */
static void tell_worker(struct reading *r)
{
	struct looking *l = r->l;
	unsigned waiting, all;
	const struct listener *s = waiting_socket(r, &waiting, &all);
	const struct program *p = NULL;

	if (all < 2 || (r->has_own && r->own.inode)) {
		look_tell(l, FACT_PROCESS_WORKERS_RUN, NULL, NULL);
		return;
	}
	for (size_t i = 0; s && i < r->now.count && !p; i++)
		if (r->now.list[i].inode == s->inode)
			p = &r->now.list[i];
	if (!p || waiting == all || has_seen(r, FACT_SERVER_DATA) ||
	    !has_seen(r, FACT_HANDSHAKE_DONE))
		return;

	look_step(l, STEP_FAIL,
		  _("%1$u sockets share the port; the connections of %2$s "
		    "(pid %3$d) wait, and those of the others do not"),
		  all, p->process.name, p->process.pid);
	look_tell(
		l, FACT_PROCESS_WORKER_HANGS, blame(r, p),
		_("Of the %1$u sockets that share the port, the connections of %2$s (pid %3$d) wait, and those of the others do not."),
		all, p->process.name, p->process.pid);
}

static void tell_reading(struct reading *r)
{
	const uint32_t inodes[] = { r->own.inode };
	struct looking *l = r->l;
	struct owners owners;

	if (!r->has_own || !r->own.inode || !r->own.queued ||
	    !has_seen(r, FACT_SERVER_WINDOW_ZERO))
		return;
	if (!owners_find_cached(l->question->owners, inodes, 1, &owners) &&
	    owners.count) {
		struct process p;
		struct culprit *c =
			serving_process(l->record->arena, owners.list[0].pid);

		if (!process_read(owners.list[0].pid, &p)) {
			look_step(l, STEP_FAIL,
				  _("%1$s (pid %2$d) has not read %3$u bytes "
				    "of the client's"),
				  p.name, p.pid, r->own.queued);
			look_tell(
				l, FACT_PROCESS_READS_NOTHING, c,
				_("%1$s (pid %2$d) has not read %3$u bytes of the client's."),
				p.name, p.pid, r->own.queued);
		}
	}
	owners_done(&owners);
}

static const struct program *by_pid(const struct programs *p, int pid)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].process.pid == pid)
			return &p->list[i];

	return NULL;
}

static uint64_t cookies_of(const struct serving *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->sockets.count; i++)
		sum += s->sockets.list[i].cookie;

	return sum;
}

static bool is_alive(const struct process *was)
{
	struct process now;

	return !process_read(was->pid, &now) && now.started == was->started &&
	       now.state != 'Z';
}

/* A program that listened before, and neither it nor another one that had the
 * same socket is there any more. Workers come and go. */
static const struct program *gone(const struct programs *before)
{
	for (size_t i = 0; i < before->count; i++) {
		bool is_gone = true;

		for (size_t k = 0; k < before->count && is_gone; k++)
			if (before->list[k].inode == before->list[i].inode)
				is_gone = !is_alive(&before->list[k].process);
		if (is_gone)
			return &before->list[i];
	}

	return NULL;
}

/* No child of the listener's was reaped meanwhile, by what it counts of them. */
static bool has_lost_children(const struct programs *before,
			      const struct programs *now)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct process *was = &before->list[i].process;
		const struct program *is = by_pid(now, was->pid);

		if (!is || is->process.ended_children != was->ended_children ||
		    is->process.forgets_children)
			return true;
	}

	return false;
}

static void tell_gone(struct reading *r)
{
	const struct state *state = r->l->state;
	const struct program *p;
	struct looking *l = r->l;

	if (!state->has_before || state->before.is_partial)
		return;
	p = gone(&state->before);
	if (p) {
		struct culprit *c = culprit_new(
			l->record->arena, CULPRIT_PROCESS, VANTAGE_SERVER,
			"%s (pid %d)", p->process.name, p->process.pid);

		culprit_text(c, l->record->arena, "program", p->process.name);
		culprit_number(c, "pid", p->process.pid);
		look_step(l, STEP_FAIL,
			  _("%1$s (pid %2$d), which listened, has ended during "
			    "the attempt"),
			  p->process.name, p->process.pid);
		look_tell(
			l, FACT_PROCESS_GONE, c,
			_("%1$s (pid %2$d), which listened, has ended during the attempt."),
			p->process.name, p->process.pid);
		return;
	}
	/* It did listen when the connection was made. */
	if (!r->here.sockets.count && has_seen(r, FACT_HANDSHAKE_DONE)) {
		look_tell(l, FACT_LISTENER_VANISHED,
			  serving_no_socket(l->record->arena, l->question),
			  NULL);
		return;
	}
	if (cookies_of(&r->here) == state->cookies &&
	    !has_lost_children(&state->before, &r->now))
		look_tell(l, FACT_PROCESS_SAME, NULL, NULL);
}

/* A RST is sent for SO_LINGER 0, or because data lies unread, and then for
 * either: the kernel counts which. */
static enum fact_kind way_of_ending(const struct reading *r)
{
	const struct state *s = r->l->state;
	struct counters_taken now;

	if (!has_seen(r, FACT_SERVER_RST) || has_seen(r, FACT_SERVER_FIN))
		return FACT_PROCESS_CLOSED;
	if (s->has_counters && !counters_read(&now) &&
	    counters_grown(&s->counters, &now, COUNTER_ABORT_ON_DATA) &&
	    !counters_grown(&s->counters, &now, COUNTER_ABORT_ON_CLOSE))
		return FACT_PROCESS_RESET;

	return FACT_PROCESS_ABORTED;
}

/* Nobody else is connected, and nothing else is open that a limit could be
 * about. */
static bool is_uncrowded(const struct reading *r)
{
	enum { FEW = 24 };

	const struct look_question *q = r->l->question;
	const struct listeners_question ask = {
		.where = "",
		.port = q->port,
		.protocol = IPPROTO_TCP,
		.states = 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT,
	};
	struct listeners found = { 0 };
	bool is = !listeners_read(&ask, &found) && !r->now.is_partial;

	for (size_t i = 0; i < found.count && is; i++)
		is = address_equal(&found.list[i].peer, &q->client) &&
		     found.list[i].peer_port == q->client_port;
	for (size_t i = 0; i < r->now.count && is; i++)
		is = r->now.list[i].has_files &&
		     r->now.list[i].files.open < FEW;
	listeners_done(&found);
	return is;
}

/* Those that serve; of a service that has ended, those that did. */
static const struct programs *servers(const struct reading *r)
{
	const struct state *state = r->l->state;

	return r->now.count || !state->has_before ? &r->now : &state->before;
}

/* What it cannot be. With the program ends what was connected to it. */
static void tell_program(struct reading *r)
{
	const struct programs *p = servers(r);
	struct looking *l = r->l;
	bool is_sshd = p->is_partial || r->now.is_partial || !p->count;

	for (size_t i = 0; i < p->count; i++)
		is_sshd = is_sshd || p->list[i].process.is_sshd;
	if (!is_sshd)
		look_tell(l, FACT_SERVICE_NOT_SSHD, NULL, NULL);
	if (r->now.count && is_uncrowded(r))
		look_tell(l, FACT_PROCESS_UNCROWDED, NULL, NULL);
}

static void tell_way(struct reading *r)
{
	const struct program *p = &r->now.list[0];
	enum fact_kind way = way_of_ending(r);
	struct looking *l = r->l;

	look_step(l, STEP_FAIL,
		  way == FACT_PROCESS_CLOSED
			  ? _("%1$s (pid %2$d) listens there, and the "
			      "connection was closed unserved")
			  : _("%1$s (pid %2$d) listens there, and the "
			      "connection was reset unserved"),
		  p->process.name, p->process.pid);
	look_tell(
		l, way, blame(r, p),
		way == FACT_PROCESS_CLOSED
			? _("%1$s (pid %2$d) listens there, and the connection was closed unserved.")
			: _("%1$s (pid %2$d) listens there, and the connection was reset unserved."),
		p->process.name, p->process.pid);
}

/* The packet that ended the connection left this host: a program did it, which
 * may have ended with it. */
static void tell_ended(struct reading *r)
{
	if (!has_seen(r, FACT_HANDSHAKE_DONE) ||
	    has_seen(r, FACT_SERVER_DATA) || !servers(r)->count ||
	    (!has_seen(r, FACT_SERVER_CLOSED_FIRST) &&
	     !has_seen(r, FACT_SERVER_RST)))
		return;

	if (r->now.count)
		tell_way(r);
	if (!has_seen(r, FACT_CLIENT_DATA))
		look_tell(r->l, FACT_PROCESS_UNASKED, NULL, NULL);
	tell_program(r);
}

/*
 * The look.
 */

static void mark(struct reading *r)
{
	struct state *s = r->l->state;

	s->before = r->now;
	s->cookies = cookies_of(&r->here);
	s->has_before = true;
	s->has_counters = !counters_read(&s->counters);
}

static int look_here(struct looking *l)
{
	struct reading r = { .l = l };
	int error;

	forget(l);
	error = read_programs(&r);
	if (!error) {
		tell_state(&r);
		tell_gone(&r);
		facts_forget(l->facts, FACT_PROCESS_SAME);
		/* As late as possible before an attempt. */
		if (!l->question->client_port &&
		    !fact_has(&l->facts->set, FACT_PROCESS_GONE))
			mark(&r);
	}
	serving_done(&r.here);
	return error;
}

static int after_here(struct looking *l)
{
	struct reading r = { .l = l };
	int error = read_programs(&r);

	if (!error) {
		find_own(&r);
		tell_taken(&r);
		tell_worker(&r);
		tell_reading(&r);
		tell_gone(&r);
		tell_ended(&r);
		if (has_seen(&r, FACT_HTTP_GATEWAY_ERROR) && r.now.count &&
		    is_uncrowded(&r))
			look_tell(l, FACT_PROCESS_UNCROWDED, NULL, NULL);
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

const struct look look_process = {
	.id = "process",
	.title = N_("the service's processes"),
	.needs = "CAP_SYS_PTRACE",
	.state_size = sizeof(struct state),
	.before = look,
	.client = look,
	.anybody = look,
	.after = after,
};
