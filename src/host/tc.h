#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Traffic control of this network namespace at one moment: the queueing
 * disciplines, the filters that stand at them, what they count, and what a
 * filter does to a packet as far as it can be told from here (rtnetlink(7),
 * linux/pkt_cls.h). No privilege is needed but for the BPF programs (tcx).
 */
struct netlink;
struct sock_filter;
struct first_packet;

enum tc_side { TC_INGRESS, TC_EGRESS, TC_SIDES };

enum { TC_KIND = 16, TC_NAME = 64, TC_KEYS = 16, TC_KEY_BYTES = 16 };

struct tc_qdisc {
	struct tc_qdisc *next;
	uint32_t device; /* index */
	uint32_t handle, parent;
	char kind[TC_KIND]; /* "clsact", "fq_codel" */
	uint64_t drops;
};

enum tc_action {
	TC_PIPE,     /* the filter's next action is asked */
	TC_NEXT,     /* the next filter is asked */
	TC_PASS,     /* it goes on, and no more filter is asked */
	TC_MAY_PASS, /* either of these two */
	TC_DROP,
	TC_MAY, /* it may drop: a limit, a program, or what is not known here */
	TC_AWAY, /* to another place */
};

/* Where a key of a filter counts its bytes from. */
enum tc_base { TC_BASE_FRAME, TC_BASE_NETWORK, TC_BASE_TRANSPORT };

struct tc_key {
	enum tc_base base;
	uint16_t at, len;
	uint8_t value[TC_KEY_BYTES], mask[TC_KEY_BYTES];
};

struct tc_filter {
	struct tc_filter *next; /* in the order in which they are asked */
	uint32_t device;
	enum tc_side side;
	uint32_t parent, handle, chain;
	uint16_t priority, protocol; /* of Ethernet */
	char kind[TC_KIND];          /* "u32", "flower", "bpf" */
	char name[TC_NAME];          /* of its program; "" */
	uint32_t program;            /* id, 0: none */
	enum tc_action action;       /* of what matches */
	struct tc_key keys[TC_KEYS];
	size_t key_count;
	bool is_unsure; /* whether it matches depends on more than the keys */
	bool is_direct; /* the program says what is done */
	const struct sock_filter *code; /* classic BPF, or NULL */
	size_t code_count;
	uint64_t drops;    /* of its actions */
	bool is_container; /* of other filters: a table of u32 */
};

struct tc {
	struct arena *arena;
	struct tc_qdisc *qdiscs;
	struct tc_filter *filters;
	struct tc_filter *last;
	bool is_partial; /* there are more than were asked for */
};

/* 0 or -errno; tc_done() in either case. */
int tc_read(struct netlink *route, struct tc *ret);
void tc_done(struct tc *t);

/* How many BPF programs stand there by themselves, without a qdisc (tcx, since
 * Linux 6.6); or -errno. The first one's id goes to *id. */
int tc_programs(uint32_t device, enum tc_side side, uint32_t *id);

/* What the filters of that side do to the packet: TC_PASS, TC_DROP with the
 * filter that does it, TC_MAY or TC_AWAY with the first that may. */
enum tc_action tc_judge(const struct tc *t, uint32_t device, enum tc_side side,
			const struct first_packet *p,
			const struct tc_filter **ret);

/* Whether the kind has nothing but filters: clsact, ingress. */
bool tc_is_hook(const struct tc_qdisc *q);

/* The same one as it was; NULL: it was not there. */
const struct tc_qdisc *tc_qdisc_of(const struct tc *t,
				   const struct tc_qdisc *q);
const struct tc_filter *tc_filter_of(const struct tc *t,
				     const struct tc_filter *f);

/* For host/guard.h, whose process answers for others: what tc_programs()
 * records. */
struct text;
int tc_answer(const char *rest, struct text *ret);
