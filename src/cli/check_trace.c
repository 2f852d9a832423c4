#include "cli/check_trace.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/check_drops.h"
#include "cli/check_rights.h"
#include "cli/recording.h"
#include "cli/trace_rule.h"
#include "probe/icmp_error.h"
#include "probe/knock.h"
#include "probe/probe.h"
#include "ruleset/model.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

/* An answer that its own rules discard may be as far away as the server is. */
enum { ARM_LIMIT = 250, ANSWER_LIMIT = 300, LAST_WORDS = 20 /* ms */ };

static void say_devices(const struct ruleset *r, struct nftrace_request *q)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			size_t len = c->device ? strlen(c->device) : 0;

			if (c->hook != HOOK_INGRESS || !len ||
			    len >= NFTRACE_NAME ||
			    q->device_count == NFTRACE_DEVICES)
				continue;
			memcpy(q->devices[q->device_count++], c->device,
			       len + 1);
		}
}

static int arm(const struct check_trace *t, struct recording *ret)
{
	const struct attempt *a = t->attempt;
	const struct route_question *asked = &t->state->question;

	struct nftrace_request q = {
		.protocol = t->record->target.protocol,
		.port = a->port,
		.client = asked->has_source ? asked->source : a->local,
		.server = a->address,
		.has_client = asked->has_source || a->has_local,
		.has_server = true,
		.is_v4 = address_is_v4(&a->address),
		.is_from_here = true,
		.has_legacy = t->state->has_legacy,
	};

	int file = -1, control = -1, err;

	say_devices(t->ruleset, &q);
	err = check_rights_trace(t->state->rights, &q, &file, &control);
	if (err)
		return err;

	*ret = recording_of(file, control);
	err = recording_wait(ret, ARM_LIMIT * MS);
	if (err)
		recording_done(ret);
	return err;
}

/* The attempt: as the probe makes it, from another port. */

static int open_socket(const struct check_trace *t, int family)
{
	struct probe_options o = *t->options;
	const struct probing p = { .options = &o };

	o.source_port = 0;
	return probe_socket(&p, family,
			    t->record->target.protocol == IPPROTO_TCP
				    ? SOCK_STREAM
				    : SOCK_DGRAM,
			    t->record->target.protocol);
}

static int attempt(const struct check_trace *t)
{
	const struct attempt *a = t->attempt;
	bool is_tcp = t->record->target.protocol == IPPROTO_TCP;
	int family = address_is_v4(&a->address) ? AF_INET : AF_INET6;
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(a, a->port, &sa);
	const char *words = t->options->send ? t->options->send : "";
	int once = 1, fd = open_socket(t, family);

	if (fd < 0)
		return fd;

	(void)icmp_error_want(fd, family);
	if (is_tcp)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &once,
				 sizeof(once));
	/* Its answer is the trace. */
	(void)connect(fd, (struct sockaddr *)&sa, len);
	if (is_tcp)
		t->record->syns++;
	else
		(void)send(fd, words, strlen(words),
			   MSG_DONTWAIT | MSG_NOSIGNAL);
	return fd;
}

/* What the rule is in the ruleset. */

static void find_rule(struct check_trace *t, const struct nftrace_step *s)
{
	struct walk_verdict *v = &t->blocker.verdict;
	const struct chain *c = trace_rule_chain(t->ruleset, s);
	const struct rule *r = c ? trace_rule(c, s) : NULL;

	if (!c || (!r && !s->is_policy))
		return;

	v->chain = c;
	v->rule = r;
	t->blocker.hook = c->hook;
}

/* What it does, as far as it is one that takes packets or lets them pass. */
static void judge_rule(struct walk_verdict *v)
{
	v->decision = WALK_UNKNOWN;
	if (v->chain && !v->rule)
		v->decision = v->chain->policy == ACTION_DROP ? WALK_DROP
							      : WALK_ACCEPT;
	for (unsigned i = 0; v->rule && i < v->rule->term_count; i++) {
		const struct term *term = &v->rule->terms[i];

		if (!term->is_action)
			continue;
		if (term->action->kind == ACTION_REJECT) {
			v->decision = WALK_REJECT;
			v->reject = term->action->reject;
			v->action = term->action;
		} else if (term->action->kind == ACTION_DROP) {
			v->decision = WALK_DROP;
			v->action = term->action;
		} else if (term->action->kind == ACTION_ACCEPT) {
			v->decision = WALK_ACCEPT;
		}
	}
}

