#include "cli/check_denied.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/check_own_rules.h"
#include "cli/check_rights.h"
#include "host/audit_log.h"
#include "host/limits.h"
#include "host/netlink.h"
#include "host/own_policy.h"
#include "host/security.h"
#include "host/sockets.h"
#include "host/sysctl.h"
#include "probe/probe.h"

static bool has(const struct attempt *a, enum fact_kind kind)
{
	return fact_has(&a->facts.set, kind);
}

/* Source ports and descriptors. */

static void check_ports(struct case_record *c, struct attempt *a)
{
	static const char name[] = "net.ipv4.ip_local_port_range";
	int64_t range[2] = { 0, 0 };
	struct culprit *k;
	unsigned used;
	int64_t all;

	if (sysctl_pair(name, range) ||
	    sockets_ports_used(netlink_family(&a->address), range, &used))
		return;

	all = range[1] - range[0] + 1;
	if (used < all) {
		fact_tell(
			&a->facts, FACT_PORTS_FREE, "socket", NULL,
			_("Of the %1$ld ports that connect() may choose from, %2$u are in use."),
			(long)all, used);
		return;
	}

	k = culprit_new(c->arena, CULPRIT_SYSCTL, VANTAGE_CLIENT,
			"%s = %ld %ld", name, (long)range[0], (long)range[1]);
	culprit_text(k, c->arena, "name", name);
	if (k) {
		struct text value = TEXT_NULL;

		text_format(&value, "%ld %ld", (long)range[0], (long)range[1]);
		culprit_text(k, c->arena, "value", text_string(&value));
		text_done(&value);
	}
	fact_tell(&a->facts, FACT_PORTS_EXHAUSTED, "socket", k,
		  _("All %ld ports that connect() may choose from are in use."),
		  (long)all);
}

/* The descriptors that we hold are the application's where we act for it: what
 * socket() says is what it would be told. */
static void check_files(struct case_record *c, struct attempt *a)
{
	struct culprit *k;
	struct limits l;

	(void)limits_read(&l);
	k = culprit_new(c->arena, CULPRIT_PROCESS, VANTAGE_CLIENT,
			"RLIMIT_NOFILE %lu", (unsigned long)l.files_most);
	culprit_number(k, "limit", (int64_t)l.files_most);
	fact_tell(&a->facts, FACT_FD_LIMIT, "limits", k,
		  _("The process may have %lu descriptors, and has as many."),
		  (unsigned long)l.files_most);
}

/* Security modules. */

static enum security_module only_active(const struct security *s)
{
	enum security_module only = SECURITY_MODULES;

	for (int m = 0; m < SECURITY_MODULES; m++) {
		if (s->state[m] == SECURITY_OFF)
			continue;
		if (only != SECURITY_MODULES || s->state[m] == SECURITY_UNKNOWN)
			return SECURITY_MODULES;
		only = (enum security_module)m;
	}

	return only;
}

/* The module for BPF refuses nothing by itself: programs do. */
static void read_modules(struct security *s, const struct own_policy *p)
{
	security_read(s);
	if (!p->security_programs)
		s->state[SECURITY_BPF] = SECURITY_OFF;
}

static void tell_modules(struct case_record *c, struct attempt *a,
			 const struct security *s)
{
	if (s->state[SECURITY_SELINUX] == SECURITY_OFF)
		fact_tell(&a->facts, FACT_SELINUX_OFF, "security", NULL, NULL);
	if (s->state[SECURITY_APPARMOR] == SECURITY_OFF)
		fact_tell(&a->facts, FACT_APPARMOR_OFF, "security", NULL, NULL);
	if (s->state[SECURITY_LANDLOCK] == SECURITY_OFF)
		fact_tell(&a->facts, FACT_LANDLOCK_OFF, "security", NULL, NULL);
	if (only_active(s) == SECURITY_LANDLOCK && has(a, FACT_POLICY_DENIES))
		fact_tell(&a->facts, FACT_LANDLOCK_DENIES, "security",
			  culprit_new(c->arena, CULPRIT_PROCESS, VANTAGE_CLIENT,
				      "Landlock: connect to tcp/%u", a->port),
			  NULL);
}

/* What the audit log says was refused to this very process, a moment ago. */
static bool is_own_denial(const struct audit_denial *d, const struct attempt *a,
			  int64_t now_ms)
{
	enum { MOMENT_MS = 60000 };

	if (d->pid != getpid() || d->is_permissive || d->at_ms > now_ms ||
	    now_ms - d->at_ms > MOMENT_MS)
		return false;

	return d->is_apparmor ? !strcmp(d->permission, "create") ||
					!strcmp(d->permission, "connect")
			      : !strcmp(d->permission, "name_connect") &&
					d->port == a->port;
}

static void tell_denial(struct case_record *c, struct attempt *a)
{
	const struct audit_denial *list = NULL;
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (audit_log_read(&list, c->arena))
		return;
	for (; list; list = list->next) {
		if (!is_own_denial(list, a, (int64_t)now.tv_sec * 1000 + 999))
			continue;
		fact_tell(&a->facts,
			  list->is_apparmor ? FACT_APPARMOR_DENIED
					    : FACT_SELINUX_DENIED,
			  "audit",
			  audit_log_culprit(c->arena, VANTAGE_CLIENT, list),
			  _("The audit log says that %1$s is denied to %2$s."),
			  list->permission, list->source);
		return;
	}
}

