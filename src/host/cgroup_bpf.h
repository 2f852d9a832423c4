#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The BPF programs that decide what the sockets of a process's cgroup may do
 * (bpf(2), BPF_PROG_QUERY). CAP_NET_ADMIN, and to learn a program's name
 * CAP_SYS_ADMIN, in the first user namespace.
 */
enum cgroup_bpf_hook {
	CGROUP_BPF_CONNECT4,
	CGROUP_BPF_CONNECT6,
	CGROUP_BPF_EGRESS,
	CGROUP_BPF_INGRESS,
	CGROUP_BPF_SENDMSG4,
	CGROUP_BPF_SENDMSG6,
	CGROUP_BPF_HOOKS,
};

/* As bpftool names it: "cgroup_inet4_connect". */
const char *cgroup_bpf_hook_name(enum cgroup_bpf_hook h);

enum { CGROUP_BPF_MOST = 32, CGROUP_BPF_NAME = 16, CGROUP_BPF_PATH = 256 };

struct cgroup_bpf_program {
	enum cgroup_bpf_hook hook;
	uint32_t id;
	char name[CGROUP_BPF_NAME]; /* "": not known */
	char cgroup
		[CGROUP_BPF_PATH]; /* that it is attached to: "/user.slice" */
};

struct cgroup_bpf {
	struct cgroup_bpf_program programs[CGROUP_BPF_MOST];
	size_t count;
};

/* Those that are attached to the cgroup or to one above it. The path is that of
 * the unified hierarchy, as /proc/PID/cgroup has it behind "0::". 0; -EPERM;
 * -ENOENT: no such hierarchy is mounted; -errno. */
int cgroup_bpf_read(const char *cgroup, struct cgroup_bpf *ret);

/* For host/guard.h, whose process answers for others: the bytes that
 * cgroup_bpf_read() records of a cgroup, and the number that
 * cgroup_bpf_has_security() does. */
struct text;
int cgroup_bpf_answer(const char *cgroup, struct text *ret);
int cgroup_bpf_answer_security(const char *none, struct text *ret);
int cgroup_bpf_answer_id(const char *rest, struct text *ret);
int cgroup_bpf_answer_netfilter(const char *none, struct text *ret);

/* This process's own path, for cgroup_bpf_read(). 0 or -errno. */
int cgroup_bpf_own(char *ret, size_t size);

/* Whether any BPF program of type LSM is loaded, which could refuse calls as a
 * security module does. CAP_SYS_ADMIN. 1, 0 or -errno. */
int cgroup_bpf_has_security(void);

/* Those of ingress and egress that decide for a cgroup, by its id (that
 * sock_diag tells of a socket); of the ones above it, too. As above, and
 * CAP_DAC_READ_SEARCH. */
int cgroup_bpf_read_id(uint64_t id, struct cgroup_bpf *ret);

/* Whether any BPF program stands at a hook of netfilter or at the lookup of
 * sockets, in whatever network namespace. CAP_SYS_ADMIN. 1, 0 or -errno. */
int cgroup_bpf_has_netfilter(void);
