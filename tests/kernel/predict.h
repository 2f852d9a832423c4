#pragma once

#include "draw.h"
#include "ruleset/walk.h"

/*
 * What the walker says will happen to a shot, as the kernel could contradict
 * it: counters of rules and policies, the way out, and the answer.
 */

struct tally {
	uint64_t packets;
	uint64_t bytes;
};

/* One row for each rule, and one for each chain's policy (number 0). */
struct book {
	struct tally *row;
	size_t count;
	size_t *first; /* of each chain, by its index */
	size_t chain_count;
};

int book_init(struct book *b, const struct ruleset *r);
void book_done(struct book *b);
void book_clear(struct book *b);
struct tally *book_row(const struct book *b, const struct chain *c,
		       unsigned number);

struct expected {
	struct walk_verdict verdict;
	struct point last; /* the packet, as it ended */
	enum hook hook;    /* where */
	bool has_answer;
	struct point answer; /* as it comes out of the device */
	unsigned device;
	/* Why it cannot be judged, or NULL: it can. */
	const char *open;
	bool is_excused; /* rate, random, time, a set that was not given */
	/* What translated the destination and the source, by walk_manip. */
	const struct action *nat[2];
};

struct predictor {
	const struct lab *lab;
	struct walk_plan *plan;
	struct walk_address *addresses;
	struct walk_host host;
	bool has_tracking;
};

int predict_init(struct predictor *p, const struct ruleset *r,
		 const struct lab *lab, bool has_tracking);
void predict_done(struct predictor *p);

/* After lab_route(). */
void predict_route(struct predictor *p);

/* Counts in the book, which may be NULL. */
void predict_shot(const struct predictor *p, const struct shot *s,
		  struct book *book, struct expected *ret);

/* The same of a walk that is set up: verdict, hook, nat, and what is open. */
struct walk;
struct walk_verdict predict_walk(struct walk *w, struct book *book,
				 struct expected *e);

/* What translation changes: both addresses, both ports, the source's first. */
extern const enum field predict_ends[4];

/* A packet of a connection that was translated: it leaves with these ends, and
 * that is where it goes. After predict_sender(). */
void predict_translated(const struct lab *lab, struct shot *s,
			const u128 ends[4]);

/* RTN_* */
unsigned predict_address_type(const struct lab *lab, u128 address);

/* Fields that depend on which addresses are the host's: of both ends, and
 * where the packet goes. False: the shot cannot be fired as it is. */
bool predict_settle(const struct lab *lab, struct shot *s);

/* Sends it to this host itself, by lo, where both ends' ports differ. False:
 * it is no packet of a local sender, or has an entry. */
bool predict_loop(const struct lab *lab, struct dice *dice, struct shot *s);

/* Everything that follows from who sends it, and from the addresses, which
 * stay: of both ends' kinds, devices and owners. */
void predict_sender(const struct lab *lab, struct shot *s);
