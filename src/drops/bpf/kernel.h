#pragma once

/*
 * The kernel as far as the programs read it: no vmlinux.h, for the few fields
 * are found by name when the programs are loaded (CO-RE).
 */
#include <stdbool.h>
#include <stdint.h>

/* Of linux/types.h, which wants more headers than a BPF target has. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int8_t __s8;
typedef int16_t __s16;
typedef int32_t __s32;
typedef int64_t __s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/* And of linux/bpf.h. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_ANY = 0,
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* The fields that are read. */
#define KERNEL __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL;

struct net {
	struct ns_common ns;
} KERNEL;

struct possible_net {
	struct net *net;
} KERNEL;

struct net_device {
	int ifindex;
	struct possible_net nd_net;
} KERNEL;

struct dst_entry {
	struct net_device *dev;
} KERNEL;

struct in6_addr {
	uint8_t bytes[16];
};

struct counter {
	__s64 counter;
} KERNEL;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	struct possible_net skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct counter skc_cookie;
} KERNEL;

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	int sk_err;
	int sk_err_soft;
} KERNEL;

struct inet_sock {
	__be16 inet_sport;
} KERNEL;

struct request_sock {
	struct sock_common __req_common;
} KERNEL;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	__u32 tail;
} KERNEL;

struct iphdr {
	__be16 frag_off;
	__u8 protocol;
	__be32 saddr;
	__be32 daddr;
} KERNEL;

struct ipv6hdr {
	__u8 nexthdr;
	struct in6_addr saddr;
	struct in6_addr daddr;
} KERNEL;

/* UDP's ports are in the same place. */
struct tcphdr {
	__be16 source;
	__be16 dest;
} KERNEL;

struct neigh_table {
	int family;
} KERNEL;

struct neighbour {
	struct neigh_table *tbl;
	__u8 nud_state;
	struct net_device *dev;
	__u8 primary_key[0];
} KERNEL;

struct pid_namespace {
	struct ns_common ns;
} KERNEL;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL;

struct file {
	void *private_data;
} KERNEL;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} KERNEL;

struct files_struct {
	struct fdtable *fdt;
} KERNEL;

struct socket {
	struct sock *sk;
} KERNEL;

struct live {
	int counter;
} KERNEL;

struct signal_struct {
	struct live live;
} KERNEL;

struct task_struct {
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct files_struct *files;
	struct signal_struct *signal;
} KERNEL;

/* Registers where a system call begins, by machine. */
struct pt_regs___x86 {
	unsigned long di, si, orig_ax;
} KERNEL;

struct pt_regs___arm {
	uint64_t regs[31];
	int syscallno;
} KERNEL;

enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
	SKB_CONSUMED,
	SKB_DROP_REASON_NOT_SPECIFIED,
	SKB_DROP_REASON_QUEUE_PURGE,
};
