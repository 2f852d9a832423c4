#pragma once

#include "fact/case.h"

/*
 * The files that a run leaves on request: its packets, and its case as a folder.
 */

/* The files of a saved case, in its folder. */
#define CASE_FILE "case.json"
#define CASE_PACKETS "packets.pcapng"
#define CASE_HOST "host.snapshot"
#define CASE_PLAN "plan.json"

/* Opens them, before rights are given up: *pcap and *file stay -1 where they are
 * not asked for. 0, or EXIT_USAGE, said. */
int case_output_open(int *pcap, int *file, const char *pcap_path,
		     const char *folder);

/* The same of what the host itself answered, in that folder, which is there. It
 * is for the user alone: it holds what is not open to all. */
int case_output_open_host(int *ret, const char *folder);

/* A plan for it, in that folder, which is made. 0; EXIT_USAGE, said. */
int case_output_open_plan(int *ret, const char *folder);

/* What was found, so that it can be judged elsewhere; file may be -1. 0 or
 * -errno. */
int case_output_save(int file, const struct case_record *c);
