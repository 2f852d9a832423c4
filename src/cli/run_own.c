#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/run_case.h"
#include "drops/tell.h"
#include "host/links.h"
#include "host/netlink.h"
#include "net/dns.h"
#include "probe/local_error.h"

static const char source[] = "run";

/* Silence that lasted less may be a program in a hurry. */
#define SILENT_AFTER CLOCK_SECOND

static bool has(const struct attempt *a, enum fact_kind kind)
{
	return fact_has(&a->facts.set, kind);
}

static enum knock_stage stage_of(const struct traced_attempt *a)
{
	static const enum knock_stage stages[] = {
		[TRACED_SOCKET] = KNOCK_SOCKET,
		[TRACED_BIND] = KNOCK_BIND,
		[TRACED_CONNECT] = KNOCK_CONNECT,
		[TRACED_SEND] = KNOCK_CONNECT,
	};

	return stages[a->call];
}

/* The own kernel's word, whatever came or did not come from the network. */
static bool is_local(const struct traced_attempt *a)
{
	static const int errors[] = {
		EPERM,        EINVAL,       EADDRNOTAVAIL, EADDRINUSE,
		EAFNOSUPPORT, EMFILE,       ENFILE,        ENOBUFS,
		ENOKEY,       EDESTADDRREQ, ENETDOWN,
	};

	if (a->call == TRACED_SOCKET || a->call == TRACED_BIND)
		return true;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (a->error == errors[i])
			return true;

	/* No ICMP error makes it of IPv4 (icmp_err_convert of net/ipv4/icmp.c). */
	return a->error == EACCES && (address_is_v4(&a->to) ||
				      a->landlock == TRACED_LANDLOCK_FORBIDS);
}

/* What the program's own call was told, as evidence. */
static void tell_failed(const struct run_case *c, struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	struct text words = TEXT_NULL;

	run_tell_attempt(&words, a);
	fact_tell(f, FACT_PROGRAM_FAILED, source, NULL, "%s.",
		  text_string(&words));
	text_done(&words);
	if (a->has_filter && (a->error == EPERM || a->error == EACCES ||
			      a->error == ENOSYS || a->call == TRACED_SOCKET))
		fact_tell(f, FACT_PROGRAM_FILTER, source, NULL, NULL);
}

/* Whether what the probe saw is what makes such an errno. */

