#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "diag/next.h"
#include "report/ticket.h"
#include "report/words.h"
#include "report/wrap.h"

enum {
	CAUSES_TOLD = 6, /* titles of what is left; the rest by id */
	STEP_TEXT = 16,  /* the column where a step's text begins */
};

static void paint(struct text *out, const struct ticket *t, const char *sgr)
{
	if (t->colour)
		text_str(out, sgr);
}

/* The mark tells it without colour, and a word where there are no marks. */
static const char *mark_of(const struct ticket *t, enum step_status s)
{
	static const char *const marks[STEP_STATUSES] = {
		[STEP_PASS] = "\xe2\x9c\x93",
		[STEP_FAIL] = "\xe2\x9c\x97",
		[STEP_SKIP] = "\xe2\x80\x93",
		[STEP_BLOCKED] = "\xe2\x8a\x98",
	};
	static const char *const words[STEP_STATUSES] = {
		[STEP_PASS] = "+",
		[STEP_FAIL] = "X",
		[STEP_SKIP] = "-",
		[STEP_BLOCKED] = "?",
	};

	return t->is_utf8 ? marks[s] : words[s];
}

static const char *sgr_of(enum step_status s)
{
	static const char *const sgr[STEP_STATUSES] = {
		[STEP_PASS] = "\x1b[32m",
		[STEP_FAIL] = "\x1b[31m",
		[STEP_SKIP] = "\x1b[2m",
		[STEP_BLOCKED] = "\x1b[33m",
	};

	return sgr[s];
}

void ticket_mark(struct text *out, const struct ticket *t, enum step_status s)
{
	paint(out, t, sgr_of(s));
	text_str(out, mark_of(t, s));
	paint(out, t, "\x1b[0m");
}

void ticket_step(struct text *out, const struct ticket *t,
		 const struct step *step, size_t number)
{
	struct text words = TEXT_NULL;
	size_t id = strlen(step->id);
	size_t at = id + 6 < STEP_TEXT ? STEP_TEXT : id + 7;

	text_format(out, "%3zu ", number);
	ticket_mark(out, t, step->status);
	text_char(out, ' ');
	text_str(out, step->id);
	text_fill(out, ' ', at - 6 - id);
	words_clean(&words, step->text);
	if (step->took_ns >= CLOCK_SECOND / 10) {
		text_str(&words, " (");
		clock_span(&words, step->took_ns);
		text_char(&words, ')');
	}
	wrap_text(out, text_string(&words), at, STEP_TEXT, t->width);
	text_char(out, '\n');
	text_done(&words);
}

void ticket_head(struct text *out, const struct ticket *t, const char *words)
{
	text_char(out, '\n');
	paint(out, t, "\x1b[1m");
	text_str(out, words);
	paint(out, t, "\x1b[0m");
	text_char(out, '\n');
}

void ticket_item(struct text *out, const struct ticket *t, struct text *words)
{
	text_str(out, "  - ");
	wrap_text(out, text_string(words), 4, 4, t->width);
	text_char(out, '\n');
	text_clear(words);
}

/* The cause and whom to blame for it. */
static void tell_cause(struct text *out, const struct ticket *t)
{
	const struct verdict *v = t->flow.verdict;
	bool is_open = v->certainty == CERTAINTY_SUSPECTED;
	struct text words = TEXT_NULL;

	if (!v->cause)
		return;

	text_format(&words,
		    is_open ? _("Likeliest: %1$s (%2$s)")
			    : _("Cause: %1$s (%2$s)"),
		    _(v->cause->title), v->cause->id);
	text_str(out, "  ");
	wrap_text(out, text_string(&words), 2, 4, t->width);
	text_char(out, '\n');
	text_clear(&words);
	if (t->flow.culprit) {
		text_str(&words, is_open ? _("Most likely to blame: ")
					 : _("To blame: "));
		words_culprit(&words, &t->flow);
		text_str(out, "  ");
		wrap_text(out, text_string(&words), 2, 4, t->width);
		text_char(out, '\n');
	}
	text_done(&words);
}

