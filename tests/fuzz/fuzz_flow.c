/*
 * Frames all the way to verdicts: two bytes of link type, then records of two
 * bytes of length, one of time since the last in 16 ms, and the frame.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "diag/diag.h"
#include "diag/next.h"
#include "net/frame.h"
#include "net/packet.h"
#include "trace/flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void judge(void *context, const struct flow *f,
		  const struct flow_note *note, const struct fact_set *facts)
{
	const struct verdict *v = diag_judge(context, facts);

	(void)f;
	(void)note;
	/* What is certain has a cause, and what is not healthy has a status. */
	if (!v || (v->certainty != CERTAINTY_NONE) != (v->cause != NULL) ||
	    (v->cause && v->symptom == SYMPTOM_NONE))
		abort();
	for (size_t i = 0; next_at(v, facts, i); i++)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct flow_limits limits = { .flows = 32 };
	struct cursor c = cursor_over(data, len);
	struct diag *diag = diag_new();
	struct flow_table *t = flow_table_new(&limits, judge, diag);
	struct frame f = { .link = cursor_be16(&c) };

	if (!diag || !t || flow_table_input(t, 0, VANTAGE_SERVER) < 0)
		abort();

	while (cursor_left(&c) > 3) {
		uint16_t size = cursor_be16(&c);
		struct cursor body;
		struct packet p;

		f.time_ns += cursor_u8(&c) * INT64_C(16000000);
		body = cursor_take_most(&c, size);
		f.number++;
		f.data = body.pos;
		f.caplen = (uint32_t)cursor_left(&body);
		f.len = size;
		packet_decode(&p, &f);
		if (flow_table_add(t, &p, 1) < 0)
			abort();
	}

	if (flow_table_end(t) < 0)
		abort();
	flow_table_each(t, judge, diag);
	flow_table_free(t);
	diag_free(diag);
	return 0;
}