static bool is_refusal(const struct attempt *a, int error)
{
	static const struct {
		enum fact_kind fact;
		int errors[4];
	} rows[] = {
		{ FACT_RST_FOR_SYN, { ECONNREFUSED } },
		{ FACT_ICMP_PORT, { ECONNREFUSED } },
		{ FACT_ICMP_PROTOCOL, { ECONNREFUSED, ENOPROTOOPT } },
		{ FACT_ICMP_ERROR,
		  { EHOSTUNREACH, ENETUNREACH, EACCES, ECONNREFUSED } },
		{ FACT_ARP_SILENCE, { EHOSTUNREACH } },
		{ FACT_CONNECT_ENETUNREACH, { ENETUNREACH, ENETDOWN } },
		{ FACT_CONNECT_EHOSTUNREACH, { EHOSTUNREACH } },
		{ FACT_CONNECT_EACCES, { EACCES } },
		{ FACT_CONNECT_EPERM, { EPERM } },
		{ FACT_CONNECT_EINVAL, { EINVAL } },
		{ FACT_CONNECT_EADDRNOTAVAIL, { EADDRNOTAVAIL } },
		{ FACT_CONNECT_EADDRINUSE, { EADDRINUSE } },
		{ FACT_CONNECT_EAFNOSUPPORT, { EAFNOSUPPORT } },
		{ FACT_CONNECT_ENOBUFS, { ENOBUFS } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (int k = 0; k < 4; k++)
			if (rows[i].errors[k] == error && has(a, rows[i].fact))
				return true;

	return false;
}

static bool is_same(const struct attempt *a, const struct traced_attempt *own)
{
	if (a->is_connected)
		return false;
	if (own->end == TRACED_GIVEN_UP || own->error == ETIMEDOUT)
		return !has(a, FACT_RST_FOR_SYN) && !has(a, FACT_LOCAL_ERROR);
	if (!own->error)
		return true;

	return is_refusal(a, own->error);
}

/* The proxy that a variable names. */
static bool is_proxy(const struct run_case *c, const struct run_proxy *p)
{
	const struct traced_attempt *a = &c->place->last;
	const char *host = strstr(p->value, "://");
	char known[DNS_NAME_SIZE];
	struct text name = TEXT_NULL, port = TEXT_NULL, own = TEXT_NULL;
	const char *colon, *at;
	bool is_it;

	host = host ? host + 3 : p->value;
	at = strrchr(host, '@');
	host = at ? at + 1 : host;
	colon = strrchr(host, ':');
	text_bytes(&name, host,
		   colon ? (size_t)(colon - host) : strcspn(host, "/"));
	text_format(&port, "%u", a->port);
	address_text(&own, &a->to);
	run_names_of(c->run, &a->to, known);
	if (name.len > 2 && *host == '[') {
		text_clear(&name);
		text_bytes(&name, host + 1, strcspn(host + 1, "]"));
	}
	is_it = (!strcmp(text_string(&name), text_string(&own)) ||
		 (*known && dns_name_equal(text_string(&name), known))) &&
		colon && !strncmp(colon + 1, text_string(&port), port.len) &&
		(!colon[1 + port.len] || colon[1 + port.len] == '/');
	text_done(&name);
	text_done(&port);
	text_done(&own);
	return is_it;
}

static void tell_proxy(const struct run_case *c, struct case_record *record,
		       struct facts *f)
{
	const struct run_then *then = &c->place->then;

	for (size_t i = 0; i < then->proxy_count; i++) {
		const struct run_proxy *p = &then->proxies[i];
		struct culprit *k;

		if (!is_proxy(c, p))
			continue;
		k = culprit_new(record->arena, CULPRIT_CONFIG_LINE,
				VANTAGE_CLIENT, "%s=%s", p->name, p->value);
		culprit_text(k, record->arena, "name", p->name);
		culprit_text(k, record->arena, "value", p->value);
		fact_tell(
			f, FACT_PROGRAM_PROXY, source, k,
			_("The connection goes to the proxy that %1$s names: %2$s."),
			p->name, p->value);
	}
}

/* What a process alone may meet, as it was then. */

static void tell_files(const struct run_case *c, struct case_record *record,
		       struct facts *f)
{
	const struct run_then *then = &c->place->then;
	const struct traced_attempt *a = &c->place->failed;
	struct culprit *k;

	if (a->error != EMFILE || !then->files_most)
		return;
	k = culprit_new(record->arena, CULPRIT_PROCESS, VANTAGE_CLIENT,
			"%s: RLIMIT_NOFILE %lu", a->program,
			(unsigned long)then->files_most);
	culprit_text(k, record->arena, "program", a->program);
	culprit_number(k, "pid", a->pid);
	culprit_number(k, "limit", (int64_t)then->files_most);
	fact_tell(f, FACT_FD_LIMIT, "limits", k,
		  _("%1$s may have %2$lu descriptors, and had %3$lu."),
		  a->program, (unsigned long)then->files_most,
		  (unsigned long)then->files_open);
}

static void tell_ports(const struct run_case *c, struct case_record *record,
		       struct facts *f)
{
	static const char name[] = "net.ipv4.ip_local_port_range";
	const struct run_then *then = &c->place->then;
	int64_t all = then->ports[1] - then->ports[0] + 1;
	struct text value = TEXT_NULL;
	struct culprit *k;

	if (!then->has_ports || then->ports_used < all)
		return;
	text_format(&value, "%ld %ld", (long)then->ports[0],
		    (long)then->ports[1]);
	k = culprit_new(record->arena, CULPRIT_SYSCTL, VANTAGE_CLIENT,
			"%s = %s", name, text_string(&value));
	culprit_text(k, record->arena, "name", name);
	culprit_text(k, record->arena, "value", text_string(&value));
	fact_tell(
		f, FACT_PORTS_EXHAUSTED, "socket", k,
		_("All %ld ports that connect() may choose from were in use."),
		(long)all);
	text_done(&value);
}

static void tell_landlock(const struct run_case *c, struct case_record *record,
			  struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	struct culprit *k;

	if (a->error != EACCES || a->landlock != TRACED_LANDLOCK_FORBIDS)
		return;
	k = culprit_new(record->arena, CULPRIT_PROCESS, VANTAGE_CLIENT,
			"%s: Landlock: connect to tcp/%u", a->program, a->port);
	culprit_text(k, record->arena, "program", a->program);
	culprit_number(k, "pid", a->pid);
	fact_tell(
		f, FACT_LANDLOCK_DENIES, "security", k,
		_("%1$s, or what started it, restricted itself by Landlock to ports of which %2$u is none."),
		a->program, a->port);
}

static void tell_then(const struct run_case *c, struct case_record *record,
		      struct facts *f)
{
	tell_files(c, record, f);
	tell_ports(c, record, f);
	tell_landlock(c, record, f);
	if (fact_has(&f->set, FACT_PORTS_EXHAUSTED))
		facts_forget(f, FACT_PORTS_FREE);
}

static void tell_local(const struct run_case *c, struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	enum fact_kind kind = local_error_fact(stage_of(a), a->error);

	fact_tell(
		f, FACT_LOCAL_ERROR, source, NULL,
		_("%1$s() failed at once with \"%2$s\", and no packet was sent."),
		local_error_call(stage_of(a)), strerror(a->error));
	if (kind)
		fact_tell(f, kind, source, NULL, NULL);
}

/* What its errno says of the network, and no more. */
static void tell_network(const struct run_case *c, struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	struct text span = TEXT_NULL;

	clock_span(&span, a->took_ns);
	fact_tell(f, FACT_SYN_SEEN, source, NULL, NULL);
	if (a->error == ECONNREFUSED)
		fact_tell(f, FACT_RST_FOR_SYN, source, NULL,
			  _("The program's SYN was refused after %s."),
			  text_string(&span));
	else if (a->error == EHOSTUNREACH || a->error == ENETUNREACH ||
		 a->error == EACCES)
		fact_tell(f, FACT_ICMP_ERROR, source, NULL, NULL);
	else if (a->error == ETIMEDOUT || a->took_ns >= SILENT_AFTER)
		fact_tell(f, FACT_SYN_SILENCE, source, NULL,
			  _("Nothing came back to the program for %s."),
			  text_string(&span));
	text_done(&span);
}

/* What the kernel reports of the program's own packets and socket. */
static void tell_kernel(const struct run_case *c, struct arena *arena,
			struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	const struct drops_flow who = {
		.protocol = a->protocol,
		.client = a->local,
		.server = a->to,
		.client_port = a->local_port,
		.port = a->port,
		.since_ns = a->began_ns,
		.is_client = true,
	};
	struct drops_list l = { 0 };
	void *data;
	size_t size;

	if (!a->has_local || !a->local_port || c->run->drops_error ||
	    recording_map(&c->run->drops, &data, &size) || !size)
		return;
	/* Its end may be half written. */
	if (drops_read(data, size, arena, &l) != -ENOMEM)
		(void)drops_tell(&l, &who, f);
	recording_unmap(data, size);
}

/*
 * What was found out of this process, and need not hold for the program: it was
 * elsewhere, has another label, or met a program of the cgroup that let the
 * probe pass.
 */
static void forget_own(const struct run_case *c, struct case_record *record,
		       const struct attempt *probed, struct facts *f)
{
	static const enum fact_kind of_cgroup[] = {
		FACT_BPF_CONNECT,   FACT_BPF_NO_CONNECT,   FACT_BPF_EGRESS,
		FACT_BPF_NO_EGRESS, FACT_BPF_EGRESS_DROPS,
	};

	for (size_t i = 0;
	     c->lacks_cgroup && i < sizeof(of_cgroup) / sizeof(*of_cgroup); i++)
		facts_forget(f, of_cgroup[i]);
	if (c->lacks_cgroup)
		case_not_looked(
			record, "cgroup",
			_("The program was in another cgroup, which only root may look into."));
	if (probed && probed->is_connected)
		facts_forget(f, FACT_BPF_CONNECT);
	if (!*c->place->then.label)
		return;
	facts_forget(f, FACT_SELINUX_OFF);
	facts_forget(f, FACT_APPARMOR_OFF);
	case_not_looked(
		record, "security",
		_("The program has another security label than kiriwake: what that may do is not known."));
}

/* The case anew, of the program's own attempt; what the probe met is a step to
 * compare with. */

static void add_steps(const struct run_case *c, struct case_record *record,
		      const struct attempt *probed)
{
	struct text t = TEXT_NULL;

	run_tell_attempt(&t, &c->place->failed);
	case_step(record, "program", STEP_FAIL, -1, text_string(&t));
	text_done(&t);
	if (!probed)
		return;
	case_step(
		record, "compare", probed->is_connected ? STEP_PASS : STEP_FAIL,
		-1,
		probed->is_connected
			? _("the same connection, tried by kiriwake as the same user, works")
			: _("the same connection, tried by kiriwake as the same user, fails in another way"));
}

static struct case_record *begin_anew(struct run_case *c)
{
	struct case_record *old = c->check.record, *record = case_new();

	if (!record)
		return NULL;
	record->target = old->target;
	record->syns = old->syns;
	c->check.record = record;
	c->check.screen.ticket.record = record;
	c->check.screen.seen = c->check.screen.told = 0;
	return record;
}

/* The same service by another family, as the program had it. */
static void add_kin(struct run_case *c)
{
	const struct run *r = c->run;
	const struct traced_attempt *own = &c->place->last;

	for (size_t i = 0; i < r->place_count; i++) {
		const struct traced_attempt *a = &r->places[i].last;
		struct attempt *kin;

		if (!r->places[i].is_working || !a->has_to ||
		    a->protocol != IPPROTO_TCP || a->port != own->port ||
		    a->family == own->family || own->protocol != IPPROTO_TCP)
			continue;
		kin = case_attempt(c->check.record, &a->to, a->scope);
		if (!kin)
			continue;
		fact_tell(&kin->facts, FACT_HANDSHAKE_DONE, source, NULL, NULL);
		fact_tell(&kin->facts, FACT_PROGRAM_WORKED, source, NULL, NULL);
		kin->is_connected = true;
	}
}

static int judge_anew(struct run_case *c, const struct attempt *probed)
{
	const struct traced_attempt *own = &c->place->failed;
	struct case_record *record = begin_anew(c);
	struct check_local local = { .rights = &c->check.rights,
				     .mark = own->mark };
	struct attempt *a;
	int err;

	if (!record)
		return -ENOMEM;
	a = case_attempt(record, &own->to, own->scope);
	if (!a)
		return -ENOMEM;

	add_steps(c, record, probed);
	fact_tell(&a->facts, FACT_PROBED, source, NULL, NULL);
	fact_tell(&a->facts, FACT_AT_CLIENT, source, NULL, NULL);
	if (own->has_local) {
		a->local = own->local;
		a->local_port = own->local_port;
		a->has_local = true;
	}
	tell_failed(c, &a->facts);
	if (probed)
		fact_tell(&a->facts, FACT_PROGRAM_ALONE, source, NULL, NULL);
	err = c->lacks_network ? 0
			       : check_local_before(record, a,
						    &c->check.options, &local);
	if (err < 0)
		return err;
	if (is_local(own))
		tell_local(c, &a->facts);
	else
		tell_network(c, &a->facts);
	tell_then(c, record, &a->facts);
	tell_proxy(c, record, &a->facts);
	if (is_local(own) && !c->lacks_network)
		err = check_local_after(record, a, &c->check.options, &local);
	if (c->lacks_network)
		case_not_looked(
			record, "network",
			_("The program was in another network namespace, which only root may enter."));
	forget_own(c, record, probed, &a->facts);
	tell_then(c, record, &a->facts);
	tell_kernel(c, record->arena, &a->facts);
	add_kin(c);
	if (err >= 0)
		err = case_judge(c->check.diag, record, &c->check.verdict);
	/* It did not come again: what is not named by itself is a guess. */
	if (!err && c->check.verdict.verdict.certainty == CERTAINTY_INFERRED)
		c->check.verdict.verdict.certainty = CERTAINTY_SUSPECTED;
	return err;
}

static struct attempt *attempt_of(struct run_case *c)
{
	const struct traced_attempt *own = &c->place->last;

	for (size_t i = 0; i < c->check.record->attempt_count; i++)
		if (address_equal(&c->check.record->attempts[i].address,
				  &own->to))
			return &c->check.record->attempts[i];

	return NULL;
}

bool run_own_works(const struct run *r)
{
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].worked &&
		    r->places[i].last.protocol == IPPROTO_TCP)
			return true;

	return false;
}