void ticket_foretold(struct text *out, const struct ticket *t)
{
	struct text words = TEXT_NULL;

	words_verdict(&words, &t->flow);
	text_str(out, "\n  ");
	wrap_text(out, text_string(&words), 2, 2, t->width);
	text_char(out, '\n');
	tell_cause(out, t);
	text_char(out, '\n');
	text_done(&words);
}

static void tell_verdict(struct text *out, const struct ticket *t)
{
	const struct verdict *v = t->flow.verdict;
	struct text words = TEXT_NULL;

	ticket_head(out, t, _("Verdict"));
	paint(out, t,
	      v->status == STATUS_HEALTHY   ? "\x1b[32m"
	      : v->status == STATUS_FAILING ? "\x1b[31m"
					    : "\x1b[33m");
	words_verdict(&words, &t->flow);
	text_str(out, "  ");
	wrap_text(out, text_string(&words), 2, 2, t->width);
	paint(out, t, "\x1b[0m");
	text_clear(&words);

	text_str(out, "\n  ");
	text_str(&words, words_status(v->status));
	if (v->symptom != SYMPTOM_NONE)
		text_format(&words, ", %s", symptom_id(v->symptom));
	if (v->certainty != CERTAINTY_NONE)
		text_format(&words, ", %s, %s", words_certainty(v->certainty),
			    words_place(v->place));
	wrap_text(out, text_string(&words), 2, 2, t->width);
	text_char(out, '\n');
	text_done(&words);
	tell_cause(out, t);
}

static void tell_packet(struct text *out, const struct packet_line *l)
{
	if (!l->line)
		return;

	text_str(out, "      ");
	words_clean(out, l->line);
	text_char(out, '\n');
}

static bool is_told(const struct ticket *t, enum fact_kind kind)
{
	if (!fact_has(t->flow.facts, kind))
		return false;

	return t->is_verbose || fact_shown(kind) != SHOWN_CONTEXT;
}

/* Each packet once, under the first fact that it shows. */
static void tell_evidence(struct text *out, const struct ticket *t)
{
	bool shown[SHOWN_PACKETS] = { false };
	struct text words = TEXT_NULL;

	ticket_head(out, t, _("Evidence"));
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum fact_kind kind = (enum fact_kind)k;
		enum fact_shown with = fact_shown(kind);

		if (!is_told(t, kind))
			continue;
		words_fact(&words, &t->flow, kind);
		ticket_item(out, t, &words);
		if (with >= SHOWN_PACKETS || shown[with])
			continue;
		shown[with] = true;
		tell_packet(out, &t->flow.lines[with]);
	}
	text_done(&words);
}

/* Appends ", id", or the first id. */
static void add_id(struct text *words, const char *id)
{
	if (words->len)
		text_str(words, ", ");
	text_str(words, id);
}

static void tell_left(struct text *out, const struct ticket *t)
{
	const struct verdict *v = t->flow.verdict;
	struct text words = TEXT_NULL;

	if (!v->alternative_count)
		return;

	ticket_head(out, t, _("What it can be, likeliest first"));
	text_format(&words, "%s (%s)", _(v->cause->title), v->cause->id);
	ticket_item(out, t, &words);
	for (size_t i = 0; i < v->alternative_count; i++) {
		const struct cause *c = v->alternatives[i];

		if (i + 1 < CAUSES_TOLD) {
			text_format(&words, "%s (%s)", _(c->title), c->id);
			ticket_item(out, t, &words);
		} else {
			add_id(&words, c->id);
		}
	}
	if (words.len)
		ticket_item(out, t, &words);
	text_done(&words);
}

