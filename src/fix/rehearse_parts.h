#pragma once

#include "fix/rehearse.h"
#include "fix/room.h"

/*
 * Parts of a rehearsal. Who asks the room reads what it answers, and parses the
 * rules that it dumps: without rights.
 */
enum { REHEARSE_WITNESSES = 300 };

/* One packet that is sent twice. */
struct rehearse_packet {
	struct point point;
	bool is_meant;
	bool is_wider; /* what is changed lets it in too, and says so */
};

/* A change of the candidate that was done in the room. */
struct rehearse_done {
	const struct fix_change *change;
	struct room_command undo;
	bool has_undo;
};

struct rehearsing {
	struct fix_planning *p;
	struct fix_candidate *c;
	struct room *room;
	struct arena *arena; /* the plan's */
	struct rehearsal *ret;
	struct room_plan plan;
	const char **stand_ins;
	/* The connection that is tried. */
	struct address client, server;
	uint16_t port, client_port;
	uint8_t protocol;
	bool is_own; /* the client is this host itself */
	bool has_connection;
	bool is_bridged; /* no route of the host leads to the server */
	uint16_t device; /* that it comes in by, in plan.devices */
	/* Where its packets are led, where that is known. */
	struct address led_to;
	uint16_t led_port;
	bool is_led;
	/* What the rules say of it, where they stop it. */
	struct walk_verdict expected;
	bool has_expected;
	bool is_unsure; /* it depends on more than the packet: a limit, a time */
	/* The rules as the room has them. */
	struct text before;
	struct ruleset *rules;
	struct problems *problems; /* of reading them */
	struct rehearse_done *done;
	size_t done_count;
	bool was_all_tried; /* no change was left out */
	/* Sessions, by the admin's number. */
	uint32_t session[FIX_ADMINS];
	bool is_open[FIX_ADMINS];
	bool was_in[FIX_ADMINS]; /* could come in anew before the change */
	size_t missing_sessions; /* that the room could not make */
	uint16_t admin_port;     /* the next to come from */
	/* With the change, where that lets in what a rule of before says. */
	struct ruleset *rules_after;
	struct walk_plan *plan_after;
	struct rehearse_packet *packets;
	struct room_frame *frames;
	uint8_t *fates_before, *fates_after;
	size_t packet_count;
};

/* rehearse_rows.c */

/* Fills the row, since that time (clock_now()). The format is a sentence. */
__attribute__((format(printf, 5, 6))) void
rehearse_rows_set(struct rehearsing *s, enum rehearsal_check check,
		  enum rehearsal_result result, int64_t since,
		  const char *format, ...);
/* All rows that were not tried yet. */
void rehearse_rows_rest(struct rehearsing *s, enum rehearsal_result result,
			const char *why);
/* A sentence of what is otherwise than on the host. */
void rehearse_rows_stand_in(struct rehearsing *s, const char *sentence);
/* In words: "refused (reset)" */
const char *rehearse_rows_error(int error);
void rehearse_rows_prove(struct rehearsing *s);

/* rehearse_host.c: s->plan, and the connection. 0 or -errno. */
int rehearse_host_plan(struct rehearsing *s);
bool rehearse_host_is_own(const struct rehearsing *s, const struct address *a);

/* rehearse_load.c: the host's rules into the room. 0; 1: ret_why says why not;
 * -errno. */
int rehearse_load(struct rehearsing *s, const char **ret_why);
/* The room without any rule: commands that make it so, run. */
int rehearse_load_nothing(struct rehearsing *s);

/* rehearse_pieces.c: rules that are more than one transaction can hold. What
 * iptables-save printed, for --noflush; what `nft list ruleset' did, one piece
 * after the other. each(): below 0 ends it. */
typedef int rehearse_piece(void *context, const char *text, size_t len);

void rehearse_pieces_save(struct text *out, const char *save);
int rehearse_pieces_nft(struct arena *a, const char *nft, rehearse_piece *each,
			void *context);

/* rehearse_apply.c. 0; 1: ret_why; -errno. */
int rehearse_apply(struct rehearsing *s, const char **ret_why);
int rehearse_apply_undo(struct rehearsing *s, const char **ret_why);
/* Whether a change is one that can be tried in a room. */
bool rehearse_apply_can(const struct fix_change *c);

/* rehearse_same.c: whether two dumps (room_rules()) are the same, but for
 * counters, handles and clocks; else which tool's differ. */
bool rehearse_same(const struct text *x, const struct text *y,
		   const char **ret_tool);

/* rehearse_witness.c: which packets are sent, and their frames. 0 or -errno. */
int rehearse_witness_choose(struct rehearsing *s);

/* rehearse_meant.c: whether a packet is among those that the change is for: those
 * of the ask, as the client sends them or as they are led on; or what a rule says
 * that stood there already. rehearse_meant_read() comes first: 0 or -ENOMEM. */
int rehearse_meant_read(struct rehearsing *s);
bool rehearse_meant(const struct rehearsing *s, const struct point *p);
/* Whether it is none of the rules that stops it but what is changed besides, and
 * that was never said to be exact: a setting is of all clients. plan: of the rules
 * as they are; or NULL. */
bool rehearse_meant_wider(const struct rehearsing *s,
			  const struct walk_plan *plan, const struct point *p);

/* rehearse_frame.c: the number is set already. */
void rehearse_frame_put(const struct rehearsing *s, struct room_frame *f,
			const struct point *p);

/* rehearse_judge.c: compares both fates and sets the row. */
int rehearse_judge(struct rehearsing *s, int64_t since);
