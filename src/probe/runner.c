#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "probe/probe.h"

enum { RUNNING_MOST = 64, WATCHED_MOST = 128 };

struct running {
	struct probing p;
	int64_t wake_ns; /* 0: never */
};

struct probe_runner {
	struct case_record *record;
	const struct probe_options *options;
	probe_told *told;
	void *context;
	struct running *running[RUNNING_MOST];
	size_t count;
	struct pollfd watched[WATCHED_MOST];
	struct running *owner[WATCHED_MOST];
	size_t watched_count;
};

const struct probe *probe_find(const char *id)
{
	for (size_t i = 0; i < probe_count; i++)
		if (!strcmp(probe_list[i]->id, id))
			return probe_list[i];

	return NULL;
}

struct probe_runner *probe_runner_new(struct case_record *record,
				      const struct probe_options *options,
				      probe_told *told, void *context)
{
	struct probe_runner *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;

	r->record = record;
	r->options = options;
	r->told = told;
	r->context = context;
	return r;
}

static struct running *running_of(struct probing *p)
{
	return (struct running *)(void *)p; /* its first member */
}

static void forget(struct probe_runner *r, size_t i)
{
	r->watched_count--;
	r->watched[i] = r->watched[r->watched_count];
	r->owner[i] = r->owner[r->watched_count];
}

/* Closes what it watches, and drops it. */
static void drop(struct probe_runner *r, struct running *run)
{
	for (size_t i = r->watched_count; i-- > 0;) {
		if (r->owner[i] != run)
			continue;
		(void)close(r->watched[i].fd);
		forget(r, i);
	}
	if (run->p.probe->done)
		run->p.probe->done(&run->p);
	free(run->p.state);
	free(run);
}

/* Those that are over leave; only between calls into probes. */
static void sweep(struct probe_runner *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->running[i]->p.is_over)
			drop(r, r->running[i]);
		else
			r->running[kept++] = r->running[i];
	}
	r->count = kept;
}

void probe_runner_free(struct probe_runner *r)
{
	if (!r)
		return;

	for (size_t i = 0; i < r->count; i++)
		drop(r, r->running[i]);
	free(r);
}

static void tell(struct probing *p, enum step_status status, const char *text,
		 int64_t took_ns)
{
	const struct step *s =
		case_step(p->record, p->probe->id, status, took_ns, text);

	if (s && p->runner->told)
		p->runner->told(p->runner->context, p, s);
}

static void end_with(struct probing *p, enum step_status status,
		     struct text *text)
{
	if (p->is_over)
		return;

	p->is_over = true;
	tell(p, status, text_string(text), clock_now() - p->began_ns);
}

void probe_end(struct probing *p, enum step_status status, const char *format,
	       ...)
{
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	end_with(p, status, &t);
	text_done(&t);
}

void probe_blocked(struct probing *p, const char *format, ...)
{
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	case_not_looked(p->record, p->probe->id, text_string(&t));
	end_with(p, STEP_BLOCKED, &t);
	text_done(&t);
}

static bool can_run(struct probing *p)
{
	struct text why = TEXT_NULL;
	bool can = !p->probe->can_run || p->probe->can_run(p, &why);

	if (!can)
		probe_blocked(p, "%s", text_string(&why));
	text_done(&why);
	return can;
}

struct probing *probe_start(struct probe_runner *r, const struct probe *probe,
			    struct attempt *attempt, int *err)
{
	struct running *run;

	*err = -ENOMEM;
	if (r->count == RUNNING_MOST)
		return NULL;
	run = calloc(1, sizeof(*run));
	if (!run)
		return NULL;
	run->p = (struct probing){
		.probe = probe,
		.runner = r,
		.record = r->record,
		.attempt = attempt,
		.facts = attempt ? &attempt->facts : &r->record->general,
		.options = r->options,
		.state = calloc(1, probe->state_size + 1),
		.began_ns = clock_now(),
	};
	if (!run->p.state) {
		free(run);
		return NULL;
	}

	*err = can_run(&run->p) ? probe->begin(&run->p) : 0;
	if (*err < 0 || run->p.is_over) {
		drop(r, run);
		return NULL;
	}

	r->running[r->count++] = run;
	return &run->p;
}

