#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/cgroup_bpf.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/security.h"
#include "host/serving.h"
#include "host/socket_cgroup.h"
#include "host/stopped.h"

/*
 * What may decide over a packet without a rule to see: BPF programs at the hooks
 * of netfilter, of security modules and of the service's cgroup.
 */
enum { FILE_BYTES = 1 << 20 };

static bool holds(const char *path, const char *word)
{
	struct text t = TEXT_NULL;
	bool does = !reader_file(path, FILE_BYTES, &t) &&
		    strstr(text_string(&t), word);

	text_done(&t);
	return does;
}

/* An enforcing SELinux looks at packets where its policy always does so, or
 * where rules label them (selinux_socket_sock_rcv_skb()). */
static bool selinux_sees_packets(const struct security *s)
{
	if (s->state[SECURITY_SELINUX] == SECURITY_OFF)
		return false;

	return !holds("/sys/fs/selinux/policy_capabilities/"
		      "always_check_network",
		      "0") ||
	       holds("/proc/net/ip_tables_targets", "SECMARK") ||
	       holds("/proc/net/ip6_tables_targets", "SECMARK");
}

struct programs {
	int netfilter, modules; /* as cgroup_bpf_has_…() say */
	bool has_smack, has_selinux;
	uint64_t drops; /* of the socket of that cookie */
	uint64_t cookie;
	const struct culprit *culprit; /* of the cgroup's program */
};

/* Its drops before the attempt. */
static void remember(struct looking *l, const struct listener *socket)
{
	struct programs *p = l->state;

	if (p->cookie != socket->cookie || !l->question->packets)
		p->drops = socket->drops;
	p->cookie = socket->cookie;
}

static int remember_best(struct looking *l)
{
	const struct listener *socket;
	enum listeners_fit fit;
	struct serving s;
	int error = serving_read(&s, "", l->question);

	socket = error ? NULL : serving_best(&s, l->question, &fit);
	if (socket)
		remember(l, socket);
	serving_done(&s);
	return error;
}

static int before(struct looking *l)
{
	struct programs *p = l->state;
	struct security s;

	p->netfilter = cgroup_bpf_has_netfilter();
	p->modules = cgroup_bpf_has_security();
	security_read(&s);
	p->has_smack = s.state[SECURITY_SMACK] != SECURITY_OFF;
	p->has_selinux = selinux_sees_packets(&s);
	return remember_best(l);
}

static int look_at_hooks(struct looking *l)
{
	const struct programs *p = l->state;

	if (p->netfilter > 0)
		look_tell(l, FACT_NETFILTER_PROGRAM, NULL, NULL);
	if (!p->modules && !p->has_selinux && !p->has_smack)
		look_tell(l, FACT_NO_PACKET_MODULE, NULL, NULL);
	if (p->netfilter > 0)
		look_tell(
			l, FACT_SECURITY_HOOK, NULL,
			_("A BPF program stands at a hook of netfilter or at the lookup of sockets."));
	else if (p->modules > 0)
		look_tell(
			l, FACT_SECURITY_HOOK, NULL,
			_("A BPF program stands at a hook of the security modules."));
	else if (p->has_selinux)
		look_tell(l, FACT_SECURITY_HOOK, NULL,
			  _("SELinux enforces its policy and sees packets."));
	else if (!p->netfilter && !p->modules && !p->has_smack)
		look_tell(l, FACT_SECURITY_HOOK_NONE, NULL, NULL);

	return p->netfilter < 0 ? p->netfilter
	       : p->modules < 0 ? p->modules
				: 0;
}

static const struct culprit *program_culprit(const struct looking *l,
					     const struct cgroup_bpf_program *p)
{
	struct arena *arena = l->facts->arena;
	const char *hook = cgroup_bpf_hook_name(p->hook);
	struct culprit *k =
		culprit_new(arena, CULPRIT_BPF_PROGRAM, VANTAGE_SERVER,
			    "%s: id %u%s%s on %s", hook, p->id,
			    *p->name ? " name " : "", p->name, p->cgroup);

	culprit_number(k, "id", p->id);
	culprit_text(k, arena, "name", p->name);
	culprit_text(k, arena, "attach_type", hook);
	culprit_text(k, arena, "cgroup", p->cgroup);
	return k;
}

