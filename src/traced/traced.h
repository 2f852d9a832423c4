#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "net/address.h"

/*
 * A program that is run and watched: what its system calls for the network come
 * to, with the errno that it was told itself. By ptrace(2) and a filter of
 * system calls (seccomp(2)) that stops it at those few calls only, so that it
 * runs at full speed otherwise. No privilege is needed. Forks, threads, exec()
 * and 32-bit programs are followed; signals, the terminal, stops and the exit
 * status are its own.
 *
 * Nothing is changed but this: without CAP_SYS_ADMIN the filter asks for
 * no_new_privs, and a traced program gets no rights by exec() anyway, so one with
 * a set-user-ID bit runs without it (traced_about). It ends with us: without a
 * tracer the filter would have its calls fail. What io_uring does is not seen.
 *
 * An answer that comes later (a socket that does not block) is looked up in the
 * socket itself, which is borrowed for a moment (pidfd_getfd(2), Linux 5.6), and
 * nothing is taken from it: SO_ERROR is the program's to read.
 */
enum traced_call { TRACED_SOCKET, TRACED_BIND, TRACED_CONNECT, TRACED_SEND };

enum traced_end {
	TRACED_PENDING,
	TRACED_WORKED,   /* TCP: a connection; UDP: nothing was refused */
	TRACED_FAILED,   /* with error */
	TRACED_GIVEN_UP, /* closed, or ended, before there was an answer */
};

/* What the program's own Landlock rules say of the port. */
enum traced_landlock {
	TRACED_LANDLOCK_NONE, /* it has set up none */
	TRACED_LANDLOCK_ALLOWS,
	TRACED_LANDLOCK_FORBIDS,
};

enum { TRACED_NAME = 16 };

struct traced_attempt {
	enum traced_call call;
	enum traced_end end;
	int error; /* positive errno; 0 of one that failed: it did not ask */
	bool is_at_once; /* the call itself told it, on a socket that does not
			    block: so it is the own kernel's word */
	pid_t tid, pid;
	char program[TRACED_NAME];
	uint32_t uid, gid; /* of its files and sockets */
	int64_t began_ns, took_ns;
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: not known */
	int family;
	struct address to; /* has_to */
	uint32_t scope;
	uint16_t port;
	/* As it was bound before, or has_from false; as the kernel chose. */
	struct address from;
	uint16_t from_port;
	struct address local;
	uint16_t local_port;
	char device[TRACED_NAME]; /* SO_BINDTODEVICE; "" */
	uint32_t mark;
	uint64_t cookie; /* SO_COOKIE; 0: not known */
	bool has_to, has_from, has_local;
	enum traced_landlock landlock;
	/* It has a filter of system calls of its own, which may have refused. */
	bool has_filter;
};

/* Of the calls of these, one at a time. */
struct traced_events {
	void *context;
	/* It has its end. Where it failed in its call, the thread still stands
	 * there. */
	void (*ended)(void *context, const struct traced_attempt *a);
	/* It has waited for 0.7 s; called once. */
	void (*waits)(void *context, const struct traced_attempt *a);
	/* A DNS message over UDP: of the program, or to it. */
	void (*message)(void *context, bool is_query, const void *data,
			size_t len);
	/* A child of ours that is none of the program's has ended. */
	void (*other)(void *context, pid_t pid, int status);
};

struct traced_request {
	char *const *argv;
	const char *user;    /* run as; NULL: as we are */
	struct rlimit files; /* its own RLIMIT_NOFILE */
	sigset_t mask;       /* and its own signal mask */
	struct traced_events events;
};

struct traced_about {
	pid_t pid;
	bool is_over;         /* the program itself; children may go on */
	int status;           /* as waitpid() tells it */
	int exec_error;       /* positive: it could not be started */
	size_t processes;     /* that are left */
	char lost_rights[64]; /* the file that should have had more; "" */
	bool has_io_uring;    /* some of its calls may not be seen */
	bool is_blind;        /* sockets could not be looked at */
	uint64_t stops;       /* how often it was stopped */
};

struct traced;

/*
 * Starts it. SIGCHLD must be blocked. 0; -EPERM: tracing is not permitted (or
 * somebody traces us); -EOPNOTSUPP: this kernel is too old (before 5.3);
 * -ENOENT: there is no such user; -errno.
 */
int traced_start(struct traced **ret, const struct traced_request *q);

/* Ends what is left of it, and forgets it. */
void traced_end(struct traced *t);

/* Handles what has happened, and waits for more until clock_now() is until_ns, or
 * a signal of ours comes. 1: it goes on; 0: all of it has ended; -errno. */
int traced_turn(struct traced *t, int64_t until_ns);

void traced_about(const struct traced *t, struct traced_about *ret);

/* Passes a signal on to the program. */
void traced_signal(const struct traced *t, int signal);
