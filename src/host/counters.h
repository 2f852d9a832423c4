#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The kernel's network counters of this namespace that tell what became of a
 * packet: /proc/net/netstat, snmp and snmp6. A counter moves by whatever goes
 * on in the namespace, so a difference is evidence only with other facts.
 */
enum counter {
	COUNTER_OUT_NO_ROUTES,  /* Ip:OutNoRoutes */
	COUNTER_OUT_NO_ROUTES6, /* Ip6OutNoRoutes */
	COUNTER_OUT_REQUESTS,
	COUNTER_OUT_REQUESTS6,
	COUNTER_OUT_DISCARDS,
	COUNTER_OUT_DISCARDS6,
	COUNTER_RETRANS_FAIL, /* TcpExt:TCPRetransFail */
	COUNTER_HOST_QUEUES,  /* TcpExt:TCPSpuriousRtxHostQueues */
	/* Of sockets that listen, and what they refuse. */
	COUNTER_ACCEPT_QUEUE, /* TcpExt:ListenOverflows */
	COUNTER_LISTEN_DROPS, /* TcpExt:ListenDrops, the one before included */
	COUNTER_SYN_QUEUE,    /* TcpExt:TCPReqQFullDrop */
	COUNTER_MD5_MISSING,
	COUNTER_MD5_UNEXPECTED,
	COUNTER_MD5_WRONG,
	COUNTER_AO_REQUIRED,
	COUNTER_AO_WRONG,
	COUNTER_AO_NO_KEY,
	COUNTER_LEAST_TTL,     /* TcpExt:TCPMinTTLDrop */
	COUNTER_PAWS_TIMEWAIT, /* TcpExt:PAWSTimewait */
	COUNTER_SYN_CHALLENGE, /* TcpExt:TCPSYNChallenge */
	COUNTER_SOCKET_BACKLOG,
	COUNTER_SOCKET_MEMORY,  /* TcpExt:PFMemallocDrop */
	COUNTER_SOCKET_QUEUE,   /* TcpExt:TCPRcvQDrop */
	COUNTER_ACTIVE_OPENS,   /* Tcp:ActiveOpens */
	COUNTER_ATTEMPT_FAILS,  /* Tcp:AttemptFails */
	COUNTER_ABORT_ON_DATA,  /* closed with SO_LINGER 0 */
	COUNTER_ABORT_ON_CLOSE, /* closed with data unread */
	COUNTER_UDP_BUFFER,     /* Udp:RcvbufErrors */
	COUNTER_UDP_BUFFER6,
	COUNTER_UDP_NO_PORT, /* Udp:NoPorts */
	COUNTER_UDP_NO_PORT6,
	COUNTER_REVERSE_PATH, /* TcpExt:IPReversePathFilter */
	COUNTER_SYN_RETRANS,  /* TcpExt:TCPSynRetrans */
	COUNTER_IN_CHECKSUM,  /* Tcp:InCsumErrors */
	COUNTER_IN_ADDRESS,   /* Ip:InAddrErrors */
	COUNTER_LOCKED_ICMP,  /* TcpExt:LockDroppedIcmps */
	COUNTER_IN_ADDRESS6,  /* Ip6InAddrErrors */
	COUNTER_IN_NO_ROUTES, /* IpExt:InNoRoutes */
	COUNTER_IN_NO_ROUTES6,
	COUNTER_UDP_CHECKSUM, /* Udp:InCsumErrors */
	COUNTER_UDP_CHECKSUM6,
	COUNTER_REASSEMBLY, /* Ip:ReasmFails */
	COUNTER_REASSEMBLY6,
	COUNTER_PAWS_PASSIVE, /* TcpExt:PAWSPassive, of tcp_tw_recycle */
	COUNTER_COUNT,
};

struct counters_taken {
	uint64_t value[COUNTER_COUNT]; /* 0 where the kernel has no such */
	bool has[COUNTER_COUNT];
};

/* As the kernel and nstat name it: "TcpExtTCPRetransFail". */
const char *counters_name(enum counter c);

/* 0, or -errno where /proc cannot be read. */
int counters_read(struct counters_taken *ret);

/* How much it has grown. */
uint64_t counters_grown(const struct counters_taken *before,
			const struct counters_taken *after, enum counter c);

/* For tests: one file's text, of either form ("Tcp: a b" over "Tcp: 1 2", or
 * "Ip6OutNoRoutes 3"), added to what is there. Unknown lines are passed over. */
void counters_parse(struct counters_taken *ret, const char *text, size_t len);
