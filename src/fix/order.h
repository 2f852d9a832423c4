#pragma once

#include "base/text.h"
#include "fix/plan.h"

/*
 * An order: a candidate as it is handed from the process that made it, which has
 * no rights, to the one that carries it out, and kept on the disk for as long as
 * it may have to be undone: fields, each "name length\nbytes\n", because files
 * and comments of rules need not be UTF-8.
 *
 * Theory. Whoever carries it out trusts nobody: an order is read as strictly as
 * anything from outside, and can say no more than what a change is (plan.h): one
 * transaction of a ruleset tool, one file, one command of a fixed list.
 */
struct order_step {
	struct fix_change change;
	bool is_lasting; /* done when it is confirmed */
};

enum {
	ORDER_STEPS = 64,
	ORDER_WORDS = 48,
	ORDER_ASKED = 16,
	ORDER_MOST = 64 << 20 /* bytes */
};

struct order {
	const char *id;      /* its folder's name; NULL before it has one */
	const char *what;    /* the candidate's summary */
	const char *why;     /* the cause's id; NULL */
	const char *who;     /* "root (sudo by alice), from 192.0.2.7" */
	const char *session; /* SSH_CONNECTION of who applied it; NULL */
	const char *service; /* "tcp/5555": what is tried again */
	const char *port;    /* "HOST PORT", said as two words; NULL */
	const char *client;  /* its address; NULL */
	/* How a TARGET is asked for: "-4", "--source", "192.0.2.7", … */
	const char *asked[ORDER_ASKED];
	size_t asked_count;
	int64_t at_ns; /* wall clock */
	unsigned confirm_within_s;
	struct order_step *steps;
	size_t count;
};

/* The candidate as an order; strings stay the plan's. is_restarting: daemons may
 * be restarted (--restart); without it such steps are left out. 0 or -ENOMEM. */
int order_make(struct order *ret, struct arena *a,
	       const struct fix_candidate *c, bool is_restarting);

/* 0 or -ENOMEM. */
int order_write(struct text *out, const struct order *o);

/* Reads one, into the arena. 0; -EINVAL: it is none, or asks for what no order
 * may; -ENOMEM. */
int order_read(struct order *ret, struct arena *a, const char *text,
	       size_t len);

/* Whether a step may run that program, by its name, and write that path:
 * absolute, of names alone. */
bool order_may_run(const char *program);
/* The same of a whole command: also scripts of /etc/init.d, and what is harmless
 * with just these words. */
bool order_may_run_words(const char *const *argv);
/* Whether it may be said to `kiriwake check', which tries again: it writes
 * nothing. */
bool order_may_ask(const char *word);
bool order_may_write(const char *path);
