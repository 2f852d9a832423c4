#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fix/rehearse_parts.h"

void rehearse_rows_set(struct rehearsing *s, enum rehearsal_check check,
		       enum rehearsal_result result, int64_t since,
		       const char *format, ...)
{
	struct rehearsal_row *row = &s->ret->row[check];
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	row->result = result;
	row->text = fix_words(s->p, "%s", text_string(&t));
	row->ms = (double)(clock_now() - since) / CLOCK_MILLISECOND;
	text_done(&t);
}

void rehearse_rows_rest(struct rehearsing *s, enum rehearsal_result result,
			const char *why)
{
	for (unsigned i = 0; i < REHEARSAL_CHECKS; i++)
		if (!s->ret->row[i].text)
			s->ret->row[i] =
				(struct rehearsal_row){ .result = result,
							.text = why };
}

void rehearse_rows_stand_in(struct rehearsing *s, const char *sentence)
{
	struct rehearsal *r = s->ret;
	const char **all;

	for (size_t i = 0; i < r->stand_in_count; i++)
		if (!strcmp(r->stand_ins[i], sentence))
			return;
	all = arena_alloc(s->arena, (r->stand_in_count + 1) * sizeof(*all));
	if (!all)
		return;
	if (r->stand_in_count)
		memcpy(all, r->stand_ins, r->stand_in_count * sizeof(*all));
	all[r->stand_in_count] = arena_string(s->arena, sentence);
	if (!all[r->stand_in_count])
		return;
	r->stand_ins = all;
	r->stand_in_count++;
}

const char *rehearse_rows_error(int error)
{
	static const struct {
		int error;
		const char *text;
	} list[] = {
		{ ETIMEDOUT, N_("no answer") },
		{ ECONNREFUSED, N_("refused") },
		{ ECONNRESET, N_("reset") },
		{ EHOSTUNREACH, N_("host unreachable, or prohibited") },
		{ ENETUNREACH, N_("network unreachable, or prohibited") },
		{ EACCES, N_("administratively prohibited") },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (list[i].error == error)
			return _(list[i].text);

	return strerror(error);
}

/* What must have passed, and what need only not have failed. */
void rehearse_rows_prove(struct rehearsing *s)
{
	static const enum rehearsal_check must[] = {
		REHEARSED_BEFORE,    REHEARSED_APPLIED, REHEARSED_AFTER,
		REHEARSED_WITNESSES, REHEARSED_UNDONE,
	};

	static const enum rehearsal_check may[] = {
		REHEARSED_SESSION,
		REHEARSED_SESSION_FORGOTTEN,
		REHEARSED_NEW_SESSION,
	};
	const struct rehearsal_row *row = s->ret->row;
	bool is_proven = s->was_all_tried;

	for (size_t i = 0; i < sizeof(must) / sizeof(*must); i++)
		is_proven &= row[must[i]].result == REHEARSAL_PASS;
	for (size_t i = 0; i < sizeof(may) / sizeof(*may); i++)
		is_proven &= row[may[i]].result == REHEARSAL_PASS ||
			     row[may[i]].result == REHEARSAL_NOT_TRIED;
	s->ret->is_proven = is_proven;
}
