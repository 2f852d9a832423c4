#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/address.h"

/*
 * The kernel's own word: what it drops, resets, refuses and reports, by BPF
 * programs on its tracepoints (tp_btf and raw_tp only; fentry and kprobes may be
 * refused). Nothing is pinned: all of it goes when the process that holds it
 * does. What a kernel does not have is left out and named (drops_list in
 * event.h).
 */
struct drops_request {
	uint8_t protocol;      /* IPPROTO_TCP or IPPROTO_UDP; 0: both */
	uint16_t port;         /* either end's; 0: any */
	struct address client; /* has_client: either end's */
	bool has_client;
	pid_t tree; /* connect()s of this process and its children; 0: none */
};

/*
 * Begins in a process of its own, which needs CAP_BPF and CAP_PERFMON (or root),
 * loads, attaches, gives its rights up, and then only copies records. Only this
 * network namespace is watched. *file becomes what it writes (event.h reads it,
 * also while it grows), *control a socket: one byte comes when all is attached,
 * and one whenever records were written. When the caller shuts down its writing
 * end, it writes what is left and ends. 0, or -errno: -EPERM, -EOPNOTSUPP (this
 * kernel has not what it takes).
 */
int drops_start(const struct drops_request *q, int *file, int *control);