/* What each fact rules out. */
static void tell_ruled_out(struct text *out, const struct ticket *t)
{
	const struct verdict *v = t->flow.verdict;
	bool told[FACT_KINDS] = { false };
	struct text words = TEXT_NULL, ids = TEXT_NULL;
	bool is_headed = false;

	for (size_t i = 0; i < v->ruled_out_count; i++) {
		const struct exclusion *x = &v->ruled_out[i];

		if (x->is_missing || told[x->by])
			continue;
		if (!is_headed)
			ticket_head(out, t, _("Ruled out"));
		is_headed = told[x->by] = true;
		for (size_t k = i; k < v->ruled_out_count; k++)
			if (v->ruled_out[k].by == x->by &&
			    !v->ruled_out[k].is_missing)
				add_id(&ids, v->ruled_out[k].cause->id);
		words_fact(&words, &t->flow, x->by);
		text_format(&words, "\n%s", text_string(&ids));
		ticket_item(out, t, &words);
		text_clear(&ids);
	}
	text_done(&words);
	text_done(&ids);
}

static void tell_not_looked(struct text *out, const struct ticket *t)
{
	const struct case_record *c = t->record;
	struct text words = TEXT_NULL;

	if (!c->not_looked_count)
		return;

	ticket_head(out, t, _("Not looked at"));
	for (size_t i = 0; i < c->not_looked_count; i++) {
		text_format(&words, "%s: %s", c->not_looked[i].source,
			    c->not_looked[i].why);
		ticket_item(out, t, &words);
	}
	text_done(&words);
}

/* What the packet would have met next. */
static void tell_also(struct text *out, const struct ticket *t)
{
	const struct report_flow *f = &t->flow;
	struct text words = TEXT_NULL;

	if (f->also_count)
		ticket_head(out, t, _("Also in the way"));
	for (size_t i = 0; i < f->also_count; i++) {
		text_format(&words, "%s (%s)", _(f->also[i].cause->title),
			    f->also[i].cause->id);
		if (f->also[i].culprit) {
			text_str(&words, ": ");
			words_blame(&words, f->also[i].culprit);
		}
		ticket_item(out, t, &words);
	}
	text_done(&words);
}

/* A command stands on a line of its own, unbroken, to be copied. */
static void tell_step_next(struct text *out, const struct ticket *t,
			   const struct next_step *n)
{
	struct text words = TEXT_NULL;

	text_format(out, "  - %s", words_where(n->where));
	words_fill(out, n->command, &t->flow);
	text_str(out, "\n    ");
	text_str(&words, _(n->why));
	wrap_text(out, text_string(&words), 4, 4, t->width);
	text_char(out, '\n');
	text_done(&words);
}

static void tell_next(struct text *out, const struct ticket *t)
{
	const struct verdict *v = t->flow.verdict;
	const struct next_step *n;
	struct text words = TEXT_NULL;

	if (v->certainty >= CERTAINTY_INFERRED) {
		ticket_head(out, t, _("Fix"));
		words_fill(&words, _(v->cause->fix), &t->flow);
		text_str(out, "  ");
		wrap_text(out, text_string(&words), 2, 2, t->width);
		text_char(out, '\n');
		text_clear(&words);
	}
	if (v->certainty == CERTAINTY_PROVEN) {
		text_done(&words);
		return;
	}

	ticket_head(out, t, _("Next"));
	for (size_t i = 0; (n = next_at(v, t->flow.facts, i)); i++)
		tell_step_next(out, t, n);
	if (v->cause) {
		text_format(&words, "%s: ", v->cause->id);
		words_fill(&words, _(v->cause->separate_by), &t->flow);
		ticket_item(out, t, &words);
	}
	text_done(&words);
}

void ticket_text(struct text *out, struct ticket *t)
{
	enum status status = t->flow.verdict->status;
	bool is_fault = status == STATUS_FAILING || status == STATUS_DEGRADED;

	tell_verdict(out, t);
	if (t->record->vantage == VANTAGE_SERVER)
		tell_also(out, t);
	if (is_fault || t->is_verbose)
		tell_evidence(out, t);
	if (is_fault && t->is_verbose)
		tell_ruled_out(out, t);
	if (is_fault)
		tell_left(out, t);
	if (is_fault || t->is_verbose)
		tell_not_looked(out, t);
	if (is_fault)
		tell_next(out, t);
}
