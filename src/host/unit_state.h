#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "fact/culprit.h"

/*
 * What systemd says of units: whether they run, have failed, and how. systemctl
 * is asked, as a note of the reader: it speaks to systemd as any user may.
 *
 * Which units these are is units.h's.
 */
struct unit_state {
	const char *id;    /* ssh.service */
	const char *names; /* all, spaces between: "ssh.service sshd.service" */
	const char *load; /* loaded, not-found, masked, bad-setting, error, … */
	const char *active; /* active, inactive, failed, activating, … */
	const char *sub;
	const char
		*result; /* success, exit-code, signal, trigger-limit-hit … */
	const char *type;     /* of a service: simple, oneshot, … */
	const char *triggers; /* what a socket starts, spaces between */
	const char *file;
	const char *private_network; /* of a service: "yes", "no" */
	int pid;                     /* of its main process, the last one; 0 */
	int code; /* CLD_EXITED, CLD_KILLED, CLD_DUMPED of its main process; 0 */
	int status; /* its status, or the signal's number */
	const struct unit_state *next;
};

/* Of those named, "ssh.service"; one that there is not is told as not-found.
 * 0 or -errno: systemctl is not there, took too long, or reached nobody. */
int unit_state_ask(const struct unit_state **ret, struct arena *a,
		   const char *const *names, size_t count);

/* Of all services that have failed. */
int unit_state_failed(const struct unit_state **ret, struct arena *a);

/* The same from what `systemctl show' printed. Any bytes. 0 or -ENOMEM. */
int unit_state_parse(const struct unit_state **ret, struct arena *a,
		     const char *text, size_t len);

/* By its id or another of its names; NULL: it is not among them. */
const struct unit_state *unit_state_find(const struct unit_state *list,
					 const char *name);

bool unit_state_has_failed(const struct unit_state *s);

/* "exit-code, status 1", "signal 11", "trigger-limit-hit" */
void unit_state_how(struct text *out, const struct unit_state *s);

/* To blame; state may be NULL: only the name is known. */
struct culprit *unit_state_culprit(struct arena *a,
				   const struct unit_state *state,
				   const char *name);

/* Answers the two questions, for guard.h. */
int unit_state_answer(const char *names, struct text *ret);
int unit_state_answer_failed(const char *none, struct text *ret);