static int look_at_cgroup(struct looking *l, const struct listener *socket)
{
	struct programs *p = l->state;
	struct cgroup_bpf programs;
	uint64_t id;
	int error = socket_cgroup_read(l->question->protocol, l->question->port,
				       socket->inode, &id);

	if (!error)
		error = cgroup_bpf_read_id(id, &programs);
	if (error)
		return error;

	if (!programs.count) {
		look_tell(l, FACT_CGROUP_INGRESS_NONE, NULL, NULL);
		return 0;
	}

	p->culprit = program_culprit(l, &programs.programs[0]);
	look_tell(
		l, FACT_CGROUP_INGRESS, p->culprit,
		_("The BPF program %1$u of the cgroup %2$s decides which packets the service gets and sends."),
		programs.programs[0].id, programs.programs[0].cgroup);
	return 0;
}

static int look_at_service(struct looking *l)
{
	const struct listener *socket;
	enum listeners_fit fit;
	struct serving s;
	int error;

	error = serving_read(&s, "", l->question);
	socket = error ? NULL : serving_best(&s, l->question, &fit);
	if (socket && fit <= LISTENERS_MAYBE) {
		remember(l, socket);
		error = look_at_cgroup(l, socket);
	}
	serving_done(&s);
	return error;
}

static int client(struct looking *l)
{
	int first = look_at_hooks(l);
	int second = look_at_service(l);

	if (first || second)
		return first ? first : second;

	look_step(
		l, STEP_PASS, "%s",
		_("BPF programs were looked for at the hooks and at the service's cgroup"));
	return 0;
}

/* Nothing else that counts the packets it drops at a socket, or has none of
 * its own, did it. */
static bool is_only_program(const struct looking *l)
{
	static const enum fact_kind needed[] = { FACT_SOCKET_FILTER_NONE,
						 FACT_SECURITY_HOOK_NONE,
						 FACT_XFRM_PASSES };

	static const enum fact_kind others[] = {
		FACT_KEY_DROPPED,          FACT_KEY_COUNTED,
		FACT_TTL_DROPPED,          FACT_TTL_COUNTED,
		FACT_ACCEPT_QUEUE_FULL,    FACT_ACCEPT_QUEUE_DROPPED,
		FACT_ACCEPT_QUEUE_COUNTED, FACT_SYN_QUEUE_FULL,
		FACT_SYN_QUEUE_DROPPED,    FACT_SYN_QUEUE_COUNTED,
		FACT_UDP_BUFFER_FULL,      FACT_CHECKSUM_COUNTED,
		FACT_ROUTE_BACK_COUNTED,   FACT_ROUTE_BACK_NONE,
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!fact_has(&l->facts->set, needed[i]))
			return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (fact_has(&l->facts->set, others[i]))
			return false;

	return !stopped_before_socket(l->facts);
}

static int count_drops(struct looking *l, uint64_t *ret)
{
	const struct programs *p = l->state;
	struct serving s;
	int error = serving_read(&s, "", l->question);

	*ret = 0;
	for (size_t i = 0; i < s.sockets.count && !error; i++)
		if (s.sockets.list[i].cookie == p->cookie)
			*ret = s.sockets.list[i].drops;
	serving_done(&s);
	return error;
}

static int after(struct looking *l)
{
	const struct programs *p = l->state;
	bool was_silent = fact_has(l->seen, FACT_SYN_SILENCE) ||
			  fact_has(l->seen, FACT_UDP_SILENCE);
	uint64_t drops;
	int error;

	if (!p->culprit || !p->cookie || !was_silent || !is_only_program(l))
		return 0;

	error = count_drops(l, &drops);
	if (error)
		return error;

	if (drops == p->drops + l->question->packets)
		look_tell(l, FACT_CGROUP_INGRESS_DENIES, p->culprit, NULL);
	return 0;
}

const struct look look_programs = {
	.id = "programs",
	.title = N_("BPF programs on the way to the service"),
	.needs = "CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH",
	.state_size = sizeof(struct programs),
	.sees_bridged = true,
	.before = before,
	.client = client,
	.after = after,
};
