#include "report/flow_json.h"

static void begin_json(struct report *r)
{
	r->json = json_over(&r->out, true);
	json_object(&r->json);
	json_member_u64(&r->json, "kiriwake", 1);
	json_name(&r->json, "flows");
	json_array(&r->json);
}

static void one_json(struct report *r, const struct report_flow *f)
{
	if (!r->options->summary)
		flow_json(&r->json, f);
}

static void end_json(struct report *r, const struct report_summary *s,
		     const struct problems *problems)
{
	json_array_end(&r->json);
	flow_json_summary(&r->json, s);
	flow_json_problems(&r->json, problems);
	json_object_end(&r->json);
	text_char(&r->out, '\n');
}

const struct format format_json = {
	.name = "json",
	.mime = "application/json",
	.begin = begin_json,
	.wants = flow_json_wants,
	.flow = one_json,
	.end = end_json,
};
