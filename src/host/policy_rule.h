#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/route.h"

/*
 * Rules of policy routing (`ip rule'), and whether one is met by what this host
 * sends, or by what comes in. (net/core/fib_rules.c, fib_rule_match(); fib4_rule_match().)
 */
struct netlink;
struct text;

enum { POLICY_NAME = 16 };

struct policy_rule {
	struct address source, destination; /* with a prefix; 0: any */
	uint32_t priority, table, to;       /* to: of a goto, the priority */
	uint32_t mark, mask;                /* mask 0: any */
	uint32_t uids[2];                   /* has_uids: first and last */
	uint16_t source_ports[2], ports[2]; /* 0: any */
	char in[POLICY_NAME], out[POLICY_NAME]; /* "": any */
	uint8_t family, source_prefix, prefix, action, tos, protocol;
	int suppressed; /* prefixes not longer than this are not taken; or -1 */
	bool is_inverted, has_uids, is_l3mdev;
};

/* All of a family, by priority. each() returns below 0 to end it. */
typedef int policy_rule_each(const struct policy_rule *r, void *context);
int policy_rule_dump(struct netlink *n, int family, policy_rule_each *each,
		     void *context);

/* Whether it is met; out: the device that the socket is bound to, or "". */
bool policy_rule_meets(const struct policy_rule *r,
		       const struct route_question *q, const char *out);

/* As `ip rule' prints it: "100:\tfrom all fwmark 0x1 prohibit". */
void policy_rule_text(struct text *out, const struct policy_rule *r);
