#pragma once

#include "base/problem.h"
#include "diag/case_verdict.h"
#include "report/report.h"

/*
 * What is told of a case: its steps, the verdict, the evidence, what is ruled
 * out, what is left and what to do next, as text that one would paste into a
 * ticket, or as JSON. The verdict is drawn before; nothing here looks at a
 * source.
 */
enum { TICKET_ALSO = 24 };

struct ticket {
	const struct case_record *record;
	const struct case_verdict *verdict;
	const struct problems *problems; /* or NULL */
	struct report_flow flow;         /* made by ticket_init() */
	struct report_also also[TICKET_ALSO];
	bool colour, is_verbose, is_utf8;
	size_t width; /* of a line, in columns */
};

/* Fills the flow in: the attempt as the other formats know it. */
void ticket_init(struct ticket *t, const struct case_record *record,
		 const struct case_verdict *verdict);

/* One step as a line; steps are told while they happen, so this is apart. */
void ticket_step(struct text *out, const struct ticket *t,
		 const struct step *step, size_t number);

/* What the set-up foretells, while an attempt is waited for. */
void ticket_foretold(struct text *out, const struct ticket *t);

/* Pieces that other reports of a case are made of: a mark (a word where there is
 * no UTF-8), a heading, and an item of a list, whose words are used up. */
void ticket_mark(struct text *out, const struct ticket *t, enum step_status s);
void ticket_head(struct text *out, const struct ticket *t, const char *words);
void ticket_item(struct text *out, const struct ticket *t, struct text *words);

/* What follows the steps. */
void ticket_text(struct text *out, struct ticket *t);

/* All of it, as doc/check.schema.json describes it. */
void ticket_json(struct text *out, const struct ticket *t);
