#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/address.h"

/*
 * What nftrace_start() wrote, read: pure, so that a saved one gives the same
 * elsewhere.
 */
enum nftrace_engine { NFTRACE_NFT, NFTRACE_LEGACY };

enum nftrace_verdict {
	NFTRACE_CONTINUE, /* it matched, and the next rule follows */
	NFTRACE_ACCEPT,
	NFTRACE_DROP,
	NFTRACE_JUMP, /* also goto */
	NFTRACE_RETURN,
	NFTRACE_QUEUE,
	NFTRACE_STOLEN,
	/* Of iptables-legacy: its target is none that is known here, or the
	 * tables could not be read. Of nft: the packet came to this chain, which
	 * clears nftrace, and did not come out of it; by which rule is not known
	 * (handle and number are 0). */
	NFTRACE_UNSAID,
};

/* A rule that a packet matched, or a policy that it met. */
struct nftrace_step {
	enum nftrace_engine engine;
	uint8_t family; /* NFPROTO_* */
	const char *table, *chain;
	bool is_policy;
	uint64_t handle; /* nft's; 0: none */
	/* The rule's place in its chain, from 1: iptables-legacy says it, of nft
	 * it is looked up before it is armed; 0: not known, or a policy. */
	unsigned number;
	enum nftrace_verdict verdict;
};

/* One packet's way. */
struct nftrace_packet {
	uint32_t id; /* the kernel's; 0: of iptables-legacy alone */
	struct address from, to;
	uint16_t from_port, to_port;
	uint8_t protocol, flags;
	uint32_t seq;
	int64_t at_ns; /* CLOCK_MONOTONIC, when it was read */
	struct nftrace_step *steps;
	size_t count;
};

struct nftrace_list {
	struct nftrace_packet *packets; /* as they came */
	size_t count;
	uint64_t lost; /* messages that the kernel could not send */
	bool is_armed;
	/* The first that could not be armed, or NULL: "legacy" (somebody else has
	 * group 0 of nfnetlink_log, or nothing can be written to /run/kiriwake or
	 * the settings), "bridge", "ingress", "places" (behind what clears
	 * nftrace). */
	const char *missing;
};

/* Strings and steps are the arena's. 0; -EINVAL: damaged behind what is there;
 * -ENOMEM. */
int nftrace_read(const void *data, size_t size, struct arena *arena,
		 struct nftrace_list *ret);

/* The step that ended the packet: its drop, its refusing policy; if is_dropped
 * also the last one, where what it does is unsaid. NULL: none did. */
const struct nftrace_step *nftrace_end(const struct nftrace_packet *p,
				       bool is_dropped);
