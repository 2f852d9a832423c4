#pragma once

#include "base/arena.h"
#include "traced/traced.h"

/* What the files of this folder share. */

/* The calls at which a program stops: the list of traced_calls.c, in this
 * order. */
enum stop {
	STOP_NONE,
	STOP_SOCKET,
	STOP_BIND,
	STOP_CONNECT,
	STOP_SENDTO,
	STOP_SENDMSG,
	STOP_SENDMMSG,
	STOP_GETSOCKOPT,
	STOP_URING,
	STOP_SECCOMP,
	STOP_PRCTL,
	STOP_LANDLOCK_NEW,
	STOP_LANDLOCK_ADD,
	STOP_LANDLOCK_ENTER,
	/* Only while it asks a name server, or has a filter of its own. */
	STOP_SEND,
	STOP_WRITE,
	STOP_READ,
	STOP_RECVFROM,
	STOP_RECVMSG,
	STOP_CLOSE,
	STOPS,
};

/* A call as it begins. */
struct traced_enter {
	enum stop stop;
	bool is_narrow; /* of a 32-bit program: its structures are others */
	uint64_t args[6];
};

/* Landlock: what one restriction lets connect to. Never freed before the
 * end. */
struct traced_layer {
	const struct traced_layer *below;
	bool is_about_connect;
	size_t count;
	uint16_t ports[64];
	bool is_cut; /* more ports than there is room for */
};

struct traced_thread {
	pid_t tid, pid;
	bool has_come;          /* its first stop was seen */
	struct traced_enter in; /* the call that it is in, STOP_NONE: none */
	int64_t since_ns;
	bool has_filter;    /* of its own: every call is looked at */
	int dns_fd;         /* it speaks to a name server there; -1 */
	unsigned dns_calls; /* that were looked at for that */
	const struct traced_layer *domain;
	struct traced_layer *ruleset; /* being made: by its descriptor */
	int ruleset_fd;
};

/* One that has begun. */
struct traced_pending {
	struct traced_attempt a;
	int fd;
	bool is_in_call; /* blocks in connect() */
	bool is_long;    /* it has waited, and that was told */
	/* The socket has an error since then, which the program was not told
	 * yet; or 0. */
	int64_t dead_ns;
	int64_t look_ns, every_ns;
};

struct traced {
	struct traced_request q;
	struct arena *arena;
	pid_t pid;
	bool is_over, is_running; /* behind its exec() */
	bool is_pure;             /* no no_new_privs: a set-user-ID bit works */
	int status, exec_error, exec_pipe;
	struct traced_about about;
	struct traced_thread *threads;
	size_t thread_count, thread_room;
	struct traced_pending *pending;
	size_t pending_count, pending_room;
};

/* traced_filter.c: 0 or -errno. In the child, before exec(). */
int traced_filter_load(bool is_privileged);
/* Which call the number is of that architecture (AUDIT_ARCH_*). */
enum stop traced_filter_stop(uint32_t arch, uint64_t number);

/* traced_memory.c: as much of it as can be read, up to len. Its length. */
size_t traced_memory_read(pid_t tid, uint64_t at, void *out, size_t len);

/* traced_calls.c: a call of the thread begins, or came back with that result
 * (negative: -errno). True of the first: its end is wanted. */
bool traced_calls_enter(struct traced *t, struct traced_thread *thread,
			const struct traced_enter *e);
void traced_calls_leave(struct traced *t, struct traced_thread *thread,
			int64_t result);

/* traced_landlock.c */
void traced_landlock_leave(struct traced *t, struct traced_thread *thread,
			   int64_t result);
enum traced_landlock traced_landlock_says(const struct traced_thread *thread,
					  uint16_t port);

/* traced_messages.c: DNS, as it goes by. */
void traced_messages_leave(struct traced *t, struct traced_thread *thread,
			   int64_t result);

/* traced_socket.c: what the socket says of itself. 0; -EBADF: there is none;
 * -errno. */
struct traced_socket {
	int family, type, protocol;
	uint64_t cookie;
	uint32_t mark;
	char device[TRACED_NAME];
	struct address local;
	uint16_t local_port;
	bool has_address; /* of local: it is bound to one */
	bool is_blocking;
	int tcp_state;
};

int traced_socket_look(pid_t pid, int fd, struct traced_socket *ret);
/* Where else the process has the socket of that cookie; -1: nowhere. */
int traced_socket_find(pid_t pid, uint64_t cookie);
/* Name, uid and gid of the process. */
void traced_socket_owner(pid_t tid, struct traced_attempt *a);

/* traced_pending.c */
struct traced_pending *
traced_pending_add(struct traced *t, const struct traced_attempt *a, int fd);
struct traced_pending *traced_pending_find(struct traced *t, pid_t pid, int fd);
/* It is over: the caller is told, and it is gone. */
void traced_pending_end(struct traced *t, struct traced_pending *p,
			enum traced_end end, int error);
/* Looks at those whose time has come. When the next one's comes; INT64_MAX. */
int64_t traced_pending_turn(struct traced *t, int64_t now_ns);
/* The process has ended. */
void traced_pending_gone(struct traced *t, pid_t pid);
