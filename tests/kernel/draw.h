#pragma once

#include "dice.h"
#include "lab.h"
#include "ruleset/model.h"

/*
 * Packets that a ruleset might treat in different ways: each is aimed at one
 * rule, through the rules that lead there, with values from the borders of
 * what they ask for, one step inside or outside; then made into something that
 * a wire could carry.
 */

struct shot {
	struct point packet; /* as the first hook sees it */
	struct point quoted; /* of ICMP errors; known is 0: nothing */
	bool is_local;       /* sent by a process of this host */
	/* Connection tracking knows the packet's flow (or the quoted one):
	 * which way round, and what was seen of it. */
	bool has_entry;
	unsigned device; /* it comes in by, or, is_local, leaves by */
	unsigned user;   /* index into lab->user */
	/* Of a conversation: the kernel makes the entries by itself. */
	bool is_talk, is_last;
	bool has_turned;   /* its conversation was translated */
	uint32_t seq, ack; /* its TCP numbers, or both 0 */
	/* Its connection was translated: it leaves with these (predict_ends). */
	bool is_translated;
	u128 ends[4];
};

struct draw;

/* The devices that rules ask for, and two more; and the users. */
unsigned draw_devices(const struct ruleset *r, struct dice *dice,
		      char ret[LAB_DEVICES][16]);
void draw_users(const struct ruleset *r, struct dice *dice,
		uint32_t ret[LAB_USERS]);

/* NULL: no memory. Ruleset and lab outlive it. */
struct draw *draw_new(const struct ruleset *r, const struct lab *lab,
		      uint64_t seed);
void draw_free(struct draw *d);

/* Whether rules make the kernel follow connections (and so join fragments). */
bool draw_has_tracking(const struct draw *d);

/* Begins a batch: everything that is not local leaves by the device. Then the
 * shots; addresses that are to be this host's are gathered on the way and are
 * for lab_route(). */
void draw_begin(struct draw *d, unsigned out);
void draw_shot(struct draw *d, struct shot *ret);

/* One that comes to the hook with these fields, as near as can be. By which
 * device everything leaves is changed to what it asks for: draw_out(). */
void draw_given(struct draw *d, const struct point *wanted, enum hook hook,
		struct shot *ret);
unsigned draw_out(const struct draw *d);

/* The address, or another of its family, as one of this host's: to be asked
 * before draw_local(). */
u128 draw_make_local(struct draw *d, u128 address);
unsigned draw_local(const struct draw *d, const u128 **ret);
