#pragma once

/*
 * connect() of a process and of all that it starts: many of them fail before
 * there is a packet. Attached only when asked for, because every system call
 * of the machine comes by here.
 */
#include "drops/bpf/kernel.h"
#include "drops/bpf/packet.h"
#include "drops/bpf/tell.h"

enum {
	TREE = 8192,
	LEVELS = 8, /* namespaces of process ids in one another */
};

/* The processes that are followed, by their ids where the caller is. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TREE);
	__type(key, uint32_t);
	__type(value, uint32_t);
} tree SEC(".maps");

struct call {
	uint8_t to[16];
	uint32_t to_port;
	int32_t file;
};

/* connect()s that have not returned, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TREE);
	__type(key, uint64_t);
	__type(value, struct call);
} calls SEC(".maps");

/* The process, by its id in the caller's namespace of such; 0: not in there. */
static __always_inline uint32_t pid_here(struct task_struct *task)
{
	const struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	const unsigned level = BPF_CORE_READ(pid, level);
	const char *at =
		(const char *)pid + bpf_core_field_offset(pid->numbers);

	for (unsigned i = 0; i < LEVELS && i <= level; i++) {
		const struct upid *n =
			(const void *)(at +
				       i * bpf_core_type_size(struct upid));

		if (BPF_CORE_READ(n, ns, ns.inum) == config.pid_space)
			return (uint32_t)BPF_CORE_READ(n, nr);
	}
	return 0;
}

static __always_inline bool is_followed(uint32_t pid)
{
	return pid && bpf_map_lookup_elem(&tree, &pid);
}

/* parent, child */
PROGRAM(sched_process_fork)
{
	const uint32_t parent = pid_here((struct task_struct *)ctx[0]);
	uint32_t child, one = 1;

	if (!is_followed(parent))
		return 0;
	child = pid_here((struct task_struct *)ctx[1]);
	if (child && child != parent)
		(void)bpf_map_update_elem(&tree, &child, &one, BPF_ANY);
	return 0;
}

/* task: its id may be another's once the last thread has gone */
PROGRAM(sched_process_exit)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	uint32_t pid;

	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	pid = pid_here(task);
	if (pid)
		(void)bpf_map_delete_elem(&tree, &pid);
	return 0;
}

static __always_inline bool is_x86(void)
{
	return bpf_core_field_exists(((struct pt_regs___x86 *)0)->orig_ax);
}

static __always_inline bool is_connect(long call)
{
	return call == (is_x86() ? 42 : 203);
}

static __always_inline uint64_t argument(const void *regs, int i)
{
	if (!is_x86())
		return BPF_CORE_READ((const struct pt_regs___arm *)regs,
				     regs[i]);

	return i ? BPF_CORE_READ((const struct pt_regs___x86 *)regs, si)
		 : BPF_CORE_READ((const struct pt_regs___x86 *)regs, di);
}

static __always_inline long call_of(const void *regs)
{
	if (!is_x86())
		return BPF_CORE_READ((const struct pt_regs___arm *)regs,
				     syscallno);

	return (long)BPF_CORE_READ((const struct pt_regs___x86 *)regs, orig_ax);
}

/* As sockaddr_in and sockaddr_in6 are laid out. */
struct target {
	uint16_t family, port;
	uint32_t v4_or_flow;
	uint8_t v6[16];
};

static __always_inline bool read_target(struct call *call, const void *at)
{
	struct target t = { 0 };

	/* That of IPv4 is shorter, and may end where memory does. */
	if (bpf_probe_read_user(&t, 8, at))
		return false;
	call->to_port = bpf_ntohs(t.port);
	if (t.family == INET) {
		put_v4(call->to, t.v4_or_flow);
		return true;
	}
	return t.family == INET6 &&
	       !bpf_probe_read_user(call->to, 16, (const char *)at + 8);
}

/* registers, number of the call */
PROGRAM(sys_enter)
{
	const void *regs = (const void *)ctx[0];
	uint64_t thread;
	struct call call = { 0 };

	if (!is_connect((long)ctx[1]) ||
	    !is_followed(pid_here((void *)bpf_get_current_task())))
		return 0;
	call.file = (int32_t)argument(regs, 0);
	thread = bpf_get_current_pid_tgid();
	if (read_target(&call, (const void *)argument(regs, 1)))
		(void)bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

static __always_inline const struct sock *socket_of(struct task_struct *task,
						    int32_t file)
{
	const struct fdtable *t = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(t, fd);
	struct file *f = 0;
	struct socket *s;

	if (file < 0 || (uint32_t)file >= BPF_CORE_READ(t, max_fds))
		return 0;
	(void)bpf_probe_read_kernel(&f, sizeof(f), files + file);
	s = f ? BPF_CORE_READ(f, private_data) : 0;
	return s ? BPF_CORE_READ(s, sk) : 0;
}

/* What is no socket has no own end. */
static __always_inline void read_own_end(struct record *r, int32_t file)
{
	enum { BAD = 9, NO_SOCKET = 88 }; /* EBADF, ENOTSOCK */

	const struct sock *sk;

	if (r->error == BAD || r->error == NO_SOCKET)
		return;
	sk = socket_of((void *)bpf_get_current_task(), file);
	if (!sk)
		return;
	read_addresses(r, &sk->__sk_common);
	read_port(r, sk);
	r->protocol = (uint8_t)BPF_CORE_READ(sk, sk_protocol);
	r->soft_error = BPF_CORE_READ(sk, sk_err_soft);
}

/* registers, result */
PROGRAM(sys_exit)
{
	struct record r = { .what = CONNECT };
	const struct call *call;
	uint64_t thread;

	if (!is_connect(call_of((const void *)ctx[0])))
		return 0;
	thread = bpf_get_current_pid_tgid();
	call = bpf_map_lookup_elem(&calls, &thread);
	if (!call)
		return 0;
	r.error = -(int32_t)ctx[1];
	read_own_end(&r, call->file);
	__builtin_memcpy(r.to, call->to, sizeof(r.to));
	r.to_port = (uint16_t)call->to_port;
	(void)bpf_map_delete_elem(&calls, &thread);
	r.pid = pid_here((void *)bpf_get_current_task());
	r.uid = (uint32_t)bpf_get_current_uid_gid();
	(void)bpf_get_current_comm(r.program, sizeof(r.program));
	tell(ctx, &r, 0);
	return 0;
}
