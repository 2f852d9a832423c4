#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/listeners.h"
#include "host/owners.h"

/*
 * Who serves a port here: its sockets and the programs that have them, in words
 * and as what is to blame. For the looks, which share it.
 */
struct arena;
struct culprit;
struct links;
struct look_question;
struct looking;
struct text;

struct serving {
	struct listeners sockets; /* that take new clients */
	struct owners owners; /* of them; only after serving_find_owners() */
	struct owners_cache *cache; /* or NULL */
};

/* Calls what() with the question as a socket of this host is asked it: behind
 * the packet filter's translation. Not at all, 0, where no socket of this host
 * is asked: the address is not its own. */
int serving_ask(struct looking *l, int (*what)(struct looking *l));

/* So asked, and where it is not sure (serving_is_sure()) forget() takes back what
 * what() told: its step stands, but what it means for the client is unknown. */
int serving_ask_sure(struct looking *l, int (*what)(struct looking *l),
		     void (*forget)(struct looking *l));

/* Whether it is known what the packet filter makes of the packet's address and
 * port. Where it is not, no socket of this host is sure to get it. */
bool serving_is_sure(const struct looking *l);

/* The sockets. 0 or -errno; serving_done() in either case. */
int serving_read(struct serving *s, const char *where,
		 const struct look_question *q);
/* Their programs. 0 or -errno. */
int serving_find_owners(struct serving *s);
void serving_done(struct serving *s);

/* The packet that such a client sends. */
struct listeners_packet serving_packet(const struct look_question *q);

/* The socket that fits best, and how; NULL: there is none. */
const struct listener *serving_best(const struct serving *s,
				    const struct look_question *q,
				    enum listeners_fit *ret);

/* "sshd (pid 612)"; "a program" where it may not be seen. */
void serving_program(struct text *out, const struct serving *s,
		     const struct listener *socket);
/* "0.0.0.0:22" */
void serving_socket(struct text *out, const struct listener *socket,
		    const struct links *links);

/* At the server, in that arena; NULL without memory. */
struct culprit *serving_culprit(struct arena *a, const struct serving *s,
				const struct listener *socket,
				const struct links *links);
/* The process that has it as the culprit. */
struct culprit *serving_process(struct arena *a, int pid);
/* A port that nobody has open. */
struct culprit *serving_no_socket(struct arena *a,
				  const struct look_question *q);
