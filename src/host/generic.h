#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Generic netlink: families have names, and numbers that differ from boot to
 * boot. (linux/genetlink.h; Documentation/userspace-api/netlink.)
 */
struct netlink;
struct text;

enum { GENERIC_NAME = 16 };

/* The type for netlink_request(): n is of NETLINK_GENERIC. -ENOENT: the kernel
 * has no such family, or its module is not loaded; -errno. */
int generic_family(struct netlink *n, const char *name, uint16_t *ret);

/* The question for all families, for who answers others; and what is called
 * by that number in the answer: "" where nothing is. */
size_t generic_question(void *ret, size_t size);
void generic_name(const struct text *answer, uint16_t type,
		  char ret[static GENERIC_NAME]);
