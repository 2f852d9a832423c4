#pragma once

#include <stdint.h>

/*
 * What the programs in the kernel (watch.bpf.c) hand to the collector, and what
 * they are told: plain memory of one machine, never a file. Both sides are built
 * from this.
 */
enum {
	RECORD_FRAMES = 12,
	RECORD_NAMES = 640, /* those of 12 frames; kernel names are short */
	RECORD_PLACE = 64,
	RECORD_CPUS = 256,
	RECORD_NEWS = 4000,   /* of new keys told a second on a CPU */
	RECORD_NAMED = 256,   /* with a stack, which costs more */
	RECORD_OTHERS = 2000, /* of keys that were told before */
};

struct record {
	uint64_t at_ns;
	uint64_t key;      /* of all that are alike; 0: none */
	uint64_t location; /* an address in the kernel; 0: none */
	uint64_t count;
	uint64_t cookie;
	uint8_t from[16], to[16];
	uint32_t seq, device, reason, pid, uid;
	int32_t error, soft_error;
	uint16_t from_port, to_port;
	uint8_t what, protocol, flags;
	uint8_t icmp_type, icmp_code;
	uint8_t old_state, new_state;
	uint8_t has_stack; /* it begins a record_stack */
	char program[16];
};

struct record_stack {
	struct record head;
	uint64_t frames[RECORD_FRAMES];
	int32_t bytes;            /* of frames; negative: none */
	uint8_t has_names;        /* else the collector looks them up */
	char place[RECORD_PLACE]; /* "nft_do_chain [nf_tables]" */
	char names[RECORD_NAMES]; /* one behind the other, a line each */
};

/* Read-only for the programs, which the kernel simplifies by it. */
struct record_config {
	uint32_t space; /* inode of the network namespace */
	uint32_t pid_space;
	uint32_t has_client;
	uint8_t client[16];
	uint16_t port;            /* 0: any */
	uint8_t protocol;         /* 0: any */
	uint8_t has_reason;       /* kfree_skb tells why (Linux 5.17) */
	uint8_t has_reset_reason; /* tcp_send_reset does (6.10) */
	uint8_t has_names;        /* bpf_snprintf() knows %ps (5.13) */
	uint8_t is_narrow;        /* few flows: each new key is told at once */
	uint8_t has_types;        /* bpf_rdonly_cast() is there (6.2) */
};

/* A CPU's, on lines of its own. */
struct record_counts {
	uint64_t lost;   /* no place in the ring */
	uint64_t held;   /* counted instead of told */
	uint64_t told;   /* of these, told as a count by now */
	uint64_t second; /* of the limits */
	uint32_t news, named, others;
	uint32_t pad[5];
};

/* What the programs and the collector have in common. */
struct record_shared {
	struct record_counts counts[RECORD_CPUS];
	uint64_t space;   /* where the network namespace is; 0: not met yet */
	uint32_t is_over; /* the collector's: nothing is told any more */
	uint32_t pad;
};

/* All of it, so that what is alike has the same bytes. */
struct record_key {
	uint64_t location;
	uint8_t from[16], to[16];
	uint32_t reason; /* or error */
	uint16_t from_port, to_port;
	uint8_t what, protocol, flags, icmp_type;
	uint8_t icmp_code, old_state, new_state, is_coarse;
};

struct record_state {
	uint64_t id; /* when it began, and the CPU */
	uint64_t filled_ns;
	uint64_t held; /* counted, not told yet */
	uint32_t tokens;
	uint32_t is_named;
};
