#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_cgroup_bpf_deny = {
	.id = "client-cgroup-bpf-deny",
	.number = 97,
	.title = N_("A BPF program of the client's cgroup refuses the "
		    "connection"),
	.meaning =
		N_("A program that is attached to the cgroup of the process, "
		   "or to one above it, refuses connect(); container platforms "
		   "and security products use them."),
	.told_apart = N_(
		"connect() fails at once with \"Operation not permitted\", in "
		"this cgroup only. No firewall gives that error for TCP; a "
		"seccomp filter may."),
	.separate_by =
		N_("On the client, as root: `bpftool cgroup tree` shows "
		   "cgroup_inet4_connect or cgroup_inet6_connect; the same "
		   "command in another cgroup works."),
	.fix = N_("Change the policy of what attached the program (`bpftool "
		  "prog show id ID` names it), or move the process to another "
		  "cgroup."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_BPF_PROGRAM,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EPERM },
	.ruled_out_by = { FACT_BPF_NO_CONNECT, FACT_OWN_RULES_DROP,
			  FACT_OWN_RULES_OWNER },
	.proven_by = FACT_BPF_CONNECT,
};
