#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Which security modules could refuse connect() to this process, and whether
 * one does. Nothing can be asked of Landlock from inside; so connect() itself
 * is tried in a way that sends nothing.
 */
enum security_module {
	SECURITY_SELINUX,
	SECURITY_SMACK,
	SECURITY_TOMOYO,
	SECURITY_APPARMOR,
	SECURITY_BPF, /* programs of type LSM; only those of privilege know */
	SECURITY_LANDLOCK,
	SECURITY_MODULES,
};

enum security_state {
	SECURITY_UNKNOWN,
	SECURITY_OFF, /* not there, or it does not judge this process */
	SECURITY_ON,  /* it may refuse */
};

struct security {
	enum security_state state[SECURITY_MODULES];
	bool has_seccomp; /* a filter of system calls */
};

void security_read(struct security *ret);

/* For host/guard.h, whose process answers for others: the list of modules, as
 * security_read() records it. */
struct text;
int security_answer(const char *none, struct text *ret);

/* Whether a security module keeps this process from TCP to that port: connect()
 * is tried to an address of all hosts, to which TCP never sends. family:
 * AF_INET or AF_INET6. 1: yes; 0: no; -errno: it cannot be told. */
int security_denies(int family, uint16_t port);

/* Whether the system call itself is refused (seccomp): tried with an address
 * that only means to disconnect. */
bool security_forbids_call(void);
