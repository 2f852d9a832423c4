#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/address.h"

/*
 * A name asked of the system's resolver, as an application asks: getaddrinfo()
 * with AI_ADDRCONFIG. It blocks for as long as the system likes, so it runs in
 * a process of its own, which can be given up at any time.
 */
enum { NAME_LOOKUP_ADDRESSES = 16 };

struct name_lookup_address {
	struct address address;
	uint32_t scope; /* interface index, or 0 */
};

struct name_lookup {
	bool is_over;
	int gai; /* what getaddrinfo() returned: 0 or EAI_… */
	int err; /* errno, with EAI_SYSTEM */
	size_t count;
	struct name_lookup_address
		addresses[NAME_LOOKUP_ADDRESSES]; /* in its order */
};

/* What a running one needs; pid 0: none runs. */
struct name_lookup_process {
	pid_t pid;
	int fd; /* becomes readable when the answer is there */
};

/* Whether host is an address already, in any form that getaddrinfo() takes
 * ("127.1", "fe80::1%eth0"); nothing is asked for that. */
bool name_lookup_literal(struct name_lookup *ret, const char *host);

/* Starts one. 0 or -errno. The descriptor is the caller's to close. */
int name_lookup_start(struct name_lookup_process *ret, const char *host,
		      int family, int type);

/* Takes the answer once fd is readable: 0 or -errno. */
int name_lookup_read(struct name_lookup *ret,
		     const struct name_lookup_process *l);

/* Ends the process, wherever it is. */
void name_lookup_stop(struct name_lookup_process *l);
