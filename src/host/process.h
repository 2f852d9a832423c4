#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * One process, as /proc/PID shows it: what it is called and what it does now.
 */
enum { PROCESS_NAME = 16, PROCESS_COMMAND = 96 };

struct process {
	int pid, parent;
	char name[PROCESS_NAME];
	char state;       /* R, S, D, T, t, Z: proc(5) */
	uint64_t started; /* in ticks since the host's start */
	/* Grows with every child that ended and was waited for. */
	uint64_t ended_children;
	bool is_sshd;          /* by its file; or that may not be seen */
	bool forgets_children; /* it lets them end without waiting */
};

/* 0; -ENOENT or -ESRCH: there is none; -errno. */
int process_read(int pid, struct process *ret);

/* Its descriptors: how many of the numbers below its own limit are taken. */
struct process_files {
	uint64_t open, most;
};

int process_files(int pid, struct process_files *ret);

/* What is sure of a descriptor of its epoll sets. */
enum process_watch {
	PROCESS_WATCH_UNKNOWN, /* it has no set, or none may be read */
	PROCESS_WATCH_YES,     /* it waits for that socket to be readable */
	PROCESS_WATCH_NO,      /* it has sets, and the socket is in none */
};

int process_watches(int pid, uint32_t inode, enum process_watch *ret);
