#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "fix/order.h"

/*
 * The ledger of changes: a folder for each, root's alone, below LEDGER_FOLDER:
 * the order, the rules as they were, and a log to which a line is added, and
 * synced, before and after everything that is done. So whoever comes next, after
 * any crash, knows what may have been done and what was not. Nothing is deleted.
 *
 * Room for the log is set aside when it is made, so that a full disk does not
 * stop an undo.
 */
#define LEDGER_FOLDER "/var/lib/kiriwake/changes"

enum ledger_state {
	LEDGER_NONE,     /* nothing is known to have been done */
	LEDGER_PREPARED, /* all is on the disk, nothing was done */
	LEDGER_ARMED,    /* the sentry waits */
	LEDGER_APPLYING,
	LEDGER_APPLIED,    /* waits to be confirmed */
	LEDGER_CONFIRMING, /* lasting steps are being done */
	LEDGER_CONFIRMED,
	LEDGER_UNDOING,
	LEDGER_UNDONE,
	LEDGER_STUCK, /* the undo failed, too: said loudly */
	LEDGER_STATES
};

extern const char *const ledger_state_names[LEDGER_STATES]; /* "applied" */

struct ledger {
	int folder, log; /* -1: closed */
	char id[32];
	bool is_read_only;
};

/* What the log says. */
struct ledger_progress {
	enum ledger_state state;
	int64_t at_ns;       /* of the last line, wall clock */
	int64_t deadline_ns; /* wall clock; 0: none */
	bool is_begun[ORDER_STEPS], is_done[ORDER_STEPS],
		is_undone[ORDER_STEPS];
	char boot[40];    /* the boot's id when it was armed */
	char detail[200]; /* of the last line */
};

#define LEDGER_CLOSED ((struct ledger){ .folder = -1, .log = -1 })

/* Makes a folder for the order, whose id it sets (in the arena), with the rules
 * as they are; on the disk when it returns. 0 or -errno. */
int ledger_create(struct ledger *l, struct arena *a, struct order *o,
		  const void *rules, size_t len);

/* is_written: lines will be added; needs root. -ENOENT: there is no such. */
int ledger_open(struct ledger *l, const char *id, bool is_written);
void ledger_close(struct ledger *l);

/* The newest, or the newest that is not settled (is_pending): its id. 0 or
 * -ENOENT, -errno. */
int ledger_latest(char id[32], bool is_pending);

/* Calls for each, the newest first, until that answers something else than 0. */
int ledger_each(int (*each)(void *context, const char *id), void *context);

/* One at a time works on it; waits. Ends with the process, or with a descriptor
 * closed: *ret. 0 or -errno. */
int ledger_lock(const struct ledger *l, int *ret);

/* One pending change at a time on a host: -EBUSY. */
int ledger_lock_all(int *ret);

/* Adds a line: on the disk when it returns. step -1: none. 0 or -errno. */
__attribute__((format(printf, 4, 5))) int ledger_note(const struct ledger *l,
						      const char *word,
						      int step,
						      const char *detail, ...);

/* The state's own line. */
int ledger_state(const struct ledger *l, enum ledger_state state,
		 const char *detail);

int ledger_progress(const struct ledger *l, struct ledger_progress *ret);

/* The same of such a log, which is taken to pieces. Lines that a crash cut off say
 * nothing. */
void ledger_read(struct ledger_progress *ret, char *log);

/* Whether something of it may have to be undone. */
bool ledger_is_pending(enum ledger_state s);

/* Files of it: "order", "rules", "echo-0". Written once, synced. 0 or -errno. */
int ledger_put(const struct ledger *l, const char *name, const void *data,
	       size_t len);
int ledger_get(const struct ledger *l, const char *name, struct text *ret);
int ledger_order(const struct ledger *l, struct arena *a, struct order *ret);

/* This boot's id. */
void ledger_boot(char ret[40]);