int run_own_healthy(struct run_case *c)
{
	const struct run *r = c->run;
	const struct run_place *p = NULL;
	struct text host = TEXT_NULL;
	struct attempt *a;
	int err;

	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].is_working && r->places[i].last.has_to &&
		    r->places[i].last.protocol == IPPROTO_TCP)
			p = &r->places[i];
	if (!p)
		return 1;

	c->place->last = p->last;
	address_text(&host, &p->last.to);
	err = run_case_target(c, text_string(&host), p->last.port);
	text_done(&host);
	c->check.diag = diag_new();
	a = case_attempt(c->check.record, &p->last.to, p->last.scope);
	if (err || !c->check.diag || !a)
		return err ? err : -ENOMEM;

	fact_tell(&a->facts, FACT_AT_CLIENT, source, NULL, NULL);
	fact_tell(&a->facts, FACT_HANDSHAKE_DONE, source, NULL, NULL);
	fact_tell(&a->facts, FACT_PROGRAM_WORKED, source, NULL, NULL);
	return case_judge(c->check.diag, c->check.record, &c->check.verdict);
}

int run_own_judge(struct run_case *c)
{
	const struct traced_attempt *own = &c->place->failed;
	struct attempt *a = attempt_of(c);

	if (!a)
		return judge_anew(c, NULL);
	/* It had no patience, and that was all. */
	if (own->end == TRACED_GIVEN_UP && a->is_connected &&
	    own->took_ns < SILENT_AFTER)
		return 1;
	if (own->protocol == IPPROTO_UDP ? !is_refusal(a, own->error)
					 : !is_same(a, own))
		return judge_anew(c, a);

	tell_failed(c, &a->facts);
	tell_then(c, c->check.record, &a->facts);
	tell_proxy(c, c->check.record, &a->facts);
	tell_kernel(c, c->check.record->arena, &a->facts);
	add_kin(c);
	return case_judge(c->check.diag, c->check.record, &c->check.verdict);
}

