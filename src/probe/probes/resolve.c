#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "probe/name_facts.h"
#include "probe/name_server.h"
#include "probe/probe.h"

/*
 * The name, as the application would resolve it; and beside that each name
 * server by itself, so that what the resolver says can be explained. What the
 * servers say is waited for only as long as it is of use: not at all once the
 * resolver has an address (but for those that are about to answer), and until
 * silence is certain where it has none.
 */
enum { FILE_MOST = 1024 * 1024 };

#define WHEN_RESOLVED (150 * (int64_t)CLOCK_MILLISECOND)
#define LEAST (20 * (int64_t)CLOCK_MILLISECOND)
#define WHEN_EXPLAINED (500 * (int64_t)CLOCK_MILLISECOND)
#define AT_MOST (3500 * (int64_t)CLOCK_MILLISECOND)

struct state {
	struct lookup_process process;
	struct name_evidence evidence;
	struct name_servers servers;
	int64_t until_ns;
};

static void read_hosts(struct name_evidence *e)
{
	struct text t = TEXT_NULL;

	if (file_load(&t, "/etc/hosts", FILE_MOST) == 0)
		e->host_count = hosts_file_find(e->hosts, text_string(&t),
						t.len, e->host);
	text_done(&t);
}

static void read_nsswitch(struct name_evidence *e)
{
	struct text t = TEXT_NULL;

	if (file_load(&t, "/etc/nsswitch.conf", FILE_MOST) < 0)
		text_clear(&t);
	nsswitch_read(&e->nsswitch, text_string(&t), t.len);
	text_done(&t);
}

static void read_resolv_conf(struct name_evidence *e)
{
	const char *options = getenv("RES_OPTIONS");
	struct text t = TEXT_NULL;

	e->has_conf = file_load(&t, "/etc/resolv.conf", FILE_MOST) == 0;
	if (!e->has_conf)
		text_clear(&t);
	resolv_conf_read(&e->conf, text_string(&t), t.len);
	if (options)
		resolv_conf_options(&e->conf, options, strlen(options));
	text_done(&t);
}

/* As AI_ADDRCONFIG has it: other than loopback. */
static void read_families(struct name_evidence *e)
{
	struct ifaddrs *list = NULL;

	if (getifaddrs(&list) < 0) {
		e->has_v4 = e->has_v6 = true;
		return;
	}

	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		const struct sockaddr *sa = i->ifa_addr;
		const struct sockaddr_in *v4 = (const void *)sa;
		const struct sockaddr_in6 *v6 = (const void *)sa;

		if (sa && sa->sa_family == AF_INET)
			e->has_v4 = e->has_v4 ||
				    *(const uint8_t *)&v4->sin_addr != 127;
		else if (sa && sa->sa_family == AF_INET6)
			e->has_v6 = e->has_v6 ||
				    !IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	}
	freeifaddrs(list);
}

static void read_candidates(struct name_evidence *e)
{
	while (e->candidate_count < NAME_CANDIDATES &&
	       resolv_conf_candidate(&e->conf, e->host, e->candidate_count,
				     e->candidates[e->candidate_count]))
		e->candidate_count++;
}

static void end(struct probing *p)
{
	struct state *s = p->state;
	struct text step = TEXT_NULL;
	enum step_status status;

	name_server_end(&s->servers);
	if (!s->evidence.lookup.is_over)
		s->evidence.took_ns = clock_now() - p->began_ns;
	status = name_facts_tell(p->record, &s->evidence, &step);
	probe_end(p, status, "%s", text_string(&step));
	text_done(&step);
}

static void end_literal(struct probing *p, const struct lookup *l)
{
	const char *host = p->record->target.host;

	fact_tell(p->facts, FACT_NAME_IS_LITERAL, p->probe->id, NULL, NULL);
	for (size_t i = 0; i < l->count; i++)
		(void)case_attempt(p->record, &l->addresses[i].address,
				   l->addresses[i].scope);
	probe_end(p, STEP_SKIP,
		  _("%s is an address: there is no name to resolve"), host);
}

/* A server that has answered shows how long the others may take. */
static int64_t others_patience(const struct name_evidence *e)
{
	int64_t most = WHEN_RESOLVED;

	for (size_t i = 0; i < e->conf.server_count; i++)
		for (size_t t = 0; t < NAME_TYPES; t++) {
			const struct name_result *r =
				&e->servers[i].results[0][t];
			int64_t fair = 2 * r->took_ns + LEAST;

			if (r->reply == NAME_ANSWERED && fair < most)
				most = fair;
		}

	return most;
}

/* Until when there is something to wait for. */
static int64_t patience(const struct probing *p)
{
	const struct state *s = p->state;
	const struct name_evidence *e = &s->evidence;
	int64_t answered = p->began_ns + e->took_ns;

	if (!e->lookup.is_over)
		return p->began_ns + AT_MOST;
	if (!e->lookup.gai)
		return answered + others_patience(e);

	for (size_t i = 0; i < e->conf.server_count; i++)
		for (size_t t = 0; t < NAME_TYPES; t++)
			if (e->servers[i].results[0][t].reply == NAME_ANSWERED)
				return answered + WHEN_EXPLAINED;

	return p->began_ns + AT_MOST;
}

/* Ends, or sleeps until there is something to do. */
static void go_on(struct probing *p)
{
	struct state *s = p->state;
	int64_t next = name_server_due(&s->servers);
	int64_t until = patience(p);

	if (clock_now() >= until ||
	    (s->evidence.lookup.is_over && name_server_is_over(&s->servers))) {
		end(p);
		return;
	}

	probe_wake(p, next && next < until ? next : until);
}

static int begin(struct probing *p)
{
	struct state *s = p->state;
	struct name_evidence *e = &s->evidence;
	const struct target *target = &p->record->target;
	struct lookup literal;
	int err;

	if (lookup_literal(&literal, target->host)) {
		end_literal(p, &literal);
		return 0;
	}

	e->host = target->host;
	e->family = p->options->family;
	err = lookup_start(&s->process, e->host, e->family,
			   target->protocol == IPPROTO_UDP ? SOCK_DGRAM
							   : SOCK_STREAM);
	if (err < 0)
		return err;
	err = probe_watch(p, s->process.fd, POLLIN);
	if (err < 0) {
		(void)close(s->process.fd);
		return err;
	}

	read_resolv_conf(e);
	read_nsswitch(e);
	read_hosts(e);
	read_families(e);
	read_candidates(e);
	name_server_begin(&s->servers, p, e);
	go_on(p);
	return 0;
}

static int ready(struct probing *p, int fd, short events)
{
	struct state *s = p->state;
	int err;

	if (name_server_ready(&s->servers, fd, events)) {
		go_on(p);
		return 0;
	}

	err = lookup_read(&s->evidence.lookup, &s->process);
	if (err < 0)
		return err;

	probe_unwatch(p, fd);
	lookup_stop(&s->process);
	s->evidence.took_ns = clock_now() - p->began_ns;
	go_on(p);
	return 0;
}

static int due(struct probing *p)
{
	go_on(p);
	return 0;
}

static enum step_status stop(struct probing *p, struct text *step)
{
	struct state *s = p->state;

	name_server_end(&s->servers);
	if (!s->evidence.lookup.is_over)
		s->evidence.took_ns = clock_now() - p->began_ns;
	return name_facts_tell(p->record, &s->evidence, step);
}

static void done(struct probing *p)
{
	struct state *s = p->state;

	lookup_stop(&s->process);
}

const struct probe probe_resolve = {
	.id = "resolve",
	.title = N_("resolves the name"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
	.done = done,
};
