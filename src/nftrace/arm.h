#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nftrace/nftrace.h"

struct mnl_socket;

/*
 * The tables that set nftrace: one of ip or ip6, and, where the request says so,
 * one of bridge and one of netdev. They go with the socket that made them, by the
 * flag `owner'; a kernel without it (before 5.12) gets plain ones, which somebody
 * has to take away (guardian.h). No expression of conntrack is used: it would
 * switch that on.
 */
enum { ARM_NAME = 80 };

#define ARM_PREFIX "kiriwake-"

/* Chains of places are named so, with the place's index behind. */
#define ARM_AGAIN "again-"

/* A place where a chain sets nftrace again, behind what cleared it. */
struct arm_place {
	uint8_t family; /* NFPROTO_*, as the other's base chain */
	uint8_t hook;
	int32_t priority;
};

enum { ARM_PLACES = 128 };

struct arm {
	const struct nftrace_request *q;
	char name[ARM_NAME];
	bool is_v4;
	bool is_plain;
	bool no_bridge, no_ingress,
		no_places; /* this kernel will not have them */
	struct arm_place places[ARM_PLACES];
	size_t place_count;
};

/* A name that nobody has; of a plain one it says until when it is wanted. */
void arm_name(struct arm *a);

/* All of it in one transaction, or nothing. What the kernel has not is left out
 * and marked. 0; -EOPNOTSUPP: no owner tables here; -errno. */
int arm_make(struct arm *a, struct mnl_socket *nl);

/* Takes plain tables away. */
void arm_delete(const struct arm *a, struct mnl_socket *nl);

/* Takes away plain tables that nobody wants any more: whose run and guardian are
 * both dead. 0 or -errno. */
int arm_sweep(struct mnl_socket *nl);