/* bind() to an address that is none of this host's. */
static void tell_source(const struct run_case *c, struct case_record *record,
			struct facts *f)
{
	const struct traced_attempt *a = &c->place->failed;
	struct text words = TEXT_NULL;
	struct links links = { 0 };
	struct netlink *n;
	struct culprit *k;

	if (!a->has_from || netlink_open(&n, 0 /* NETLINK_ROUTE */))
		return;
	if (!links_read(n, &links) && !links_own(&links, &a->from)) {
		address_text(&words, &a->from);
		k = culprit_new(record->arena, CULPRIT_SOCKET, VANTAGE_CLIENT,
				"bind %s", text_string(&words));
		culprit_text(k, record->arena, "address", text_string(&words));
		if (a->from_port)
			culprit_number(k, "port", a->from_port);
		fact_tell(f, FACT_SOURCE_NOT_LOCAL, "route", k,
			  _("The source address %s is none of this host's."),
			  text_string(&words));
	}
	links_done(&links);
	netlink_close(n);
	text_done(&words);
}

int run_own_nowhere(struct run_case *c)
{
	struct case_record *record = c->check.record;
	const struct traced_attempt *a = &c->place->failed;
	struct facts *f = &record->general;
	struct text words = TEXT_NULL;

	c->check.diag = diag_new();
	if (!c->check.diag)
		return -ENOMEM;
	run_tell_place(&words, a);
	record->target = (struct target){
		.text = arena_string(record->arena, text_string(&words)),
		.host = arena_string(record->arena, text_string(&words)),
		.protocol = a->protocol,
	};
	text_done(&words);
	add_steps(c, record, NULL);
	fact_tell(f, FACT_AT_CLIENT, source, NULL, NULL);
	tell_failed(c, f);
	tell_local(c, f);
	tell_then(c, record, f);
	if (a->call == TRACED_BIND)
		tell_source(c, record, f);
	return case_judge(c->check.diag, record, &c->check.verdict);
}

