#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/address.h"

/*
 * What drops_start() wrote, read: pure, so that a saved one gives the same
 * elsewhere. Names of reasons and functions stand in it as the kernel that it is
 * of had them (its BTF, its symbols): numbers differ from kernel to kernel.
 */
enum drop_what {
	DROP_PACKET,       /* skb:kfree_skb: a packet was dropped */
	DROP_RESET,        /* tcp:tcp_send_reset: the kernel sent a RST */
	DROP_SYNACK_AGAIN, /* tcp:tcp_retransmit_synack */
	DROP_STATE,        /* sock:inet_sock_set_state */
	DROP_ERROR,        /* sock:inet_sk_error_report: sk_err, sk_err_soft */
	DROP_ICMP,         /* icmp:icmp_send */
	DROP_NEIGHBOUR,    /* neigh: the next hop did not answer */
	DROP_CONNECT,      /* connect() returned */
	DROP_WHATS,
};

/* The netfilter hook in whose run it happened (the stack tells). */
enum drop_hook {
	DROP_HOOK_NONE,
	DROP_HOOK_INGRESS, /* netdev */
	DROP_HOOK_BRIDGE,
	DROP_HOOK_PREROUTING,
	DROP_HOOK_INPUT,
	DROP_HOOK_FORWARD,
	DROP_HOOK_OUTPUT,
	DROP_HOOK_POSTROUTING,
	DROP_HOOK_EGRESS, /* netdev */
	DROP_HOOKS,
};

/* "INPUT", as iptables names it; the devices' and the bridge's own as nft does;
 * NULL of DROP_HOOK_NONE. */
const char *drop_hook_name(enum drop_hook hook);

enum drop_engine {
	DROP_ENGINE_NONE,
	DROP_ENGINE_NFT, /* nft_do_chain: nft and iptables-nft */
	/* nf_hook_slow: iptables-legacy, BPF, conntrack; of kernels that do not
	 * tell reasons of drops (before 6.4) nft, too. */
	DROP_ENGINE_HOOK,
};

enum { DROP_STACK = 12 };

struct drop_event {
	enum drop_what what;
	int64_t at_ns;    /* CLOCK_MONOTONIC, as the kernel says */
	uint8_t protocol; /* IPPROTO_*; 0: no packet, no socket */
	/* Of the packet; of a reset and an ICMP error the one that they answer.
	 * Of a socket, also of a reset that answers none: own, peer. */
	struct address from, to;
	uint16_t from_port, to_port;
	uint8_t flags; /* of TCP */
	uint32_t seq;
	uint32_t device;    /* index; 0: not known */
	const char *reason; /* "NETFILTER_DROP"; of a reset "NO_SOCKET"; "" */
	const char *place;  /* the function that dropped it: "nft_do_chain" */
	const char *stack[DROP_STACK]; /* its callers, NULL behind the last */
	enum drop_hook hook;
	enum drop_engine engine;
	int error, soft_error;        /* errno of a socket; of connect() */
	uint8_t icmp_type, icmp_code; /* DROP_ICMP */
	uint8_t old_state, new_state; /* DROP_STATE: TCP_SYN_SENT … */
	uint64_t cookie;              /* of the socket; 0: not known */
	/* Of DROP_CONNECT only: elsewhere it is whoever was interrupted. */
	uint32_t pid, uid;
	char program[16];
	uint64_t count; /* this one and those like it that were only counted */
};

struct drops_list {
	struct drop_event *events; /* as they came */
	size_t count;
	uint64_t lost;    /* own losses: no place in the ring or in a table */
	bool is_attached; /* all that this kernel has is watched */
	/* What this kernel does not have or refuses: "tcp_send_reset", NULL
	 * behind the last. */
	const char *missing[DROP_WHATS + 1];
};

/* Strings and events are the arena's. A last one that is not whole yet is left
 * out: it is still written. 0; -EINVAL: damaged behind what is there;
 * -ENOMEM. */
int drops_read(const void *data, size_t size, struct arena *arena,
	       struct drops_list *ret);
