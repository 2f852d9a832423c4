#include "report/report.h"

#include <string.h>

enum { FLUSH_BYTES = 64 * 1024 };

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < format_count; i++)
		if (!strcmp(format_list[i]->name, name))
			return format_list[i];

	return NULL;
}

void report_count(struct report_summary *s, const struct verdict *v)
{
	s->by_status[v->status]++;
	s->by_symptom[v->symptom]++;
}

void report_flush(struct report *r, bool at_end)
{
	if (!at_end && r->out.len < FLUSH_BYTES)
		return;

	if (!text_ok(&r->out) ||
	    fwrite(r->out.data, 1, r->out.len, r->file) != r->out.len ||
	    (at_end && fflush(r->file)))
		r->failed = true;
	text_clear(&r->out);
}
