#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ruleset;

/*
 * The rules of this network namespace, asked of the tools themselves: both
 * backends of iptables, IPv4 and IPv6, nft, and ipset.
 *
 * The tools run as subprocesses, without a shell, with a time limit and with
 * the C locale, and are read through pipes: nft 1.0.6 crashes on some rulesets,
 * and must not take us with it. A source that could not be asked is *not
 * looked*, with the reason, which is another thing than an empty one.
 */
enum live_source {
	LIVE_IPTABLES_LEGACY,
	LIVE_IP6TABLES_LEGACY,
	LIVE_IPTABLES_NFT,
	LIVE_IP6TABLES_NFT,
	LIVE_NFT,
	LIVE_IPSET,
	LIVE_SOURCE_COUNT
};

enum live_state {
	LIVE_READ,          /* asked and read; perhaps it has nothing */
	LIVE_MISSING,       /* the program is not installed: not looked */
	LIVE_NOT_PERMITTED, /* needs CAP_NET_ADMIN: not looked */
	LIVE_FAILED         /* ended badly or took too long: not looked */
};

struct live_row {
	const char *command; /* "iptables-legacy-save" */
	enum live_state state;
	const char *why; /* a sentence, translated, the ruleset's; or NULL */
	size_t bytes;    /* what it printed */
};

struct live {
	struct live_row row[LIVE_SOURCE_COUNT];
};

/* How long one tool may take. */
enum { LIVE_TIMEOUT_MS = 5000 };

/* Reads all of them into r and tells of each. The caller links r afterwards.
 * 0, or -errno for our own failures only. */
int live_read(struct ruleset *r, unsigned timeout_ms, struct live *ret);

/* The same with the tools in these folders, colons between: for tests. */
int live_read_from(struct ruleset *r, const char *path, unsigned timeout_ms,
		   struct live *ret);

/*
 * Who runs the tools, where this process has no rights to: the same two calls,
 * made by somebody who has (live_tool_start() and live_tool_end(), with the
 * folders to look in or NULL for context).
 */
struct live_runner {
	/* Starts the source's tool, or with other the one that stands for it
	 * where there is one backend only. fds become its output and what it
	 * complains of, both not blocking. 0; -ENOENT: there is none; -errno. */
	int (*start)(void *context, enum live_source source, bool other,
		     pid_t *pid, int fds[2]);
	/* 1 with its status as of waitpid(), 0 while it runs, -errno. Late: it
	 * is killed. */
	int (*end)(void *context, pid_t pid, bool is_late, int *status);
	void *context;
	bool has_rights; /* root's, whatever this process may */
};

int live_tool_start(void *context, enum live_source source, bool other,
		    pid_t *pid, int fds[2]);
int live_tool_end(void *context, pid_t pid, bool is_late, int *status);

int live_read_by(struct ruleset *r, const struct live_runner *runner,
		 unsigned timeout_ms, struct live *ret);

/* Whether anything could not be looked at. A tool that is not installed made
 * no rules, and others find what is there. */
bool live_is_partial(const struct live *l);