/* iptables-legacy names the rules that a packet met, not what became of it: the
 * last one has taken it if it is one that does; of one that could not be read the
 * kernel's reports tell it. */
static bool takes(const struct check_trace *t, const struct nftrace_packet *p,
		  const struct nftrace_step *s)
{
	const struct walk_verdict *v = &t->blocker.verdict;

	if (s->verdict == NFTRACE_DROP)
		return true;
	if (s->verdict != NFTRACE_UNSAID || v->decision == WALK_ACCEPT)
		return false;

	return v->decision != WALK_UNKNOWN ||
	       check_drops_took(t->state->drops, p);
}

static bool take_packet(struct check_trace *t, const struct nftrace_packet *p)
{
	const struct nftrace_step *s = nftrace_end(p, true);

	if (!s)
		return false;

	t->blocker = (struct walk_blocker){
		.of_reply = address_equal(&p->from, &t->attempt->address) &&
			    p->from_port == t->attempt->port,
	};
	find_rule(t, s);
	judge_rule(&t->blocker.verdict);
	if (!takes(t, p, s))
		return false;

	if (t->blocker.verdict.decision == WALK_UNKNOWN)
		t->blocker.verdict.decision = WALK_DROP;
	t->step = *s;
	return true;
}

/* 1: one of the packets that were traced until now was taken. */
static int read_trace(struct check_trace *t, const struct recording *r)
{
	struct nftrace_list l = { 0 };
	bool is_named = false;
	void *data;
	size_t size;
	int err = recording_map(r, &data, &size);

	if (err || !size)
		return err;

	err = nftrace_read(data, size, t->arena, &l);
	recording_unmap(data, size);
	if (err && err != -EINVAL)
		return err;

	for (size_t i = 0; i < l.count && !is_named; i++)
		is_named = take_packet(t, &l.packets[i]);
	return is_named;
}

/* Until a rule was named, or nothing more is to be expected. */
static int await_rule(struct check_trace *t, struct recording *r, int fd)
{
	int64_t until = clock_now() + ANSWER_LIMIT * MS;
	bool is_answered = false;
	int named = 0;

	for (int64_t now = clock_now(); now < until && !named;
	     now = clock_now()) {
		struct pollfd fds[] = {
			{ r->control, POLLIN, 0 },
			{ is_answered ? -1 : fd, POLLIN | POLLERR, 0 },
		};

		if (t->record->target.protocol == IPPROTO_TCP)
			fds[1].events |= POLLOUT;
		(void)poll(fds, 2, (int)((until - now + MS - 1) / MS));
		if (fds[1].revents && !is_answered) {
			is_answered = true;
			until = clock_now() + LAST_WORDS * MS;
		}
		if (fds[0].revents && recording_has_more(r))
			named = read_trace(t, r);
		if (r->is_ended)
			break;
	}

	return named;
}

static bool was_refused(const struct attempt *a)
{
	return fact_has(&a->facts.set, FACT_RST_FOR_SYN) ||
	       fact_has(&a->facts.set, FACT_ICMP_ERROR) ||
	       fact_has(&a->facts.set, FACT_LOCAL_ERROR);
}

/* Until a neighbour is given up the kernel repeats the SYN twice more, of those
 * that are waited for. */
static bool has_syn_left(const struct check_trace *t)
{
	const struct case_record *c = t->record;
	unsigned used = c->syns + 1;

	if (c->target.protocol != IPPROTO_TCP)
		return true;
	for (size_t i = 0; i < c->attempt_count; i++) {
		const struct attempt *a = &c->attempts[i];

		if (fact_has(&a->facts.set, FACT_PROBED) && !a->is_connected &&
		    !was_refused(a) && knock_is_long(c, a))
			used += 2;
	}

	return used <= PROBE_SYNS_MOST;
}

int check_trace_rules(struct check_trace *t)
{
	struct recording r;
	int fd, named, err;

	if (!has_syn_left(t))
		return -EAGAIN;

	err = arm(t, &r);
	if (err)
		return err;

	fd = attempt(t);
	named = fd < 0 ? 0 : await_rule(t, &r, fd);
	if (fd >= 0)
		(void)close(fd);
	recording_finish(&r);
	if (!named)
		named = read_trace(t, &r);
	/* What is dropped is reported a moment later. */
	if (!named) {
		(void)poll(NULL, 0, LAST_WORDS * 2);
		named = read_trace(t, &r);
	}
	recording_done(&r);
	return named;
}
