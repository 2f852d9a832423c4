#pragma once

#include "fix/plan.h"
#include "fix/repair.h"

/*
 * A rehearsal: the host's rules are loaded into a room, a throwaway network
 * namespace built like the host (devices by name, addresses, routes, the sysctls
 * that matter), with everything around it played by a second one; real packets
 * are sent; the candidate is applied there by its very commands; and the verdict
 * must turn. What runs there is a process of its own, which has rights over the
 * room alone, and all of it goes with that process.
 */
enum rehearsal_check {
	REHEARSED_BEFORE,  /* the connection fails, as was said */
	REHEARSED_APPLIED, /* every command ended well */
	REHEARSED_AFTER,   /* the connection works, with an answer */
	REHEARSED_SESSION, /* the administrators' open sessions go on */
	REHEARSED_SESSION_FORGOTTEN, /* also with their conntrack entry gone */
	REHEARSED_NEW_SESSION, /* new ones from the same place are let in */
	REHEARSED_WITNESSES,   /* every other packet has the fate it had */
	REHEARSED_UNDONE, /* taken back, the rules are as before, to the byte */
	REHEARSED_EXPERIMENT, /* --experiment: with no rules at all it works */
	REHEARSAL_CHECKS,
};

extern const char *const rehearsal_check_names[REHEARSAL_CHECKS];

enum rehearsal_result {
	REHEARSAL_NOT_TRIED, /* not asked for, or nobody to try it for */
	REHEARSAL_PASS,
	REHEARSAL_FAIL,
	REHEARSAL_BLOCKED, /* could not be tried here: why */
};

struct rehearsal_row {
	enum rehearsal_result result;
	const char *text; /* a sentence, translated */
	double ms;
};

/* A packet that was sent before and after. */
struct rehearsal_witness {
	const char *packet;         /* in words */
	const char *before, *after; /* "accept", "drop", "reject" */
	bool is_meant;              /* it is among those that the fix is for */
};

struct rehearsal {
	struct rehearsal_row row[REHEARSAL_CHECKS];
	size_t witnesses, kept; /* that were sent; that kept their fate */
	struct rehearsal_witness *turned; /* the others */
	size_t turned_count;
	const char *const
		*stand_ins; /* what the room has otherwise than the host */
	size_t stand_in_count;
	bool is_proven; /* every row that counts passed */
	double ms;
};

/*
 * The process that has the room: begun while there are rights (needs
 * CAP_SYS_ADMIN, or a kernel that lets users make namespaces), before anything
 * untrusted is read. It enters its own user, network and mount namespaces before
 * it reads what is asked. 0; -EPERM: not permitted here; -errno.
 */
struct room;

int room_start(struct room **ret);
void room_end(struct room *r); /* and all that was in it; NULL is taken */

/* Whether the experiment is asked for, too. One room for one rehearsal. Fills
 * c->rehearsal, in the plan's arena. 0; -EOPNOTSUPP: no change of it can be tried
 * in a room; or -errno. What fails in the room is an answer. */
int rehearse(struct fix_planning *p, struct fix_candidate *c, struct room *r,
	     bool is_experiment);

/* For drift_load(): runs commands in the room, each fed with a text; and what
 * its rules are then, as live_gather() writes them. 0 or -errno. */
struct room_command {
	const char *const *argv;
	const char *input; /* NULL: nothing */
	int status;        /* out: as waitpid() gives it */
	const char *
		complaint; /* out, in the arena: errors, else what it printed */
	const char *output; /* out: what it printed */
};

int room_run(struct room *r, struct arena *a, struct room_command *commands,
	     size_t count);
int room_rules(struct room *r, struct text *ret);
