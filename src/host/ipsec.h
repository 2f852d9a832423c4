#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * The policies of IPsec of this network namespace, what they make of one flow,
 * and the kernel's counts of what they threw away (NETLINK_XFRM,
 * /proc/net/xfrm_stat). CAP_NET_ADMIN. Keys are never read: a kernel tells them
 * only of a security association that is asked for, of which no more than its
 * protocol and mode are looked at.
 */
struct text;

enum ipsec_direction { IPSEC_IN, IPSEC_OUT, IPSEC_DIRECTIONS };

enum ipsec_says {
	IPSEC_PASSES, /* no policy is about it, or it asks for nothing */
	IPSEC_MAY,    /* it depends on what is not known */
	IPSEC_BLOCKS,
	IPSEC_DEMANDS, /* IPsec, of which there is no association */
};

struct ipsec_question {
	struct address source, destination;
	uint16_t source_port, destination_port; /* 0: not known */
	uint32_t device;                        /* 0: not known */
	uint8_t protocol;
	enum ipsec_direction direction;
};

struct ipsec_answer {
	enum ipsec_says says;
	bool has_policy; /* false: it is the default for all */
	uint32_t priority, index;
	char text[256]; /* the policy, as `ip xfrm policy' has it */
};

/* 0 or -errno; -EPERM. A kernel without IPsec lets all pass. */
int ipsec_judge(const struct ipsec_question *q, struct ipsec_answer *ret);

/* What the kernel threw away, and why. */
struct ipsec_counts {
	uint64_t blocked[IPSEC_DIRECTIONS]; /* by a policy */
	uint64_t mismatched; /* came without the IPsec that was demanded */
	uint64_t others;     /* of policies and states, either way */
	bool is_counted;     /* this kernel counts */
};

/* 0 or -errno; a kernel that does not count has no error. */
int ipsec_count(struct ipsec_counts *ret);

/* For tests: of the file's text. */
void ipsec_count_parse(struct ipsec_counts *ret, const char *text);
