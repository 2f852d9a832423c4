#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "fact/case.h"

/*
 * Active tests, made from where the program runs. Each is one file in
 * probe/probes. A probe only finds facts and says what it did as a step; it
 * draws no conclusion. Many run at once in one thread: a probe begins, is called
 * when a descriptor that it watches is ready or the time that it asked for has
 * come, and ends itself.
 */

/* How the application connects, as far as it was said. */
struct probe_options {
	int family;            /* AF_UNSPEC, AF_INET or AF_INET6 */
	struct address source; /* is_bound: bind to it */
	uint16_t source_port;  /* 0: any */
	bool is_bound;
	const char *server_name; /* of TLS; NULL: the target's host */
	const char *ca_file;     /* NULL: the system's */
	const char *send;        /* text to send once connected, or NULL */
	unsigned count;          /* echo requests; 0: as needed */
	uint16_t control_port;   /* 0: the usual ones are tried */
	unsigned syns_kept;      /* that the caller keeps for itself */
	int64_t timeout_ns;      /* of the whole; 0: as long as it takes */
	/* Opens a socket, for whom the application runs as; NULL: socket(2).
	 * A descriptor, or -errno. */
	int (*open_socket)(void *context, int family, int type, int protocol);
	void *open_context;
	/* Set by a signal: what blocks gives up as soon as it can. May be NULL.
	 */
	const volatile sig_atomic_t *stop;
	/* Called some fifty times a second by what blocks, for the screen and
	 * for the other probes: so long it has waited, and so long it will at
	 * most. May be NULL. */
	void (*waiting)(void *context, int64_t waited_ns, int64_t most_ns);
	void *waiting_context;
};

/* SYNs of a whole run: rate limits and bans count them. */
enum { PROBE_SYNS_MOST = 12 };

struct probe;
struct probe_runner;

/* One run of one probe. */
struct probing {
	const struct probe *probe;
	struct probe_runner *runner;
	struct case_record *record;
	struct attempt *attempt; /* NULL: of the target as a whole */
	struct facts *facts;     /* the attempt's, or the general ones */
	const struct probe_options *options;
	void *state;      /* probe->state_size bytes, zeroed */
	int64_t began_ns; /* clock_now() */
	bool is_over;
};

struct probe {
	const char *id;    /* also its step's */
	const char *title; /* N_(): what it does, a short claim */
	size_t state_size;
	/* Whether it can run here at all. NULL: always. False, with the reason
	 * as a sentence: then it is told as not looked, not as nothing seen. */
	bool (*can_run)(const struct probing *p, struct text *why);
	/* Begins. 0; or -errno for our own failure only: what the network or
	 * the kernel answers is a fact. It may end at once. */
	int (*begin)(struct probing *p);
	int (*ready)(struct probing *p, int fd, short events);
	/* The time that probe_wake() was given has come. */
	int (*due)(struct probing *p);
	/* All else is known: it ends as soon as what it waits for is there or
	 * overdue. NULL: it goes on. */
	int (*hurry)(struct probing *p);
	/* It is stopped before its end (Ctrl-C, or its answer is not needed any
	 * more): facts that are sure may be told. It must not call probe_end().
	 * The text is its step's. */
	enum step_status (*stop)(struct probing *p, struct text *step);
	/* Frees what state holds; descriptors that are watched are closed by
	 * the runner. May be NULL. */
	void (*done)(struct probing *p);
};

extern const struct probe *const probe_list[];
extern const size_t probe_count;

const struct probe *probe_find(const char *id);

/*
 * The runner. told is called with every step as it ends, for the screen.
 */
typedef void probe_told(void *context, const struct probing *p,
			const struct step *step);

/* NULL without memory. The record and the options must outlive it. */
struct probe_runner *probe_runner_new(struct case_record *record,
				      const struct probe_options *options,
				      probe_told *told, void *context);
/* Ends without a word what still runs. */
void probe_runner_free(struct probe_runner *r);

/* Starts a probe, or tells why it cannot run. NULL with *err 0 when it is over
 * already, or with *err -errno. The result is the runner's. */
struct probing *probe_start(struct probe_runner *r, const struct probe *probe,
			    struct attempt *attempt, int *err);

/* Waits until something happened or until clock_now() is until_ns, and lets the
 * probes act on it. A probe that blocks in its begin() may call it: it is none of
 * those that run yet. How many still run, or -errno; -EINTR: a signal came. */
int probe_turn(struct probe_runner *r, int64_t until_ns);

/* Stops those that still run and whose id and attempt are these; NULL: any. */
void probe_stop(struct probe_runner *r, const char *id,
		const struct attempt *attempt);

/* Tells those of that id that all else is known. 0 or -errno. */
int probe_hurry(struct probe_runner *r, const char *id);

/* Whether one of that id and attempt still runs; NULL: any. */
bool probe_runs(const struct probe_runner *r, const char *id,
		const struct attempt *attempt);

/* For the probes. */

/* A socket of the attempt's family, non-blocking, close-on-exec, bound as the
 * options say. -errno. */
int probe_socket(const struct probing *p, int family, int type, int protocol);

/* The address and port as the kernel wants them. The length. */
socklen_t probe_sockaddr(const struct attempt *a, uint16_t port,
			 struct sockaddr_storage *ret);

/* Watches a descriptor, which then belongs to the runner; again: changes the
 * events. 0 or -errno. */
int probe_watch(struct probing *p, int fd, short events);
/* Closes it. */
void probe_unwatch(struct probing *p, int fd);
/* Takes it out without closing: it is the caller's. */
void probe_release(struct probing *p, int fd);

/* due() is called once, when clock_now() has reached this. The last call
 * counts; 0: never. */
void probe_wake(struct probing *p, int64_t at_ns);

/* It is over, and this is what it did: its step is told. */
__attribute__((format(printf, 3, 4))) void
probe_end(struct probing *p, enum step_status status, const char *format, ...);

/* It was not permitted or is not there: a blocked step and a not_looked. */
__attribute__((format(printf, 2, 3))) void
probe_blocked(struct probing *p, const char *format, ...);
