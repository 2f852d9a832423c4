#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * What sock_diag does not tell of a socket: its filter, the least ttl that it
 * takes, how long it waits for a client's first data. The socket is borrowed
 * from the process that has it for as long as it takes to ask, and nothing is
 * set (pidfd_getfd(2), Linux 5.6; whoever may trace that process may).
 */
enum socket_filter {
	SOCKET_FILTER_NONE,
	SOCKET_FILTER_SOME,    /* of classic BPF, or of eBPF */
	SOCKET_FILTER_NOTHING, /* of classic BPF, and it takes no packet */
};

struct socket_options {
	enum socket_filter filter;
	int least_ttl;     /* IP_MINTTL; 0: any */
	int least_hops;    /* IPV6_MINHOPCOUNT; 0: any */
	int defer_seconds; /* TCP_DEFER_ACCEPT; 0: off */
};

/* The inode is that of owners.h. 0; -EPERM: not permitted; -ENOSYS: the kernel
 * is too old; -ENOENT: it is that socket no longer; -errno. */
int socket_options_read(int pid, int fd, uint32_t inode,
			struct socket_options *ret);

/* For host/guard.h, whose process answers for others: the bytes that
 * socket_options_read() records. */
struct text;
int socket_options_answer(const char *rest, struct text *ret);
