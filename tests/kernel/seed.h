#pragma once

#include "predict.h"

/* Packets that conversations begin with (conversation.h). */

/* Draws a batch, and routes it: everything leaves by the device. False: the
 * lab could not be made so. predict_route() is left to the caller. */
bool seed_draw(struct draw *d, struct lab *lab, unsigned out, struct shot *seed,
	       size_t count);

/* As predict_settle(); the sender's address stays. */
bool seed_settle(const struct lab *lab, struct shot *s);
