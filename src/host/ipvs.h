#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

/*
 * The virtual services of IPVS, the kernel's load balancer, as /proc/net/ip_vs
 * shows them. Read by root only.
 */
struct ipvs_question {
	struct address address;
	uint16_t port;
	uint8_t protocol;
};

enum ipvs_found {
	IPVS_NONE,  /* none is about it */
	IPVS_MAYBE, /* one goes by marks, which are not known */
	IPVS_EMPTY, /* one is, and has no destination, or none of any weight */
	IPVS_SERVED,
};

/* 0 or -errno; without IPVS there is none. */
int ipvs_read(const struct ipvs_question *q, enum ipvs_found *ret);

/* For tests: of the file's text. */
enum ipvs_found ipvs_parse(const struct ipvs_question *q, const char *text);
