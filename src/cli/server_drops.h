#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/recording.h"
#include "drops/event.h"
#include "drops/tell.h"

/*
 * What the kernel itself reports while attempts come in: begun beside the
 * capture, read while it grows.
 */
struct server;
struct server_seen;
struct attempt;

struct server_drops {
	struct recording recording;
	struct arena *arena; /* of the list */
	struct drops_list list;
	size_t size;        /* of the recording when it was read last */
	int64_t began_ns;   /* 0: it was not */
	int64_t armed_ns;   /* CLOCK_MONOTONIC; 0: it is not, or not yet */
	bool is_not_looked; /* and that was told */
	bool is_sent_on;    /* rules may send packets on to another port */
};

/* Begins, where it can; it is armed later. */
void server_drops_begin(struct server *s);

/* Waits until it is armed, for what is left of the time that it may take. What
 * cannot be had is told as not looked. */
void server_drops_arm(struct server *s);

/* Reads what was reported until now. 0 or -errno. */
int server_drops_read(struct server *s);

/* Who a drop is of: an attempt's packets. */
struct drops_flow server_drops_flow(const struct server_seen *seen,
				    uint8_t protocol, uint16_t port);

/* The report that this attempt's packet, or the answer to it, was dropped here;
 * NULL: there is none. */
const struct drop_event *server_drops_took(const struct server *s,
					   const struct server_seen *seen);

/* Attempts that were reported, and which a capture would show by now: most of
 * them at most. Returns how many. */
size_t server_drops_only(const struct server *s, struct server_seen *list,
			 size_t most);

/* What was reported of it, as facts of the attempt and as a step. Ends the
 * recording, so that all of it is there; who->is_whole is set. 0 or -errno. */
int server_drops_tell(struct server *s, struct drops_flow *who,
		      struct attempt *a);

/* The same of a saved host: what was reported then of this client. 0 or
 * -errno. */
int server_drops_replay(struct server *s, struct drops_flow *who,
			struct facts *facts);

void server_drops_end(struct server *s);
