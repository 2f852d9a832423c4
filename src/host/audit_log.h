#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "fact/culprit.h"

/*
 * What security modules refused, as auditd wrote it down: records of type AVC of
 * /var/log/audit/audit.log, SELinux's (security/selinux/avc.c) and AppArmor's.
 * Only the log's end is read, and of it only such lines; it is root's.
 *
 * A record says what was refused when it was written. Whether that is why
 * something does not work now is the caller's to judge.
 */
struct audit_denial {
	int64_t at_ms; /* since 1970 */
	int pid;
	uint16_t port;          /* src or dest; 0: it names none */
	bool is_permissive;     /* it was allowed nevertheless */
	const char *command;    /* as the kernel has it, 15 letters at most */
	const char *permission; /* "name_bind"; AppArmor: operation="bind" */
	const char *class;      /* "tcp_socket"; AppArmor: "inet" */
	const char *source;     /* context of the process, or its profile */
	const char *target; /* context of the port; "": AppArmor names none */
	bool is_apparmor;
	const struct audit_denial *next; /* an older one */
};

/* The newest first. 0 or -errno: there is none, or it may not be read. */
int audit_log_read(const struct audit_denial **ret, struct arena *a);

/* The same of such lines. Any bytes. 0 or -ENOMEM. */
int audit_log_parse(const struct audit_denial **ret, struct arena *a,
		    const char *text, size_t len);

/* Whose it is: the process, with both contexts. */
struct culprit *audit_log_culprit(struct arena *a, enum vantage vantage,
				  const struct audit_denial *d);

/* Answers the question, for guard.h. */
int audit_log_answer(const char *none, struct text *ret);
