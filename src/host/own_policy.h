#pragma once

#include <stdbool.h>

#include "host/cgroup_bpf.h"
#include "host/netfilter.h"

/*
 * What of this host's own set-up only root may ask for, in one go and in one
 * piece: a process with rights can hand it to one without. No pointers in it.
 */
enum { OWN_POLICY_V4, OWN_POLICY_V6, OWN_POLICY_FAMILIES };

struct own_policy {
	int bpf_error; /* 0, or the -errno of cgroup_bpf_read() */
	struct cgroup_bpf bpf;
	int security_programs; /* as cgroup_bpf_has_security() says */
	int egress;            /* as egress_may_drop() says */
	int ipsec_error;
	bool has_ipsec; /* a policy of IPsec */
	int netfilter_error[OWN_POLICY_FAMILIES];
	struct netfilter netfilter[OWN_POLICY_FAMILIES];
};

/* Of this process's own cgroup. Each part has its own error. */
void own_policy_read(struct own_policy *ret);
