#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/field.h"

/*
 * A network namespace of our own with Ethernet devices whose other ends we
 * hold: packets are written into them, and what the kernel sends is read.
 *
 * Device k has 198.18.k.1/24 and 2001:2:0:k::1/64 (RFC 2544, RFC 5180). What
 * else is for this host, and where everything else goes, lab_route() says. What rules let pass is swallowed behind the last of them,
 * so that no socket answers, no connection is remembered and nothing is sent
 * but what rules reject with.
 */

struct frame;
struct text;

enum {
	LAB_DEVICES = 16,
	LAB_USERS = 4,
	LAB_LOCAL = 64, /* further addresses of this host */
	LAB_MTU = 65521,
	LAB_HOPS = 8, /* rules may take some; routing must not find none */
};

struct lab_device {
	char name[16];
	int fd;
	unsigned index;
	uint64_t mac;
	u128 v4, v6; /* its addresses */
};

struct lab {
	/* Behind the last is lo, which only local senders have. */
	struct lab_device device[LAB_DEVICES + 1];
	unsigned count;
	/* Raw sockets of local senders, by user, device and family. */
	int raw[LAB_USERS][LAB_DEVICES + 1][2];
	uint32_t user[LAB_USERS];
	bool is_swallowing;
	bool is_late; /* behind where connections are confirmed */
	/* As lab_route() left it. */
	u128 local[LAB_LOCAL];
	unsigned local_count;
	unsigned out;
};

/* Where replies and forwarded packets leave. */
#define LAB_TABLE "kiriwake-judge"

/* 0, or -errno: -EPERM where namespaces or devices are not to be had. The
 * whole process enters the namespace. */
int lab_open(struct lab *lab, const char names[][16], unsigned count,
	     const uint32_t users[LAB_USERS]);
void lab_close(struct lab *lab);

/* These addresses are this host's too; everything else, replies among it,
 * leaves by the device. */
int lab_route(struct lab *lab, const u128 *local, unsigned count, unsigned out);

/* Whether the address is this host's. */
bool lab_is_local(const struct lab *lab, u128 address);

/* Whether what passes is swallowed where it would leave. */
int lab_swallow(struct lab *lab, bool postrouting);

/* Into the device, as if from the wire: all rules have been walked when it
 * returns. 0 or -errno. */
int lab_inject(struct lab *lab, unsigned device, const struct frame *f);

/* From a process of this host. -EPERM: a rule dropped it. */
int lab_send(struct lab *lab, unsigned user, unsigned device,
	     const struct frame *f);

/* The next frame that came out of the device; 0: none. */
size_t lab_receive(struct lab *lab, unsigned device, uint8_t *data,
		   size_t size);

/* Runs a program; its input may be NULL. Its output is appended to ret_out,
 * its messages to ret_err; both may be NULL. Its exit status, or -errno. */
int lab_run(const char *const argv[], const char *input, struct text *ret_out,
	    struct text *ret_err);

/* How many packets were let through to their end since the last call: of
 * input, and of postrouting. */
int lab_swallowed(uint64_t *ret_input, uint64_t *ret_postrouting);
