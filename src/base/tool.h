#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/*
 * Programs of this host, run for what they print: without a shell, with the C
 * locale and nothing else in their environment, in a process group of their own,
 * read through pipes, and killed with their children when their time is over.
 * What they print is not looked at here.
 */
struct tool {
	pid_t pid;    /* 0: not started */
	int out, err; /* -1: closed */
	int input;    /* what it reads, the caller's; 0: /dev/null */
	struct text text, complaint;
	int status; /* as waitpid() gives it */
	int failed; /* errno of starting it */
	bool timed_out;
};

/* Where administrators' tools are. PATH is not asked: who runs us with more
 * rights than his own must not choose what we run. */
#define TOOL_USUAL_PATH                                                        \
	"/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin"

/* The most words of a command. */
enum { TOOL_WORDS = 48 };

/* The program's whole path, or false. path: folders, colons between. */
bool tool_find(struct text *ret, const char *path, const char *name);

/* Starts it. argv ends with NULL; no more than TOOL_WORDS. t is new: zeros, its
 * texts perhaps with something in them. What cannot be started says so. */
void tool_start(struct tool *t, const char *program, const char *const *argv);

/* On the monotonic clock. */
int64_t tool_now_ms(void);

/* Reads from all of them side by side until they end, or the time is over; then
 * waits for each. Those that were not started are passed over. */
void tool_finish(struct tool *const *tools, size_t count, int64_t deadline_ms);

/* Whether it was started and ended with status 0. */
bool tool_ended_well(const struct tool *t);

/* Frees the texts. */
void tool_done(struct tool *t);