/* What a proxy is asked for: the first URL among the program's words. */
static void ask_proxy(struct run_case *c)
{
	static const char scheme[] = "://";
	struct target *t = &c->check.record->target;
	struct text url = TEXT_NULL;

	t->service = t->scheme = "http";
	t->is_service_sure = true;
	for (char *const *word = c->run->argv + 1; word[-1] && *word; word++) {
		const char *at = strstr(*word, scheme);

		if (!at)
			continue;
		at += sizeof(scheme) - 1;
		text_format(&url, "http://%.*s/", (int)strcspn(at, "/?#"), at);
		t->path =
			arena_string(c->check.record->arena, text_string(&url));
		break;
	}
	text_done(&url);
}

int run_own_worked(struct run_case *c)
{
	const struct traced_attempt *own = &c->place->last;
	const char *name = c->place->result->name;
	struct text host = TEXT_NULL;
	struct facts proxy = { .arena = c->check.record->arena };
	struct attempt *a;
	int err;

	address_text(&host, &own->to);
	err = run_case_target(c, *name ? name : text_string(&host), own->port);
	text_done(&host);
	tell_proxy(c, c->check.record, &proxy);
	if (proxy.count)
		ask_proxy(c);
	if (!err)
		err = check_look(&c->check);
	a = attempt_of(c);
	if (err || !a)
		return err ? err : 1;

	fact_tell(&a->facts, FACT_PROGRAM_WORKED, source, NULL, NULL);
	tell_proxy(c, c->check.record, &a->facts);
	err = case_judge(c->check.diag, c->check.record, &c->check.verdict);
	if (err)
		return err;
	/* What the program met is not known. */
	if (c->check.verdict.verdict.certainty > CERTAINTY_SUSPECTED)
		c->check.verdict.verdict.certainty = CERTAINTY_SUSPECTED;
	return c->check.verdict.verdict.status == STATUS_HEALTHY;
}