static void check_security(struct case_record *c, struct attempt *a,
			   const struct own_policy *p)
{
	struct security s;

	read_modules(&s, p);
	/* A filter of system calls cannot see the port: then every connect()
	 * is refused, and no module is asked. */
	if (!security_forbids_call() &&
	    security_denies(netlink_family(&a->address), a->port) == 1)
		fact_tell(&a->facts, FACT_POLICY_DENIES, "security", NULL,
			  NULL);
	tell_modules(c, a, &s);
	if (s.state[SECURITY_SELINUX] != SECURITY_OFF ||
	    s.state[SECURITY_APPARMOR] != SECURITY_OFF)
		tell_denial(c, a);
}

/* BPF programs of the cgroup. */

static const struct culprit *program_culprit(struct case_record *c,
					     const struct cgroup_bpf_program *p)
{
	struct culprit *k = culprit_new(
		c->arena, CULPRIT_BPF_PROGRAM, VANTAGE_CLIENT,
		"%s: id %u%s%s on %s", cgroup_bpf_hook_name(p->hook), p->id,
		*p->name ? " name " : "", p->name, p->cgroup);

	culprit_number(k, "id", p->id);
	culprit_text(k, c->arena, "name", p->name);
	culprit_text(k, c->arena, "attach_type", cgroup_bpf_hook_name(p->hook));
	culprit_text(k, c->arena, "cgroup", p->cgroup);
	return k;
}

/* The last of that hook, and how many there are. */
static const struct cgroup_bpf_program *
program_of(const struct cgroup_bpf *b, enum cgroup_bpf_hook h, size_t *count)
{
	const struct cgroup_bpf_program *p = NULL;

	*count = 0;
	for (size_t i = 0; i < b->count; i++)
		if (b->programs[i].hook == h) {
			p = &b->programs[i];
			++*count;
		}

	return p;
}

static void tell_connect_program(struct case_record *c, struct attempt *a,
				 const struct own_policy *own)
{
	const struct cgroup_bpf *b = &own->bpf;
	bool is_v4 = address_is_v4(&a->address);
	size_t count;
	const struct cgroup_bpf_program *p = program_of(
		b, is_v4 ? CGROUP_BPF_CONNECT4 : CGROUP_BPF_CONNECT6, &count);

	if (!p)
		fact_tell(&a->facts, FACT_BPF_NO_CONNECT, "cgroup", NULL, NULL);
	else if (count == 1 && !security_forbids_call() &&
		 !own->security_programs && has(a, FACT_CONNECT_EPERM))
		fact_tell(
			&a->facts, FACT_BPF_CONNECT, "cgroup",
			program_culprit(c, p),
			_("The BPF program %1$u of the cgroup %2$s decides which connections may be opened."),
			p->id, p->cgroup);
}

/* Nothing else at home is left that could have swallowed the packets. */
static bool is_only_program(const struct attempt *a, const struct own_policy *p)
{
	return !p->egress && !p->ipsec_error && !p->has_ipsec &&
	       has(a, FACT_PACKET_NOT_SENT) && has(a, FACT_OWN_RULES_PASS) &&
	       has(a, FACT_LINK_UP) && !has(a, FACT_ARP_SILENCE) &&
	       !has(a, FACT_GATEWAY_SILENT);
}

static void tell_egress_program(struct case_record *c, struct attempt *a,
				const struct own_policy *own)
{
	const struct culprit *k;
	size_t count;
	const struct cgroup_bpf_program *p =
		program_of(&own->bpf, CGROUP_BPF_EGRESS, &count);

	if (!p) {
		fact_tell(&a->facts, FACT_BPF_NO_EGRESS, "cgroup", NULL, NULL);
		return;
	}

	k = program_culprit(c, p);
	fact_tell(
		&a->facts, FACT_BPF_EGRESS, "cgroup", k,
		_("The BPF program %1$u of the cgroup %2$s decides which packets may be sent."),
		p->id, p->cgroup);
	if (has(a, FACT_OWN_DROP_CGROUP))
		fact_tell(
			&a->facts, FACT_BPF_EGRESS_DROPS, "cgroup",
			count == 1 ? k : NULL,
			_("The kernel reports that a BPF program of the cgroup dropped the packets."));
	else if (count == 1 && is_only_program(a, own))
		fact_tell(&a->facts, FACT_BPF_EGRESS_DROPS, "cgroup", k, NULL);
}

static void check_programs(struct case_record *c, struct attempt *a,
			   const struct own_policy *p)
{
	if (p->bpf_error == -EPERM) {
		case_not_looked(
			c, "cgroup-bpf",
			_("BPF programs of the cgroup are only told to who has CAP_NET_ADMIN."));
	} else if (!p->bpf_error) {
		tell_connect_program(c, a, p);
		tell_egress_program(c, a, p);
	}
}

/* The firewall, where it could explain what happened. */

