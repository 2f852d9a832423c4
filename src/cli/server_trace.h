#pragma once

struct server;
struct server_seen;
struct look_question;
struct attempt;

/*
 * Which rule took the client's packet, asked of the kernel: its next one is
 * traced, where counters have not told it and what is seen looks like the packet
 * filter's. After server_rules_after() and server_drops_tell() of the same.
 */

/* Why it could not be armed, as a sentence. */
const char *server_trace_reason(int err);

/* Facts of the attempt and a step. It takes as long as the client takes to try
 * again, and NFTRACE_SECONDS twice at most. 0 or -errno. */
int server_trace(struct server *s, const struct server_seen *seen,
		 const struct look_question *q, struct attempt *a);

/* The same of a saved host: what was traced then of this client. 0 or -errno. */
int server_trace_replay(struct server *s, const struct look_question *q,
			struct attempt *a);
