#pragma once

#include "cli/check_drops.h"
#include "cli/check_local.h"
#include "cli/check_packets.h"
#include "cli/check_rights.h"
#include "cli/cli.h"
#include "diag/case_verdict.h"
#include "fact/case.h"
#include "probe/probe.h"
#include "report/ticket.h"

/*
 * kiriwake check, in parts: check.c reads the command line, check_run.c decides
 * which probe runs when, check_screen.c shows it while it happens.
 */

/* The screen: steps as they end, and what is being waited for. */
struct check_screen {
	struct ticket ticket; /* how a step is told */
	bool is_quiet;        /* JSON: nothing is shown before the end */
	bool is_terminal;     /* standard error: something may be rubbed out */
	bool has_line;
	size_t seen; /* steps of the case */
	size_t told; /* of them */
};

void check_screen_init(struct check_screen *s, const struct cli *cli,
		       const struct case_record *record);
/* Shows the steps that the case has got since the last call. */
void check_screen_sync(struct check_screen *s, const struct case_record *c);
/* Shows, for the moment, what is being waited for. NULL: nothing any more. */
void check_screen_wait(struct check_screen *s, const char *what,
		       int64_t since_ns);

struct check {
	struct case_record *record;
	struct probe_options options;
	struct probe_runner *runner;
	struct diag *diag;
	struct check_screen screen;
	struct check_rights rights;
	struct check_packets packets;
	struct check_drops drops;
	struct check_local local[CASE_ATTEMPTS];
	int pcap_file; /* --pcap, or in the case's folder; -1: none */
	int case_file; /* --save; -1: none */
	struct case_verdict verdict;
	int64_t began_ns;
};

/* Takes argv[*i], with its value, as an option of how the attempt is made: 1; 0:
 * it is none; -1: it is wrong, which was said. */
int check_option(struct probe_options *o, int argc, char *argv[], int *i);

/* Tells the verdict; of JSON, all. The exit status, or -errno. */
int check_tell(struct ticket *t, const struct cli *cli,
	       const struct case_record *record,
	       const struct case_verdict *verdict,
	       const struct problems *problems);

/* Judges a saved case again and tells all of it. The exit status, or -errno. */
int check_replay(const struct cli *cli, const char *folder);

/* --commands-for: what to run on a client of that system instead. The exit
 * status. */
int check_elsewhere(const char *name, const struct target *t);

/* Runs all steps; of a target without a port, only its name's. No verdict is
 * drawn. 0 or -errno. */
int check_look(struct check *c);

/* Runs all steps and judges. Ctrl-C ends it early: the verdict is of what was
 * seen. 0 or -errno. */
int check_run(struct check *c);
