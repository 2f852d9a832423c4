#pragma once

#include "cli/firewall.h"
#include "cli/firewall_host.h"
#include "cli/firewall_packet.h"
#include "cli/server_host.h"
#include "diag/case_verdict.h"
#include "fix/applier.h"
#include "fix/plan.h"
#include "fix/rehearse.h"
#include "fix/repair.h"
#include "host/look.h"
#include "probe/probe.h"
#include "report/ticket.h"

/*
 * kiriwake fix plan|rehearse, in parts: fix.c reads the command line, fix_run.c
 * decides what is done when, fix_ask.c says for whom and what is at fault, and
 * one file each knows how a verdict is come by: fix_server.c (this host serves
 * it), fix_target.c (this host asks for it), fix_case.c (it was saved),
 * fix_files.c (rules alone). fix_text.c and fix_json.c tell it.
 *
 * fix_apply.c has the plan carried out, fix_settle.c confirms it and takes it back.
 * Nothing but these two changes anything on this host.
 */
enum { FIX_FILES = 64 };

/* What the command line asks for. */
struct fix_request {
	const struct command *command;
	const char *word; /* SERVICE, TARGET or CASE; NULL: --packet tells */
	const char *port; /* a second word: HOST PORT */
	const char *from, *for_whom, *save, *host, *as_user;
	struct probe_options options;   /* of a TARGET: has_options */
	const char *asked[ORDER_ASKED]; /* as they were said */
	size_t asked_count;
	const char *files[FIX_FILES]; /* --ruleset */
	size_t file_count;
	struct firewall frame; /* of what --packet and --address are read in */
	struct firewall_packet packet;
	struct firewall_host own; /* --address */
	size_t chosen;            /* from 1 */
	bool is_rehearsing;       /* fix rehearse */
	bool is_waiting, is_unrehearsed, is_experiment, has_options;
	/* fix apply */
	bool is_applying, is_sure, is_restarting, is_daring;
	bool is_auto;  /* confirmed, too, when the client got through */
	bool is_trial; /* fix experiment */
	unsigned confirm_within_s; /* of an experiment: how long it is for */
};

/* What became of a plan that was to be applied. */
enum fix_outcome {
	FIX_NOT_APPLIED,
	FIX_APPLIED,   /* and it gets through: waits to be confirmed */
	FIX_UNTRIED,   /* whether it gets through could not be tried */
	FIX_UNDONE,    /* it did not get through: taken back */
	FIX_REFUSED,   /* nothing was changed, why says for what reason */
	FIX_CONFIRMED, /* --auto-confirm */
	FIX_HELPED,    /* an experiment, over: it got through */
	FIX_USELESS,   /* it did not, even so */
	FIX_OUTCOMES
};

extern const char *const fix_outcome_names[FIX_OUTCOMES];

struct fix_applied {
	enum fix_outcome outcome;
	char id[32]; /* of the change; "": there is none */
	const char *why;
	int status;    /* to exit with */
	bool has_come; /* the client itself, to an experiment */
};

struct fix_run;

/* How a verdict is come by. */
struct fix_look {
	/* Fills record, verdict, and of the planning what is known; gives up
	 * the rights before the first untrusted byte. 0; an exit status, said; or
	 * -errno. */
	int (*look)(struct fix_run *x);
	/* Writes what --save asks for, but the plan. 0 or -errno. */
	int (*save)(struct fix_run *x);
	void (*done)(struct fix_run *x);
	bool is_host; /* this host is asked: its rules, its sessions */
};

extern const struct fix_look fix_server, fix_target, fix_case, fix_files;

struct fix_run {
	const struct cli *cli;
	struct cli quiet; /* the same, without steps unless -v */
	struct fix_request *request;
	const struct fix_look *by;
	void *state; /* by's */
	struct case_record *record;
	const struct case_verdict *verdict; /* by's */
	struct problems *problems;
	struct fix_plan plan;
	struct fix_planning planning;
	struct fix_rules_source source;
	struct fix_admin admins[FIX_ADMINS];
	/* What the rules do to the first packet, by FACT_RULES_*; or NONE. */
	enum fact_kind ruled;
	struct room *room;
	int room_error;         /* why there is none */
	struct room *boot_room; /* for what the next boot loads; or NULL */
	int rehearsal_error;
	struct fix_candidate *chosen; /* NULL: there is no candidate */
	size_t number;                /* of it, from 1 */
	int file;                     /* plan.json; -1: none */
	struct applier *applier;      /* fix apply */
	/* Who runs it, and from where, while that can be asked. */
	struct text user, session;
	struct fix_applied applied;
};

/* All of it. The exit status, or -errno. */
int fix_run(const struct cli *cli, struct fix_request *r,
	    const struct fix_look *by);

/* fix_ask.c: who is to get through, by --for. 0; EXIT_USAGE, said; -errno. */
int fix_ask_fill(struct fix_run *x);

/* The faults in the order in which a packet meets them. */
void fix_ask_faults(struct fix_run *x);

/* Without --from, somebody of the network that --for names; else nothing. */
void fix_ask_somebody(const struct fix_request *r, struct text *out);

/* fix_admins.c: from the environment (words may be NULL), and of this host. */
size_t fix_admins_session(const char *connection, const char *client,
			  struct fix_admin *ret);
size_t fix_admins_open(struct fix_admin *list, size_t count);

/* fix_text.c and fix_json.c. */
void fix_text(struct text *out, const struct fix_run *x,
	      const struct ticket *t);
void fix_json(struct text *out, const struct fix_run *x,
	      const struct ticket *t);

/* fix_apply.c: has the chosen candidate carried out, tries it, takes it back if it
 * does not help; x->applied. 0 or -errno. */
int fix_apply(struct fix_run *x);

/* fix_client.c: waits until the client that it is for has a connection to the
 * service, by this host's sockets; at most so long. False: none came. Ctrl-C ends
 * it. */
bool fix_client_wait(const struct fix_run *x, unsigned seconds);

/* What became of it, in words. */
void fix_apply_text(struct text *out, const struct fix_run *x,
		    const struct ticket *t);

/* fix_settle.c: the commands that end a change, and tell of all. */
extern const struct command fix_confirm_command, fix_undo_command,
	fix_status_command;
