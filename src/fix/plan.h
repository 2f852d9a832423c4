#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fact/case.h"
#include "net/address.h"
#include "ruleset/compare.h"
#include "ruleset/walk.h"

/*
 * A plan: what could be changed so that a connection gets through, the smallest
 * and safest first, each with its exact effect and how it is taken back. Nothing
 * here changes anything: it is read by people, tried in a room (rehearse.h), and
 * then applied.
 *
 * Theory. What stops the connection is a list of faults, in the order in which
 * a packet meets them: the verdict's cause first, `also` behind it. A repair
 * (repair.h; one file each) knows one kind of culprit and proposes candidates for
 * it: a list of small changes. A candidate of the plan mends all of the faults:
 * one way for the first, and the best for each of the others.
 *
 * All of a plan lies in its arena.
 */

/* What is to get through, and for whom: never wider than was asked. */
enum fix_for {
	FIX_FOR_CLIENT, /* this one address */
	FIX_FOR_SUBNET, /* the network that it is in */
	FIX_FOR_EVERYONE,
};

struct fix_ask {
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;    /* of the service, as the client asks for it */
	struct address server;
	bool has_server;
	struct address client; /* has_client; the network's, once it is wider */
	unsigned client_prefix; /* of client, in bits of its family */
	bool has_client;        /* else everyone is meant */
	enum fix_for for_whom;
};

/* An administrator's way in, that no change may close: his session now, and a
 * new one from the same place. */
struct fix_admin {
	struct address client, server;
	uint16_t client_port, server_port; /* 0: none is open */
};

enum { FIX_ADMINS = 16 };

/* One small change. Every kind has its undo. */
enum change_kind {
	CHANGE_RULES, /* one transaction on a table */
	CHANGE_FILE,  /* a text file gets another content */
	CHANGE_RUN,   /* a command that changes one thing; another undoes it */
};

/* What is done to one chain: at most one rule goes and one comes. */
enum edit_kind { EDIT_INSERT, EDIT_DELETE, EDIT_MOVE, EDIT_REPLACE };

struct rule_edit {
	enum edit_kind kind;
	const char *chain;
	/* The rule meant, as iptables counts, and nft's handle (0: none); of an
	 * INSERT what stands there now, which comes behind it; one behind the
	 * last: at the end. */
	unsigned number;
	uint64_t handle;
	/* MOVE: it stands before this one afterwards, by the numbers before the
	 * change; one behind the last: at the end. */
	unsigned to_number;
	uint64_t to_handle;
	const char *
		words; /* INSERT, REPLACE, MOVE: the rule's, without -A CHAIN */
};

struct rules_change {
	enum engine engine;
	enum table_family family;
	const char *table;
	struct rule_edit *edits; /* all numbers are those before the change */
	size_t edit_count;
	/* Of iptables: "iptables-legacy"; rules_edit_script() tells it by where
	 * the rules were read. NULL: the family's plain name. */
	const char *tool;
	/* What iptables-restore --noflush, or nft -f, takes: one transaction, that
	 * keeps counters. And what takes exactly that back. */
	const char *script, *undo;
};

struct file_change {
	const char *path;
	const char *before, *after; /* whole contents; before NULL: no file */
	uint64_t line;              /* the first that differs */
	uint32_t mode;              /* of a new file */
};

struct run_change {
	const char *const *argv; /* ends with NULL */
	const char *const *undo; /* NULL: nothing to undo (a reload) */
	bool is_restart;         /* only with --restart */
	/* Edits of rules that come to the same, where the program is not there: in
	 * a room. None (edit_count 0): all is done by those of the run before.
	 * NULL: nothing does. */
	const struct rules_change *stand_in;
};

struct fix_change {
	enum change_kind kind;
	const char *text; /* what it does: a whole sentence, translated */
	const char *undo_text;

	union {
		struct rules_change rules;
		struct file_change file;
		struct run_change run;
	};
};

/* Whether it will be there after the next boot. */
enum fix_lasts { FIX_LASTS_UNKNOWN, FIX_LASTS_NO, FIX_LASTS_YES };

enum fix_risk { FIX_RISK_LOW, FIX_RISK_SOME, FIX_RISK_HIGH };

extern const char *const fix_risk_names[];  /* "low", … */
extern const char *const fix_lasts_names[]; /* "unknown", "no", "yes" */

/* What the change does to traffic, as the engine computes it for all packets. */
struct fix_effect {
	const char *const
		*text; /* sentences, translated, the first one the sum */
	size_t text_count;
	struct comparison comparison; /* of the rules before and after */
	bool is_known;                /* it was computed */
	bool lets_through; /* the connection and its answer, by the walk */
	bool is_exact;     /* nothing but what was asked for changes its fate */
	/* Or nothing but what a rule says that stood there already, and was never
	 * met: its words. In: the rule; out: whether it is so. */
	const char *as_written;
	bool is_as_written;
	double outside; /* 5-tuples that change besides; 0 if is_exact */
};

struct fix_candidate {
	const char *id;      /* of the repair: "rule-move" */
	const char *summary; /* "move rule 5 of INPUT below rule 7" */
	const char *why;     /* what it rests on, a sentence; or NULL */
	/* Now, in this order; and what is changed when it is confirmed, so that
	 * the next boot gives the same. */
	struct fix_change *now, *lasting;
	size_t now_count, lasting_count;
	struct fix_effect effect;
	enum fix_risk risk;
	const char *risk_text;
	enum fix_lasts lasts; /* once lasting is done, too */
	const char *lasts_text;
	const char *owner; /* the id of who keeps the thing; NULL: by hand */
	/* What has to be run to have it, as one would type it; made from the
	 * changes (fix_commands()). */
	const char *const *commands;
	size_t command_count;
	unsigned
		cost; /* lines, rules and programs that are touched: less is better */
	struct rehearsal *rehearsal; /* NULL: not rehearsed */
	struct fix_candidate *next;
};

/* What has to be done by somebody else: nothing here would help. */
struct fix_elsewhere {
	const char
		*who; /* "the router 10.0.0.1", "who runs the cloud account" */
	const char *what; /* a sentence */
	const char
		*message; /* to send them, with the evidence; several lines */
	struct fix_elsewhere *next;
};

/* One thing that stops the connection. */
struct fix_fault {
	const struct cause *cause;
	enum fact_kind found; /* what tells it */
	const struct culprit *culprit;
	bool is_mended; /* a candidate mends it */
};

enum { FIX_FAULTS = 24 };

struct fix_plan {
	struct arena *arena;
	struct fix_ask ask;
	struct fix_fault faults[FIX_FAULTS];
	size_t fault_count;
	struct fix_candidate *first; /* the best first */
	struct fix_elsewhere *elsewhere;
	/* Why there is no candidate, or what none of them mends. */
	const char *const *remarks;
	size_t remark_count;
};

/* "accepts tcp/5555 from 10.1.0.0/24": who and what, in words. */
void fix_ask_text(struct text *out, const struct fix_ask *ask);

/* Fills commands from now[] (and lasting[], where confirmed is set), to be
 * typed: one transaction for rules, here-documents where needed. 0 or -ENOMEM. */
int fix_commands(struct fix_plan *p, struct fix_candidate *c);

/* One change as it is typed, or what takes it back. 0 or -ENOMEM. */
int fix_commands_put(struct text *out, const struct fix_change *c,
		     bool is_undo);
