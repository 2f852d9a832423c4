#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "cli/recording.h"
#include "diag/diag.h"
#include "probe/probe.h"
#include "traced/traced.h"

/*
 * kiriwake run, in parts: run.c reads the command line and starts the program,
 * run_watch.c keeps what its calls came to, run_case.c finds out why one failed,
 * in a process of its own that gives its rights up, and run_tell.c tells it all.
 *
 * This process is the program's parent and tracer. It keeps the rights that it
 * was started with, because the program has them, too; so it reads nothing that
 * came from the network: that is done in those processes.
 */
enum {
	RUN_PLACES = 64,    /* destinations that are told apart */
	RUN_CASES = 8,      /* of them judged */
	RUN_MESSAGES = 64,  /* of DNS, the last ones */
	RUN_MESSAGE = 1200, /* bytes of one that are kept */
	RUN_PROXIES = 4,
	RUN_TITLE = 200,
};

/* What was so when it failed, and may not be later. */
struct run_then {
	uint64_t files_most, files_open; /* of the process; 0: not looked */
	unsigned ports_used;             /* of the range */
	int64_t ports[2];
	bool has_ports;
	char cgroup[256]; /* another one than ours; "" */
	char label[128];  /* of SELinux or AppArmor, not ours; "" */
	int network;      /* another one than ours; -1 */

	/* A variable of its environment, and its value. */
	struct run_proxy {
		char name[16], value[128];
	} proxies[RUN_PROXIES];

	size_t proxy_count;
};

/* What a process that judges finds out; it lies in memory of both. */
struct run_result {
	bool is_there;
	bool is_void; /* there is nothing to tell after all */
	int exit;     /* EXIT_HEALTHY, … */
	char cause[64], title[RUN_TITLE], certainty[32];
	char name[256]; /* of the address, as the program asked for it; "" */
};

/* A destination, and what became of the attempts to reach it; or a call that
 * failed before there was one. */
struct run_place {
	struct traced_attempt last;   /* of the latest */
	struct traced_attempt failed; /* the latest that failed, if any did */
	struct run_then then;
	unsigned tried, worked, failures;
	bool is_working;            /* the latest worked */
	bool waiting;               /* it has begun, and has no answer yet */
	bool is_told, is_explained; /* on the screen, while it goes on */
	/* Its judgement: -1: none. */
	int file; /* its words */
	pid_t judge;
	struct run_result *result; /* NULL: it was not judged */
};

struct run_message {
	bool is_query;
	size_t len;
	unsigned char data[RUN_MESSAGE];
};

struct run {
	struct cli cli;
	const char *user;   /* --as */
	const char *output; /* --output; NULL: standard error */
	bool passes;        /* --pass */
	bool is_quick;      /* --no-check: what was seen, and no more */
	char *const *argv;
	pid_t pid; /* our own */
	/* How often Ctrl-C was pressed once the program had ended. */
	const volatile sig_atomic_t *interrupts;
	struct traced *traced;
	struct traced_about about;
	/* What the kernel reports meanwhile, where that is permitted. */
	struct recording drops;
	int drops_error; /* why there is none; -EAGAIN: not yet; 0 */
	FILE *out;
	int64_t began_ns, at_ns, took_ns;
	struct run_place places[RUN_PLACES];
	size_t place_count;
	uint64_t uncounted; /* destinations beyond those */
	size_t cases;       /* that were judged */
	struct run_message *messages;
	uint64_t message_count;
	/* Of the whole, where nothing failed. */
	struct run_place whole;
	struct run_result *results; /* RUN_PLACES + 1 of them */
};

/* run_watch.c: the events of traced.h. */
void run_watch_ended(void *context, const struct traced_attempt *a);
void run_watch_waits(void *context, const struct traced_attempt *a);
void run_watch_message(void *context, bool is_query, const void *data,
		       size_t len);
void run_watch_other(void *context, pid_t pid, int status);
/* Whether it was to be reached and was not. */
bool run_watch_fails(const struct run *r, const struct run_place *p);
/* Tells on the screen what failed while the program goes on. */
void run_watch_tell(struct run *r, bool is_over);

/* run_case.c: begins to find out why it failed. With nothing that failed
 * (p is r->whole): that of names that it asked for, or that all worked. */
void run_case_begin(struct run *r, struct run_place *p);
/* Waits for all that have begun. */
void run_case_wait(struct run *r);

/* run_names.c: what was asked of name servers, by the messages that were seen.
 * The name of that address, or ""; DNS_NAME_SIZE bytes. */
void run_names_of(const struct run *r, const struct address *a, char *ret);
/* A name that was asked for in vain. False: there is none. */
bool run_names_missing(const struct run *r, char *ret);

/* run_tell.c: one call, as a sentence without its end. */
void run_tell_attempt(struct text *out, const struct traced_attempt *a);
/* "192.0.2.1:80" */
void run_tell_place(struct text *out, const struct traced_attempt *a);
/* All of it, when all has ended. The exit status. */
int run_tell(struct run *r);