static bool may_be_firewall(const struct attempt *a)
{
	if (has(a, FACT_ROUTE_NONE) || has(a, FACT_ROUTE_RULE_REFUSES) ||
	    has(a, FACT_ARP_SILENCE) || has(a, FACT_CONNECT_EACCES) ||
	    has(a, FACT_CONNECT_EMFILE) || has(a, FACT_BIND_EADDRNOTAVAIL) ||
	    has(a, FACT_CONNECT_EADDRNOTAVAIL))
		return false;
	if (has(a, FACT_ICMP_ERROR))
		return has(a, FACT_ICMP_FROM_CLIENT);

	return true;
}

static int check_firewall(struct case_record *c, struct attempt *a,
			  const struct probe_options *o, struct check_local *s,
			  const struct own_policy *p)
{
	int family = address_is_v4(&a->address) ? OWN_POLICY_V4 : OWN_POLICY_V6;
	const struct netfilter *n = &p->netfilter[family];

	if (!s->has_route || s->has_firewall || !may_be_firewall(a))
		return 0;
	if (p->netfilter_error[family]) {
		s->has_firewall = true;
		fact_tell(
			&a->facts, FACT_OWN_RULES_UNSURE, "firewall", NULL,
			_("This host's own firewall could not be looked at."));
		/* A RST may be its own: then no SYN was sent. */
		if (has(a, FACT_RST_FOR_SYN))
			facts_forget(&a->facts, FACT_SYN_SEEN);
		case_step(c, "firewall", STEP_BLOCKED, -1,
			  _("this host's own rules are only told to root"));
		case_not_looked(
			c, "firewall",
			_("This host's own firewall is only told to who has CAP_NET_ADMIN."));
		return 0;
	}
	s->has_legacy = n->has_legacy;
	if (n->has_nft || n->has_legacy)
		return check_own_rules(c, a, o, s);

	s->has_firewall = true;
	case_step(c, "firewall", STEP_PASS, -1,
		  _("this host has no rules that these packets meet"));
	fact_tell(
		&a->facts, FACT_OWN_RULES_PASS, "firewall", NULL,
		_("This host has no firewall rules that these packets meet."));
	return 0;
}

/* The reverse path filter, on the way back. */

const struct culprit *check_denied_rp_filter(struct case_record *c,
					     const char *device)
{
	struct text name = TEXT_NULL;
	int64_t all = 0, own = 0;
	struct culprit *k;

	text_format(&name, "net/ipv4/conf/%s/rp_filter", device);
	(void)sysctl_number("net/ipv4/conf/all/rp_filter", &all);
	(void)sysctl_number(text_string(&name), &own);
	/* The larger of the two counts. */
	text_clear(&name);
	text_format(&name, "net.ipv4.conf.%s.rp_filter",
		    all >= own ? "all" : device);
	own = all >= own ? all : own;
	k = culprit_new(c->arena, CULPRIT_SYSCTL, VANTAGE_CLIENT, "%s = %d",
			text_string(&name), (int)own);
	culprit_text(k, c->arena, "name", text_string(&name));
	culprit_number(k, "value", own);
	text_done(&name);
	return k;
}

static void check_reverse_path(struct case_record *c, struct attempt *a,
			       const struct check_local *s)
{
	struct counters_taken now;
	uint64_t dropped;

	if (!s->has_counters || counters_read(&now))
		return;
	dropped = counters_grown(&s->counters, &now, COUNTER_REVERSE_PATH);
	if (!dropped || !address_is_v4(&a->address))
		return;

	fact_tell(
		&a->facts, FACT_RP_FILTER_HERE, "counters",
		check_denied_rp_filter(c, s->link.name),
		_("During the attempt, this host's own reverse path filter dropped %lu packets."),
		(unsigned long)dropped);
}

static int look_as_root(struct case_record *c, struct attempt *a,
			const struct probe_options *o, struct check_local *s)
{
	struct own_policy p;
	int error = check_rights_policy(s->rights, &p);

	if (error)
		return error;

	if (!p.ipsec_error && !p.has_ipsec && !s->has_tunnel && s->has_route)
		fact_tell(&a->facts, FACT_NO_TUNNEL, "route", NULL, NULL);
	/* For datagrams, EPERM is what send() says of a packet that a rule or
	 * a program discards. */
	if (c->target.protocol == IPPROTO_UDP && has(a, FACT_CONNECT_EPERM))
		fact_tell(&a->facts, FACT_PACKET_NOT_SENT, "socket", NULL,
			  NULL);
	if (has(a, FACT_CONNECT_EACCES) && s->has_route)
		check_security(c, a, &p);
	error = check_firewall(c, a, o, s, &p);
	if (!error)
		check_programs(c, a, &p);
	return error;
}

int check_denied(struct case_record *c, struct attempt *a,
		 const struct probe_options *o, struct check_local *state)
{
	check_reverse_path(c, a, state);
	if (has(a, FACT_CONNECT_EADDRNOTAVAIL))
		check_ports(c, a);
	if (has(a, FACT_CONNECT_EMFILE))
		check_files(c, a);
	return look_as_root(c, a, o, state);
}