/* Milliseconds until the first of the times, rounded up. */
static int patience(const struct probe_runner *r, int64_t until_ns)
{
	int64_t now = clock_now();
	int64_t first = until_ns;
	int64_t ms;

	for (size_t i = 0; i < r->count; i++)
		if (r->running[i]->wake_ns && r->running[i]->wake_ns < first)
			first = r->running[i]->wake_ns;

	ms = (first - now + CLOCK_MILLISECOND - 1) / CLOCK_MILLISECOND;
	if (ms < 0)
		return 0;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* The probes may watch and unwatch while they are called, so each descriptor
 * is looked for again. */
static int serve_ready(struct probe_runner *r)
{
	struct pollfd ready[WATCHED_MOST];
	size_t count = r->watched_count;
	int err = 0;

	memcpy(ready, r->watched, count * sizeof(*ready));
	for (size_t i = 0; i < count && err >= 0; i++) {
		struct running *run = NULL;

		if (!ready[i].revents)
			continue;
		for (size_t k = 0; k < r->watched_count; k++)
			if (r->watched[k].fd == ready[i].fd)
				run = r->owner[k];
		if (run && !run->p.is_over)
			err = run->p.probe->ready(&run->p, ready[i].fd,
						  ready[i].revents);
	}

	return err;
}

static int serve_due(struct probe_runner *r)
{
	int64_t now = clock_now();
	int err = 0;

	for (size_t i = 0; i < r->count && err >= 0; i++) {
		struct running *run = r->running[i];

		if (run->p.is_over || !run->wake_ns || run->wake_ns > now)
			continue;
		run->wake_ns = 0;
		err = run->p.probe->due(&run->p);
	}

	return err;
}

int probe_turn(struct probe_runner *r, int64_t until_ns)
{
	int n, err;

	sweep(r);
	n = poll(r->watched, r->watched_count, patience(r, until_ns));
	if (n < 0)
		return -errno;

	err = serve_ready(r);
	if (err >= 0)
		err = serve_due(r);
	sweep(r);
	return err < 0 ? err : (int)r->count;
}

static bool is_meant(const struct probing *p, const char *id,
		     const struct attempt *attempt)
{
	return !p->is_over && (!id || !strcmp(p->probe->id, id)) &&
	       (!attempt || p->attempt == attempt);
}

void probe_stop(struct probe_runner *r, const char *id,
		const struct attempt *attempt)
{
	for (size_t i = 0; i < r->count; i++) {
		struct probing *p = &r->running[i]->p;
		struct text t = TEXT_NULL;
		enum step_status status;

		if (!is_meant(p, id, attempt))
			continue;
		status = p->probe->stop(p, &t);
		end_with(p, status, &t);
		text_done(&t);
	}
	sweep(r);
}

int probe_hurry(struct probe_runner *r, const char *id)
{
	int err = 0;

	for (size_t i = 0; i < r->count && err >= 0; i++) {
		struct probing *p = &r->running[i]->p;

		if (is_meant(p, id, NULL) && p->probe->hurry)
			err = p->probe->hurry(p);
	}

	sweep(r);
	return err < 0 ? err : 0;
}

bool probe_runs(const struct probe_runner *r, const char *id,
		const struct attempt *attempt)
{
	for (size_t i = 0; i < r->count; i++)
		if (is_meant(&r->running[i]->p, id, attempt))
			return true;

	return false;
}

socklen_t probe_sockaddr(const struct attempt *a, uint16_t port,
			 struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (address_is_v4(&a->address)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->address.bytes + 12, 4);
		return sizeof(*v4);
	}

	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	v6->sin6_scope_id = a->scope;
	memcpy(&v6->sin6_addr, a->address.bytes, 16);
	return sizeof(*v6);
}

static int bind_source(const struct probing *p, int fd, int family, int type)
{
	const struct probe_options *o = p->options;
	const struct attempt from = { .address = o->source };
	struct sockaddr_storage sa;
	socklen_t len;

	if (!o->is_bound || address_is_v4(&o->source) != (family == AF_INET))
		return 0;

	len = probe_sockaddr(&from, type == SOCK_RAW ? 0 : o->source_port, &sa);
	return bind(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
}

int probe_socket(const struct probing *p, int family, int type, int protocol)
{
	const struct probe_options *o = p->options;
	const int flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd, err;

	fd = o->open_socket
		     ? o->open_socket(o->open_context, family, flags, protocol)
		     : socket(family, flags, protocol);
	if (fd < 0)
		return o->open_socket ? fd : -errno;

	err = bind_source(p, fd, family, type);
	if (err < 0) {
		(void)close(fd);
		return err;
	}

	return fd;
}

int probe_watch(struct probing *p, int fd, short events)
{
	struct probe_runner *r = p->runner;

	for (size_t i = 0; i < r->watched_count; i++) {
		if (r->watched[i].fd != fd)
			continue;
		r->watched[i].events = events;
		return 0;
	}
	if (r->watched_count == WATCHED_MOST)
		return -EMFILE;

	r->watched[r->watched_count] = (struct pollfd){ fd, events, 0 };
	r->owner[r->watched_count++] = running_of(p);
	return 0;
}

void probe_release(struct probing *p, int fd)
{
	struct probe_runner *r = p->runner;

	for (size_t i = 0; i < r->watched_count; i++) {
		if (r->watched[i].fd != fd)
			continue;
		forget(r, i);
		return;
	}
}

void probe_unwatch(struct probing *p, int fd)
{
	probe_release(p, fd);
	(void)close(fd);
}

void probe_wake(struct probing *p, int64_t at_ns)
{
	running_of(p)->wake_ns = at_ns;
}
