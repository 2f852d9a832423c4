#pragma once

#include "predict.h"
#include "sniff.h"
#include "track.h"

/* How many arrived as foretold, changed; of those, with a value that the kernel
 * chose, and with another port, as another connection had theirs; answers that
 * came back; those that nobody could foretell. */
struct exchange_counts {
	uint64_t translated, chosen, evaded, replies, open_replies;
};

/*
 * A packet and its answer through translation: what the packet looks like
 * where it leaves, or where a process would get it, and that its answer is
 * set back. Packets come in by one device and leave by another; what comes in
 * by that other one leaves by the first. Nothing is swallowed before the
 * connection is confirmed, and each is forgotten before the next.
 */
struct exchange {
	struct lab *lab;
	struct track *track;
	struct sniff sniff;
	unsigned in;       /* the device of packets; answers come by lab->out */
	struct point sent; /* last */
	unsigned crowded;
	struct exchange_counts counts;
};

/* After lab_open(), before rules are loaded. 0 or -errno. */
int exchange_open(struct exchange *x, struct lab *lab, struct track *track);

/* After lab_route(). 0 or -errno. */
int exchange_route(struct exchange *x, unsigned in);

/* As predict_settle(). */
bool exchange_settle(const struct exchange *x, struct shot *s);

/* As predict_shot(); what is not rejected has no answer there. */
void exchange_predict(const struct predictor *p, const struct shot *s,
		      struct expected *ret);

/* Then it is fired as any other is. */
bool exchange_is_rejected(const struct predictor *p, const struct shot *s);

/* The shot and its answer, counted in the book. False: something else came
 * out than was foretold. */
bool exchange_fire(struct exchange *x, const struct predictor *p,
		   const struct shot *s, struct book *book, bool tell);
