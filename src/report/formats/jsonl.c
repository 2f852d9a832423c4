#include "report/flow_json.h"

static void begin_jsonl(struct report *r)
{
	(void)r;
}

static void one_jsonl(struct report *r, const struct report_flow *f)
{
	if (r->options->summary)
		return;

	r->json = json_over(&r->out, false);
	flow_json(&r->json, f);
	text_char(&r->out, '\n');
}

/* The last line is what belongs to no flow. */
static void end_jsonl(struct report *r, const struct report_summary *s,
		      const struct problems *problems)
{
	r->json = json_over(&r->out, false);
	json_object(&r->json);
	json_member_u64(&r->json, "kiriwake", 1);
	flow_json_summary(&r->json, s);
	flow_json_problems(&r->json, problems);
	json_object_end(&r->json);
	text_char(&r->out, '\n');
}

const struct format format_jsonl = {
	.name = "jsonl",
	.mime = "application/x-ndjson",
	.begin = begin_jsonl,
	.wants = flow_json_wants,
	.flow = one_jsonl,
	.end = end_jsonl,
};
