#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/case.h"

/*
 * Looks: what this host itself shows of why a service cannot be reached. Each
 * is one file in host/looks. A look reads a part of the host (sockets, routes,
 * counters) and turns it into facts at the vantage "server", with the culprit
 * where one is to blame; it changes nothing, sends nothing, and concludes
 * nothing.
 *
 * All are asked in the order in which a packet meets what they look at, which
 * is the order of the list in src/meson.build.
 */

struct owners_cache;

/* Whose attempts, to what. */
struct look_question {
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;
	struct address client; /* has_client */
	struct address server; /* has_server: the own address it asks for */
	uint16_t client_port;  /* 0: not known */
	uint32_t device;       /* index of that it comes in by; 0: not known */
	unsigned packets;      /* of the attempt, that came in; 0: none yet */
	/* Where the packet filter sends it on to: has_inner. */
	struct address inner;
	uint16_t inner_port;
	const struct culprit *inner_rule; /* that does so */
	bool has_client, has_server, has_inner;
	bool is_guessed;    /* the server's address: by the way back */
	bool is_uncaptured; /* the kernel alone reports the packets */
	/* A bridge of this host carries them between others. */
	bool is_bridged;
	/* The stations that its first frame came from and was addressed to. */
	uint8_t from_mac[6], to_mac[6];
	bool has_macs;
	uint16_t vlan; /* its VLAN's number; 0: it has none */
	uint8_t ttl;   /* of its first packet; 0: not known */
	/* Whose sockets are: shared by the looks, set by look.c. */
	struct owners_cache *owners;
};

struct links;
struct netlink;

/* One look at one host. */
struct looking {
	const struct look *look;
	struct case_record *record; /* for not_looked, and its arena */
	struct facts *facts;        /* where facts are told */
	const struct look_question *question;
	const struct links *links; /* of this network namespace */
	struct netlink *route;     /* NETLINK_ROUTE, open */
	/* Of the attempt that was seen; NULL before one was. */
	const struct fact_set *seen;
	void *state; /* look->state_size bytes, zeroed at the start */
	/* How its step ends: look_step() sets it. */
	enum step_status status;
	const char *text; /* NULL: no step */
};

struct look {
	const char *id;    /* its step's, and the source of its facts */
	const char *title; /* N_(): what is looked at, a short claim */
	const char
		*needs; /* the capability that it is blind without, or NULL */
	size_t state_size;
	bool sees_bridged; /* it is about what a bridge only carries, too */
	/* At the start: what does not depend on who asks, and what counters say
	 * now. 0; or -errno: what could not be read is told as not looked. */
	int (*before)(struct looking *l);
	/* The client is known (has_client, has_server): by --from, or because
	 * its packet came. What the set-up does to it. */
	int (*client)(struct looking *l);
	/* Nobody is known (no --from), and the packet filter was walked for
	 * anybody: what may be said of all clients. */
	int (*anybody)(struct looking *l);
	/* An attempt was seen: what has changed since before(), again. */
	int (*after)(struct looking *l);
	/* Frees what state holds. */
	void (*done)(struct looking *l);
};

extern const struct look *const look_list[];
extern const size_t look_count;

/* Tells a fact of this look, as fact_tell(); culprit and format may be NULL. */
__attribute__((format(printf, 4, 5))) void
look_tell(struct looking *l, enum fact_kind kind, const struct culprit *culprit,
	  const char *format, ...);

/* Whether it was told, by any look, of the question asked or of the host. */
bool look_is_told(const struct looking *l, enum fact_kind kind);

/* Whether looks before this one told that nothing has the port open here. */
bool look_nothing_listens(const struct looking *l);

/* It is known now why nothing has: that takes its place. */
void look_forget_nothing_listens(struct looking *l);

/* The look's step: shown once, with the last words that were given. */
__attribute__((format(printf, 3, 4))) void
look_step(struct looking *l, enum step_status status, const char *format, ...);

/* Takes back what this look has told of such kinds, of the question asked and
 * of the host. */
void look_forget(struct looking *l, const enum fact_kind *kinds, size_t count);

/* Whether what a counter of all traffic grew by are this attempt's packets: so
 * many at least, and hardly more. Where others' are dropped as well, it does not
 * tell that these are among them: something before may have taken those. */
bool look_is_this(const struct looking *l, uint64_t grown);

/* It could not be looked at: for -EPERM and -EACCES the capability is named.
 * Also the step, where it has none yet. */
void look_blocked(struct looking *l, int err);

/*
 * All looks of one host.
 */
struct looks;

/* Reads links, begins every look. NULL with *err -errno. */
struct looks *looks_new(struct case_record *record,
			const struct look_question *question, int *err);
void looks_free(struct looks *s);

/* The steps that the looks have to tell become the case's, once. */
void looks_steps(struct looks *s);

/* Asks all of them about this client; facts: where to tell. 0 or -errno. */
int looks_client(struct looks *s, const struct look_question *question,
		 struct facts *facts);

/* The same without a client. */
int looks_anybody(struct looks *s, const struct look_question *question,
		  struct facts *facts);

/* The same, once its attempt was seen. */
int looks_after(struct looks *s, const struct look_question *question,
		const struct fact_set *seen, struct facts *facts);

/* What was read at the start. */
const struct links *looks_links(const struct looks *s);
