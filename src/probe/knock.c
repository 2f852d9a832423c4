#include "probe/knock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"

/* Opens without a fixed source port where several are wanted at once. */
static int open_socket(const struct probing *p, int family,
		       const struct knock_options *o)
{
	struct probe_options options = *p->options;
	struct probing q = *p;

	if (o->any_source_port)
		options.source_port = 0;
	q.options = &options;
	return probe_socket(&q, family, SOCK_STREAM, IPPROTO_TCP);
}

static void set_up(int fd, int family, const struct knock_options *o)
{
	bool v4 = family == AF_INET;

	/* Without these it still is a connection attempt, told with less. */
	(void)icmp_error_want(fd, family);
	if (o->repeats)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &o->repeats,
				 sizeof(o->repeats));
	if (o->ttl)
		(void)setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
				 v4 ? IP_TTL : IPV6_UNICAST_HOPS, &o->ttl,
				 sizeof(o->ttl));
}

static void learn_source(struct knock *k)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);

	if (getsockname(k->fd, (struct sockaddr *)&sa, &len))
		return;

	k->local = icmp_error_address((const struct sockaddr *)&sa);
	if (sa.ss_family == AF_INET)
		k->local_port =
			ntohs(((const struct sockaddr_in *)&sa)->sin_port);
	else if (sa.ss_family == AF_INET6)
		k->local_port =
			ntohs(((const struct sockaddr_in6 *)&sa)->sin6_port);
}

static void settle(struct knock *k, enum knock_answer answer)
{
	k->answer = answer;
	k->answered_after_ns = clock_now() - k->sent_ns;
}

static void refuse(struct knock *k, enum knock_stage stage, int err)
{
	k->stage = stage;
	k->err = err;
	settle(k, KNOCK_LOCAL);
}

/* A SYN that went out and its repetitions. */
static bool ask_tcp(const struct knock *k, struct tcp_info *ret)
{
	socklen_t len = sizeof(*ret);

	*ret = (struct tcp_info){ 0 };
	return !getsockopt(k->fd, IPPROTO_TCP, TCP_INFO, ret, &len);
}

static void count_syns(const struct probing *p, struct knock *k)
{
	struct tcp_info info;
	unsigned syns = 1;

	if (ask_tcp(k, &info))
		syns += info.tcpi_total_retrans;
	if (syns <= k->syns)
		return;

	p->record->syns += syns - k->syns;
	k->syns = syns;
}

/* An error in the queue first: with it the kernel may go on trying, as when
 * the ICMP error found the socket busy. */
static bool take_error(struct knock *k)
{
	if (icmp_error_read(k->fd, &k->error) != 1)
		return false;
	if (!k->error.version) {
		refuse(k, KNOCK_CONNECT, k->error.err);
		return true;
	}

	settle(k, KNOCK_ICMP);
	k->error.after_ns = k->answered_after_ns;
	return true;
}

/* Only a connection that was made is reset so: a SYN is refused. */
static void settle_reset(struct knock *k)
{
	k->was_reset = true;
	settle(k, KNOCK_OPEN);
}

static void take_state(struct knock *k)
{
	struct tcp_info info;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err == ECONNREFUSED)
		settle(k, KNOCK_RST);
	else if (err == ETIMEDOUT)
		settle(k, KNOCK_GIVEN_UP);
	else if (err == ECONNRESET || err == EPIPE)
		settle_reset(k);
	else if (err)
		refuse(k, KNOCK_CONNECT, err);
	else if (!err && ask_tcp(k, &info) && info.tcpi_state != TCP_CLOSE &&
		 info.tcpi_state != TCP_SYN_SENT)
		settle(k, KNOCK_OPEN);
}

void knock_look(struct probing *p, struct knock *k)
{
	if (k->fd < 0 || k->answer != KNOCK_WAITING)
		return;

	count_syns(p, k);
	if (!take_error(k))
		take_state(k);
}

void knock_close(struct probing *p, struct knock *k)
{
	if (k->fd < 0)
		return;

	probe_unwatch(p, k->fd);
	k->fd = -1;
}

/* What connect() said at once; its error may also be an ICMP error or a RST that
 * was quicker than the call. */
static void take_refusal(struct knock *k, int err)
{
	if (take_error(k))
		return;
	if (err == ECONNREFUSED)
		settle(k, KNOCK_RST);
	else
		refuse(k, KNOCK_CONNECT, err);
}

/*
 * A second apart, the kernel repeats a SYN as long as its socket is open
 * (net.ipv4.tcp_syn_linear_timeouts): three times until a neighbour is given up,
 * once until silence is silence. More of them leave no SYN for what tells more.
 */
enum { LONG_REPEATS = 3, SHORT_REPEATS = 1, FEW = 3, LONG_OF_FEW = 2 };

bool knock_is_long(const struct case_record *c, const struct attempt *a)
{
	return a - c->attempts < (c->attempt_count <= FEW ? LONG_OF_FEW : 1);
}

unsigned knock_budget(const struct probing *p)
{
	const struct case_record *c = p->record;
	unsigned used = c->syns + p->options->syns_kept;

	for (size_t i = 0; i < c->attempt_count; i++) {
		const struct attempt *a = &c->attempts[i];

		if (probe_runs(p->runner, "connect", a))
			used += knock_is_long(c, a) ? LONG_REPEATS
						    : SHORT_REPEATS;
	}

	return used < PROBE_SYNS_MOST ? PROBE_SYNS_MOST - used : 0;
}

enum knock_stage knock_stage_of(int err)
{
	return err == EADDRNOTAVAIL || err == EADDRINUSE ? KNOCK_BIND
							 : KNOCK_SOCKET;
}

int knock_begin(struct probing *p, struct knock *k,
		const struct knock_options *o)
{
	int family = address_is_v4(&p->attempt->address) ? AF_INET : AF_INET6;
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(p->attempt, o->port, &sa);
	int err;

	*k = (struct knock){ .port = o->port, .sent_ns = clock_now() };
	k->fd = open_socket(p, family, o);
	if (k->fd < 0) {
		err = -k->fd;
		k->fd = -1;
		if (err == ENOMEM)
			return -err;
		refuse(k, knock_stage_of(err), err);
		return 0;
	}

	set_up(k->fd, family, o);
	k->sent_ns = clock_now();
	if (connect(k->fd, (struct sockaddr *)&sa, len) && errno != EINPROGRESS)
		take_refusal(k, errno);
	learn_source(k);
	if (k->answer != KNOCK_LOCAL)
		count_syns(p, k);
	err = probe_watch(p, k->fd, POLLOUT);
	if (err < 0) {
		(void)close(k->fd);
		k->fd = -1;
	}

	return err;
}
