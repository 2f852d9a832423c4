#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/case.h"
#include "probe/probe.h"

/*
 * The services that the service probe can speak to, one file each in
 * probe/speakers. A speaker is given a connected socket and finds out whether
 * the service behind it is the one that is expected and well: a greeting, a
 * harmless request, never a login. What it reads is untrusted.
 */
struct talk;

struct speaker {
	const char *id;             /* "ssh" */
	const char *const *schemes; /* of URLs, NULL at the end; NULL: none */
	const uint16_t *ports;      /* where it is usual, 0 at the end */
	uint8_t protocol;           /* IPPROTO_TCP or IPPROTO_UDP */
	bool speaks_first;          /* the server does */
	/* Speaks, waits (talk_*), tells facts. 0, or -errno of our own. */
	int (*speak)(struct talk *t);
};

extern const struct speaker *const speaker_list[];
extern const size_t speaker_count;

const struct speaker *speaker_find(const char *id);
/* By scheme; NULL: none has it. */
const struct speaker *speaker_of_scheme(const char *scheme);
/* By the usual port; NULL: none. */
const struct speaker *speaker_of_port(uint8_t protocol, uint16_t port);
